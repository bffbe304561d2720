//! Destination topics: text with `${inputTopic}` and `${inputTopic.n}` (data flow destination page, 2026-03-19).

use super::{MAX_BYTES, SyntaxError, check_name, check_text};
use std::ops::Range;

/// What a part of a template puts into the topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// Itself.
    Text,
    /// `${inputTopic}`: the whole topic of the message.
    Topic,
    /// `${inputTopic.n}`: its level, from 1; slashes at either end do not count.
    Level(usize),
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it puts into the topic.
    pub kind: PartKind,
    /// Its bytes of the template.
    pub range: Range<usize>,
}

/// A destination topic that may depend on the topic of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

/// Why a template has no topic for a message: the dataflow drops it and logs a warning.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// The topic of the message has fewer levels.
    #[error("`${{inputTopic.{level}}}` asks for level {level}, `{topic}` has {levels}")]
    Level {
        /// The level that is asked for, from 1.
        level: usize,
        /// The topic of the message.
        topic: String,
        /// How many levels it has.
        levels: usize,
        /// The variable in the template.
        range: Range<usize>,
    },
    /// The topic that comes out cannot be published to.
    #[error("the destination topic for `{topic}` cannot be published to: {error}")]
    Name {
        /// The topic of the message.
        topic: String,
        /// What is wrong with the result; its range is one of the result.
        error: SyntaxError,
    },
}

impl Unresolved {
    /// The part of the template that cannot be resolved, where it is one.
    pub fn range(&self) -> Option<Range<usize>> {
        match self {
            Self::Level { range, .. } => Some(range.clone()),
            Self::Name { .. } => None,
        }
    }
}

impl Template {
    /// Reads a destination topic.
    ///
    /// # Errors
    /// A variable that a dataflow does not know, a wildcard, or what MQTT forbids in a topic.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        check_text(text)?;
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(open) = text[at..].find("${").map(|found| at + found) {
            let Some(close) = text[open..].find('}').map(|found| open + found) else {
                return Err(SyntaxError::new("`${` is not closed by `}`", open..text.len()));
            };
            let range = open..close + 1;
            push_text(&mut parts, at..open);
            parts.push(Part { kind: variable(&text[open + 2..close], range.clone())?, range });
            at = close + 1;
        }
        push_text(&mut parts, at..text.len());
        for part in parts.iter().filter(|part| part.kind == PartKind::Text) {
            check_name(&text[part.range.clone()]).map_err(|error| {
                let shifted = error.range.start + part.range.start..error.range.end + part.range.start;
                SyntaxError::new(error.message, shifted)
            })?;
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its parts in order; they cover the text without a gap.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The topic, if it is the same for every message.
    pub fn as_static(&self) -> Option<&str> {
        self.parts.iter().all(|part| part.kind == PartKind::Text).then_some(&self.text)
    }

    /// The destination topic of a message that was published to `source`.
    ///
    /// # Errors
    /// Where `source` has fewer levels than are asked for, or the result is no topic name.
    pub fn expand(&self, source: &str) -> Result<String, Unresolved> {
        let mut topic = String::with_capacity(self.text.len() + source.len());
        for part in &self.parts {
            match part.kind {
                PartKind::Text => topic.push_str(&self.text[part.range.clone()]),
                PartKind::Topic => topic.push_str(source),
                PartKind::Level(level) => topic.push_str(level_of(source, level).ok_or_else(|| Unresolved::Level {
                    level,
                    topic: source.to_owned(),
                    levels: levels(source).count(),
                    range: part.range.clone(),
                })?),
            }
            if topic.len() > MAX_BYTES {
                break;
            }
        }
        match check_name(&topic) {
            Ok(()) => Ok(topic),
            Err(error) => Err(Unresolved::Name { topic: source.to_owned(), error }),
        }
    }
}

fn push_text(parts: &mut Vec<Part>, range: Range<usize>) {
    if !range.is_empty() {
        parts.push(Part { kind: PartKind::Text, range });
    }
}

/// The levels of a topic as templates count them.
fn levels(topic: &str) -> impl Iterator<Item = &str> {
    let inner = topic.trim_matches('/');
    inner.split('/').take(if inner.is_empty() { 0 } else { usize::MAX })
}

fn level_of(topic: &str, level: usize) -> Option<&str> {
    levels(topic).nth(level.checked_sub(1)?)
}

/// The variable `name`, which stands with its braces at `range`.
fn variable(name: &str, range: Range<usize>) -> Result<PartKind, SyntaxError> {
    if name == "inputTopic" {
        return Ok(PartKind::Topic);
    }
    if let Some(level) = name.strip_prefix("inputTopic.") {
        let digits = !level.is_empty() && level.bytes().all(|byte| byte.is_ascii_digit());
        return match level.parse() {
            Ok(level) if digits && level > 0 => Ok(PartKind::Level(level)),
            _ => Err(SyntaxError::new(format!("levels of `inputTopic` are numbers from 1, found `{level}`"), range)),
        };
    }
    let message = if name == "outputTopic" || name.starts_with("outputTopic.") {
        "`${outputTopic}` is for data flow graphs; a dataflow knows `${inputTopic}` and `${inputTopic.n}`".to_owned()
    } else {
        format!("no variable is called `{name}`, expected `inputTopic` or `inputTopic.n`")
    };
    Err(SyntaxError::new(message, range))
}
