//! Where no WebSocket is: a web server, wrong paths, refusals, other protocols.

use super::mosquitto::Mosquitto;
use super::peer::peer;
use super::program::Server;
use super::{LIMIT, block};
use flowgate::transport::net::Target;
use flowgate::transport::ws::{WebSocketOptions, WsError, open};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn refused(port: u16) -> WsError {
    let target = Target::new("127.0.0.1", port);
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    open(stream, &target, false, &WebSocketOptions::default(), LIMIT).await.unwrap_err()
}

/// Answers the whole request, then waits for the end.
async fn http(answer: &'static [u8]) -> u16 {
    peer(move |mut stream| async move {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(answer).await.unwrap();
        let _ = stream.read(&mut [0; 16]).await;
    })
    .await
}

#[test]
fn a_web_server_has_nothing_there() {
    let server = Server::web();
    let error = block(refused(server.port));
    assert_eq!(error.to_string(), "no WebSocket at `/mqtt`: the server answered HTTP 404 `File not found`");
    assert!(matches!(error, WsError::WrongPath { .. }));
}

#[test]
fn mosquitto_in_clear_is_no_http() {
    let broker = Mosquitto::anonymous();
    let error = block(refused(broker.port(0)));
    assert!(matches!(error, WsError::Ended | WsError::Io(_)), "{error:?}");
}

#[test]
fn refusals() {
    block(async {
        let error = refused(http(b"HTTP/1.1 403 Not \x1b[2Jyou\r\nContent-Length: 0\r\n\r\n").await).await;
        let WsError::Refused { path, status: 403, phrase } = error else { panic!("{error:?}") };
        assert_eq!((path.as_str(), phrase.as_str()), ("/mqtt", "Not \\u{1b}[2Jyou"));
        let error = refused(http(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n").await).await;
        assert_eq!(error.to_string(), "no WebSocket at `/mqtt`: the server answered HTTP 200");
        // It upgrades, but proves nothing of having understood.
        let upgrade = b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n";
        let error = refused(http(upgrade).await).await;
        assert!(matches!(error, WsError::Handshake(_)), "{error:?}");
        let error = refused(http(b"220 mail.example ESMTP\r\n\r\n").await).await;
        assert!(matches!(&error, WsError::NotHttp(what) if what.contains("`220 mail.example ESMTP")), "{error:?}");
    });
}

#[test]
fn a_websocket_that_carries_something_else() {
    block(async {
        let port = peer(|stream| async move { drop(tokio_tungstenite::accept_async(stream).await) }).await;
        let error = refused(port).await;
        assert!(matches!(error, WsError::Subprotocol), "{error:?}");
    });
}

#[test]
fn a_phrase_without_end_is_cut() {
    block(async {
        let port = peer(|mut stream| async move {
            let _ = stream.write_all(b"HTTP/1.1 503 ").await;
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        })
        .await;
        let WsError::Refused { status: 503, phrase, .. } = refused(port).await else { panic!("no refusal") };
        assert!(phrase.len() < 200, "{}", phrase.len());
    });
}

#[test]
fn silence() {
    block(async {
        let port = peer(|stream| async move {
            tokio::time::sleep(LIMIT).await;
            drop(stream);
        })
        .await;
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let limit = Duration::from_millis(150);
        let target = Target::new("127.0.0.1", port);
        let error = open(stream, &target, false, &WebSocketOptions::default(), limit).await.unwrap_err();
        assert!(matches!(error, WsError::Silent(waited) if waited == limit), "{error:?}");
    });
}
