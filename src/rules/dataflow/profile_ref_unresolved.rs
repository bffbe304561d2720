//! A profile that is not among the files.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, DEFAULT_NAME, Resolved};
use crate::rules::references::Names;
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
    let all = bundle.profiles.iter().map(|profile| &profile.id);
    let mut names = Names::new("profile", all, &[DEFAULT_NAME]);
    for flow in &bundle.dataflows {
        let Some(reference) = &flow.profile else { continue };
        if matches!(bundle.profile(flow), Resolved::Missing) {
            names.miss(reference, sink);
        }
    }
}
