//! The brokers inside the program: MQTT 5 and Kafka on loopback, on ports that the system chooses.
//!
//! Real clients talk to them over a real wire; nothing is installed and nothing outside is touched. What they do not do
//! as a broker on site does is written down in [`DIFFERENCES`]. Which clients connect is for the rest of `run`.

mod kafka;
mod mqtt;

use std::net::SocketAddr;
use std::time::Duration;

/// How long the brokers are given to stop, each.
const STOP: Duration = Duration::from_millis(500);

/// User Properties that the embedded MQTT broker adds to every message that it forwards. It removes those that a client
/// sends, so a reader strips them without losing anything that had a chance to arrive.
pub const ADDED_USER_PROPERTIES: [&str; 2] = ["x-mqtt-client-id", "x-mqtt-sender"];

/// What the embedded brokers do otherwise than brokers on site, a sentence each.
pub const DIFFERENCES: [&str; 9] = [
    "MQTT and Kafka are without TLS and without login: certificates, secrets and permissions are not tested",
    "the MQTT broker adds the user property `x-mqtt-client-id` (and `x-mqtt-sender` after a login), which is stripped before comparing",
    "user properties of these two names that a message has itself are lost",
    "limits of a broker on site (message size, QoS, retained messages, connections) are not applied",
    "sessions and retained messages end with the sandbox",
    "the Kafka broker keeps 5 MiB or 100,000 batches of a partition and drops the oldest without a word",
    "the Kafka broker takes every compression; Event Hubs takes Gzip at most",
    "topics that the sandbox was not started with are made by any client that asks for it, with four partitions",
    "the Kafka broker cannot look up offsets by time, nor list, change or authorise anything",
];

/// What brokers are needed.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// How many MQTT brokers: two where source and destination are different ones.
    pub mqtt: usize,
    /// The topics of a Kafka cluster with their numbers of partitions; `None` for no cluster.
    pub kafka: Option<Vec<(String, i32)>>,
}

/// Why the sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The MQTT broker.
    #[error("the MQTT broker of the sandbox did not start: {0}")]
    Mqtt(String),
    /// The Kafka cluster.
    #[error("the Kafka cluster of the sandbox did not start: {0}")]
    Kafka(String),
}

/// Running brokers. They stop with [`Sandbox::stop`], or on their own some time after this is dropped.
pub struct Sandbox {
    mqtt: Vec<mqtt::Broker>,
    kafka: Option<kafka::Cluster>,
}

impl Sandbox {
    /// Starts what is needed, in a few milliseconds.
    ///
    /// # Errors
    /// A broker did not start; none of them is left running.
    pub async fn start(needs: &Needs) -> Result<Self, SandboxError> {
        let starting = needs.kafka.as_ref().map(|topics| kafka::Cluster::start(topics.clone())).transpose()?;
        let mut mqtt = Vec::with_capacity(needs.mqtt);
        for _ in 0..needs.mqtt {
            mqtt.push(mqtt::Broker::start().await?);
        }
        let kafka = match starting {
            Some(cluster) => Some(cluster.ready().await?),
            None => None,
        };
        Ok(Self { mqtt, kafka })
    }

    /// Where the MQTT brokers listen.
    pub fn mqtt(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.mqtt.iter().map(mqtt::Broker::address)
    }

    /// `bootstrap.servers` of the Kafka cluster.
    pub fn bootstrap(&self) -> Option<&str> {
        self.kafka.as_ref().map(kafka::Cluster::bootstrap)
    }

    /// Stops the brokers, within about a second whatever they do.
    pub async fn stop(self) {
        for broker in self.mqtt {
            broker.stop(STOP).await;
        }
        if let Some(cluster) = self.kafka {
            cluster.stop(STOP).await;
        }
    }
}
