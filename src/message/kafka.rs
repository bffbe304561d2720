//! A Kafka record, without offset and batch.

/// One header of a record. Keys are UTF-8 by the protocol, but nothing enforces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its key.
    pub key: Vec<u8>,
    /// Its value: any bytes, or null.
    pub value: Option<Vec<u8>>,
}

impl Header {
    /// A header with text.
    pub fn text(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into().into_bytes(), value: Some(value.into().into_bytes()) }
    }
}

/// A Kafka record. The default is an empty record without topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The topic.
    pub topic: String,
    /// The partition; `None` leaves it to the partitioner.
    pub partition: Option<i32>,
    /// The key; `None` is null.
    pub key: Option<Vec<u8>>,
    /// The value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Headers, in order; keys may repeat.
    pub headers: Vec<Header>,
    /// Timestamp in milliseconds since 1970; `None` lets the client set it.
    pub timestamp: Option<i64>,
}

impl Record {
    /// The value of the first header `key`, if it has one.
    pub fn header(&self, key: &str) -> Option<&[u8]> {
        self.headers.iter().find(|header| header.key == key.as_bytes())?.value.as_deref()
    }
}
