//! Secrets by their own shape: private keys, tokens, shared access signatures, passwords in URLs.

use super::value::{self, Value};
use crate::diag::Span;

/// `-----BEGIN`, and what stands between it and the next hyphens of a private key.
const BEGIN: &[u8] = b"-----BEGIN";
const PRIVATE: &[u8] = b"PRIVATE KEY";
/// Longest label of a PEM block that is looked at.
const LABEL: usize = 64;
/// `-----BEGIN` in base64, and how a certificate and a public key go on.
const BEGIN_BASE64: &[u8] = b"LS0tLS1CRUdJTi";
const PUBLIC_BASE64: [&[u8]; 2] = [b"BDRVJU", b"BQVUJM"];

/// The secret that the word at `start..end` opens or is.
pub(super) fn token(bytes: &[u8], start: usize, end: usize) -> Option<Value> {
    let word = &bytes[start..end];
    if word.ends_with(BEGIN) {
        return private_key(bytes, end);
    }
    if word.starts_with(BEGIN_BASE64) {
        let public = PUBLIC_BASE64.iter().any(|rest| word[BEGIN_BASE64.len()..].starts_with(rest));
        return (!public).then(|| run(bytes, start, |b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b)));
    }
    if word.eq_ignore_ascii_case(b"bearer") {
        return bearer(bytes, end);
    }
    if word.eq_ignore_ascii_case(b"sharedaccesssignature") {
        let from = value::blanks(bytes, end, bytes.len());
        let signed = from > end && bytes.get(from..from + 3).is_some_and(|s| s.eq_ignore_ascii_case(b"sr="));
        return signed.then(|| run(bytes, from, |b| !b.is_ascii_whitespace() && !b"\"'`".contains(&b)));
    }
    web_token(word).map(|at| Value { span: Span::new(start + at, end), next: end })
}

/// Offset of a JSON Web Token (`eyJ…`, two dots or more) in a word.
fn web_token(word: &[u8]) -> Option<usize> {
    let opens = |at: &usize| word[*at..].starts_with(b"eyJ") && (*at == 0 || !word[at - 1].is_ascii_alphanumeric());
    let at = (0..word.len()).find(opens)?;
    (word[at..].iter().filter(|&&b| b == b'.').count() >= 2).then_some(at)
}

fn bearer(bytes: &[u8], end: usize) -> Option<Value> {
    let from = value::blanks(bytes, end, bytes.len());
    let value = run(bytes, from, |b| b.is_ascii_alphanumeric() || b"._~+/=-".contains(&b));
    let token = &bytes[value.span.range()];
    // "bearer tokens" is prose.
    let prose = token.len() < 20 && token.iter().all(u8::is_ascii_lowercase);
    (from > end && !prose).then_some(value)
}

fn run(bytes: &[u8], from: usize, belongs: impl Fn(u8) -> bool) -> Value {
    let rest = bytes.get(from..).unwrap_or_default();
    let end = from + rest.iter().position(|&b| !belongs(b)).unwrap_or(rest.len());
    Value { span: Span::new(from, end), next: end }
}

/// The body of a PEM block that opens before `end`, up to its end line or to a line that cannot belong to it.
fn private_key(bytes: &[u8], end: usize) -> Option<Value> {
    let rest = bytes.get(end..bytes.len().min(end + LABEL))?;
    let label = &rest[..rest.windows(5).position(|w| w == b"-----")?];
    if !label.windows(PRIVATE.len()).any(|w| w == PRIVATE) {
        return None;
    }
    let body = end + label.len() + 5;
    let (mut at, mut last) = (body, body);
    loop {
        let line = value::line_end(bytes, at, bytes.len());
        let text = &bytes[at..line];
        if let Some(stop) = text.windows(8).position(|w| w == b"-----END") {
            return Some(Value { span: Span::new(body, at + stop), next: at + stop });
        }
        if at != body && !may_be_pem(text) {
            break;
        }
        last = line;
        if line == bytes.len() {
            break;
        }
        at = line + 1;
    }
    Some(Value { span: Span::new(body, last), next: last })
}

fn may_be_pem(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let header = [&b"Proc-Type:"[..], b"DEK-Info:", b"Comment:", b"Version:"].iter().any(|name| line.starts_with(name));
    header || line.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=\\\"', \t#*".contains(b))
}

/// What is known of the URL authority that was scanned last: it keeps many `://` in one run linear.
#[derive(Debug, Default)]
pub(super) struct Authority {
    end: usize,
    last_at: Option<usize>,
}

/// The password of `user:password@` behind a scheme that ends at `end`.
pub(super) fn password_of_url(bytes: &[u8], end: usize, known: &mut Authority) -> Option<Span> {
    if bytes.get(end..end + 3) != Some(b"://") {
        return None;
    }
    let start = end + 3;
    if start >= known.end {
        let stop = |b: &u8| b.is_ascii_whitespace() || b"\"'`<>".contains(b);
        let rest = &bytes[start..];
        known.end = start + rest.iter().position(stop).unwrap_or(rest.len());
        known.last_at = bytes[start..known.end].iter().rposition(|&b| b == b'@').map(|at| start + at);
    }
    let at = known.last_at.filter(|&at| at > start)?;
    let colon = start + bytes[start..at].iter().position(|&b| b == b':')?;
    // The rest of the run is hidden now.
    known.last_at = None;
    (colon + 1 < at).then(|| Span::new(colon + 1, at))
}
