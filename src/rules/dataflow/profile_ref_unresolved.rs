//! A profile that is not among the files.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, DEFAULT_NAME, Resolved};
use crate::rules::references;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "profile-ref-unresolved",
        family: Family::Dataflow,
        severity: Severity::Info,
        certainty: Certainty::Enforced,
        fix: FixKind::None,
        summary: "the profile that `profileRef` names is not among the files",
        sources: &[pages::CREATE, pages::CLI],
        doc: include_str!("profile_ref_unresolved.md"),
        example: include_str!("../../../testdata/rules/profile-ref-unresolved/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let names = || bundle.profiles.iter().map(|profile| profile.id.name());
    let open = bundle.profiles.iter().any(|profile| profile.id.name.is_none());
    for flow in &bundle.dataflows {
        let Some(reference) = flow.profile.as_ref().filter(|reference| !reference.value.is_empty()) else { continue };
        let missing = matches!(bundle.profile(flow), Resolved::Missing);
        // One in another namespace is a matter of namespaces.
        if missing && names().all(|name| name != &*reference.value) {
            references::unresolved(sink, "profile", reference, names().chain([DEFAULT_NAME]), open);
        }
    }
}
