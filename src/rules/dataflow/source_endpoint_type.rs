//! A source at an endpoint that only stores.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, EndpointType};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "source-endpoint-type",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "only MQTT and Kafka endpoints can be read from",
        sources: &[pages::CREATE, pages::ENDPOINT, pages::FLOW_SOURCE, pages::CLI],
        doc: include_str!("source_endpoint_type.md"),
        example: include_str!("../../../testdata/rules/source-endpoint-type/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    for (flow, side, endpoint) in bundle.sources() {
        let Some(kind) = endpoint.kind.filter(|kind| !kind.can_be_source() && *kind != EndpointType::OpenTelemetry)
        else {
            continue;
        };
        let Some(reference) = &side.endpoint else { continue };
        let message = format!(
            "dataflow `{}` reads from `{}`, which is of type `{}`",
            flow.id.name(),
            endpoint.id.name(),
            kind.as_str()
        );
        sink.written(reference, message)
            .label("expected an endpoint of type `Mqtt` or `Kafka`")
            .related_place(endpoint.id.place, "the endpoint");
    }
}
