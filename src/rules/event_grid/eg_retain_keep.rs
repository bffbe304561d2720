//! A retain flag that is carried to Event Grid.

use crate::diag::{Certainty, Entry, Family, FixKind, Place, Safety, Severity, pages};
use crate::model::{Bundle, DataflowSummary, EndpointSummary, EndpointType, FarEnd, Resolved};
use crate::rules::{Check, Rule, Sink};
use crate::settings::{self, Retain};
use std::collections::HashSet;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-retain-keep",
        family: Family::EventGrid,
        severity: Severity::Warning,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "retained messages may be refused by Event Grid",
        sources: &[pages::MQTT, pages::EVENT_GRID_RETAIN, pages::CRD_V1],
        doc: include_str!("eg_retain_keep.md"),
        example: include_str!("../../../testdata/rules/eg-retain-keep/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let mut seen = HashSet::new();
    for (flow, side, endpoint) in bundle.destinations().filter(|(_, _, endpoint)| endpoint.far_end == FarEnd::EventGrid)
    {
        if !comes_from_mqtt(bundle, flow) || !seen.insert(endpoint.id.place) {
            continue;
        }
        report(flow, side.endpoint.as_ref().map_or(side.place, |name| name.place), endpoint, sink);
    }
}

fn report(flow: &DataflowSummary, reference: Place, endpoint: &EndpointSummary, sink: &mut Sink<'_>) {
    let retain = settings::Endpoint::of(endpoint).mqtt.and_then(|mqtt| mqtt.retain);
    let Some(retain) = retain.filter(|retain| retain.value == Retain::Keep) else { return };
    let related = format!("dataflow `{}` writes to it", flow.id.name());
    let note = "Event Grid has retain since July 2025, in preview and for new namespaces only";
    let written = retain.place();
    let message = match written {
        Some(_) => "Event Grid refuses messages with the retain flag, which `Keep` carries on",
        None => "Event Grid refuses messages with the retain flag, which is carried on where `retain` is not written",
    };
    let finding = sink.place(written.unwrap_or(endpoint.settings), message).label("expected `retain: Never`");
    let finding = finding.related_place(reference, related).note(note);
    match written {
        Some(place) => finding.replace_place(Safety::Unsafe, place, Retain::Never.as_str()),
        None => finding.insert_at(Safety::Safe, endpoint.insert, "retain: Never"),
    };
}

/// Whether the source of `flow` is an MQTT broker: the flag goes from MQTT to MQTT only.
fn comes_from_mqtt(bundle: &Bundle, flow: &DataflowSummary) -> bool {
    match flow.source.as_ref().map(|side| bundle.endpoint(&flow.id, side)) {
        Some(Resolved::Found(source)) => source.kind == Some(EndpointType::Mqtt),
        Some(Resolved::BuiltIn) => true,
        _ => false,
    }
}
