//! Topics from a reader's side: whether this login may read, where a partition ends, what sizes the topic takes.

use super::api::Api;
use super::code::Code;
use super::connection::Connection;
use super::error::{KafkaError, bounded};
use super::group::refused;
use super::read::{Malformed, Reader};
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::{BrokerId, DescribeConfigsRequest, FetchRequest, ListOffsetsRequest, TopicName};
use kafka_protocol::protocol::StrBytes;
use tokio::io::{AsyncRead, AsyncWrite};

/// The offsets at the ends of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// The oldest record that is left; `None` if the broker is too old to tell (Fetch before version 5).
    pub first: Option<i64>,
    /// The offset that the next record will get.
    pub next: i64,
}

/// What a topic takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TopicLimits {
    /// `max.message.bytes`: the most bytes of a batch, after compression.
    pub message_bytes: Option<i64>,
    /// `message.max.bytes` of the broker, which holds where the topic sets nothing.
    pub broker_message_bytes: Option<i64>,
    /// `compression.type`: `producer`, which keeps what comes, or the codec that everything is written in.
    pub compression: Option<String>,
    /// `message.timestamp.type`: `CreateTime` or `LogAppendTime`.
    pub timestamp: Option<String>,
    /// Why nothing is told.
    pub refused: Option<Code>,
}

const MESSAGE_BYTES: &str = "max.message.bytes";
const BROKER_MESSAGE_BYTES: &str = "message.max.bytes";
const COMPRESSION: &str = "compression.type";
const TIMESTAMP: &str = "message.timestamp.type";

/// A resource of DescribeConfigs that is a topic (`ConfigResource.Type`).
const TOPIC: i8 = 2;

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Asks the leader of `partition` where it ends, and reads from there: nothing comes, but a login that may not read is
    /// refused. Commits nothing, and takes no record from anybody.
    ///
    /// # Errors
    /// [`KafkaError::Refused`] with [`Code::TOPIC_AUTHORIZATION_FAILED`], [`Code::NOT_LEADER_OR_FOLLOWER`] and the like.
    pub async fn peek(&mut self, topic: &str, partition: i32) -> Result<Ends, KafkaError> {
        let next = self.end(topic, partition).await?;
        let version = self.version(Api::Fetch)?;
        let wanted = FetchPartition::default()
            .with_partition(partition)
            .with_current_leader_epoch(-1)
            .with_fetch_offset(next)
            .with_log_start_offset(-1)
            .with_partition_max_bytes(1);
        // No wait and no minimum: the answer comes at once, with nothing in it.
        let request = FetchRequest::default()
            .with_replica_id(BrokerId(-1))
            .with_max_wait_ms(0)
            .with_min_bytes(0)
            .with_max_bytes(1)
            .with_session_id(0)
            .with_session_epoch(-1)
            .with_topics(vec![FetchTopic::default().with_topic(name(topic)).with_partitions(vec![wanted])]);
        let answer = self.ask_in(version, &request).await?;
        let (code, topics) = answer.read(|reader| {
            reader.i32()?;
            let code = if version >= 7 { reader.i16()? } else { 0 };
            if version >= 7 {
                reader.i32()?;
            }
            let topics = reader.list(2, |reader| {
                let read = (reader.text()?, reader.list(20, |reader| fetched(reader, version))?);
                reader.tags()?;
                Ok(read)
            })?;
            Ok((code, topics))
        })?;
        refused(Api::Fetch, code, None)?;
        let (code, first) = of_partition(Api::Fetch, topics, topic, partition)?;
        refused(Api::Fetch, code, None)?;
        Ok(Ends { first, next })
    }

    /// The offset that the next record of `partition` will get, asked of its leader.
    async fn end(&mut self, topic: &str, partition: i32) -> Result<i64, KafkaError> {
        let wanted = ListOffsetsPartition::default()
            .with_partition_index(partition)
            .with_current_leader_epoch(-1)
            // The newest.
            .with_timestamp(-1);
        let request = ListOffsetsRequest::default()
            .with_replica_id(BrokerId(-1))
            .with_topics(vec![ListOffsetsTopic::default().with_name(name(topic)).with_partitions(vec![wanted])]);
        let answer = self.ask(&request).await?;
        let version = answer.version;
        let topics = answer.read(|reader| {
            if version >= 2 {
                reader.i32()?;
            }
            reader.list(2, |reader| {
                let read = (reader.text()?, reader.list(22, |reader| ended(reader, version))?);
                reader.tags()?;
                Ok(read)
            })
        })?;
        let (code, offset) = of_partition(Api::ListOffsets, topics, topic, partition)?;
        refused(Api::ListOffsets, code, None)?;
        Ok(offset)
    }

    /// Asks for the settings of `topic` that a producer has to keep to.
    ///
    /// # Errors
    /// If there is no answer; that the settings are not told is in [`TopicLimits::refused`].
    pub async fn topic_limits(&mut self, topic: &str) -> Result<TopicLimits, KafkaError> {
        let keys = [MESSAGE_BYTES, COMPRESSION, TIMESTAMP].map(StrBytes::from_static_str);
        let wanted = DescribeConfigsResource::default()
            .with_resource_type(TOPIC)
            .with_resource_name(StrBytes::from_string(topic.to_owned()))
            .with_configuration_keys(Some(keys.to_vec()));
        let request = DescribeConfigsRequest::default().with_resources(vec![wanted]).with_include_synonyms(true);
        let answer = self.ask(&request).await?;
        let results = answer.read(|reader| {
            reader.i32()?;
            reader.list(6, |reader| described(reader, answer.version))
        })?;
        let found = results.into_iter().find(|(name, _, _)| name == topic);
        let (_, code, settings) = found.ok_or(KafkaError::Missing { api: Api::DescribeConfigs, what: "the topic" })?;
        let value = |wanted: &str| {
            let found = settings.iter().find(|(name, value)| name == wanted && value.is_some());
            found.and_then(|(_, value)| bounded(value.clone()))
        };
        let number = |wanted: &str| value(wanted).and_then(|value| value.parse().ok());
        Ok(TopicLimits {
            message_bytes: number(MESSAGE_BYTES),
            broker_message_bytes: number(BROKER_MESSAGE_BYTES),
            compression: value(COMPRESSION),
            timestamp: value(TIMESTAMP),
            refused: Code::of(code),
        })
    }
}

pub(super) fn name(topic: &str) -> TopicName {
    TopicName(StrBytes::from_string(topic.to_owned()))
}

/// The answer about one partition: its error code, and what was asked for.
type OfPartition<T> = (i32, i16, T);

pub(super) fn of_partition<T>(
    api: Api,
    topics: Vec<(String, Vec<OfPartition<T>>)>,
    topic: &str,
    partition: i32,
) -> Result<(i16, T), KafkaError> {
    let partitions = topics.into_iter().filter(|(name, _)| name == topic).flat_map(|(_, partitions)| partitions);
    let found = partitions.into_iter().find(|(index, _, _)| *index == partition);
    found.map(|(_, code, read)| (code, read)).ok_or(KafkaError::Missing { api, what: "the partition" })
}

fn ended(reader: &mut Reader<'_>, version: i16) -> Result<OfPartition<i64>, Malformed> {
    let (index, code) = (reader.i32()?, reader.i16()?);
    let _timestamp = reader.i64()?;
    let offset = reader.i64()?;
    if version >= 4 {
        reader.i32()?;
    }
    reader.tags()?;
    Ok((index, code, offset))
}

fn fetched(reader: &mut Reader<'_>, version: i16) -> Result<OfPartition<Option<i64>>, Malformed> {
    let (index, code) = (reader.i32()?, reader.i16()?);
    let _high_watermark = reader.i64()?;
    let _last_stable = reader.i64()?;
    let first = if version >= 5 { Some(reader.i64()?).filter(|first| *first >= 0) } else { None };
    let _aborted = reader.list(16, |reader| {
        reader.i64()?;
        reader.i64()?;
        reader.tags()
    })?;
    if version >= 11 {
        reader.i32()?;
    }
    reader.optional_bytes()?;
    reader.tags()?;
    Ok((index, code, first))
}

/// A topic, its error code, and its settings with those that they come from.
type Described = (String, i16, Vec<(String, Option<String>)>);

fn described(reader: &mut Reader<'_>, version: i16) -> Result<Described, Malformed> {
    let code = reader.i16()?;
    let _message = reader.optional_text()?;
    let _type = reader.i8()?;
    let name = reader.text()?;
    let settings = reader.list(6, |reader| setting(reader, version))?;
    reader.tags()?;
    Ok((name, code, settings.into_iter().flatten().collect()))
}

fn setting(reader: &mut Reader<'_>, version: i16) -> Result<Vec<(String, Option<String>)>, Malformed> {
    let (name, value) = (reader.text()?, reader.optional_text()?);
    let _read_only = reader.bool()?;
    let _source = reader.i8()?;
    let _sensitive = reader.bool()?;
    let synonyms = reader.list(3, |reader| {
        let synonym = (reader.text()?, reader.optional_text()?);
        let _source = reader.i8()?;
        reader.tags()?;
        Ok(synonym)
    })?;
    if version >= 3 {
        let _type = reader.i8()?;
        reader.optional_text()?;
    }
    reader.tags()?;
    // The setting itself first: it is among its own synonyms, too.
    Ok(std::iter::once((name, value)).chain(synonyms).collect())
}
