//! What kcat and `mosquitto_sub` print while Flowgate runs is what its report claims.

use crate::brokers::mosquitto::{Mosquitto, SHARED, Setup};
use crate::brokers::{kafka::SHARED as KAFKA, unique, witness};
use crate::common::Run;
use crate::site::{ANONYMOUS, Site, claimed, flow, kafka, mqtt, named, report, value};
use flowgate::exit::Exit;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(25);
/// The name by which Flowgate knows its own messages on the wire.
const MARKER: &str = "flowgate-run";

fn source() -> String {
    mqtt("broker", &format!("127.0.0.1:{}", SHARED.port), "")
}

fn hub(more: &str) -> String {
    kafka("hub", &KAFKA.bootstrap(), ANONYMOUS, more)
}

/// Runs `site` with `more`, which must succeed, and hands back the report.
fn passed(site: &Site, more: &[&str]) -> serde_json::Value {
    let mut args = vec!["--format", "json"];
    args.extend(more);
    let run = site.live(&args);
    let Run { exit, stdout, stderr } = &run;
    assert_eq!(*exit, Exit::Clean, "{stdout}{stderr}");
    report(&run)
}

/// Pairs as kcat's `%h` prints them, without the marker: `name=value`, with a comma between.
fn headers(line: &[u8]) -> Vec<(String, Vec<u8>)> {
    let pairs = line.split(|byte| *byte == b',').map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap();
        (String::from_utf8(pair[..at].to_vec()).unwrap(), pair[at + 1..].to_vec())
    });
    let (marker, rest): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| name == MARKER);
    assert_eq!(marker.len(), 1);
    rest
}

#[test]
fn kcat_sees_the_record_that_is_claimed() {
    let (topic, input) = (unique("hub"), unique("line"));
    KAFKA.create_topic(&topic, 3);
    let site = Site::new(&[
        source(),
        hub("    copyMqttProperties: Enabled\n    cloudEventAttributes: Propagate\n    partitionStrategy: Topic\n"),
        flow(["broker", &format!("{input}/+/telemetry")], ["hub", &topic], ""),
    ]);
    let message = site.file(
        "message.yaml",
        &format!(
            "topic: {input}/é/telemetry
payload-base64: AAHDKGZn/w==
expiry: 4711
content-type: application/json; charset=utf-8
response-topic: answers/here
correlation-data: {{ base64: AP9mZw== }}
user-properties:
  - specversion: '1.0'
  - type: com.example.reading
  - source: /line/3
  - id: '7'
  - note: first
  - größe: 'µ m'
  - note: second
  - empty: ''
"
        ),
    );
    let report = passed(&site, &["--message", &message]);
    let claims = claimed(&report, "out");

    let printed = witness::kcat(&KAFKA.bootstrap(), &topic, 1, "%t\n%k\n%p\n%T\n%h\n%S\n%s");
    let mut parts = printed.splitn(7, |byte| *byte == b'\n');
    let mut next = || parts.next().unwrap();
    for name in ["topic", "key", "partition", "timestamp"] {
        assert_eq!(value(&claims, name), Some(next()), "{name}");
    }
    let seen = headers(next());
    assert_eq!(seen, named(&claims, "header"));
    assert_eq!(next(), b"7");
    let payload = next();
    assert_eq!(value(&claims, "payload"), Some(payload));

    // And both are what went in, by the tables of the Kafka endpoint page.
    assert_eq!(payload, b"\x00\x01\xc3\x28fg\xff");
    let all = |name: &str| -> Vec<&[u8]> {
        seen.iter().filter(|(seen, _)| seen == name).map(|(_, value)| value.as_slice()).collect()
    };
    assert_eq!(all("note"), [b"first".as_slice(), b"second"]);
    assert_eq!(all("größe"), ["µ m".as_bytes()]);
    assert_eq!(all("empty"), [b""]);
    assert_eq!(all("ce-id"), [b"7"]);
    assert_eq!(all("Content Type"), [b"application/json; charset=utf-8".as_slice()]);
    assert_eq!(all("Response Topic"), [b"answers/here"]);
    assert_eq!(all("Correlation Data"), [b"\x00\xfffg"]);
    let expiry: u32 = String::from_utf8(all("Message Expiry Interval")[0].to_vec()).unwrap().parse().unwrap();
    assert!((4700..=4711).contains(&expiry), "{expiry}");
}

/// What `mosquitto_sub` prints of a message, one part in a line; the payload is last.
const FORMAT: &str = "%t\\n%q\\n%r\\n%C\\n%D\\n%E\\n%F\\n%R\\n%P\\n%p";

/// Holds what `printed` shows against `claims`.
fn hold(printed: &[u8], claims: &[(String, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    let mut parts = printed.splitn(10, |byte| *byte == b'\n');
    let mut next = || parts.next().unwrap();
    let names = ["topic", "QoS", "retain", "Content Type", "Correlation Data"];
    let as_bool = |value: &[u8]| if value == b"0" { b"false".to_vec() } else { b"true".to_vec() };
    for name in names {
        let seen = next();
        let seen = if name == "retain" { as_bool(seen) } else { seen.to_vec() };
        assert_eq!(value(claims, name).unwrap_or_default(), seen, "{name}");
    }
    let number = |text: &[u8]| String::from_utf8(text.to_vec()).unwrap().parse::<u32>().ok();
    let expiry = next();
    assert_eq!(value(claims, "Message Expiry Interval").and_then(number), number(expiry));
    for name in ["Payload Format Indicator", "Response Topic"] {
        let seen = next();
        let claim = value(claims, name).unwrap_or_default();
        // mosquitto_sub prints 0 where there is none.
        assert!(claim == seen || claim.is_empty() && seen == b"0", "{name}: {claim:?} {seen:?}");
    }
    let pairs = next();
    let mut seen: Vec<(String, Vec<u8>)> = String::from_utf8(pairs.to_vec())
        .unwrap()
        .split_whitespace()
        .map(|pair| pair.split_once(':').unwrap())
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
        .collect();
    let before = seen.len();
    seen.retain(|(name, _)| name != MARKER);
    assert_eq!(seen.len() + 1, before);
    assert_eq!(seen, named(claims, "user property"));
    let payload = next();
    assert_eq!(value(claims, "payload"), Some(payload.strip_suffix(b"\n").unwrap()));
    seen
}

fn pairs(seen: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    seen.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
}

#[test]
fn mosquitto_sub_sees_what_comes_out_of_kafka() {
    let (topic, out) = (unique("records"), unique("plant"));
    KAFKA.create_topic(&topic, 3);
    let site = Site::new(&[
        hub("    consumerGroupId: flowgate-test\n"),
        source(),
        flow(["hub", &topic], ["broker", &out], ""),
    ]);
    let sub = witness::mosquitto_sub(SHARED.port, &out, 1, FORMAT);
    std::thread::sleep(Duration::from_millis(500));
    let args = ["--payload", "a\nb µ", "--key", "k-µ", "--kafka-header", "note=first", "--kafka-header", "größe=µ"];
    let report = passed(&site, &[&args[..], &["--kafka-header", "note=second"]].concat());
    let printed = witness::finish(sub, LIMIT);
    let seen = hold(&printed, &claimed(&report, "out"));
    let notes: Vec<_> = pairs(&seen).into_iter().filter(|(name, _)| *name == "note" || *name == "größe").collect();
    assert_eq!(notes, [("note", b"first".as_slice()), ("größe", "µ".as_bytes()), ("note", b"second")]);
    assert!(pairs(&seen).iter().any(|(_, value)| *value == "k-µ".as_bytes()), "{seen:?}");

    // The record at the source is what the report says went in.
    let record = witness::kcat(&KAFKA.bootstrap(), &topic, 1, "%k\n%h\n%s");
    let mut parts = record.splitn(3, |byte| *byte == b'\n');
    let went_in = claimed(&report, "in");
    assert_eq!(value(&went_in, "key"), parts.next());
    assert_eq!(headers(parts.next().unwrap()), named(&went_in, "header"));
    assert_eq!(value(&went_in, "payload"), parts.next());
}

#[test]
fn mosquitto_sub_sees_both_ends_of_a_way_from_mqtt_to_mqtt() {
    let far = Mosquitto::start(&Setup::default());
    let (input, out) = (unique("line"), unique("plant"));
    let site = Site::new(&[
        source(),
        mqtt("cloud", &format!("127.0.0.1:{}", far.port), ""),
        flow(["broker", &format!("{input}/#")], ["cloud", &format!("{out}/${{inputTopic.2}}")], ""),
    ]);
    let before = witness::mosquitto_sub(SHARED.port, &format!("{input}/#"), 1, FORMAT);
    let behind = witness::mosquitto_sub(far.port, &format!("{out}/#"), 1, FORMAT);
    std::thread::sleep(Duration::from_millis(500));
    let message = site.file(
        "message.yaml",
        &format!(
            "topic: {input}/ø
payload: |-
  two
  lines µ
payload-format: utf8
expiry: 90
content-type: text/plain
response-topic: answers/here
correlation-data: c-1
user-properties: [ {{ a: '1' }}, {{ größe: µ }}, {{ a: '2' }} ]
"
        ),
    );
    let report = passed(&site, &["--message", &message]);
    let expected = [("a", b"1".as_slice()), ("größe", "µ".as_bytes()), ("a", b"2")];
    for (sub, side) in [(before, "in"), (behind, "out")] {
        let seen = hold(&witness::finish(sub, LIMIT), &claimed(&report, side));
        assert_eq!(pairs(&seen), expected, "{side}");
    }
    assert_eq!(report["messages"][0]["destination"]["topic"], format!("{out}/ø"));
}
