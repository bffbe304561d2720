//! A port that Event Grid does not listen on.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::Endpoint;
use crate::rules::event_grid::name::{Name, WEB_SOCKET_PATH, port};
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
    let Some(host) = endpoint.host_parts().filter(|host| Name::of(host) == Some(Name::Mqtt)) else { return };
    let protocol = endpoint.settings.get("protocol");
    let (Some(written), Some(range)) = (host.port.filter(|port| !port.is_empty()), host.port_range()) else { return };
    let web_sockets = protocol.is_word("WebSockets");
    // Where the path does not fit the protocol, that is the mistake, and its finding brings the port.
    if protocol.is_undecided() || host.path != if web_sockets { WEB_SOCKET_PATH } else { "" } {
        return;
    }
    let (expected, over) = (port(web_sockets), if web_sockets { "WebSockets" } else { "MQTT" });
    if written == expected {
        return;
    }
    let message = format!("Event Grid does not listen on port `{written}` for {over}");
    let finding = sink.part(endpoint.host(), range.clone(), message).label(format!("expected `{expected}`"));
    if written == port(true) {
        finding.help("or set `protocol: WebSockets`, and let the host end in `:443/mqtt`").replace_part(
            Safety::Unsafe,
            endpoint.host(),
            range,
            expected,
        );
    } else {
        finding.replace_part(Safety::Safe, endpoint.host(), range, expected);
    }
}
