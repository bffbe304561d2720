//! A file's text as it may be shown: every byte of a secret is a `*`, offsets and lines are those of the file.

use super::lines::{LineIndex, Position};
use crate::diag::Span;
use crate::redact;
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::sync::Arc;

/// A masked text with its name and line index. It has the length and the line breaks of the file's own text, so every
/// [`Span`] of a finding fits.
#[derive(Debug)]
pub struct Excerpt {
    name: Arc<str>,
    text: String,
    lines: LineIndex,
    /// What is masked, sorted and apart.
    masked: Vec<Span>,
    /// Masked bytes that continued a character: they count for offsets, not for columns.
    wide: Vec<u32>,
}

impl Excerpt {
    /// Masks `text`: what [`redact::ranges`] finds, and `hidden`.
    pub fn new(name: impl Into<Arc<str>>, text: String, hidden: &[Span]) -> Self {
        let mut ranges = redact::ranges(&text);
        ranges.extend_from_slice(hidden);
        let masked = redact::merge(&text, ranges);
        let lines = LineIndex::new(&text);
        let (text, wide) = cover(text, &masked);
        Self { name: name.into(), text, lines, masked, wide }
    }

    /// The masked text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name for people: the path as it was given, or the name of standard input.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is masked: sorted ranges that do not overlap.
    pub fn masked(&self) -> &[Span] {
        &self.masked
    }

    /// Whether `span` shares a byte with a secret.
    pub fn is_masked(&self, span: Span) -> bool {
        let next = self.masked.partition_point(|range| range.end <= span.start);
        self.masked.get(next).is_some_and(|range| range.start < span.end)
    }

    /// Line and column of `offset`; past the end, those of the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.lines.line_of(offset);
        let start = self.lines.range(line).map_or(0, |range| range.start);
        let column = self.characters_before(offset) - self.characters_before(start) + 1;
        Position { line: line + 1, column }
    }

    fn characters_before(&self, offset: usize) -> usize {
        self.lines.characters_before(self.text.as_bytes(), offset, &self.wide)
    }

    /// Line `number` (from 1) without its line break; empty past the end.
    pub fn line(&self, number: usize) -> &str {
        let range = number.checked_sub(1).and_then(|line| self.lines.range(line)).unwrap_or(0..0);
        let line = self.text.get(range).unwrap_or_default();
        let line = line.strip_suffix('\n').unwrap_or(line);
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// How many lines there are, an empty last one included.
    pub fn line_count(&self) -> usize {
        self.lines.count()
    }
}

/// Puts a `*` in the place of every byte of `ranges`, except line breaks.
fn cover(text: String, ranges: &[Span]) -> (String, Vec<u32>) {
    let mut bytes = text.into_bytes();
    let mut wide = Vec::new();
    for range in ranges {
        let offsets = range.start..range.end;
        for (byte, offset) in bytes.get_mut(range.range()).unwrap_or_default().iter_mut().zip(offsets) {
            if *byte & 0xC0 == 0x80 {
                wide.push(offset);
            }
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b'*';
            }
        }
    }
    // Ranges are whole characters, so this never takes the lossy way.
    let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    (text, wide)
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset().checked_add(span.len()).filter(|&end| end <= self.text.len());
        let end = end.ok_or(MietteError::OutOfBounds)?;
        let first = self.lines.line_of(span.offset());
        // A span that ends with its line's break does not reach into the next line.
        let last = self.lines.line_of(end.saturating_sub(1).max(span.offset()));
        let at = self.position(span.offset());
        let (from, line, column) = match context_lines_before {
            0 => (span.offset(), first, at.column - 1),
            before => {
                let line = first.saturating_sub(before);
                (self.lines.range(line).map_or(0, |range| range.start), line, 0)
            }
        };
        let through = (last + context_lines_after).min(self.lines.count() - 1);
        let to = match context_lines_after {
            0 => end,
            _ => self.lines.range(through).map_or(self.text.len(), |range| range.end),
        };
        let data = self.text.as_bytes().get(from..to.max(from)).ok_or(MietteError::OutOfBounds)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.to_string(),
            data,
            (from, data.len()).into(),
            line,
            column,
            through - line + 1,
        )))
    }
}
