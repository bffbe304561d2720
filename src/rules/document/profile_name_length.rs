//! The name of a profile that is too long for what is made of it.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::Resource;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "profile-name-length",
        family: Family::Document,
        severity: Severity::Warning,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "the name of the profile is longer than 39 characters",
        sources: &[pages::PROFILE],
        doc: include_str!("profile_name_length.md"),
        example: include_str!("../../../testdata/rules/profile-name-length/bad-1.yaml"),
    },
    check: Check::Profile(check),
};

/// Most characters of the name of a profile (reference: data flow profile page).
const LONGEST: usize = 39;

fn check(profile: &Resource<'_>, sink: &mut Sink<'_>) {
    let name = profile.name();
    let length = name.str().map_or(0, str::len);
    if length > LONGEST {
        sink.at(name, format!("the name of the profile has {length} characters, the service takes {LONGEST}"))
            .label(format!("expected at most {LONGEST} characters"))
            .help("rename the profile, and `profileRef` in its dataflows");
    }
}
