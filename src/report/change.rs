//! A fix as the lines that it takes away and puts in, read from masked text only.

use super::cutout::window;
use super::facts::{Texts, clean, visible, within};
use super::paint::Paint;
use crate::diag::{Edit, FileId, Fix, Piece, Safety, Span};
use crate::redact;
use crate::source::Excerpt;
use similar::{ChangeTag, TextDiff};
use std::borrow::Cow;
use std::io::{self, Write};

/// Lines of a fix that are shown.
const LINES: usize = 16;
/// Bytes of text that are compared line by line.
const COMPARED: usize = 64 * 1024;

/// One line of a diff.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The file, where it is not the one of the finding.
    pub(super) file: Option<String>,
    /// `-`, `+`, or a space for the line after which others are put.
    pub(super) sign: char,
    /// The number of the line before the fix; none for a line that is put in.
    pub(super) number: Option<usize>,
    /// The line, masked.
    pub(super) text: String,
}

/// A fix, ready to be told.
#[derive(Debug)]
pub(super) struct Change {
    /// What it does, with `(unsafe)` where it needs a person.
    pub(super) title: String,
    /// What it takes away and puts in; empty where the text is gone.
    pub(super) lines: Vec<Line>,
    /// Lines that are not shown.
    pub(super) more: usize,
}

impl Change {
    /// What `fix` does to the texts; lines of `home`, the file of the finding, do not name it.
    pub(super) fn new(fix: &Fix, home: FileId, texts: &Texts<'_>) -> Self {
        let mut title = clean(&fix.title);
        if fix.safety == Safety::Unsafe {
            title.push_str(" (unsafe)");
        }
        let mut edits: Vec<_> = fix.edits.iter().collect();
        edits.sort_by_key(|edit| edit.place);
        let mut change = Self { title, lines: Vec::new(), more: 0 };
        for edits in edits.chunk_by(|a, b| a.place.file == b.place.file) {
            let file = edits[0].place.file;
            let Some(excerpt) = texts.get(file) else {
                continue;
            };
            let name = (file != home).then(|| texts.spot(edits[0].place).name);
            for region in regions(excerpt.text(), edits) {
                let number = excerpt.position(region.span.start as usize).line;
                change.compare(&excerpt, &region, number, name.as_deref());
            }
        }
        change.more = change.lines.len().saturating_sub(LINES);
        change.lines.truncate(LINES);
        change
    }

    /// Writes the lines in at most `columns`, below a line that tells the title.
    pub(super) fn write(&self, paint: Paint, columns: usize, out: &mut dyn Write) -> io::Result<()> {
        let digits = self.lines.iter().filter_map(|line| line.number).max();
        let digits = digits.unwrap_or_default().to_string().len();
        let room = columns.saturating_sub(digits + 8);
        let mut file = None;
        for line in &self.lines {
            if line.file.as_deref() != file {
                file = line.file.as_deref();
                writeln!(out, "    in {}:", file.unwrap_or("the file of the finding"))?;
            }
            let number = line.number.map(|number| number.to_string()).unwrap_or_default();
            let shown = window(&line.text, &(0..line.text.len()), 0..0, room);
            let more = if shown.end < line.text.len() { "…" } else { "" };
            let text = format!("{} {}{more}", line.sign, line.text[shown].replace('\t', "    "));
            let number = paint.dim(format_args!("{number:>digits$}"));
            writeln!(out, "    {number} {}", paint.sign(line.sign, text.trim_end()))?;
        }
        if self.more > 0 {
            writeln!(out, "    and {} more lines", self.more)?;
        }
        Ok(())
    }

    fn compare(&mut self, excerpt: &Excerpt, region: &Region<'_>, number: usize, file: Option<&str>) {
        let before = &excerpt.text()[region.span.range()];
        let after = region.edited(excerpt);
        if before.len() + after.len() > COMPARED {
            return;
        }
        let diff = TextDiff::from_lines(before, &after);
        let mut above = None;
        let mut lines = Vec::new();
        for change in diff.iter_all_changes() {
            let (sign, number) = match change.tag() {
                ChangeTag::Equal => (' ', change.old_index().map(|index| number + index)),
                ChangeTag::Delete => ('-', change.old_index().map(|index| number + index)),
                ChangeTag::Insert => ('+', None),
            };
            let text: String = change.value().trim_end_matches(['\r', '\n']).chars().map(visible).collect();
            let line = Line { file: file.map(str::to_owned), sign, number, text };
            if sign == ' ' {
                above = Some(line);
            } else {
                // A line that is put in without one that goes needs something to say where.
                if sign == '+' && lines.last().is_none_or(|last: &Line| last.sign == ' ') {
                    lines.extend(above.take());
                }
                above = None;
                lines.push(line);
            }
        }
        self.lines.append(&mut lines);
    }
}

/// Whole lines that hold edits which touch each other's lines.
struct Region<'a> {
    span: Span,
    edits: Vec<&'a Edit>,
}

impl Region<'_> {
    /// The lines after the edits.
    fn edited(&self, excerpt: &Excerpt) -> String {
        let text = excerpt.text();
        let mut edited = String::new();
        let mut at = self.span.start as usize;
        for edit in &self.edits {
            let span = within(edit.place.span, text).range();
            edited.push_str(&text[at.min(span.start)..span.start]);
            edited.push_str(&replacement(edit, excerpt).text);
            at = span.end;
        }
        edited.push_str(&text[at..self.span.end as usize]);
        edited
    }
}

fn regions<'a>(text: &str, edits: &[&'a Edit]) -> Vec<Region<'a>> {
    let mut regions: Vec<Region<'_>> = Vec::new();
    for edit in edits {
        let span = within(edit.place.span, text).range();
        let start = text[..span.start].rfind('\n').map_or(0, |feed| feed + 1);
        let end = text[span.end..].find('\n').map_or(text.len(), |feed| span.end + feed + 1);
        let lines = Span::new(start, end);
        match regions.last_mut() {
            Some(last) if lines.start <= last.span.end => {
                last.span = last.span.to(lines);
                last.edits.push(edit);
            }
            _ => regions.push(Region { span: lines, edits: vec![edit] }),
        }
    }
    regions
}

/// What an edit puts in, as it may be shown.
pub(super) struct Replacement {
    /// The text, masked.
    pub(super) text: String,
    /// Whether it stands for text with a secret, so that it is not what a fix would write.
    pub(super) masked: bool,
}

/// What `edit` puts into the file of `excerpt`. Text that takes the place of a secret may be one itself.
pub(super) fn replacement(edit: &Edit, excerpt: &Excerpt) -> Replacement {
    let hidden = excerpt.is_masked(edit.place.span);
    let crlf = excerpt.text().split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'));
    let mut replacement = Replacement { text: String::new(), masked: false };
    for piece in &edit.with {
        match piece {
            Piece::Text(text) if hidden && !text.trim().is_empty() => {
                replacement.masked = true;
                replacement.text.push_str(redact::MASK);
            }
            Piece::Text(text) => {
                let shown = redact::mask(text);
                replacement.masked |= shown != text.as_str();
                replacement.text.push_str(&with_breaks(&shown, crlf));
            }
            Piece::Copy { span, indent } => {
                let span = within(*span, excerpt.text());
                replacement.masked |= excerpt.is_masked(span);
                replacement.text.push_str(&shifted(&excerpt.text()[span.range()], *indent));
            }
        }
    }
    replacement
}

/// `text` with the line breaks of the file.
fn with_breaks(text: &str, crlf: bool) -> Cow<'_, str> {
    if crlf { Cow::Owned(text.replace("\r\n", "\n").replace('\n', "\r\n")) } else { Cow::Borrowed(text) }
}

/// `text` with every line after the first moved right by `indent` columns, or left as far as there are spaces. Blank
/// lines stay as they are.
fn shifted(text: &str, indent: i32) -> Cow<'_, str> {
    if indent == 0 || !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let columns = indent.unsigned_abs() as usize;
    let mut lines = text.split_inclusive('\n');
    let mut moved = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        if line.trim().is_empty() {
            moved.push_str(line);
        } else if indent < 0 {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            moved.push_str(&line[spaces.min(columns)..]);
        } else {
            moved.extend(std::iter::repeat_n(' ', columns));
            moved.push_str(line);
        }
    }
    Cow::Owned(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_every_line_after_the_first() {
        assert_eq!(shifted("a:\n  b\n\n  c\n", 2), "a:\n    b\n\n    c\n");
        assert_eq!(shifted("a:\n    b\n c", -2), "a:\n  b\nc");
        assert_eq!(shifted("a\n  \nb", 2), "a\n  \n  b");
        assert_eq!(shifted("a", 4), "a");
    }
}
