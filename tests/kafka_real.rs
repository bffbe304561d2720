//! `transport::kafka` against a real Apache Kafka: what goes in comes out, from any offset.
#![cfg(feature = "run")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[path = "brokers/mod.rs"]
mod brokers;
#[path = "kafka_cases/mod.rs"]
mod kafka_cases;

use brokers::kafka::SHARED;
use brokers::{unique, witness};
use flowgate::message::{Header, Record};
use flowgate::transport::kafka::{
    Acks, Batching, Compression, Consumer, Error, Placed, Producer, ProducerSettings, Settings, Start,
};
use kafka_cases::{LIMIT, connect, text};
use std::process::Command;
use std::time::{Duration, Instant};

fn plain() -> Settings {
    Settings { bootstrap: SHARED.bootstrap(), ..Settings::default() }
}

fn topic(name: &str, partitions: i32) -> String {
    let topic = unique(name);
    SHARED.create_topic(&topic, partitions);
    topic
}

#[tokio::test]
async fn records_come_as_they_went() {
    let topic = topic("records", 3);
    kafka_cases::round_trip(&plain(), &topic).await;
}

#[tokio::test]
async fn every_setting_of_a_producer_is_taken() {
    let topic = topic("settings", 1);
    kafka_cases::settings(&plain(), &topic).await;
}

#[tokio::test]
async fn offsets_are_committed_without_joining_the_group() {
    let topic = topic("commit", 2);
    kafka_cases::commit(&plain(), &topic).await;
}

#[tokio::test]
async fn a_first_message_comes_at_once() {
    let topic = topic("latency", 3);
    kafka_cases::latency(&plain(), &topic).await;
}

#[tokio::test]
async fn kcat_sees_what_was_sent() {
    let topic = topic("kcat", 1);
    let mut producer = connect(&plain(), &topic).await;
    let record = Record {
        topic: topic.clone(),
        key: Some(b"k".to_vec()),
        value: Some("wert-ü".into()),
        headers: vec![
            Header::text("Content Type", "application/json"),
            Header::text("a", "1"),
            Header::text("a", "2"),
            Header { key: b"none".to_vec(), value: None },
            Header { key: b"odd\xff".to_vec(), value: Some(Vec::new()) },
        ],
        timestamp: Some(1_700_000_000_123),
        ..Record::default()
    };
    producer.deliver(&record, LIMIT).await.unwrap();
    let tombstone = Record { topic: topic.clone(), key: Some(Vec::new()), ..Record::default() };
    producer.deliver(&tombstone, LIMIT).await.unwrap();
    // kcat prints lengths of -1 for null.
    let seen = witness::kcat(&SHARED.bootstrap(), &topic, 2, "%K %k|%S %s|%T|%h\\n");
    let lines: Vec<&[u8]> = seen.split(|byte| *byte == b'\n').collect();
    let first: &[u8] = b"1 k|7 wert-\xc3\xbc|1700000000123|Content Type=application/json,a=1,a=2,none=NULL,odd\xff=";
    assert_eq!(lines[0], first, "{}", String::from_utf8_lossy(lines[0]));
    assert!(lines[1].starts_with(b"0 |-1 |"), "{}", String::from_utf8_lossy(lines[1]));
}

#[tokio::test]
async fn what_kcat_sends_is_read() {
    let topic = topic("from-kcat", 1);
    let mut consumer = Consumer::new(&plain()).unwrap();
    consumer.assign(&topic, &Start::End, LIMIT).await.unwrap();
    let bootstrap = SHARED.bootstrap();
    let mut sender = Command::new("kcat")
        .args(["-P", "-b", &bootstrap, "-t", &topic, "-k", "key", "-H", "a=1", "-H", "a=2", "-H", "none", "-z", "gzip"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut sender.stdin.take().unwrap(), b"hello").unwrap();
    assert!(sender.wait().unwrap().success());
    let received = consumer.recv(LIMIT).await.unwrap().unwrap();
    let expected = [Header::text("a", "1"), Header::text("a", "2"), Header { key: b"none".to_vec(), value: None }];
    assert_eq!(received.record.headers, expected);
    assert_eq!(
        (received.record.key.as_deref(), received.record.value.as_deref()),
        (Some(&b"key"[..]), Some(&b"hello"[..]))
    );
    assert!(!received.appended);
}

#[tokio::test]
async fn reading_starts_where_it_is_told() {
    let topic = topic("start", 1);
    let mut producer = connect(&plain(), &topic).await;
    for number in 0..5u8 {
        let timestamp = Some(1_700_000_000_000 + i64::from(number) * 1000);
        let record = text(&topic, &[b'0' + number]);
        producer.deliver(&Record { timestamp, ..record }, LIMIT).await.unwrap();
    }
    for (start, offset, values) in [
        (Start::Beginning, 0, "01234"),
        (Start::End, 5, ""),
        (Start::Time(1_700_000_002_500), 3, "34"),
        (Start::Time(1_700_000_009_000), 5, ""),
        (Start::Offsets(vec![(0, 4)]), 4, "4"),
        (Start::Offsets(Vec::new()), 5, ""),
    ] {
        let mut consumer = Consumer::new(&plain()).unwrap();
        assert_eq!(consumer.assign(&topic, &start, LIMIT).await.unwrap(), [(0, offset)], "{start:?}");
        let mut seen = Vec::new();
        for _ in 0..values.len() {
            seen.extend(consumer.recv(LIMIT).await.unwrap().unwrap().record.value.unwrap());
        }
        assert_eq!(String::from_utf8(seen).unwrap(), values, "{start:?}");
        assert_eq!(consumer.recv(Duration::from_millis(100)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_offset_that_is_gone_is_told() {
    let topic = topic("gone", 1);
    let mut consumer = Consumer::new(&plain()).unwrap();
    consumer.assign(&topic, &Start::Offsets(vec![(0, 99)]), LIMIT).await.unwrap();
    let error = consumer.recv(LIMIT).await.unwrap_err();
    assert!(error.to_string().contains("fset out of range"), "{error}");
}

#[tokio::test]
async fn a_group_with_members_is_left_alone() {
    let topic = topic("members", 1);
    let group = unique("group");
    let bootstrap = SHARED.bootstrap();
    let mut member = witness::start("kcat", &["-b", &bootstrap, "-G", &group, &topic]);
    let mut producer = connect(&plain(), &topic).await;
    producer.deliver(&text(&topic, b"x"), LIMIT).await.unwrap();
    let settings = Settings { group: Some(group), ..plain() };
    let mut consumer = Consumer::new(&settings).unwrap();
    let end = Instant::now() + LIMIT;
    // Until kcat has joined, the group has no members.
    let error = loop {
        match consumer.commit(&topic, &[(0, 1)], LIMIT).await {
            Err(error) => break error,
            Ok(()) => assert!(Instant::now() < end, "kcat does not join"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    member.kill().unwrap();
    member.wait().unwrap();
    assert_eq!(error, Error::GroupActive);
}

#[tokio::test]
async fn without_acknowledgement_there_is_no_offset() {
    let topic = topic("unconfirmed", 1);
    let how = ProducerSettings { acks: Acks::Zero, ..ProducerSettings::default() };
    let mut producer = Producer::connect(&plain(), &how, &topic, LIMIT).await.unwrap();
    let placed = producer.deliver(&text(&topic, b"x"), LIMIT).await.unwrap();
    assert_eq!(placed, Placed { partition: 0, offset: None });
}

/// The log of the broker is the witness: how many records share a batch.
#[tokio::test]
async fn batches_are_as_large_as_they_may_be() {
    for (batching, batches) in [
        (None, 20),
        (Some(Batching { linger: Duration::from_millis(200), messages: 10, bytes: 1_000_000 }), 2),
        (Some(Batching { linger: Duration::from_millis(200), messages: 1000, bytes: 1_000_000 }), 1),
    ] {
        let topic = topic("batches", 1);
        let how = ProducerSettings { batching, compression: Compression::Gzip, ..ProducerSettings::default() };
        let mut producer = Producer::connect(&plain(), &how, &topic, LIMIT).await.unwrap();
        // The producer is ready once something has been confirmed.
        producer.deliver(&text(&topic, b"first"), LIMIT).await.unwrap();
        for number in 0..20 {
            producer.send(&text(&topic, b"value"), number).unwrap();
        }
        let mut reports = Vec::new();
        producer.flush(&mut reports, LIMIT).await;
        assert_eq!(reports.len(), 20);
        assert!(reports.iter().all(|report| report.outcome.is_ok()));
        assert_eq!(SHARED.batches(&topic), batches + 1, "{batching:?}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_by_the_broker() {
    let topic = topic("large", 1);
    let mut producer = connect(&plain(), &topic).await;
    let error = producer.deliver(&text(&topic, &vec![0; 3_000_000]), LIMIT).await.unwrap_err();
    assert!(error.to_string().contains("size too large"), "{error}");
    producer.deliver(&text(&topic, &vec![0; 900_000]), LIMIT).await.unwrap();
}
