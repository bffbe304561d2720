//! A dataflow past the local broker.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, EndpointSummary, FarEnd};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "no-local-broker-side",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "neither side of the dataflow is the local MQTT broker",
        sources: &[pages::ENDPOINT, pages::CREATE, pages::CLI],
        doc: include_str!("no_local_broker_side.md"),
        example: include_str!("../../../testdata/rules/no-local-broker-side/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    for (flow, from, source) in bundle.sources() {
        let Some(to) = &flow.destination else { continue };
        let Some(destination) = bundle.endpoint(&flow.id, to).found() else { continue };
        let (Some(from_name), Some(to_name)) = (&from.endpoint, &to.endpoint) else { continue };
        let sides = [source, destination];
        let known = sides
            .iter()
            .all(|side| side.shape == Shape::V1 && !matches!(side.far_end, FarEnd::LocalBroker | FarEnd::Unknown));
        if !known {
            continue;
        }
        let message = format!(
            "dataflow `{}` goes from {} to {}, and neither is the local MQTT broker",
            flow.id.name(),
            source.far_end.name(),
            destination.far_end.name()
        );
        let finding = sink
            .written(from_name, message)
            .label("expected the local broker here or at the destination")
            .related_place(to_name.place, "the destination")
            .help("send through the local broker with two dataflows: one to the endpoint `default`, one from it");
        if sides.into_iter().any(may_be_local) {
            finding.severity(Severity::Info).note("a host within the cluster may be a listener of the local broker");
        }
    }
}

/// Whether an MQTT host under another name may still be the local broker: a listener of its own, an address, a name
/// that only the cluster or the site resolves.
fn may_be_local(endpoint: &EndpointSummary) -> bool {
    let host = endpoint.host.as_ref().map(|host| crate::model::Host::parse(&host.value));
    let Some(host) = host.filter(|_| endpoint.far_end == FarEnd::CustomMqtt) else { return false };
    let name = host.name;
    let is_address = name.starts_with('[') || name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let within = [".svc", ".svc.cluster.local", ".local", ".internal", ".lan"];
    is_address || !name.contains('.') || name.contains(".svc.") || within.iter().any(|suffix| name.ends_with(suffix))
}
