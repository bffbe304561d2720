//! What of a bundle is referred to.

use crate::model::{Bundle, Identity};

/// Whether the bundle tells what is used: there is something in it that uses, and no template hides what.
pub(super) fn is_known(bundle: &Bundle) -> bool {
    let flows = &bundle.dataflows;
    if flows.is_empty() && bundle.graphs.is_empty() {
        return false;
    }
    let hidden = flows.iter().any(|flow| flow.undecided || flow.refs_undecided || !flow.profile_known);
    !hidden && !bundle.graph_references.undecided
}

/// Whether `from`, which refers to `name`, may mean `id`.
pub(super) fn means(from: &Identity, name: &str, id: &Identity) -> bool {
    id.name() == name && id.may_share_namespace(from)
}
