//! One message at a time through a dataflow: sent at the source, carried by the bridge (or by the dataflow that is
//! deployed), and read back at the destination.
//!
//! What is made of a [`Trip`] is for `judgement`; many messages at once are for `load`.

use super::bridge::{Bridge, Passed, Work};
use super::marker::{self, Marker};
use super::wire::{Arrived, Confirmation, Intake, Outlet, WireError};
use crate::message::{Message, Publish};
use std::time::Duration;
use tokio::time::Instant;

/// Who was at work when something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Whoever sends at the source.
    Sender,
    /// The dataflow in between.
    Dataflow,
    /// Whoever reads at the destination.
    Reader,
}

impl Role {
    /// As people call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "the sender",
            Self::Dataflow => "the dataflow",
            Self::Reader => "the reader",
        }
    }
}

/// Something that ended a trip before its time.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Who had it.
    pub role: Role,
    /// What it was.
    pub error: WireError,
}

/// How certain it is that a message is the one that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It carries the marker.
    ByMarker,
    /// Nobody else writes to that broker.
    Alone,
    /// Its content is what was predicted.
    ByContent,
}

/// What became of one message.
#[derive(Debug)]
pub struct Trip {
    /// The message as it was sent, without the marker.
    pub input: Message,
    /// What the bridge made of it; `None` where there is none, or the message never got there.
    pub passed: Option<Passed>,
    /// What came out, without the marker.
    pub came: Vec<(Message, Known)>,
    /// From sending until the first of them came.
    pub after: Option<Duration>,
    /// Messages that came out and cannot be told to be this one.
    pub others: usize,
    /// Messages without a marker that came out before it was known what to look for.
    unmarked: Vec<(Message, std::time::Instant)>,
    /// Whether the message was heard on its way to the source.
    overheard: bool,
    /// How the broker at the source confirmed it.
    pub sent: Option<Confirmation>,
    /// What went wrong on a connection.
    pub trouble: Option<Trouble>,
    /// From sending to the end of waiting.
    pub took: Duration,
    /// Whether somebody could read at the destination.
    pub readable: bool,
}

impl Trip {
    /// Nothing has become of `input` yet.
    pub fn new(input: Message, readable: bool) -> Self {
        Self {
            input,
            passed: None,
            came: Vec::new(),
            after: None,
            others: 0,
            unmarked: Vec::new(),
            overheard: false,
            sent: None,
            trouble: None,
            took: Duration::ZERO,
            readable,
        }
    }

    fn arrived(&mut self, message: Message, known: Known, at: std::time::Instant, sent: Sent) {
        self.after.get_or_insert_with(|| at.saturating_duration_since(sent.at));
        self.came.push((message, known));
    }

    /// Finds the message among those without a marker, by what `predicted` or the bridge says of it. What the bridge made
    /// is known once it is confirmed, and a reader may be faster than that.
    fn tell_apart(&mut self, predicted: Option<&Message>, sent: Sent) {
        let made = self.passed.as_ref().and_then(|passed| passed.outcome.delivered());
        let Some(expected) = predicted.or(made) else { return };
        let expected = expected.clone();
        for (message, at) in std::mem::take(&mut self.unmarked) {
            if looks_like(&message, &expected) {
                self.arrived(message, Known::ByContent, at, sent);
            } else {
                self.others += 1;
            }
        }
    }
}

/// How to wait.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Longest wait for a message to come out.
    pub limit: Duration,
    /// How long nothing has to come for a drop to be believed.
    pub quiet: Duration,
}

/// Connections for the messages of one dataflow.
pub struct Lane {
    /// At the source.
    pub sender: Outlet,
    /// In between; `None` leaves it to the dataflow that is deployed.
    pub bridge: Option<Bridge>,
    /// At the destination; `None` where nobody may read.
    pub reader: Option<Intake>,
    /// The name of the run.
    pub run: String,
    /// Number of the next message.
    pub next: u64,
    /// Whether nobody else writes to these brokers.
    pub alone: bool,
    /// Whether the reader is at the broker that the message is sent to, and may hear it on its way in.
    pub overhears: bool,
    /// How to wait.
    pub patience: Patience,
}

impl Lane {
    /// Sends `message` and waits for what becomes of it. `predicted` is what should come out where there is no bridge.
    pub async fn pass(&mut self, message: Message, predicted: Option<&Message>, work: &mut Work<'_>) -> Trip {
        let started = Instant::now();
        let mut trip = Trip::new(message.clone(), self.reader.is_some());
        let sent = Sent { number: self.next, at: started.into_std() };
        self.next += 1;
        let mut marked = message;
        Marker { run: self.run.clone(), number: sent.number }.attach(&mut marked);
        match self.sender.send(marked, 0) {
            Ok(()) => self.follow(sent, predicted, work, &mut trip).await,
            Err(refused) => trip.trouble = Some(Trouble { role: Role::Sender, error: refused.error }),
        }
        trip.others += std::mem::take(&mut trip.unmarked).len();
        trip.took = started.elapsed();
        trip
    }

    async fn follow(&mut self, sent: Sent, predicted: Option<&Message>, work: &mut Work<'_>, trip: &mut Trip) {
        let end = Instant::now() + self.patience.limit;
        let mut quiet_from = None;
        loop {
            if let Err(trouble) = self.collect(sent, predicted, trip) {
                trip.trouble = Some(trouble);
                return;
            }
            let wake = match self.progress(trip) {
                Progress::Done => return,
                Progress::Quiet => *quiet_from.get_or_insert_with(Instant::now) + self.patience.quiet,
                Progress::Open => end,
            };
            if Instant::now() >= wake {
                return;
            }
            if let Err(trouble) = self.wait(work, wake.min(end)).await {
                trip.trouble = Some(trouble);
                // What came before the trouble still counts.
                let _ = self.collect(sent, predicted, trip);
                return;
            }
        }
    }

    /// Waits until one of the three has something to tell, until `wake` at most.
    async fn wait(&mut self, work: &mut Work<'_>, wake: Instant) -> Result<(), Trouble> {
        let bridge = async {
            match &mut self.bridge {
                Some(bridge) => bridge.turn(work).await,
                None => std::future::pending().await,
            }
        };
        let reader = async {
            match &mut self.reader {
                Some(reader) => reader.wait(true).await,
                None => std::future::pending().await,
            }
        };
        let trouble = |role| move |error| Trouble { role, error };
        tokio::select! {
            done = self.sender.wait() => done.map_err(trouble(Role::Sender)),
            done = bridge => done.map_err(trouble(Role::Dataflow)),
            done = reader => done.map_err(trouble(Role::Reader)),
            () = tokio::time::sleep_until(wake) => Ok(()),
        }
    }

    /// Takes what is here.
    fn collect(&mut self, sent: Sent, predicted: Option<&Message>, trip: &mut Trip) -> Result<(), Trouble> {
        let trouble = |role| move |error| Trouble { role, error };
        while let Some(settled) = self.sender.take().map_err(trouble(Role::Sender))? {
            trip.sent = Some(settled.outcome.map_err(trouble(Role::Sender))?);
        }
        if let (Some(bridge), None) = (&mut self.bridge, &trip.passed) {
            trip.passed = bridge.passed(sent.number);
        }
        let Some(reader) = &mut self.reader else { return Ok(()) };
        while let Some(arrived) = reader.take().map_err(trouble(Role::Reader))? {
            let Arrived { mut message, ack, at } = arrived;
            reader.settle(ack);
            let marked = marker::find(&message);
            if marked.is_none_or(|marker| marker.run == self.run && marker.number == sent.number) {
                let carries = marker::number_in(&message, &self.run).is_some();
                marker::strip(&mut message);
                // What the sender sent comes before anything that a dataflow makes of it.
                if self.overhears && carries && !trip.overheard && message.topic() == trip.input.topic() {
                    trip.overheard = true;
                    continue;
                }
                match (carries, self.alone) {
                    (true, _) => trip.arrived(message, Known::ByMarker, at, sent),
                    (false, true) => trip.arrived(message, Known::Alone, at, sent),
                    (false, false) => trip.unmarked.push((message, at)),
                }
            }
        }
        trip.tell_apart(predicted, sent);
        Ok(())
    }

    fn progress(&self, trip: &Trip) -> Progress {
        let Some(passed) = &trip.passed else {
            return match (&self.bridge, trip.readable) {
                // Nobody can see more than that the source took it.
                (None, false) if trip.sent.is_some() => Progress::Done,
                (None, true) if !trip.came.is_empty() => Progress::Quiet,
                _ => Progress::Open,
            };
        };
        match (&passed.confirmation, passed.outcome.delivered()) {
            (_, None) => Progress::Quiet,
            (Some(Err(_)), _) => Progress::Done,
            (Some(Ok(_)), _) if !trip.readable => Progress::Done,
            (Some(Ok(_)), _) if trip.came.iter().any(|(_, known)| *known != Known::ByContent) => Progress::Done,
            // Another one of the same content may come, and then nobody knows which one it was.
            (Some(Ok(_)), _) if !trip.came.is_empty() => Progress::Quiet,
            _ => Progress::Open,
        }
    }

    /// Ends all connections, side by side and in bounded time.
    pub async fn close(self) {
        let bridge = async {
            if let Some(bridge) = self.bridge {
                bridge.close(false).await;
            }
        };
        let reader = async {
            if let Some(reader) = self.reader {
                reader.close(false).await;
            }
        };
        tokio::join!(self.sender.close(), bridge, reader);
    }
}

/// A message on its way: its number in the run, and since when.
#[derive(Debug, Clone, Copy)]
struct Sent {
    number: u64,
    at: std::time::Instant,
}

/// How far a trip is.
enum Progress {
    /// Something has to come yet.
    Open,
    /// Nothing more should come.
    Quiet,
    /// All that was to come has come.
    Done,
}

/// Whether `message` may be the one that was predicted as `expected`, where no marker tells: the same topic and payload,
/// and the same key in Kafka.
fn looks_like(message: &Message, expected: &Message) -> bool {
    match (message, expected) {
        (Message::Mqtt(Publish { topic, payload, .. }), Message::Mqtt(expected)) => {
            *topic == expected.topic && *payload == expected.payload
        }
        (Message::Kafka(record), Message::Kafka(expected)) => {
            record.topic == expected.topic && record.value == expected.value && record.key == expected.key
        }
        _ => false,
    }
}
