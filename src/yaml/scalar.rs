//! Scalars as kubectl reads them: YAML 1.1, by the table of its YAML library, not YAML 1.2.
//!
//! kubectl turns YAML into JSON with `sigs.k8s.io/yaml` (go-yaml v2): `y`, `yes`, `on`, `0755` and `1_000` are not
//! strings there. [`resolve`] follows that table; [`resolve_yaml12`] is the core schema of YAML 1.2, for saying where
//! the two differ.

/// What a plain scalar means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resolved {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits 64 bits with sign.
    Int(i64),
    /// An integer above `i64::MAX`.
    UInt(u64),
    /// A number with fraction, exponent, or beyond 64 bits.
    Float(f64),
    /// Text.
    Str,
}

impl Resolved {
    /// The JSON type in words, with its article.
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::UInt(_) => "an integer",
            Self::Float(_) => "a number",
            Self::Str => "a string",
        }
    }
}

/// The meaning of the plain scalar `text` in kubectl (go-yaml v2, `resolve.go`).
pub fn resolve(text: &str) -> Resolved {
    let Some(first) = text.bytes().next() else {
        return Resolved::Null;
    };
    match first {
        b'0'..=b'9' | b'+' | b'-' => resolve_number(text),
        b'.' => resolve_dot(text),
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => resolve_word(text),
        _ => Resolved::Str,
    }
}

fn resolve_word(text: &str) -> Resolved {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Resolved::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Resolved::Bool(false),
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        _ => Resolved::Str,
    }
}

fn resolve_dot(text: &str) -> Resolved {
    match text {
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" => Resolved::Float(f64::INFINITY),
        _ if text[1..].bytes().next().is_some_and(|byte| byte.is_ascii_digit()) => parse_float(text),
        _ => Resolved::Str,
    }
}

fn resolve_number(text: &str) -> Resolved {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let plain: std::borrow::Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    match parse_go_integer(&plain) {
        Some(resolved) => resolved,
        None if is_yaml_float(&plain) => parse_float(&plain),
        None => Resolved::Str,
    }
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`: the prefix gives the base, a leading zero means octal.
fn parse_go_integer(text: &str) -> Option<Resolved> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    match (u64::from_str_radix(digits, radix).ok()?, negative) {
        (value, false) => Some(i64::try_from(value).map_or(Resolved::UInt(value), Resolved::Int)),
        (value, true) if value <= i64::MIN.unsigned_abs() => Some(Resolved::Int(0i64.wrapping_sub_unsigned(value))),
        _ => None,
    }
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, the float pattern of go-yaml v2.
fn is_yaml_float(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &rest[whole..];
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after) => {
            let count = after.bytes().take_while(u8::is_ascii_digit).count();
            (count, &after[count..])
        }
        None => (0, rest),
    };
    if whole == 0 && fraction == 0 {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit())
        }
    }
}

fn parse_float(text: &str) -> Resolved {
    text.parse::<f64>().map_or(Resolved::Str, Resolved::Float)
}

/// The meaning of the plain scalar `text` in the core schema of YAML 1.2 (section 10.3.2).
pub fn resolve_yaml12(text: &str) -> Resolved {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "true" | "True" | "TRUE" => return Resolved::Bool(true),
        "false" | "False" | "FALSE" => return Resolved::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Resolved::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let based =
        text.strip_prefix("0x").map(|digits| (digits, 16)).or(text.strip_prefix("0o").map(|digits| (digits, 8)));
    if let Some((digits, radix)) = based {
        return match u64::from_str_radix(digits, radix) {
            Ok(value) if !digits.starts_with('+') => i64::try_from(value).map_or(Resolved::UInt(value), Resolved::Int),
            _ => Resolved::Str,
        };
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<i64>().map_or_else(|_| parse_float(text), Resolved::Int);
    }
    if is_yaml_float(text) { parse_float(text) } else { Resolved::Str }
}

/// Whether a YAML 1.2 reader would take the plain scalar `text` for something else than kubectl does.
pub fn is_ambiguous(text: &str) -> bool {
    // What begins otherwise is text in both versions.
    let first = text.bytes().next().unwrap_or(b'x');
    if !(first.is_ascii_digit() || b"+-.yYnNtTfFoO~".contains(&first)) {
        return false;
    }
    let (old, new) = (resolve(text), resolve_yaml12(text));
    match (old, new) {
        (Resolved::Float(a), Resolved::Float(b)) => a != b && !(a.is_nan() && b.is_nan()),
        _ => old != new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_yaml_1_1() {
        for text in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
            assert_eq!(resolve(text), Resolved::Bool(true), "{text}");
        }
        for text in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
            assert_eq!(resolve(text), Resolved::Bool(false), "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(resolve(text), Resolved::Null, "{text}");
        }
        for text in ["yEs", "oN", "tRUE", "nULL", "nope", "Json", "enabled"] {
            assert_eq!(resolve(text), Resolved::Str, "{text}");
        }
    }

    #[test]
    fn numbers_are_those_of_go_yaml() {
        let integers = [
            ("0", 0),
            ("12", 12),
            ("-7", -7),
            ("+3", 3),
            ("0755", 493),
            ("0x1F", 31),
            ("0b101", 5),
            ("0o17", 15),
            ("1_000", 1000),
            ("-9223372036854775808", i64::MIN),
            ("-0x10", -16),
        ];
        for (text, value) in integers {
            assert_eq!(resolve(text), Resolved::Int(value), "{text}");
        }
        assert_eq!(resolve("18446744073709551615"), Resolved::UInt(u64::MAX));
        for (text, value) in [("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1.", 1.0), ("0899", 899.0), ("1_0.5", 10.5)]
        {
            assert_eq!(resolve(text), Resolved::Float(value), "{text}");
        }
        for text in ["1:30", "2024-11-01", "0x", "1e", "-", "+", ".", "..", "1.2.3", "0xZZ", "12px", "+-1"] {
            assert_eq!(resolve(text), Resolved::Str, "{text}");
        }
    }

    #[test]
    fn ambiguity_is_where_the_two_versions_differ() {
        for text in ["y", "on", "Off", "NO", "0755", "1_000", "0b1"] {
            assert!(is_ambiguous(text), "{text}");
        }
        for text in ["true", "null", "~", "12", "1.5", "0", "text", "0x1F", ".nan", "", "2024-11-01"] {
            assert!(!is_ambiguous(text), "{text}");
        }
    }
}
