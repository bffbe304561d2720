//! Where the value of a key ends, whatever its style, also where the text is no valid YAML.

use crate::diag::Span;

/// How the text after a key's separator is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Column of the key in bytes: lines that are indented deeper continue its value.
    pub(super) column: usize,
    /// Offset at which the value has to end at the latest.
    pub(super) limit: usize,
    /// Whether an opened quotation may go on in lines that are not indented deeper.
    pub(super) lenient: bool,
}

/// A value: the bytes to hide, and where reading goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    pub(super) span: Span,
    pub(super) next: usize,
}

/// The scalar that starts at or after `from`, right behind a key's `:`. `None`: no value, or a mapping or sequence.
pub(super) fn scalar(text: &str, from: usize, frame: Frame) -> Option<Value> {
    let bytes = text.as_bytes();
    let start = properties(bytes, blanks(bytes, from, frame.limit), frame.limit);
    match bytes.get(start).filter(|_| start < frame.limit) {
        None | Some(b'{' | b'[') => None,
        Some(b'\n' | b'\r' | b'#') => on_next_line(text, start, frame),
        Some(&quote @ (b'"' | b'\'')) => Some(quoted(bytes, start, quote, frame)),
        Some(b'\\') if matches!(bytes.get(start + 1), Some(b'"' | b'\'')) => Some(escaped(bytes, start, frame.limit)),
        Some(b'|' | b'>') => {
            let header = line_end(bytes, start, frame.limit);
            let end = deeper_lines(bytes, header, frame, true);
            let span = if end > header { Span::new(header, end) } else { Span::new(start, header) };
            Some(Value { span, next: end })
        }
        Some(_) => Some(plain(bytes, start, frame)),
    }
}

/// The value after a `=`: up to white space, a quotation mark or a semicolon.
pub(super) fn assigned(text: &str, from: usize, frame: Frame) -> Option<Value> {
    let bytes = text.as_bytes();
    let start = blanks(bytes, from, frame.limit);
    match bytes.get(start) {
        Some(&quote @ (b'"' | b'\'')) => Some(quoted(bytes, start, quote, frame)),
        Some(b'\\') if matches!(bytes.get(start + 1), Some(b'"' | b'\'')) => Some(escaped(bytes, start, frame.limit)),
        _ => {
            let stop = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b';');
            let rest = bytes.get(start..frame.limit).unwrap_or_default();
            let end = start + rest.iter().position(stop).unwrap_or(rest.len());
            (end > start).then(|| Value { span: Span::new(start, end), next: end })
        }
    }
}

/// Whether a value says nothing secret: empty, a boolean or null, or wholly one placeholder.
pub(super) fn is_harmless(value: &str) -> bool {
    let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'', '\\']).trim();
    let one = |open: &str, close: &str| {
        value.strip_prefix(open).is_some_and(|rest| rest.find(close).is_some_and(|at| at + close.len() == rest.len()))
    };
    match value {
        "" | "true" | "false" | "null" | "~" => true,
        // A default inside a placeholder is a literal after all.
        _ if value.contains(":-") || value.contains(":=") || value.contains(['"', '\'', '`']) => false,
        _ => one("<", ">") || one("${", "}") || one("{{", "}}") || one("$(", ")"),
    }
}

/// The first offset from `from` on that is no space or tab.
pub(super) fn blanks(bytes: &[u8], from: usize, limit: usize) -> usize {
    let rest = bytes.get(from..limit).unwrap_or_default();
    from + rest.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(rest.len())
}

/// The offset of the line break after `from`, or `limit`.
pub(super) fn line_end(bytes: &[u8], from: usize, limit: usize) -> usize {
    let rest = bytes.get(from..limit).unwrap_or_default();
    from + rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len())
}

/// Skips an anchor and a tag.
pub(super) fn properties(bytes: &[u8], mut at: usize, limit: usize) -> usize {
    while matches!(bytes.get(at), Some(b'&' | b'!')) {
        let rest = bytes.get(at..limit).unwrap_or_default();
        let end = at + rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        if end == limit || matches!(bytes.get(end), Some(b'\n' | b'\r')) {
            // Nothing follows on the line: it may be a value that merely looks like a tag or an anchor.
            return if next_is_deeper(bytes, end, limit) { end } else { at };
        }
        at = blanks(bytes, end, limit);
    }
    at
}

fn next_is_deeper(bytes: &[u8], end: usize, limit: usize) -> bool {
    let line = line_end(bytes, end, limit) + 1;
    let text = blanks(bytes, line, limit);
    text > line && text < limit && !matches!(bytes.get(text), Some(b'#' | b'\n' | b'\r'))
}

fn plain(bytes: &[u8], start: usize, frame: Frame) -> Value {
    let end = line_end(bytes, start, frame.limit);
    let line = bytes.get(start..end).unwrap_or_default();
    match line.windows(2).position(|pair| matches!(pair, [b' ' | b'\t', b'#'])) {
        Some(comment) => Value { span: Span::new(start, start + comment), next: start + comment },
        None => {
            let end = deeper_lines(bytes, end, frame, false);
            Value { span: Span::new(start, end), next: end }
        }
    }
}

/// Goes on over the lines after `end` that are indented deeper than the key; over comments only in a block scalar.
/// Blank lines belong to the value if deeper text comes after them.
fn deeper_lines(bytes: &[u8], mut end: usize, frame: Frame, block: bool) -> usize {
    let mut at = end;
    while at < frame.limit {
        let line = at + 1;
        let text = blanks(bytes, line, frame.limit);
        match bytes.get(text).filter(|_| text < frame.limit) {
            Some(b'\n' | b'\r') => at = line_end(bytes, text, frame.limit),
            Some(b) if text - line > frame.column && (block || *b != b'#') => {
                at = line_end(bytes, text, frame.limit);
                end = at;
            }
            _ => break,
        }
    }
    end
}

/// The value of a key after which its line ends: on the next line, unless that is a mapping or a sequence.
fn on_next_line(text: &str, from: usize, frame: Frame) -> Option<Value> {
    let bytes = text.as_bytes();
    let mut end = line_end(bytes, from, frame.limit);
    // A bound on the blank lines and comments between keeps many such keys in a row linear.
    for _ in 0..16 {
        let line = end + 1;
        let start = blanks(bytes, line, frame.limit);
        match bytes.get(start).filter(|_| start < frame.limit) {
            None => return None,
            Some(b'\n' | b'\r' | b'#') => end = line_end(bytes, start, frame.limit),
            Some(_) if start - line <= frame.column || is_collection(bytes, start, frame.limit) => {
                return None;
            }
            Some(&quote @ (b'"' | b'\'')) => return Some(quoted(bytes, start, quote, frame)),
            Some(_) => return Some(plain(bytes, start, frame)),
        }
    }
    None
}

/// Whether the line at `start` opens a mapping or sequence: `- `, `{`, `[`, `key:`.
fn is_collection(bytes: &[u8], start: usize, limit: usize) -> bool {
    let line = bytes.get(start..line_end(bytes, start, limit)).unwrap_or_default();
    match line {
        [b'{' | b'[', ..] | [b'-' | b'?', b' ', ..] => true,
        _ => key_separator(line).is_some(),
    }
}

/// The offset of the `:` that ends the key which `line` starts with, quoted or plain.
pub(super) fn key_separator(line: &[u8]) -> Option<usize> {
    let from = match line.first() {
        Some(&quote @ (b'"' | b'\'')) => 2 + line.get(1..)?.iter().position(|&b| b == quote)?,
        _ => 0,
    };
    let rest = line.get(from..)?;
    let ends = |at: usize| matches!(rest.get(at + 1), None | Some(b' ' | b'\t' | b'\r'));
    match from {
        0 => (0..rest.len()).find(|&at| rest[at] == b':' && ends(at)),
        _ => {
            let at = blanks(rest, 0, rest.len());
            (rest.get(at) == Some(&b':')).then_some(from + at)
        }
    }
}

/// What stands between quotation marks; without the second one, what could.
fn quoted(bytes: &[u8], start: usize, quote: u8, frame: Frame) -> Value {
    let mut at = start + 1;
    while at < frame.limit {
        match bytes[at] {
            b'\\' if quote == b'"' && bytes.get(at + 1) != Some(&b'\n') => at += 1,
            b if b == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 1,
            b if b == quote => {
                return Value { span: Span::new(start + 1, at), next: at + 1 };
            }
            b'\n' if !frame.lenient && !goes_on(bytes, at, frame) => {
                return Value { span: Span::new(start + 1, at), next: at };
            }
            _ => {}
        }
        at += 1;
    }
    Value { span: Span::new(start + 1, frame.limit), next: frame.limit }
}

/// Whether the line after the break at `end` is blank or indented deeper than the key.
fn goes_on(bytes: &[u8], end: usize, frame: Frame) -> bool {
    let text = blanks(bytes, end + 1, frame.limit);
    matches!(bytes.get(text), Some(b'\n' | b'\r')) || text - end - 1 > frame.column
}

/// A quotation within a quotation: `\"...\"`, on one line.
fn escaped(bytes: &[u8], start: usize, limit: usize) -> Value {
    let inner = start + 2;
    let mut at = inner;
    while at < limit && bytes[at] != b'\n' {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\\', Some(b'"' | b'\'')) => {
                return Value { span: Span::new(inner, at), next: at + 2 };
            }
            (b'\\', Some(b'\\')) => at += if bytes.get(at + 2) == Some(&b'\\') { 4 } else { 2 },
            (b'"', _) => break,
            _ => at += 1,
        }
    }
    let at = at.min(limit);
    Value { span: Span::new(inner.min(at), at), next: at }
}
