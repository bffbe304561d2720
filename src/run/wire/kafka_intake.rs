//! Messages from Kafka: all partitions of a topic, assigned and not subscribed, so that no group of anybody is joined.

use super::{About, Ack, Arrived, WireError};
use crate::message::Message;
use crate::run::ledger::{Ledger, Token};
use crate::transport::kafka::{Consumer, Error, Received, Settings, Start, Step};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// How long a wait lasts without news; the caller simply waits again.
const NAP: Duration = Duration::from_millis(500);
/// How often offsets are committed while messages flow.
const COMMIT_EVERY: Duration = Duration::from_millis(500);

/// Where to read.
#[derive(Debug, Clone)]
pub struct KafkaSource {
    /// The cluster. Its `group` is where offsets are committed to, if a later run is to go on.
    pub settings: Settings,
    /// The topic.
    pub topic: String,
    /// Where to start.
    pub start: Start,
    /// Longest wait for one step.
    pub limit: Duration,
}

/// Takes records from a topic.
pub struct KafkaIntake {
    consumer: Consumer,
    source: KafkaSource,
    buffer: Vec<Received>,
    arrived: VecDeque<(Received, Instant)>,
    ledger: Ledger<(i32, i64)>,
    /// The offset behind the last settled record of each partition.
    settled: BTreeMap<i32, i64>,
    committed: Instant,
    dirty: bool,
}

impl KafkaIntake {
    /// Reads `source` from its start on; what is sent once this has returned is read.
    ///
    /// # Errors
    /// Where the cluster cannot be reached, refuses the login, or has no such topic.
    pub async fn connect(source: KafkaSource) -> Result<Self, WireError> {
        let mut consumer = Consumer::new(&source.settings).map_err(|error| error_of(&error))?;
        let start = resumed(&mut consumer, &source).await.map_err(|error| error_of(&error))?;
        consumer.assign(&source.topic, &start, source.limit).await.map_err(|error| error_of(&error))?;
        Ok(Self {
            consumer,
            source,
            buffer: Vec::new(),
            arrived: VecDeque::new(),
            ledger: Ledger::default(),
            settled: BTreeMap::new(),
            committed: Instant::now(),
            dirty: false,
        })
    }

    pub(super) async fn wait(&mut self, room: bool) -> Result<(), WireError> {
        if self.dirty && self.committed.elapsed() >= COMMIT_EVERY {
            self.commit().await?;
        }
        if !room {
            // Nothing is to be read: only time can pass here.
            tokio::time::sleep(NAP).await;
            return Ok(());
        }
        self.consumer.recv_all(&mut self.buffer, NAP).await.map_err(|error| error_of(&error))?;
        let now = Instant::now();
        self.arrived.extend(self.buffer.drain(..).map(|received| (received, now)));
        Ok(())
    }

    pub(super) fn take(&mut self) -> Option<Arrived> {
        let (received, at) = self.arrived.pop_front()?;
        let token = self.ledger.enter((received.record.partition.unwrap_or_default(), received.offset));
        Some(Arrived { message: Message::Kafka(received.record), ack: Ack::Kafka(token), at })
    }

    pub(super) fn settle(&mut self, token: Token) {
        self.ledger.settle(token);
        while let Some((partition, offset)) = self.ledger.ready() {
            self.settled.insert(partition, offset + 1);
            self.dirty = true;
        }
    }

    pub(super) fn open(&self) -> usize {
        self.ledger.open()
    }

    /// Commits what is settled, where there is a group to commit to.
    async fn commit(&mut self) -> Result<(), WireError> {
        // Where this is dropped while it waits, it is tried again after a while, and no harm is done.
        self.committed = Instant::now();
        if self.source.settings.group.is_none() {
            self.dirty = false;
            return Ok(());
        }
        let offsets: Vec<(i32, i64)> = self.settled.iter().map(|(partition, offset)| (*partition, *offset)).collect();
        let done = self.consumer.commit(&self.source.topic, &offsets, self.source.limit).await;
        done.map_err(|error| error_of(&error))?;
        self.dirty = false;
        Ok(())
    }

    pub(super) async fn close(mut self) {
        if self.dirty {
            // Whoever goes on without this commit gets messages twice, and loses none.
            let _ = self.commit().await;
        }
    }
}

/// Where to start: behind what an earlier run has committed, if there is a group. A partition without a committed offset
/// gets one at once, so that a run that is killed before its first commit is taken up from here.
async fn resumed(consumer: &mut Consumer, source: &KafkaSource) -> Result<Start, Error> {
    let KafkaSource { topic, start, limit, .. } = source;
    if source.settings.group.is_none() {
        return Ok(start.clone());
    }
    let partitions = consumer.partitions(topic, *limit).await?;
    let committed = consumer.committed(topic, &partitions, *limit).await?;
    let fresh = consumer.offsets(topic, &partitions, start, *limit).await?;
    let known =
        |partition: i32| committed.iter().find(|(other, _)| *other == partition).and_then(|(_, offset)| *offset);
    let offsets: Vec<(i32, i64)> =
        fresh.into_iter().map(|(partition, offset)| (partition, known(partition).unwrap_or(offset))).collect();
    if partitions.iter().any(|partition| known(*partition).is_none()) {
        consumer.commit(topic, &offsets, *limit).await?;
    }
    Ok(Start::Offsets(offsets))
}

/// An error of the cluster: connections come back, refusals stay.
pub(super) fn error_of(error: &Error) -> WireError {
    match error {
        Error::Connection(failure) if !failure.is_lasting() => WireError::passing(error),
        Error::Connection(failure) if failure.step == Step::Login => {
            WireError { about: About::Login, ..WireError::lasting(error) }
        }
        Error::Silent { .. } => WireError::passing(error),
        Error::TopicName(_) | Error::TopicMissing(_) | Error::TopicDenied(_) => WireError::of_topic(error),
        _ => WireError::lasting(error),
    }
}
