//! Data paths: which field of a message, of a data set record or of the metadata an input or output means.
//!
//! Syntax by the data flow mapping page (2024-09-24) and the expressions page (2026-06-23): `.` separates segments, a
//! segment in double quotes may hold dots, one `*` stands for one or several segments. What a path finds is for
//! `translate`.

mod read;

use super::SyntaxError;
use std::ops::Range;

/// Segments that a path may have: no JSON reader follows deeper nesting.
pub const MAX_SEGMENTS: usize = 64;

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// The payload of the message; `$source.` says so explicitly.
    Message,
    /// A record of a data set: `$context(key).field`, or `$context.field` within the data set itself.
    Context(Option<String>),
    /// `$metadata.…`: no field, a property of the message.
    Metadata(Metadata),
}

/// A property that `$metadata.` names (expressions page, 2026-06-23).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metadata {
    /// `$metadata.topic`, MQTT or Kafka.
    Topic,
    /// `$metadata.system_property.content_type`, the only system property.
    ContentType,
    /// `$metadata.user_property.NAME`, of MQTT.
    UserProperty(String),
    /// `$metadata.header.KEY`, of Kafka.
    Header(String),
}

/// A segment of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The name without its quotes; `None` is the wildcard `*`.
    pub name: Option<String>,
    /// Its bytes of the text, with quotes.
    pub range: Range<usize>,
}

/// A data path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Where it begins.
    pub root: Root,
    /// The segments behind the root; none for metadata.
    pub segments: Vec<Segment>,
    /// `? $last`: the last value that was seen stands in for a missing one.
    pub last: Option<Range<usize>>,
    /// The bytes of the path without white space and `? $last` around it.
    pub range: Range<usize>,
}

impl Path {
    /// Reads an input or a non-empty output.
    ///
    /// # Errors
    /// What is no data path, or what only data flow graphs know (`?? default`), with its range of `text`.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        read::path(text)
    }

    /// The position of `*` among the segments.
    pub fn wildcard(&self) -> Option<usize> {
        self.segments.iter().position(|segment| segment.name.is_none())
    }

    /// The names of the segments before and behind `*`; without one, all are before it.
    pub fn around(&self) -> (Vec<String>, Vec<String>) {
        let at = self.wildcard().unwrap_or(self.segments.len());
        let names = |segments: &[Segment]| segments.iter().filter_map(|segment| segment.name.clone()).collect();
        let (before, behind) = self.segments.split_at(at);
        (names(before), names(behind))
    }
}

/// A path of these names as manifests write it, with quotes where a name needs them.
pub fn display<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for (index, name) in names.into_iter().enumerate() {
        if index > 0 {
            text.push('.');
        }
        let odd = name.is_empty() || name.contains(['.', '?', '*']) || name.starts_with(['"', '$', ' ', '@']);
        if odd || name.ends_with(' ') {
            text.push('"');
            text.push_str(name);
            text.push('"');
        } else {
            text.push_str(name);
        }
    }
    text
}

#[cfg(test)]
mod tests;
