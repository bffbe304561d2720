//! A user name that Event Hubs does not know.

use super::login::logins;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, SecretShape};
use crate::rules::{Check, Rule, Sink};
use std::collections::HashSet;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-sasl-username",
        family: Family::EventHubs,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "the user name for Event Hubs is not `$ConnectionString`",
        sources: &[pages::KAFKA, pages::FABRIC_RTI],
        doc: include_str!("eh_sasl_username.md"),
        example: include_str!("../../../testdata/rules/eh-sasl-username/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let mut seen = HashSet::new();
    for login in logins(bundle, "username") {
        let message = match login.entry.shape {
            SecretShape::DollarConnectionString | SecretShape::Unknown => continue,
            SecretShape::Empty => "the user name for Event Hubs is empty",
            _ => "the user name for Event Hubs is not `$ConnectionString`",
        };
        if !seen.insert(login.entry.place) {
            continue;
        }
        let finding = sink
            .place(login.entry.place, message)
            .label("expected the literal `$ConnectionString`")
            .related_place(login.reference.place, format!("endpoint `{}` logs in with it", login.endpoint.id.name()));
        if login.entry.shape == SecretShape::Empty {
            finding.help("on a command line, put `$ConnectionString` in single quotes: in double quotes the shell makes nothing of it");
        }
    }
}
