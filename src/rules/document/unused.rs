//! What of a bundle is referred to.

use crate::model::{Bundle, Identity, Text};
use std::collections::HashMap;

/// Whether the bundle tells what is used: there is something in it that uses, and no template hides what.
pub(super) fn is_known(bundle: &Bundle) -> bool {
    let flows = &bundle.dataflows;
    if flows.is_empty() && bundle.graphs.is_empty() {
        return false;
    }
    let hidden = flows.iter().any(|flow| flow.undecided || flow.refs_undecided || !flow.profile_known);
    !hidden && !bundle.graph_references.undecided
}

/// References by the name that they have, each with the dataflow that has it; graphs have none.
#[derive(Default)]
pub(super) struct Used<'b> {
    by_name: HashMap<&'b str, Vec<Option<&'b Identity>>>,
}

impl<'b> Used<'b> {
    /// Takes in the references of one dataflow, or of the graphs.
    pub(super) fn add(&mut self, from: Option<&'b Identity>, references: impl IntoIterator<Item = &'b Text>) {
        for reference in references {
            self.by_name.entry(&*reference.value).or_default().push(from);
        }
    }

    /// Whether one of the references may mean `id`.
    pub(super) fn means(&self, id: &Identity) -> bool {
        let all = self.by_name.get(id.name()).map(Vec::as_slice).unwrap_or_default();
        all.iter().any(|from| from.is_none_or(|from| from.may_share_namespace(id)))
    }
}
