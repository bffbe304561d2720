//! More than one transformation.

use super::kinds;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Dataflow, OperationKind};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "one-transform",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Enforced,
        fix: FixKind::None,
        summary: "a dataflow has at most one transformation",
        sources: &[pages::CLI, pages::CREATE],
        doc: include_str!("one_transform.md"),
        example: include_str!("../../../testdata/rules/one-transform/bad-1.yaml"),
    },
    check: Check::Dataflow(check),
};

fn check(flow: &Dataflow<'_>, sink: &mut Sink<'_>) {
    kinds::several(flow, OperationKind::Transform, "put all of `datasets`, `filter` and `map` into the first", sink);
}
