//! Inline ignores: `# flowgate: ignore[rule-id] reason` on the line, on the line above, or `ignore-file[…]` for a file.

use super::findings::{BAD_IGNORE, UNUSED_IGNORE};
use super::selection::{Selection, nearest};
use crate::diag::{Diagnostic, FileId, Place, Span};
use crate::rules::COMMENT_MARK;
use crate::yaml::Comment;
use std::collections::HashMap;

/// One comment.
#[derive(Debug)]
struct Ignore {
    ids: Vec<&'static str>,
    /// The bytes it covers: a line, or the whole file.
    covers: Span,
    place: Span,
    used: bool,
}

/// The ignore comments of all files.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    files: HashMap<FileId, Vec<Ignore>>,
    bad: Vec<Diagnostic>,
}

impl Ignores {
    /// Takes in the comments of a document of `file`.
    pub(super) fn read(&mut self, file: FileId, text: &str, comments: &[Comment<'_>]) {
        for comment in comments {
            if let Some(directive) = comment.text.trim_start().strip_prefix(COMMENT_MARK) {
                self.directive(file, text, comment.span, directive.trim());
            }
        }
    }

    fn directive(&mut self, file: FileId, text: &str, span: Span, directive: &str) {
        let place = Place::new(file, span);
        let Some((scope, ids, reason)) = split(directive) else {
            let mut finding = Diagnostic::new(&BAD_IGNORE, place, "this comment for flowgate cannot be understood");
            finding.help = Some(
                "write `# flowgate: ignore[rule-id] reason` or `# flowgate: ignore-file[rule-id] reason`".to_owned(),
            );
            self.bad.push(finding);
            return;
        };
        let mut known = Vec::new();
        for id in ids {
            match super::find(id) {
                Some(entry) => known.push(entry.id),
                None => {
                    let mut finding = Diagnostic::new(&BAD_IGNORE, place, format!("`{id}` is no rule"));
                    finding.help = nearest(id).map(|name| format!("did you mean `{name}`?"));
                    self.bad.push(finding);
                }
            }
        }
        if reason.is_empty() {
            let mut finding = Diagnostic::new(&BAD_IGNORE, place, "this ignore gives no reason");
            finding.help = Some("say behind the `]` why the finding does not matter here".to_owned());
            self.bad.push(finding);
        }
        let covers = if scope == "ignore-file" { Span::new(0, text.len()) } else { covered_line(text, span) };
        if !known.is_empty() {
            self.files.entry(file).or_default().push(Ignore { ids: known, covers, place: span, used: false });
        }
    }

    /// Whether a comment ignores `finding`; the comment counts as used then.
    pub(super) fn covers(&mut self, finding: &Diagnostic) -> bool {
        let Some(ignores) = self.files.get_mut(&finding.place.file) else { return false };
        let start = finding.place.span.start;
        let covering = ignores.iter_mut().filter(|ignore| {
            ignore.ids.contains(&finding.id()) && ignore.covers.start <= start && start <= ignore.covers.end
        });
        let mut covered = false;
        for ignore in covering {
            ignore.used = true;
            covered = true;
        }
        covered
    }

    /// Comments that cannot be understood, and those that matched nothing although their rule was on.
    pub(super) fn findings(&mut self, selection: &Selection) -> Vec<Diagnostic> {
        let mut out = std::mem::take(&mut self.bad);
        for (&file, ignores) in &self.files {
            for ignore in ignores.iter().filter(|ignore| !ignore.used) {
                let active = ignore.ids.iter().all(|id| super::find(id).is_some_and(|entry| selection.admits(entry)));
                if active {
                    let message = format!("nothing here is reported as `{}`", ignore.ids.join("`, `"));
                    let mut finding = Diagnostic::new(&UNUSED_IGNORE, Place::new(file, ignore.place), message);
                    finding.help = Some("take the comment out".to_owned());
                    out.push(finding);
                }
            }
        }
        out
    }
}

/// `ignore[a, b] reason` in its parts.
fn split(directive: &str) -> Option<(&str, Vec<&str>, &str)> {
    let (scope, rest) = directive.split_once('[')?;
    let (ids, reason) = rest.split_once(']')?;
    let ids: Vec<&str> = ids.split(',').map(str::trim).collect();
    let valid = matches!(scope.trim(), "ignore" | "ignore-file") && ids.iter().all(|id| !id.is_empty());
    valid.then(|| (scope.trim(), ids, reason.trim_start_matches([':', '-']).trim()))
}

/// The line of the comment; where it stands alone, the next line that is no comment.
fn covered_line(text: &str, comment: Span) -> Span {
    let start = text[..comment.start as usize].rfind('\n').map_or(0, |newline| newline + 1);
    let end = |from: usize| text[from..].find('\n').map_or(text.len(), |newline| from + newline);
    if !text[start..comment.start as usize].trim().is_empty() {
        return Span::new(start, end(start));
    }
    let mut line = end(start);
    while line < text.len() {
        let next = line + 1;
        let body = text[next..end(next)].trim();
        if !body.is_empty() && !body.starts_with('#') {
            return Span::new(next, end(next));
        }
        line = end(next);
    }
    Span::new(start, text.len())
}
