//! Where a plan sends to.

use super::end::Decided;
use crate::message::QoS;
use crate::settings::{Acks, Compression, Retain};
use crate::syntax::topic::Template;
use crate::translate::trace::Cause;

/// The destination, by protocol.
#[derive(Debug)]
pub(in crate::translate) enum Target {
    /// An MQTT broker.
    Mqtt(MqttTarget),
    /// A Kafka cluster.
    Kafka(KafkaTarget),
}

/// An MQTT destination.
#[derive(Debug)]
pub(in crate::translate) struct MqttTarget {
    pub qos: Decided<QoS>,
    pub retain: Decided<Retain>,
}

/// A Kafka destination.
#[derive(Debug)]
pub(in crate::translate) struct KafkaTarget {
    /// `copyMqttProperties`.
    pub copy: Decided<bool>,
    /// `partitionStrategy`.
    pub partitioning: Decided<Partitioning>,
    pub producer: KafkaProducer,
}

/// `partitionStrategy`, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::translate) enum Partitioning {
    /// No key.
    Any,
    /// One partition.
    Static,
    /// The topic of the source is the key.
    Topic,
    /// A user property is the key; its name may be missing.
    Property(Box<str>),
}

/// The topic of the destination.
#[derive(Debug)]
pub(in crate::translate) struct Topic {
    pub text: TopicText,
    pub cause: Cause,
}

/// Its text.
#[derive(Debug)]
pub(in crate::translate) enum TopicText {
    /// The same for every message.
    Fixed(String),
    /// By the topic of the source.
    Template(Template),
}

/// How a Kafka producer has to be set up for a dataflow (Kafka endpoint page).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KafkaProducer {
    /// Who has to confirm a record.
    pub acks: Acks,
    /// Compression of batches.
    pub compression: Compression,
    /// How records are gathered; `None` sends each by itself.
    pub batches: Option<Batches>,
}

/// When a batch is sent: at the first of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batches {
    /// After this many milliseconds.
    pub latency_ms: u16,
    /// With this many bytes.
    pub max_bytes: u32,
    /// With this many messages.
    pub max_messages: u32,
}
