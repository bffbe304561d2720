//! Whether the consumer group of the endpoint may be used, without joining it or committing for it.

use super::super::super::climb::{Climb, detail};
use super::super::super::fault::{Fault, Line};
use super::super::listeners::Reached;
use super::super::words;
use super::{Tested, Use};
use crate::policy::probe::kafka;
use crate::report::probe::Stage;
use crate::transport::kafka_socket::{Code, Committed, KafkaError};
use std::time::Duration;
use tokio::time::sleep;

/// How often a cluster is asked again that has no coordinator yet.
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

/// Whether the group may be read; `None` if its coordinator cannot be asked. What it has committed, its state and its
/// members are facts.
async fn ask(
    tested: &mut Tested,
    cluster: &mut Reached,
    group: &str,
    read: &[Use<'_>],
) -> Result<Option<bool>, KafkaError> {
    let Some((id, may)) = patiently(cluster, group).await? else { return Ok(None) };
    tested.facts.push(detail("group-coordinator", format!("broker {id}")));
    if !may {
        return Ok(Some(false));
    }
    state(tested, cluster, id, group).await;
    for used in read {
        let topic = cluster.metadata.topic(&used.topic.value).filter(|topic| topic.error.is_none());
        let Some(topic) = topic else { continue };
        let partitions: Vec<i32> = topic.partitions.iter().map(|partition| partition.index).collect();
        committed(tested, cluster, id, group, &used.topic.value, &partitions).await;
    }
    Ok(Some(true))
}

/// The coordinator of `group`, and whether it lets this login read as the group; `None` if it is none of the brokers. A
/// cluster without any group makes the topic for them at this question, as it does for the first consumer, and is asked
/// again until it has.
async fn patiently(cluster: &mut Reached, group: &str) -> Result<Option<(i32, bool)>, KafkaError> {
    let mut tries = 0;
    loop {
        match once(cluster, group).await {
            Err(error) if error.code().is_some_and(Code::passes) && tries < TRIES => {
                tries += 1;
                sleep(BETWEEN).await;
            }
            answer => return answer,
        }
    }
}

async fn once(cluster: &mut Reached, group: &str) -> Result<Option<(i32, bool)>, KafkaError> {
    let Some((asked, connection)) = cluster.any() else { return Ok(None) };
    let found = connection.coordinator(group).await;
    let id = found.inspect_err(|error| cluster.judge(asked, error))?.id;
    let Some(connection) = cluster.brokers.get_mut(&id) else { return Ok(None) };
    let may = connection.may_read_group(group).await;
    Ok(Some((id, may.inspect_err(|error| cluster.judge(id, error))?)))
}

async fn state(tested: &mut Tested, cluster: &mut Reached, id: i32, group: &str) {
    let Some(connection) = cluster.brokers.get_mut(&id) else { return };
    let told = match connection.group(group).await {
        Ok(found) if found.members.is_empty() => format!("{}, no members", words::shown(&found.state)),
        Ok(found) => format!("{}, {}", words::shown(&found.state), words::list(&found.members)),
        Err(error) => {
            cluster.judge(id, &error);
            format!("not shown: {error}")
        }
    };
    tested.facts.push(detail("group-state", told));
}

async fn committed(tested: &mut Tested, cluster: &mut Reached, id: i32, group: &str, topic: &str, partitions: &[i32]) {
    let Some(connection) = cluster.brokers.get_mut(&id) else { return };
    let told = match connection.committed(group, topic, partitions).await {
        Ok(committed) => {
            let offset = |of: &Committed| Some(format!("partition {} at {}", of.partition, of.offset?));
            let told: Vec<String> = committed.iter().filter_map(offset).take(8).collect();
            if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
        }
        Err(error) => {
            cluster.judge(id, &error);
            format!("not shown: {error}")
        }
    };
    tested.facts.push(detail("group-committed", format!("{}: {told}", words::quoted(topic))));
}
