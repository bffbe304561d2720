//! The limits stage: what the cluster is, and whether the messages of the dataflows fit into its topics.

use super::super::climb::{detail, fact};
use super::super::fault::{Fault, Line};
use super::super::{Climb, DestinationUse};
use super::login::Entered;
use super::{Connection, broken, words};
use crate::diag::Severity;
use crate::model::Text;
use crate::policy::probe::kafka;
use crate::report::probe::{Fact, Stage};
use crate::settings::{Compression, Switch};
use crate::transport::kafka_socket::{Metadata, TopicLimits};
use std::net::SocketAddr;
use std::time::Instant;

/// Bytes of a batch with one record besides key, value and headers, at least: 61 of the batch, 7 of the record (message
/// format 2). `max.message.bytes` holds for the batch.
const AROUND_A_RECORD: usize = 68;

/// A cluster that has told its brokers and topics.
pub struct Cluster {
    /// Brokers and topics.
    pub metadata: Metadata,
    /// The connection to the address of the endpoint, if it can still be used.
    pub connection: Option<Connection>,
    /// The other end of that connection.
    pub address: SocketAddr,
}

/// Asks for brokers, topics and the limits of destination topics, and says it on the ladder. `None` is the end of the climb.
pub async fn climb(climb: &mut Climb<'_>, entered: Entered, address: SocketAddr) -> Option<Cluster> {
    let Entered { mut connection, metadata } = entered;
    let started = Instant::now();
    let metadata = match metadata {
        Some(metadata) => metadata,
        None => match connection.metadata(&super::topics(climb.subject())).await {
            Ok(metadata) => metadata,
            Err(error) => {
                climb.stop(broken::of(Stage::Limits, &error), Some(started.elapsed()), Vec::new());
                return None;
            }
        },
    };
    let mut facts = told(&metadata);
    if metadata.brokers.is_empty() {
        let fault = Fault::new(Stage::Limits, &kafka::KAFKA_NO_BROKERS, Line::Host, "the cluster names no brokers")
            .help("see whether the brokers have joined the cluster, and whether this is a proxy without a cluster behind it");
        climb.stop(fault, Some(started.elapsed()), facts);
        return None;
    }
    let mut connection = Some(connection);
    for (topic, flows) in destinations(&climb.subject().uses.destinations) {
        let is_there = metadata.topic(&topic.value).is_some_and(|found| found.error.is_none());
        let (Some(asked), true) = (&mut connection, is_there) else { continue };
        match asked.topic_limits(&topic.value).await {
            Ok(limits) => {
                facts.extend(limit_facts(&topic.value, &limits));
                judge(climb, topic, &flows, &limits);
            }
            Err(error) => {
                facts.push(detail("max-message-bytes", format!("{}: not shown: {error}", words::quoted(&topic.value))));
                if !broken::is_refusal(&error) {
                    // The listeners are dialled anyway.
                    connection = None;
                }
            }
        }
    }
    let id = metadata.cluster.as_ref().map_or_else(String::new, |id| format!(", cluster {}", words::quoted(id)));
    let summary = format!("{}{id}", words::count(metadata.brokers.len(), "broker"));
    climb.pass(Stage::Limits, started.elapsed(), summary, facts);
    Some(Cluster { metadata, connection, address })
}

fn told(metadata: &Metadata) -> Vec<Fact> {
    let mut facts = vec![detail("brokers", metadata.brokers.len().to_string())];
    facts.extend(metadata.cluster.as_ref().map(|id| detail("cluster-id", words::shown(id))));
    facts
        .push(detail("controller", metadata.controller.map_or_else(|| "none".to_owned(), |id| format!("broker {id}"))));
    facts
}

/// The topics that are written to, each once, with the dataflows that do.
fn destinations(uses: &[DestinationUse]) -> Vec<(&Text, Vec<&str>)> {
    let mut found: Vec<(&Text, Vec<&str>)> = Vec::new();
    for destination in uses {
        let Some(topic) = destination.topic.as_ref() else { continue };
        match found.iter_mut().find(|(known, _)| known.value == topic.value) {
            Some((_, flows)) => flows.push(&destination.dataflow),
            None => found.push((topic, vec![&destination.dataflow])),
        }
    }
    found
}

fn limit_facts(topic: &str, limits: &TopicLimits) -> Vec<Fact> {
    let topic = words::quoted(topic);
    if let Some(code) = limits.refused {
        return vec![detail("max-message-bytes", format!("{topic}: not shown to this login: {code}"))];
    }
    let mut facts = Vec::new();
    facts.extend(limits.message_bytes.map(|bytes| fact("max-message-bytes", format!("{topic}: {bytes}"))));
    for (name, value) in [("compression-type", &limits.compression), ("timestamp-type", &limits.timestamp)] {
        facts.extend(value.as_ref().map(|value| detail(name, format!("{topic}: {}", words::shown(value)))));
    }
    facts
}

/// Holds the limits of a topic against the manifest and `--message-size`.
fn judge(climb: &mut Climb<'_>, topic: &Text, flows: &[&str], limits: &TopicLimits) {
    let most = limits.message_bytes.or(limits.broker_message_bytes).and_then(|bytes| usize::try_from(bytes).ok());
    let (Some(most), Some(settings)) = (most, &climb.subject().end.settings.kafka) else { return };
    let name = words::quoted(&topic.value);
    let compressed = settings.compression.is_none_or(|set| set.value != Compression::None);
    let is_batched = settings.batching.mode.is_some_and(|mode| mode.value == Switch::Enabled);
    let batch = settings.batching.max_bytes.map(|bytes| bytes.value as usize).filter(|_| is_batched);
    if let Some(size) = climb.means().message_size.filter(|size| size.saturating_add(AROUND_A_RECORD) > most) {
        let message =
            format!("messages of {size} bytes do not fit into topic {name}, which takes batches of {most} bytes");
        let fault = Fault::new(Stage::Limits, &kafka::KAFKA_MESSAGE_TOO_LARGE, Line::At(topic.place), message)
            .label(format!("takes {most} bytes"))
            .note(format!("a batch with one record has {AROUND_A_RECORD} bytes and more besides its payload"))
            .note(format!("dataflows that write there: {}", words::list(flows)))
            .help(format!(
                "set `max.message.bytes` of the topic to more than {}",
                size.saturating_add(AROUND_A_RECORD)
            ));
        climb.fault(if compressed {
            fault.severity(Severity::Warning).note("compression may make them fit: the limit holds for what is sent")
        } else {
            fault
        });
    }
    if let Some(batch) = batch.filter(|batch| *batch > most) {
        let message = format!("batches of up to {batch} bytes do not fit into topic {name}, which takes {most} bytes");
        climb.fault(
            Fault::new(Stage::Limits, &kafka::KAFKA_BATCH_TOO_LARGE, Line::Setting("batching.maxBytes"), message)
                .help(format!("write `maxBytes: {most}` or less, or set `max.message.bytes` of the topic to {batch}")),
        );
    }
}
