//! Values that a run makes anew each time, and the patterns that stand for them.

use super::matcher::Matcher;
use regex::bytes::Regex;

/// A UUID (RFC 9562, 4).
const UUID: &str = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
/// A time of RFC 3339.
const TIME: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$";

/// Values that are other ones in every run.
#[derive(Debug, Clone, Default)]
pub struct Generated {
    /// Identifiers that were made.
    pub ids: Vec<String>,
    /// Times of the clock, as they stand in messages.
    pub times: Vec<String>,
}

impl Generated {
    /// The pattern that stands for `value`, if it was made anew.
    pub(super) fn pattern(&self, value: &str) -> Option<&'static str> {
        let among = |values: &[String]| values.iter().any(|known| known == value);
        if among(&self.ids) { Some(UUID) } else { among(&self.times).then_some(TIME) }
    }

    /// What has to be where `value` was made: its pattern, or the value itself where it is not made anew.
    pub fn matcher(&self, value: Vec<u8>) -> Matcher {
        let pattern = std::str::from_utf8(&value).ok().and_then(|text| self.pattern(text));
        // Both patterns compile; a test holds them to it.
        pattern.and_then(|pattern| Regex::new(pattern).ok()).map_or(Matcher::Is(value), Matcher::Matches)
    }
}
