//! MQTT over WebSocket: a stream of bytes out of binary messages (MQTT 5, section 6).
//!
//! Which path and headers a broker wants is the caller's; TLS below it is in `tls`.

use super::net::Target;
use super::recorder::Recorder;
use super::words;
use bytes::{Buf, Bytes};
use futures_util::{Sink, Stream};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// The WebSocket on top of which MQTT is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSocketOptions {
    /// The path of the request.
    pub path: String,
    /// Headers besides those of the protocol.
    pub headers: Vec<(String, String)>,
}

impl Default for WebSocketOptions {
    /// `/mqtt`, as Event Grid and most brokers have it.
    fn default() -> Self {
        Self { path: "/mqtt".to_owned(), headers: Vec::new() }
    }
}

/// Why there is no WebSocket.
#[derive(Debug, thiserror::Error)]
pub enum WsError {
    /// The path or a header cannot be written.
    #[error("the WebSocket request cannot be made: {0}")]
    Request(String),
    /// An HTTP server that knows nothing under this path.
    #[error("no WebSocket at `{path}`: the server answered HTTP 404{}", phrased(.phrase))]
    WrongPath {
        /// The path that was asked for.
        path: String,
        /// What the server says with the status, control characters escaped; often nothing.
        phrase: String,
    },
    /// An HTTP server that does not do it.
    #[error("no WebSocket at `{path}`: the server answered HTTP {status}{}", phrased(.phrase))]
    Refused {
        /// The path that was asked for.
        path: String,
        /// The status of the answer.
        status: u16,
        /// What the server says with it, control characters escaped; often nothing.
        phrase: String,
    },
    /// An HTTP server that says yes, and then not what a WebSocket server has to say.
    #[error("the server opens no proper WebSocket: {0}")]
    Handshake(String),
    /// A WebSocket server that does not speak MQTT.
    #[error("the server opened the WebSocket, but does not speak the subprotocol `mqtt`")]
    Subprotocol,
    /// What answers speaks no HTTP.
    #[error("what answers there speaks no WebSocket: {0}")]
    NotHttp(String),
    /// The other end closed the connection in the middle of it.
    #[error("the other end closed the connection")]
    Ended,
    /// The connection failed; with TLS 1.3 a refusal of the client certificate may come here.
    #[error("{}", words::io(.0))]
    Io(#[source] io::Error),
    /// No answer in time.
    #[error("no answer to the WebSocket request within {} ms", .0.as_millis())]
    Silent(Duration),
}

fn phrased(phrase: &str) -> String {
    if phrase.is_empty() { String::new() } else { format!(" `{phrase}`") }
}

/// A status line is remembered that far; a phrase has no reason to be longer.
const FIRST_LINE: usize = 128;

/// Opens a WebSocket over `stream` with the subprotocol `mqtt`.
///
/// # Errors
/// If the server does not within `limit`.
pub async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    target: &Target,
    secure: bool,
    options: &WebSocketOptions,
    limit: Duration,
) -> Result<WsStream<S>, WsError> {
    let bad = |error: &dyn std::fmt::Display| WsError::Request(error.to_string());
    let scheme = if secure { "wss" } else { "ws" };
    let slash = if options.path.starts_with('/') { "" } else { "/" };
    let uri: Uri = format!("{scheme}://{target}{slash}{}", options.path).parse().map_err(|error| bad(&error))?;
    let mut request = uri.into_client_request().map_err(|error| bad(&error))?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("mqtt"));
    for (name, value) in &options.headers {
        let name: HeaderName = name.parse().map_err(|error| bad(&error))?;
        request.headers_mut().append(name, value.parse().map_err(|error| bad(&error))?);
    }
    // Packets are sent as they are flushed, not when a buffer is full.
    let config = WebSocketConfig::default().write_buffer_size(0);
    let recorder = Recorder::new(stream, FIRST_LINE);
    let heard = recorder.heard();
    match timeout(limit, client_async_with_config(request, recorder, Some(config))).await {
        Err(_) => Err(WsError::Silent(limit)),
        Ok(Ok((inner, _))) => Ok(WsStream { inner, rest: Bytes::new() }),
        Ok(Err(error)) => Err(refusal(error, &options.path, &heard.bytes())),
    }
}

fn refusal(error: Error, path: &str, heard: &[u8]) -> WsError {
    // The library reads no answer of HTTP/1.0, which servers give who know nothing of WebSocket.
    match status_line(heard) {
        Some((404, phrase)) => return WsError::WrongPath { path: path.to_owned(), phrase },
        Some((status, phrase)) if status != 101 => return WsError::Refused { path: path.to_owned(), status, phrase },
        _ => {}
    }
    match error {
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => WsError::Subprotocol,
        Error::Io(error) => WsError::Io(error),
        Error::ConnectionClosed | Error::AlreadyClosed | Error::Protocol(ProtocolError::HandshakeIncomplete) => {
            WsError::Ended
        }
        error if heard.starts_with(b"HTTP/") => WsError::Handshake(error.to_string()),
        _ => WsError::NotHttp(match words::speaks(heard) {
            Some(name) => format!("it speaks {name}"),
            None => format!("it begins with `{}`", words::start(heard)),
        }),
    }
}

/// Status and phrase of an HTTP answer that begins with `heard`.
fn status_line(heard: &[u8]) -> Option<(u16, String)> {
    let line = heard.strip_prefix(b"HTTP/1.")?.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let line = String::from_utf8_lossy(line);
    let mut words = line.splitn(3, ' ').skip(1);
    let status = words.next()?.parse().ok()?;
    Some((status, words.next().unwrap_or_default().trim().escape_debug().to_string()))
}

/// The bytes of the binary messages of a WebSocket.
#[derive(Debug)]
pub struct WsStream<S> {
    inner: WebSocketStream<Recorder<S>>,
    rest: Bytes,
}

fn to_io(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::ConnectionClosed | Error::AlreadyClosed => io::ErrorKind::BrokenPipe.into(),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => io::ErrorKind::UnexpectedEof.into(),
        error => io::Error::other(format!("WebSocket: {error}")),
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WsStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.inner).poll_next(cx)) {
                Some(Ok(Message::Binary(bytes))) => self.rest = bytes,
                Some(Ok(Message::Text(_))) => {
                    return Poll::Ready(Err(io::Error::other("a text message on a WebSocket that carries MQTT")));
                }
                // The library answers pings itself.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_))) | None => return Poll::Ready(Ok(())),
                Some(Err(Error::ConnectionClosed)) => return Poll::Ready(Ok(())),
                Some(Err(error)) => return Poll::Ready(Err(to_io(error))),
            }
        }
        let count = self.rest.len().min(buf.remaining());
        buf.put_slice(&self.rest.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WsStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(Pin::new(&mut self.inner).poll_ready(cx)).map_err(to_io)?;
        let message = Message::Binary(Bytes::copy_from_slice(buf));
        Pin::new(&mut self.inner).start_send(message).map_err(to_io)?;
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx).map_err(to_io)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(cx).map_err(to_io)
    }
}

impl<S> WsStream<S> {
    /// Whether bytes of a message wait to be read.
    pub fn has_rest(&self) -> bool {
        self.rest.has_remaining()
    }
}
