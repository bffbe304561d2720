//! Consumer groups, from outside: who keeps one, what it has committed, whether this login may read it.
//!
//! Nothing here joins a group or commits for one.

use super::api::Api;
use super::cluster::{Allowed, Broker};
use super::code::Code;
use super::connection::Connection;
use super::error::{KafkaError, bounded};
use super::read::{Malformed, Reader};
use kafka_protocol::messages::offset_fetch_request::OffsetFetchRequestTopic;
use kafka_protocol::messages::{
    DescribeGroupsRequest, FindCoordinatorRequest, GroupId, HeartbeatRequest, OffsetFetchRequest, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use tokio::io::{AsyncRead, AsyncWrite};

/// What a group has committed for a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The partition.
    pub partition: i32,
    /// The offset of the next record to be read; `None` if nothing is committed.
    pub offset: Option<i64>,
    /// Why that is not told.
    pub error: Option<Code>,
}

/// A group, as its coordinator describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its state, such as `Stable`, `Empty`, or `Dead` for one that is not there.
    pub state: String,
    /// What it is for: `consumer` for a consumer group; empty if it has no member.
    pub kind: String,
    /// The client ids of its members.
    pub members: Vec<String>,
    /// What this login may do with it; told from DescribeGroups version 3 on.
    pub allowed: Allowed,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Asks which broker keeps `group`. A cluster that has never had a group makes its topic `__consumer_offsets` then.
    ///
    /// # Errors
    /// [`KafkaError::Refused`] with [`Code::GROUP_AUTHORIZATION_FAILED`], or while there is no coordinator.
    pub async fn coordinator(&mut self, group: &str) -> Result<Broker, KafkaError> {
        let request = FindCoordinatorRequest::default().with_key(StrBytes::from_string(group.to_owned()));
        let answer = self.ask(&request).await?;
        let (code, says, broker) = answer.read(|reader| {
            if answer.version >= 1 {
                reader.i32()?;
            }
            let code = reader.i16()?;
            let says = if answer.version >= 1 { reader.optional_text()? } else { None };
            let broker = Broker { id: reader.i32()?, host: reader.text()?, port: reader.i32()?, rack: None };
            reader.tags()?;
            Ok((code, says, broker))
        })?;
        refused(Api::FindCoordinator, code, says)?;
        Ok(broker)
    }

    /// Asks the coordinator of `group` what it has committed for `partitions` of `topic`.
    ///
    /// # Errors
    /// [`KafkaError::Refused`] if the group is not told; the error of a partition is in the partition.
    pub async fn committed(
        &mut self,
        group: &str,
        topic: &str,
        partitions: &[i32],
    ) -> Result<Vec<Committed>, KafkaError> {
        let wanted = OffsetFetchRequestTopic::default()
            .with_name(TopicName(StrBytes::from_string(topic.to_owned())))
            .with_partition_indexes(partitions.to_vec());
        let request = OffsetFetchRequest::default().with_group_id(group_id(group)).with_topics(Some(vec![wanted]));
        let answer = self.ask(&request).await?;
        let version = answer.version;
        let (topics, code) = answer.read(|reader| {
            if version >= 3 {
                reader.i32()?;
            }
            let topics = reader.list(2, |reader| {
                let read = (reader.text()?, reader.list(15, |reader| committed(reader, version))?);
                reader.tags()?;
                Ok(read)
            })?;
            let code = if version >= 2 { reader.i16()? } else { 0 };
            reader.tags()?;
            Ok((topics, code))
        })?;
        refused(Api::OffsetFetch, code, None)?;
        let of_topic = topics.into_iter().find(|(name, _)| name == topic);
        let (_, committed) = of_topic.ok_or(KafkaError::Missing { api: Api::OffsetFetch, what: "the topic" })?;
        Ok(committed)
    }

    /// Asks the coordinator of `group` whether this login may read as a member of it, by a heartbeat of a member that it
    /// cannot have. That changes nothing: the coordinator looks at the login first, and then does not find the member.
    ///
    /// # Errors
    /// [`KafkaError::Refused`] if the answer is about something else, such as [`Code::NOT_COORDINATOR`].
    pub async fn may_read_group(&mut self, group: &str) -> Result<bool, KafkaError> {
        let request = HeartbeatRequest::default()
            .with_group_id(group_id(group))
            .with_member_id(StrBytes::from_static_str("flowgate-is-no-member"));
        let answer = self.ask(&request).await?;
        let code = answer.read(|reader| {
            if answer.version >= 1 {
                reader.i32()?;
            }
            reader.i16()
        })?;
        match Code(code) {
            Code::GROUP_AUTHORIZATION_FAILED => Ok(false),
            Code(0)
            | Code::UNKNOWN_MEMBER_ID
            | Code::ILLEGAL_GENERATION
            | Code::REBALANCE_IN_PROGRESS
            | Code::INCONSISTENT_GROUP_PROTOCOL
            | Code::FENCED_INSTANCE_ID
            | Code::GROUP_ID_NOT_FOUND => Ok(true),
            code => Err(KafkaError::Refused { api: Api::Heartbeat, code, says: None }),
        }
    }

    /// Asks the coordinator of `group` for its state, its members, and what this login may do with it.
    ///
    /// # Errors
    /// [`KafkaError::Refused`] if that is not told.
    pub async fn group(&mut self, group: &str) -> Result<Group, KafkaError> {
        let version = self.version(Api::DescribeGroups)?;
        let request = DescribeGroupsRequest::default()
            .with_groups(vec![group_id(group)])
            .with_include_authorized_operations(version >= 3);
        let answer = self.ask_in(version, &request).await?;
        let groups = answer.read(|reader| {
            if version >= 1 {
                reader.i32()?;
            }
            reader.list(7, |reader| described(reader, version))
        })?;
        let found = groups.into_iter().find(|(_, name, _)| name == group);
        let (code, _, group) = found.ok_or(KafkaError::Missing { api: Api::DescribeGroups, what: "the group" })?;
        refused(Api::DescribeGroups, code, None)?;
        Ok(group)
    }
}

fn committed(reader: &mut Reader<'_>, version: i16) -> Result<Committed, Malformed> {
    let partition = reader.i32()?;
    let offset = reader.i64()?;
    if version >= 5 {
        reader.i32()?;
    }
    reader.optional_text()?;
    let error = Code::of(reader.i16()?);
    reader.tags()?;
    Ok(Committed { partition, offset: (offset >= 0 && error.is_none()).then_some(offset), error })
}

fn described(reader: &mut Reader<'_>, version: i16) -> Result<(i16, String, Group), Malformed> {
    let code = reader.i16()?;
    let name = reader.text()?;
    let state = reader.text()?;
    let kind = reader.text()?;
    reader.text()?;
    let members = reader.list(5, |reader| {
        reader.text()?;
        if version >= 4 {
            reader.optional_text()?;
        }
        let client = reader.text()?;
        reader.text()?;
        reader.optional_bytes()?;
        reader.optional_bytes()?;
        reader.tags()?;
        Ok(client)
    })?;
    let allowed = Allowed::of(if version >= 3 { reader.i32()? } else { i32::MIN });
    reader.tags()?;
    Ok((code, name, Group { state, kind, members, allowed }))
}

fn group_id(group: &str) -> GroupId {
    GroupId(StrBytes::from_string(group.to_owned()))
}

/// The refusal that `code` is, if it is one.
pub(super) fn refused(api: Api, code: i16, says: Option<String>) -> Result<(), KafkaError> {
    Code::of(code).map_or(Ok(()), |code| Err(KafkaError::Refused { api, code, says: bounded(says) }))
}
