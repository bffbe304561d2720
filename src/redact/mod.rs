//! What of a text must never be shown: ranges of secret material, and values that cannot be printed.
//!
//! Secrets are found in the text itself, not in a parsed tree, so that they are found in broken YAML too: by shape
//! (`shape`), by the key they stand under (`keys`), and by being the data of a Kubernetes Secret (`kubernetes`). Every
//! search runs in linear time. When in doubt, a value is hidden. Ranges that only a parsed document can tell, such as
//! the far end of an alias, are for `source`, which merges them with these.

mod keys;
mod kubernetes;
mod secret;
mod shape;
mod value;

#[cfg(test)]
mod tests;

pub use secret::Secret;

use crate::diag::Span;
use std::borrow::Cow;

/// What stands in a message where a secret was.
pub const MASK: &str = "***";

/// The byte ranges of `text` that are secret, sorted, without overlaps.
///
/// Leading white space of a line is never part of a range, so a masked text keeps its layout; a range starts and ends
/// on a character boundary. What stays readable: references (`secretRef`, `...Name`, `...Type`), and values that are
/// wholly a placeholder (`<...>`, `${...}`, `{{...}}`).
pub fn ranges(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    keys::find(text, &mut found);
    kubernetes::find(text, &mut found);
    merge(text, found)
}

/// `text` with every secret that [`ranges`] finds replaced by [`MASK`].
pub fn mask(text: &str) -> Cow<'_, str> {
    let found = ranges(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for span in found {
        masked.push_str(&text[from..span.start as usize]);
        masked.push_str(MASK);
        from = span.end as usize;
    }
    masked.push_str(&text[from..]);
    Cow::Owned(masked)
}

/// Sorts and merges `found`, widens every range to whole characters, and splits it at line breaks, leaving out the
/// white space that indents the lines after the first.
pub(crate) fn merge(text: &str, mut found: Vec<Span>) -> Vec<Span> {
    found.sort_unstable();
    let mut merged: Vec<std::ops::Range<usize>> = Vec::with_capacity(found.len());
    for span in found {
        let start = text.floor_char_boundary_at(span.start as usize);
        let end = text.ceil_char_boundary_at(span.end as usize);
        if start == end {
            continue;
        }
        match merged.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => merged.push(start..end),
        }
    }
    let mut lines = Vec::with_capacity(merged.len());
    for range in merged {
        split(text, range, &mut lines);
    }
    lines
}

fn split(text: &str, range: std::ops::Range<usize>, lines: &mut Vec<Span>) {
    let mut start = range.start;
    for (number, line) in text[range].split_inclusive(['\n', '\r']).enumerate() {
        let body = line.trim_end_matches(['\n', '\r']);
        let indent = if number == 0 { 0 } else { body.len() - body.trim_start_matches([' ', '\t']).len() };
        if indent < body.len() {
            lines.push(Span::new(start + indent, start + body.len()));
        }
        start += line.len();
    }
}

/// Character boundaries around an offset that may lie within a character or past the end.
trait Boundary {
    fn floor_char_boundary_at(&self, offset: usize) -> usize;
    fn ceil_char_boundary_at(&self, offset: usize) -> usize;
}

impl Boundary for str {
    fn floor_char_boundary_at(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.len());
        while !self.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    fn ceil_char_boundary_at(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.len());
        while !self.is_char_boundary(offset) {
            offset += 1;
        }
        offset
    }
}
