//! A profile that nothing refers to.

use super::unused::{self, Used};
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, DEFAULT_NAME};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "unused-profile",
        family: Family::Document,
        severity: Severity::Info,
        certainty: Certainty::Inferred,
        fix: FixKind::None,
        summary: "nothing refers to the profile",
        sources: &[pages::PROFILE],
        doc: include_str!("unused_profile.md"),
        example: include_str!("../../../testdata/rules/unused-profile/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    if !unused::is_known(bundle) {
        return;
    }
    let mut used = Used::default();
    bundle.dataflows.iter().for_each(|flow| used.add(Some(&flow.id), &flow.profile));
    used.add(None, &bundle.graph_references.profiles);
    for id in bundle.profiles.iter().map(|profile| &profile.id).filter(|id| id.name.is_some()) {
        if id.name() != DEFAULT_NAME && !used.means(id) {
            sink.place(id.place, format!("no dataflow refers to the profile `{}`", id.name()))
                .help("remove it, or write its name as `profileRef` of a dataflow");
        }
    }
}
