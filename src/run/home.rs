//! The sandbox for one dataflow: brokers inside the program, and the doors that lead to them.

use super::Wire;
use super::ends::Door;
use super::opening::Doors;
use super::sandbox::{Needs, Sandbox, SandboxError};
use crate::access::{Line, wire};
use crate::transport::kafka::{Sasl, Security, Settings};
use crate::transport::mqtt::ConnectOptions;
use crate::transport::net::Target;

/// Partitions of a topic in the sandbox, so that a key decides about one of several.
const PARTITIONS: i32 = 4;

/// Starts the brokers that `line` needs; messages are sent to `topics`.
///
/// # Errors
/// Where a broker does not start.
pub async fn open(line: &Line, topics: &[String]) -> Result<(Sandbox, Doors), SandboxError> {
    let wires = [&line.source, &line.destination].map(|end| wire(end).unwrap_or(Wire::Mqtt));
    // Even where one endpoint is at both ends: what is read at the destination cannot be what was sent then.
    let mqtt = wires.iter().filter(|wire| **wire == Wire::Mqtt).count();
    let mut kafka: Vec<(String, i32)> = Vec::new();
    if wires[0] == Wire::Kafka {
        kafka.extend(topics.iter().map(|topic| (topic.clone(), PARTITIONS)));
    }
    if wires[1] == Wire::Kafka {
        kafka.extend(line.flow.destination.topic.iter().map(|topic| (topic.value.to_string(), PARTITIONS)));
    }
    let needs = Needs { mqtt, kafka: wires.contains(&Wire::Kafka).then_some(kafka) };
    let sandbox = Sandbox::start(&needs).await?;
    let doors = doors(&sandbox, wires);
    Ok((sandbox, doors))
}

fn doors(sandbox: &Sandbox, wires: [Wire; 2]) -> Doors {
    let addresses: Vec<_> = sandbox.mqtt().collect();
    let mut next = addresses.iter();
    let mut last = None;
    let [source, destination] = wires.map(|wire| match wire {
        Wire::Mqtt => {
            last = next.next().or(last);
            let target = last.map_or(Target::new("127.0.0.1", 0), |at| Target::new(&at.ip().to_string(), at.port()));
            Door::Mqtt(Box::new(ConnectOptions::new(target, "")))
        }
        Wire::Kafka => Door::Kafka(Box::new(Settings {
            bootstrap: sandbox.bootstrap().unwrap_or_default().to_owned(),
            security: Security::Plain,
            sasl: Sasl::None,
            routes: Vec::new(),
            client_id: "flowgate".to_owned(),
            group: None,
        })),
    });
    Doors { sender: source.clone(), dataflow: Some((source, destination.clone())), reader: Some(destination) }
}
