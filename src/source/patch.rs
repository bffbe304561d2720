//! Fixes put into a text: which fit together, what comes out, and the difference for people.

use super::excerpt::Excerpt;
use crate::diag::{Edit, Fix, Piece, Span};
use crate::redact;
use std::collections::{BTreeMap, BTreeSet};

/// A text with fixes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patched {
    /// The new text.
    pub text: String,
    /// Indices of the fixes that are in it.
    pub applied: Vec<usize>,
    /// Indices of the fixes that are not: they touch what an earlier one changes, say again what an earlier one says,
    /// or do not fit the text.
    pub skipped: Vec<usize>,
}

/// Puts `fixes` into `text`, the raw text of the one file that they are about.
///
/// All edits of a fix are applied, or none. The first fix that claims a range wins. Two insertions at one place are
/// both made, in the order of the fixes, unless they are the same. Line breaks of inserted text become those of `text`.
pub fn apply(text: &str, fixes: &[&Fix]) -> Patched {
    render(text, fixes, |_, text| text.to_owned())
}

/// Puts `fixes` into the masked text, so that what moves stays masked: with [`unified_diff`], the change for people.
///
/// Text that takes the place of a secret is masked as a whole, other text where [`redact::mask`] finds a secret.
pub fn apply_masked(excerpt: &Excerpt, fixes: &[&Fix]) -> Patched {
    render(excerpt.text(), fixes, |edit, text| match excerpt.is_masked(edit.place.span) {
        true => mask_lines(text),
        false => redact::mask(text).into_owned(),
    })
}

fn mask_lines(text: &str) -> String {
    let line = |line: &str| {
        if line.trim().is_empty() { line.to_owned() } else { redact::MASK.to_owned() }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The change from `before` to `after` as a unified diff with three lines of context; empty without a change. Both
/// texts have to be masked.
pub fn unified_diff(name: &str, before: &str, after: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(3).header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}

fn render(text: &str, fixes: &[&Fix], written: impl Fn(&Edit, &str) -> String) -> Patched {
    let mut claims = Claims::default();
    let (mut applied, mut skipped, mut edits) = (Vec::new(), Vec::new(), Vec::new());
    for (index, fix) in fixes.iter().enumerate() {
        if fits(text, fix) && claims.take(fix) {
            applied.push(index);
            edits.extend(&fix.edits);
        } else {
            skipped.push(index);
        }
    }
    // The sort is stable: insertions at one place keep the order of the fixes.
    edits.sort_by_key(|edit| edit.place.span);
    let crlf = text.find('\n').is_some_and(|at| text[..at].ends_with('\r'));
    let mut patched = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        let range = edit.place.span.range();
        patched.push_str(&text[from..range.start]);
        for piece in &edit.with {
            match piece {
                Piece::Text(new) => push_text(&mut patched, &written(edit, new), crlf),
                Piece::Copy { span, indent } => push_copy(&mut patched, &text[span.range()], *indent),
            }
        }
        from = range.end;
    }
    patched.push_str(&text[from..]);
    Patched { text: patched, applied, skipped }
}

/// Whether every range of `fix` is one of `text`, all are of one file, and its edits leave each other alone.
fn fits(text: &str, fix: &Fix) -> bool {
    let within = |span: Span| text.get(span.range()).is_some();
    let mut spans: Vec<Span> = fix.edits.iter().map(|edit| edit.place.span).collect();
    spans.sort_unstable();
    !fix.edits.is_empty()
        && spans.iter().copied().chain(copies(fix)).all(within)
        && spans.windows(2).all(|pair| pair[0].end <= pair[1].start)
        && fix.edits.iter().all(|edit| edit.place.file == fix.edits[0].place.file)
}

fn copies(fix: &Fix) -> impl Iterator<Item = Span> {
    fix.edits.iter().flat_map(|edit| &edit.with).filter_map(|piece| match piece {
        Piece::Copy { span, .. } => Some(*span),
        Piece::Text(_) => None,
    })
}

fn push_text(patched: &mut String, new: &str, crlf: bool) {
    if !crlf {
        return patched.push_str(new);
    }
    for line in new.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(body) => {
                patched.push_str(body.strip_suffix('\r').unwrap_or(body));
                patched.push_str("\r\n");
            }
            None => patched.push_str(line),
        }
    }
}

fn push_copy(patched: &mut String, copied: &str, indent: i32) {
    let columns = indent.unsigned_abs() as usize;
    for (number, line) in copied.split_inclusive('\n').enumerate() {
        let blank = line.trim().is_empty();
        if number == 0 || blank || indent == 0 {
            patched.push_str(line);
        } else if indent > 0 {
            patched.extend(std::iter::repeat_n(' ', columns));
            patched.push_str(line);
        } else {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            patched.push_str(&line[spaces.min(columns)..]);
        }
    }
}

/// What the fixes taken so far change and copy.
#[derive(Default)]
struct Claims<'a> {
    replaced: Ranges,
    copied: Ranges,
    inserted: BTreeSet<u32>,
    insertions: BTreeSet<(u32, Vec<Insertion<'a>>)>,
}

/// A piece of an insertion, for comparing two.
type Insertion<'a> = (&'a str, Span, i32);

impl<'a> Claims<'a> {
    /// Takes all edits of `fix`, or none, if one is in the way of an earlier fix.
    fn take(&mut self, fix: &'a Fix) -> bool {
        let free = fix.edits.iter().all(|edit| self.is_free(edit)) && copies(fix).all(|span| self.may_copy(span));
        if free {
            for edit in &fix.edits {
                let span = edit.place.span;
                if span.is_empty() {
                    self.inserted.insert(span.start);
                    self.insertions.insert((span.start, pieces(edit)));
                } else {
                    self.replaced.add(span);
                }
            }
            copies(fix).for_each(|span| self.copied.add(span));
        }
        free
    }

    fn is_free(&self, edit: &'a Edit) -> bool {
        let span = edit.place.span;
        let repeated = span.is_empty() && self.insertions.contains(&(span.start, pieces(edit)));
        !repeated && !self.copied.touches(span) && self.may_copy(span)
    }

    /// Whether no earlier fix changes anything in `span`.
    fn may_copy(&self, span: Span) -> bool {
        let inner = span.start.saturating_add(1)..span.end.max(span.start.saturating_add(1));
        !self.replaced.touches(span) && self.inserted.range(inner).next().is_none()
    }
}

fn pieces(edit: &Edit) -> Vec<Insertion<'_>> {
    let piece = |piece| match piece {
        &Piece::Copy { span, indent } => ("", span, indent),
        Piece::Text(text) => (text.as_str(), Span::default(), 0),
    };
    edit.with.iter().map(piece).collect()
}

/// A set of ranges that finds an overlap in logarithmic time.
#[derive(Default)]
struct Ranges(BTreeMap<u32, u32>);

impl Ranges {
    fn touches(&self, span: Span) -> bool {
        // The ranges are apart, so the last one that starts before the end of `span` is the one that reaches furthest.
        let before = self.0.range(..span.end).next_back();
        before.is_some_and(|(&start, &end)| Span { start, end }.overlaps(span))
    }

    fn add(&mut self, mut span: Span) {
        while let Some((&start, &end)) = self.0.range(..span.end).next_back().filter(|(_, end)| **end > span.start) {
            self.0.remove(&start);
            span = span.to(Span { start, end });
        }
        self.0.insert(span.start, span.end);
    }
}
