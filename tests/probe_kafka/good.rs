//! Every way in, at a Kafka that has nothing to complain of.

use crate::brokers::kafka::{ALICE, SHARED};
use crate::brokers::pki::PKI;
use crate::brokers::{unique, witness};
use crate::probe::Scene;
use crate::scripted::peer;
use crate::site::{facts, hub, local, summary, token};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

fn topic() -> String {
    let topic = unique("good");
    SHARED.create_topic(&topic, 3);
    topic
}

#[test]
fn nobody_in_clear() {
    let topic = topic();
    let group = unique("group");
    let seen = hub(&local(SHARED.ports.plain), "").group(&group).reads(&topic).writes(&topic).passes(&[]);
    assert_eq!(seen.outcome("tls"), "none");
    assert_eq!(summary(&seen, "login"), "no SASL: anonymous");
    assert_eq!(summary(&seen, "listeners"), "1 advertised listener takes this client");
    assert_eq!(
        summary(&seen, "permission"),
        format!(
            "read `{topic}`; group `{group}` may be used; write to `{topic}` allowed by the broker's word, not tried (`--write`)"
        )
    );
}

#[test]
fn nobody_in_tls() {
    let seen = hub(&format!("localhost:{}", SHARED.ports.tls), "").tls().writes(&topic()).passes(&[]);
    assert_eq!(seen.outcome("tls"), "passed");
}

#[test]
fn every_mechanism() {
    for (kind, name) in [("Plain", "PLAIN"), ("ScramSha256", "SCRAM-SHA-256"), ("ScramSha512", "SCRAM-SHA-512")] {
        let seen = hub(&format!("localhost:{}", SHARED.ports.sasl_tls), "").tls().sasl(kind, ALICE).passes(&[]);
        assert!(summary(&seen, "login").starts_with(&format!("SASL {name}")), "{}", seen.run.stdout);
        assert!(!seen.run.stdout.contains(ALICE.1) && !seen.run.stderr.contains(ALICE.1));
    }
}

#[test]
fn a_token() {
    let hub = hub(&format!("localhost:{}", SHARED.ports.oauth), "").tls().token().writes(&topic());
    let mut scene = hub.scene();
    let token = token(&mut scene, r#""sub":"bearer""#);
    let seen = scene.good(&["--token-file", &token], &["tls", "login", "listeners", "permission"]);
    assert_eq!(summary(&seen, "login"), "SASL OAUTHBEARER");
    let secret = std::fs::read_to_string(&token).unwrap();
    assert!(!seen.run.stdout.contains(&secret));
}

#[test]
fn a_client_certificate() {
    let hub = hub(&format!("localhost:{}", SHARED.ports.mtls), "").tls();
    let seen = hub.certificate(&PKI.client.certificate, &PKI.client.key).writes(&topic()).passes(&["--write"]);
    assert_eq!(summary(&seen, "login"), "no SASL: the client certificate counts");
}

#[test]
fn over_ipv6() {
    hub(&format!("[::1]:{}", SHARED.ports.v6), "").writes(&topic()).passes(&[]);
}

#[test]
fn through_a_port_forward() {
    let to = format!("kafka.example:9093:127.0.0.1:{}", SHARED.ports.tls);
    let args = ["--connect-to", &to, "--server-name", "localhost"];
    hub("kafka.example:9093", "").tls().writes(&topic()).passes(&args);
}

#[test]
fn through_a_proxy() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    let port = peer(move |mut outer| {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if outer.read_exact(&mut byte).is_err() {
                return;
            }
            head.push(byte[0]);
        }
        let target = String::from_utf8(head).unwrap().split(' ').nth(1).unwrap().to_owned();
        let inner = TcpStream::connect(&target).unwrap();
        heard.lock().unwrap().push(target);
        outer.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        join(outer, inner);
    });
    let proxy = format!("http://127.0.0.1:{port}");
    let host = format!("localhost:{}", SHARED.ports.sasl_tls);
    hub(&host, "").tls().alice().writes(&topic()).passes(&["--proxy", &proxy]);
    assert!(asked.lock().unwrap().contains(&host));
}

/// Copies in both directions until one end is over.
fn join(one: TcpStream, other: TcpStream) {
    let (mut from, mut to) = (one.try_clone().unwrap(), other.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
    let (mut from, mut to) = (other, one);
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(std::net::Shutdown::Both);
}

#[test]
fn records_lie_where_it_says() {
    for (compression, acks) in [("None", "All"), ("Gzip", "One"), ("Snappy", "Zero"), ("Lz4", "All")] {
        let topic = unique("written");
        SHARED.create_topic(&topic, 1);
        let hub = hub(&local(SHARED.ports.plain), "").set("compression", compression).set("kafkaAcks", acks);
        let seen = hub.writes(&topic).passes(&["--write", "--message-size", "20"]);
        let sent = facts(&seen, "permission", "sent")[0];
        assert!(sent.ends_with(&format!("to partition 0 of `{topic}`, where it lies at offset 0")), "{sent}");
        let record = witness::kcat(&SHARED.bootstrap(), &topic, 1, "%K|%s|%h|%p|%o");
        let record = String::from_utf8(record).unwrap();
        let header = sent.split('`').nth(3).unwrap().replace(": ", "=");
        assert_eq!(record, format!("-1|flowgate probe      |{header}|0|0"));
    }
}

#[test]
fn one_of_five_endpoints_is_broken() {
    let [closed] = crate::brokers::free_ports();
    let hosts = [
        hub(&local(SHARED.ports.plain), ""),
        hub(&format!("localhost:{}", SHARED.ports.tls), "").tls(),
        hub(&format!("localhost:{}", SHARED.ports.sasl_tls), "").tls().alice(),
        hub(&local(closed), "host"),
        hub(&format!("localhost:{}", SHARED.ports.sasl_tls), "").tls().sasl("Plain", ALICE),
    ];
    let mut scene = Scene::new("");
    for (index, hub) in hosts.iter().enumerate() {
        let text = hub.text().replace("name: hub\n", &format!("name: hub-{index}\n"));
        let text = text.replace("hub-login", &format!("login-{index}")).replace("bundle", &format!("bundle-{index}"));
        scene.add(&format!("{index}.yaml"), &text);
    }
    let seen = scene.probe(&[]);
    assert_eq!(seen.run.exit.code(), 1);
    let verdicts: Vec<&str> =
        seen.report["endpoints"].as_array().unwrap().iter().map(|end| end["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["passed", "passed", "passed", "failed", "passed"], "{}", seen.run.stdout);
    assert_eq!(seen.findings_of(3)[0].id, "tcp-refused");
}
