//! Not exactly one source.

use super::kinds;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Dataflow, OperationKind};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "one-source",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Enforced,
        fix: FixKind::None,
        summary: "a dataflow has exactly one source",
        sources: &[pages::CLI, pages::CREATE],
        doc: include_str!("one_source.md"),
        example: include_str!("../../../testdata/rules/one-source/bad-1.yaml"),
    },
    check: Check::Dataflow(check),
};

fn check(flow: &Dataflow<'_>, sink: &mut Sink<'_>) {
    kinds::none(flow, OperationKind::Source, sink);
    kinds::several(
        flow,
        OperationKind::Source,
        "read several topics of one endpoint with one `dataSources`; write a dataflow for each endpoint",
        sink,
    );
}
