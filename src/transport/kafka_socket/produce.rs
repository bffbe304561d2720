//! Produce: one record to one partition.

use super::api::Api;
use super::batch::{Compression, batch};
use super::connection::{Answer, Connection};
use super::error::{KafkaError, bounded};
use super::group::refused;
use super::read::{Malformed, Reader};
use super::topic::{name, of_partition};
use crate::message::Record;
use kafka_protocol::messages::ProduceRequest;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncWrite};

/// Who has to have a record before the broker says that it has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(i16)]
pub enum Acks {
    /// Nobody: there is no answer.
    Zero = 0,
    /// The leader of the partition.
    One = 1,
    /// Every replica that is up to date.
    #[default]
    All = -1,
}

/// Where a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The partition.
    pub partition: i32,
    /// Its offset there; `None` if the broker was not asked to answer.
    pub offset: Option<i64>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Sends `record` to `partition` of its topic, whose leader has to be at the other end. The only request here that
    /// changes anything. A record without a timestamp gets the time of now.
    ///
    /// # Errors
    /// [`KafkaError::Refused`] with the broker's code and words, such as [`super::Code::MESSAGE_TOO_LARGE`].
    pub async fn produce(
        &mut self,
        partition: i32,
        record: &Record,
        acks: Acks,
        compression: Compression,
    ) -> Result<Placed, KafkaError> {
        let timestamp = record.timestamp.unwrap_or_else(now);
        let batch = batch(record, timestamp, compression).ok_or_else(|| KafkaError::Unsendable {
            api: Api::Produce,
            what: "the record is longer than 2 GiB".to_owned(),
        })?;
        let data = PartitionProduceData::default().with_index(partition).with_records(Some(batch.freeze()));
        let request = ProduceRequest::default()
            .with_acks(acks as i16)
            .with_timeout_ms(i32::try_from(self.limit().as_millis()).unwrap_or(i32::MAX))
            .with_topic_data(vec![
                TopicProduceData::default().with_name(name(&record.topic)).with_partition_data(vec![data]),
            ]);
        if acks == Acks::Zero {
            self.tell(&request).await?;
            return Ok(Placed { partition, offset: None });
        }
        let answer = self.ask(&request).await?;
        let offset = placed(&answer, &record.topic, partition)?;
        Ok(Placed { partition, offset: Some(offset) })
    }
}

fn placed(answer: &Answer, topic: &str, partition: i32) -> Result<i64, KafkaError> {
    let topics = answer.read(|reader| {
        reader.list(2, |reader| {
            let read = (reader.text()?, reader.list(22, |reader| read(reader, answer.version))?);
            reader.tags()?;
            Ok(read)
        })
    })?;
    let (code, (offset, says)) = of_partition(Api::Produce, topics, topic, partition)?;
    refused(Api::Produce, code, says)?;
    Ok(offset)
}

/// A partition, its error code, and the offset with the broker's words.
type Read = (i32, i16, (i64, Option<String>));

fn read(reader: &mut Reader<'_>, version: i16) -> Result<Read, Malformed> {
    let (index, code, offset) = (reader.i32()?, reader.i16()?, reader.i64()?);
    let _appended = reader.i64()?;
    if version >= 5 {
        let _first = reader.i64()?;
    }
    let mut says = None;
    if version >= 8 {
        let of_records = reader.list(5, |reader| {
            let _index = reader.i32()?;
            let text = reader.optional_text()?;
            reader.tags()?;
            Ok(text)
        })?;
        says = reader.optional_text()?.or_else(|| of_records.into_iter().flatten().next());
    }
    reader.tags()?;
    Ok((index, code, (offset, bounded(says))))
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
