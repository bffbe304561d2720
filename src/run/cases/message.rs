//! The message of a case, or of a file of its own: what is sent at the source.

use super::reader::Reader;
use super::scalar::BYTES;
use crate::diag::{Diagnostic, FileId, Place};
use crate::message::{Header, Message, PayloadFormat, Publish, QoS, Record};
use crate::model::{Text, Written};
use crate::policy::run::CASE_SYNTAX;
use crate::run::Wire;
use crate::yaml::{Entry, Node, Stream, Value};
use std::path::Path;

/// The keys of a message.
pub(super) const MESSAGE: [&str; 18] = [
    "topic",
    "payload",
    "payload-json",
    "payload-base64",
    "payload-hex",
    "payload-file",
    "qos",
    "retain",
    "payload-format",
    "expiry",
    "content-type",
    "response-topic",
    "correlation-data",
    "user-properties",
    "key",
    "headers",
    "timestamp",
    "partition",
];
/// Keys that only an MQTT message has.
const MQTT: [&str; 8] = [
    "qos",
    "retain",
    "payload-format",
    "expiry",
    "content-type",
    "response-topic",
    "correlation-data",
    "user-properties",
];
/// Keys that only a Kafka record has.
const KAFKA: [&str; 4] = ["key", "headers", "timestamp", "partition"];

/// A message as it is written: what is not written is not there.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Where it is written.
    pub place: Place,
    /// `topic`; `None` leaves it to the source of the dataflow.
    pub topic: Option<Text>,
    /// `payload` in one of its forms.
    pub payload: Option<Written<Content>>,
    /// `qos`.
    pub qos: Option<QoS>,
    /// `retain`.
    pub retain: bool,
    /// `payload-format`.
    pub payload_format: Option<PayloadFormat>,
    /// `expiry`, in seconds.
    pub expiry: Option<u32>,
    /// `content-type`.
    pub content_type: Option<String>,
    /// `response-topic`.
    pub response_topic: Option<String>,
    /// `correlation-data`.
    pub correlation_data: Option<Vec<u8>>,
    /// `user-properties`, in order.
    pub user_properties: Vec<(String, String)>,
    /// `key`.
    pub key: Option<Vec<u8>>,
    /// `headers`, in order.
    pub headers: Vec<Header>,
    /// `timestamp`, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// `partition`.
    pub partition: Option<i32>,
    /// Which keys are written, with their places.
    keys: Vec<(&'static str, Place)>,
}

/// A payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Null: a Kafka tombstone, and an empty MQTT payload.
    Null,
    /// These bytes.
    Bytes(Vec<u8>),
    /// Those of a file, by its path from the file with the case.
    File(String),
}

/// Why a draft is no message of a protocol.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// It has a property that the protocol has not.
    #[error("a {} message has no `{key}`, and the source of this dataflow is {}", wire.as_str(), wire.as_str())]
    Foreign {
        /// The key.
        key: &'static str,
        /// The protocol.
        wire: Wire,
        /// Where the key's value is written.
        place: Place,
    },
    /// It has no topic, and the dataflow does not say one.
    #[error("the message has no `topic`, and none can be made of what the source reads")]
    NoTopic(Place),
    /// Its payload cannot be read.
    #[error("`{path}` cannot be read: {source}")]
    File {
        /// The path, as written.
        path: String,
        /// Where it is written.
        place: Place,
        /// What the operating system says.
        source: std::io::Error,
    },
}

impl DraftError {
    /// The error as a finding at its line.
    pub fn finding(&self) -> Diagnostic {
        let place = match self {
            Self::Foreign { place, .. } | Self::NoTopic(place) | Self::File { place, .. } => *place,
        };
        Diagnostic::new(&CASE_SYNTAX, place, self.to_string())
    }
}

impl Draft {
    /// The message for a source that speaks `wire`; `topic` is that of a draft without one, `folder` is where the paths
    /// of files start.
    ///
    /// # Errors
    /// Where it has properties that the protocol has not, no topic, or a file that cannot be read.
    pub fn message(&self, wire: Wire, topic: Option<&str>, folder: &Path) -> Result<Message, DraftError> {
        let foreign: &[&str] = if wire == Wire::Mqtt { &KAFKA } else { &MQTT };
        if let Some((key, place)) = self.keys.iter().find(|(key, _)| foreign.contains(key)) {
            return Err(DraftError::Foreign { key, wire, place: *place });
        }
        let topic = self.topic.as_ref().map(|topic| topic.value.as_ref()).or(topic);
        let topic = topic.ok_or(DraftError::NoTopic(self.place))?.to_owned();
        let payload = self.payload_bytes(folder)?;
        Ok(match wire {
            Wire::Mqtt => Message::Mqtt(Publish {
                topic,
                payload: payload.unwrap_or_default(),
                qos: self.qos.unwrap_or(QoS::AtLeastOnce),
                retain: self.retain,
                payload_format: self.payload_format,
                message_expiry: self.expiry,
                content_type: self.content_type.clone(),
                response_topic: self.response_topic.clone(),
                correlation_data: self.correlation_data.clone(),
                user_properties: self.user_properties.clone(),
            }),
            Wire::Kafka => Message::Kafka(Record {
                topic,
                partition: self.partition,
                key: self.key.clone(),
                value: payload,
                headers: self.headers.clone(),
                timestamp: self.timestamp,
            }),
        })
    }

    /// The bytes of the payload; `None` is null. Without one it is empty.
    fn payload_bytes(&self, folder: &Path) -> Result<Option<Vec<u8>>, DraftError> {
        let Some(payload) = &self.payload else { return Ok(Some(Vec::new())) };
        match &payload.value {
            Content::Null => Ok(None),
            Content::Bytes(bytes) => Ok(Some(bytes.clone())),
            Content::File(path) => {
                let error = |source| DraftError::File { path: path.clone(), place: payload.place, source };
                std::fs::read(folder.join(path)).map(Some).map_err(error)
            }
        }
    }
}

/// The message in a file of its own, in the form that `message` has in a case.
///
/// # Errors
/// What cannot be understood, at its lines.
pub fn read_draft(text: &str, file: FileId) -> Result<Draft, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    let mut drafts = Vec::new();
    for parsed in Stream::new(text, file) {
        findings.extend(parsed.findings);
        if let Some(document) = &parsed.document {
            let mut reader = Reader::new(file, text, &document.root);
            drafts.push(reader.draft(&document.root));
            findings.extend(reader.end());
        }
    }
    if findings.is_empty() && drafts.len() != 1 {
        let place = Place::new(file, crate::diag::Span::at(0));
        findings.push(Diagnostic::new(&CASE_SYNTAX, place, "the file does not hold one message"));
    }
    match drafts.pop() {
        Some(draft) if findings.is_empty() => Ok(draft),
        _ => Err(findings),
    }
}

impl<'n> Reader<'n> {
    /// The message that `node` writes; what cannot be understood is left out and reported.
    pub(super) fn draft(&mut self, node: &'n Node<'n>) -> Draft {
        let mut draft = Draft {
            place: self.place(node.place()),
            topic: None,
            payload: None,
            qos: None,
            retain: false,
            payload_format: None,
            expiry: None,
            content_type: None,
            response_topic: None,
            correlation_data: None,
            user_properties: Vec::new(),
            key: None,
            headers: Vec::new(),
            timestamp: None,
            partition: None,
            keys: Vec::new(),
        };
        for entry in self.members(node, "a message", &MESSAGE) {
            let key = MESSAGE.into_iter().find(|key| *key == entry.key).unwrap_or_default();
            draft.keys.push((key, self.place(entry.key_span)));
            if key.starts_with("payload") && key != "payload-format" {
                self.payload(entry, &mut draft);
            } else {
                self.property(key, &entry.value, &mut draft);
            }
        }
        draft
    }

    fn payload(&mut self, entry: &'n Entry<'n>, draft: &mut Draft) {
        let node = &entry.value;
        let bytes = |bytes: Vec<u8>| Content::Bytes(bytes);
        let content = match entry.key.as_ref() {
            "payload" if node.is_null() => Some(Content::Null),
            "payload" => self.bytes(node, "`payload`").map(|written| bytes(written.value)),
            "payload-json" => self.json(node).map(|json| bytes(json.to_string().into_bytes())),
            "payload-base64" => self.encoded(BYTES[0], node).map(bytes),
            "payload-hex" => self.encoded(BYTES[1], node).map(bytes),
            _ => self.text(node, "`payload-file`").map(|path| Content::File(path.value.into())),
        };
        if draft.payload.is_some() {
            self.fault(entry.key_span, "the message has a payload already");
        }
        draft.payload = content.map(|value| Written { value, place: self.place(node.place()) });
    }

    fn property(&mut self, key: &str, node: &'n Node<'n>, draft: &mut Draft) {
        let what = format!("`{key}`");
        let text = |reader: &mut Self| reader.text(node, &what);
        match key {
            "topic" => draft.topic = text(self),
            "content-type" => draft.content_type = text(self).map(|text| text.value.into()),
            "response-topic" => draft.response_topic = text(self).map(|text| text.value.into()),
            "qos" => {
                let number = self.whole(node, &what, 0, 2);
                draft.qos = number.and_then(|number| QoS::from_number(u8::try_from(number.value).ok()?));
            }
            "retain" => draft.retain = self.flag(node, &what).is_some_and(|flag| flag.value),
            "payload-format" => draft.payload_format = self.payload_format(node),
            "expiry" => draft.expiry = self.number(node, &what, 0, u32::MAX.into()),
            "correlation-data" => draft.correlation_data = self.bytes(node, &what).map(|bytes| bytes.value),
            "user-properties" => {
                for (name, value) in self.pairs(node, &what) {
                    let value = self.text(value, &format!("user property `{name}`"));
                    draft.user_properties.extend(value.map(|value| (name, value.value.into())));
                }
            }
            "key" if node.is_null() => draft.key = None,
            "key" => draft.key = self.bytes(node, &what).map(|bytes| bytes.value),
            "headers" => {
                for (name, value) in self.pairs(node, &what) {
                    draft.headers.extend(self.header(name, value));
                }
            }
            "timestamp" => draft.timestamp = self.number(node, &what, 0, i64::MAX),
            _ => draft.partition = self.number(node, &what, 0, i32::MAX.into()),
        }
    }

    fn header(&mut self, name: String, value: &'n Node<'n>) -> Option<Header> {
        if value.is_null() {
            return Some(Header { key: name.into_bytes(), value: None });
        }
        let value = self.bytes(value, &format!("header `{name}`"))?;
        Some(Header { key: name.into_bytes(), value: Some(value.value) })
    }

    fn number<T: TryFrom<i64>>(&mut self, node: &Node<'_>, what: &str, least: i64, most: i64) -> Option<T> {
        self.whole(node, what, least, most).and_then(|number| T::try_from(number.value).ok())
    }

    fn payload_format(&mut self, node: &Node<'_>) -> Option<PayloadFormat> {
        let text = self.text(node, "`payload-format`")?;
        match text.value.as_ref() {
            "utf8" | "1" => Some(PayloadFormat::Utf8),
            "bytes" | "0" => Some(PayloadFormat::Bytes),
            other => {
                self.fault(node.place(), format!("`payload-format` is `{other}`, expected `utf8` or `bytes`"));
                None
            }
        }
    }

    /// Names with their values: a list of mappings with one member each, or one mapping.
    pub(super) fn pairs(&mut self, node: &'n Node<'n>, what: &str) -> Vec<(String, &'n Node<'n>)> {
        if let Value::Map(entries) = &node.value {
            return entries.iter().map(|entry| (self.name(entry), &entry.value)).collect();
        }
        let mut pairs = Vec::new();
        for item in self.items(node, what) {
            match item.entries() {
                [entry] => pairs.push((self.name(entry), &entry.value)),
                _ => self.fault(item.place(), format!("an item of {what} is not one `name: value`")),
            }
        }
        pairs
    }
}
