//! What can be wrong with Flowgate's own comments, with its documentation.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};

/// An ignore comment that ignores nothing.
pub static UNUSED_IGNORE: Entry = Entry {
    id: "unused-ignore",
    family: Family::Policy,
    severity: Severity::Warning,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "an ignore comment matches no finding",
    sources: &[pages::FLOWGATE],
    doc: include_str!("docs/unused-ignore.md"),
    example: include_str!("../../testdata/rules/unused-ignore/bad-1.yaml"),
};

/// An ignore comment that cannot be understood, or gives no reason.
pub static BAD_IGNORE: Entry = Entry {
    id: "bad-ignore",
    family: Family::Policy,
    severity: Severity::Warning,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "an ignore comment names no known rule, or gives no reason",
    sources: &[pages::FLOWGATE],
    doc: include_str!("docs/bad-ignore.md"),
    example: include_str!("../../testdata/rules/bad-ignore/bad-1.yaml"),
};

/// All entries of this module.
pub static ENTRIES: [&Entry; 2] = [&UNUSED_IGNORE, &BAD_IGNORE];
