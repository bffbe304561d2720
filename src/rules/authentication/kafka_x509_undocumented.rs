//! A client certificate for Kafka.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "kafka-x509-undocumented",
        family: Family::Authentication,
        severity: Severity::Warning,
        certainty: Certainty::Enforced,
        fix: FixKind::None,
        summary: "Kafka with a client certificate is in the schema and no longer documented",
        sources: &[pages::CLI, pages::KAFKA, pages::CRD_V1],
        doc: include_str!("kafka_x509_undocumented.md"),
        example: include_str!("../../../testdata/rules/kafka-x509-undocumented/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let method = endpoint.method();
    if endpoint.far_end == FarEnd::CustomKafka && method.is_word("X509Certificate") {
        sink.at(method, "`X509Certificate` is no longer documented for Kafka")
            .label("expected `Sasl`, a managed identity or `Anonymous`")
            .help("use `Sasl`, or try it against your broker before you rely on it");
    }
}
