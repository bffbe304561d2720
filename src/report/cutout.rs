//! The few lines of a file that an excerpt shows, as a source code that miette draws.
//!
//! Long lines are cut to a window around what is marked and long ranges to their first line, so that the output stays
//! small whatever the file is; what would steer the terminal is replaced. Line and column are those of the file.

use super::facts::{visible, within};
use super::wrap;
use crate::diag::Span;
use crate::source::{Excerpt, Position};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::ops::Range;

/// A marked range spans at most this many lines; of a longer one, the first line is shown.
const MARKED_LINES: usize = 6;

/// A range to underline.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    /// The range, in bytes of the file.
    pub(super) span: Span,
    /// What to say about it.
    pub(super) label: Option<String>,
    /// Whether it is the range that has to change.
    pub(super) primary: bool,
}

/// A line of the cutout.
#[derive(Debug)]
struct Line {
    /// Its number in the file, from 1.
    number: usize,
    /// Its bytes in the file that are shown.
    shown: Range<usize>,
    /// Where its text starts in the cutout.
    start: usize,
    /// Bytes of a leading ellipsis.
    lead: usize,
}

/// Contiguous lines of a file around some marks.
#[derive(Debug)]
pub(super) struct Cutout {
    name: String,
    text: String,
    lines: Vec<Line>,
    marks: Vec<(Mark, Position, SourceSpan)>,
}

impl Cutout {
    /// Cuts the lines of `marks`, the lines between them and one line of context out of `excerpt`; lines that need more
    /// than `columns` are cut to a window. Marks have to be near each other.
    pub(super) fn new(excerpt: &Excerpt, name: &str, marks: &[Mark], columns: usize) -> Self {
        // The position told is where the range starts, also where its indentation is not underlined.
        let start = |mark: &Mark| excerpt.position(within(mark.span, excerpt.text()).start as usize);
        let positions: Vec<_> = marks.iter().map(start).collect();
        let marks: Vec<_> = marks.iter().map(|mark| shorten(excerpt, mark)).collect();
        let text = excerpt.text();
        // A range of several lines is marked by a bracket at their left.
        let several = |mark: &Mark| text[mark.span.range()].contains('\n');
        let columns = columns.saturating_sub(if marks.iter().any(several) { 4 } else { 0 });
        let mut cutout = Self { name: name.to_owned(), text: String::new(), lines: Vec::new(), marks: Vec::new() };
        for (number, line) in lines(excerpt, &marks) {
            cutout.push(text, number, line, &marks, columns);
        }
        for (mark, position) in marks.into_iter().zip(positions) {
            let (start, end) =
                (cutout.place(mark.span.start as usize, text), cutout.place(mark.span.end as usize, text));
            cutout.marks.push((mark, position, SourceSpan::new(start.into(), end.saturating_sub(start))));
        }
        cutout
    }

    /// Digits of the greatest line number.
    pub(super) fn digits(&self) -> usize {
        self.lines.last().map_or(1, |line| line.number.to_string().len())
    }

    /// The lines with their numbers in the file; those of the marks only, without context.
    pub(super) fn marked_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let marked = |line: &&Line| {
            self.marks.iter().any(|(_, _, span)| {
                let (first, last) = (self.index(span.offset()), self.index(span.offset() + span.len()));
                (self.lines[first].number..=self.lines[last].number).contains(&line.number)
            })
        };
        self.lines.iter().filter(marked).map(|line| (line.number, self.line_text(line)))
    }

    /// The ranges to underline, labels broken so that they end within `columns`. A label for which there is no room is
    /// left out and returned.
    pub(super) fn labels(&self, columns: usize) -> (Vec<LabeledSpan>, Vec<&Mark>) {
        let gutter = self.digits() + 9;
        let (mut labels, mut left) = (Vec::new(), Vec::new());
        for (mark, _, span) in &self.marks {
            let (first, last) = (self.index(span.offset()), self.index(span.offset() + span.len()));
            let column = if first == last {
                let line = &self.text[self.lines[first].start..span.offset()];
                wrap::width(line) + wrap::width(&self.text[span.offset()..span.offset() + span.len()]) / 2
            } else {
                4
            };
            let room = columns.saturating_sub(gutter + column);
            let label = mark.label.as_ref().filter(|label| room >= 24 || wrap::width(label) <= room);
            if label.is_none() && mark.label.is_some() {
                left.push(mark);
            }
            let label = label.map(|label| wrap::lines(label, room, room).join("\n"));
            labels.push(match mark.primary {
                true => LabeledSpan::new_primary_with_span(label, *span),
                false => LabeledSpan::new_with_span(label, *span),
            });
        }
        (labels, left)
    }

    fn push(&mut self, text: &str, number: usize, line: Range<usize>, marks: &[Mark], columns: usize) {
        let focus = marks.iter().map(|mark| mark.span.range()).filter_map(|mark| {
            let touches = mark.start <= line.end && line.start <= mark.end;
            touches.then(|| mark.start.clamp(line.start, line.end)..mark.end.clamp(line.start, line.end))
        });
        let focus = focus.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end));
        let shown = window(text, &line, focus.unwrap_or(line.start..line.start), columns);
        let start = self.text.len();
        if shown.start > line.start {
            self.text.push('…');
        }
        let lead = self.text.len() - start;
        self.text.extend(text[shown.clone()].chars().map(visible));
        if shown.end < line.end {
            self.text.push('…');
        }
        self.text.push('\n');
        self.lines.push(Line { number, shown, start, lead });
    }

    /// Where `offset` of the file is in the cutout; what lies outside of a window is at its edge.
    fn place(&self, offset: usize, text: &str) -> usize {
        let index = self.lines.partition_point(|line| line.shown.start <= offset).saturating_sub(1);
        let Some(line) = self.lines.get(index) else {
            return 0;
        };
        if offset < line.shown.start {
            return line.start;
        }
        let before = &text[line.shown.start..offset.min(line.shown.end)];
        line.start + line.lead + before.chars().map(|c| visible(c).len_utf8()).sum::<usize>()
    }

    fn line_text(&self, line: &Line) -> &str {
        self.text[line.start..].split('\n').next().unwrap_or_default()
    }

    /// The index of the line that holds `offset` of the cutout.
    fn index(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    }
}

impl SourceCode for Cutout {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if self.lines.is_empty() {
            return Err(MietteError::OutOfBounds);
        }
        let last = self.index(span.offset() + span.len().saturating_sub(1));
        let first = self.index(span.offset()).saturating_sub(before);
        let last = (last + after).min(self.lines.len() - 1);
        let start = self.lines[first].start;
        let end = self.lines.get(last + 1).map_or(self.text.len(), |line| line.start);
        // Without context, miette asks for the position to print; the column is that of the file, not of the window.
        let position = self.marks.iter().find(|(_, _, mark)| mark == span).map(|(_, position, _)| position);
        let column = position.filter(|_| before == 0).map_or(0, |position| position.column - 1);
        let data = &self.text.as_bytes()[start..end];
        let (number, count) = (self.lines[first].number - 1, last - first + 1);
        let span = SourceSpan::new(start.into(), end - start);
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), data, span, number, column, count)))
    }
}

/// `mark` without the white space around it, and cut to its first line where it spans many.
fn shorten(excerpt: &Excerpt, mark: &Mark) -> Mark {
    let text = excerpt.text();
    let mut mark = mark.clone();
    mark.span = within(mark.span, text);
    let trimmed = text[mark.span.range()].trim_end();
    let lead = trimmed.len() - trimmed.trim_start_matches([' ', '\t']).len();
    if !trimmed.is_empty() {
        mark.span = Span::new(mark.span.start as usize + lead, mark.span.start as usize + trimmed.len());
    }
    let first = excerpt.position(mark.span.start as usize).line;
    let last = excerpt.position(mark.span.end as usize).line;
    if last - first >= MARKED_LINES {
        let end = text[mark.span.range()].find('\n').unwrap_or_default();
        mark.span.end = mark.span.start + Span::new(0, text[mark.span.range()][..end].trim_end().len()).end;
        mark.label = Some(match &mark.label {
            Some(label) => format!("{label} (down to line {last})"),
            None => format!("down to line {last}"),
        });
    }
    mark
}

/// The numbers and ranges of the lines of `marks`, all between them, one before and one after.
fn lines(excerpt: &Excerpt, marks: &[Mark]) -> Vec<(usize, Range<usize>)> {
    let start = marks.iter().map(|mark| mark.span.start as usize).min().unwrap_or_default();
    let end = marks.iter().map(|mark| mark.span.end as usize).max().unwrap_or_default();
    let span = SourceSpan::new(start.into(), end - start);
    let Ok(contents) = excerpt.read_span(&span, 1, 1) else {
        return Vec::new();
    };
    let mut at = contents.span().offset();
    let mut number = contents.line() + 1;
    let mut lines = Vec::new();
    for line in excerpt.text()[at..at + contents.data().len()].split_inclusive('\n') {
        lines.push((number, at..at + line.trim_end_matches(['\r', '\n']).len()));
        at += line.len();
        number += 1;
    }
    // The empty line after the last line feed is there only for what is marked in it.
    if end == at && (at == 0 || excerpt.text()[..at].ends_with('\n')) {
        lines.push((number, at..at));
    }
    lines
}

/// The part of `line` to show in `columns`: all, or what stands around `focus`, of which the start is always in it.
pub(super) fn window(text: &str, line: &Range<usize>, focus: Range<usize>, columns: usize) -> Range<usize> {
    let end = fit(&text[line.clone()], columns);
    if end == line.len() {
        return line.clone();
    }
    // Two columns are for the ellipses.
    let columns = columns.saturating_sub(2).max(8);
    let head = line.start + fit(&text[line.clone()], columns);
    if focus.end <= head {
        return line.start..head;
    }
    let marked = wrap::width(&text[focus.start..focus.start + fit(&text[focus.clone()], columns)]);
    let lead = columns.saturating_sub(marked).min(columns / 3);
    let start = fit_back(&text[line.start..focus.start], lead);
    let start = line.start + start;
    start..start + fit(&text[start..line.end], columns)
}

/// Bytes at the start of `text` that fit into `columns`.
fn fit(text: &str, columns: usize) -> usize {
    let mut left = columns;
    for (at, c) in text.char_indices() {
        match left.checked_sub(wrap::columns(c)) {
            Some(rest) => left = rest,
            None => return at,
        }
    }
    text.len()
}

/// Where the end of `text` starts that fits into `columns`.
fn fit_back(text: &str, columns: usize) -> usize {
    let mut left = columns;
    for (at, c) in text.char_indices().rev() {
        match left.checked_sub(wrap::columns(c)) {
            Some(rest) => left = rest,
            None => return at + c.len_utf8(),
        }
    }
    0
}
