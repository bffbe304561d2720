//! Reading: partitions that the consumer assigns to itself, from offsets that it has asked for.
//!
//! It joins no group, so it takes nothing away from one and waits for no rebalance. Offsets can be committed for a group
//! all the same, as long as the group has no members.

use super::config;
use super::error::{Error, check_topic, passes};
use super::failure::Failure;
use super::ffi;
use super::link::{Link, milliseconds};
use super::settings::{Settings, Token};
use crate::message::Record;
use rdkafka::types::RDKafkaType;
use rdkafka::{Offset, TopicPartitionList};
use std::time::{Duration, Instant};

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The record, with its partition.
    pub record: Record,
    /// Its offset.
    pub offset: i64,
    /// Whether the timestamp is the broker's (`LogAppendTime`), not the producer's.
    pub appended: bool,
}

/// Where to read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The oldest record.
    Beginning,
    /// What comes after now.
    End,
    /// The first record at or after a time, in milliseconds since 1970; the end where there is none.
    Time(i64),
    /// An offset for each partition; the end for those without.
    Offsets(Vec<(i32, i64)>),
}

/// A consumer.
pub struct Consumer {
    link: Link,
    next: std::vec::IntoIter<Received>,
}

/// How long to wait for a coordinator before asking again.
const RETRY: Duration = Duration::from_millis(50);
const ASKING: &str = "when asked for the offsets of a topic";
const READING: &str = "when reading";
const COMMITTING: &str = "when committing offsets";

impl Consumer {
    /// A consumer without partitions. No connection is made yet.
    ///
    /// # Errors
    /// librdkafka does not take the settings.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let link = Link::new(settings, &config::consumer(settings), RDKafkaType::RD_KAFKA_CONSUMER)?;
        Ok(Self { link, next: Vec::new().into_iter() })
    }

    /// The partitions of `topic`.
    ///
    /// # Errors
    /// As of [`Consumer::assign`].
    pub async fn partitions(&mut self, topic: &str, limit: Duration) -> Result<Vec<i32>, Error> {
        self.link.partitions(topic, limit).await
    }

    /// The offsets of `partitions` that `start` means now, by partition.
    ///
    /// # Errors
    /// As of [`Consumer::assign`].
    pub async fn offsets(
        &mut self,
        topic: &str,
        partitions: &[i32],
        start: &Start,
        limit: Duration,
    ) -> Result<Vec<(i32, i64)>, Error> {
        let mark = match start {
            Start::Beginning => Offset::Beginning,
            Start::End | Start::Offsets(_) => Offset::End,
            Start::Time(time) => Offset::Offset((*time).max(0)),
        };
        let mut offsets = self.ask_offsets(topic, partitions, mark, limit).await?;
        if offsets.iter().any(|(_, offset)| *offset < 0) {
            // Nothing that new.
            let ends = self.ask_offsets(topic, partitions, Offset::End, limit).await?;
            for ((_, offset), (_, end)) in offsets.iter_mut().zip(ends) {
                if *offset < 0 {
                    *offset = end;
                }
            }
        }
        if let Start::Offsets(wanted) = start {
            for (partition, offset) in &mut offsets {
                if let Some((_, wanted)) = wanted.iter().find(|(other, _)| other == partition) {
                    *offset = *wanted;
                }
            }
        }
        Ok(offsets)
    }

    async fn ask_offsets(
        &mut self,
        topic: &str,
        partitions: &[i32],
        mark: Offset,
        limit: Duration,
    ) -> Result<Vec<(i32, i64)>, Error> {
        check_topic(topic)?;
        let (name, partitions) = (topic.to_owned(), partitions.to_vec());
        let answer = self
            .link
            .ask(ASKING, limit, move |client, slice| {
                let list = list_of(&name, partitions.iter().map(|partition| (*partition, mark)));
                ffi::offsets_for_times(client, &list, milliseconds(slice))?;
                read_list(&list)
            })
            .await?;
        answer.map_err(|code| Error::of(code, ASKING, topic))
    }

    /// Reads all partitions of `topic` from `start` on, and says from which offsets, by partition. What a producer sends
    /// after this has returned is read with [`Start::End`].
    ///
    /// # Errors
    /// The cause by name, as soon as it is known and within `limit` for each question: no connection, no login, no such
    /// topic.
    pub async fn assign(&mut self, topic: &str, start: &Start, limit: Duration) -> Result<Vec<(i32, i64)>, Error> {
        let partitions = self.partitions(topic, limit).await?;
        let offsets = self.offsets(topic, &partitions, start, limit).await?;
        let list = list_of(topic, offsets.iter().map(|(partition, offset)| (*partition, Offset::Offset(*offset))));
        ffi::assign(self.link.client(), &list).map_err(|code| Error::of(code, READING, topic))?;
        Ok(offsets)
    }

    /// The next record; `None` if there is none within `limit`. Where this is dropped while it waits, nothing is lost.
    ///
    /// # Errors
    /// The cluster refuses to let it read.
    pub async fn recv(&mut self, limit: Duration) -> Result<Option<Received>, Error> {
        let end = Instant::now() + limit;
        loop {
            if let Some(received) = self.next.next() {
                return Ok(Some(received));
            }
            self.link.look();
            self.check()?;
            if !self.link.inbox.records.is_empty() {
                self.next = std::mem::take(&mut self.link.inbox.records).into_iter();
                self.link.healed();
                continue;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.link.wait(left).await;
        }
    }

    /// Appends the records that have come to `out`, after waiting for the first not longer than `limit`.
    ///
    /// # Errors
    /// As of [`Consumer::recv`].
    pub async fn recv_all(&mut self, out: &mut Vec<Received>, limit: Duration) -> Result<(), Error> {
        if let Some(received) = self.recv(limit).await? {
            out.push(received);
            out.extend(self.next.by_ref());
        }
        Ok(())
    }

    /// What the cluster has refused since the last look.
    fn check(&mut self) -> Result<(), Error> {
        if let Some((topic, _, code)) = self.link.inbox.refusals.pop() {
            return Err(Error::of(code, READING, &topic));
        }
        self.link.fatal().map_or(Ok(()), Err)
    }

    /// The offsets that the group of the settings has committed for `partitions`; `None` where it has none.
    ///
    /// # Errors
    /// The group is not allowed, or nobody answers.
    pub async fn committed(
        &mut self,
        topic: &str,
        partitions: &[i32],
        limit: Duration,
    ) -> Result<Vec<(i32, Option<i64>)>, Error> {
        check_topic(topic)?;
        let (name, partitions) = (topic.to_owned(), partitions.to_vec());
        let answer = self
            .link
            .ask("when asked for committed offsets", limit, move |client, slice| {
                let list = list_of(&name, partitions.iter().map(|partition| (*partition, Offset::Invalid)));
                ffi::committed(client, &list, milliseconds(slice))?;
                read_list(&list)
            })
            .await?;
        let offsets = answer.map_err(|code| Error::of(code, "when asked for committed offsets", topic))?;
        Ok(offsets.into_iter().map(|(partition, offset)| (partition, (offset >= 0).then_some(offset))).collect())
    }

    /// Commits `offsets`, each the one to read next, for the group of the settings, without joining it.
    ///
    /// # Errors
    /// The group has members or is not allowed, or nobody answers.
    pub async fn commit(&mut self, topic: &str, offsets: &[(i32, i64)], limit: Duration) -> Result<(), Error> {
        let end = Instant::now() + limit;
        check_topic(topic)?;
        self.link.look();
        self.link.inbox.committed = None;
        let list = list_of(topic, offsets.iter().map(|(partition, offset)| (*partition, Offset::Offset(*offset))));
        let refused = |code| Error::of(code, COMMITTING, topic);
        self.link.commit(&list).map_err(refused)?;
        loop {
            self.link.look();
            match self.link.inbox.committed.take() {
                Some(0) => return Ok(()),
                // The coordinator is being chosen, or wakes up.
                Some(code) if passes(code) => {
                    tokio::time::sleep(RETRY).await;
                    self.link.commit(&list).map_err(refused)?;
                }
                Some(code) => return Err(refused(code)),
                None => self.check()?,
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Silent { doing: COMMITTING, limit });
            }
            self.link.wait(left).await;
        }
    }

    /// What is wrong with the connections since something last came.
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
}

fn list_of(topic: &str, offsets: impl Iterator<Item = (i32, Offset)>) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for (partition, offset) in offsets {
        let mut element = list.add_partition(topic, partition);
        // Fails for a negative offset, which no caller has; the partition would then be read from its end.
        let _ = element.set_offset(offset);
    }
    list
}

/// Partition and offset of each element, or the first error among them.
fn read_list(list: &TopicPartitionList) -> Result<Vec<(i32, i64)>, i32> {
    let mut offsets = Vec::with_capacity(list.count());
    for element in list.elements() {
        if let Err(error) = element.error() {
            return Err(error.rdkafka_error_code().map_or(super::error::LOCAL_TIMED_OUT, |code| code as i32));
        }
        let offset = match element.offset() {
            Offset::Offset(offset) => offset,
            _ => -1,
        };
        offsets.push((element.partition(), offset));
    }
    offsets.sort_unstable();
    Ok(offsets)
}
