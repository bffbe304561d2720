//! The HTTP host name of an Event Grid namespace, where MQTT is spoken.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{EVENT_GRID, EVENT_GRID_MQTT, Endpoint};
use crate::rules::event_grid::name::{Name, WEB_SOCKET_PATH, port};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-http-hostname",
        family: Family::EventGrid,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "this is the HTTP name of the namespace, MQTT has another one",
        sources: &[pages::MQTT, pages::CLI],
        doc: include_str!("eg_http_hostname.md"),
        example: include_str!("../../../testdata/rules/eg-http-hostname/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let (value, Some(host)) = (endpoint.host(), endpoint.host_parts()) else { return };
    if Name::of(&host) != Some(Name::Http) {
        return;
    }
    let message = format!("`{}` is the HTTP name of this Event Grid namespace", host.name);
    let finding = sink.part(value, host.range_of(host.name), message).label("expected `.ts` before `.eventgrid`");
    let protocol = endpoint.settings.get("protocol");
    if protocol.is_undecided() {
        return;
    }
    // Port and path of the HTTP side go with the name: one mistake, one fix.
    let web_sockets = protocol.is_word("WebSockets");
    let head = &host.name[..host.name.len() - EVENT_GRID.len()];
    let path = if web_sockets { WEB_SOCKET_PATH } else { "" };
    finding.replace(Safety::Safe, value, &format!("{head}{EVENT_GRID_MQTT}:{}{path}", port(web_sockets)));
}
