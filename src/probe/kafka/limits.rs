//! The limits stage: what the cluster is, and what its topics take.
//!
//! Whether the messages of the dataflows fit is for `sizes`.

use super::super::climb::{detail, fact};
use super::super::fault::{Fault, Line};
use super::super::{Climb, DestinationUse};
use super::login::Entered;
use super::{Connection, broken, sizes, words};
use crate::model::Text;
use crate::policy::probe::kafka;
use crate::report::probe::{Fact, Stage};
use crate::transport::kafka_socket::{Metadata, TopicLimits};
use std::net::SocketAddr;
use std::time::Instant;

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
        let answer = asked.topic_limits(&topic.value).await;
        if answer.as_ref().is_err_and(|error| !broken::is_refusal(error)) {
            // The listeners are dialled anyway.
            connection = None;
        }
        let name = words::quoted(&topic.value);
        let why = match &answer {
            Ok(limits) => limits.refused.map(|code| code.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = why {
            let message = format!("the limits of topic {name} are not shown to this login: {why}");
            facts.push(detail("max-message-bytes", format!("{name}: not shown")));
            climb.fault(Fault::new(Stage::Limits, &kafka::KAFKA_NOT_TESTED, Line::At(topic.place), message));
        }
        let limits = answer.unwrap_or_default();
        facts.extend(limit_facts(&name, &limits));
        sizes::judge(climb, topic, &flows, &limits);
    }
    sizes::codec(climb);
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
    let mut facts = Vec::new();
    facts.extend(limits.message_bytes.map(|bytes| fact("max-message-bytes", format!("{topic}: {bytes}"))));
    for (name, value) in [("compression-type", &limits.compression), ("timestamp-type", &limits.timestamp)] {
        facts.extend(value.as_ref().map(|value| detail(name, format!("{topic}: {}", words::shown(value)))));
    }
    facts
}
