//! What each stage does, what it sends and what it does not prove; and the verdicts that it can end with.

use super::Stage;
use crate::diag::Entry;
use crate::policy::probe::{door, kafka, login, mqtt, network, tls};

/// The documentation of `stage`, in Markdown without a title.
pub const fn doc(stage: Stage) -> &'static str {
    match stage {
        Stage::Dns => include_str!("stages/dns.md"),
        Stage::Tcp => include_str!("stages/tcp.md"),
        Stage::Tls => include_str!("stages/tls.md"),
        Stage::Protocol => include_str!("stages/protocol.md"),
        Stage::Login => include_str!("stages/login.md"),
        Stage::Limits => include_str!("stages/limits.md"),
        Stage::Listeners => include_str!("stages/listeners.md"),
        Stage::Permission => include_str!("stages/permission.md"),
    }
}

/// What can be found at `stage`. Some verdicts belong to several stages: a broker may close a connection at any of them.
pub fn verdicts(stage: Stage) -> Vec<&'static Entry> {
    let parts: &[&[&Entry]] = match stage {
        Stage::Dns => &[&DNS],
        Stage::Tcp => &[&TCP],
        Stage::Tls => &[&tls::ENTRIES, &PEER, &IN_CLEAR],
        Stage::Protocol => &[&door::ENTRIES, &PEER, &PROTOCOL],
        Stage::Login => &[&login::ENTRIES, &MQTT_LOGIN, &MQTT_END, &KAFKA_LOGIN, &PEER],
        Stage::Limits => &[&MQTT_LIMITS, &KAFKA_LIMITS],
        Stage::Listeners => &[&LISTENERS],
        Stage::Permission => &[&MQTT_PERMISSION, &MQTT_END, &KAFKA_PERMISSION, &PEER],
    };
    parts.iter().copied().flatten().copied().collect()
}

static DNS: [&Entry; 5] = [
    &network::NAME_UNKNOWN,
    &network::NAME_NO_ANSWER,
    &network::IN_CLUSTER_NAME,
    &network::HOST_UNUSABLE,
    &network::PROXY_FAILED,
];

static TCP: [&Entry; 5] = [
    &network::TCP_ADDRESS_DEAD,
    &network::TCP_REFUSED,
    &network::TCP_NO_ANSWER,
    &network::TCP_UNREACHABLE,
    &network::PROXY_FAILED,
];

static PEER: [&Entry; 3] = [&network::PEER_SILENT, &network::PEER_CLOSED, &network::PEER_RESET];

/// The wrong door, where it is known by what it says in clear to the greeting of TLS.
static IN_CLEAR: [&Entry; 7] = [
    &door::MQTT_PORT_SPEAKS_HTTP,
    &door::MQTT_PORT_SPEAKS_KAFKA,
    &door::MQTT_PORT_SPEAKS_OTHER,
    &door::KAFKA_PORT_SPEAKS_MQTT,
    &door::KAFKA_PORT_SPEAKS_HTTP,
    &door::KAFKA_PORT_SPEAKS_OTHER,
    &door::NOT_HTTP,
];

static PROTOCOL: [&Entry; 2] = [&mqtt::MQTT_PROTOCOL_ERROR, &kafka::KAFKA_PROTOCOL_ERROR];

static MQTT_LOGIN: [&Entry; 7] = [
    &mqtt::MQTT_BAD_CREDENTIALS,
    &mqtt::MQTT_NOT_AUTHORIZED,
    &mqtt::MQTT_AUTH_METHOD,
    &mqtt::MQTT_CLIENT_ID_REFUSED,
    &mqtt::MQTT_CONNECT_REFUSED,
    &mqtt::MQTT_METHOD_NOT_REPEATED,
    &mqtt::MQTT_PROTOCOL_ERROR,
];

/// What a broker of MQTT ends any connection with.
static MQTT_END: [&Entry; 7] = [
    &mqtt::MQTT_REAUTHENTICATION,
    &mqtt::MQTT_SERVER_BUSY,
    &mqtt::MQTT_SERVER_UNAVAILABLE,
    &mqtt::MQTT_SERVER_MOVED,
    &mqtt::MQTT_QUOTA,
    &mqtt::MQTT_SESSION_TAKEN_OVER,
    &mqtt::MQTT_DISCONNECTED,
];

static KAFKA_LOGIN: [&Entry; 6] = [
    &kafka::KAFKA_MECHANISM,
    &kafka::KAFKA_BAD_PASSWORD,
    &kafka::KAFKA_TOKEN_REFUSED,
    &kafka::KAFKA_NO_SASL_LISTENER,
    &kafka::KAFKA_SASL_REQUIRED,
    &kafka::KAFKA_BROKER_NOT_PROVED,
];

static MQTT_LIMITS: [&Entry; 8] = [
    &mqtt::MQTT_MAXIMUM_QOS,
    &mqtt::MQTT_RETAIN_UNAVAILABLE,
    &mqtt::MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE,
    &mqtt::MQTT_WILDCARDS_UNAVAILABLE,
    &mqtt::MQTT_PACKET_TOO_LARGE,
    &mqtt::MQTT_RECEIVE_MAXIMUM,
    &mqtt::MQTT_KEEP_ALIVE,
    &mqtt::MQTT_SESSION_EXPIRY,
];

static KAFKA_LIMITS: [&Entry; 3] =
    [&kafka::KAFKA_MESSAGE_TOO_LARGE, &kafka::KAFKA_BATCH_TOO_LARGE, &kafka::KAFKA_REFUSED];

static LISTENERS: [&Entry; 8] = [
    &kafka::KAFKA_NO_BROKERS,
    &kafka::KAFKA_LISTENER_REFUSED,
    &kafka::KAFKA_LISTENER_UNRESOLVABLE,
    &kafka::KAFKA_LISTENER_INTERNAL,
    &kafka::KAFKA_LISTENER_WRONG_NAME,
    &kafka::KAFKA_LISTENER_TLS,
    &kafka::KAFKA_LISTENER_LOGIN,
    &kafka::KAFKA_LISTENER_FAILED,
];

static MQTT_PERMISSION: [&Entry; 9] = [
    &mqtt::MQTT_SUBSCRIPTION_REFUSED,
    &mqtt::MQTT_SUBSCRIPTION_DOWNGRADED,
    &mqtt::MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE,
    &mqtt::MQTT_WILDCARDS_UNAVAILABLE,
    &mqtt::MQTT_PUBLISH_REFUSED,
    &mqtt::MQTT_MAXIMUM_QOS,
    &mqtt::MQTT_RETAIN_UNAVAILABLE,
    &mqtt::MQTT_PACKET_TOO_LARGE,
    &mqtt::MQTT_PROTOCOL_ERROR,
];

static KAFKA_PERMISSION: [&Entry; 10] = [
    &kafka::KAFKA_TOPIC_MISSING,
    &kafka::KAFKA_TOPIC_NOT_AUTHORIZED,
    &kafka::KAFKA_READ_NOT_AUTHORIZED,
    &kafka::KAFKA_GROUP_NOT_AUTHORIZED,
    &kafka::KAFKA_WRITE_NOT_AUTHORIZED,
    &kafka::KAFKA_NO_LEADER,
    &kafka::KAFKA_MESSAGE_TOO_LARGE,
    &kafka::KAFKA_COMPRESSION,
    &kafka::KAFKA_REFUSED,
    &kafka::KAFKA_NOT_TESTED,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_belongs_to_a_stage() {
        for entry in crate::policy::probe::entries() {
            let belongs = Stage::ALL.iter().any(|stage| verdicts(*stage).iter().any(|other| other.id == entry.id));
            assert!(belongs, "`{}` belongs to no stage", entry.id);
        }
    }

    #[test]
    fn no_stage_lists_a_verdict_twice() {
        for stage in Stage::ALL {
            let mut ids: Vec<_> = verdicts(stage).iter().map(|entry| entry.id).collect();
            ids.sort_unstable();
            let all = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), all, "{stage}");
        }
    }

    #[test]
    fn every_stage_is_documented_in_the_same_sections() {
        let sections = ["sends", "needs", "pass proves", "does not prove", "matter"];
        for (number, stage) in Stage::ALL.into_iter().enumerate() {
            let text = doc(stage);
            assert!(text.starts_with(&format!("Stage {} of 8", number + 1)), "{stage}");
            let found: Vec<_> = text.lines().filter(|line| line.starts_with("## ")).collect();
            assert_eq!(found.len(), sections.len(), "{stage}: {found:?}");
            assert!(found.iter().zip(sections).all(|(line, end)| line.ends_with(end)), "{stage}: {found:?}");
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{stage}: a long line");
        }
    }
}
