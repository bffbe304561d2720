//! Between findings and report: which rules are on, what is ignored where and why, what is shown and what fails.

pub mod findings;
mod ignores;
pub mod probe;
pub mod run;
mod selection;

pub use selection::{Selection, SelectorError};

use ignores::Ignores;

use crate::diag::{Diagnostic, Entry, FileId, Severity};
use crate::rules;
use crate::yaml::Comment;

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

/// The findings of a run, sorted into what is shown and what is only counted, document by document: what is not shown
/// is not kept.
#[derive(Debug)]
pub struct Judge<'p> {
    policy: &'p Policy,
    ignores: Ignores,
    judged: Judged,
}

/// What came of the findings of a run.
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

impl<'p> Judge<'p> {
    /// A judge by `policy` who has seen nothing yet.
    pub fn new(policy: &'p Policy) -> Self {
        Self { policy, ignores: Ignores::default(), judged: Judged::default() }
    }

    /// Takes in the comments of a document of `file`. Call it before [`Judge::take`] sees findings of that file.
    pub fn read_comments(&mut self, file: FileId, text: &str, comments: &[Comment<'_>]) {
        self.ignores.read(file, text, comments);
    }

    /// Takes in findings.
    pub fn take(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        for finding in findings {
            if !self.policy.selection.admits(finding.entry) {
                continue;
            }
            if self.ignores.covers(&finding) {
                self.judged.suppressed += 1;
                continue;
            }
            self.judged.failed |= self.policy.fail_on.is_some_and(|least| finding.severity >= least);
            if finding.severity >= self.policy.level {
                self.judged.shown.push(finding);
            } else {
                self.judged.below_level += 1;
            }
        }
    }

    /// What came of it; ignore comments that matched nothing become findings themselves. Call it after the last finding.
    pub fn end(mut self) -> Judged {
        let unused = self.ignores.findings(&self.policy.selection);
        self.take(unused);
        self.judged.shown.sort_by(|a, b| (a.place, b.severity, a.id()).cmp(&(b.place, a.severity, b.id())));
        self.judged
    }
}

/// The documentation of every id, in the order of the tables.
pub fn catalogue() -> impl Iterator<Item = &'static Entry> {
    rules::catalogue()
        .chain(probe::entries())
        .chain(run::ENTRIES.iter().copied())
        .chain(findings::ENTRIES.iter().copied())
}

/// The documentation of `id`.
pub fn find(id: &str) -> Option<&'static Entry> {
    catalogue().find(|entry| entry.id == id)
}
