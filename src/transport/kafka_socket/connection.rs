//! Frames of Kafka over a byte stream: one request out, its answer in, both within one limit.
//!
//! What is in them is for the modules of the requests.

use super::api::{Api, Ask};
use super::error::{Came, KafkaError};
use super::read::{Malformed, Reader};
use super::versions::Versions;
use crate::transport::words;
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::RequestHeader;
use kafka_protocol::protocol::{Encodable, HeaderVersion, StrBytes};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// The most bytes of an answer, 4 MiB: that of a topic with 80,000 partitions. What does not speak Kafka announces more
/// than that in its first four bytes, read as a length.
pub const MAX_ANSWER: u32 = 4 * 1024 * 1024;

/// How long a connection that takes nothing any more is given to say why.
const LAST_WORDS: Duration = Duration::from_millis(300);

const READ_CHUNK: usize = 16 * 1024;

/// Kafka over a stream of any kind. One request at a time, each with the same limit, none of them sent twice.
///
/// After an error that is no refusal it is of no use any more.
#[derive(Debug)]
pub struct Connection<S> {
    stream: S,
    client_id: String,
    limit: Duration,
    input: BytesMut,
    last_id: i32,
    /// Whether a whole answer has come.
    heard: bool,
    pub(super) versions: Option<Versions>,
}

impl<S> Connection<S> {
    /// Speaks Kafka over `stream`, as `client_id`, with `limit` for each request. Sends nothing.
    pub fn new(stream: S, client_id: &str, limit: Duration) -> Self {
        Self {
            stream,
            client_id: client_id.to_owned(),
            limit,
            input: BytesMut::new(),
            last_id: 0,
            heard: false,
            versions: None,
        }
    }

    /// The stream below.
    pub const fn stream(&self) -> &S {
        &self.stream
    }

    /// The stream below, without the connection.
    pub fn into_stream(self) -> S {
        self.stream
    }

    /// The limit of each request.
    pub const fn limit(&self) -> Duration {
        self.limit
    }

    /// The version of `api` to use: the newest that both ends know, or the oldest that is spoken here as long as the broker
    /// has not been asked for its versions.
    pub(super) fn version(&self, api: Api) -> Result<i16, KafkaError> {
        let Some(versions) = &self.versions else { return Ok(api.spoken().min) };
        let offered = versions.of(api);
        offered.and_then(|offered| api.spoken().newest_common(offered)).ok_or(KafkaError::Unsupported {
            api,
            wanted: api.spoken(),
            offered,
        })
    }

    fn came(&self) -> Came {
        match (self.input.is_empty(), self.heard) {
            (false, _) => Came::Part,
            (true, true) => Came::Answers,
            (true, false) => Came::Nothing,
        }
    }

    fn lost(&self, api: Api, error: io::Error) -> KafkaError {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        match error.kind() {
            ConnectionReset | ConnectionAborted | BrokenPipe => KafkaError::Reset { api, came: self.came(), error },
            // TLS that ends without its good-bye.
            UnexpectedEof => self.ended(api),
            _ => KafkaError::Io { api, error },
        }
    }

    fn ended(&self, api: Api) -> KafkaError {
        // Three bytes and an end are no Kafka either, if they are the start of something else.
        if !self.heard && self.input.first().is_some_and(|byte| *byte > 0) {
            return self.not_kafka();
        }
        KafkaError::Closed { api, came: self.came() }
    }

    fn not_kafka(&self) -> KafkaError {
        let start: Vec<u8> = self.input.iter().take(16).copied().collect();
        KafkaError::NotKafka { speaks: words::not_kafka(&start), start }
    }

    /// Splits the next answer off what has come, without its length; `None` if it is not all there.
    fn take(&mut self, api: Api) -> Result<Option<Bytes>, KafkaError> {
        let Some(head) = self.input.first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*head);
        if !(4..=MAX_ANSWER).contains(&length) {
            return Err(match self.heard {
                false => self.not_kafka(),
                true if length < 4 => KafkaError::Malformed { api, what: "it is too short for a correlation id" },
                true => KafkaError::TooLarge { api, bytes: length },
            });
        }
        let end = 4 + length as usize;
        if self.input.len() < end {
            return Ok(None);
        }
        self.heard = true;
        Ok(Some(self.input.split_to(end).freeze().slice(4..)))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Sends `request` in the newest version that both ends know, and waits for the answer.
    pub(super) async fn ask<R: Ask>(&mut self, request: &R) -> Result<Answer, KafkaError> {
        let version = self.version(R::API)?;
        self.ask_in(version, request).await
    }

    /// Sends `request` in `version`, and waits for the answer.
    pub(super) async fn ask_in<R: Ask>(&mut self, version: i16, request: &R) -> Result<Answer, KafkaError> {
        let frame = self.frame(version, request)?;
        let (limit, sent) = (self.limit, self.last_id);
        let body = match timeout(limit, self.exchange(R::API, &frame)).await {
            Ok(body) => body?,
            Err(_) => return Err(KafkaError::Silent { api: R::API, limit, bytes: self.input.len() }),
        };
        Answer::of::<R>(version, sent, body)
    }

    /// Sends `request`, to which no answer comes.
    pub(super) async fn tell<R: Ask>(&mut self, request: &R) -> Result<(), KafkaError> {
        let frame = self.frame(self.version(R::API)?, request)?;
        let limit = self.limit;
        match timeout(limit, self.send(&frame)).await {
            Ok(sent) => sent.map_err(|error| self.lost(R::API, error)),
            Err(_) => Err(KafkaError::Silent { api: R::API, limit, bytes: self.input.len() }),
        }
    }

    fn frame<R: Ask>(&mut self, version: i16, request: &R) -> Result<BytesMut, KafkaError> {
        let unsendable =
            |error: &dyn std::fmt::Display| KafkaError::Unsendable { api: R::API, what: error.to_string() };
        self.last_id = self.last_id.checked_add(1).unwrap_or(1);
        let header = RequestHeader::default()
            .with_request_api_key(R::API.key())
            .with_request_api_version(version)
            .with_correlation_id(self.last_id)
            .with_client_id(Some(StrBytes::from_string(self.client_id.clone())));
        let mut body = BytesMut::new();
        header.encode(&mut body, R::header_version(version)).map_err(|error| unsendable(&error))?;
        request.encode(&mut body, version).map_err(|error| unsendable(&error))?;
        let length = i32::try_from(body.len()).map_err(|_| unsendable(&"it is longer than 2 GiB"))?;
        let mut frame = BytesMut::with_capacity(4 + body.len());
        frame.put_i32(length);
        frame.put(body);
        Ok(frame)
    }

    async fn exchange(&mut self, api: Api, frame: &[u8]) -> Result<Bytes, KafkaError> {
        let Err(error) = self.send(frame).await else { return self.receive(api).await };
        // A failed write must not hide the alert or the answer that explains it.
        match timeout(LAST_WORDS, self.receive(api)).await {
            Ok(received) => received,
            Err(_) => Err(self.lost(api, error)),
        }
    }

    async fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        self.stream.write_all(frame).await?;
        self.stream.flush().await
    }

    async fn receive(&mut self, api: Api) -> Result<Bytes, KafkaError> {
        loop {
            if let Some(frame) = self.take(api)? {
                return Ok(frame);
            }
            // Memory for what comes, not for what a length promises.
            self.input.reserve(READ_CHUNK);
            match self.stream.read_buf(&mut self.input).await {
                Ok(0) => return Err(self.ended(api)),
                Ok(_) => {}
                Err(error) => return Err(self.lost(api, error)),
            }
        }
    }

    /// Ends the stream, TLS with its own good-bye.
    ///
    /// # Errors
    /// If it is over already, or does not end within the limit.
    pub async fn shutdown(&mut self) -> io::Result<()> {
        let limit = self.limit;
        timeout(limit, self.stream.shutdown()).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// An answer, as it came.
#[derive(Debug)]
pub(super) struct Answer {
    api: Api,
    /// The version of request and answer.
    pub(super) version: i16,
    flexible: bool,
    body: Bytes,
}

impl Answer {
    fn of<R: Ask>(version: i16, sent: i32, frame: Bytes) -> Result<Self, KafkaError> {
        let api = R::API;
        let header = R::Answer::header_version(version);
        let mut reader = Reader::new(&frame, header > 0);
        let mut head = || {
            let got = reader.i32()?;
            if got == sent {
                reader.tags()?;
            }
            Ok((got, reader.left()))
        };
        let (got, left) = head().map_err(|Malformed(what)| KafkaError::Malformed { api, what })?;
        if got != sent {
            return Err(KafkaError::Correlation { api, sent, got });
        }
        // The header of ApiVersions stays as it was, so that a client can read it before it knows any version (KIP-511).
        let flexible = header > 0 || (api == Api::ApiVersions && version >= 3);
        Ok(Self { api, version, flexible, body: frame.slice(frame.len() - left..) })
    }

    /// What `read` makes of it.
    pub(super) fn read<T>(&self, read: impl FnOnce(&mut Reader<'_>) -> Result<T, Malformed>) -> Result<T, KafkaError> {
        let mut reader = Reader::new(&self.body, self.flexible);
        read(&mut reader).map_err(|Malformed(what)| KafkaError::Malformed { api: self.api, what })
    }
}
