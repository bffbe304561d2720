//! Producing: messages in, delivery reports out in batches.

use super::config;
use super::error::{Error, LOCAL_MESSAGE_TIMED_OUT, LOCAL_QUEUE_FULL, check_topic};
use super::failure::Failure;
use super::ffi::{self, Topic};
use super::link::Link;
use super::settings::{ProducerSettings, Settings, Token};
use crate::message::Record;
use rdkafka::types::RDKafkaType;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// librdkafka's mark for "no offset" (`RD_KAFKA_OFFSET_INVALID`).
const NO_OFFSET: i64 = -1001;

/// A producer. It confirms what a broker has confirmed, in the order of the reports.
pub struct Producer {
    topics: HashMap<String, Topic>,
    link: Link,
    waiting: usize,
}

/// Where a message came to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The partition.
    pub partition: i32,
    /// The offset; `None` where no broker has confirmed it (`acks` is zero).
    pub offset: Option<i64>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// What [`Producer::send`] was called with.
    pub opaque: usize,
    /// Where it lies, or the error code: the broker's, or librdkafka's own if negative. [`Producer::explain`] puts it
    /// into words.
    pub outcome: Result<Placed, i32>,
}

impl Delivery {
    /// As librdkafka reports it.
    pub(super) fn new(opaque: usize, code: i32, partition: i32, offset: i64) -> Self {
        let offset = (offset >= 0 && offset != NO_OFFSET).then_some(offset);
        let outcome = if code == 0 { Ok(Placed { partition, offset }) } else { Err(code) };
        Self { opaque, outcome }
    }
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Too many wait. Take delivery reports, then send it again.
    #[error("too many messages wait for delivery")]
    Full,
    /// librdkafka takes zero for "now", and Kafka a negative number for "none".
    #[error("the timestamp {0} cannot be sent, expected milliseconds since 1970, above zero")]
    Timestamp(i64),
    /// Any other reason.
    #[error("{0}")]
    Other(Error),
}

const DOING: &str = "when producing";

impl Producer {
    /// A producer that has been let in by a broker and has seen `topic`.
    ///
    /// # Errors
    /// The cause by name, as soon as it is known and within `limit`: no connection, no login, no such topic.
    pub async fn connect(
        settings: &Settings,
        how: &ProducerSettings,
        topic: &str,
        limit: Duration,
    ) -> Result<Self, Error> {
        let mut link = Link::new(settings, &config::producer(settings, how), RDKafkaType::RD_KAFKA_PRODUCER)?;
        link.partitions(topic, limit).await?;
        let mut producer = Self { topics: HashMap::new(), link, waiting: 0 };
        producer.open(topic)?;
        Ok(producer)
    }

    fn open(&mut self, name: &str) -> Result<(), Error> {
        check_topic(name)?;
        let topic =
            Topic::new(Arc::clone(self.link.client()), name).ok_or_else(|| Error::TopicName(name.to_owned()))?;
        self.topics.insert(name.to_owned(), topic);
        Ok(())
    }

    /// Queues `record`; its [`Delivery`] carries `opaque`. Does not wait.
    ///
    /// # Errors
    /// It was not taken, and there will be no report.
    pub fn send(&mut self, record: &Record, opaque: usize) -> Result<(), SendError> {
        if let Some(timestamp) = record.timestamp.filter(|timestamp| *timestamp <= 0) {
            return Err(SendError::Timestamp(timestamp));
        }
        if !self.topics.contains_key(&record.topic) {
            self.open(&record.topic).map_err(SendError::Other)?;
        }
        let Some(topic) = self.topics.get(&record.topic) else { return Err(SendError::Full) };
        match topic.produce(record, opaque) {
            Ok(()) => {
                self.waiting += 1;
                Ok(())
            }
            Err(LOCAL_QUEUE_FULL) => Err(SendError::Full),
            Err(code) => Err(SendError::Other(Error::of(code, DOING, &record.topic))),
        }
    }

    /// How many messages have no report yet.
    pub const fn waiting(&self) -> usize {
        self.waiting
    }

    /// Appends the reports that have come to `out`, after waiting for the first not longer than `limit`. Where this is
    /// dropped while it waits, nothing is lost.
    pub async fn deliveries(&mut self, out: &mut Vec<Delivery>, limit: Duration) {
        let end = Instant::now() + limit;
        loop {
            self.link.look();
            let reports = &mut self.link.inbox.deliveries;
            if !reports.is_empty() {
                self.waiting = self.waiting.saturating_sub(reports.len());
                let confirmed =
                    reports.iter().any(|report| matches!(report.outcome, Ok(Placed { offset: Some(_), .. })));
                out.append(reports);
                if confirmed {
                    self.link.healed();
                }
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            self.link.wait(left).await;
        }
    }

    /// Sends one message and waits for its report.
    ///
    /// # Errors
    /// It was not taken or not delivered; where it had to be given up, the trouble with the connection. After
    /// [`Error::Silent`] and [`Error::Connection`] it may have been delivered all the same, or be while this producer lives.
    pub async fn deliver(&mut self, record: &Record, limit: Duration) -> Result<Placed, SendError> {
        /// No caller counts that far.
        const MINE: usize = usize::MAX;
        self.send(record, MINE)?;
        let end = Instant::now() + limit;
        let mut reports = Vec::new();
        loop {
            self.deliveries(&mut reports, Duration::from_millis(50)).await;
            if let Some(at) = reports.iter().position(|report| report.opaque == MINE) {
                let report = reports.swap_remove(at);
                return report.outcome.map_err(|code| SendError::Other(self.explain(code, &record.topic)));
            }
            // A bootstrap address that is wrong does not matter where another one was right.
            let matters = |failure: &&Failure| failure.is_lasting() && (failure.node.is_some() || self.link.is_down());
            let lasting = self.link.trouble().filter(matters);
            if let Some(failure) = lasting {
                return Err(SendError::Other(Error::Connection(Box::new(failure.clone()))));
            }
            if Instant::now() >= end {
                let silent = Error::Silent { doing: DOING, limit };
                let trouble = self.link.trouble().map(|failure| Error::Connection(Box::new(failure.clone())));
                return Err(SendError::Other(trouble.unwrap_or(silent)));
            }
        }
    }

    /// The error `code` of a delivery to `topic`, with the trouble of the connection where there is one.
    pub fn explain(&self, code: i32, topic: &str) -> Error {
        match (code, self.link.trouble()) {
            (LOCAL_MESSAGE_TIMED_OUT, Some(failure)) => Error::Connection(Box::new(failure.clone())),
            _ => self.link.fatal().unwrap_or_else(|| Error::of(code, DOING, topic)),
        }
    }

    /// What is wrong with the connections since a broker last confirmed something. Reports are read by
    /// [`Producer::deliveries`], and so are these.
    pub fn trouble(&self) -> Option<&Failure> {
        self.link.trouble()
    }

    /// Replaces the token of OAUTHBEARER.
    ///
    /// # Errors
    /// It has ended, or is none.
    pub fn set_token(&mut self, token: Token) -> Result<(), Error> {
        self.link.set_token(token)
    }

    /// Waits for the reports of all messages, not longer than `limit`, and appends them to `out`. What is still waiting
    /// then, by [`Producer::waiting`], is unconfirmed.
    pub async fn flush(&mut self, out: &mut Vec<Delivery>, limit: Duration) {
        let end = Instant::now() + limit;
        while self.waiting > 0 {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            self.deliveries(out, left).await;
        }
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        ffi::purge(self.link.client());
    }
}
