//! Connections to brokers: TCP, TLS, WebSocket, MQTT 5, Kafka.
//!
//! Knows brokers, and nothing of manifests. Which connection a dataflow needs is for `probe` and `run`. Each layer can be
//! used alone, with its own facts and errors; [`open`] stacks those below the protocol.

pub mod dns;
pub mod http;
#[cfg(test)]
mod http_tests;
pub mod identify;
#[cfg(feature = "run")]
pub mod kafka;
pub mod kafka_socket;
pub mod mqtt;
pub mod net;
pub mod proxy;
mod recorder;
pub mod tls;
mod words;
pub mod ws;

use net::{NetError, Route, Target};
use std::fmt;
use std::net::SocketAddr;
use tls::{TlsError, TlsFacts, TlsOptions};
use tokio::io::{AsyncRead, AsyncWrite};
use ws::{WebSocketOptions, WsError};

/// The layers between this machine and a broker, in the order that they are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The name of the host.
    Name,
    /// TCP.
    Tcp,
    /// The HTTP proxy in between.
    Proxy,
    /// TLS.
    Tls,
    /// WebSocket.
    WebSocket,
    /// MQTT.
    Mqtt,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Tcp => "tcp",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::WebSocket => "websocket",
            Self::Mqtt => "mqtt",
        })
    }
}

/// A stream of bytes, whatever lies below it.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Stream for S {}

/// There is no connection; each variant keeps its layer's cause.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Name, TCP or proxy.
    #[error(transparent)]
    Net(#[from] NetError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// WebSocket.
    #[error(transparent)]
    WebSocket(#[from] WsError),
}

impl OpenError {
    /// The layer that failed.
    pub const fn layer(&self) -> Layer {
        match self {
            Self::Net(NetError::Name(_)) => Layer::Name,
            Self::Net(NetError::Tcp(_)) => Layer::Tcp,
            Self::Net(NetError::Proxy(_)) => Layer::Proxy,
            Self::Tls(_) => Layer::Tls,
            Self::WebSocket(_) => Layer::WebSocket,
        }
    }
}

/// How a connection came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The address at the other end: the proxy's if there is one.
    pub address: SocketAddr,
    /// Every address that the name had.
    pub addresses: Vec<SocketAddr>,
    /// What was seen in the TLS handshake; `None` without TLS.
    pub tls: Option<TlsFacts>,
}

/// Opens a connection to `target` on `route`, with TLS and WebSocket if they are asked for. The TLS name is the target's,
/// whatever detour the route makes.
///
/// # Errors
/// If a layer fails; each has the route's step limit.
pub async fn open(
    target: &Target,
    route: &Route,
    tls: Option<&TlsOptions>,
    websocket: Option<&WebSocketOptions>,
) -> Result<(Box<dyn Stream>, Opened), OpenError> {
    let limit = route.step_timeout;
    let reached = net::reach(target, route).await?;
    let mut opened = Opened { address: reached.address, addresses: reached.addresses, tls: None };
    let mut stream: Box<dyn Stream> =
        if route.quick_ack { Box::new(net::QuickAck::new(reached.stream)) } else { Box::new(reached.stream) };
    if let Some(options) = tls {
        let (secured, facts) = tls::handshake(stream, &target.host, options, limit).await?;
        opened.tls = Some(facts);
        stream = Box::new(secured);
    }
    if let Some(options) = websocket {
        stream = Box::new(ws::open(stream, target, tls.is_some(), options, limit).await?);
    }
    Ok((stream, opened))
}
