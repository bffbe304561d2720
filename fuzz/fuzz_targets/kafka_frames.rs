//! Whatever a Kafka broker may answer: no input may panic, hang, or take memory beyond what it has itself, and what is told of
//! it has no control characters.
//!
//! The first byte says which request is made, the second in which version; then come the answers, each after two bytes with
//! its length. A request byte without a meaning sends the rest as it is, without frames.

#![no_main]

use flowgate::message::Record;
use flowgate::redact::Secret;
use flowgate::transport::kafka_socket::{Acks, Api, Compression, Connection, KafkaError, Scram};
use libfuzzer_sys::fuzz_target;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::{Builder, Runtime};

const LIMIT: Duration = Duration::from_secs(10);

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
}

fuzz_target!(|bytes: &[u8]| {
    let &[request, version, ref answers @ ..] = bytes else { return };
    let server = Server { request, version, answers, asked: 0, request_bytes: Vec::new(), output: Vec::new() };
    let mut connection = Connection::new(server, "fuzz", LIMIT);
    if let Err(error) = RUNTIME.with(|runtime| runtime.block_on(speak(&mut connection, request, answers.len()))) {
        let text = error.to_string();
        assert!(!text.chars().any(char::is_control), "{text:?}");
        assert!(text.len() < 32 * 1024, "{} bytes", text.len());
        let logs_in = (9..=11).contains(&request);
        assert!(!(logs_in && text.contains("sentinel")), "a secret is told: {text}");
    }
});

/// Makes the request of that byte, and holds what comes of it to the size of the answers.
async fn speak(connection: &mut Connection<Server<'_>>, request: u8, size: usize) -> Result<(), KafkaError> {
    let versions = connection.versions().await?;
    assert!(versions.listed.len() <= size.max(Api::ALL.len()));
    let secret: Secret<String> = "sentinel".to_owned().into();
    let record = Record { topic: "t".to_owned(), value: Some(b"x".to_vec()), ..Record::default() };
    match request {
        0 => connection.produce(0, &record, Acks::All, Compression::Gzip).await.map(drop),
        1 => connection.peek("t", 0).await.map(drop),
        2 => {
            let metadata = connection.metadata(&["t"]).await?;
            let topics = metadata.topics.iter().flatten();
            assert!(metadata.brokers.len() + topics.map(|topic| topic.partitions.len() + 1).sum::<usize>() <= size);
            Ok(())
        }
        3 => connection.committed("g", "t", &[0]).await.map(|committed| assert!(committed.len() <= size)),
        4 => connection.coordinator("g").await.map(drop),
        5 => connection.may_read_group("g").await.map(drop),
        6 => connection.group("g").await.map(|group| assert!(group.members.len() <= size)),
        7 => connection.mechanisms("PLAIN").await.map(drop),
        8 => connection.topic_limits("t").await.map(drop),
        9 => connection.plain("u", &secret).await.map(drop),
        10 => connection.bearer(&secret).await.map(drop),
        11 => connection.scram(Scram::Sha256, "u", &secret).await.map(drop),
        _ => connection.metadata(&[]).await.map(drop),
    }
}

/// What stands for this side's nonce in an answer, which cannot be known before: as long as one.
const NONCE: [u8; 32] = [b'N'; 32];

/// Answers each request with the next answer of the input, and closes after the last.
#[derive(Debug)]
struct Server<'a> {
    request: u8,
    version: u8,
    answers: &'a [u8],
    asked: usize,
    /// What has come of a request.
    request_bytes: Vec<u8>,
    output: Vec<u8>,
}

impl Server<'_> {
    fn answer(&mut self, request: &[u8]) {
        self.asked += 1;
        let id = request.get(4..8).expect("a request has a correlation id");
        let body = match self.request {
            0..=11 if self.asked == 1 => self.versions(),
            0..=12 => {
                let Some((length, rest)) = self.answers.split_first_chunk::<2>() else { return };
                let (body, rest) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
                self.answers = rest;
                with_nonce(body, request)
            }
            _ => return self.output.extend(std::mem::take(&mut self.answers)),
        };
        let length = u32::try_from(body.len() + 4).expect("a short answer");
        self.output.extend(length.to_be_bytes());
        self.output.extend(id);
        self.output.extend(body);
    }

    /// ApiVersions, with one version of each request.
    fn versions(&self) -> Vec<u8> {
        let mut body = vec![0, 0, u8::try_from(Api::ALL.len() + 1).expect("a few requests")];
        for api in Api::ALL {
            let version = i16::from(self.version).clamp(api.spoken().min, api.spoken().max);
            body.extend([api.key(), version, version].map(i16::to_be_bytes).concat());
            body.push(0);
        }
        body.extend([0, 0, 0, 0, 0]);
        body
    }
}

/// `body` with the nonce of a SCRAM message in the place that is kept for it.
fn with_nonce(body: &[u8], request: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    let nonce = request.windows(2).position(|part| part == b"r=").and_then(|at| request.get(at + 2..at + 34));
    let place = body.windows(NONCE.len()).position(|part| part == NONCE);
    if let (Some(nonce), Some(place)) = (nonce, place) {
        body.splice(place..place + NONCE.len(), nonce.iter().copied());
    }
    body
}

impl AsyncRead for Server<'_> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let count = self.output.len().min(buffer.remaining());
        buffer.put_slice(&self.output[..count]);
        self.output.drain(..count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Server<'_> {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.request_bytes.extend(bytes);
        while let Some(length) = self.request_bytes.first_chunk::<4>() {
            let end = 4 + u32::from_be_bytes(*length) as usize;
            if self.request_bytes.len() < end {
                break;
            }
            let request: Vec<u8> = self.request_bytes.drain(..end).skip(4).collect();
            self.answer(&request);
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
