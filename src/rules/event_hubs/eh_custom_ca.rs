//! Trusted certificates for Event Hubs, which needs none.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::azure;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-custom-ca",
        family: Family::EventHubs,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "Event Hubs needs no certificates of your own to be trusted",
        sources: &[pages::KAFKA],
        doc: include_str!("eh_custom_ca.md"),
        example: include_str!("../../../testdata/rules/eh-custom-ca/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    if endpoint.far_end == FarEnd::EventHubs {
        azure::custom_ca(endpoint, sink, FarEnd::EventHubs.name());
    }
}
