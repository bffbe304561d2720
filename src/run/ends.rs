//! From the endpoints of manifests to the connections of a run: who connects to which end, how, and by which client id.
//!
//! Addresses of the sandbox and logins on site come from the caller ([`Door`]); the settings come from the manifest.

use super::wire::{KafkaDestination, KafkaSource, MqttSource};
use crate::access::End;
use crate::message::QoS;
use crate::settings::{self, Setting};
use crate::translate::Plan;
use crate::transport::kafka::{Batching, ProducerSettings, Settings, Start};
use crate::transport::mqtt::{ConnectOptions, RetainHandling, Subscription};
use std::time::Duration;

/// Room for other packets of a connection beside one message, and for messages larger than most brokers take.
const LARGEST_PACKET: u32 = 128 * 1024 * 1024;

/// The way into one end for one role: address, TLS and login. What the manifest says beyond that is put on top.
#[derive(Debug, Clone)]
pub enum Door {
    /// An MQTT broker.
    Mqtt(Box<ConnectOptions>),
    /// A Kafka cluster.
    Kafka(Box<Settings>),
}

/// The value of `setting`, or `default` where a template decides it: plans refuse that long before.
fn value<T: Clone>(setting: Option<&Setting<T>>, default: T) -> T {
    setting.map_or(default, |setting| setting.value.clone())
}

/// How much a session outlives its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// Not at all.
    None,
    /// As the manifest says, so that a connection that breaks can be made again.
    Kept {
        /// Whether a session of an earlier run is taken up.
        resumed: bool,
    },
}

/// The MQTT connection of a dataflow's client at `end`.
pub fn mqtt(end: &End, door: &ConnectOptions, client_id: &str, session: Session) -> ConnectOptions {
    let settings = end.settings.mqtt.as_ref();
    let mut options = door.clone();
    client_id.clone_into(&mut options.client_id);
    options.maximum_packet_size = LARGEST_PACKET;
    if let Some(settings) = settings {
        options.keep_alive = value(settings.keep_alive.as_ref(), 60);
        options.receive_maximum = value(settings.max_inflight.as_ref(), 100).max(1);
        options.in_flight = options.receive_maximum;
        if session != Session::None {
            options.session_expiry = value(settings.session_expiry.as_ref(), 600);
        }
    }
    options.clean_start = session != Session::Kept { resumed: true };
    options
}

/// QoS of subscriptions and publishes at `end`.
fn qos(end: &End) -> QoS {
    let number = end.settings.mqtt.as_ref().map_or(1, |mqtt| value(mqtt.qos.as_ref(), 1));
    QoS::from_number(number).unwrap_or(QoS::AtLeastOnce)
}

/// What a dataflow's client takes from its MQTT source: all `filters`, without the group of a shared subscription, as that
/// would take messages from the dataflow that is deployed.
pub fn dataflow_source(
    end: &End,
    options: ConnectOptions,
    filters: &[&str],
    strip: &'static [&'static str],
) -> MqttSource {
    let limit = options.route.step_timeout;
    let subscription = |filter: &&str| Subscription {
        filter: unshared(filter).to_owned(),
        qos: qos(end),
        no_local: false,
        retain_as_published: true,
        retain_handling: RetainHandling::Never,
    };
    MqttSource { options, subscriptions: filters.iter().map(subscription).collect(), strip, limit }
}

/// `$share/GROUP/FILTER` without its group.
pub fn unshared(filter: &str) -> &str {
    filter.strip_prefix("$share/").and_then(|rest| rest.split_once('/')).map_or(filter, |(_, filter)| filter)
}

/// What a reader takes from an MQTT destination: `filters`, with everything that a broker would change kept as it is.
pub fn reader(options: ConnectOptions, filters: &[String], strip: &'static [&'static str]) -> MqttSource {
    let limit = options.route.step_timeout;
    let subscription = |filter: &String| Subscription {
        filter: filter.clone(),
        qos: QoS::ExactlyOnce,
        no_local: false,
        retain_as_published: true,
        retain_handling: RetainHandling::Never,
    };
    MqttSource { options, subscriptions: filters.iter().map(subscription).collect(), strip, limit }
}

/// Reading `topic` from `start` on.
pub fn kafka_source(door: &Settings, topic: &str, start: Start, limit: Duration) -> KafkaSource {
    KafkaSource { settings: door.clone(), topic: topic.to_owned(), start, limit }
}

/// Writing to `topic` as `plan` says. A message that cannot be delivered within `patience` fails.
pub fn kafka_destination(
    door: &Settings,
    plan: &Plan,
    topic: &str,
    limit: Duration,
    patience: Duration,
) -> KafkaDestination {
    let mut producer = ProducerSettings { message_timeout: patience, ..ProducerSettings::default() };
    if let Some(kafka) = plan.kafka() {
        producer.acks = match kafka.acks {
            settings::Acks::Zero => crate::transport::kafka::Acks::Zero,
            settings::Acks::One => crate::transport::kafka::Acks::One,
            settings::Acks::All => crate::transport::kafka::Acks::All,
        };
        producer.compression = match kafka.compression {
            settings::Compression::None => crate::transport::kafka::Compression::None,
            settings::Compression::Gzip => crate::transport::kafka::Compression::Gzip,
            settings::Compression::Snappy => crate::transport::kafka::Compression::Snappy,
            settings::Compression::Lz4 => crate::transport::kafka::Compression::Lz4,
        };
        producer.batching = kafka.batches.map(|batches| Batching {
            linger: Duration::from_millis(batches.latency_ms.into()),
            messages: batches.max_messages,
            bytes: batches.max_bytes,
        });
    }
    KafkaDestination { settings: door.clone(), producer, topic: topic.to_owned(), window: 100_000, limit }
}

/// How a sender produces a sample to a Kafka source: at once, and confirmed by all.
pub fn kafka_sender(door: &Settings, topic: &str, limit: Duration) -> KafkaDestination {
    let producer = ProducerSettings { batching: None, message_timeout: limit, ..ProducerSettings::default() };
    KafkaDestination { settings: door.clone(), producer, topic: topic.to_owned(), window: 100_000, limit }
}
