//! The mosquitto of `tests/brokers` does what tests rely on: every listener, users, rights, and what survives a restart.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]
// The Kafka beside it needs librdkafka.
#![cfg(feature = "run")]

#[path = "brokers/mod.rs"]
mod brokers;

use brokers::mosquitto::{Mosquitto, Setup};
use brokers::pki::PKI;
use brokers::{scratch, witness};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);

/// The exit code and the words of mosquitto_pub, which sends one QoS 1 message to `a/b`.
fn publish(port: u16, more: &[&str]) -> (Option<i32>, String) {
    let output = Command::new("mosquitto_pub")
        .args(["-V", "5", "-q", "1", "-t", "a/b", "-m", "x", "-d", "-p", &port.to_string()])
        .args(more)
        .output()
        .unwrap();
    let words = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&words).into_owned())
}

#[test]
fn listeners_users_and_rights() {
    let setup = Setup {
        users: vec![("user", "password")],
        acl: Some("user user\ntopic read a/#\ntopic write c/#\n"),
        ..Setup::default()
    };
    let broker = Mosquitto::start(&setup);
    let login = ["-u", "user", "-P", "password"];
    let (code, words) = publish(broker.port, &[&login[..], &["-t", "c/d"]].concat());
    assert_eq!(code, Some(0), "{words}");
    // A refused PUBACK is no error to mosquitto_pub; MQTT 5, 3.4.2.1: 135 is "not authorized".
    let (_, words) = publish(broker.port, &login);
    assert!(words.contains("RC:135"), "{words}");
    let (code, words) = publish(broker.port, &["-u", "user", "-P", "wrong"]);
    assert!(code != Some(0) && words.contains("Not authorized"), "{words}");

    let folder = scratch("keys");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let authority = file("authority.pem", &PKI.authority);
    let tls = [&login[..], &["-t", "c/d", "--cafile", &authority]].concat();
    let (code, words) = publish(broker.tls, &tls);
    assert_eq!(code, Some(0), "{words}");
    let (code, words) = publish(broker.mtls, &tls);
    assert_ne!(code, Some(0), "{words}");
    let (certificate, key) = (file("client.pem", &PKI.client.certificate), file("client.key", &PKI.client.key));
    let (code, words) = publish(broker.mtls, &[&tls[..], &["--cert", &certificate, "--key", &key]].concat());
    assert_eq!(code, Some(0), "{words}");
    // Upgrade of HTTP (RFC 6455); mosquitto's own clients do not speak it.
    let answer = upgrade(broker.websocket);
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    std::fs::remove_dir_all(folder).unwrap();
}

fn upgrade(port: u16) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
        .write_all(
            b"GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n",
        )
        .unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn what_is_queued_survives_sigterm_only() {
    for (signal, expected) in [("-TERM", Some(0)), ("-KILL", Some(27))] {
        let mut broker = Mosquitto::start(&Setup { persistence: true, ..Setup::default() });
        let port = broker.port.to_string();
        let session = ["-V", "5", "-q", "1", "-i", "reader", "-c", "-x", "600", "-t", "a/b", "-p", &port];
        // Subscribes and leaves; the session stays.
        witness::output("mosquitto_sub", &[&session[..], &["-E"]].concat(), LIMIT);
        let (code, words) = publish(broker.port, &[]);
        assert_eq!(code, Some(0), "{words}");
        broker.end(signal);
        broker.restart();
        let reader =
            Command::new("mosquitto_sub").args(session).args(["-C", "1", "-W", "2"]).output().unwrap().status.code();
        assert_eq!(reader, expected, "{signal}");
    }
}
