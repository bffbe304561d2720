//! TLS that is off towards Event Hubs.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::azure;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-tls",
        family: Family::EventHubs,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Hubs takes TLS connections only",
        sources: &[pages::EVENT_HUBS, pages::CLI, pages::CRD_V1],
        doc: include_str!("eh_tls.md"),
        example: include_str!("../../../testdata/rules/eh-tls/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    if endpoint.far_end == FarEnd::EventHubs {
        azure::tls(endpoint, sink, FarEnd::EventHubs.name());
    }
}
