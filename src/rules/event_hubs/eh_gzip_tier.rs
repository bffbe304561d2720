//! Compression that only some tiers of Event Hubs take.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-gzip-tier",
        family: Family::EventHubs,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "Event Hubs takes Gzip in Premium and Dedicated only",
        sources: &[pages::EVENT_HUBS, pages::KAFKA],
        doc: include_str!("eh_gzip_tier.md"),
        example: include_str!("../../../testdata/rules/eh-gzip-tier/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let compression = endpoint.settings.get("compression");
    if endpoint.far_end == FarEnd::EventHubs && compression.is_word("Gzip") {
        sink.at(compression, "Event Hubs takes `Gzip` in the Premium and Dedicated tiers only")
            .help("leave it out if the namespace is Standard");
    }
}
