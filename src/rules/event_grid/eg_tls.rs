//! TLS that is off towards Event Grid.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::azure;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-tls",
        family: Family::EventGrid,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Grid takes TLS connections only",
        sources: &[pages::EVENT_GRID, pages::CLI, pages::PREVIEW_2024_08],
        doc: include_str!("eg_tls.md"),
        example: include_str!("../../../testdata/rules/eg-tls/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    if endpoint.far_end == FarEnd::EventGrid {
        azure::tls(endpoint, sink, FarEnd::EventGrid.name());
    }
}
