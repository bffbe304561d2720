//! The two directions of a broker, whichever protocol it speaks: an [`Intake`] takes messages from it, an [`Outlet`] hands
//! messages to it. A sender is an outlet at the source, a reader an intake at the destination, and the dataflow in
//! between has one of each.
//!
//! Both do their work in `wait`, which can be dropped at any time without losing anything, and in calls that do not wait.
//! What is done with messages is for `bridge` and `scenario`.

mod kafka_intake;
mod kafka_outlet;
mod mqtt_intake;
mod mqtt_link;
mod mqtt_outlet;

pub use kafka_intake::{KafkaIntake, KafkaSource};
pub use kafka_outlet::{KafkaDestination, KafkaOutlet};
pub use mqtt_intake::{MqttIntake, MqttSource};
pub use mqtt_outlet::MqttOutlet;

use crate::message::Message;
use crate::run::ledger;
use crate::transport::mqtt::AckToken;
use std::time::Instant;

/// Why a broker cannot be talked to any more.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct WireError {
    /// What happened, in words, with the step it happened in.
    pub message: String,
    /// Whether a new connection may help: the network or the broker failed, nobody refused anything.
    pub passing: bool,
    /// Which part of the manifest it is about.
    pub about: About,
}

/// The part of a manifest that decides whether a step succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Where the broker is, and what it is: `host`.
    Host,
    /// Who logs in: `authentication`.
    Login,
    /// What is read or written: `dataSources` or `dataDestination`.
    Topic,
}

impl WireError {
    /// A failure that a new connection may mend.
    pub fn passing(message: impl ToString) -> Self {
        Self { message: message.to_string(), passing: true, about: About::Host }
    }

    /// A refusal.
    pub fn lasting(message: impl ToString) -> Self {
        Self { message: message.to_string(), passing: false, about: About::Host }
    }

    /// A refusal of a topic.
    pub fn of_topic(message: impl ToString) -> Self {
        Self { about: About::Topic, ..Self::lasting(message) }
    }
}

/// What acknowledging a message takes.
#[derive(Debug, Clone, Copy)]
pub enum Ack {
    /// Nothing: QoS 0.
    None,
    /// An MQTT acknowledgement.
    Mqtt(AckToken),
    /// A Kafka offset.
    Kafka(ledger::Token),
}

/// A message that came in.
#[derive(Debug)]
pub struct Arrived {
    /// The message.
    pub message: Message,
    /// For [`Intake::settle`].
    pub ack: Ack,
    /// When it came.
    pub at: Instant,
}

/// How a message was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// By an MQTT broker.
    Published {
        /// Whether it said that somebody is subscribed, as far as it says that at all.
        subscribed: bool,
    },
    /// By a Kafka broker.
    Stored {
        /// The partition.
        partition: i32,
        /// The offset.
        offset: i64,
    },
    /// Not at all, since QoS 0 or `kafkaAcks: Zero` asks for no confirmation.
    Unasked,
}

/// What became of a message that was sent.
#[derive(Debug, Clone)]
pub struct Settled {
    /// What [`Outlet::send`] was called with.
    pub tag: usize,
    /// How it was confirmed, or why it was not.
    pub outcome: Result<Confirmation, WireError>,
}

/// A message that was not queued.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub error: WireError,
    /// The message, where it may be tried again.
    pub message: Option<Box<Message>>,
}

impl From<WireError> for Refused {
    fn from(error: WireError) -> Self {
        Self { error, message: None }
    }
}

/// Takes messages from a broker.
pub enum Intake {
    /// By a subscription.
    Mqtt(Box<MqttIntake>),
    /// By partitions.
    Kafka(Box<KafkaIntake>),
}

impl Intake {
    /// Waits until [`Self::take`] may have something, or something queued is out. `room` says whether more may be read.
    ///
    /// # Errors
    /// Where the connection is over.
    pub async fn wait(&mut self, room: bool) -> Result<(), WireError> {
        match self {
            Self::Mqtt(intake) => intake.wait(room).await,
            Self::Kafka(intake) => intake.wait(room).await,
        }
    }

    /// The next message that is here.
    ///
    /// # Errors
    /// Where the connection is over.
    pub fn take(&mut self) -> Result<Option<Arrived>, WireError> {
        match self {
            Self::Mqtt(intake) => intake.take(),
            Self::Kafka(intake) => Ok(intake.take()),
        }
    }

    /// Lets a message be acknowledged, once all before it are. What is acknowledged goes out with the next [`Self::wait`].
    pub fn settle(&mut self, ack: Ack) {
        match (self, ack) {
            (Self::Mqtt(intake), Ack::Mqtt(token)) => intake.settle(token),
            (Self::Kafka(intake), Ack::Kafka(token)) => intake.settle(token),
            _ => {}
        }
    }

    /// Messages that were taken and are not acknowledged.
    pub fn open(&self) -> usize {
        match self {
            Self::Mqtt(intake) => intake.open(),
            Self::Kafka(intake) => intake.open(),
        }
    }

    /// Makes a new connection in place of one that is over. What was not acknowledged comes again.
    ///
    /// # Errors
    /// Where that fails, too.
    pub async fn reconnect(&mut self) -> Result<(), WireError> {
        match self {
            Self::Mqtt(intake) => intake.reconnect().await,
            // librdkafka reconnects by itself.
            Self::Kafka(_) => Ok(()),
        }
    }

    /// Sends what is queued and ends the connection, in bounded time. `keep` leaves the session for a later run.
    pub async fn close(self, keep: bool) {
        match self {
            Self::Mqtt(intake) => intake.close(keep).await,
            Self::Kafka(intake) => intake.close().await,
        }
    }
}

/// Hands messages to a broker.
pub enum Outlet {
    /// By PUBLISH.
    Mqtt(Box<MqttOutlet>),
    /// By Produce.
    Kafka(Box<KafkaOutlet>),
}

impl Outlet {
    /// Whether another message may be sent now.
    pub fn has_room(&self) -> bool {
        match self {
            Self::Mqtt(outlet) => outlet.has_room(),
            Self::Kafka(outlet) => outlet.has_room(),
        }
    }

    /// Queues `message`; what becomes of it is told by [`Self::take`] with this `tag`. It goes out with the next
    /// [`Self::wait`].
    ///
    /// # Errors
    /// Where no broker could take such a message, or too many wait; then nothing is queued.
    pub fn send(&mut self, message: Message, tag: usize) -> Result<(), Refused> {
        match (self, message) {
            (Self::Mqtt(outlet), Message::Mqtt(publish)) => outlet.send(publish, tag).map_err(Refused::from),
            (Self::Kafka(outlet), Message::Kafka(record)) => match outlet.send(&record, tag) {
                Ok(()) => Ok(()),
                Err(error) => {
                    let message = error.passing.then(|| Box::new(Message::Kafka(record)));
                    Err(Refused { error, message })
                }
            },
            _ => Err(WireError::lasting("the message is of the other protocol").into()),
        }
    }

    /// Waits until [`Self::take`] may have something, or something queued is out.
    ///
    /// # Errors
    /// Where the connection is over.
    pub async fn wait(&mut self) -> Result<(), WireError> {
        match self {
            Self::Mqtt(outlet) => outlet.wait().await,
            Self::Kafka(outlet) => {
                outlet.wait().await;
                Ok(())
            }
        }
    }

    /// The next message that is settled.
    ///
    /// # Errors
    /// Where the connection is over.
    pub fn take(&mut self) -> Result<Option<Settled>, WireError> {
        match self {
            Self::Mqtt(outlet) => outlet.take(),
            Self::Kafka(outlet) => Ok(outlet.take()),
        }
    }

    /// Messages that are sent and not settled.
    pub fn open(&self) -> usize {
        match self {
            Self::Mqtt(outlet) => outlet.open(),
            Self::Kafka(outlet) => outlet.open(),
        }
    }

    /// Makes a new connection in place of one that is over. What is not confirmed is sent again.
    ///
    /// # Errors
    /// Where that fails, too.
    pub async fn reconnect(&mut self) -> Result<(), WireError> {
        match self {
            Self::Mqtt(outlet) => outlet.reconnect().await,
            // librdkafka reconnects by itself.
            Self::Kafka(_) => Ok(()),
        }
    }

    /// Ends the connection, in bounded time.
    pub async fn close(self) {
        match self {
            Self::Mqtt(outlet) => outlet.close().await,
            Self::Kafka(outlet) => outlet.close().await,
        }
    }
}
