//! `metadata.name` that ARM would not take.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
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
        sources: &[pages::ARM, pages::EDGE_AI],
        doc: include_str!("name_pattern.md"),
        example: include_str!("../../../testdata/rules/name-pattern/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    let name = resource.name();
    let Some(text) = name.str().filter(|_| resource.flow_kind().is_some()) else { return };
    let inner = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    let formed = text.chars().all(inner) && !text.starts_with('-') && !text.ends_with('-');
    if !formed {
        let message = format!("ARM would not take the name `{text}`");
        sink.at(name, message).label("expected lower-case letters, digits and inner hyphens");
    } else if !(3..=63).contains(&text.len()) {
        let message = format!("the name `{text}` has {} characters, ARM takes 3 to 63", text.len());
        sink.at(name, message).label("expected 3 to 63 characters");
    }
}
