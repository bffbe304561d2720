//! Messages to Kafka, confirmed as `kafkaAcks` asks.

use super::kafka_intake::error_of;
use super::{Confirmation, Settled, WireError};
use crate::message::Record;
use crate::transport::kafka::{Delivery, Placed, Producer, ProducerSettings, SendError, Settings};
use std::time::Duration;

/// How long a wait lasts without news; the caller simply waits again.
const NAP: Duration = Duration::from_millis(500);

/// Where to write, and how.
#[derive(Debug, Clone)]
pub struct KafkaDestination {
    /// The cluster.
    pub settings: Settings,
    /// How records are produced.
    pub producer: ProducerSettings,
    /// The topic.
    pub topic: String,
    /// Most records that are unconfirmed at a time.
    pub window: usize,
    /// Longest wait for one step.
    pub limit: Duration,
}

/// Hands records to a topic.
pub struct KafkaOutlet {
    producer: Producer,
    topic: String,
    window: usize,
    deliveries: Vec<Delivery>,
    full: bool,
}

impl KafkaOutlet {
    /// A producer that has been let in.
    ///
    /// # Errors
    /// Where the cluster cannot be reached, refuses the login, or has no such topic.
    pub async fn connect(destination: &KafkaDestination) -> Result<Self, WireError> {
        let KafkaDestination { settings, producer, topic, window, limit } = destination;
        let producer = Producer::connect(settings, producer, topic, *limit).await.map_err(|error| error_of(&error))?;
        Ok(Self { producer, topic: topic.clone(), window: *window, deliveries: Vec::new(), full: false })
    }

    pub(super) fn has_room(&self) -> bool {
        !self.full && self.producer.waiting() < self.window
    }

    pub(super) fn send(&mut self, record: &Record, tag: usize) -> Result<(), WireError> {
        self.producer.send(record, tag).map_err(|error| match error {
            SendError::Full => {
                self.full = true;
                WireError::passing(error)
            }
            SendError::Timestamp(_) => WireError::lasting(error),
            SendError::Other(error) => error_of(&error),
        })
    }

    pub(super) async fn wait(&mut self) {
        if self.deliveries.is_empty() {
            self.producer.deliveries(&mut self.deliveries, NAP).await;
            // The reports are taken from the end.
            self.deliveries.reverse();
            self.full &= self.deliveries.is_empty();
        }
    }

    pub(super) fn take(&mut self) -> Option<Settled> {
        let Delivery { opaque, outcome } = self.deliveries.pop()?;
        let outcome = match outcome {
            Ok(Placed { partition, offset: Some(offset) }) => Ok(Confirmation::Stored { partition, offset }),
            Ok(Placed { offset: None, .. }) => Ok(Confirmation::Unasked),
            Err(code) => Err(error_of(&self.producer.explain(code, &self.topic))),
        };
        Some(Settled { tag: opaque, outcome })
    }

    pub(super) fn open(&self) -> usize {
        self.producer.waiting()
    }

    pub(super) async fn close(mut self) {
        self.producer.flush(&mut self.deliveries, Duration::from_secs(1)).await;
    }
}
