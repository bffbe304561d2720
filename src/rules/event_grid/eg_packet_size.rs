//! The largest packet that Event Grid takes.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-packet-size",
        family: Family::EventGrid,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "Event Grid takes packets of 512 KiB at most",
        sources: &[pages::EVENT_GRID],
        doc: include_str!("eg_packet_size.md"),
        example: include_str!("../../../testdata/rules/eg-packet-size/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    if endpoint.far_end == FarEnd::EventGrid {
        sink.at(endpoint.host(), "Event Grid takes MQTT packets of 512 KiB at most, properties and topic included");
    }
}
