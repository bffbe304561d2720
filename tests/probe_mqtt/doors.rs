//! Something else than MQTT 5 where it is expected, or nothing at all.

use crate::brokers::mosquitto::SHARED;
use crate::brokers::pki::PKI;
use crate::brokers::process::Process;
use crate::brokers::{free_ports, scratch};
use crate::scripted::{packet, peer};
use crate::site::{Probed, With, endpoint, endpoint_as, flow, local, probe, token};
use flowgate::report::probe::{Outcome, Stage};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

fn anonymous(port: u16) -> Probed {
    probe(&[endpoint(&local(port), ""), flow("a", "b")], &With::default())
}

/// Python's web server.
fn web() -> (u16, Process) {
    let [port] = free_ports();
    let folder = scratch("web");
    let (text, path) = (port.to_string(), folder.to_str().unwrap());
    let command =
        ["python3", "-m", "http.server", &text, "--bind", "127.0.0.1", "--directory", path, "--protocol", "HTTP/1.1"];
    let process = Process::start(&command, &folder.join("log"), Some(&folder));
    process.wait_for(&[SocketAddr::from(([127, 0, 0, 1], port))], Duration::from_secs(10));
    (port, process)
}

#[test]
fn a_web_server() {
    let (port, _web) = web();
    let started = Instant::now();
    let probed = anonymous(port);
    let message = probed.failed(Stage::Protocol, "mqtt-port-speaks-http", "host:");
    assert!(message.contains("SimpleHTTP"), "{message}");
    // It waits for the end of a line that never comes: its answer is found on another connection.
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}

#[test]
fn a_web_server_where_a_websocket_is_wanted() {
    let (port, _web) = web();
    let probed = probe(&[endpoint(&local(port), "protocol: WebSockets"), flow("a", "b")], &With::default());
    probed.failed(Stage::Protocol, "websocket-path", "host:");
}

#[test]
fn a_websocket_that_is_refused() {
    let port = peer(|mut stream| {
        let mut head = [0; 1024];
        let _ = stream.read(&mut head);
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").unwrap_or(());
    });
    let probed = probe(&[endpoint(&local(port), "protocol: WebSockets"), flow("a", "b")], &With::default());
    probed.failed(Stage::Protocol, "websocket-refused", "host:");
}

#[test]
fn a_websocket_at_a_broker_without_one() {
    let parts = [endpoint(&local(SHARED.port), "protocol: WebSockets"), flow("a", "b")];
    probe(&parts, &With::default()).failed(Stage::Protocol, "websocket-refused", "protocol: WebSockets");
}

#[test]
fn no_websocket_at_a_broker_with_one() {
    anonymous(SHARED.websocket).failed(Stage::Protocol, "mqtt-port-speaks-http", "host:");
}

#[test]
fn tls_where_the_manifest_says_none() {
    for port in [SHARED.tls, SHARED.mtls] {
        let probed = anonymous(port);
        probed.failed(Stage::Tls, "plain-on-tls-port", "tls: { mode: Disabled }");
    }
}

/// Nothing is sent in clear to a port of TLS where the login is a token that nobody has.
#[test]
fn tls_where_the_manifest_says_none_and_nobody_can_log_in() {
    let authentication = "{ method: ServiceAccountToken, serviceAccountTokenSettings: { audience: aio-internal } }";
    let parts = [endpoint_as(&local(SHARED.tls), authentication, "{ mode: Disabled }", "")];
    probe(&parts, &With::default()).failed(Stage::Tls, "plain-on-tls-port", "tls: { mode: Disabled }");
}

/// Python's web server with TLS: port, certificate, key.
const HTTPS: &str = "
import http.server, ssl, sys
server = http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
";

#[test]
fn a_web_server_inside_tls() {
    let [port] = free_ports();
    let folder = scratch("https");
    std::fs::write(folder.join("cert"), &PKI.server.certificate).unwrap();
    std::fs::write(folder.join("key"), &PKI.server.key).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let text = port.to_string();
    let command = ["python3", "-c", HTTPS, &text, &path("cert"), &path("key")];
    let process = Process::start(&command, &folder.join("log"), Some(&folder));
    process.wait_for(&[SocketAddr::from(([127, 0, 0, 1], port))], Duration::from_secs(10));
    let anonymous = "{ method: Anonymous, anonymousSettings: {} }";
    let parts = [endpoint_as(&local(port), anonymous, "{ mode: Enabled }", ""), flow("a", "b")];
    let with = With { ca: Some(PKI.authority.clone()), ..With::default() };
    let probed = probe(&parts, &with);
    let message = probed.failed(Stage::Protocol, "mqtt-port-speaks-http", "host:");
    assert!(message.contains("inside TLS"), "{message}");
}

#[test]
fn kafka() {
    // ApiVersions of a broker: the length, the number of the request, no error.
    let port = peer(|mut stream| {
        let mut length = [0; 4];
        if stream.read_exact(&mut length).is_err() || u32::from_be_bytes(length) > 1024 {
            return;
        }
        let mut request = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut request).unwrap_or(());
        let answer = [&b"\x00\x00\x00\x0a"[..], &request[4..8], b"\x00\x00\x00\x00\x00\x00"].concat();
        stream.write_all(&answer).unwrap_or(());
    });
    let message = anonymous(port).failed(Stage::Protocol, "mqtt-port-speaks-kafka", "host:").to_owned();
    assert!(message.contains("Kafka is spoken"), "{message}");
}

#[cfg(feature = "run")]
#[test]
fn kafka_itself() {
    let kafka = &crate::brokers::kafka::SHARED;
    anonymous(kafka.ports.plain).failed(Stage::Protocol, "mqtt-port-speaks-kafka", "host:");
    anonymous(kafka.ports.tls).failed(Stage::Tls, "plain-on-tls-port", "tls: { mode: Disabled }");
}

#[test]
fn ssh() {
    let port = peer(|mut stream| {
        stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").unwrap_or(());
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let message = anonymous(port).failed(Stage::Protocol, "mqtt-port-speaks-other", "host:").to_owned();
    assert!(message.contains("SSH"), "{message}");
}

/// What a broker of MQTT 3.1.1 says to CONNECT of MQTT 5: return code 1, or nothing.
#[test]
fn mqtt_3_1_1_alone() {
    for says in [true, false] {
        let port = peer(move |mut stream| {
            let Some(packet) = packet(&mut stream) else { return };
            match packet.get(4..9) {
                Some(b"MQTT\x04") => stream.write_all(b"\x20\x02\x00\x00").unwrap_or(()),
                Some(b"MQTT\x05") if says => stream.write_all(b"\x20\x02\x00\x01").unwrap_or(()),
                _ => return,
            }
            crate::scripted::packet(&mut stream);
        });
        anonymous(port).failed(Stage::Protocol, "mqtt-old-protocol", "host:");
    }
    let port = crate::scripted::answers(b"\x20\x03\x00\x84\x00");
    anonymous(port).failed(Stage::Protocol, "mqtt-old-protocol", "host:");
}

#[test]
fn a_server_that_closes() {
    let port = peer(|mut stream| drop(packet(&mut stream)));
    anonymous(port).failed(Stage::Protocol, "peer-closed", "host:");
}

#[test]
fn a_server_that_resets() {
    // Closing with bytes unread makes a reset of it.
    let port = peer(|mut stream| {
        let _ = stream.read(&mut [0; 1]);
        std::thread::sleep(Duration::from_millis(2));
    });
    let probed = anonymous(port);
    let ids: Vec<_> = probed.ladder.findings.iter().map(|found| found.diagnostic.entry.id).collect();
    assert_eq!(ids, ["peer-reset"], "{:#?}", probed.ladder);
    probed.failed(Stage::Protocol, "peer-reset", "host:");
}

#[test]
fn a_server_that_says_nothing_takes_the_limit() {
    let port = peer(|mut stream| drop(stream.read_to_end(&mut Vec::new())));
    let limit = Duration::from_millis(400);
    let probed = probe(&[endpoint(&local(port), ""), flow("a", "b")], &With { limit, ..With::default() });
    let message = probed.failed(Stage::Protocol, "peer-silent", "host:");
    assert!(message.contains("no CONNACK within 400 ms"), "{message}");
    let took = probed.rung(Stage::Protocol).took.unwrap();
    assert!((limit..limit * 10).contains(&took), "{took:?}");
}

/// A broker that thinks longer than anybody is patient, and answers in the end.
#[test]
fn a_slow_broker_is_no_silent_one() {
    let port = crate::scripted::broker(|kind, packet| {
        Some(crate::scripted::usual(kind, packet).unwrap_or_else(|| {
            std::thread::sleep(Duration::from_millis(300));
            crate::scripted::CONNACK.to_vec()
        }))
    });
    let probed = anonymous(port);
    probed.good();
    assert!(probed.rung(Stage::Login).took.unwrap() >= Duration::from_millis(300));
}

#[test]
fn a_token_is_not_sent_to_a_stranger_twice() {
    // The greetings that find out what is spoken carry no login.
    let seen = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&seen);
    let port = peer(move |mut stream| {
        let mut heard = Vec::new();
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let _ = stream.read_to_end(&mut heard);
        let found = heard.windows(8).any(|bytes| bytes == &crate::site::SIGNATURE.as_bytes()[..8]);
        count.fetch_add(usize::from(found), std::sync::atomic::Ordering::SeqCst);
    });
    let authentication = "{ method: ServiceAccountToken, serviceAccountTokenSettings: { audience: aio-internal } }";
    let parts = [endpoint_as(&local(port), authentication, "{ mode: Disabled }", "")];
    let probed = probe(&parts, &With { token: Some(token("aio-internal")), ..With::default() });
    probed.failed(Stage::Protocol, "peer-closed", "host:");
    assert_eq!(probed.rung(Stage::Login).outcome, Outcome::NotTested);
    // Once by the library, once by the command.
    assert_eq!(seen.load(std::sync::atomic::Ordering::SeqCst), 2);
}
