//! Too few or too many operations.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::Dataflow;
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
    if operations.is_list() && !flow.is_undecided() && !(2..=3).contains(&count) {
        let message = format!("{count} operations, expected a source, a destination, and at most one transformation");
        sink.key(operations, message).label("expected 2 or 3 operations");
    }
}
