//! An address that Event Hubs does not have.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{EVENT_HUBS, Endpoint, FarEnd, Host};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-host-format",
        family: Family::EventHubs,
        severity: Severity::Error,
        certainty: Certainty::Enforced,
        fix: FixKind::Safe,
        summary: "this is no address of Event Hubs' Kafka side",
        sources: &[pages::KAFKA, pages::EVENT_HUBS, pages::CLI],
        doc: include_str!("eh_host_format.md"),
        example: include_str!("../../../testdata/rules/eh-host-format/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

/// The port of the Kafka side.
const PORT: &str = "9093";

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let (FarEnd::EventHubs, Some(host)) = (endpoint.far_end, endpoint.host_parts()) else { return };
    // A scheme or a list of servers is wrong at any Kafka.
    if host.scheme.is_some() || host.text.contains(',') {
        return;
    }
    let value = endpoint.host();
    let name = host.range_of(host.name);
    if !is_namespace(&host) {
        let message = format!("`{}` is no host name of an Event Hubs namespace", host.name);
        sink.part(value, name, message).label("expected `<namespace>.servicebus.windows.net`");
        return;
    }
    let (part, message) = match host.port {
        _ if !host.path.is_empty() => (host.range_of(host.path), "an Event Hubs host has no path".to_owned()),
        Some(PORT) => return,
        None | Some("") => (0..host.text.len(), "the port is missing".to_owned()),
        Some(port) => (host.range_of(port), format!("Event Hubs does not speak Kafka at port `{port}`")),
    };
    let finding = sink.part(value, part, message).label(format!("expected `{}:{PORT}`", host.name));
    // A path that says something may be the event hub, which has to go elsewhere first.
    if matches!(host.path, "" | "/") {
        finding.replace_part(Safety::Safe, value, name.end..host.text.len(), &format!(":{PORT}"));
    }
}

/// Whether the name is `<namespace>.servicebus.windows.net`, or that of a private endpoint, which is left alone.
fn is_namespace(host: &Host<'_>) -> bool {
    let head = &host.name[..host.name.len() - EVENT_HUBS.len()];
    let is_label = |char: char| char.is_ascii_alphanumeric() || char == '-';
    head.to_ascii_lowercase().ends_with(".privatelink") || (!head.is_empty() && head.chars().all(is_label))
}
