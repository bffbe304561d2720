//! Whatever an MQTT server may send, from CONNACK to the end: no input may panic, hang, or take memory beyond what it has
//! itself, and what is told of it has no control characters.

#![no_main]

use flowgate::message::{Publish, QoS};
use flowgate::transport::mqtt::{
    ConnectOptions, Connection, Credentials, Dialogue, RequestError, Session, Subscription, frame, log_in, packet,
};
use flowgate::transport::net::Target;
use libfuzzer_sys::fuzz_target;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::{Builder, Runtime};

const LIMIT: Duration = Duration::from_secs(5);

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&chunk, bytes)) = bytes.split_first() else { return };
    packets(bytes);
    RUNTIME.with(|runtime| runtime.block_on(speak(Server { bytes, chunk: usize::from(chunk).max(1) })));
});

/// Every packet of `bytes` through a session, without a connection.
fn packets(bytes: &[u8]) {
    let mut buffer = bytes::BytesMut::from(bytes);
    let (mut session, mut out) = (Session::new(3), bytes::BytesMut::new());
    let subscription = Subscription::new("a", QoS::AtLeastOnce);
    session.subscribe(&[subscription], (), &mut out).expect("a packet id is free");
    for qos in [QoS::AtLeastOnce, QoS::ExactlyOnce] {
        let publish = Publish { topic: "t".to_owned(), qos, ..Publish::default() };
        session.publish(publish, (), &mut out).expect("a packet id is free");
    }
    while let Ok(Some(frame)) = frame::first(&buffer, 1 << 20) {
        let before = buffer.len();
        let packet = packet::take(frame, &mut buffer);
        assert_eq!(before - buffer.len(), frame.len(), "a frame is taken as a whole");
        if let Ok(packet) = packet {
            assert_eq!(packet.kind(), frame.kind);
            let _ = session.handle(packet, &mut out);
        }
    }
    assert!(session.unconfirmed() <= 2);
    assert!(out.len() <= 200 + 4 * bytes.len(), "{} bytes of answers to {}", out.len(), bytes.len());
}

/// A login and every request, at a server that sends the input whatever it is asked.
async fn speak(server: Server<'_>) {
    let credentials = Credentials::Enhanced { method: "K8S-SAT".to_owned(), data: b"token".to_vec().into() };
    let mut options = ConnectOptions { credentials, ..ConnectOptions::new(Target::new("broker.example", 1883), "fuzz") };
    options.route.step_timeout = LIMIT;
    let mut connection = Connection::new(server, 1 << 20);
    let connack = match log_in(&mut connection, &options).await {
        Ok(connack) => connack,
        Err(error) => return harmless(&error.to_string()),
    };
    let mut dialogue = Dialogue::new(connection, &connack);
    if let Err(error) = requests(&mut dialogue).await {
        harmless(&error.to_string());
    }
    let _ = dialogue.leave(true, LIMIT).await;
}

async fn requests(dialogue: &mut Dialogue<Server<'_>>) -> Result<(), RequestError> {
    let subscriptions = [Subscription::new("a", QoS::AtLeastOnce), Subscription::new("$share/g/+", QoS::ExactlyOnce)];
    dialogue.subscribe(&subscriptions, LIMIT).await?;
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
        let publish = Publish { topic: "t".to_owned(), qos, ..Publish::default() };
        dialogue.publish(publish, LIMIT).await?;
    }
    dialogue.re_authenticate("K8S-SAT", &b"token".to_vec().into(), LIMIT).await?;
    dialogue.unsubscribe(&["a".to_owned()], LIMIT).await?;
    dialogue.ping(LIMIT).await
}

fn harmless(text: &str) {
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert!(text.len() < 8 * 1024, "{} bytes", text.len());
}

/// Sends its bytes in chunks, takes everything, and closes.
#[derive(Debug)]
struct Server<'a> {
    bytes: &'a [u8],
    chunk: usize,
}

impl AsyncRead for Server<'_> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let count = self.chunk.min(self.bytes.len()).min(buffer.remaining());
        let (now, later) = self.bytes.split_at(count);
        buffer.put_slice(now);
        self.bytes = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Server<'_> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
