//! How much Event Grid keeps for a source that is away.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, FarEnd};
use crate::rules::{Check, Rule, Sink};
use std::collections::HashSet;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-offline-queue",
        family: Family::EventGrid,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "Event Grid keeps few messages for a dataflow that is away",
        sources: &[pages::EVENT_GRID],
        doc: include_str!("eg_offline_queue.md"),
        example: include_str!("../../../testdata/rules/eg-offline-queue/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let mut seen = HashSet::new();
    for (flow, side, endpoint) in bundle.sources().filter(|(_, _, endpoint)| endpoint.far_end == FarEnd::EventGrid) {
        if seen.insert(endpoint.id.place) {
            let reads = format!("dataflow `{}` reads from it", flow.id.name());
            sink.place(
                endpoint.host_place,
                "Event Grid keeps 100 messages or 1 MB for a dataflow that is away, then it ends the session",
            )
            .related_place(side.endpoint.as_ref().map_or(side.place, |name| name.place), reads);
        }
    }
}
