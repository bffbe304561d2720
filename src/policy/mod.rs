//! Between findings and report: which rules are on, what is ignored where and why, what is shown and what fails.

pub mod findings;
mod ignores;
mod selection;

pub use ignores::Ignores;
pub use selection::{Selection, SelectorError};

use crate::diag::{Diagnostic, Entry, Severity};
use crate::rules;

/// What becomes of the findings of a run.
#[derive(Debug)]
pub struct Policy {
    /// The rules that are on.
    pub selection: Selection,
    /// Findings below are counted and not shown.
    pub level: Severity,
    /// Findings at or above make the run fail; `None`: none do.
    pub fail_on: Option<Severity>,
}

/// The findings of a run, sorted into what is shown and what is only counted.
#[derive(Debug, Default)]
pub struct Judged {
    /// Shown, in the order of files and places.
    pub shown: Vec<Diagnostic>,
    /// Findings below the level.
    pub below_level: usize,
    /// Findings that a comment ignores.
    pub suppressed: usize,
    /// Whether one of them makes the run fail.
    pub failed: bool,
}

impl Policy {
    /// Sorts `findings`; `ignores` are marked as used, and those that match nothing become findings themselves.
    pub fn judge(&self, findings: Vec<Diagnostic>, ignores: &mut Ignores) -> Judged {
        let mut judged = Judged::default();
        let mut rest = Vec::new();
        for finding in findings.into_iter().filter(|finding| self.selection.admits(finding.entry)) {
            if ignores.covers(&finding) { judged.suppressed += 1 } else { rest.push(finding) }
        }
        rest.extend(
            ignores.findings(&self.selection).into_iter().filter(|finding| self.selection.admits(finding.entry)),
        );
        judged.failed = rest.iter().any(|finding| self.fail_on.is_some_and(|least| finding.severity >= least));
        let all = rest.len();
        judged.shown = rest.into_iter().filter(|finding| finding.severity >= self.level).collect();
        judged.shown.sort_by(|a, b| (a.place, b.severity, a.id()).cmp(&(b.place, a.severity, b.id())));
        judged.below_level = all - judged.shown.len();
        judged
    }
}

/// The documentation of every id, in the order of the tables.
pub fn catalogue() -> impl Iterator<Item = &'static Entry> {
    rules::catalogue().chain(findings::ENTRIES.iter().copied())
}

/// The documentation of `id`.
pub fn find(id: &str) -> Option<&'static Entry> {
    catalogue().find(|entry| entry.id == id)
}
