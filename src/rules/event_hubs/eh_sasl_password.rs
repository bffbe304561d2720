//! A password that Event Hubs does not take.

use super::login::{Login, logins, namespace};
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, Host, SecretShape};
use crate::rules::{Check, Rule, Sink};
use std::collections::HashSet;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-sasl-password",
        family: Family::EventHubs,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "the password for Event Hubs is not its connection string",
        sources: &[pages::KAFKA, pages::EVENT_HUBS],
        doc: include_str!("eh_sasl_password.md"),
        example: include_str!("../../../testdata/rules/eh-sasl-password/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let mut seen = HashSet::new();
    for login in logins(bundle, "password") {
        let Some((severity, message)) = complaint(&login) else { continue };
        if !seen.insert((login.entry.place, message)) {
            continue;
        }
        let finding = sink
            .place(login.entry.place, message)
            .severity(severity)
            .related_place(login.reference.place, format!("endpoint `{}` logs in with it", login.endpoint.id.name()));
        match (severity, &login.endpoint.host) {
            (Severity::Warning, Some(host)) => finding
                .related_place(host.place, "this is the namespace of the endpoint")
                .note("the alias of a pair of namespaces has a connection string of its own"),
            _ => finding.label("expected a connection string with a key, from `Endpoint=sb://` on"),
        };
    }
}

/// What is wrong with the password, in words that hold nothing of it.
fn complaint(login: &Login<'_>) -> Option<(Severity, &'static str)> {
    let message = match &login.entry.shape {
        SecretShape::Unknown => return None,
        SecretShape::ConnectionString { signature: true, .. } | SecretShape::SharedAccessSignature => {
            "the password for Event Hubs is a shared access signature, which its Kafka side does not take"
        }
        SecretShape::ConnectionString { host, .. } => {
            let expected = Host::parse(&login.endpoint.host.as_ref()?.value);
            let same = namespace(&Host::parse(host)).eq_ignore_ascii_case(namespace(&expected));
            let message = "the connection string is that of another Event Hubs namespace";
            return (!same).then_some((Severity::Warning, message));
        }
        SecretShape::Empty => "the password for Event Hubs is empty",
        _ => "the password for Event Hubs is not a connection string",
    };
    Some((Severity::Error, message))
}
