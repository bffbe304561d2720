//! Every way in, at brokers that have nothing to complain of.

use crate::brokers::mosquitto::{Mosquitto, SHARED, Setup};
use crate::brokers::pki::PKI;
use crate::scripted::{self, lets_in};
use crate::site::{With, endpoint, endpoint_as, flow, local, probe, profile, secret, token};
use flowgate::report::probe::{Outcome, Stage};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

const ANONYMOUS: &str = "{ method: Anonymous, anonymousSettings: {} }";

fn with_ca() -> With {
    With { ca: Some(PKI.authority.clone()), ..With::default() }
}

#[test]
fn anonymous_in_clear() {
    let probed = probe(&[endpoint(&local(SHARED.port), ""), flow("line/+/telemetry", "out")], &With::default());
    probed.good();
    for stage in [Stage::Dns, Stage::Tcp, Stage::Protocol, Stage::Login, Stage::Limits, Stage::Permission] {
        assert_eq!(probed.rung(stage).outcome, Outcome::Passed, "{stage}");
    }
    assert_eq!(probed.rung(Stage::Tls).outcome, Outcome::None);
    assert_eq!(probed.rung(Stage::Listeners).outcome, Outcome::None);
    assert_eq!(probed.rung(Stage::Protocol).summary, "MQTT 5");
    assert_eq!(
        probed.rung(Stage::Permission).summary,
        "subscription to 1 filter granted; publish to 1 topic not tested (`--write`)"
    );
    assert_eq!(probed.fact(Stage::Login, "sent"), "no credentials");
    assert_eq!(probed.fact(Stage::Limits, "maximum-qos"), "2 (default)");
}

#[test]
fn what_is_written_is_told() {
    let parts = [endpoint(&local(SHARED.port), ""), flow("line/+/telemetry", "out")];
    let probed = probe(&parts, &With { write: true, message_size: Some(40), ..With::default() });
    probed.good();
    assert_eq!(probed.rung(Stage::Permission).summary, "subscription to 1 filter granted; publish to 1 topic taken");
    let published = probed.fact(Stage::Permission, "published");
    assert!(
        published.starts_with("`out`: 40 bytes of text, QoS 1 of 1, not retained, expires after 1 s"),
        "{published}"
    );
}

#[test]
fn a_topic_that_only_a_message_knows_is_not_tested() {
    let parts = [endpoint(&local(SHARED.port), ""), flow("line/+", "out/${inputTopic}")];
    let probed = probe(&parts, &With { write: true, ..With::default() });
    probed.good();
    let summary = &probed.rung(Stage::Permission).summary;
    assert!(summary.ends_with("publish to 1 topic not tested: only a message says which"), "{summary}");
}

#[test]
fn nothing_is_asked_for_that_no_dataflow_does() {
    let probed = probe(&[endpoint(&local(SHARED.port), "")], &With::default());
    probed.good();
    let permission = probed.rung(Stage::Permission);
    assert_eq!(permission.outcome, Outcome::NotTested);
    assert_eq!(permission.summary, "no dataflow of the files uses it");
}

#[test]
fn a_user_name_and_a_password() {
    let users = vec![("plant", "the right one")];
    let mosquitto = Mosquitto::start(&Setup { users, ..Setup::default() });
    let with = With { login: Some(("plant", "the right one")), ..with_ca() };
    let probed =
        probe(&[endpoint_as(&local(mosquitto.tls), ANONYMOUS, "{ mode: Enabled }", ""), flow("a", "b")], &with);
    probed.good();
    assert_eq!(probed.fact(Stage::Login, "sent"), "user name `plant` and a password");
    assert!(probed.ladder.notes.iter().any(|note| note.starts_with("no dataflow can send a user name")));
    assert!(!probed.told.contains("the right one"));
}

#[test]
fn a_client_certificate() {
    let authentication = "{ method: X509Certificate, x509CertificateSettings: { secretRef: me } }";
    let certificate = &PKI.client;
    let parts = [
        endpoint_as(&local(SHARED.mtls), authentication, "{ mode: Enabled }", ""),
        flow("a", "b"),
        secret("me", &[("client_cert.pem", &certificate.certificate), ("client_key.pem", &certificate.key)]),
    ];
    let probed = probe(&parts, &with_ca());
    probed.good();
    assert_eq!(probed.fact(Stage::Login, "sent"), "a client certificate");
}

#[test]
fn websockets_in_clear() {
    let parts = [endpoint(&local(SHARED.websocket), "protocol: WebSockets"), flow("a", "b")];
    probe(&parts, &With::default()).good();
}

#[test]
fn websockets_in_tls() {
    let [port] = crate::brokers::free_ports();
    let folder = crate::brokers::scratch("wss");
    std::fs::write(folder.join("cert"), &PKI.server.certificate).unwrap();
    std::fs::write(folder.join("key"), &PKI.server.key).unwrap();
    let more = format!(
        "listener {port} 127.0.0.1\nprotocol websockets\ncertfile {0}/cert\nkeyfile {0}/key\n",
        folder.display()
    );
    let _mosquitto = Mosquitto::start(&Setup { more: more.leak(), ..Setup::default() });
    let parts = [endpoint_as(&local(port), ANONYMOUS, "{ mode: Enabled }", "protocol: WebSockets"), flow("a", "b")];
    probe(&parts, &with_ca()).good();
}

#[test]
fn over_ipv6() {
    let [port] = crate::brokers::free_ports();
    let more = format!("listener {port} ::1\n").leak();
    let _mosquitto = Mosquitto::start(&Setup { more, ..Setup::default() });
    probe(&[endpoint(&format!("'[::1]:{port}'"), ""), flow("a", "b")], &With::default()).good();
}

#[test]
fn through_a_port_forward() {
    let connect_to = Some(format!("localhost:18883:127.0.0.1:{}", SHARED.tls));
    let parts = [endpoint_as("localhost:18883", ANONYMOUS, "{ mode: Enabled }", ""), flow("a", "b")];
    probe(&parts, &With { connect_to, ..with_ca() }).good();
}

#[test]
fn through_a_proxy() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    let port = scripted::peer(move |mut outer| {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            outer.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let target = head.split(' ').nth(1).unwrap().to_owned();
        let inner = TcpStream::connect(&target).unwrap();
        heard.lock().unwrap().push(target);
        outer.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        copy(outer, inner);
    });
    let target = local(SHARED.port);
    let with = With { proxy: Some(format!("http://127.0.0.1:{port}")), ..With::default() };
    probe(&[endpoint(&target, ""), flow("a", "b")], &with).good();
    let asked = asked.lock().unwrap();
    assert!(asked.len() >= 4 && asked.iter().all(|asked| *asked == target), "{asked:?}");
}

fn copy(outer: TcpStream, inner: TcpStream) {
    outer.set_read_timeout(None).unwrap();
    let (mut from, mut to) = (outer.try_clone().unwrap(), inner.try_clone().unwrap());
    let back = std::thread::spawn(move || {
        let (mut from, mut to) = (inner, outer);
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Both);
    back.join().unwrap();
}

/// CONNACK that repeats `K8S-SAT`.
const SAT: &[u8] = b"\x20\x0D\x00\x00\x0A\x15\x00\x07K8S-SAT";
const SERVICE_ACCOUNT: &str =
    "{ method: ServiceAccountToken, serviceAccountTokenSettings: { audience: aio-internal } }";

#[test]
fn a_service_account_token() {
    let parts = |port| [endpoint_as(&local(port), SERVICE_ACCOUNT, "{ mode: Disabled }", ""), flow("a", "b")];
    let with = With { token: Some(token("aio-internal")), ..With::default() };
    // At once, and after the broker has asked for it by AUTH.
    let asks = scripted::broker(|kind, packet| {
        Some(match kind {
            1 => b"\xF0\x0C\x18\x0A\x15\x00\x07K8S-SAT".to_vec(),
            15 => SAT.to_vec(),
            _ => scripted::usual(kind, packet).unwrap(),
        })
    });
    for port in [lets_in(SAT), asks] {
        let probed = probe(&parts(port), &with);
        assert_eq!(probed.fact(Stage::Login, "sent"), "a token by authentication method `K8S-SAT`");
        assert_eq!(probed.rung(Stage::Permission).outcome, Outcome::Passed);
        // All that is said is that there is no TLS.
        assert_eq!(probed.ids(), ["credential-in-clear"]);
        assert!(probed.told.contains("whoever is on the way reads a token"), "{}", probed.told);
        assert!(!probed.told.contains(crate::site::SIGNATURE));
    }
}

#[test]
fn a_token_of_entra() {
    let connack = b"\x20\x10\x00\x00\x0D\x15\x00\x0AOAUTH2-JWT";
    let authentication = "{ method: SystemAssignedManagedIdentity, systemAssignedManagedIdentitySettings: { audience: https://eventgrid.azure.net } }";
    let parts = [endpoint_as(&local(lets_in(connack)), authentication, "{ mode: Disabled }", ""), flow("a", "b")];
    let probed = probe(&parts, &With { token: Some(token("https://eventgrid.azure.net")), ..With::default() });
    assert_eq!(probed.fact(Stage::Login, "authentication-method"), "OAUTH2-JWT");
    assert_eq!(probed.ids(), ["credential-in-clear"]);
}

#[test]
fn a_method_that_is_not_repeated_is_noted() {
    let parts = [endpoint_as(&local(lets_in(scripted::CONNACK)), SERVICE_ACCOUNT, "{ mode: Disabled }", "")];
    let probed = probe(&parts, &With { token: Some(token("aio-internal")), ..With::default() });
    let all = probed.ids();
    assert!(all.contains(&"mqtt-method-not-repeated"), "{all:?}");
}

#[test]
fn several_instances_share_in_a_group_of_the_probe() {
    let filters = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&filters);
    let port = scripted::broker(move |kind, packet| {
        if kind == 8 {
            let text = String::from_utf8_lossy(packet).into_owned();
            seen.lock().unwrap().push(text);
        }
        Some(scripted::usual(kind, packet).unwrap_or_else(|| scripted::CONNACK.to_vec()))
    });
    probe(&[endpoint(&local(port), ""), flow("$share/plant/line/+", "out"), profile(3)], &With::default()).good();
    let filters = filters.lock().unwrap();
    assert!(
        filters.iter().any(|text| text.contains("$share/flowgate-probe-") && text.contains("/line/+")),
        "{filters:?}"
    );
    assert!(!filters.iter().any(|text| text.contains("$share/plant")), "{filters:?}");
}

/// The port of nobody: what is not there is for the way to say.
#[test]
fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let host = local(port);
    probe(&[endpoint(&host, "")], &With::default()).failed(Stage::Tcp, "tcp-refused", &host);
}
