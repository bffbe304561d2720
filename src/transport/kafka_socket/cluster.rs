//! Metadata: the brokers, as each listener advertises them, and the topics that are asked for.

use super::api::Api;
use super::code::Code;
use super::connection::{Answer, Connection};
use super::error::KafkaError;
use super::read::{Malformed, Reader};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{MetadataRequest, TopicName};
use kafka_protocol::protocol::StrBytes;
use tokio::io::{AsyncRead, AsyncWrite};

/// A broker, by the address at which this listener's clients are to find it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Broker {
    /// Its number.
    pub id: i32,
    /// The advertised host: a name or an address, as the broker has it.
    pub host: String,
    /// The advertised port, as the broker has it: 1 to 65535 if it can be dialled.
    pub port: i32,
    /// Its rack, if it has one.
    pub rack: Option<String>,
}

/// What this login may do with a topic or a group. `None` is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Allowed {
    /// To read it.
    pub read: Option<bool>,
    /// To write to it.
    pub write: Option<bool>,
    /// To know of it.
    pub describe: Option<bool>,
}

impl Allowed {
    /// From a bit field with one bit for each `AclOperation`; [`i32::MIN`] says nothing.
    pub(super) fn of(bits: i32) -> Self {
        let bit = |operation: u32| (bits != i32::MIN).then_some(bits & (1 << operation) != 0);
        Self { read: bit(3), write: bit(4), describe: bit(8) }
    }
}

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Its number.
    pub index: i32,
    /// What is wrong with it, such as [`Code::LEADER_NOT_AVAILABLE`].
    pub error: Option<Code>,
    /// The broker that leads it; `None` if none does.
    pub leader: Option<i32>,
    /// The brokers that are to have it.
    pub replicas: Vec<i32>,
    /// Those of them that are up to date.
    pub in_sync: Vec<i32>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// What is wrong with it, such as [`Code::UNKNOWN_TOPIC_OR_PARTITION`].
    pub error: Option<Code>,
    /// Its partitions, by their numbers.
    pub partitions: Vec<Partition>,
    /// What this login may do with it.
    pub allowed: Allowed,
}

/// What a broker knows of its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The cluster's id.
    pub cluster: Option<String>,
    /// The controller's number; `None` if there is none.
    pub controller: Option<i32>,
    /// The brokers, by their numbers.
    pub brokers: Vec<Broker>,
    /// The topics that were asked for; `None` if the broker is too old to be asked for a topic without making it
    /// (Metadata before version 4).
    pub topics: Option<Vec<Topic>>,
}

impl Metadata {
    /// The topic of that name.
    pub fn topic(&self, name: &str) -> Option<&Topic> {
        self.topics.iter().flatten().find(|topic| topic.name == name)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Asks for the brokers and for `topics`, none of which is ever created by it.
    ///
    /// # Errors
    /// If there is no answer; a topic's error is in the topic.
    pub async fn metadata(&mut self, topics: &[&str]) -> Result<Metadata, KafkaError> {
        let version = self.version(Api::Metadata)?;
        let asks = version >= 4 || topics.is_empty();
        let named = topics.iter().filter(|_| asks).map(|name| {
            let name = StrBytes::from_string((*name).to_owned());
            MetadataRequestTopic::default().with_name(Some(TopicName(name)))
        });
        let request = MetadataRequest::default()
            .with_topics(Some(named.collect()))
            // The field's default; older versions cannot say it, and are asked for nothing that could be created.
            .with_allow_auto_topic_creation(version < 4)
            .with_include_topic_authorized_operations(version >= 8);
        let answer = self.ask_in(version, &request).await?;
        let mut metadata = read(&answer)?;
        // Kafka's order changes from answer to answer.
        metadata.brokers.sort_by_key(|broker| broker.id);
        if !asks {
            metadata.topics = None;
        }
        Ok(metadata)
    }
}

fn read(answer: &Answer) -> Result<Metadata, KafkaError> {
    let version = answer.version;
    answer.read(|reader| {
        if version >= 3 {
            reader.i32()?;
        }
        let brokers = reader.list(10, broker)?;
        let cluster = if version >= 2 { reader.optional_text()? } else { None };
        let controller = numbered(reader.i32()?);
        let topics = reader.list(5, |reader| topic(reader, version))?;
        if (8..=10).contains(&version) {
            reader.i32()?;
        }
        reader.tags()?;
        Ok(Metadata { cluster, controller, brokers, topics: Some(topics) })
    })
}

fn broker(reader: &mut Reader<'_>) -> Result<Broker, Malformed> {
    let broker = Broker { id: reader.i32()?, host: reader.text()?, port: reader.i32()?, rack: reader.optional_text()? };
    reader.tags()?;
    Ok(broker)
}

fn topic(reader: &mut Reader<'_>, version: i16) -> Result<Topic, Malformed> {
    let error = Code::of(reader.i16()?);
    let name = if version >= 12 { reader.optional_text()?.unwrap_or_default() } else { reader.text()? };
    if version >= 10 {
        reader.skip(16)?;
    }
    let _internal = reader.bool()?;
    let mut partitions = reader.list(15, |reader| partition(reader, version))?;
    partitions.sort_by_key(|partition| partition.index);
    let allowed = Allowed::of(if version >= 8 { reader.i32()? } else { i32::MIN });
    reader.tags()?;
    Ok(Topic { name, error, partitions, allowed })
}

fn partition(reader: &mut Reader<'_>, version: i16) -> Result<Partition, Malformed> {
    let error = Code::of(reader.i16()?);
    let index = reader.i32()?;
    let leader = numbered(reader.i32()?);
    if version >= 7 {
        reader.i32()?;
    }
    let replicas = reader.list(4, Reader::i32)?;
    let in_sync = reader.list(4, Reader::i32)?;
    if version >= 5 {
        let _offline = reader.list(4, Reader::i32)?;
    }
    reader.tags()?;
    Ok(Partition { index, error, leader, replicas, in_sync })
}

/// A broker's number; -1 is none.
fn numbered(id: i32) -> Option<i32> {
    (id >= 0).then_some(id)
}
