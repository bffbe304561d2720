//! Whether the consumer group of the endpoint may be used, without joining it or committing for it.

use super::super::super::climb::{Climb, detail};
use super::super::super::fault::{Fault, Line};
use super::super::listeners::Reached;
use super::super::words;
use super::{Tested, Use};
use crate::policy::probe::kafka;
use crate::report::probe::Stage;
use crate::transport::kafka_socket::{Broker, Code, KafkaError};
use std::time::Duration;
use tokio::time::sleep;

/// How often a cluster is asked that has no coordinator yet: its first group has to wait for the topic of the groups.
const TRIES: u32 = 20;
/// The wait in between.
const BETWEEN: Duration = Duration::from_millis(100);

/// Asks the coordinator of the group about it.
pub async fn test(tested: &mut Tested, cluster: &mut Reached, climb: &Climb<'_>, read: &[Use<'_>]) {
    let group = climb.subject().end.summary.consumer_group.as_ref();
    let Some(group) = group.map(|group| &*group.value).filter(|group| !group.is_empty()) else {
        tested.said.push("no `consumerGroupId` to be tested".to_owned());
        return tested.open("consumer group: the endpoint names none".to_owned());
    };
    let name = words::quoted(group);
    match ask(tested, cluster, group, read).await {
        Ok(Some(true)) => tested.said.push(format!("group {name} may be used")),
        Ok(None) => {
            tested.said.push(format!("group {name} not tested: its coordinator is none of the brokers"));
            tested.open(format!("consumer group {name}: its coordinator is none of the brokers"));
        }
        Ok(Some(false)) => tested.faults.push(denied(&name)),
        Err(error) if error.code() == Some(Code::GROUP_AUTHORIZATION_FAILED) => tested.faults.push(denied(&name)),
        Err(error) => tested.broken(Line::Group, &error),
    }
}

fn denied(name: &str) -> Fault {
    let message = format!("consumer group {name} may not be used by this login");
    Fault::new(Stage::Permission, &kafka::KAFKA_GROUP_NOT_AUTHORIZED, Line::Group, message)
        .help("give the login Read on the group by an ACL, in Azure the role Azure Event Hubs Data Receiver")
}

/// Whether the group may be read; `None` if its coordinator cannot be asked. What it has committed, its state and its members are facts.
async fn ask(
    tested: &mut Tested,
    cluster: &mut Reached,
    group: &str,
    read: &[Use<'_>],
) -> Result<Option<bool>, KafkaError> {
    let Some(broker) = coordinator(cluster, group).await? else { return Ok(None) };
    let id = broker.id;
    let partitions: Vec<(String, Vec<i32>)> = read
        .iter()
        .filter_map(|used| cluster.metadata.topic(&used.topic.value))
        .filter(|topic| topic.error.is_none())
        .map(|topic| (topic.name.clone(), topic.partitions.iter().map(|partition| partition.index).collect()))
        .collect();
    let Some(connection) = cluster.brokers.get_mut(&id) else {
        return Ok(None);
    };
    let may = connection.may_read_group(group).await?;
    tested.facts.push(detail("group-coordinator", format!("broker {id}")));
    match connection.group(group).await {
        Ok(found) => {
            let members = if found.members.is_empty() { "no members".to_owned() } else { words::list(&found.members) };
            tested.facts.push(detail("group-state", format!("{}, {members}", words::shown(&found.state))));
        }
        Err(error) => {
            tested.facts.push(detail("group-state", format!("not shown: {error}")));
            cluster.judge(id, &error);
        }
    }
    for (topic, partitions) in partitions {
        let Some(connection) = cluster.brokers.get_mut(&id) else { break };
        match connection.committed(group, &topic, &partitions).await {
            Ok(committed) => {
                let told: Vec<String> = committed
                    .iter()
                    .filter_map(|of| Some(format!("partition {} at {}", of.partition, of.offset?)))
                    .take(8)
                    .collect();
                let told = if told.is_empty() { "nothing".to_owned() } else { told.join(", ") };
                tested.facts.push(detail("group-committed", format!("{}: {told}", words::quoted(&topic))));
            }
            Err(error) => {
                tested.facts.push(detail("group-committed", format!("{}: not shown: {error}", words::quoted(&topic))));
                cluster.judge(id, &error);
            }
        }
    }
    Ok(Some(may))
}

/// The broker that keeps `group`. A cluster without any group makes the topic for them at this question, as it does for
/// the first consumer.
async fn coordinator(cluster: &mut Reached, group: &str) -> Result<Option<Broker>, KafkaError> {
    let mut tries = 0;
    loop {
        let Some((id, connection)) = cluster.any() else { return Ok(None) };
        match connection.coordinator(group).await {
            Ok(broker) => return Ok(Some(broker)),
            Err(error) if error.code().is_some_and(Code::passes) && tries < TRIES => {
                tries += 1;
                sleep(BETWEEN).await;
            }
            Err(error) => {
                cluster.judge(id, &error);
                return Err(error);
            }
        }
    }
}
