//! The wrong door: something else than Kafka answers.

use super::super::Opening;
use super::super::fault::{Fault, Line};
use crate::policy::probe::{door, tls};
use crate::report::probe::Stage;
use crate::transport::identify::Spoken;
use crate::transport::kafka_socket::KafkaError;

/// The fault of a server that speaks `spoken` where `opening` leads.
pub fn foreign(spoken: &Spoken, opening: &Opening) -> Fault {
    let target = &opening.target;
    let inside = if opening.tls.is_some() { " inside TLS" } else { "" };
    let message = format!("`{target}` speaks {spoken}{inside}, expected Kafka");
    let at = |entry, message| Fault::new(Stage::Protocol, entry, Line::Host, message);
    match spoken {
        Spoken::Tls if opening.tls.is_none() => Fault::new(
            Stage::Tls,
            &tls::PLAIN_ON_TLS_PORT,
            Line::Tls,
            format!("`{target}` speaks TLS, and the manifest says `Disabled`"),
        )
        .label("the port wants TLS")
        .help("write `mode: Enabled`, or use the port of the broker that speaks in clear"),
        Spoken::Mqtt5 | Spoken::Mqtt311 => at(&door::KAFKA_PORT_SPEAKS_MQTT, message).help(
            "correct host and port (Kafka listens at 9092 or 9093 by custom), or make it an endpoint of `endpointType: Mqtt`",
        ),
        Spoken::Http { status, server } => {
            let server = server.as_ref().map_or_else(String::new, |server| format!(", server `{server}`"));
            at(&door::KAFKA_PORT_SPEAKS_HTTP, message)
                .note(format!("it answers HTTP with status {status}{server}"))
                .help("correct host and port: Kafka listens at 9092 or 9093 by custom, in Event Hubs at 9093")
        }
        Spoken::Http2 => at(&door::KAFKA_PORT_SPEAKS_HTTP, message).help("correct host and port"),
        Spoken::Amqp => at(&door::KAFKA_PORT_SPEAKS_OTHER, message)
            .help("correct the port: Event Hubs speaks AMQP at 5671 and 5672, and Kafka at 9093"),
        Spoken::Tls | Spoken::Kafka | Spoken::Ssh | Spoken::Other(_) => {
            at(&door::KAFKA_PORT_SPEAKS_OTHER, message).help("correct host and port")
        }
    }
}

/// As [`foreign`], where only the first bytes of an answer are known.
pub fn by_first_bytes(error: &KafkaError, opening: &Opening) -> Option<Fault> {
    let KafkaError::NotKafka { speaks, start } = error else { return None };
    let spoken = match speaks {
        Some("HTTP") => {
            let message = format!("`{}` speaks HTTP, expected Kafka", opening.target);
            return Some(
                Fault::new(Stage::Protocol, &door::KAFKA_PORT_SPEAKS_HTTP, Line::Host, message)
                    .help("correct host and port: Kafka listens at 9092 or 9093 by custom, in Event Hubs at 9093"),
            );
        }
        Some("MQTT") => Spoken::Mqtt5,
        Some("TLS") => Spoken::Tls,
        Some("AMQP") => Spoken::Amqp,
        Some("SSH") => Spoken::Ssh,
        _ => Spoken::Other(start.clone()),
    };
    let mut fault = foreign(&spoken, opening);
    if spoken == Spoken::Mqtt5 {
        // Which of its versions it is cannot be told by the first bytes.
        fault.message = format!("`{}` speaks MQTT, expected Kafka", opening.target);
    }
    Some(fault)
}
