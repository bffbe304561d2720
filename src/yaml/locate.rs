//! From a part of a scalar's value back to the bytes that wrote it: through quotes, escapes, folding and indentation.
//!
//! The parser says where a scalar stands, not where each character of its value comes from. Here the two are laid side by
//! side. Which part is meant is for whoever reads the value.

use crate::diag::Span;
use std::ops::Range;

/// The bytes of `text` that wrote the bytes `part` of `decoded`, the value of the scalar at `scalar`; the whole scalar
/// where that cannot be told.
pub fn part(text: &str, scalar: Span, decoded: &str, part: Range<usize>) -> Span {
    let Some(raw) = text.get(scalar.range()) else { return scalar };
    if decoded.get(part.clone()).is_none() {
        return scalar;
    }
    let start = scalar.start as usize;
    match align(raw, decoded) {
        Some(places) => {
            let range = pick(&places, decoded, &part, raw.len());
            Span::new(start + range.start, start + range.end)
        }
        None => scalar,
    }
}

/// For each character of the value its bytes in `raw`.
fn align(raw: &str, decoded: &str) -> Option<Vec<Range<usize>>> {
    if let Some(inner) = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return walk(&double_quoted(inner, 1)?, decoded);
    }
    if let Some(inner) = raw.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return walk(&single_quoted(inner, 1), decoded);
    }
    let header = raw.starts_with(['|', '>']).then(|| raw.find('\n')).flatten().unwrap_or(0);
    walk(&unquoted(&raw[header..], header), decoded).or_else(|| walk(&unquoted(raw, 0), decoded))
}

/// A piece of a scalar as it is written.
#[derive(Debug)]
struct Unit {
    kind: Kind,
    range: Range<usize>,
}

#[derive(Debug, PartialEq)]
enum Kind {
    /// A character of the value, perhaps by an escape.
    Char(char),
    /// White space, which stands for itself, for less where lines are folded, or for nothing.
    Blank,
    /// An escaped line break, which stands for nothing.
    Nothing,
}

const fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r')
}

/// Adds white space to the run at the end, or begins one.
fn blank(units: &mut Vec<Unit>, range: Range<usize>) {
    match units.last_mut() {
        Some(last) if last.kind == Kind::Blank => last.range.end = range.end,
        _ => units.push(Unit { kind: Kind::Blank, range }),
    }
}

fn unquoted(raw: &str, start: usize) -> Vec<Unit> {
    let mut units = Vec::with_capacity(raw.len());
    for (at, char) in raw.char_indices() {
        let range = start + at..start + at + char.len_utf8();
        match is_blank(char) {
            true => blank(&mut units, range),
            false => units.push(Unit { kind: Kind::Char(char), range }),
        }
    }
    units
}

fn single_quoted(inner: &str, start: usize) -> Vec<Unit> {
    let mut units = unquoted(inner, start);
    let mut opening = None;
    // Of two quotes the second says nothing.
    units.retain_mut(|unit| {
        let second = unit.kind == Kind::Char('\'') && opening == Some(unit.range.start);
        opening = (unit.kind == Kind::Char('\'') && !second).then_some(unit.range.end);
        if unit.kind == Kind::Char('\'') && !second {
            unit.range.end += 1;
        }
        !second
    });
    units
}

fn double_quoted(inner: &str, start: usize) -> Option<Vec<Unit>> {
    let mut units = Vec::with_capacity(inner.len());
    let mut at = 0;
    while let Some(char) = inner.get(at..)?.chars().next() {
        let (kind, length) = match char {
            '\\' => escape(inner.get(at..)?)?,
            char if is_blank(char) => (Kind::Blank, 1),
            char => (Kind::Char(char), char.len_utf8()),
        };
        let range = start + at..start + at + length;
        at += length;
        match kind {
            Kind::Blank => blank(&mut units, range),
            kind => units.push(Unit { kind, range }),
        }
    }
    Some(units)
}

/// The escape that `rest` begins with (YAML 1.2.2, 5.7), and its bytes.
fn escape(rest: &str) -> Option<(Kind, usize)> {
    let code = rest.get(1..)?.chars().next()?;
    let hex = |from: usize, digits: usize| u32::from_str_radix(rest.get(from..from + digits)?, 16).ok();
    let simple = |char| Some((Kind::Char(char), 1 + code.len_utf8()));
    match code {
        '\n' | '\r' => {
            let blanks = rest[1..].len() - rest[1..].trim_start_matches(is_blank).len();
            Some((Kind::Nothing, 1 + blanks))
        }
        '0' => simple('\0'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        't' | '\t' => simple('\t'),
        'n' => simple('\n'),
        'v' => simple('\u{b}'),
        'f' => simple('\u{c}'),
        'r' => simple('\r'),
        'e' => simple('\u{1b}'),
        'N' => simple('\u{85}'),
        '_' => simple('\u{a0}'),
        'L' => simple('\u{2028}'),
        'P' => simple('\u{2029}'),
        'x' => Some((Kind::Char(char::from_u32(hex(2, 2)?)?), 4)),
        'U' => Some((Kind::Char(char::from_u32(hex(2, 8)?)?), 10)),
        'u' => {
            let first = hex(2, 4)?;
            if let Some(char) = char::from_u32(first) {
                return Some((Kind::Char(char), 6));
            }
            // A pair of surrogates, as JSON writes them.
            let second = rest.get(6..8).filter(|mark| *mark == "\\u").and_then(|_| hex(8, 4))?;
            let pair = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
            let char = char::decode_utf16(pair).next()?.ok()?;
            Some((Kind::Char(char), 12))
        }
        other => simple(other),
    }
}

/// Lays the value beside what is written; nothing where they do not fit.
fn walk(units: &[Unit], decoded: &str) -> Option<Vec<Range<usize>>> {
    let mut places = Vec::with_capacity(decoded.len());
    let mut chars = decoded.chars().peekable();
    for unit in units {
        match unit.kind {
            Kind::Nothing => {}
            Kind::Char(char) => {
                // The value of a folded line may begin or end with white space that was not written there.
                while chars.peek().is_some_and(|next| *next != char && is_blank(*next)) {
                    places.push(unit.range.start..unit.range.start);
                    chars.next();
                }
                if chars.next() != Some(char) {
                    return None;
                }
                places.push(unit.range.clone());
            }
            Kind::Blank => {
                while chars.peek().is_some_and(|next| is_blank(*next)) {
                    places.push(unit.range.clone());
                    chars.next();
                }
            }
        }
    }
    let end = units.last().map_or(0, |unit| unit.range.end);
    for rest in chars {
        if !is_blank(rest) {
            return None;
        }
        places.push(end..end);
    }
    Some(places)
}

/// From the first to the last character of `part`; an empty part lies before the character that it stands before.
fn pick(places: &[Range<usize>], decoded: &str, part: &Range<usize>, end: usize) -> Range<usize> {
    let index = |at: usize| decoded.get(..at).map_or(0, |head| head.chars().count());
    let (first, last) = (index(part.start), index(part.end));
    let behind = || last.checked_sub(1).and_then(|before| places.get(before)).map_or(0, |before| before.end);
    let start = places.get(first).map_or_else(behind, |place| place.start).min(end);
    if first == last {
        return start..start;
    }
    start..behind().max(start).min(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::FileId;
    use crate::yaml::{Stream, Value};
    use proptest::prelude::*;

    /// What is underlined of the value of `a` in `text` for the part `wanted` of the value.
    fn underlined<'t>(text: &'t str, wanted: &str) -> &'t str {
        let document = Stream::new(text, FileId(0)).next().unwrap().document.unwrap();
        let node = document.root.get("a").unwrap();
        let Value::Scalar(scalar) = &node.value else { panic!("{text}") };
        let start = scalar.text.find(wanted).unwrap_or_else(|| panic!("`{wanted}` in {:?}", scalar.text));
        let span = part(text, node.span, &scalar.text, start..start + wanted.len());
        &text[span.range()]
    }

    #[test]
    fn every_style_is_followed() {
        for (text, wanted, raw) in [
            ("a: $1 > 2 # note\n", "2", "2"),
            ("a: $1 > 2\n", "$1 > 2", "$1 > 2"),
            ("a: '$1 == ''x'' + 2'\n", "'x'", "''x''"),
            ("a: '$1 == ''x'' + 2'\n", "2", "2"),
            ("a: '''x'\n", "x", "x"),
            ("a: 'é''é' \n", "é'é", "é''é"),
            ("a: \"$1 == \\\"x\\\" + 2\"\n", "\"x\"", "\\\"x\\\""),
            ("a: \"$1 == \\\"x\\\" + 2\"\n", "+", "+"),
            ("a: \"\\u0041\\x42\\U0001F600 + 2\"\n", "B\u{1f600}", "\\x42\\U0001F600"),
            ("{\"a\": \"\\ud83d\\ude00\\/ + 2\"}", "\u{1f600}/", "\\ud83d\\ude00\\/"),
            ("{\"a\": \"\\ud83d\\ude00\\/ + 2\"}", "2", "2"),
            ("a: \"x\\ty\\nz\"\n", "z", "z"),
            ("a: \"x\\ty\\nz\"\n", "\ty", "\\ty"),
            ("a: \"x \\\n  y + z\"\n", "y", "y"),
            ("a: \"x\n\n  y + z\"\n", "y +", "y +"),
            ("a: 'x\n  y + z'\n", "x y", "x\n  y"),
            ("a: x\n  y + z\nb: 1\n", "+ z", "+ z"),
            ("a: x\n  y + z\nb: 1\n", "x y", "x\n  y"),
            ("a: >\n  x +\n  y * z\n", "y * z", "y * z"),
            ("a: >\n  x +\n  y * z\n", "+ y", "+\n  y"),
            ("a: >-\n\n  x +\n\n    y * z\n   q\nb: 1\n", "y *", "y *"),
            ("a: |\n  x +\n    y * z\nb: 1\n", "y *", "y *"),
            ("a: |\n  x +\n    y * z\nb: 1\n", "x +", "x +"),
            ("a: |2-\n    x\n  y\nb: 1\n", "y", "y"),
            ("a: | # note\n  x > y\n", "> y", "> y"),
            ("a: |\r\n  x +\r\n  y\r\nb: 1\r\n", "y", "y"),
            ("b: &v '$1 > 2'\na: *v\n", "> 2", "> 2"),
        ] {
            assert_eq!(underlined(text, wanted), raw, "{text}");
        }
    }

    #[test]
    fn an_empty_part_is_a_point_and_nonsense_the_whole() {
        let text = "a: \"\\\"x\"\n";
        let scalar = Span::new(3, text.len() - 1);
        assert_eq!(part(text, scalar, "\"x", 1..1), Span::at(6));
        assert_eq!(part(text, scalar, "\"x", 2..2), Span::at(7));
        for (decoded, range) in [("\"y", 0..1), ("\"x", 1..9), ("\"é", 2..2), ("", 0..0)] {
            let found = part(text, scalar, decoded, range.clone());
            assert!(found == scalar || decoded.is_empty(), "{decoded} {range:?}");
        }
        assert_eq!(part(text, Span::new(90, 99), "x", 0..1), Span::new(90, 99));
    }

    proptest! {
        /// What JSON writes YAML reads: each word of the value is found where its escapes stand.
        #[test]
        fn words_are_found_in_json(words in prop::collection::vec("[a-z\"\\\\é\u{1f600}\u{7}]{1,4}", 1..6), at in any::<prop::sample::Index>()) {
            let value = words.join(" ");
            let text = serde_json::json!({"a": value}).to_string();
            let document = Stream::new(&text, FileId(0)).next().unwrap().document.unwrap();
            let node = document.root.get("a").unwrap();
            let index = at.index(words.len());
            let start: usize = words[..index].iter().map(|word| word.len() + 1).sum();
            let span = part(&text, node.span, &value, start..start + words[index].len());
            let written = serde_json::to_string(&words[index]).unwrap();
            prop_assert_eq!(&text[span.range()], &written[1..written.len() - 1]);
        }

        #[test]
        fn any_text_gives_a_range_of_it(text in "\\PC{0,12}[\"'|>]?(\\\\[a-zA-Z\n]|\\PC|[\"' \n]){0,16}", decoded in "(\\PC|[ \n\"]){0,12}", a in 0usize..20, b in 0usize..20, c in 0usize..12, d in 0usize..12) {
            let span = part(&text, Span::new(a.min(b), a.max(b)), &decoded, c.min(d)..c.max(d));
            prop_assert!(span == Span::new(a.min(b), a.max(b)) || text.get(span.range()).is_some());
        }
    }
}
