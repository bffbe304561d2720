//! A method that the far end does not know.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "auth-method-not-allowed",
        family: Family::Authentication,
        severity: Severity::Error,
        certainty: Certainty::Enforced,
        fix: FixKind::None,
        summary: "the endpoint cannot be logged into with this method",
        sources: &[pages::CLI, pages::MQTT, pages::KAFKA],
        doc: include_str!("auth_method_not_allowed.md"),
        example: include_str!("../../../testdata/rules/auth-method-not-allowed/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

const SYSTEM: &str = "SystemAssignedManagedIdentity";
const USER: &str = "UserAssignedManagedIdentity";
const SAT: &str = "ServiceAccountToken";
const X509: &str = "X509Certificate";
const SASL: &str = "Sasl";
const TOKEN: &str = "AccessToken";
const ANONYMOUS: &str = "Anonymous";

/// The table of `az iot ops`, by what stands at the far end.
const fn allowed(far_end: FarEnd) -> Option<&'static [&'static str]> {
    match far_end {
        FarEnd::LocalBroker | FarEnd::OpenTelemetry => Some(&[SAT, X509, ANONYMOUS]),
        FarEnd::EventGrid => Some(&[SYSTEM, USER, X509]),
        FarEnd::CustomMqtt => Some(&[SYSTEM, USER, SAT, X509, ANONYMOUS]),
        FarEnd::EventHubs => Some(&[SYSTEM, USER, SASL]),
        // `X509Certificate` is in the schema and not in the table: `kafka-x509-undocumented` says so.
        FarEnd::CustomKafka => Some(&[SYSTEM, USER, SASL, X509, ANONYMOUS]),
        FarEnd::DataLakeStorage => Some(&[SYSTEM, USER, TOKEN]),
        FarEnd::DataExplorer | FarEnd::FabricOneLake => Some(&[SYSTEM, USER]),
        FarEnd::LocalStorage | FarEnd::Unknown => None,
    }
}

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let method = endpoint.method();
    let (Some(written), Some(allowed)) = (method.str(), allowed(endpoint.far_end)) else { return };
    let known =
        [SYSTEM, USER, SAT, X509, SASL, TOKEN, ANONYMOUS].iter().any(|known| known.eq_ignore_ascii_case(written));
    // A method that does not exist at all is the schema's to refuse.
    if known && !allowed.iter().any(|name| name.eq_ignore_ascii_case(written)) {
        let message = format!("{} does not take the method `{written}`", endpoint.far_end.name());
        sink.at(method, message).label(format!("expected `{}`", allowed.join("`, `")));
    }
}
