//! A host name that Event Grid does not have.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::Endpoint;
use crate::rules::event_grid::name::Name;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-host-format",
        family: Family::EventGrid,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "this is no host name of Event Grid's MQTT broker",
        sources: &[pages::MQTT, pages::EVENT_GRID],
        doc: include_str!("eg_host_format.md"),
        example: include_str!("../../../testdata/rules/eg-host-format/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let Some(host) = endpoint.host_parts() else { return };
    if Name::of(&host) == Some(Name::Malformed) {
        let message = format!("`{}` is no host name of an Event Grid namespace", host.name);
        sink.part(endpoint.host(), host.range_of(host.name), message)
            .label("expected `<namespace>.<region>-1.ts.eventgrid.azure.net`")
            .help("copy the MQTT host name from the overview of the Event Grid namespace");
    }
}
