//! What a broker allows, held against the manifests.

use crate::brokers::free_ports;
use crate::brokers::mosquitto::{Mosquitto, Setup};
use crate::scripted::{CONNACK, lets_in};
use crate::site::{Probed, With, endpoint, flow, local, probe, profile, reader, writer};
use flowgate::report::probe::{Outcome, Stage, Verdict};

/// Mosquitto with less than it could, and the port where that holds.
fn limited(more: &str) -> (Mosquitto, u16) {
    let [port] = free_ports();
    let more = format!("listener {port} 127.0.0.1\n{more}").leak();
    (Mosquitto::start(&Setup { more, ..Setup::default() }), port)
}

fn at(port: u16, settings: &str, flow: String) -> Probed {
    probe(&[endpoint(&local(port), settings), flow], &With::default())
}

#[test]
fn everything_that_mosquitto_says() {
    let (_mosquitto, port) = limited(
        "max_qos 1\nmax_packet_size 1000\nretain_available false\nmax_inflight_messages 3\nmax_topic_alias 5\n",
    );
    let probed = at(port, "qos: 1\nretain: Never\nmaxInflightMessages: 3", flow("a", "b"));
    probed.good();
    for (name, value) in [
        ("maximum-qos", "1"),
        ("maximum-packet-size", "1000"),
        ("retain-available", "no"),
        ("receive-maximum", "3"),
        ("topic-alias-maximum", "5"),
        ("server-keep-alive", "60 s (as asked for)"),
        ("session-expiry-interval", "600 s (as asked for)"),
        ("wildcard-subscription-available", "yes (default)"),
    ] {
        assert_eq!(probed.fact(Stage::Limits, name), value, "{name}");
    }
}

#[test]
fn retained_messages() {
    let (_mosquitto, port) = limited("retain_available false\n");
    // Only what a dataflow writes may be retained.
    at(port, "retain: Keep", reader("a")).good();
    at(port, "retain: Never", writer("b")).good();
    let message = at(port, "retain: Keep", writer("b"));
    let found = message.found(Stage::Limits, "mqtt-retain-unavailable", "retain: Keep");
    assert!(found.contains("`retain` is `Keep`"), "{found}");
    assert_eq!(message.ladder.verdict, Verdict::Failed);
    // The rest of the climb goes on.
    assert_eq!(message.rung(Stage::Limits).outcome, Outcome::Failed);
    assert_eq!(message.rung(Stage::Permission).outcome, Outcome::NotTested);
    // Where no use is known it may matter.
    let unused = probe(&[endpoint(&local(port), "retain: Keep")], &With::default());
    unused.warned(Stage::Limits, "mqtt-retain-unavailable", "retain: Keep");
}

#[test]
fn the_highest_qos() {
    let (_mosquitto, port) = limited("max_qos 0\n");
    let probed = at(port, "qos: 1", writer("b"));
    let message = probed.found(Stage::Limits, "mqtt-maximum-qos", "qos: 1");
    assert_eq!(message, "the broker takes messages up to QoS 0, and `qos` is 1");
    assert_eq!(probed.ladder.verdict, Verdict::Failed);
}

#[test]
fn the_largest_message() {
    let (_mosquitto, port) = limited("max_packet_size 1000\n");
    let parts = [endpoint(&local(port), ""), writer("b")];
    // PUBLISH: 3 bytes of header, 3 of topic, 2 of packet id, 1 of properties.
    probe(&parts, &With { message_size: Some(991), ..With::default() }).good();
    let probed = probe(&parts, &With { message_size: Some(992), write: true, ..With::default() });
    let message = probed.found(Stage::Limits, "mqtt-packet-too-large", "host:");
    assert!(message.contains("a packet of 1001 bytes at least, and the broker takes 1000"), "{message}");
    let summary = &probed.rung(Stage::Permission).summary;
    assert!(summary.contains("publish to `b` not tested"), "{summary}");
}

#[test]
fn messages_in_flight() {
    let (_mosquitto, port) = limited("max_inflight_messages 3\n");
    at(port, "maxInflightMessages: 100", writer("b")).warned(
        Stage::Limits,
        "mqtt-receive-maximum",
        "maxInflightMessages: 100",
    );
}

#[test]
fn what_the_broker_overrides() {
    // Server Keep Alive 30.
    let port = lets_in(b"\x20\x06\x00\x00\x03\x13\x00\x1E");
    let probed = at(port, "keepAliveSeconds: 60", reader("a"));
    let message = probed.warned(Stage::Limits, "mqtt-keep-alive", "keepAliveSeconds: 60");
    assert!(message.contains("to 30 s"), "{message}");
    at(port, "keepAliveSeconds: 30", reader("a")).good();
    // Session Expiry Interval 60.
    let port = lets_in(b"\x20\x08\x00\x00\x05\x11\x00\x00\x00\x3C");
    at(port, "sessionExpirySeconds: 600", reader("a")).warned(
        Stage::Limits,
        "mqtt-session-expiry",
        "sessionExpirySeconds: 600",
    );
    at(port, "sessionExpirySeconds: 60", reader("a")).good();
}

#[test]
fn shared_subscriptions() {
    // Shared Subscription Available 0.
    let port = lets_in(b"\x20\x05\x00\x00\x02\x2A\x00");
    let probed = at(port, "", reader("$share/plant/a"));
    probed.found(Stage::Limits, "mqtt-shared-subscriptions-unavailable", "dataSources: ['$share/plant/a']");
    assert_eq!(probed.ladder.verdict, Verdict::Failed);
    at(port, "", reader("a")).good();
    let parts = [endpoint(&local(port), ""), reader("a"), profile(2)];
    let probed = probe(&parts, &With::default());
    probed.found(Stage::Limits, "mqtt-shared-subscriptions-unavailable", "instanceCount: 2");
    assert_eq!(probed.ladder.verdict, Verdict::Failed);
    assert_eq!(probed.rung(Stage::Permission).outcome, Outcome::Passed);
}

#[test]
fn wildcards() {
    // Wildcard Subscription Available 0.
    let port = lets_in(b"\x20\x05\x00\x00\x02\x28\x00");
    let probed = at(port, "", reader("line/+"));
    probed.found(Stage::Limits, "mqtt-wildcards-unavailable", "dataSources: ['line/+']");
    let summary = &probed.rung(Stage::Permission).summary;
    assert!(summary.contains("subscription to `line/+` not tested"), "{summary}");
}

#[test]
fn nothing_to_complain_of_where_nothing_is_said() {
    at(lets_in(CONNACK), "", flow("a", "b")).good();
}
