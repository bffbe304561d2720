//! The door: WebSocket where the manifest wants it, and what it means that something else than MQTT 5 is spoken.

use super::who::{Spoken, who, who_meanwhile};
use super::{Link, Shown, reason};
use crate::model::FarEnd;
use crate::policy::probe::{door, network, tls};
use crate::probe::fault::{Fault, Line};
use crate::probe::{Climb, Opening, way};
use crate::report::probe::Stage;
use crate::transport::Stream;
use crate::transport::mqtt::{ConnectionError, HandshakeError};
use crate::transport::ws::{self, WsError};
use std::future::pending;
use tokio::time::sleep;

/// Opens the WebSocket, if the manifest wants one.
pub async fn websocket(
    climb: &Climb<'_>,
    opening: &Opening,
    stream: Box<dyn Stream>,
    link: Link,
) -> Result<Box<dyn Stream>, Fault> {
    let Some(options) = &opening.websocket else { return Ok(stream) };
    let secure = opening.tls.is_some();
    let doubt = async {
        sleep(link.quiet).await;
        match who_meanwhile(climb, opening, link.meanwhile()).await {
            // A server of HTTP may take its time, and has to say itself that it opens none.
            None | Some(Spoken::Http { .. }) => pending().await,
            Some(spoken) => spoken,
        }
    };
    let error = tokio::select! {
        biased;
        opened = ws::open(stream, &opening.target, secure, options, link.limit) => match opened {
            Ok(stream) => return Ok(Box::new(stream)),
            Err(error) => error,
        },
        spoken = doubt => return Err(behind_no_websocket(&spoken, opening)),
    };
    Err(no_websocket(climb, opening, &error, link).await)
}

async fn no_websocket(climb: &Climb<'_>, opening: &Opening, error: &WsError, link: Link) -> Fault {
    let fault = |entry, message: String| Fault::new(Stage::Protocol, entry, Line::Host, message);
    if let WsError::Io(error) = error
        && let Some(fault) = way::late(error, link.certificate == Shown::Yes)
    {
        return fault;
    }
    let otherwise = match error {
        WsError::WrongPath { .. } => {
            return fault(&door::WEBSOCKET_PATH, error.to_string()).help(
                "a dataflow asks for the path `/mqtt`: let the broker or the gateway in front of it serve MQTT there",
            );
        }
        WsError::Refused { status: 401 | 403, .. } => {
            return fault(&door::WEBSOCKET_REFUSED, error.to_string())
                .help("a gateway in front of the broker wants a login of its own, which no dataflow has");
        }
        WsError::Silent(_) => return fault(&network::PEER_SILENT, error.to_string()),
        WsError::NotHttp(_) => fault(&door::MQTT_PORT_SPEAKS_OTHER, error.to_string()),
        WsError::Ended | WsError::Io(_) => {
            fault(&network::PEER_CLOSED, format!("the other end gave no answer to the WebSocket request: {error}"))
        }
        _ => return fault(&door::WEBSOCKET_REFUSED, error.to_string()),
    };
    match who(climb, opening, link.doubt()).await {
        Some(spoken) => behind_no_websocket(&spoken, opening),
        None => otherwise,
    }
}

/// What is spoken where a WebSocket was asked for.
fn behind_no_websocket(spoken: &Spoken, opening: &Opening) -> Fault {
    let target = &opening.target;
    match spoken {
        Spoken::Mqtt5 | Spoken::Mqtt311 => Fault::new(
            Stage::Protocol,
            &door::WEBSOCKET_REFUSED,
            Line::Setting("protocol"),
            format!("`protocol` is `WebSockets`, and `{target}` speaks MQTT without a WebSocket"),
        )
        .help("write `protocol: Mqtt`, or the port of the broker's WebSocket listener"),
        Spoken::Http { .. } | Spoken::Http2 => Fault::new(
            Stage::Protocol,
            &door::WEBSOCKET_REFUSED,
            Line::Host,
            format!("`{target}` speaks {spoken}, and opens no WebSocket"),
        ),
        other => foreign(other, opening).unwrap_or_else(|| {
            Fault::new(Stage::Protocol, &door::MQTT_PORT_SPEAKS_OTHER, Line::Host, format!("`{target}` speaks {other}"))
        }),
    }
}

/// What is wrong if `spoken` is spoken where MQTT 5 is expected; nothing if that is what it is.
pub fn foreign(spoken: &Spoken, opening: &Opening) -> Option<Fault> {
    let target = &opening.target;
    let inside = if opening.tls.is_some() { " inside TLS" } else { "" };
    let fault = |entry, message: String| Some(Fault::new(Stage::Protocol, entry, Line::Host, message));
    match spoken {
        Spoken::Mqtt5 => None,
        Spoken::Mqtt311 => Some(old_protocol(&format!("`{target}` speaks MQTT 3.1.1{inside}, and not MQTT 5"))),
        Spoken::Tls if opening.tls.is_none() => {
            let message = format!("`tls.mode` is `Disabled`, and `{target}` speaks TLS");
            let fault = Fault::new(Stage::Tls, &tls::PLAIN_ON_TLS_PORT, Line::Tls, message);
            Some(fault.help("write `tls: { mode: Enabled }`, or the port of a listener without TLS"))
        }
        Spoken::Http { status, server } => {
            let server = server.as_ref().map_or_else(String::new, |server| format!(", `{server}`"));
            let message = format!("a web server answers at `{target}`{inside}: HTTP {status}{server}");
            let help = "write host and port of the MQTT listener; for a broker behind a WebSocket write `protocol: WebSockets`";
            fault(&door::MQTT_PORT_SPEAKS_HTTP, message).map(|fault| event_grid_name(fault.help(help), opening))
        }
        Spoken::Http2 => fault(
            &door::MQTT_PORT_SPEAKS_HTTP,
            format!("HTTP/2 is spoken at `{target}`{inside}, as gRPC and web servers do"),
        ),
        Spoken::Kafka => {
            let message = format!("Kafka is spoken at `{target}`{inside}");
            let help = "write `endpointType: Kafka` with `kafkaSettings`, or the port of the MQTT listener";
            fault(&door::MQTT_PORT_SPEAKS_KAFKA, message).map(|fault| fault.help(help))
        }
        Spoken::Tls | Spoken::Amqp | Spoken::Ssh | Spoken::Other(_) => {
            fault(&door::MQTT_PORT_SPEAKS_OTHER, format!("`{target}`{inside} speaks {spoken}"))
        }
    }
}

/// A namespace of Event Grid has a name for HTTP and another one for MQTT (MQTT endpoint page).
fn event_grid_name(fault: Fault, opening: &Opening) -> Fault {
    let host = opening.target.host.to_ascii_lowercase();
    if host.ends_with(".eventgrid.azure.net") && !host.contains(".ts.") {
        return fault
            .help("this is the namespace's HTTP name; its MQTT name is `NAMESPACE.REGION-1.ts.eventgrid.azure.net`");
    }
    fault
}

fn old_protocol(message: &str) -> Fault {
    Fault::new(Stage::Protocol, &door::MQTT_OLD_PROTOCOL, Line::Host, message)
        .help("switch MQTT 5 on at the broker, or put a bridge in front of it: dataflows speak MQTT 5 only")
}

/// Why there was no CONNACK of MQTT 5, `None` where the broker sent one that refuses. `heard` is what was found out
/// meanwhile.
pub async fn no_connack(
    climb: &Climb<'_>,
    opening: &Opening,
    error: &HandshakeError,
    heard: Option<Spoken>,
    link: Link,
) -> Option<Fault> {
    if let HandshakeError::Connection(ConnectionError::Io(io)) = error
        && let Some(fault) = way::late(io, link.certificate == Shown::Yes)
    {
        return Some(fault);
    }
    let at = |entry, message| Some(Fault::new(Stage::Protocol, entry, Line::Host, message));
    match error {
        HandshakeError::OldProtocol { .. } => Some(old_protocol(&error.to_string())),
        HandshakeError::Refused(connack) if connack.reason.code == reason::UNSUPPORTED_VERSION => {
            Some(old_protocol(&error.to_string()))
        }
        HandshakeError::Connection(ended) if !matches!(ended, ConnectionError::Disconnected { .. }) => {
            let heard = match heard {
                Some(heard) => Some(heard),
                // Where the first bytes tell what it is, the greeting of that protocol gets it told in full. In a silence
                // it was asked already.
                None if ended.speaks().is_some() || ended.is_closed() || ended.is_reset() => {
                    who(climb, opening, link.doubt()).await
                }
                None => None,
            };
            if let Some(fault) = heard.as_ref().and_then(|spoken| foreign(spoken, opening)) {
                return Some(fault);
            }
            let fault = ended_as(climb, opening, ended, heard.is_some());
            Some(if link.certificate == Shown::Wanted && matches!(fault.stage, Stage::Protocol | Stage::Login) {
                fault.note("the server asked for a client certificate, and none was sent")
            } else {
                fault
            })
        }
        HandshakeError::Unexpected(_) => at(&crate::policy::probe::mqtt::MQTT_PROTOCOL_ERROR, error.to_string()),
        _ => None,
    }
}

/// The end of a connection before CONNACK; `is_mqtt` if MQTT 5 is spoken there otherwise.
fn ended_as(climb: &Climb<'_>, opening: &Opening, error: &ConnectionError, is_mqtt: bool) -> Fault {
    use crate::policy::probe::mqtt::MQTT_PROTOCOL_ERROR;
    let target = &opening.target;
    let entry = match error {
        ConnectionError::NotMqtt { start, .. } => {
            let fault = Fault::new(Stage::Protocol, &door::MQTT_PORT_SPEAKS_OTHER, Line::Host, error.to_string());
            return fault.note(format!("the answer of `{target}` begins with `{}`", start.escape_ascii()));
        }
        ConnectionError::Silent { .. } => &network::PEER_SILENT,
        error if error.is_closed() => &network::PEER_CLOSED,
        error if error.is_reset() => &network::PEER_RESET,
        ConnectionError::Io(io) if io.kind() == std::io::ErrorKind::InvalidData && opening.tls.is_some() => {
            return Fault::new(Stage::Tls, &tls::TLS_FAILED, Line::Tls, error.to_string());
        }
        ConnectionError::Io(_) => &network::PEER_RESET,
        _ => return Fault::new(Stage::Protocol, &MQTT_PROTOCOL_ERROR, Line::Host, error.to_string()),
    };
    // A broker that greets everybody but this login means the login.
    let stage = if is_mqtt { Stage::Login } else { Stage::Protocol };
    let message = match stage {
        Stage::Login => format!("the broker speaks MQTT 5, and answers this CONNECT with nothing: {error}"),
        _ => format!("no answer to CONNECT: {error}"),
    };
    let line = if is_mqtt { Line::Method } else { Line::Host };
    let fault = Fault::new(stage, entry, line, message);
    match (is_mqtt, climb.subject().end.summary.far_end) {
        (true, _) => {
            fault.help("some brokers close the connection where they refuse a login: look at the broker's log")
        }
        (false, FarEnd::LocalBroker) => {
            fault.help("look at the BrokerListener: port, TLS and protocol have to be those of the endpoint")
        }
        (false, _) => {
            fault.help("whether this is the port of an MQTT listener is known at the broker: look at its log")
        }
    }
}
