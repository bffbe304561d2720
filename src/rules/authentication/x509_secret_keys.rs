//! A Secret with a client certificate under other keys than those that are read.

use super::secrets::{self, Used};
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, EndpointType, SecretUse};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "x509-secret-keys",
        family: Family::Authentication,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "the Secret of a client certificate lacks `client_cert.pem` or `client_key.pem`",
        sources: &[pages::MQTT, pages::EDGE_AI, pages::PREVIEW_2024_10],
        doc: include_str!("x509_secret_keys.md"),
        example: include_str!("../../../testdata/rules/x509-secret-keys/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

const KEYS: [&str; 2] = ["client_cert.pem", "client_key.pem"];
/// The keys of a `kubernetes.io/tls` Secret, which the previews asked for.
const TLS: [&str; 2] = ["tls.crt", "tls.key"];

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    for mut used in secrets::used(bundle, SecretUse::X509) {
        // The names are documented for MQTT; Kafka's client certificates are documented nowhere any more.
        used.by.retain(|(endpoint, _)| endpoint.kind == Some(EndpointType::Mqtt));
        if !used.by.is_empty() {
            look(&used, sink);
        }
    }
}

fn look(used: &Used<'_>, sink: &mut Sink<'_>) {
    let (missing, tls) = (used.missing(&KEYS), used.missing(&TLS).is_empty());
    let preview = used.by.iter().all(|(endpoint, _)| endpoint.shape != Shape::V1);
    if missing.is_empty() || preview && tls {
        return;
    }
    let name = used.secret.id.name();
    let message = format!("Secret `{name}` lacks {}", missing.join(" and "));
    let help = format!(
        "kubectl create secret generic {name} --from-file=client_cert.pem=<certificate> --from-file=client_key.pem=<key>"
    );
    let finding = sink.place(used.secret.block, message).label(format!("has {}", used.keys())).help(help);
    let finding = used.tell(finding);
    let finding = if preview { finding.severity(Severity::Warning) } else { finding };
    if tls {
        finding.note(
            "`tls.crt` and `tls.key` are what the previews read; the same certificate and key do, under the new names",
        );
    }
}
