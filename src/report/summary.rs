//! The counts of a run, and the one line that tells them.

use super::facts::clean;
use crate::diag::Severity;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Kinds that the summary line names before it says "and others".
const KINDS_NAMED: usize = 6;

/// The counts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Errors shown.
    pub errors: usize,
    /// Warnings shown.
    pub warnings: usize,
    /// Reminders and opinions shown.
    pub infos: usize,
    /// Findings below the level that is shown.
    pub hidden_below_level: usize,
    /// Findings that an ignore comment or the configuration suppressed.
    pub suppressed: usize,
    /// Findings shown that `--fix` would put right.
    pub fixable: usize,
    /// Findings that were put right in this run.
    pub fixed: usize,
    /// Documents checked.
    pub documents: usize,
    /// Files read.
    pub files: usize,
    /// Documents that were not checked, by kind.
    pub skipped: BTreeMap<String, usize>,
    /// Files that could not be read.
    pub unreadable: usize,
}

impl Summary {
    /// Counts one finding that is shown.
    pub const fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.infos += 1,
        }
    }
}

/// The summary as one line without a line end, such as
/// `2 errors (1 fixable with --fix) in 3 documents of 2 files; 1 document of another kind skipped (1 ConfigMap)`.
pub fn line(summary: &Summary) -> String {
    let mut line = found(summary);
    let aside = aside(summary);
    if !aside.is_empty() {
        let _ = write!(line, " ({})", aside.join("; "));
    }
    let _ = write!(line, " in {} of {}", plural(summary.documents, "document"), plural(summary.files, "file"));
    let skipped: usize = summary.skipped.values().sum();
    if skipped > 0 {
        let kind = if skipped == 1 { "another kind" } else { "other kinds" };
        let _ = write!(line, "; {} of {kind} skipped ({})", plural(skipped, "document"), kinds(&summary.skipped));
    }
    if summary.unreadable > 0 {
        let _ = write!(line, "; {} not readable", plural(summary.unreadable, "file"));
    }
    line
}

fn found(summary: &Summary) -> String {
    let counts = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info")];
    let counts: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| plural(*n, what)).collect();
    if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") }
}

fn aside(summary: &Summary) -> Vec<String> {
    let mut aside = Vec::new();
    if summary.fixed > 0 {
        aside.push(format!("{} fixed", summary.fixed));
    }
    if summary.fixable > 0 {
        aside.push(format!("{} fixable with --fix", summary.fixable));
    }
    if summary.suppressed > 0 {
        aside.push(format!("{} suppressed", summary.suppressed));
    }
    if summary.hidden_below_level > 0 {
        aside.push(format!("{} below --level", summary.hidden_below_level));
    }
    aside
}

/// The most frequent kinds first; the rest as a number, because a directory of Helm output has dozens.
fn kinds(skipped: &BTreeMap<String, usize>) -> String {
    let mut kinds: Vec<_> = skipped.iter().filter(|(_, n)| **n > 0).collect();
    kinds.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
    let mut named: Vec<_> = kinds.iter().take(KINDS_NAMED).map(|(kind, n)| format!("{n} {}", shorten(kind))).collect();
    let rest: usize = kinds.iter().skip(KINDS_NAMED).map(|(_, n)| **n).sum();
    if rest > 0 {
        named.push(format!("{rest} others"));
    }
    named.join(", ")
}

/// A kind is text of a file: it can be anything, of any length.
fn shorten(kind: &str) -> String {
    let kind = clean(kind).replace('\n', " ");
    match kind.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &kind[..end]),
        None => kind,
    }
}

fn plural(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_every_count_in_one_line() {
        let skipped = [("ConfigMap", 2), ("Deployment", 1), ("Service", 1)];
        let summary = Summary {
            errors: 2,
            warnings: 1,
            suppressed: 3,
            fixable: 1,
            documents: 5,
            files: 2,
            skipped: skipped.map(|(kind, n)| (kind.to_owned(), n)).into(),
            ..Summary::default()
        };
        assert_eq!(
            line(&summary),
            "2 errors, 1 warning (1 fixable with --fix; 3 suppressed) in 5 documents of 2 files; \
             4 documents of other kinds skipped (2 ConfigMap, 1 Deployment, 1 Service)"
        );
    }

    #[test]
    fn says_that_there_is_nothing() {
        let summary = Summary { documents: 1, files: 1, ..Summary::default() };
        assert_eq!(line(&summary), "no findings in 1 document of 1 file");
    }

    #[test]
    fn tells_what_was_fixed_hidden_and_unreadable() {
        let summary = Summary {
            infos: 2,
            fixed: 4,
            hidden_below_level: 7,
            unreadable: 1,
            documents: 3,
            files: 3,
            skipped: [("Secret".to_owned(), 1)].into(),
            ..Summary::default()
        };
        assert_eq!(
            line(&summary),
            "2 infos (4 fixed; 7 below --level) in 3 documents of 3 files; \
             1 document of another kind skipped (1 Secret); 1 file not readable"
        );
    }

    #[test]
    fn names_the_most_frequent_kinds_and_shortens_hostile_ones() {
        let mut skipped: BTreeMap<_, _> = (0..8).map(|n| (format!("Kind{n}"), 1)).collect();
        skipped.insert(format!("\u{1b}[31m{}", "x".repeat(5000)), 9);
        let text = line(&Summary { skipped, ..Summary::default() });
        assert!(text.contains("skipped (9 \u{fffd}[31mxxx"), "{text}");
        assert!(text.ends_with("…, 1 Kind0, 1 Kind1, 1 Kind2, 1 Kind3, 1 Kind4, 3 others)"), "{text}");
        assert!(text.len() < 300);
    }
}
