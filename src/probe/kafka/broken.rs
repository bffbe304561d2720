//! What it means that a request was not answered as it should have been, where no stage knows better.

use super::super::fault::{Fault, Line};
use super::super::way::late;
use crate::policy::probe::{door, kafka, network};
use crate::report::probe::Stage;
use crate::transport::kafka_socket::{Came, Code, KafkaError, Range, WithoutSasl};

/// The fault of `error` at `stage`.
pub fn of(stage: Stage, error: &KafkaError) -> Fault {
    let entry = match error {
        // An answer that has begun is Kafka, or was meant to be.
        KafkaError::Closed { came: Came::Part, .. } | KafkaError::Reset { came: Came::Part, .. } => {
            &kafka::KAFKA_PROTOCOL_ERROR
        }
        KafkaError::Closed { .. } | KafkaError::Io { .. } => &network::PEER_CLOSED,
        KafkaError::NoSasl { how: WithoutSasl::Closed } => &network::PEER_CLOSED,
        KafkaError::Reset { .. } => &network::PEER_RESET,
        KafkaError::Silent { .. } => &network::PEER_SILENT,
        KafkaError::NotKafka { .. } => &door::KAFKA_PORT_SPEAKS_OTHER,
        KafkaError::Unsupported { wanted, offered, .. } if is_newer(*wanted, *offered) => &kafka::KAFKA_PROTOCOL_ERROR,
        KafkaError::Unsupported { .. } => &door::KAFKA_OLD_VERSIONS,
        KafkaError::Refused { .. }
        | KafkaError::LoginRefused { .. }
        | KafkaError::UnsupportedMechanism { .. }
        | KafkaError::NoSasl { .. } => &kafka::KAFKA_REFUSED,
        KafkaError::Malformed { .. }
        | KafkaError::TooLarge { .. }
        | KafkaError::Correlation { .. }
        | KafkaError::Missing { .. }
        | KafkaError::Scram(_)
        | KafkaError::ServerNotProved => &kafka::KAFKA_PROTOCOL_ERROR,
        KafkaError::Unsendable { .. } => &kafka::KAFKA_REFUSED,
    };
    let fault = Fault::new(stage, entry, Line::Host, error.to_string());
    match error {
        KafkaError::Unsupported { wanted, offered, .. } if is_newer(*wanted, *offered) => {
            fault.help("the broker is newer than this Flowgate, which cannot speak with it")
        }
        KafkaError::Closed { .. } | KafkaError::Reset { .. } | KafkaError::Io { .. } => fault.help(
            "a load balancer without a broker behind it does this, and a broker that takes this client's address not",
        ),
        KafkaError::Silent { .. } => {
            fault.help("a broker that is stuck or overloaded does this, and a load balancer without a broker behind it")
        }
        KafkaError::Refused { code, .. } if code.passes() => {
            fault.note("by Kafka's own list this error passes by itself: try again")
        }
        _ => fault,
    }
}

/// Whether all the versions of a broker are newer than those that are wanted.
fn is_newer(wanted: Range, offered: Option<Range>) -> bool {
    offered.is_some_and(|offered| offered.min > wanted.max)
}

/// The fault of TLS in `error`, if there is one: with TLS 1.3 a server refuses a client certificate after the handshake.
/// `shown` says whether one was shown.
pub fn late_alert(error: &KafkaError, shown: bool) -> Option<Fault> {
    match error {
        KafkaError::Io { error, .. } | KafkaError::Reset { error, .. } => late(error, shown),
        _ => None,
    }
}

/// Whether the other end ended the connection without having said anything about the request.
pub const fn is_closed(error: &KafkaError) -> bool {
    matches!(
        error,
        KafkaError::Closed { came: Came::Nothing | Came::Answers, .. }
            | KafkaError::Reset { came: Came::Nothing | Came::Answers, .. }
            | KafkaError::NoSasl { how: WithoutSasl::Closed }
    )
}

/// Whether the connection can still be used after `error`.
pub const fn is_refusal(error: &KafkaError) -> bool {
    matches!(error, KafkaError::Refused { .. } | KafkaError::Unsupported { .. } | KafkaError::Unsendable { .. })
}

/// Whether the broker demands a login before it answers the request.
pub fn is_login_demanded(error: &KafkaError) -> bool {
    is_closed(error) || error.code() == Some(Code::ILLEGAL_SASL_STATE)
}
