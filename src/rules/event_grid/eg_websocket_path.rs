//! A WebSockets endpoint without the path of Event Grid.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::Endpoint;
use crate::rules::event_grid::name::{Name, WEB_SOCKET_PATH, port};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-websocket-path",
        family: Family::EventGrid,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Grid speaks MQTT over WebSockets at another address",
        sources: &[pages::MQTT],
        doc: include_str!("eg_websocket_path.md"),
        example: include_str!("../../../testdata/rules/eg-websocket-path/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let (value, Some(host)) = (endpoint.host(), endpoint.host_parts()) else { return };
    let protocol = endpoint.settings.get("protocol");
    let applies = endpoint.shape == Shape::V1 && protocol.is_word("WebSockets");
    if !applies || Name::of(&host) != Some(Name::Mqtt) || host.path == WEB_SOCKET_PATH {
        return;
    }
    let expected = format!(":{}{WEB_SOCKET_PATH}", port(true));
    let behind_name = host.range_of(host.name).end..host.text.len();
    let message = format!("Event Grid speaks MQTT over WebSockets at `{expected}` only");
    sink.at(value, message)
        .label(format!("expected `{}{expected}`", host.name))
        .related(protocol, "WebSockets is chosen here")
        .replace_part(Safety::Safe, value, behind_name, &expected);
}
