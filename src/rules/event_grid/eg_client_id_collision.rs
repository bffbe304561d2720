//! Dataflows that take the same client id at Event Grid.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, DataflowSummary, EndpointSummary, FarEnd, Host};
use crate::rules::{Check, Rule, Sink};
use crate::settings;
use std::collections::HashMap;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-client-id-collision",
        family: Family::EventGrid,
        severity: Severity::Warning,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "two dataflows come to Event Grid with the same client id",
        sources: &[pages::KNOWN_ISSUES, pages::MQTT],
        doc: include_str!("eg_client_id_collision.md"),
        example: include_str!("../../../testdata/rules/eg-client-id-collision/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

/// What a client id is made of, and where it is used.
#[derive(PartialEq, Eq, Hash)]
struct ClientId<'b> {
    namespace: String,
    prefix: Box<str>,
    flow: &'b str,
}

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let mut first: HashMap<ClientId<'_>, &DataflowSummary> = HashMap::new();
    let uses = bundle.sources().chain(bundle.destinations());
    for (flow, _, endpoint) in uses.filter(|(_, _, endpoint)| endpoint.far_end == FarEnd::EventGrid) {
        let Some(id) = client_id(bundle, flow, endpoint) else { continue };
        let message = format!("another dataflow `{}` comes to `{}` with the same client id", id.flow, id.namespace);
        let Some(other) = first.get(&id).copied() else {
            first.insert(id, flow);
            continue;
        };
        let namespaces_differ = !flow.id.may_share_namespace(&other.id);
        if !namespaces_differ && flow.id.place.file == other.id.place.file {
            continue;
        }
        // In two files they may be one resource, given twice.
        let severity = if namespaces_differ { Severity::Warning } else { Severity::Info };
        sink.place(flow.id.place, message)
            .severity(severity)
            .related_place(other.id.place, "the other one")
            .note("the client id is made of `clientIdPrefix` and the name of the dataflow")
            .help("give one of them another name, for example with the name of the site");
    }
}

/// The client id of `flow` at `endpoint`, if it can be told.
fn client_id<'b>(bundle: &Bundle, flow: &'b DataflowSummary, endpoint: &EndpointSummary) -> Option<ClientId<'b>> {
    let host = |endpoint: &EndpointSummary| {
        endpoint.host.as_ref().map(|host| Host::parse(&host.value).name.to_ascii_lowercase())
    };
    let namespace = host(endpoint)?;
    // Several endpoints of one name: copies for several clusters. Which of them is meant cannot be told.
    let mut namesakes = bundle.endpoints.iter().filter(|other| other.id.name == endpoint.id.name);
    if namesakes.any(|other| other.id.may_share_namespace(&flow.id) && host(other).as_ref() != Some(&namespace)) {
        return None;
    }
    let prefix = settings::Endpoint::of(endpoint).mqtt?.client_id_prefix?.value;
    Some(ClientId { namespace, prefix, flow: flow.id.name.as_deref()? })
}
