//! An audience that is not that of the Event Hubs namespace.

use super::login;
use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{EVENT_HUBS, Endpoint, FarEnd, Host};
use crate::rules::azure;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-wrong-audience",
        family: Family::EventHubs,
        severity: Severity::Warning,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Hubs takes tokens for another audience",
        sources: &[pages::KAFKA, pages::PREVIEW_2024_08],
        doc: include_str!("eh_wrong_audience.md"),
        example: include_str!("../../../testdata/rules/eh-wrong-audience/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    if endpoint.far_end != FarEnd::EventHubs {
        return;
    }
    let Some(audience) = azure::audience(endpoint) else { return };
    let told = Host::parse(audience.url);
    let namespace = endpoint.host_parts().map(|host| login::namespace(&host));
    // Other audiences may be right in ways that no page tells.
    let message = if told.name.eq_ignore_ascii_case("eventgrid.azure.net") {
        "this is the audience of Event Grid, and Event Hubs refuses tokens for it"
    } else if told.is_event_hubs() && namespace.is_some_and(|name| !login::namespace(&told).eq_ignore_ascii_case(name))
    {
        "this is the audience of another Event Hubs namespace"
    } else {
        return;
    };
    let finding = sink.at(audience.value, message);
    if let Some(name) = namespace {
        let expected = format!("https://{name}{EVENT_HUBS}{}", audience.suffix);
        finding
            .label(format!("expected `{expected}`"))
            .help("write that, or leave the setting out: it is the default")
            .related(endpoint.host(), "the namespace is this")
            .replace(Safety::Safe, audience.value, &expected);
    }
}
