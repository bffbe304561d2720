//! Whether a topic is there, has leaders, and may be read.

use super::super::super::climb::{detail, fact};
use super::super::super::fault::{Fault, Line};
use super::super::listeners::Reached;
use super::super::words;
use super::{Tested, Use, is_denied};
use crate::policy::probe::kafka;
use crate::report::probe::Stage;
use crate::transport::kafka_socket::{Allowed, Code, Topic};

/// What is wrong with a topic, whatever it is used for.
pub fn fault(topic: Option<&Topic>, used: &Use<'_>) -> Option<Fault> {
    let name = words::quoted(&used.topic.value);
    let at = |entry, message| Fault::new(Stage::Permission, entry, Line::At(used.topic.place), message);
    let Some(topic) = topic else {
        let message = format!("the broker is too old to be asked for {name} without making it");
        return Some(at(&kafka::KAFKA_NOT_TESTED, message));
    };
    match topic.error {
        None => {}
        Some(Code::UNKNOWN_TOPIC_OR_PARTITION) => {
            return Some(
                at(&kafka::KAFKA_TOPIC_MISSING, format!("topic {name} does not exist"))
                    .note("a cluster with `auto.create.topics.enable` makes it when the first record comes")
                    .help("correct the name, or make the topic; in Event Hubs it is the name of an event hub"),
            );
        }
        Some(Code::TOPIC_AUTHORIZATION_FAILED) => {
            return Some(
                at(&kafka::KAFKA_TOPIC_NOT_AUTHORIZED, format!("topic {name} may not be used by this login"))
                    .note("Kafka does not tell such a login whether the topic exists")
                    .help("give the login Describe and Read or Write on the topic by an ACL, in Azure by a role"),
            );
        }
        // Partitions say which of them.
        Some(Code::LEADER_NOT_AVAILABLE) if !topic.partitions.is_empty() => {}
        Some(Code::LEADER_NOT_AVAILABLE) => {
            return Some(at(&kafka::KAFKA_NO_LEADER, format!("topic {name} has no leader yet")));
        }
        Some(Code::INVALID_TOPIC_EXCEPTION) => {
            return Some(
                at(&kafka::KAFKA_REFUSED, format!("no topic of Kafka can be called {name}"))
                    .note("a name has up to 249 letters, digits, `.`, `_` and `-`; variables are filled into MQTT topics only")
                    .help("correct the name"),
            );
        }
        Some(code) => {
            return Some(at(&kafka::KAFKA_REFUSED, format!("the cluster says of topic {name}: {code}")));
        }
    }
    let mut headless: Vec<i32> = topic
        .partitions
        .iter()
        .filter(|partition| partition.leader.is_none())
        .map(|partition| partition.index)
        .collect();
    headless.sort_unstable();
    if headless.is_empty() && !topic.partitions.is_empty() {
        return None;
    }
    let count = topic.partitions.len();
    let which = words::numbers(headless);
    let message = format!("partition {which} of topic {name} has no leader, of {}", words::count(count, "partition"));
    Some(
        at(&kafka::KAFKA_NO_LEADER, message)
            .help("bring the brokers up that have its replicas: nothing can be read or written there"),
    )
}

/// What the broker says about the rights of this login, where that can be relied on: a login that may not even know of a
/// topic is not shown it, so a broker that says so does not know the question.
pub fn allowed(topic: &Topic) -> Allowed {
    if topic.allowed.describe == Some(true) { topic.allowed } else { Allowed::default() }
}

/// Tries to read the topic of `used` from its end; whether that is allowed.
pub async fn read(tested: &mut Tested, cluster: &mut Reached, used: &Use<'_>) -> bool {
    let topic = cluster.metadata.topic(&used.topic.value).cloned();
    if let Some(fault) = fault(topic.as_ref(), used) {
        tested.fault(used, fault);
        return false;
    }
    let Some(topic) = topic else { return false };
    let name = words::quoted(&used.topic.value);
    let line = Line::At(used.topic.place);
    let denied = || {
        Fault::new(
            Stage::Permission,
            &kafka::KAFKA_READ_NOT_AUTHORIZED,
            line,
            format!("topic {name} may not be read by this login"),
        )
        .help("give the login Read on the topic by an ACL, in Azure the role Azure Event Hubs Data Receiver")
    };
    let partitions = words::count(topic.partitions.len(), "partition");
    if allowed(&topic).read == Some(false) {
        tested.fault(used, denied());
        return false;
    }
    let Some((partition, leader, connection)) = cluster.leader(&topic) else {
        let message = format!("the leaders of topic {name} are none of the brokers that the cluster names");
        tested.fault(used, Fault::new(Stage::Permission, &kafka::KAFKA_NO_LEADER, line, message));
        return false;
    };
    match connection.peek(&used.topic.value, partition).await {
        Ok(ends) => {
            let first = ends.first.map_or_else(|| "?".to_owned(), |first| first.to_string());
            let value = format!("{name}: {partitions}, partition {partition} holds offsets {first} to {}", ends.next);
            tested.facts.push(detail("read", value));
            true
        }
        Err(error) if is_denied(&error) => {
            tested.fault(used, denied());
            false
        }
        Err(error) => {
            tested.facts.push(fact("read", format!("{name}: {error}")));
            tested.broken(line, &error);
            cluster.judge(leader, &error);
            false
        }
    }
}
