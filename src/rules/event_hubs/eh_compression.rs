//! Compression that Event Hubs does not take.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-compression",
        family: Family::EventHubs,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Hubs takes neither Snappy nor Lz4 compression",
        sources: &[pages::KAFKA, pages::EVENT_HUBS],
        doc: include_str!("eh_compression.md"),
        example: include_str!("../../../testdata/rules/eh-compression/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let compression = endpoint.settings.get("compression");
    if endpoint.far_end == FarEnd::EventHubs && (compression.is_word("Snappy") || compression.is_word("Lz4")) {
        let message = format!("Event Hubs does not take `{}`", compression.str().unwrap_or_default());
        sink.at(compression, message).label("expected `None`, or `Gzip` (Premium and Dedicated only)").replace(
            Safety::Safe,
            compression,
            "None",
        );
    }
}
