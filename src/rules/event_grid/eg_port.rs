//! A port that Event Grid does not listen on.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-port",
        family: Family::EventGrid,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Grid does not listen on this port",
        sources: &[pages::EVENT_GRID, pages::MQTT],
        doc: include_str!("eg_port.md"),
        example: include_str!("../../../testdata/rules/eg-port/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let (FarEnd::EventGrid, Some(host)) = (endpoint.far_end, endpoint.host_parts()) else { return };
    let protocol = endpoint.settings.get("protocol");
    let (Some(port), Some(range)) = (host.port, host.port_range()) else { return };
    if protocol.is_undecided() {
        return;
    }
    let (expected, over) = if protocol.is_word("WebSockets") { ("443", "WebSockets") } else { ("8883", "MQTT") };
    if port != expected {
        let message = format!("Event Grid does not listen on port `{port}` for {over}");
        sink.part(endpoint.host(), range.clone(), message).label(format!("expected `{expected}`")).replace_part(
            Safety::Safe,
            endpoint.host(),
            range,
            expected,
        );
    }
}
