//! Logins that are refused.

use crate::brokers::mosquitto::{Mosquitto, SHARED, Setup};
use crate::brokers::pki::PKI;
use crate::brokers::{free_ports, scratch};
use crate::scripted::{answers, broker, peer};
use crate::site::{Probed, SIGNATURE, With, endpoint, endpoint_as, flow, local, probe, secret, token};
use flowgate::report::probe::{Outcome, Stage};
use std::io::Write;

const SERVICE_ACCOUNT: &str =
    "{ method: ServiceAccountToken, serviceAccountTokenSettings: { audience: aio-internal } }";

fn by_token(port: u16) -> Probed {
    let parts = [endpoint_as(&local(port), SERVICE_ACCOUNT, "{ mode: Disabled }", ""), flow("a", "b")];
    let probed = probe(&parts, &With { token: Some(token("aio-internal")), ..With::default() });
    assert!(!probed.told.contains(SIGNATURE));
    probed
}

fn anonymous(port: u16) -> Probed {
    probe(&[endpoint(&local(port), "clientIdPrefix: plant"), flow("a", "b")], &With::default())
}

#[test]
fn a_wrong_password_at_mosquitto() {
    let users = vec![("plant", "the right one")];
    let mosquitto = Mosquitto::start(&Setup { users, ..Setup::default() });
    let with = With { login: Some(("plant", "sentinel-wrong")), ..With::default() };
    let probed = probe(&[endpoint(&local(mosquitto.port), ""), flow("a", "b")], &with);
    // Mosquitto says 0x87 where the standard has 0x86.
    let message = probed.failed(Stage::Login, "mqtt-not-authorized", "method: Anonymous");
    assert!(message.contains("CONNACK 0x87 `Not authorized`"), "{message}");
    assert!(message.contains("sent: user name `plant` and a password"), "{message}");
    assert_eq!(probed.rung(Stage::Protocol).outcome, Outcome::Passed);
    assert!(probed.ids().contains(&"credential-in-clear"));
    assert!(!probed.told.contains("sentinel-wrong"));
}

#[test]
fn nobody_without_a_login_at_mosquitto() {
    let users = vec![("plant", "the right one")];
    let mosquitto = Mosquitto::start(&Setup { users, ..Setup::default() });
    let probed = anonymous(mosquitto.port);
    let message = probed.failed(Stage::Login, "mqtt-not-authorized", "method: Anonymous");
    assert!(message.contains("sent: no credentials"), "{message}");
}

#[test]
fn a_method_that_mosquitto_does_not_know() {
    let probed = by_token(SHARED.port);
    let message = probed.failed(Stage::Login, "mqtt-auth-method", "method: ServiceAccountToken");
    assert!(message.contains("0x8C"), "{message}");
    assert!(message.contains("a token by authentication method `K8S-SAT`"), "{message}");
}

#[test]
fn every_code_has_its_verdict_and_its_line() {
    for (code, id, at) in [
        (0x80, "mqtt-connect-refused", "host:"),
        (0x85, "mqtt-client-id-refused", "clientIdPrefix:"),
        (0x86, "mqtt-bad-credentials", "method:"),
        (0x87, "mqtt-not-authorized", "method:"),
        (0x88, "mqtt-server-unavailable", "host:"),
        (0x89, "mqtt-server-busy", "host:"),
        (0x8A, "mqtt-connect-refused", "host:"),
        (0x8C, "mqtt-auth-method", "method:"),
        (0x97, "mqtt-quota", "host:"),
        (0x9F, "mqtt-quota", "host:"),
        (0x9C, "mqtt-server-moved", "host:"),
        (0x9D, "mqtt-server-moved", "host:"),
    ] {
        let port = broker(move |_, _| Some(vec![0x20, 3, 0, code, 0]));
        let probed = anonymous(port);
        let message = probed.failed(Stage::Login, id, at);
        assert!(message.contains(&format!("CONNACK 0x{code:02X} `")), "{message}");
    }
}

#[test]
fn what_the_broker_says_is_told_and_cannot_do_harm() {
    // 0x9D with Server Reference `b2:1883`, and a Reason String that would clear a terminal.
    let probed = anonymous(answers(b"\x20\x15\x00\x9D\x12\x1C\x00\x07b2:1883\x1F\x00\x05\x1b[2Jx"));
    let message = probed.failed(Stage::Login, "mqtt-server-moved", "host:");
    assert!(message.contains("use instead: `b2:1883`"), "{message}");
    assert!(message.contains(r"\u{1b}[2Jx"), "{message}");
    assert!(!probed.told.contains('\x1b'));
    assert_eq!(probed.fact(Stage::Login, "server-reference"), "b2:1883");
}

#[test]
fn another_step_is_no_method_of_a_dataflow() {
    let probed = by_token(answers(b"\xF0\x0C\x18\x0A\x15\x00\x07K8S-SAT"));
    probed.failed(Stage::Login, "mqtt-reauthentication", "method: ServiceAccountToken");
}

#[test]
fn a_disconnect_instead_of_connack() {
    for (answer, id, at) in [
        (&b"\xE0\x01\x8B"[..], "mqtt-server-unavailable", "host:"),
        (b"\xE0\x01\x82", "mqtt-disconnected", "host:"),
        (b"\xE0\x01\x87", "mqtt-not-authorized", "method:"),
        (b"\xE0\x01\xA0", "mqtt-reauthentication", "method:"),
    ] {
        anonymous(answers(answer)).failed(Stage::Login, id, at);
    }
}

/// As rumqttd does with a wrong password: it takes the greetings of others.
#[test]
fn a_broker_that_refuses_by_closing() {
    let port = broker(|_, packet| {
        let is_probe = packet.windows(15).any(|bytes| bytes == b"flowgate-probe-");
        (!is_probe).then(|| b"\x20\x03\x00\x00\x00".to_vec())
    });
    let message = anonymous(port).failed(Stage::Login, "peer-closed", "method:").to_owned();
    assert!(message.contains("speaks MQTT 5"), "{message}");
}

#[test]
fn what_breaks_the_protocol_is_named() {
    for (answer, expected) in [
        (&b"\xD0\x00"[..], "PINGRESP instead of CONNACK"),
        (b"\x20\x01\x00", "malformed CONNACK"),
        (b"\x20\xFF\xFF\xFF\xFF", "more than four bytes"),
        (b"hello", "begins with `hello`"),
    ] {
        let port = peer(move |mut stream| {
            crate::scripted::packet(&mut stream);
            stream.write_all(answer).unwrap_or(());
            crate::scripted::packet(&mut stream);
        });
        let probed = anonymous(port);
        let ids: Vec<_> = probed.ladder.findings.iter().map(|found| found.diagnostic.entry.id).collect();
        assert!(matches!(ids[..], ["mqtt-protocol-error"] | ["mqtt-port-speaks-other"]), "{ids:?}");
        assert!(probed.told.contains(expected), "{}", probed.told);
        assert_eq!(probed.rung(Stage::Protocol).outcome, Outcome::Failed);
    }
}

/// Without a token nothing is sent; which protocol is spoken is found out all the same.
#[test]
fn a_token_that_nobody_gave() {
    let parts = |port| [endpoint_as(&local(port), SERVICE_ACCOUNT, "{ mode: Disabled }", ""), flow("a", "b")];
    let probed = probe(&parts(SHARED.port), &With::default());
    assert_eq!(probed.rung(Stage::Protocol).summary, "MQTT 5");
    assert_eq!(probed.rung(Stage::Login).outcome, Outcome::Inconclusive);
    probed.found(Stage::Login, "credential-missing", "method: ServiceAccountToken");
    let wrong = With { token: Some(token("somebody-else")), ..With::default() };
    let probed = probe(&parts(SHARED.port), &wrong);
    probed.failed(Stage::Login, "token-audience", "method: ServiceAccountToken");
}

/// With TLS 1.3 a server refuses a client certificate after the handshake, in the middle of the login.
#[test]
fn a_client_certificate_that_mosquitto_does_not_take() {
    let by_certificate = "{ method: X509Certificate, x509CertificateSettings: { secretRef: me } }";
    let stranger = &PKI.strange_client;
    let me = secret("me", &[("client_cert.pem", &stranger.certificate), ("client_key.pem", &stranger.key)]);
    let nobody = "{ method: Anonymous, anonymousSettings: {} }";
    let with = With { ca: Some(PKI.authority.clone()), ..With::default() };
    let [wss] = free_ports();
    let folder = scratch("wss");
    for (name, pem) in [("ca", &PKI.authority), ("cert", &PKI.server.certificate), ("key", &PKI.server.key)] {
        std::fs::write(folder.join(name), pem).unwrap();
    }
    let more = format!(
        "listener {wss} 127.0.0.1\nprotocol websockets\ncafile {0}/ca\ncertfile {0}/cert\nkeyfile {0}/key\nrequire_certificate true\n",
        folder.display()
    );
    let mosquitto = Mosquitto::start(&Setup { more: more.leak(), ..Setup::default() });
    for (port, protocol) in [(mosquitto.mtls, "protocol: Mqtt"), (wss, "protocol: WebSockets")] {
        let parts = |authentication| {
            [endpoint_as(&local(port), authentication, "{ mode: Enabled }", protocol), flow("a", "b"), me.clone()]
        };
        probe(&parts(nobody), &with).failed(Stage::Tls, "client-certificate-required", "method: Anonymous");
        let probed = probe(&parts(by_certificate), &with);
        probed.failed(Stage::Tls, "client-certificate-unknown-ca", "secretRef: me");
    }
}
