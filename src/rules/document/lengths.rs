//! Lengths that ARM has a limit for and the `v1` definitions have none.

use crate::model::{Resource, Val};
use crate::rules::Sink;
use crate::schema::{Kind, Shape, arm_limits};

/// Whether the length of texts is left to the rules: the schemas of the previews have the limits themselves.
pub(super) fn only_arm_limits(resource: &Resource<'_>) -> bool {
    resource.shape() == Shape::V1
}

/// Most characters that ARM takes at `path` of a dataflow.
pub(super) fn longest(path: &str) -> Option<usize> {
    usize::try_from(arm_limits(Kind::Dataflow, path)?.max_length?).ok()
}

/// Reports `value`, which is called `what`, if it has more than `longest` characters.
pub(super) fn check(value: Val<'_>, what: &str, longest: Option<usize>, sink: &mut Sink<'_>) {
    let Some((text, longest)) = value.str().zip(longest) else { return };
    let length = text.chars().count();
    if length > longest {
        sink.at(value, format!("the {what} has {length} characters, ARM takes {longest}"))
            .label(format!("expected at most {longest} characters"));
    }
}
