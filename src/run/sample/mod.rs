//! A message for a dataflow where nobody gives one: a topic that its source reads, the fields that its transformation
//! reads, and every property that can get lost on the way.
//!
//! Nothing here evaluates an expression: [`samples`] gives several messages, with middle, low, high and other values, and
//! whoever sends one takes the first that the translation delivers.

mod fields;
mod topic;

#[cfg(test)]
mod tests;

pub use fields::segments;
pub use topic::topic;

use super::Wire;
use crate::message::{Header, Message, PayloadFormat, Publish, QoS, Record};
use crate::settings::Flow;
use fields::{Guess, fields};
use serde_json::{Map, Value as Json, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// What a sample is made for.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// What the source speaks.
    pub wire: Wire,
    /// Now, for `time` and the timestamp.
    pub now: SystemTime,
}

/// Messages for `flow`, the likeliest first; never empty.
pub fn samples(flow: &Flow, occasion: Occasion) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for guess in Guess::ALL {
        let message = message(flow, payload(flow, guess), occasion);
        if !messages.contains(&message) {
            messages.push(message);
        }
    }
    messages
}

fn payload(flow: &Flow, guess: Guess) -> Json {
    let Some(transform) = &flow.transform else {
        return json!({ "temperature": 21.5, "humidity": 40, "unit": "C" });
    };
    let fields = fields(transform, guess);
    if fields.is_empty() {
        return json!({ "temperature": 21.5, "humidity": 40, "unit": "C" });
    }
    let mut payload = Json::Object(Map::new());
    for (path, value) in fields {
        put(&mut payload, &path, value);
    }
    payload
}

/// Puts `value` at `path`, unless something else is there already.
fn put(payload: &mut Json, path: &[String], value: Json) {
    let Some((last, parents)) = path.split_last() else { return };
    let mut at = payload;
    for parent in parents {
        let Json::Object(members) = at else { return };
        at = members.entry(parent.clone()).or_insert_with(|| Json::Object(Map::new()));
    }
    if let Json::Object(members) = at {
        members.entry(last.clone()).or_insert(value);
    }
}

fn message(flow: &Flow, payload: Json, occasion: Occasion) -> Message {
    let topic = topic(flow, occasion.wire);
    let payload = payload.to_string().into_bytes();
    match occasion.wire {
        Wire::Mqtt => Message::Mqtt(publish(flow, topic, payload, occasion.now)),
        Wire::Kafka => Message::Kafka(record(flow, topic, payload, occasion.now)),
    }
}

/// Required attributes of CloudEvents 1.0, and the optional ones that a source knows.
fn attributes(flow: &Flow, now: SystemTime) -> [(&'static str, String); 6] {
    [
        ("specversion", "1.0".to_owned()),
        ("type", "com.example.sample".to_owned()),
        ("source", format!("/flowgate/{}", flow.id.name())),
        ("id", "sample-1".to_owned()),
        ("subject", "sample".to_owned()),
        ("time", humantime::format_rfc3339_millis(now).to_string()),
    ]
}

fn publish(flow: &Flow, topic: String, payload: Vec<u8>, now: SystemTime) -> Publish {
    let mut user_properties: Vec<(String, String)> =
        attributes(flow, now).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let mut add = |name: &str, value: &str| user_properties.push((name.to_owned(), value.to_owned()));
    // A name that comes twice, and one that is not ASCII: what naive copies lose.
    add("flowgate-note", "first");
    add("flowgate-note", "second");
    add("flowgate-größe", "µ");
    for name in metadata(flow, "user_property") {
        add(&name, "sample");
    }
    Publish {
        topic,
        payload,
        qos: QoS::AtLeastOnce,
        retain: false,
        payload_format: Some(PayloadFormat::Utf8),
        message_expiry: Some(3600),
        content_type: Some("application/json".to_owned()),
        response_topic: Some("flowgate/replies".to_owned()),
        correlation_data: Some(vec![0x66, 0x67, 0x00, 0xff]),
        user_properties,
    }
}

fn record(flow: &Flow, topic: String, payload: Vec<u8>, now: SystemTime) -> Record {
    let mut headers: Vec<Header> =
        attributes(flow, now).into_iter().map(|(name, value)| Header::text(format!("ce_{name}"), value)).collect();
    headers.push(Header::text("content-type", "application/json"));
    headers.push(Header::text("flowgate-note", "first"));
    headers.push(Header::text("flowgate-note", "second"));
    // AMQP's `string "bar"`, as Event Hubs hands it to Kafka clients: no UTF-8, so it cannot become a user property.
    headers.push(Header { key: b"flowgate-amqp".to_vec(), value: Some(vec![0xa1, 0x03, b'b', b'a', b'r']) });
    headers.extend(metadata(flow, "header").into_iter().map(|name| Header::text(name, "sample")));
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    Record {
        topic,
        partition: None,
        key: Some(b"flowgate-key".to_vec()),
        value: Some(payload),
        headers,
        timestamp: i64::try_from(now).ok(),
    }
}

/// Names that the transformation reads under `$metadata.<kind>.`.
fn metadata(flow: &Flow, kind: &str) -> Vec<String> {
    let Some(transform) = &flow.transform else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for input in fields::inputs(transform) {
        if let [first, second, name] = segments(input).as_slice()
            && first == "$metadata"
            && second == kind
            && !names.contains(name)
        {
            names.push(name.clone());
        }
    }
    names
}
