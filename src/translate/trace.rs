//! What happened to each property of a message on its way, and which documented rule made it so.

use super::choices::Choice;
use crate::diag::{Certainty, Place, Source};
use std::fmt;

/// A statement of the documentation that the translation follows.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Kebab-case name.
    pub id: &'static str,
    /// What it says, in a few words: lower case, no final dot.
    pub says: &'static str,
    /// Who says so.
    pub source: &'static Source,
    /// How sure it is.
    pub certainty: Certainty,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Property {
    /// The message as a whole.
    Message,
    /// MQTT topic or Kafka topic.
    Topic,
    /// MQTT payload or Kafka value.
    Payload,
    /// A field of the payload, as a data path.
    Field(String),
    /// MQTT quality of service.
    QoS,
    /// MQTT RETAIN.
    Retain,
    /// MQTT Payload Format Indicator.
    PayloadFormat,
    /// MQTT Message Expiry Interval.
    MessageExpiry,
    /// MQTT Content Type.
    ContentType,
    /// MQTT Response Topic.
    ResponseTopic,
    /// MQTT Correlation Data.
    CorrelationData,
    /// An MQTT User Property of this name.
    UserProperty(String),
    /// Kafka record key.
    Key,
    /// Kafka partition.
    Partition,
    /// Kafka timestamp.
    Timestamp,
    /// A Kafka header of this key (shown lossily where it is not UTF-8).
    Header(String),
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message => f.write_str("message"),
            Self::Topic => f.write_str("topic"),
            Self::Payload => f.write_str("payload"),
            Self::Field(path) => write!(f, "payload field `{path}`"),
            Self::QoS => f.write_str("QoS"),
            Self::Retain => f.write_str("retain"),
            Self::PayloadFormat => f.write_str("Payload Format Indicator"),
            Self::MessageExpiry => f.write_str("Message Expiry Interval"),
            Self::ContentType => f.write_str("Content Type"),
            Self::ResponseTopic => f.write_str("Response Topic"),
            Self::CorrelationData => f.write_str("Correlation Data"),
            Self::UserProperty(name) => write!(f, "user property `{name}`"),
            Self::Key => f.write_str("key"),
            Self::Partition => f.write_str("partition"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Header(name) => write!(f, "header `{name}`"),
        }
    }
}

/// A value in a trace, as bytes; readers decide how to show it.
pub type Value = Vec<u8>;

/// What became of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// It came through as it was, perhaps under another name.
    Kept,
    /// It came through with another value.
    Changed,
    /// It was not there before.
    Made,
    /// It is not there any more.
    Removed,
}

impl Action {
    /// The key for machine formats.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Changed => "changed",
            Self::Made => "made",
            Self::Removed => "removed",
        }
    }
}

/// Where in a manifest the cause of a step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The value, or the nearest place to it.
    pub place: Place,
    /// Which bytes of the decoded text of that value, where it is only a part.
    pub part: Option<std::ops::Range<usize>>,
}

impl From<Place> for Cause {
    fn from(place: Place) -> Self {
        Self { place, part: None }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The property of the message that came in; `None` where it was made.
    pub input: Option<(Property, Value)>,
    /// The property of the message that goes out; `None` where it was removed.
    pub output: Option<(Property, Value)>,
    /// What became of it.
    pub action: Action,
    /// Why.
    pub rule: &'static Rule,
    /// The line of the manifest that decides it, if one does.
    pub cause: Option<Cause>,
    /// The setting that decided it, where no page does.
    pub choice: Option<&'static Choice>,
    /// What else a person should know: lower case, no final dot.
    pub note: Option<String>,
}

/// Collects steps, or does nothing for a message among many.
#[derive(Debug, Default)]
pub struct Trace {
    /// The steps in the order in which they happened; `None`: nobody asks.
    steps: Option<Vec<Step>>,
}

impl Trace {
    /// A trace that keeps every step.
    pub const fn recording() -> Self {
        Self { steps: Some(Vec::new()) }
    }

    /// A trace that keeps nothing and costs nothing.
    pub const fn off() -> Self {
        Self { steps: None }
    }

    /// Whether steps are kept.
    pub const fn is_recording(&self) -> bool {
        self.steps.is_some()
    }

    /// Notes the step that `step` makes, if anybody asks.
    pub fn note(&mut self, step: impl FnOnce() -> Step) {
        if let Some(steps) = &mut self.steps {
            steps.push(step());
        }
    }

    /// The steps so far.
    pub fn steps(&self) -> &[Step] {
        self.steps.as_deref().unwrap_or_default()
    }
}
