//! How many sessions Event Grid has to allow.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, EndpointSummary, FarEnd};
use crate::rules::{Check, Rule, Sink};

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
    for endpoint in bundle.endpoints.iter().filter(|endpoint| endpoint.far_end == FarEnd::EventGrid) {
        let clients = clients(bundle, endpoint);
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

/// Instances of the dataflows that use `endpoint`, as far as they are known.
fn clients(bundle: &Bundle, endpoint: &EndpointSummary) -> i64 {
    let uses = bundle.sources().chain(bundle.destinations());
    let flows = uses.filter(|(_, _, used)| used.id.place == endpoint.id.place);
    let instances = flows.map(|(flow, _, _)| {
        let profile = bundle.profile(flow).found();
        profile.and_then(|profile| profile.instance_count.as_ref()).map_or(1, |count| count.value.max(1))
    });
    instances.fold(0, i64::saturating_add)
}
