//! How many sessions Event Grid has to allow.

use crate::diag::{Certainty, Entry, Family, FixKind, Place, Severity, pages};
use crate::model::{Bundle, FarEnd};
use crate::rules::{Check, Rule, Sink};
use std::collections::HashMap;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-max-sessions",
        family: Family::EventGrid,
        severity: Severity::Info,
        certainty: Certainty::Inferred,
        fix: FixKind::None,
        summary: "Event Grid has to allow several sessions for one client",
        sources: &[pages::MQTT],
        doc: include_str!("eg_max_sessions.md"),
        example: include_str!("../../../testdata/rules/eg-max-sessions/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

/// What the MQTT endpoint page asks for in any case.
const MINIMUM: i64 = 3;

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let clients = clients(bundle);
    for endpoint in bundle.endpoints.iter().filter(|endpoint| endpoint.far_end == FarEnd::EventGrid) {
        let clients = clients.get(&endpoint.id.place).copied().unwrap_or_default();
        let message = format!(
            "Event Grid has to allow at least {} client sessions per authentication name, which a manifest cannot ask for",
            clients.max(MINIMUM)
        );
        let finding = sink
            .place(endpoint.host_place, message)
            .help("in the namespace, raise the maximum client sessions per authentication name");
        if clients > MINIMUM {
            finding
                .note(format!("{clients} clients log in with this endpoint: instances of each dataflow that uses it"));
        }
    }
}

/// Instances of the dataflows that use each endpoint, as far as they are known, by the place of the endpoint's name.
fn clients(bundle: &Bundle) -> HashMap<Place, i64> {
    let mut clients: HashMap<Place, i64> = HashMap::new();
    for (flow, _, endpoint) in bundle.sources().chain(bundle.destinations()) {
        let count = bundle.profile(flow).found().and_then(|profile| profile.instance_count.as_ref());
        let instances = clients.entry(endpoint.id.place).or_default();
        *instances = instances.saturating_add(count.map_or(1, |count| count.value.max(1)));
    }
    clients
}
