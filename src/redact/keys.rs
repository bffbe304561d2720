//! Secrets by the key they stand under: `password: …`, `"apiKey": "…"`, `SharedAccessKey=…`.
//!
//! One pass over the words of a text; it also hands every word to `shape`.

use super::shape::{self, Authority};
use super::value::{self, Frame, Value};
use crate::diag::Span;

/// Ends of keys, without case and punctuation, whose literal value is a secret.
const SENSITIVE: [&str; 27] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "passcode",
    "token",
    "secret",
    "apikey",
    "accesskey",
    "accountkey",
    "sharedkey",
    "secretkey",
    "privatekey",
    "primarykey",
    "secondarykey",
    "storagekey",
    "saskey",
    "encryptionkey",
    "signingkey",
    "masterkey",
    "connectionstring",
    "connstr",
    "credential",
    "credentials",
    "sharedaccesssignature",
    "authorization",
    "dockerconfigjson",
];

/// The longest tail of a key that decides, punctuation included.
const TAIL: usize = 48;

/// How far the start of a line is looked at.
const COLUMNS: usize = 256;

/// Appends every secret that a key or its own shape gives away.
pub(super) fn find(text: &str, found: &mut Vec<Span>) {
    let mut scan = Scan { text, bytes: text.as_bytes(), line: 0, authority: Authority::default(), pair: false, found };
    let mut at = 0;
    while let Some((start, end)) = next_word(scan.bytes, at) {
        scan.enter(at, start);
        let next = scan.word(start, end).max(end);
        scan.enter(start, next);
        at = next;
    }
}

/// Whether `key` names a secret by its last words.
pub(super) fn is_sensitive(key: &[u8]) -> bool {
    if key.eq_ignore_ascii_case(b"pass") {
        return true;
    }
    let tail = key.get(key.len().saturating_sub(TAIL)..).unwrap_or_default();
    let tail: Vec<u8> = tail.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    SENSITIVE.iter().any(|end| tail.ends_with(end.as_bytes()))
}

/// The next run of letters, digits, `_`, `-` and `.` from `at` on.
pub(super) fn next_word(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let start = at + bytes.get(at..)?.iter().position(is_word)?;
    let rest = &bytes[start..];
    Some((start, start + rest.iter().position(|b| !is_word(b)).unwrap_or(rest.len())))
}

/// What follows a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Separator {
    /// `:` or `=`.
    pub(super) sign: u8,
    /// First byte after it.
    pub(super) after: usize,
}

/// The separator after the word that ends at `end`, behind its quotation mark and blanks.
pub(super) fn separator(bytes: &[u8], end: usize) -> Option<Separator> {
    let mut at = end;
    at += usize::from(bytes.get(at) == Some(&b'\\'));
    at += usize::from(matches!(bytes.get(at), Some(b'"' | b'\'')));
    at = value::blanks(bytes, at, bytes.len());
    if matches!(bytes.get(at), Some(b'\n' | b'\r')) {
        // The value of an explicit key (`? key`) has its separator on the next line.
        at = value::blanks(bytes, value::line_end(bytes, at, bytes.len()) + 1, bytes.len());
        bytes.get(at).filter(|b| **b == b':')?;
    }
    let sign = *bytes.get(at).filter(|b| matches!(b, b':' | b'='))?;
    let after = at + 1;
    let url = sign == b':' && bytes.get(after..after + 2) == Some(b"//");
    (!url).then_some(Separator { sign, after })
}

/// First byte of the key whose word starts at `word`: its quotation mark, or the `?` before it.
pub(super) fn key_start(bytes: &[u8], word: usize) -> usize {
    let mut start = word;
    while start > 0 && matches!(bytes[start - 1], b'"' | b'\'' | b'\\') {
        start -= 1;
    }
    let explicit = start >= 2 && bytes[start - 1] == b' ' && bytes[start - 2] == b'?';
    if explicit { start - 2 } else { start }
}

/// Column that decides what is deeper than the key at `start`: its own if only indentation, `-` and `?` stand before it
/// on its line, which starts at `line`; else the first text's. Bounded, so that it costs the same in a long line.
pub(super) fn column(bytes: &[u8], line: usize, start: usize) -> usize {
    let before = bytes.get(line..start).unwrap_or_default();
    let head = &before[..before.len().min(COLUMNS)];
    match head.iter().all(|b| b" \t-?".contains(b)) {
        true => before.len(),
        false => head.iter().take_while(|b| b" \t".contains(b)).count(),
    }
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Where the current line starts.
    line: usize,
    authority: Authority,
    /// Whether the last key was the `name:` or `key:` of a pair whose `value:` is a secret.
    pair: bool,
    found: &'a mut Vec<Span>,
}

impl Scan<'_> {
    /// Moves on from `from` to `to`, and notes the line that `to` is in.
    fn enter(&mut self, from: usize, to: usize) {
        if let Some(at) = self.bytes.get(from..to).and_then(|passed| passed.iter().rposition(|&b| b == b'\n')) {
            self.line = from + at + 1;
        }
    }

    /// Looks at one word; returns where to go on.
    fn word(&mut self, start: usize, end: usize) -> usize {
        if let Some(span) = shape::password_of_url(self.bytes, end, &mut self.authority) {
            self.found.push(span);
        }
        if let Some(value) = shape::token(self.bytes, start, end) {
            self.found.push(value.span);
            return value.next;
        }
        let Some(separator) = separator(self.bytes, end) else {
            return end;
        };
        let word = &self.bytes[start..end];
        let of_pair = std::mem::take(&mut self.pair) && word == b"value";
        let signature = separator.sign == b'=' && word.eq_ignore_ascii_case(b"sig");
        if word == b"name" || word == b"key" {
            self.pair = self.names_secret(separator.after);
        }
        if !(of_pair || signature || is_sensitive(word)) {
            return end;
        }
        let Some(value) = self.value(start, separator) else {
            return separator.after;
        };
        if !self.text.get(value.span.range()).is_some_and(value::is_harmless) {
            self.found.push(value.span);
        }
        value.next
    }

    fn value(&self, word: usize, separator: Separator) -> Option<Value> {
        let start = key_start(self.bytes, word);
        // A message quotes a key with its value in backticks, and goes on after them.
        let quoted = start > 0 && self.bytes[start - 1] == b'`';
        let rest = &self.bytes[separator.after..];
        let limit = match quoted {
            true => separator.after + rest.iter().position(|&b| b == b'`' || b == b'\n').unwrap_or(rest.len()),
            false => self.bytes.len(),
        };
        let frame = Frame { column: column(self.bytes, self.line, start), limit, lenient: false };
        match separator.sign {
            b'=' => value::assigned(self.text, separator.after, frame),
            _ => value::scalar(self.text, separator.after, frame),
        }
    }

    /// Whether the word right after a separator is the name of a secret, as in a list of environment variables.
    fn names_secret(&self, after: usize) -> bool {
        let from = value::blanks(self.bytes, after, self.bytes.len());
        next_word(self.bytes, from)
            .is_some_and(|(start, end)| start <= from + 2 && is_sensitive(&self.bytes[start..end]))
    }
}
