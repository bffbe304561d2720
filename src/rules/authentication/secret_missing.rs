//! A Secret that is not among the files.

use super::secrets;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, Resolved};
use crate::rules::references;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "secret-missing",
        family: Family::Authentication,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "the Secret that `secretRef` names is not among the files",
        sources: &[pages::KAFKA, pages::MQTT],
        doc: include_str!("secret_missing.md"),
        example: include_str!("../../../testdata/rules/secret-missing/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let names = || bundle.secrets.iter().map(|secret| &secret.id).chain(&bundle.provided_secrets);
    let open = bundle.provides_unknown_secret || bundle.secrets.iter().any(|secret| secret.id.name.is_none());
    for endpoint in &bundle.endpoints {
        for (_, reference) in secrets::references(endpoint) {
            let missing = matches!(bundle.secret(&endpoint.id, reference), Resolved::Missing);
            // One in another namespace is a matter of namespaces.
            if missing && names().all(|id| id.name() != &*reference.value) {
                references::unresolved(sink, "Secret", reference, names().map(|id| id.name()), open);
            }
        }
    }
}
