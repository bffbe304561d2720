//! What goes wrong between Flowgate and a cluster, in words.

use super::failure::Failure;
use super::ffi;
use std::time::Duration;

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No broker could be reached, or none let Flowgate in.
    #[error("{0}")]
    Connection(Box<Failure>),
    /// librdkafka does not take a setting. Its value is left out, since it may be a secret.
    #[error("librdkafka does not take `{name}`: {reason}")]
    Setting {
        /// The name of the setting.
        name: String,
        /// Why not.
        reason: String,
    },
    /// A name that no topic can have.
    #[error("`{0}` is no name of a topic, expected 1 to 249 characters of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`")]
    TopicName(String),
    /// A topic that the cluster does not have.
    #[error("the cluster has no topic `{0}`")]
    TopicMissing(String),
    /// A topic that the login may not use in this way.
    #[error("the cluster does not let this login use the topic `{0}`")]
    TopicDenied(String),
    /// A login that may not produce at all: the cluster refuses it a producer id (`InitProducerId`, for idempotence).
    #[error("the cluster gives this login no producer id, which it gives to whoever may write to a topic")]
    ProducerDenied,
    /// A group that the login may not use.
    #[error("the cluster does not let this login use the consumer group")]
    GroupDenied,
    /// The group has members: offsets cannot be committed from outside.
    #[error("the consumer group has members, and offsets can be committed for a group without members only")]
    GroupActive,
    /// No answer in time.
    #[error("no answer within {} ms {doing}", limit.as_millis())]
    Silent {
        /// What was waited for: "when asked for …".
        doing: &'static str,
        /// The limit that had been set.
        limit: Duration,
    },
    /// Any other answer, in librdkafka's or the broker's words.
    #[error("{doing}: {words} ({code})")]
    Other {
        /// What was done.
        doing: &'static str,
        /// The error code: the broker's, or librdkafka's own if negative.
        code: i32,
        /// What librdkafka says of it.
        words: String,
    },
}

// Codes of https://kafka.apache.org/protocol#protocol_error_codes, and of librdkafka's `rd_kafka_resp_err_t`.
pub(super) const UNKNOWN_TOPIC: i32 = 3;
pub(super) const TOPIC_DENIED: i32 = 29;
const INVALID_TOPIC: i32 = 17;
const UNKNOWN_MEMBER: i32 = 25;
const CLUSTER_DENIED: i32 = 31;
pub(super) const GROUP_DENIED: i32 = 30;
const LOCAL_UNKNOWN_TOPIC: i32 = -188;
const LOCAL_UNKNOWN_PARTITION: i32 = -190;
pub(super) const LOCAL_TIMED_OUT: i32 = -185;
pub(super) const LOCAL_MESSAGE_TIMED_OUT: i32 = -192;
pub(super) const LOCAL_QUEUE_FULL: i32 = -184;
pub(super) const LOCAL_RESOLVE: i32 = -193;
pub(super) const LOCAL_SSL: i32 = -181;
pub(super) const LOCAL_AUTHENTICATION: i32 = -169;
pub(super) const LOCAL_ALL_BROKERS_DOWN: i32 = -187;
pub(super) const LOCAL_FATAL: i32 = -150;
pub(super) const LOCAL_NO_RESET: i32 = -140;
pub(super) const LOCAL_TRANSPORT: i32 = -195;

/// Whether an error passes by itself: no leader or no coordinator, for a moment after a topic was created or a broker
/// came back, or nobody who answers yet.
pub(super) const fn passes(code: i32) -> bool {
    matches!(code, LOCAL_TIMED_OUT | LOCAL_TRANSPORT | 5 | 6 | 7 | 9 | 13..=16 | 74 | 75)
}

impl Error {
    /// The error of `code` in `doing` something with `topic`.
    pub(super) fn of(code: i32, doing: &'static str, topic: &str) -> Self {
        match code {
            UNKNOWN_TOPIC | LOCAL_UNKNOWN_TOPIC | LOCAL_UNKNOWN_PARTITION => Self::TopicMissing(topic.to_owned()),
            INVALID_TOPIC => Self::TopicName(topic.to_owned()),
            TOPIC_DENIED => Self::TopicDenied(topic.to_owned()),
            CLUSTER_DENIED => Self::ProducerDenied,
            GROUP_DENIED => Self::GroupDenied,
            UNKNOWN_MEMBER => Self::GroupActive,
            code => Self::Other { doing, code, words: ffi::words(code) },
        }
    }

    /// What librdkafka says of a configuration, without the value that it objects to.
    pub(super) fn of_creation(error: rdkafka::error::KafkaError) -> Self {
        use rdkafka::error::KafkaError;
        match error {
            KafkaError::ClientConfig(_, reason, name, value) => {
                let reason = if value.is_empty() { reason } else { reason.replace(&value, "…") };
                Self::Setting { name, reason }
            }
            KafkaError::ClientCreation(reason) => match reason.split_once(" failed: ") {
                Some((name, reason)) if name.starts_with("ssl.") && !name.contains(' ') => {
                    Self::Setting { name: name.to_owned(), reason: reason.to_owned() }
                }
                _ => Self::Setting { name: "the settings as a whole".to_owned(), reason },
            },
            KafkaError::Nul(_) => {
                Self::Setting { name: "the settings as a whole".to_owned(), reason: "one has a zero byte".to_owned() }
            }
            other => Self::Setting { name: "the settings as a whole".to_owned(), reason: other.to_string() },
        }
    }
}

/// Whether a topic can have `name` (Kafka, `org.apache.kafka.common.internals.Topic`).
pub(super) fn check_topic(name: &str) -> Result<(), Error> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if (1..=249).contains(&name.len()) && name != "." && name != ".." && name.bytes().all(legal) {
        Ok(())
    } else {
        Err(Error::TopicName(name.to_owned()))
    }
}
