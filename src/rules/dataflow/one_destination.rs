//! Not exactly one destination.

use super::kinds;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Dataflow, OperationKind};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "one-destination",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Enforced,
        fix: FixKind::None,
        summary: "a dataflow has exactly one destination",
        sources: &[pages::CLI, pages::CREATE],
        doc: include_str!("one_destination.md"),
        example: include_str!("../../../testdata/rules/one-destination/bad-1.yaml"),
    },
    check: Check::Dataflow(check),
};

fn check(flow: &Dataflow<'_>, sink: &mut Sink<'_>) {
    kinds::none(flow, OperationKind::Destination, sink);
    kinds::several(flow, OperationKind::Destination, "write a dataflow for each destination", sink);
}
