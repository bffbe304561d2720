//! A Kafka source without a consumer group.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, EndpointSummary, EndpointType};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "kafka-source-consumer-group",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "a Kafka endpoint that is read from needs `consumerGroupId`",
        sources: &[pages::KAFKA, pages::CLI],
        doc: include_str!("kafka_source_consumer_group.md"),
        example: include_str!("../../../testdata/rules/kafka-source-consumer-group/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let mut seen: Vec<&EndpointSummary> = Vec::new();
    for (flow, side, endpoint) in bundle.sources() {
        let empty = endpoint.consumer_group.as_ref().filter(|group| group.value.trim().is_empty());
        let absent = endpoint.no_consumer_group && !endpoint.undecided;
        let known = endpoint.kind == Some(EndpointType::Kafka) && (absent || empty.is_some());
        if !known || seen.iter().any(|other| other.id.place == endpoint.id.place) {
            continue;
        }
        seen.push(endpoint);
        let name = endpoint.id.name();
        let message = match empty {
            Some(_) => {
                format!("`consumerGroupId` of `{name}` is empty, and dataflow `{}` reads from it", flow.id.name())
            }
            None => format!("`{name}` has no `consumerGroupId`, and dataflow `{}` reads from it", flow.id.name()),
        };
        let from = side.endpoint.as_ref().map_or(side.place, |reference| reference.place);
        sink.place(empty.map_or(endpoint.settings, |group| group.place), message)
            .label("needs `consumerGroupId`")
            .related_place(from, "read from here")
            .help(format!("for instance `consumerGroupId: {}-cg`", flow.id.name.as_deref().unwrap_or("dataflow")));
    }
}
