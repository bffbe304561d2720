//! The key of a data set that is too long for ARM.

use super::lengths;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Dataflow, OperationKind};
use crate::rules::{Check, Rule, Sink};
use std::sync::LazyLock;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "dataset-key-length",
        family: Family::Document,
        severity: Severity::Warning,
        certainty: Certainty::Schema,
        fix: FixKind::None,
        summary: "the key of the data set is longer than ARM takes",
        sources: &[pages::ARM, pages::CRD_V1],
        doc: include_str!("dataset_key_length.md"),
        example: include_str!("../../../testdata/rules/dataset-key-length/bad-1.yaml"),
    },
    check: Check::Dataflow(check),
};

static LONGEST: LazyLock<Option<usize>> =
    LazyLock::new(|| lengths::longest("operations[].builtInTransformationSettings.datasets[].key"));

fn check(flow: &Dataflow<'_>, sink: &mut Sink<'_>) {
    if !lengths::only_arm_limits(&flow.resource) {
        return;
    }
    for operation in flow.of_kind(OperationKind::Transform) {
        for dataset in operation.settings.get("datasets").items() {
            lengths::check(dataset.get("key"), "key of the data set", *LONGEST, sink);
        }
    }
}
