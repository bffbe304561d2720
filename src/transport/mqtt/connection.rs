//! A byte stream that speaks MQTT: bytes in, packets out; packets in, bytes out, in batches.
//!
//! It keeps no state of the protocol (`session` does) and sets no time limit (`client` does). Reading and writing go on
//! together, so that two ends that both write cannot wait for each other.

use super::fields::{Details, Malformed};
use super::frame::{self, FrameError};
use super::packet::{self, Packet};
use super::reason::Reason;
use crate::transport::words;
use bytes::{Buf, BytesMut};
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

/// Why a connection is over.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The server closed it without a DISCONNECT.
    #[error("the broker closed the connection without saying why")]
    Closed,
    /// The network or TLS ended it.
    #[error("{}", words::io(.0))]
    Io(#[source] io::Error),
    /// What came is no MQTT.
    #[error("{}: {error}", not_mqtt(.start))]
    NotMqtt {
        /// The first bytes that came.
        start: Vec<u8>,
        /// What is wrong with them.
        error: FrameError,
    },
    /// A packet that may not be.
    #[error("the broker sent what is no packet: {0}")]
    Frame(FrameError),
    /// A packet that does not hold what it has to.
    #[error("the broker sent a {0}")]
    Malformed(#[from] Malformed),
    /// The server says why it ends it.
    #[error("the broker ended the connection: {reason}{}", said(.details))]
    Disconnected {
        /// Its reason code.
        reason: Reason,
        /// Its properties.
        details: Box<Details>,
    },
    /// An AUTH outside of a login and of a re-authentication. Only clients start those (MQTT 5, 4.12.1).
    #[error("the broker broke the protocol: AUTH that nobody asked for: {reason}{}", said(.details))]
    UnaskedAuth {
        /// Its reason code.
        reason: Reason,
        /// Its properties, the method among them.
        details: Box<Details>,
    },
    /// A packet that is allowed, but not there.
    #[error("the broker broke the protocol: {0}")]
    Protocol(String),
    /// Nothing came in time.
    #[error("no {what} within {} ms", .limit.as_millis())]
    Silent {
        /// What was waited for.
        what: &'static str,
        /// How long.
        limit: Duration,
    },
    /// More messages than the caller takes off.
    #[error("{bytes} bytes of messages wait to be taken, the most that are kept")]
    Overrun {
        /// Bytes that wait.
        bytes: usize,
    },
    /// This side has closed it.
    #[error("the connection was closed on this side")]
    Finished,
}

impl ConnectionError {
    /// Whether the other end closed the stream, politely or not, without a word of MQTT.
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Closed => true,
            Self::Io(error) => error.kind() == io::ErrorKind::UnexpectedEof,
            _ => false,
        }
    }

    /// Whether the other end, or something on the way, reset the connection.
    pub fn is_reset(&self) -> bool {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
        matches!(self, Self::Io(error) if matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset))
    }

    /// What is spoken instead of MQTT, where the first bytes tell.
    pub fn speaks(&self) -> Option<&'static str> {
        match self {
            Self::NotMqtt { start, .. } => words::speaks(start),
            _ => None,
        }
    }

    /// The error of the stream below, a late TLS alert for example.
    pub const fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }

    /// The reason code and the properties of a DISCONNECT.
    pub fn disconnected(&self) -> Option<(Reason, &Details)> {
        match self {
            Self::Disconnected { reason, details } => Some((*reason, details)),
            _ => None,
        }
    }
}

/// Of a text from a server no more characters than these are shown.
const SHOWN: usize = 500;

/// The Reason String and the Server Reference, as an addition to a sentence.
pub(super) fn said(details: &Details) -> String {
    let mut text = String::new();
    for (name, value) in [("it says", &details.reason_string), ("use instead", &details.server_reference)] {
        if let Some(value) = value {
            text.push_str(&format!("; {name}: `{}`", shown(value)));
        }
    }
    text
}

/// A text from a server as it may be shown: without control characters, and bounded.
pub(super) fn shown(text: &str) -> String {
    let kept: String = text.chars().take(SHOWN).collect();
    let more = if kept.len() < text.len() { "…" } else { "" };
    format!("{}{more}", kept.escape_debug())
}

fn not_mqtt(start: &[u8]) -> String {
    match words::speaks(start) {
        Some(other) => format!("{other} answers there, not MQTT"),
        None => "what answers there does not speak MQTT".to_owned(),
    }
}

/// What [`Connection::exchange`] got done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchanged {
    /// So many bytes came in; [`Connection::next`] may have packets.
    Read(usize),
    /// Everything that was queued is with the operating system.
    Flushed,
}

/// MQTT over a stream of any kind.
#[derive(Debug)]
pub struct Connection<S> {
    stream: S,
    input: BytesMut,
    output: BytesMut,
    limit: usize,
    unflushed: bool,
    seen: bool,
    sent: u64,
}

const READ_CHUNK: usize = 64 * 1024;

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Speaks MQTT over `stream`. Packets of more than `limit` bytes end it, so `limit` has to be what CONNECT says as
    /// Maximum Packet Size.
    pub fn new(stream: S, limit: u32) -> Self {
        Self {
            stream,
            input: BytesMut::with_capacity(READ_CHUNK),
            output: BytesMut::new(),
            limit: limit as usize,
            unflushed: false,
            seen: false,
            sent: 0,
        }
    }

    /// The stream below.
    pub const fn stream(&self) -> &S {
        &self.stream
    }

    /// Where packets are appended to by the functions of `encode`; [`Self::exchange`] or [`Self::flush`] sends them.
    pub const fn output(&mut self) -> &mut BytesMut {
        &mut self.output
    }

    /// Bytes that are queued and not sent.
    pub fn unsent(&self) -> usize {
        self.output.len()
    }

    /// Bytes that were sent since the start.
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// The next packet that is here as a whole, without waiting; `None` asks for [`Self::read`].
    ///
    /// # Errors
    /// If what came is no packet. The connection cannot be used any more.
    #[allow(clippy::should_implement_trait, reason = "it can go on after `None`")]
    pub fn next(&mut self) -> Result<Option<Packet>, ConnectionError> {
        let foreign = !self.seen && words::speaks(&self.input).is_some();
        match frame::first(&self.input, self.limit) {
            // The first byte of an HTTP answer or a TLS record could start a packet, too.
            _ if foreign => Err(self.not_mqtt(FrameError::Type(self.input.first().copied().unwrap_or(0)))),
            Ok(None) => Ok(None),
            Ok(Some(frame)) => {
                self.seen = true;
                Ok(Some(packet::take(frame, &mut self.input)?))
            }
            Err(error) if !self.seen => Err(self.not_mqtt(error)),
            Err(error) => Err(ConnectionError::Frame(error)),
        }
    }

    /// Whether what came begins like an answer to CONNECT, as far as it came. A packet of another kind that is not here as
    /// a whole may never be: many protocols begin like one.
    ///
    /// # Errors
    /// If it does not.
    pub(super) fn begins_well(&self) -> Result<(), ConnectionError> {
        use super::reason::PacketKind;
        match self.input.first().map(|first| PacketKind::of(*first)) {
            Some(Some(kind)) if !matches!(kind, PacketKind::ConnAck | PacketKind::Disconnect | PacketKind::Auth) => {
                Err(self.not_mqtt(FrameError::NotFirst(kind)))
            }
            _ => Ok(()),
        }
    }

    fn not_mqtt(&self, error: FrameError) -> ConnectionError {
        ConnectionError::NotMqtt { start: self.input.iter().take(16).copied().collect(), error }
    }

    /// Waits for bytes and returns how many came, at least one. Can be given up without losing any.
    ///
    /// # Errors
    /// If the connection is over.
    pub async fn read(&mut self) -> Result<usize, ConnectionError> {
        poll_fn(|cx| self.poll_read(cx)).await
    }

    /// Sends what is queued. Can be given up: what has not been sent stays queued.
    ///
    /// # Errors
    /// If the connection is over.
    pub async fn flush(&mut self) -> Result<(), ConnectionError> {
        poll_fn(|cx| self.poll_write(cx)).await
    }

    /// Sends what is queued and reads what comes, until one of them is done. Can be given up without losing anything.
    ///
    /// # Errors
    /// If the connection is over.
    pub async fn exchange(&mut self) -> Result<Exchanged, ConnectionError> {
        poll_fn(|cx| {
            let pending = !self.output.is_empty() || self.unflushed;
            // A failed write must not hide the DISCONNECT that explains it.
            let written = if pending { self.poll_write(cx) } else { Poll::Pending };
            match self.poll_read(cx) {
                Poll::Ready(Ok(bytes)) => return Poll::Ready(Ok(Exchanged::Read(bytes))),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {}
            }
            written.map_ok(|()| Exchanged::Flushed)
        })
        .await
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize, ConnectionError>> {
        self.input.reserve(READ_CHUNK / 4);
        // The future of `read_buf` keeps nothing between polls.
        let read = pin!(self.stream.read_buf(&mut self.input));
        match ready!(read.poll(cx)).map_err(ConnectionError::Io)? {
            0 => Poll::Ready(Err(ConnectionError::Closed)),
            bytes => Poll::Ready(Ok(bytes)),
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectionError>> {
        while !self.output.is_empty() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.output)).map_err(ConnectionError::Io)?;
            if sent == 0 {
                return Poll::Ready(Err(ConnectionError::Closed));
            }
            self.output.advance(sent);
            self.sent += sent as u64;
            self.unflushed = true;
        }
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(cx)).map_err(ConnectionError::Io)?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads until the other end has closed the stream, too, and drops what still comes.
    pub async fn closed(&mut self) {
        while self.read().await.is_ok() {
            self.input.clear();
        }
    }

    /// Ends the stream, TLS and WebSocket with their own good-bye.
    ///
    /// # Errors
    /// If it is over already.
    pub async fn shutdown(&mut self) -> Result<(), ConnectionError> {
        poll_fn(|cx| Pin::new(&mut self.stream).poll_shutdown(cx)).await.map_err(ConnectionError::Io)
    }
}
