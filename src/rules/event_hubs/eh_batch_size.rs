//! Batches that are larger than Event Hubs takes.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-batch-size",
        family: Family::EventHubs,
        severity: Severity::Warning,
        certainty: Certainty::Inferred,
        fix: FixKind::Safe,
        summary: "batches may grow beyond what Event Hubs takes",
        sources: &[pages::EVENT_HUBS_LIMITS],
        doc: include_str!("eh_batch_size.md"),
        example: include_str!("../../../testdata/rules/eh-batch-size/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

/// The largest batch that Event Hubs takes in the Standard tier, in bytes.
const MAXIMUM: i64 = 1_048_576;
/// The default of `batching.maxBytes`, in bytes, which is below.
const DEFAULT: &str = "1000000";

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let batching = endpoint.settings.get("batching");
    let max_bytes = batching.get("maxBytes");
    let (FarEnd::EventHubs, Some(bytes)) = (endpoint.far_end, max_bytes.int()) else { return };
    let mode = batching.get("mode");
    // What does not fit into the field at all is for the schema.
    let too_large = bytes > MAXIMUM && bytes <= i64::from(u32::MAX);
    if too_large && !mode.is_word("Disabled") && !mode.is_undecided() {
        sink.at(max_bytes, format!("Event Hubs takes batches of {MAXIMUM} bytes at most, and these may have {bytes}"))
            .label(format!("expected {MAXIMUM} or less"))
            .replace(Safety::Safe, max_bytes, DEFAULT);
    }
}
