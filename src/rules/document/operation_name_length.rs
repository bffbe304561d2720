//! The name of an operation that is too long for ARM.

use super::lengths;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::Dataflow;
use crate::rules::{Check, Rule, Sink};
use std::sync::LazyLock;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "operation-name-length",
        family: Family::Document,
        severity: Severity::Warning,
        certainty: Certainty::Schema,
        fix: FixKind::None,
        summary: "the name of the operation is longer than ARM takes",
        sources: &[pages::ARM, pages::CRD_V1],
        doc: include_str!("operation_name_length.md"),
        example: include_str!("../../../testdata/rules/operation-name-length/bad-1.yaml"),
    },
    check: Check::Dataflow(check),
};

static LONGEST: LazyLock<Option<usize>> = LazyLock::new(|| lengths::longest("operations[].name"));

fn check(flow: &Dataflow<'_>, sink: &mut Sink<'_>) {
    if lengths::only_arm_limits(&flow.resource) {
        for operation in &flow.operations {
            lengths::check(operation.item.get("name"), "name of the operation", *LONGEST, sink);
        }
    }
}
