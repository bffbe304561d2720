//! A `kind` that the API group does not have.

use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Resource, ResourceKind, UNCHECKED_KINDS};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Kind;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "unknown-kind",
        family: Family::Document,
        severity: Severity::Error,
        certainty: Certainty::Schema,
        fix: FixKind::Safe,
        summary: "the API group has no such kind",
        sources: &[pages::CRD_V1, pages::ARM],
        doc: include_str!("unknown_kind.md"),
        example: include_str!("../../../testdata/rules/unknown-kind/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

/// Slips up to which a kind is taken for one that exists.
const SLIPS: usize = 3;

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    let kind = resource.root().get("kind");
    if resource.kind != ResourceKind::Unknown || kind.is_undecided() {
        return;
    }
    let known = || Kind::ALL.iter().map(|kind| kind.as_str()).chain(UNCHECKED_KINDS);
    let all = format!("expected one of `{}`", known().collect::<Vec<_>>().join("`, `"));
    let Some(text) = kind.str() else {
        let message = if kind.is_absent() { "`kind` is missing" } else { "`kind` is not text" };
        let finding = if kind.is_absent() { sink.key(kind, message) } else { sink.at(kind, message) };
        finding.label(all).effect(Effect::Refused);
        return;
    };
    let message = format!("the API group has no kind `{text}`");
    if let Some(name) = known().find(|name| name.eq_ignore_ascii_case(text)) {
        sink.at(kind, message).label(format!("expected `{name}`")).effect(Effect::Refused).replace(
            Safety::Safe,
            kind,
            name,
        );
        return;
    }
    let near = known().map(|name| (strsim::damerau_levenshtein(text, name), name)).min();
    match near.filter(|(distance, _)| *distance <= SLIPS) {
        Some((_, name)) => {
            sink.at(kind, message).label(format!("did you mean `{name}`?")).effect(Effect::Refused);
        }
        // It may be newer than what is known here.
        None => {
            sink.at(kind, format!("`{text}` is not a known kind of the API group"))
                .severity(Severity::Warning)
                .label(all);
        }
    }
}
