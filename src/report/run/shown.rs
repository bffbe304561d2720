//! Values of messages as text: masked, without what steers a terminal, and not longer than a person reads.

use crate::redact;
use std::fmt::Write;

/// Bytes of binary values that are shown.
const BINARY: usize = 16;

/// A value as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The text.
    pub text: String,
    /// Whether a secret was hidden.
    pub masked: bool,
    /// Whether a part was left out.
    pub shortened: bool,
}

/// `value` under the name `name` as text of at most `longest` characters and the length that goes with a shortened one;
/// `None` is null. Text is shown as it is, with control characters escaped; other bytes in hexadecimal. What `name` or
/// the text itself tell to be a secret is masked.
pub fn shown(name: &str, value: Option<&[u8]>, longest: usize) -> Shown {
    let Some(bytes) = value else {
        return Shown { text: "null".to_owned(), masked: false, shortened: false };
    };
    let Ok(text) = std::str::from_utf8(bytes) else { return binary(name, bytes, longest) };
    let (text, masked) = mask(name, text);
    if text.is_empty() {
        return Shown { text: "(empty)".to_owned(), masked, shortened: false };
    }
    let (text, shortened) = escape(&text, longest);
    let text = if shortened { format!("{text}… ({} bytes)", bytes.len()) } else { text };
    Shown { text, masked, shortened }
}

fn binary(name: &str, bytes: &[u8], longest: usize) -> Shown {
    // Whether the name tells a secret can only be asked with a text.
    if mask(name, "x").1 {
        return Shown { text: redact::MASK.to_owned(), masked: true, shortened: false };
    }
    let most = if longest == usize::MAX { bytes.len() } else { BINARY };
    let mut text = "0x".to_owned();
    for byte in bytes.iter().take(most) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    let shortened = bytes.len() > most;
    let dots = if shortened { "…" } else { "" };
    let _ = write!(text, "{dots} ({} bytes)", bytes.len());
    Shown { text, masked: false, shortened }
}

/// `text` without secrets, and whether there was one: under its name, then by itself.
pub(super) fn mask(name: &str, text: &str) -> (String, bool) {
    let plain = name.rsplit_once('`').and_then(|(before, _)| before.rsplit_once('`')).map_or(name, |(_, inner)| inner);
    let line = format!("{plain}: x");
    if redact::mask(&line) != line {
        return (redact::MASK.to_owned(), true);
    }
    let masked = redact::mask(text);
    let changed = masked != text;
    (masked.into_owned(), changed)
}

/// `text`, up to `longest` characters, with everything escaped that a terminal acts upon or that tables use for themselves;
/// and whether there was more.
fn escape(text: &str, longest: usize) -> (String, bool) {
    let mut out = String::new();
    let mut used = 0_usize;
    for c in text.chars() {
        let escaped = match c {
            '\n' => Some("\\n".to_owned()),
            '\r' => Some("\\r".to_owned()),
            '\t' => Some("\\t".to_owned()),
            _ => is_hidden(c).then(|| c.escape_unicode().to_string()),
        };
        used = used.saturating_add(escaped.as_ref().map_or(1, String::len));
        if used > longest {
            return (out, true);
        }
        match escaped {
            Some(escaped) => out.push_str(&escaped),
            None => out.push(c),
        }
    }
    (out, false)
}

/// Whether `c` cannot be seen or moves what can: controls, directions, separators, and what belongs to nobody.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}' | '\u{f0000}'..)
}
