//! What comes of a message.

use super::trace::Cause;
use crate::message::Message;

/// What comes of a message: the outcome model of the disk persistence, filter and destination pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It goes to the destination.
    Delivered(Message),
    /// It goes nowhere.
    Dropped(Dropped),
}

/// Why a message is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The kind of reason.
    pub reason: DropReason,
    /// The reason in words: lower case, no final dot, values in backticks.
    pub why: String,
    /// The line of the manifest that decides it, if one does.
    pub cause: Option<Cause>,
}

/// The kinds of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DropReason {
    /// A filter rule is true.
    Filter,
    /// Its Message Expiry Interval ran out.
    Expired,
    /// It does not match its schema.
    Schema,
    /// The destination names a level that its topic has not.
    TopicUnresolved,
    /// A rule could not be applied to it: a field is missing, of the wrong type, or the payload is no JSON.
    TransformError,
    /// The result cannot be a message of the destination's protocol.
    Unsendable,
}

impl DropReason {
    /// The key for reports and cases.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filter => "dropped-filter",
            Self::Expired => "dropped-expired",
            Self::Schema => "dropped-schema",
            Self::TopicUnresolved => "dropped-topic-unresolved",
            Self::TransformError => "dropped-transform-error",
            Self::Unsendable => "dropped-unsendable",
        }
    }
}

impl Outcome {
    /// The message that goes to the destination, if it does.
    pub const fn delivered(&self) -> Option<&Message> {
        match self {
            Self::Delivered(message) => Some(message),
            Self::Dropped(_) => None,
        }
    }
}
