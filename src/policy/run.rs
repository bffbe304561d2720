//! What `flowgate run` can find, with its documentation; in every build, so that `explain` knows it everywhere.
//!
//! The findings themselves are made by `run`.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};

/// A file with cases that cannot be understood.
pub static CASE_SYNTAX: Entry = Entry {
    id: "case-syntax",
    family: Family::Run,
    severity: Severity::Error,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "a case cannot be understood",
    sources: &[pages::FLOWGATE],
    doc: include_str!("docs/case-syntax.md"),
    example: include_str!("../../testdata/rules/case-syntax/bad-1.yaml"),
};

/// An expectation of a case that does not hold.
pub static CASE_MISMATCH: Entry = Entry {
    id: "case-mismatch",
    family: Family::Run,
    severity: Severity::Error,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "what came out is not what the case expects",
    sources: &[pages::FLOWGATE],
    doc: include_str!("docs/case-mismatch.md"),
    example: include_str!("../../testdata/rules/case-mismatch/bad-1.yaml"),
};

/// A message that came out otherwise than documented.
pub static NOT_AS_PREDICTED: Entry = Entry {
    id: "run-not-as-predicted",
    family: Family::Run,
    severity: Severity::Error,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "what came out is not what the documentation says of this dataflow",
    sources: &[pages::FLOWGATE],
    doc: include_str!("docs/run-not-as-predicted.md"),
    example: include_str!("../../testdata/rules/run-not-as-predicted/bad-1.yaml"),
};

/// A run that cannot tell what became of its message.
pub static INCONCLUSIVE: Entry = Entry {
    id: "run-inconclusive",
    family: Family::Run,
    severity: Severity::Warning,
    certainty: Certainty::Inferred,
    fix: FixKind::None,
    summary: "it cannot be told what became of the message",
    sources: &[pages::FLOWGATE],
    doc: include_str!("docs/run-inconclusive.md"),
    example: include_str!("../../testdata/rules/run-inconclusive/bad-1.yaml"),
};

/// A message that the dataflow drops.
pub static DROPPED: Entry = Entry {
    id: "run-dropped",
    family: Family::Run,
    severity: Severity::Warning,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "the dataflow drops the message",
    sources: &[pages::DISK, pages::FLOW_DESTINATION],
    doc: include_str!("docs/run-dropped.md"),
    example: include_str!("../../testdata/rules/run-dropped/bad-1.yaml"),
};

/// A message that the destination did not take.
pub static NOT_DELIVERED: Entry = Entry {
    id: "run-not-delivered",
    family: Family::Run,
    severity: Severity::Error,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "the message could not be handed over",
    sources: &[pages::DISK],
    doc: include_str!("docs/run-not-delivered.md"),
    example: include_str!("../../testdata/rules/run-not-delivered/bad-1.yaml"),
};

/// A message that was confirmed and not seen.
pub static NOT_READ_BACK: Entry = Entry {
    id: "run-not-read-back",
    family: Family::Run,
    severity: Severity::Info,
    certainty: Certainty::Inferred,
    fix: FixKind::None,
    summary: "the message was delivered and nobody could read it back",
    sources: &[pages::FLOWGATE],
    doc: include_str!("docs/run-not-read-back.md"),
    example: include_str!("../../testdata/rules/run-not-read-back/bad-1.yaml"),
};

/// A dataflow that no message can be sent through.
pub static CANNOT_RUN: Entry = Entry {
    id: "run-cannot-run",
    family: Family::Run,
    severity: Severity::Error,
    certainty: Certainty::Inferred,
    fix: FixKind::None,
    summary: "a message cannot be sent through this dataflow",
    sources: &[pages::FLOWGATE],
    doc: include_str!("docs/run-cannot-run.md"),
    example: include_str!("../../testdata/rules/run-cannot-run/bad-1.yaml"),
};

/// All entries of this module.
pub static ENTRIES: [&Entry; 8] = [
    &CASE_SYNTAX,
    &CASE_MISMATCH,
    &NOT_AS_PREDICTED,
    &INCONCLUSIVE,
    &DROPPED,
    &NOT_DELIVERED,
    &NOT_READ_BACK,
    &CANNOT_RUN,
];
