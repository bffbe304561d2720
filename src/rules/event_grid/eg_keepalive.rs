//! A keep-alive beyond what Event Grid grants.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-keepalive",
        family: Family::EventGrid,
        severity: Severity::Warning,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Grid does not wait this long between two packets",
        sources: &[pages::EVENT_GRID],
        doc: include_str!("eg_keepalive.md"),
        example: include_str!("../../../testdata/rules/eg-keepalive/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

/// The longest keep-alive that Event Grid grants, in seconds.
const MAXIMUM: i64 = 1_160;

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let keep_alive = endpoint.settings.get("keepAliveSeconds");
    let (FarEnd::EventGrid, Some(seconds)) = (endpoint.far_end, keep_alive.int()) else { return };
    // What does not fit into the field at all is for the schema.
    if seconds > MAXIMUM && seconds <= i64::from(u16::MAX) {
        sink.at(
            keep_alive,
            format!("Event Grid grants a keep-alive of {MAXIMUM} seconds at most, and this is {seconds}"),
        )
        .label(format!("expected {MAXIMUM} or less"))
        .replace(Safety::Safe, keep_alive, &MAXIMUM.to_string());
    }
}
