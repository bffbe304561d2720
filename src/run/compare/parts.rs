//! A message in its parts, each with its name and its value as text or bytes.

use crate::message::{Message, Publish, Record};
use crate::translate::Property;

/// A property with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which one.
    pub property: Property,
    /// Its bytes; numbers and flags as text; `None` is null.
    pub value: Option<Vec<u8>>,
}

impl Part {
    fn new(property: Property, value: impl Into<Vec<u8>>) -> Self {
        Self { property, value: Some(value.into()) }
    }

    /// Whether there can be several of its kind, in an order.
    pub const fn is_named(&self) -> bool {
        matches!(self.property, Property::UserProperty(_) | Property::Header(_))
    }
}

/// What `message` has, in the order in which people think of it; what is not there has no part.
pub fn parts(message: &Message) -> Vec<Part> {
    match message {
        Message::Mqtt(publish) => of_publish(publish),
        Message::Kafka(record) => of_record(record),
    }
}

/// The properties that a message of the protocol of `message` may have or not.
pub(super) fn optional(message: &Message) -> impl Iterator<Item = Property> {
    let all: &[Property] = match message {
        Message::Mqtt(_) => &[
            Property::PayloadFormat,
            Property::MessageExpiry,
            Property::ContentType,
            Property::ResponseTopic,
            Property::CorrelationData,
        ],
        Message::Kafka(_) => &[Property::Partition, Property::Key, Property::Timestamp, Property::Payload],
    };
    all.iter().cloned()
}

fn of_publish(publish: &Publish) -> Vec<Part> {
    let text = |property, value: Option<&String>| value.map(|value| Part::new(property, value.as_str()));
    let mut parts = vec![
        Part::new(Property::Topic, publish.topic.as_str()),
        Part::new(Property::Payload, publish.payload.clone()),
        Part::new(Property::QoS, publish.qos.number().to_string()),
        Part::new(Property::Retain, publish.retain.to_string()),
    ];
    let format = publish.payload_format.map(|format| Part::new(Property::PayloadFormat, (format as u8).to_string()));
    parts.extend(format);
    parts.extend(publish.message_expiry.map(|expiry| Part::new(Property::MessageExpiry, expiry.to_string())));
    parts.extend(text(Property::ContentType, publish.content_type.as_ref()));
    parts.extend(text(Property::ResponseTopic, publish.response_topic.as_ref()));
    parts.extend(publish.correlation_data.as_ref().map(|data| Part::new(Property::CorrelationData, data.clone())));
    let named = publish.user_properties.iter();
    parts.extend(named.map(|(name, value)| Part::new(Property::UserProperty(name.clone()), value.as_str())));
    parts
}

fn of_record(record: &Record) -> Vec<Part> {
    let mut parts = vec![Part::new(Property::Topic, record.topic.as_str())];
    parts.extend(record.partition.map(|partition| Part::new(Property::Partition, partition.to_string())));
    parts.extend(record.key.as_ref().map(|key| Part::new(Property::Key, key.clone())));
    parts.extend(record.timestamp.map(|timestamp| Part::new(Property::Timestamp, timestamp.to_string())));
    parts.extend(record.value.as_ref().map(|value| Part::new(Property::Payload, value.clone())));
    parts.extend(record.headers.iter().map(|header| {
        let name = String::from_utf8_lossy(&header.key).into_owned();
        Part { property: Property::Header(name), value: header.value.clone() }
    }));
    parts
}
