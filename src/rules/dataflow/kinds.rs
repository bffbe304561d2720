//! How many operations of one kind there are, for the rules that want exactly one or at most one.

use crate::model::{Dataflow, OperationKind};
use crate::rules::Sink;

/// Whether the operations can be counted: they are written, and there are enough of them for `operations-count`.
fn is_counted(flow: &Dataflow<'_>) -> bool {
    flow.resource.spec().get("operations").is_list() && !flow.is_undecided() && flow.operations.len() > 1
}

/// Reports that there is no operation of `kind`.
pub(super) fn none(flow: &Dataflow<'_>, kind: OperationKind, sink: &mut Sink<'_>) {
    // An operation of unknown type may be meant for this one.
    let unknown = flow.operations.iter().any(|operation| operation.kind.is_none());
    if is_counted(flow) && !unknown && flow.of_kind(kind).next().is_none() {
        let message = format!("no operation is of type `{}`", kind.as_str());
        sink.key(flow.resource.spec().get("operations"), message).label(format!("expected one `{}`", kind.as_str()));
    }
}

/// Reports every operation of `kind` after the first.
pub(super) fn several(flow: &Dataflow<'_>, kind: OperationKind, help: &str, sink: &mut Sink<'_>) {
    let mut operations = flow.of_kind(kind);
    let Some(first) = operations.next().filter(|_| !flow.is_undecided()) else { return };
    for operation in operations {
        let most = if kind == OperationKind::Transform { "at most one" } else { "one" };
        let message = format!("another operation of type `{}`, a dataflow has {most}", kind.as_str());
        sink.at(operation.item.get("operationType"), message)
            .label(format!("expected {most} `{}`", kind.as_str()))
            .related(first.item.get("operationType"), "the first")
            .help(help);
    }
}
