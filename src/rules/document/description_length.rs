//! A description in a transformation that is too long for ARM.

use super::lengths;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Dataflow, OperationKind};
use crate::rules::{Check, Rule, Sink};
use std::sync::LazyLock;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "description-length",
        family: Family::Document,
        severity: Severity::Warning,
        certainty: Certainty::Schema,
        fix: FixKind::None,
        summary: "the description is longer than ARM takes",
        sources: &[pages::ARM, pages::CRD_V1],
        doc: include_str!("description_length.md"),
        example: include_str!("../../../testdata/rules/description-length/bad-1.yaml"),
    },
    check: Check::Dataflow(check),
};

static LONGEST: LazyLock<Option<usize>> =
    LazyLock::new(|| lengths::longest("operations[].builtInTransformationSettings.map[].description"));

fn check(flow: &Dataflow<'_>, sink: &mut Sink<'_>) {
    if !lengths::only_arm_limits(&flow.resource) {
        return;
    }
    for operation in flow.of_kind(OperationKind::Transform) {
        for step in ["datasets", "filter", "map"].into_iter().flat_map(|list| operation.settings.get(list).items()) {
            lengths::check(step.get("description"), "description", *LONGEST, sink);
        }
    }
}
