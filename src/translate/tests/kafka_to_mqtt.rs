//! Kafka to MQTT: key, timestamp, headers, and what of them MQTT cannot carry.

use super::*;

fn with_headers(headers: Vec<Header>) -> Record {
    Record { topic: "hub".into(), value: Some(b"{}".to_vec()), headers, ..Record::default() }
}

fn bytes(key: &[u8], value: &[u8]) -> Header {
    Header { key: key.to_vec(), value: Some(value.to_vec()) }
}

#[test]
fn key_timestamp_and_headers_become_user_properties() {
    let record = Record {
        partition: Some(3),
        key: Some(b"d1".to_vec()),
        timestamp: Some(1_700_000_000_123),
        ..with_headers(vec![
            Header::text("Content Type", "text/plain"),
            Header::text("a", ""),
            Header::text("Key", "mine"),
            Header::text("a", "2"),
        ])
    };
    let (publish, trace) = Setup::kafka_to_mqtt().publish(record);
    let expected = [
        ("Key", "d1"),
        ("Timestamp", "1700000000123"),
        ("Content Type", "text/plain"),
        ("a", ""),
        ("Key", "mine"),
        ("a", "2"),
    ];
    assert_eq!(properties(&publish), expected);
    let rest = Publish { user_properties: Vec::new(), ..publish };
    assert_eq!(rest, Publish { topic: "out/topic".into(), ..published("") });
    assert_eq!(step(&trace, &Property::Partition).action, Action::Removed);
    assert_eq!(step(&trace, &Property::Key).rule.id, "kafka-key");
    assert_eq!(step(&trace, &Property::Timestamp).output, Some((user("Timestamp"), b"1700000000123".to_vec())));
    let retain = step(&trace, &Property::Retain);
    assert_eq!((retain.action, place(retain)), (Action::Made, Some(RETAIN)));
}

#[test]
fn without_key_and_timestamp_there_is_none() {
    let (publish, _) = Setup::kafka_to_mqtt().publish(with_headers(Vec::new()));
    assert_eq!(properties(&publish), []);
    let record = Record { key: Some(vec![0xff]), value: None, ..with_headers(Vec::new()) };
    let (publish, trace) = Setup::kafka_to_mqtt().publish(record);
    assert_eq!((properties(&publish), publish.payload.as_slice()), (vec![], &b""[..]));
    assert_eq!(step(&trace, &Property::Key).rule.id, "key-not-text");
}

#[test]
fn headers_that_mqtt_cannot_carry_are_removed() {
    let long = |length: usize| "x".repeat(length).into_bytes();
    for (name, key, value, rule) in [
        ("latin-1", &b"a"[..], b"\xe9".to_vec(), Some("not-utf-8")),
        ("key", b"\xff", b"b".to_vec(), Some("not-utf-8")),
        ("nul in key", b"a\0", b"b".to_vec(), Some("mqtt-string")),
        ("long key", &long(65_536), b"b".to_vec(), Some("64-kb")),
        ("65535", b"a", long(65_535), None),
        ("65536", b"a", long(65_536), Some("64-kb")),
        ("nul", b"a", b"b\0c".to_vec(), Some("mqtt-string")),
        ("empty", b"", b"".to_vec(), None),
    ] {
        let record = || with_headers(vec![bytes(key, &value), Header::text("z", "1")]);
        let (publish, trace) = Setup::kafka_to_mqtt().publish(record());
        let found: Vec<&str> = publish.user_properties.iter().map(|(name, _)| name.as_str()).collect();
        let shown = String::from_utf8_lossy(key);
        match rule {
            None => assert_eq!(found, [&*shown, "z"], "{name}"),
            Some(rule) => {
                assert_eq!(found, ["z"], "{name}");
                let step = step(&trace, &header(&shown));
                assert_eq!((step.action, step.rule.id), (Action::Removed, rule), "{name}");
                assert_eq!(choice(step), Some("unusable-header"));
                let (dropped, trace) = Setup::kafka_to_mqtt().choose("unusable-header", "drop").dropped(record());
                assert_eq!(dropped.reason, DropReason::Unsendable, "{name}");
                let told = super::step(&trace, &Property::Message);
                assert_eq!(choice(told), Some("unusable-header"));
            }
        }
    }
}

#[test]
fn a_null_header_is_removed_or_empty() {
    let record = || with_headers(vec![Header { key: b"a".to_vec(), value: None }]);
    let (publish, trace) = Setup::kafka_to_mqtt().publish(record());
    assert_eq!(properties(&publish), []);
    assert_eq!(choice(step(&trace, &header("a"))), Some("null-header"));
    let (publish, trace) = Setup::kafka_to_mqtt().choose("null-header", "empty").publish(record());
    assert_eq!(properties(&publish), [("a", "")]);
    assert_eq!(choice(step(&trace, &header("a"))), Some("null-header"));
}

#[test]
fn values_of_amqp_producers_are_explained() {
    let long = [&[0xa1, 0xc8][..], &[b'a'; 200]].concat();
    for (value, expected, note) in [
        (&[0xa1, 3, b'b', b'a', b'r'][..], None, Some("string `bar`")),
        (&long, None, Some("string `aaa")),
        (&[0x82, 0x40, 0x27, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcd], None, Some("double `11.9`")),
        (&[0x54, 5], Some("T\u{5}"), Some("int `5`")),
        (&[0x41], Some("A"), Some("boolean `true`")),
        (b"bar", Some("bar"), None),
    ] {
        let (publish, trace) = Setup::kafka_to_mqtt().publish(with_headers(vec![bytes(b"foo", value)]));
        assert_eq!(publish.user_property("foo"), expected, "{value:02x?}");
        let found = step(&trace, &header("foo")).note.clone();
        match note {
            None => assert_eq!(found, None),
            Some(note) => assert!(found.as_deref().is_some_and(|found| found.contains(note)), "{found:?}"),
        }
    }
}

#[test]
fn the_topic_of_the_record_can_be_used() {
    let setup = Setup::new(EndpointType::Kafka, EndpointType::Mqtt, "from/${inputTopic}");
    assert_eq!(setup.publish(with_headers(Vec::new())).0.topic, "from/hub");
}
