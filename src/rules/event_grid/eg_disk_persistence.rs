//! Disk persistence that is asked of Event Grid.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Bundle, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-disk-persistence",
        family: Family::EventGrid,
        severity: Severity::Error,
        certainty: Certainty::Inferred,
        fix: FixKind::Safe,
        summary: "Event Grid refuses the subscription that disk persistence asks for",
        sources: &[pages::DISK, pages::EVENT_GRID],
        doc: include_str!("eg_disk_persistence.md"),
        example: include_str!("../../../testdata/rules/eg-disk-persistence/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    for (flow, _, endpoint) in bundle.sources().filter(|(_, _, endpoint)| endpoint.far_end == FarEnd::EventGrid) {
        let Some(setting) = &flow.disk_persistence else { continue };
        if setting.value.eq_ignore_ascii_case("Enabled") {
            sink.written(setting, "Event Grid refuses the subscription of a dataflow that asks for disk persistence")
                .label("expected `Disabled`")
                .related_place(endpoint.host_place, "this is Event Grid")
                .note("the request is a user property of the subscription, which Event Grid does not take")
                .replace_place(Safety::Safe, setting.place, "Disabled");
        }
    }
}
