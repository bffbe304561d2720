//! How a run knows its own messages: a property that is added at the source and taken off before anything is compared.

use crate::message::{Header, Message};
use crate::translate::{Property, Step};

/// Name of the MQTT user property or Kafka header that carries the marker.
pub const NAME: &str = "flowgate-run";

/// The marker of one message of one run: `RUN-ID/NUMBER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// The name of the run.
    pub run: String,
    /// The number of the message in it, from 0.
    pub number: u64,
}

impl Marker {
    /// The marker that `text` is.
    fn parse(text: &str) -> Option<Self> {
        let (run, number) = text.rsplit_once('/')?;
        Some(Self { run: run.to_owned(), number: number.parse().ok()? })
    }

    /// The text on the wire.
    pub fn text(&self) -> String {
        format!("{}/{}", self.run, self.number)
    }

    /// Adds the marker behind all properties of `message`.
    pub fn attach(&self, message: &mut Message) {
        match message {
            Message::Mqtt(publish) => publish.user_properties.push((NAME.to_owned(), self.text())),
            Message::Kafka(record) => record.headers.push(Header::text(NAME, self.text())),
        }
    }
}

/// The marker text of `message`, if it carries one.
fn text(message: &Message) -> Option<&str> {
    match message {
        Message::Mqtt(publish) => publish.user_property(NAME),
        Message::Kafka(record) => record.header(NAME).and_then(|value| std::str::from_utf8(value).ok()),
    }
}

/// The number of `message` in the run `run`; `None` where it is not a message of that run. Allocates nothing, as it looks
/// at every message that passes.
pub fn number_in(message: &Message, run: &str) -> Option<u64> {
    text(message)?.strip_prefix(run)?.strip_prefix('/')?.parse().ok()
}

/// The marker of `message`, whichever run it belongs to.
pub fn find(message: &Message) -> Option<Marker> {
    Marker::parse(text(message)?)
}

/// Whether something of the name of a marker is in `message`.
pub fn is_there(message: &Message) -> bool {
    text(message).is_some()
}

/// What stands between a payload and a marker behind it.
const BEHIND: &[u8] = b"\nflowgate-run ";

/// Puts the marker behind the payload, for dataflows that pass payloads as they are and drop properties.
pub fn append(message: &mut Message, marker: &Marker) {
    let payload = match message {
        Message::Mqtt(publish) => &mut publish.payload,
        Message::Kafka(record) => record.value.get_or_insert_default(),
    };
    payload.extend_from_slice(BEHIND);
    payload.extend_from_slice(marker.text().as_bytes());
}

/// The number of `message` in the run `run`, by the marker behind its payload.
pub fn number_behind(message: &Message, run: &str) -> Option<u64> {
    let payload = message.payload();
    let from = payload.len().saturating_sub(BEHIND.len() + run.len() + 24);
    let tail = payload.get(from..)?;
    let at = tail.windows(BEHIND.len()).rposition(|window| window == BEHIND)?;
    let text = std::str::from_utf8(tail.get(at + BEHIND.len()..)?).ok()?;
    text.strip_prefix(run)?.strip_prefix('/')?.parse().ok()
}

/// Whether `step` is about the marker and nothing else.
pub fn is_about(step: &Step) -> bool {
    let about = |property: &Property| match property {
        Property::UserProperty(name) | Property::Header(name) => name == NAME,
        _ => false,
    };
    step.input.iter().chain(&step.output).any(|(property, _)| about(property))
}

/// Takes all markers off `message`.
pub fn strip(message: &mut Message) {
    match message {
        Message::Mqtt(publish) => publish.user_properties.retain(|(name, _)| name != NAME),
        Message::Kafka(record) => record.headers.retain(|header| header.key != NAME.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Publish, Record};

    #[test]
    fn a_marker_goes_on_and_comes_off() {
        let properties = vec![("a".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())];
        let mqtt = Message::Mqtt(Publish { user_properties: properties, ..Publish::default() });
        let kafka =
            Message::Kafka(Record { headers: vec![Header { key: vec![0xff], value: None }], ..Record::default() });
        for plain in [mqtt, kafka] {
            let mut message = plain.clone();
            let marker = Marker { run: "plant/7".to_owned(), number: 12 };
            marker.attach(&mut message);
            assert_eq!(find(&message), Some(marker));
            assert_eq!(number_in(&message, "plant/7"), Some(12));
            for stranger in ["plant", "plant/", "plant/77", ""] {
                assert_eq!(number_in(&message, stranger), None, "{stranger}");
            }
            strip(&mut message);
            assert_eq!(message, plain);
            assert_eq!(number_in(&message, "plant/7"), None);
        }
    }

    #[test]
    fn a_marker_behind_a_payload_is_found() {
        for payload in [&b""[..], b"{}", &[0xff; 300]] {
            let mut message = Message::Mqtt(Publish { payload: payload.to_vec(), ..Publish::default() });
            assert_eq!(number_behind(&message, "a1"), None);
            append(&mut message, &Marker { run: "a1".to_owned(), number: u64::MAX });
            assert_eq!(number_behind(&message, "a1"), Some(u64::MAX));
            assert_eq!(number_behind(&message, "b1"), None);
        }
    }

    #[test]
    fn what_only_looks_like_a_marker_is_none() {
        for value in ["", "x", "x/", "x/-1", "x/1.5", "/"] {
            let properties = vec![(NAME.to_owned(), value.to_owned())];
            let message = Message::Mqtt(Publish { user_properties: properties, ..Publish::default() });
            assert_eq!(find(&message), None, "{value}");
        }
    }
}
