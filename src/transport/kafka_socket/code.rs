//! Kafka's error codes, by the names that its documentation gives them.
//!
//! What a code means for a dataflow is for `probe`.

use kafka_protocol::ResponseError;
use std::fmt;

/// An error code in an answer (<https://kafka.apache.org/protocol#protocol_error_codes>).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub i16);

#[allow(missing_docs, reason = "the names of the documentation")]
impl Code {
    pub const OFFSET_OUT_OF_RANGE: Self = Self(1);
    pub const CORRUPT_MESSAGE: Self = Self(2);
    pub const UNKNOWN_TOPIC_OR_PARTITION: Self = Self(3);
    pub const LEADER_NOT_AVAILABLE: Self = Self(5);
    pub const NOT_LEADER_OR_FOLLOWER: Self = Self(6);
    pub const MESSAGE_TOO_LARGE: Self = Self(10);
    pub const COORDINATOR_LOAD_IN_PROGRESS: Self = Self(14);
    pub const COORDINATOR_NOT_AVAILABLE: Self = Self(15);
    pub const NOT_COORDINATOR: Self = Self(16);
    pub const INVALID_TOPIC_EXCEPTION: Self = Self(17);
    pub const ILLEGAL_GENERATION: Self = Self(22);
    pub const INCONSISTENT_GROUP_PROTOCOL: Self = Self(23);
    pub const UNKNOWN_MEMBER_ID: Self = Self(25);
    pub const REBALANCE_IN_PROGRESS: Self = Self(27);
    pub const TOPIC_AUTHORIZATION_FAILED: Self = Self(29);
    pub const GROUP_AUTHORIZATION_FAILED: Self = Self(30);
    pub const CLUSTER_AUTHORIZATION_FAILED: Self = Self(31);
    pub const UNSUPPORTED_SASL_MECHANISM: Self = Self(33);
    pub const ILLEGAL_SASL_STATE: Self = Self(34);
    pub const UNSUPPORTED_VERSION: Self = Self(35);
    pub const SASL_AUTHENTICATION_FAILED: Self = Self(58);
    pub const GROUP_ID_NOT_FOUND: Self = Self(69);
    pub const UNSUPPORTED_COMPRESSION_TYPE: Self = Self(76);
    pub const FENCED_INSTANCE_ID: Self = Self(82);
    pub const INVALID_RECORD: Self = Self(87);
}

impl Code {
    /// The code, if it is one of an error: 0 is none.
    pub const fn of(code: i16) -> Option<Self> {
        match code {
            0 => None,
            code => Some(Self(code)),
        }
    }

    /// Its name as Kafka's documentation writes it, such as `TOPIC_AUTHORIZATION_FAILED`; `None` for a code that Kafka 4.1
    /// does not have.
    pub fn name(self) -> Option<String> {
        let error = match ResponseError::try_from_code(self.0)? {
            ResponseError::Unknown(_) => return None,
            error => error.to_string(),
        };
        let mut name = String::with_capacity(error.len() + 8);
        for (at, char) in error.char_indices() {
            if at > 0 && char.is_ascii_uppercase() {
                name.push('_');
            }
            name.push(char.to_ascii_uppercase());
        }
        Some(name)
    }

    /// Whether the error can pass by itself, by Kafka's own list.
    pub fn passes(self) -> bool {
        ResponseError::try_from_code(self.0).is_some_and(|error| error.is_retriable())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "error code {}", self.0),
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_have_the_names_of_the_documentation() {
        for (code, name) in [
            (Code::TOPIC_AUTHORIZATION_FAILED, "TOPIC_AUTHORIZATION_FAILED (29)"),
            (Code::NOT_LEADER_OR_FOLLOWER, "NOT_LEADER_OR_FOLLOWER (6)"),
            (Code::INVALID_TOPIC_EXCEPTION, "INVALID_TOPIC_EXCEPTION (17)"),
            (Code::GROUP_ID_NOT_FOUND, "GROUP_ID_NOT_FOUND (69)"),
            (Code(-1), "UNKNOWN_SERVER_ERROR (-1)"),
            (Code(999), "error code 999"),
            (Code(i16::MIN), "error code -32768"),
        ] {
            assert_eq!(code.to_string(), name);
        }
        assert_eq!(Code::of(0), None);
        assert!(Code::COORDINATOR_NOT_AVAILABLE.passes() && !Code::TOPIC_AUTHORIZATION_FAILED.passes());
    }
}
