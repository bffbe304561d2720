//! A connection string that is limited to another event hub than the dataflow uses.

use super::login::login;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, SecretShape};
use crate::rules::{Check, Rule, Sink};
use std::collections::HashSet;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-entitypath-mismatch",
        family: Family::EventHubs,
        severity: Severity::Error,
        certainty: Certainty::Inferred,
        fix: FixKind::None,
        summary: "the connection string is for another event hub",
        sources: &[pages::KAFKA, pages::FABRIC_RTI],
        doc: include_str!("eh_entitypath_mismatch.md"),
        example: include_str!("../../../testdata/rules/eh-entitypath-mismatch/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let mut seen = HashSet::new();
    for (_, side, endpoint) in bundle.sources().chain(bundle.destinations()) {
        let Some(login) = login(bundle, endpoint, "password") else { continue };
        let SecretShape::ConnectionString { entity_path: Some(entity_path), .. } = &login.entry.shape else { continue };
        for topic in side.topics.iter().filter(|topic| !topic.value.eq_ignore_ascii_case(entity_path)) {
            if seen.insert(topic.place) {
                sink.written(
                    topic,
                    format!("the connection string is for one event hub, and `{}` is another", topic.value),
                )
                .related_place(login.entry.place, "`EntityPath` in here names its event hub")
                .related_place(login.reference.place, format!("endpoint `{}` logs in with it", endpoint.id.name()))
                .help("use a connection string of the namespace, which has no `EntityPath`");
            }
        }
    }
}
