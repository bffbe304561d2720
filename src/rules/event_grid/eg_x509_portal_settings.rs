//! What has to be set in Event Grid for client certificates.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-x509-portal-settings",
        family: Family::EventGrid,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "Event Grid has to take the client's name from its certificate",
        sources: &[pages::MQTT],
        doc: include_str!("eg_x509_portal_settings.md"),
        example: include_str!("../../../testdata/rules/eg-x509-portal-settings/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    if endpoint.far_end == FarEnd::EventGrid && endpoint.method().is_word("X509Certificate") {
        sink.at(
            endpoint.host(),
            "Event Grid has to take the client's name from its certificate, which a manifest cannot ask for",
        )
        .help("in the namespace, set the alternative client authentication name source to `Certificate Subject Name`")
        .related(endpoint.method(), "because of this");
    }
}
