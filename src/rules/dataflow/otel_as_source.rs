//! A source at an OpenTelemetry endpoint.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, EndpointType};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "otel-as-source",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "OpenTelemetry endpoints cannot be read from",
        sources: &[pages::ENDPOINT, pages::OPEN_TELEMETRY, pages::FLOW_SOURCE],
        doc: include_str!("otel_as_source.md"),
        example: include_str!("../../../testdata/rules/otel-as-source/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    for (flow, side, endpoint) in bundle.sources() {
        let Some(reference) = side.endpoint.as_ref().filter(|_| endpoint.kind == Some(EndpointType::OpenTelemetry))
        else {
            continue;
        };
        let message = format!(
            "dataflow `{}` reads from `{}`, and OpenTelemetry endpoints are destinations only",
            flow.id.name(),
            endpoint.id.name()
        );
        sink.written(reference, message)
            .label("expected an endpoint of type `Mqtt` or `Kafka`")
            .related_place(endpoint.id.place, "the endpoint");
    }
}
