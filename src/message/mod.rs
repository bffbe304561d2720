//! Messages as they are on the wire: an MQTT 5 PUBLISH and a Kafka record, owned and without a connection.
//!
//! What a dataflow makes of them is for `translate`, how they get onto a wire for `transport`. Imports nothing.

mod kafka;
mod mqtt;

pub use kafka::{Header, Record};
pub use mqtt::{PayloadFormat, Publish, QoS};

/// A message of either protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// MQTT 5.
    Mqtt(Publish),
    /// Kafka.
    Kafka(Record),
}

impl Message {
    /// The topic that it was published or is to be published to.
    pub fn topic(&self) -> &str {
        match self {
            Self::Mqtt(publish) => &publish.topic,
            Self::Kafka(record) => &record.topic,
        }
    }

    /// The payload; empty where a Kafka record has none (a tombstone).
    pub fn payload(&self) -> &[u8] {
        match self {
            Self::Mqtt(publish) => &publish.payload,
            Self::Kafka(record) => record.value.as_deref().unwrap_or_default(),
        }
    }
}

/// What an end of a dataflow speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wire {
    /// MQTT 5.
    Mqtt,
    /// Kafka.
    Kafka,
}

impl Wire {
    /// As people write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mqtt => "MQTT",
            Self::Kafka => "Kafka",
        }
    }
}
