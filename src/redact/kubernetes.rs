//! The data of Kubernetes Secrets, found line by line in whatever style it is written, broken or not.

use super::keys::{self, Separator};
use super::value::{self, Frame};
use crate::diag::Span;

/// Keys that stand beside `data` in a Secret; any other unindented key after an empty `data:` is taken for a part of it.
const BESIDE_DATA: [&[u8]; 13] = [
    b"apiVersion",
    b"kind",
    b"metadata",
    b"type",
    b"immutable",
    b"data",
    b"stringData",
    b"name",
    b"namespace",
    b"labels",
    b"annotations",
    b"items",
    b"status",
];

/// Appends every value under `data` and `stringData` of the documents that say `kind: Secret`, and of the copy of
/// itself that kubectl keeps in an annotation.
pub(super) fn find(text: &str, found: &mut Vec<Span>) {
    for (start, end) in documents(text) {
        if is_secret(&text.as_bytes()[start..end]) {
            Document { text, end, found }.hide(start);
        }
    }
}

/// Splits a stream at its `---` lines.
fn documents(text: &str) -> Vec<(usize, usize)> {
    let (mut all, mut start, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        if line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)) {
            all.push((start, at));
            start = at;
        }
        at += line.len();
    }
    all.push((start, at));
    all
}

/// Whether a document says `kind: Secret` anywhere, in YAML, JSON or JSON within a string.
fn is_secret(document: &[u8]) -> bool {
    let mut at = 0;
    while let Some((start, end)) = keys::next_word(document, at) {
        at = end;
        if document[start..end].eq_ignore_ascii_case(b"kind")
            && let Some(Separator { sign: b':', after }) = keys::separator(document, end)
            && let Some((from, to)) = keys::next_word(document, after)
            && document[after..from].iter().all(|b| b.is_ascii_whitespace() || b"\"'\\".contains(b))
            && [&b"secret"[..], b"secretlist"].iter().any(|kind| document[from..to].eq_ignore_ascii_case(kind))
        {
            return true;
        }
    }
    false
}

struct Document<'a> {
    text: &'a str,
    end: usize,
    found: &'a mut Vec<Span>,
}

impl Document<'_> {
    fn hide(&mut self, start: usize) {
        let (mut at, mut line) = (start, start);
        let bytes = &self.text.as_bytes()[..self.end];
        while let Some((word, end)) = keys::next_word(bytes, at) {
            line = line_start(bytes, at, word).unwrap_or(line);
            let name = &bytes[word..end];
            let data = [&b"data"[..], b"stringdata"].iter().any(|key| name.eq_ignore_ascii_case(key));
            let copy = name.ends_with(b"last-applied-configuration");
            let next = match keys::separator(bytes, end) {
                Some(Separator { sign: b':', after }) if data || copy => {
                    self.value(after, keys::column(bytes, line, keys::key_start(bytes, word)))
                }
                _ => end,
            };
            line = line_start(bytes, word, next).unwrap_or(line);
            at = next.max(end);
        }
    }

    fn frame(&self, column: usize) -> Frame {
        Frame { column, limit: self.end, lenient: true }
    }

    fn push(&mut self, start: usize, end: usize) {
        if self.text.get(start..end).is_some_and(|value| !value::is_harmless(value)) {
            self.found.push(Span::new(start, end));
        }
    }

    /// Hides the value after a key in `column`; returns where to go on.
    fn value(&mut self, after: usize, column: usize) -> usize {
        let bytes = self.text.as_bytes();
        let start = value::properties(bytes, value::blanks(bytes, after, self.end), self.end);
        match bytes.get(start).filter(|_| start < self.end) {
            None => self.end,
            Some(b'{' | b'[') => self.flow(start),
            Some(b'\n' | b'\r' | b'#') => {
                let line = value::line_end(bytes, start, self.end);
                let rest = &bytes[line..self.end];
                let first = rest.iter().position(|b| !b.is_ascii_whitespace()).map(|at| line + at);
                match first.filter(|&at| matches!(bytes[at], b'{' | b'[')) {
                    Some(open) => self.flow(open),
                    None => self.block(line, column),
                }
            }
            Some(_) => match value::scalar(self.text, start, self.frame(column)) {
                Some(value) => {
                    self.push(value.span.start as usize, value.span.end as usize);
                    value.next
                }
                None => start,
            },
        }
    }

    /// Hides the values of a block mapping whose lines start after the break at `at`.
    fn block(&mut self, mut at: usize, column: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut entries = None;
        while at < self.end {
            let line = at + 1;
            let start = value::blanks(bytes, line, self.end);
            let end = value::line_end(bytes, start, self.end);
            let indent = start - line.min(start);
            let text = &bytes[start.min(end)..end];
            if text.trim_ascii().is_empty() {
                at = end;
                continue;
            }
            if text[0] == b'#' {
                self.found.push(Span::new(start, end));
                at = end;
                continue;
            }
            let inside = indent > column || entries.is_none_or(|i| i == column) && indent == column && !is_beside(text);
            if !inside {
                break;
            }
            let entries = *entries.get_or_insert(indent);
            at = match value::key_separator(text) {
                Some(colon) if indent <= entries => self.entry(start + colon + 1, indent),
                _ => {
                    self.found.push(Span::new(start, end));
                    end
                }
            };
        }
        at
    }

    /// Hides one entry's value and whatever follows it on its line; returns the line break after it.
    fn entry(&mut self, after: usize, indent: usize) -> usize {
        let bytes = self.text.as_bytes();
        let start = value::blanks(bytes, after, self.end);
        let next = match bytes.get(start).filter(|_| start < self.end) {
            Some(b'{' | b'[') => {
                let end = self.flow(start);
                self.found.push(Span::new(start, end));
                end
            }
            _ => match value::scalar(self.text, after, self.frame(indent)) {
                Some(value) => {
                    self.push(value.span.start as usize, value.span.end as usize);
                    value.next
                }
                None => after,
            },
        };
        if bytes.get(next) == Some(&b'\n') {
            return next;
        }
        let end = value::line_end(bytes, next, self.end);
        self.push(next, end);
        end
    }

    /// Hides the values of a flow collection that opens at `open`; keys stay. Returns the offset after it.
    fn flow(&mut self, open: usize) -> usize {
        let bytes = self.text.as_bytes();
        let (mut at, mut depth, mut is_key) = (open, 0_usize, false);
        while at < self.end {
            match bytes[at] {
                b'{' | b'[' => {
                    depth += 1;
                    is_key = depth == 1 && bytes[at] == b'{';
                    at += 1;
                }
                b'}' | b']' => {
                    depth -= 1;
                    at += 1;
                    if depth == 0 {
                        return at;
                    }
                }
                b',' => {
                    is_key = depth == 1 && bytes[open] == b'{';
                    at += 1;
                }
                b':' => {
                    is_key = false;
                    at += 1;
                }
                b if b.is_ascii_whitespace() => at += 1,
                _ => {
                    let token = self.flow_token(at);
                    let colon = value::blanks(bytes, token.next, self.end);
                    if !(is_key && bytes.get(colon) == Some(&b':')) {
                        self.push(token.span.start as usize, token.span.end as usize);
                    }
                    at = token.next.max(at + 1);
                }
            }
        }
        self.end
    }

    /// The quoted or plain scalar at `start` of a flow collection.
    fn flow_token(&self, start: usize) -> value::Value {
        let bytes = self.text.as_bytes();
        let escaped = bytes[start] == b'\\';
        if matches!(bytes[start], b'"' | b'\'') || escaped && matches!(bytes.get(start + 1), Some(b'"' | b'\'')) {
            let frame = self.frame(0);
            if let Some(value) = value::scalar(self.text, start, frame) {
                return value;
            }
        }
        let rest = &bytes[start..self.end];
        let colon = |at: usize| rest[at] == b':' && rest.get(at + 1).is_none_or(u8::is_ascii_whitespace);
        let stop = |&at: &usize| matches!(rest[at], b',' | b'}' | b']') || colon(at);
        let end = start + (0..rest.len()).find(stop).unwrap_or(rest.len());
        value::Value { span: Span::new(start, end), next: end }
    }
}

fn is_beside(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"- ").unwrap_or(line);
    value::key_separator(line).is_some_and(|colon| BESIDE_DATA.contains(&line[..colon].trim_ascii()))
}

/// Start of the line that `to` is in, if it starts after `from`.
fn line_start(bytes: &[u8], from: usize, to: usize) -> Option<usize> {
    bytes.get(from..to)?.iter().rposition(|&b| b == b'\n').map(|at| from + at + 1)
}
