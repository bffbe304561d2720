//! Values of messages as cases write them: numbers, flags, bytes, times.

use super::reader::Reader;
use crate::model::Written;
use crate::yaml::scalar::Resolved;
use crate::yaml::{Node, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::time::{Duration, SystemTime};

/// The forms of bytes that are no text.
pub(super) const BYTES: [&str; 2] = ["base64", "hex"];

impl<'n> Reader<'n> {
    /// A whole number from `least` to `most`.
    pub(super) fn whole(&mut self, node: &Node<'_>, what: &str, least: i64, most: i64) -> Option<Written<i64>> {
        let number = node.scalar().and_then(|scalar| match scalar.resolved {
            Resolved::Int(number) => Some(number),
            // `"7"` is as good as `7`.
            Resolved::Str => scalar.text.parse().ok(),
            _ => None,
        });
        match number.filter(|number| (least..=most).contains(number)) {
            Some(value) => Some(Written { value, place: self.place(node.place()) }),
            None => {
                let most = if most == i64::MAX { "more".to_owned() } else { most.to_string() };
                self.fault(node.place(), format!("{what} is not a whole number from {least} to {most}"));
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, node: &Node<'_>, what: &str) -> Option<Written<bool>> {
        match node.scalar().map(|scalar| scalar.resolved) {
            Some(Resolved::Bool(value)) => Some(Written { value, place: self.place(node.place()) }),
            _ => {
                self.wrong(node, what, "`true` or `false`");
                None
            }
        }
    }

    /// Text, or bytes as `{ base64: … }` or `{ hex: … }`.
    pub(super) fn bytes(&mut self, node: &'n Node<'n>, what: &str) -> Option<Written<Vec<u8>>> {
        let place = self.place(node.place());
        if !matches!(node.value, Value::Map(_)) {
            return self.text(node, what).map(|text| Written { value: text.value.as_bytes().to_vec(), place });
        }
        let members = self.members(node, what, &BYTES);
        match members.as_slice() {
            [one] => self.encoded(&one.key, &one.value).map(|value| Written { value, place }),
            // What it has instead was reported with its members.
            [] if !node.entries().is_empty() => None,
            _ => {
                self.fault(node.place(), format!("{what} has one of `base64` and `hex`"));
                None
            }
        }
    }

    /// The bytes that `node` writes in the form `form`.
    pub(super) fn encoded(&mut self, form: &str, node: &Node<'_>) -> Option<Vec<u8>> {
        let text = self.text(node, &format!("`{form}`"))?;
        let plain: String = text.value.chars().filter(|c| !c.is_whitespace()).collect();
        let bytes = if form == "hex" { from_hex(&plain) } else { STANDARD.decode(&plain).ok() };
        if bytes.is_none() {
            let form = if form == "hex" { "pairs of hexadecimal digits" } else { "Base64 with its padding" };
            self.fault(node.place(), format!("not {form}"));
        }
        bytes
    }

    /// A time as RFC 3339 writes it, in UTC.
    pub(super) fn time(&mut self, node: &Node<'_>) -> Option<SystemTime> {
        let text = self.text(node, "`time`")?;
        let time = humantime::parse_rfc3339(&text.value).ok();
        if time.is_none() {
            self.fault(node.place(), "`time` is not a time of RFC 3339 in UTC such as `2026-01-01T00:00:00Z`");
        }
        time
    }

    /// A span of time such as `1000s` or `1h 30m`; a bare number is seconds, perhaps with a fraction.
    pub(super) fn duration(&mut self, node: &Node<'_>, what: &str) -> Option<Duration> {
        let text = self.text(node, what)?;
        let seconds = || Duration::try_from_secs_f64(text.value.parse().ok()?).ok();
        let with_unit = || {
            let number = text.value.trim().strip_suffix('s')?;
            Duration::try_from_secs_f64(number.parse().ok()?).ok()
        };
        let duration = seconds().or_else(with_unit).or_else(|| humantime::parse_duration(&text.value).ok());
        if duration.is_none() {
            self.fault(node.place(), format!("{what} is not a span of time such as `400ms`, `1000s` or `1h 30m`"));
        }
        duration
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}
