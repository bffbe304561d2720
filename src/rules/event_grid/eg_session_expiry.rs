//! A session expiry beyond what Event Grid keeps.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-session-expiry",
        family: Family::EventGrid,
        severity: Severity::Warning,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Grid does not keep sessions this long",
        sources: &[pages::EVENT_GRID],
        doc: include_str!("eg_session_expiry.md"),
        example: include_str!("../../../testdata/rules/eg-session-expiry/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

/// The longest session expiry that a namespace can be set to, in seconds: 8 hours.
const MAXIMUM: i64 = 28_800;
/// That of a namespace as it is made, in seconds: 1 hour.
const DEFAULT: i64 = 3_600;

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let expiry = endpoint.settings.get("sessionExpirySeconds");
    let (FarEnd::EventGrid, Some(seconds)) = (endpoint.far_end, expiry.int()) else { return };
    // What does not fit into the field at all is for the schema.
    if seconds > i64::from(u32::MAX) {
        return;
    }
    if seconds > MAXIMUM {
        sink.at(expiry, format!("Event Grid keeps sessions for {MAXIMUM} seconds at most, and lowers `{seconds}`"))
            .label(format!("expected {MAXIMUM} or less"))
            .replace(Safety::Safe, expiry, &MAXIMUM.to_string());
    } else if seconds > DEFAULT {
        sink.at(expiry, format!("Event Grid keeps sessions for {DEFAULT} seconds unless its namespace is set to more"))
            .severity(Severity::Info)
            .help(format!("set the maximum session expiry of the namespace to {} hours", hours(seconds)));
    }
}

/// Whole hours that hold `seconds`.
const fn hours(seconds: i64) -> i64 {
    (seconds + DEFAULT - 1) / DEFAULT
}
