//! From nothing to CONNACK: opens the connection, logs in, and says what the server allows, or which layer failed.
//!
//! Every method of a dataflow has one step: the token is in CONNECT. A server that asks for it once more by AUTH gets it;
//! one that asks again wants another method than its name says.

use super::connack::ConnAck;
use super::connection::{Connection, ConnectionError, said, shown};
use super::encode::{self, ConnectFields, Credentials, Unsendable};
use super::fields::Details;
use super::packet::Packet;
use super::reason::Reason;
use crate::transport::net::{Route, Target};
use crate::transport::tls::TlsOptions;
use crate::transport::ws::WebSocketOptions;
use crate::transport::{Layer, OpenError, Opened, Stream, open};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

/// Everything that a connection is made with.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// The broker.
    pub target: Target,
    /// The way to it, and the limit of each step.
    pub route: Route,
    /// TLS; `None` speaks in clear.
    pub tls: Option<TlsOptions>,
    /// WebSocket; `None` speaks MQTT on the stream itself.
    pub websocket: Option<WebSocketOptions>,
    /// Client id; empty lets the server assign one.
    pub client_id: String,
    /// Clean Start.
    pub clean_start: bool,
    /// Session Expiry Interval, in seconds; 0 leaves nothing behind.
    pub session_expiry: u32,
    /// Keep Alive, in seconds; 0 is none.
    pub keep_alive: u16,
    /// Receive Maximum of this side: unacknowledged QoS 1 and 2 messages from the server. Mosquitto 2.0 does not keep to
    /// it once acknowledgements flow.
    pub receive_maximum: u16,
    /// Maximum Packet Size of this side, in bytes.
    pub maximum_packet_size: u32,
    /// The most QoS 1 and 2 publishes in flight to the server, if it allows as many.
    pub in_flight: u16,
    /// The login.
    pub credentials: Credentials,
}

impl ConnectOptions {
    /// In clear, anonymous, with a session that ends with the connection, and the defaults of the endpoint page:
    /// keep alive 60 s, 100 messages in flight. Packets of up to 16 MiB are taken.
    pub fn new(target: Target, client_id: impl Into<String>) -> Self {
        Self {
            target,
            route: Route::default(),
            tls: None,
            websocket: None,
            client_id: client_id.into(),
            clean_start: true,
            session_expiry: 0,
            keep_alive: 60,
            receive_maximum: 100,
            maximum_packet_size: 16 * 1024 * 1024,
            in_flight: 100,
            credentials: Credentials::None,
        }
    }
}

/// Why there is no MQTT connection.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    /// A layer below MQTT failed.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// CONNECT cannot be written.
    #[error(transparent)]
    Unsendable(#[from] Unsendable),
    /// The connection ended or fell silent before CONNACK.
    #[error("while waiting for CONNACK: {0}")]
    Connection(#[from] ConnectionError),
    /// The server refuses.
    #[error("the broker refuses the connection: {}{}", .0.reason, connack_said(.0))]
    Refused(Box<ConnAck>),
    /// The server answers as MQTT 3.1.1 does.
    #[error("the broker does not speak MQTT 5: it answered as MQTT 3.1.1 does, with code {code}")]
    OldProtocol {
        /// Its return code in MQTT 3.1.1.
        code: u8,
    },
    /// The server wants another step than the one that there is.
    #[error("the broker {}{}", asks(.method, .reason), said(.details))]
    Challenge {
        /// The method that it names, empty if it names none.
        method: String,
        /// Why it sent AUTH: 0x18 asks for a step, 0x19 for a new login, which only clients may start.
        reason: Reason,
        /// Everything else that it said.
        details: Box<Details>,
    },
    /// Another packet than CONNACK came.
    #[error("the broker answered CONNECT with {0} instead of CONNACK")]
    Unexpected(super::PacketKind),
}

impl HandshakeError {
    /// The layer that failed.
    pub const fn layer(&self) -> Layer {
        match self {
            Self::Open(error) => error.layer(),
            _ => Layer::Mqtt,
        }
    }
}

fn asks(method: &str, reason: &Reason) -> String {
    let method = shown(method);
    match reason.code {
        Reason::CONTINUE_AUTHENTICATION if !method.is_empty() => {
            format!("asks for another step of the authentication `{method}`, which has only one")
        }
        Reason::CONTINUE_AUTHENTICATION => "asks for a step of an authentication that nobody began".to_owned(),
        _ => format!("answered CONNECT with {reason}, in the authentication `{method}`"),
    }
}

fn connack_said(connack: &ConnAck) -> String {
    said(&Details {
        reason_string: connack.reason_string.clone(),
        server_reference: connack.server_reference.clone(),
        ..Details::default()
    })
}

/// A server that let this client in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// How the connection came about.
    pub opened: Opened,
    /// Everything that the server said.
    pub connack: ConnAck,
    /// The client id in use: the server's if it assigned one.
    pub client_id: String,
    /// The keep alive in use: the server's if it set one. 0 is none.
    pub keep_alive: Duration,
    /// Whether the server repeated the authentication method, as it has to; `true` where none was used.
    pub method_repeated: bool,
}

/// A connection after CONNACK.
#[derive(Debug)]
pub struct Handshake {
    /// The connection.
    pub connection: Connection<Box<dyn Stream>>,
    /// What was agreed on.
    pub accepted: Accepted,
}

/// Opens a connection and logs in.
///
/// # Errors
/// With the layer that failed and its cause.
pub async fn handshake(options: &ConnectOptions) -> Result<Handshake, HandshakeError> {
    let (stream, opened) =
        open(&options.target, &options.route, options.tls.as_ref(), options.websocket.as_ref()).await?;
    let mut connection = Connection::new(stream, options.maximum_packet_size);
    let connack = log_in(&mut connection, options).await?;
    let keep_alive = connack.server_keep_alive.unwrap_or(options.keep_alive);
    let accepted = Accepted {
        client_id: connack.assigned_client_id.clone().unwrap_or_else(|| options.client_id.clone()),
        keep_alive: Duration::from_secs(keep_alive.into()),
        method_repeated: options.credentials.repeated_by(&connack),
        opened,
        connack,
    };
    Ok(Handshake { connection, accepted })
}

/// CONNECT and CONNACK on a connection that is open.
///
/// # Errors
/// If the server refuses, or does not answer within the route's step limit.
pub async fn log_in<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    options: &ConnectOptions,
) -> Result<ConnAck, HandshakeError> {
    let fields = ConnectFields {
        client_id: &options.client_id,
        clean_start: options.clean_start,
        keep_alive: options.keep_alive,
        session_expiry: options.session_expiry,
        receive_maximum: options.receive_maximum,
        maximum_packet_size: options.maximum_packet_size,
    };
    encode::connect(&fields, &options.credentials, connection.output())?;
    let limit = options.route.step_timeout;
    match timeout(limit, answer(connection, &options.credentials)).await {
        Ok(answer) => judge(answer?),
        Err(_) => Err(ConnectionError::Silent { what: "CONNACK", limit }.into()),
    }
}

/// The packet that ends the login, after the one AUTH that may be answered.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection<S>,
    credentials: &Credentials,
) -> Result<Packet, HandshakeError> {
    let mut step = credentials.step();
    loop {
        match connection.next()? {
            None => {
                connection.begins_well()?;
                connection.exchange().await?;
            }
            Some(Packet::Auth(reason, details)) if reason.code == Reason::CONTINUE_AUTHENTICATION => {
                match step.take() {
                    Some((method, data)) if details.authentication_method.as_deref() == Some(method) => {
                        encode::continue_authentication(method, data, connection.output())?;
                    }
                    _ => return Ok(Packet::Auth(reason, details)),
                }
            }
            Some(packet) => return Ok(packet),
        }
    }
}

fn judge(packet: Packet) -> Result<ConnAck, HandshakeError> {
    match packet {
        Packet::ConnAck(connack) if connack.old_protocol => {
            Err(HandshakeError::OldProtocol { code: connack.reason.code })
        }
        Packet::ConnAck(connack) if connack.reason.code == Reason::SUCCESS => Ok(*connack),
        Packet::ConnAck(connack) => Err(HandshakeError::Refused(connack)),
        Packet::Auth(reason, details) => {
            let method = details.authentication_method.clone().unwrap_or_default();
            Err(HandshakeError::Challenge { method, reason, details })
        }
        Packet::Disconnect(reason, details) => Err(ConnectionError::Disconnected { reason, details }.into()),
        other => Err(HandshakeError::Unexpected(other.kind())),
    }
}
