//! What a value has to be: this, one of these, something like that, nothing at all.

use super::payload::difference;
use super::reader::Reader;
use super::scalar::BYTES;
use crate::report::run::shown;
use crate::schema::json::to_value;
use crate::yaml::scalar::{Resolved, is_ambiguous};
use crate::yaml::{Node, Value};
use regex::bytes::{Regex, RegexBuilder};
use serde_json::{Map, Value as Json};

/// The keys of a mapping that stands for a value.
pub(super) const MATCHER: [&str; 9] = ["matches", "any-of", "absent", "present", "json", "base64", "hex", "min", "max"];
/// Characters of an expected value in a message.
const LONGEST: usize = 120;
/// Bytes that a compiled pattern may take.
const PATTERN_LIMIT: usize = 1 << 20;

/// What a value has to be.
#[derive(Debug, Clone)]
pub enum Matcher {
    /// These bytes.
    Is(Vec<u8>),
    /// This JSON: numbers within 1e-9, members in any order.
    Json(Json),
    /// One of these.
    AnyOf(Vec<Matcher>),
    /// Something in which this is found.
    Matches(Regex),
    /// A whole number in these bounds.
    Between {
        /// The least.
        min: Option<i64>,
        /// The most.
        max: Option<i64>,
    },
    /// Anything.
    Present,
    /// Nothing.
    Absent,
    /// There, and null (the value of a Kafka header).
    Null,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen<'a> {
    /// Nothing.
    Absent,
    /// Null.
    Null,
    /// These bytes.
    Bytes(&'a [u8]),
}

impl<'a> Seen<'a> {
    /// What is there, with null for `None`.
    pub fn of(value: Option<&'a [u8]>) -> Self {
        value.map_or(Self::Null, Self::Bytes)
    }
}

impl Matcher {
    /// Whether `seen` is it.
    pub fn admits(&self, seen: Seen<'_>) -> bool {
        match (self, seen) {
            (Self::AnyOf(any), _) => any.iter().any(|one| one.admits(seen)),
            (Self::Absent, _) => seen == Seen::Absent,
            (Self::Null, _) => seen == Seen::Null,
            (Self::Present, _) => seen != Seen::Absent,
            (_, Seen::Absent | Seen::Null) => false,
            (Self::Is(bytes), Seen::Bytes(seen)) => bytes == seen,
            (Self::Matches(pattern), Seen::Bytes(seen)) => pattern.is_match(seen),
            (Self::Json(json), Seen::Bytes(seen)) => {
                serde_json::from_slice::<Json>(seen).is_ok_and(|seen| difference(json, &seen).is_none())
            }
            (Self::Between { min, max }, Seen::Bytes(seen)) => {
                let number = std::str::from_utf8(seen).ok().and_then(|text| text.parse::<i64>().ok());
                number.is_some_and(|n| min.is_none_or(|min| min <= n) && max.is_none_or(|max| n <= max))
            }
        }
    }

    /// What is expected of the property `name`, in words for a sentence after "expected".
    pub fn describe(&self, name: &str) -> String {
        let value = |bytes: &[u8]| format!("`{}`", shown(name, Some(bytes), LONGEST).text);
        match self {
            Self::Is(bytes) if bytes.is_empty() => "an empty value".to_owned(),
            Self::Is(bytes) => value(bytes),
            Self::Json(json) => value(json.to_string().as_bytes()),
            Self::AnyOf(any) => {
                let any: Vec<_> = any.iter().map(|one| one.describe(name)).collect();
                any.join(" or ")
            }
            Self::Matches(pattern) => format!("something that matches `{}`", pattern.as_str()),
            Self::Between { min: Some(min), max: Some(max) } => format!("`{min}` to `{max}`"),
            Self::Between { min: Some(min), .. } => format!("at least `{min}`"),
            Self::Between { max: Some(max), .. } => format!("at most `{max}`"),
            Self::Between { .. } => "a whole number".to_owned(),
            Self::Present => "any value".to_owned(),
            Self::Absent => "nothing".to_owned(),
            Self::Null => "null".to_owned(),
        }
    }
}

impl<'n> Reader<'n> {
    /// What `node` says that `what` has to be. Null is nothing, or null where `nullable`.
    pub(super) fn matcher(&mut self, node: &'n Node<'n>, what: &str, nullable: bool) -> Option<Matcher> {
        if node.is_null() {
            return Some(if nullable { Matcher::Null } else { Matcher::Absent });
        }
        if !matches!(node.value, Value::Map(_)) {
            return self.text(node, what).map(|text| Matcher::Is(text.value.as_bytes().to_vec()));
        }
        let members = self.members(node, what, &MATCHER);
        let find = |key: &str| members.iter().find(|member| member.key == key).map(|member| &member.value);
        if members.iter().any(|member| matches!(member.key.as_ref(), "min" | "max")) {
            let bound = |reader: &mut Self, key: &str| {
                find(key).map(|node| reader.whole(node, &format!("`{key}`"), 0, i64::MAX).map(|bound| bound.value))
            };
            let (min, max) = (bound(self, "min"), bound(self, "max"));
            if members.iter().all(|member| matches!(member.key.as_ref(), "min" | "max")) {
                return Some(Matcher::Between { min: min.flatten(), max: max.flatten() });
            }
        }
        match members.as_slice() {
            [one] => self.form(&one.key, &one.value, what, nullable),
            [] if !node.entries().is_empty() => None,
            _ => {
                self.fault(node.place(), format!("{what} says in more than one way, or in none, what it has to be"));
                None
            }
        }
    }

    fn form(&mut self, form: &str, node: &'n Node<'n>, what: &str, nullable: bool) -> Option<Matcher> {
        if BYTES.contains(&form) {
            return self.encoded(form, node).map(Matcher::Is);
        }
        match form {
            "json" => self.json(node).map(Matcher::Json),
            "matches" => self.pattern(node).map(Matcher::Matches),
            "any-of" => {
                let items = self.items(node, "`any-of`");
                if items.is_empty() {
                    self.fault(node.place(), "`any-of` names no value");
                }
                let any = items.iter().map(|item| self.matcher(item, what, nullable)).collect::<Option<Vec<_>>>();
                any.filter(|any| !any.is_empty()).map(Matcher::AnyOf)
            }
            form => {
                let flag = self.flag(node, &format!("`{form}`"))?.value;
                Some(if (form == "absent") == flag { Matcher::Absent } else { Matcher::Present })
            }
        }
    }

    fn pattern(&mut self, node: &Node<'_>) -> Option<Regex> {
        let text = self.text(node, "`matches`")?;
        match RegexBuilder::new(&text.value).size_limit(PATTERN_LIMIT).build() {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
                self.fault(node.place(), format!("not a regular expression: {why}"));
                None
            }
        }
    }

    /// `node` as JSON. What JSON has not, and what YAML readers do not agree about, is reported.
    pub(super) fn json(&mut self, node: &Node<'_>) -> Option<Json> {
        match &node.value {
            // All are looked at, so that all are reported.
            Value::Seq(items) => {
                let items: Vec<_> = items.iter().map(|item| self.json(item)).collect();
                items.into_iter().collect::<Option<_>>().map(Json::Array)
            }
            Value::Map(entries) => {
                let members: Vec<_> =
                    entries.iter().map(|entry| Some((self.name(entry), self.json(&entry.value)?))).collect();
                members.into_iter().collect::<Option<Map<_, _>>>().map(Json::Object)
            }
            Value::Scalar(scalar) if scalar.plain && is_ambiguous(&scalar.text) => {
                let text = &scalar.text;
                let message = format!("YAML readers do not agree on what `{text}` is, so it cannot stand for JSON");
                let help = format!("write `\"{text}\"` for the text, or `true`, `false`, or the number in digits");
                self.fault_with(node.place(), message, Some(help));
                None
            }
            Value::Scalar(scalar) if !matches!(scalar.resolved, Resolved::Float(number) if !number.is_finite()) => {
                Some(to_value(node))
            }
            Value::Scalar(_) | Value::Template => {
                self.fault(node.place(), "JSON has no such value");
                None
            }
        }
    }
}
