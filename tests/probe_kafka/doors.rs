//! What answers is not the Kafka that the manifest means.

use crate::brokers::kafka::SHARED;
use crate::brokers::mosquitto;
use crate::brokers::pki::PKI;
use crate::scripted::{Broker, answers, peer, silent};
use crate::site::{hub, local, summary};
use std::io::{Read, Write};
use std::time::{Duration, Instant};

/// A limit that is waited out.
const SHORT: &[&str] = &["--timeout", "0.4"];

#[test]
fn an_mqtt_broker() {
    let seen = hub(&local(mosquitto::SHARED.port), "host").fails(&[], "protocol", "kafka-port-speaks-mqtt");
    assert!(summary(&seen, "protocol").ends_with("speaks MQTT 5, expected Kafka"));
}

#[test]
fn an_mqtt_broker_inside_tls() {
    let host = format!("localhost:{}", mosquitto::SHARED.tls);
    hub(&host, "host").tls().fails(&[], "protocol", "kafka-port-speaks-mqtt");
}

#[test]
fn a_web_server_that_answers_at_once() {
    let port = answers(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    hub(&local(port), "host").fails(&[], "protocol", "kafka-port-speaks-http");
}

#[test]
fn a_web_server_that_waits_for_the_end_of_a_line() {
    let port = peer(|mut stream| {
        let mut heard = Vec::new();
        let mut byte = [0];
        while !heard.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte) {
                Ok(1) => heard.push(byte[0]),
                _ => return,
            }
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nServer: some\r\n\r\n");
    });
    let started = Instant::now();
    let seen = hub(&local(port), "host").fails(&[], "protocol", "kafka-port-speaks-http");
    // It is asked beside the silence, which is not waited out.
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(seen.run.stdout.contains("it answers HTTP with status 200, server `some`"));
}

#[test]
fn something_else() {
    let port = answers(b"220 mail.example ESMTP\r\n");
    hub(&local(port), "host").fails(&[], "protocol", "kafka-port-speaks-other");
}

#[test]
fn tls_where_the_manifest_has_none() {
    let seen = hub(&local(SHARED.ports.tls), "tls").fails(&[], "tls", "plain-on-tls-port");
    assert_eq!(seen.outcome("protocol"), "not-tested");
}

#[test]
fn no_tls_where_the_manifest_wants_it() {
    hub(&local(SHARED.ports.plain), "tls").tls().fails(&[], "tls", "tls-on-plain-port");
}

#[test]
fn a_client_certificate_is_demanded() {
    let host = format!("localhost:{}", SHARED.ports.mtls);
    let seen = hub(&host, "method").tls().fails(&[], "tls", "client-certificate-required");
    assert_eq!(seen.outcome("protocol"), "not-tested");
}

#[test]
fn a_client_certificate_of_another_authority() {
    let stranger = &PKI.strange_client;
    let hub = hub(&format!("localhost:{}", SHARED.ports.mtls), "secret").tls();
    let seen = hub.certificate(&stranger.certificate, &stranger.key).fails(&[], "tls", "client-certificate-unknown-ca");
    assert_eq!(seen.outcome("protocol"), "not-tested");
}

#[test]
fn silence() {
    let seen = hub(&local(silent()), "host").fails(SHORT, "protocol", "peer-silent");
    let took = seen.report["endpoints"][0]["milliseconds"].as_f64().unwrap();
    assert!((400.0..4000.0).contains(&took), "{took}");
}

#[test]
fn an_end_without_a_word() {
    let port = peer(|mut stream| drop(stream.read(&mut [0; 1024])));
    hub(&local(port), "host").fails(&[], "protocol", "peer-closed");
}

#[test]
fn an_answer_that_stops_in_the_middle() {
    let port = peer(|mut stream| {
        let mut heard = [0; 1024];
        if stream.read(&mut heard).is_ok() && heard[4..6] == [0, 18] {
            let _ = stream.write_all(&[0, 0, 0, 40, 0, 0]);
        }
    });
    hub(&local(port), "host").fails(&[], "protocol", "kafka-protocol-error");
}

#[test]
fn old_versions() {
    // Kafka 0.10, which knows no record batch.
    let old = Broker::default().versions(&[(0, 0, 2), (1, 0, 2), (3, 0, 2), (17, 0, 0), (18, 0, 0)]);
    let seen = hub(&local(old.start()), "host").writes("t").fails(&[], "protocol", "kafka-old-versions");
    assert!(summary(&seen, "protocol").contains("Produce in versions 0 to 2"), "{}", seen.run.stdout);
}

#[test]
fn a_broker_that_drops_new_questions_is_asked_the_old_way() {
    let port = Broker::default().drops_new().start();
    let seen = hub(&local(port), "host").passes(&[]);
    assert!(seen.run.stdout.contains("asked in version 0"), "{}", seen.run.stdout);
}
