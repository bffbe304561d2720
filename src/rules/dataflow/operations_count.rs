//! Too few or too many operations.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Dataflow, OperationKind};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "operations-count",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Enforced,
        fix: FixKind::None,
        summary: "a dataflow has two or three operations",
        sources: &[pages::CLI, pages::CREATE],
        doc: include_str!("operations_count.md"),
        example: include_str!("../../../testdata/rules/operations-count/bad-1.yaml"),
    },
    check: Check::Dataflow(check),
};

fn check(flow: &Dataflow<'_>, sink: &mut Sink<'_>) {
    let operations = flow.resource.spec().get("operations");
    let count = flow.operations.len();
    // Where a kind is there too often, `one-source` and its like name the operation.
    let allowed =
        if OperationKind::ALL.into_iter().any(|kind| flow.of_kind(kind).count() > 1) { 2..=usize::MAX } else { 2..=3 };
    if operations.is_list() && !flow.is_undecided() && !allowed.contains(&count) {
        let word = if count == 1 { "operation" } else { "operations" };
        let message = format!("{count} {word}, expected a source, a destination, and at most one transformation");
        sink.key(operations, message).label("expected 2 or 3 operations");
    }
}
