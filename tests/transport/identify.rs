//! What is spoken at a port, by real servers of each protocol, and by scripted ones for what is not installed here.

use super::mosquitto::Mosquitto;
use super::peer::{frame, peers};
use super::pki::Authority;
use super::program::Server;
use super::{LIMIT, block};
use flowgate::transport::identify::{Spoken, identify, identify_inside};
use flowgate::transport::net::{Route, Target};
use flowgate::transport::tls::{TlsOptions, Trust};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn spoken_unless(port: u16, limit: Duration, except: Option<Spoken>) -> Option<Spoken> {
    let target = Target::new("127.0.0.1", port);
    identify(&target, &Route::default(), "broker.plant", limit, except).await
}

async fn spoken(port: u16) -> Option<Spoken> {
    spoken_unless(port, LIMIT, None).await
}

#[test]
fn mosquitto_with_and_without_tls_and_websocket() {
    let leaf = Authority::new("plant CA").server(&["127.0.0.1"]);
    let config = "per_listener_settings true\nlistener PORT 127.0.0.1\nallow_anonymous true\n\
        listener PORT 127.0.0.1\ncertfile DIR/cert\nkeyfile DIR/key\n\
        listener PORT 127.0.0.1\nprotocol websockets\nallow_anonymous true\n\
        listener PORT 127.0.0.1\nallow_anonymous false\n";
    let broker = Mosquitto::start(config, &[("cert", &leaf.certificate), ("key", &leaf.key)]);
    block(async {
        assert_eq!(spoken(broker.port(0)).await, Some(Spoken::Mqtt5));
        assert_eq!(spoken(broker.port(1)).await, Some(Spoken::Tls));
        let Some(Spoken::Http { status, .. }) = spoken(broker.port(2)).await else { panic!("no HTTP") };
        assert!((200..500).contains(&status), "{status}");
        assert_eq!(spoken(broker.port(3)).await, Some(Spoken::Mqtt5), "a refusal is an answer");
        let without = spoken_unless(broker.port(0), LIMIT, Some(Spoken::Mqtt5)).await;
        assert_eq!(without, Some(Spoken::Mqtt311));
    });
}

#[test]
fn inside_tls() {
    let authority = Authority::new("plant CA");
    let leaf = authority.server(&["127.0.0.1"]);
    let config = "listener PORT 127.0.0.1\nallow_anonymous true\ncertfile DIR/cert\nkeyfile DIR/key\n\
        listener PORT 127.0.0.1\nprotocol websockets\ncertfile DIR/cert\nkeyfile DIR/key\n";
    let broker = Mosquitto::start(config, &[("cert", &leaf.certificate), ("key", &leaf.key)]);
    block(async {
        let mut trust = Trust::nothing();
        trust.add_pem(authority.pem().as_bytes()).unwrap();
        let tls = TlsOptions { trust, ..TlsOptions::default() };
        let inside = |port| {
            let (target, tls) = (Target::new("127.0.0.1", port), tls.clone());
            async move { identify_inside(&target, &Route::default(), &tls, LIMIT, None).await }
        };
        assert_eq!(inside(broker.port(0)).await, Some(Spoken::Mqtt5));
        assert!(matches!(inside(broker.port(1)).await, Some(Spoken::Http { .. })));
        let target = Target::new("127.0.0.1", broker.port(0));
        let stranger = TlsOptions::default();
        assert_eq!(identify_inside(&target, &Route::default(), &stranger, LIMIT, None).await, None);
    });
}

#[test]
fn a_web_server() {
    let server = Server::web();
    block(async {
        let Some(Spoken::Http { status, server }) = spoken(server.port).await else { panic!("no HTTP") };
        assert_eq!(status, 404);
        assert!(server.unwrap().contains("SimpleHTTP"));
    });
}

#[test]
fn openssl_s_server() {
    let leaf = Authority::new("plant CA").server(&["127.0.0.1"]);
    for version in ["-tls1_2", "-tls1_3"] {
        let server = Server::openssl(&leaf, "", &[version], &[]);
        assert_eq!(block(spoken(server.port)), Some(Spoken::Tls));
    }
}

#[cfg(feature = "run")]
#[test]
fn kafka_with_and_without_tls_and_sasl() {
    let ports = &super::brokers::kafka::SHARED.ports;
    block(async {
        for port in [ports.plain, ports.sasl] {
            assert_eq!(spoken(port).await, Some(Spoken::Kafka));
        }
        for port in [ports.tls, ports.sasl_tls, ports.mtls] {
            assert_eq!(spoken(port).await, Some(Spoken::Tls));
        }
    });
}

/// Says `first` at once, and `then` to everything.
async fn saying(first: &'static [u8], then: &'static [u8]) -> u16 {
    peers(move |mut stream| async move {
        let mut hello = [0; 1024];
        let _ = stream.write_all(first).await;
        while stream.read(&mut hello).await.is_ok_and(|count| count > 0) {
            let _ = stream.write_all(then).await;
        }
    })
    .await
}

#[test]
fn servers_that_speak_first_and_others() {
    block(async {
        assert_eq!(spoken(saying(b"SSH-2.0-OpenSSH_9.2\r\n", b"").await).await, Some(Spoken::Ssh));
        let smtp = b"220 mail.example ESMTP\r\n";
        assert_eq!(spoken(saying(smtp, b"").await).await, Some(Spoken::Other(smtp.to_vec())));
        assert_eq!(spoken(saying(b"", b"AMQP\0\0\x09\x01").await).await, Some(Spoken::Amqp));
        let settings = b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64";
        assert_eq!(spoken(saying(settings, b"").await).await, Some(Spoken::Http2));
    });
}

/// What HTTPS servers say in clear must not hide that they want TLS.
#[test]
fn an_https_server_that_answers_in_clear_is_tls() {
    block(async {
        let port = peers(|mut stream| async move {
            let mut hello = [0; 1024];
            let _ = stream.read(&mut hello).await;
            if hello[0] == 0x16 {
                // The answer that counts comes last.
                tokio::time::sleep(Duration::from_millis(100)).await;
                let _ = stream.write_all(b"\x15\x03\x03\x00\x02\x02\x28").await;
            } else {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n").await;
            }
        });
        assert_eq!(spoken(port.await).await, Some(Spoken::Tls));
    });
}

#[test]
fn a_server_of_mqtt_3_1_1_alone() {
    // It refuses the newer protocol by the code of its own version, or by closing, and takes its time for it.
    for refusal in [&b"\x20\x02\x00\x01"[..], b""] {
        block(async {
            let port = peers(move |mut stream| async move {
                let mut hello = [0; 1024];
                let _ = stream.read(&mut hello).await;
                if hello.starts_with(&[0x10]) && hello[8] == 4 {
                    let _ = stream.write_all(b"\x20\x02\x00\x00").await;
                    assert_eq!(frame(&mut stream).await, [0xE0, 0], "it is left as it should be");
                } else if hello.starts_with(&[0x10]) {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    let _ = stream.write_all(refusal).await;
                }
            });
            assert_eq!(spoken(port.await).await, Some(Spoken::Mqtt311));
        });
    }
}

#[test]
fn silence_takes_the_limit_and_an_end_takes_no_time() {
    block(async {
        let start = Instant::now();
        assert_eq!(spoken(peers(|_| async {}).await).await, None);
        let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        assert_eq!(spoken(nobody).await, None);
        assert!(start.elapsed() < LIMIT);
        let limit = Duration::from_millis(200);
        let start = Instant::now();
        assert_eq!(spoken_unless(saying(b"", b"").await, limit, None).await, None);
        assert!((limit..LIMIT).contains(&start.elapsed()));
        // The start of something, and then silence.
        let start = Instant::now();
        let part = spoken_unless(saying(b"220", b"").await, limit, None).await;
        assert_eq!(part, Some(Spoken::Other(b"220".to_vec())));
        assert!(start.elapsed() < LIMIT);
    });
}

#[test]
fn an_answer_without_end_is_not_read_without_end() {
    block(async {
        let port = peers(|mut stream| async move {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").await;
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        })
        .await;
        assert_eq!(spoken(port).await, Some(Spoken::Http { status: 200, server: None }));
    });
}
