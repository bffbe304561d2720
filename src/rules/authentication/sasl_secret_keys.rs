//! A Secret without user name or password.

use super::secrets;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, FarEnd, SecretUse};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "sasl-secret-keys",
        family: Family::Authentication,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "the Secret of a SASL login lacks `username` or `password`",
        sources: &[pages::KAFKA, pages::CLI],
        doc: include_str!("sasl_secret_keys.md"),
        example: include_str!("../../../testdata/rules/sasl-secret-keys/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    for used in secrets::used(bundle, SecretUse::Sasl) {
        let missing = used.missing(&["username", "password"]);
        if missing.is_empty() {
            continue;
        }
        let event_hubs = used.by.iter().any(|(endpoint, _)| endpoint.far_end == FarEnd::EventHubs);
        let token = missing.len() == 2 && used.secret.entry("token").is_some();
        let message = format!("Secret `{}` lacks {}", used.secret.id.name(), missing.join(" and "));
        let finding = used.tell(sink.place(used.secret.block, message)).label(format!("has {}", used.keys()));
        if event_hubs {
            finding.help("`username` is the literal `$ConnectionString`, `password` the connection string");
        } else if token {
            finding
                .severity(Severity::Warning)
                .note("one page shows a single `token`; the other parts of it and `az iot ops` have `username` and `password`");
        }
    }
}
