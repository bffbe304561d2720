//! Trusted certificates for Event Grid, which needs none.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::azure;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-custom-ca",
        family: Family::EventGrid,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "Event Grid needs no certificates of your own to be trusted",
        sources: &[pages::MQTT],
        doc: include_str!("eg_custom_ca.md"),
        example: include_str!("../../../testdata/rules/eg-custom-ca/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    if endpoint.far_end == FarEnd::EventGrid {
        azure::custom_ca(endpoint, sink, FarEnd::EventGrid.name());
    }
}
