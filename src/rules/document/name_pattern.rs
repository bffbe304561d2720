//! `metadata.name` that ARM, or Kubernetes itself, would not take.

use super::names;
use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Severity, pages};
use crate::model::Resource;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "name-pattern",
        family: Family::Document,
        severity: Severity::Warning,
        certainty: Certainty::Schema,
        fix: FixKind::None,
        summary: "the name would not be taken by ARM",
        sources: &[pages::ARM, pages::EDGE_AI, pages::KUBERNETES_NAMES],
        doc: include_str!("name_pattern.md"),
        example: include_str!("../../../testdata/rules/name-pattern/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    let name = resource.name();
    if resource.flow_kind().is_none() || name.is_undecided() {
        return;
    }
    if name.is_absent() {
        let generated = resource.root().get("metadata").get("generateName");
        if generated.is_absent() {
            sink.key(name, "the resource has no name").severity(Severity::Error).effect(Effect::Refused);
        }
        return;
    }
    let Some(text) = name.str() else {
        sink.at(name, "the name is not text").severity(Severity::Error).effect(Effect::Refused);
        return;
    };
    let inner = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    let formed = text.chars().all(inner) && !text.starts_with('-') && !text.ends_with('-');
    if !names::is_subdomain(text) {
        sink.at(name, format!("no resource can have the name `{text}`"))
            .severity(Severity::Error)
            .label("expected lower-case letters, digits and inner hyphens")
            .effect(Effect::Refused);
    } else if !formed {
        let message = format!("ARM would not take the name `{text}`");
        sink.at(name, message).label("expected lower-case letters, digits and inner hyphens");
    } else if !(3..=63).contains(&text.len()) {
        let message = format!("the name `{text}` has {} characters, ARM takes 3 to 63", text.len());
        sink.at(name, message).label("expected 3 to 63 characters");
    }
}
