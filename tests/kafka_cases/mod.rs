//! What holds on a real Kafka and on the sandbox alike.

#![allow(dead_code, reason = "each test uses its part")]

use flowgate::message::{Header, Record};
use flowgate::transport::kafka::{
    Acks, Batching, Compression, Consumer, Producer, ProducerSettings, SendError, Settings, Start,
};
use std::time::{Duration, Instant};

/// How long a broker that works may take.
pub const LIMIT: Duration = Duration::from_secs(40);

/// A producer as the manifests have it by default.
pub async fn connect(settings: &Settings, topic: &str) -> Producer {
    Producer::connect(settings, &ProducerSettings::default(), topic, LIMIT).await.unwrap()
}

/// A record with a value.
pub fn text(topic: &str, value: &[u8]) -> Record {
    Record { topic: topic.to_owned(), value: Some(value.to_vec()), ..Record::default() }
}

fn header(key: &[u8], value: Option<&[u8]>) -> Header {
    Header { key: key.to_vec(), value: value.map(<[u8]>::to_vec) }
}

/// Every kind of key, value and header.
fn records(topic: &str) -> Vec<Record> {
    let headers = vec![
        header(b"plain", Some(b"text")),
        header(b"Content Type", Some(b"application/json")),
        header(b"twice", Some(b"1")),
        header(b"twice", Some(b"2")),
        header(b"null", None),
        header(b"empty", Some(b"")),
        header(b"", Some(b"a key without a name")),
        header(b"\xff\xfe not UTF-8 \xc3", Some(b"\x00\x01\xff\xfe\x00")),
        header("größe-日本".as_bytes(), Some("größe-日本".as_bytes())),
        header(b"amqp", Some(b"\xa1\x03bar")),
        header(b"long", Some(&[7; 70_000])),
        header(b"twice", None),
    ];
    let bytes: Vec<u8> = (0..=255).collect();
    let mut records = Vec::new();
    for (key, value) in [
        (None, None),
        (None, Some(Vec::new())),
        (Some(Vec::new()), None),
        (Some(bytes.clone()), Some(bytes)),
        (Some(b"key".to_vec()), Some(vec![0x20; 200_000])),
    ] {
        for headers in [Vec::new(), headers.clone()] {
            let timestamp = Some(1_700_000_000_000 + i64::try_from(records.len()).unwrap());
            let (key, value) = (key.clone(), value.clone());
            records.push(Record { topic: topic.to_owned(), partition: Some(0), key, value, headers, timestamp });
        }
    }
    records
}

/// Sends every kind of record and reads it back.
pub async fn round_trip(settings: &Settings, topic: &str) {
    let mut consumer = Consumer::new(settings).unwrap();
    consumer.assign(topic, &Start::End, LIMIT).await.unwrap();
    let mut producer = connect(settings, topic).await;
    for record in records(topic) {
        let placed = producer.deliver(&record, LIMIT).await.unwrap();
        let received = consumer.recv(LIMIT).await.unwrap().unwrap();
        assert_eq!(received.record, record);
        assert_eq!(Some(received.offset), placed.offset);
    }
    let before = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    producer.deliver(&text(topic, b"now"), LIMIT).await.unwrap();
    let timestamp = consumer.recv(LIMIT).await.unwrap().unwrap().record.timestamp.unwrap();
    assert!((u128::try_from(timestamp).unwrap()).abs_diff(before) < 5000, "{timestamp}");
    let record = Record { timestamp: Some(0), ..text(topic, b"1970") };
    assert_eq!(producer.send(&record, 0), Err(SendError::Timestamp(0)));
    assert_eq!(producer.waiting(), 0);
}

/// Delivers under every combination of acknowledgement, compression and batching.
pub async fn settings(settings: &Settings, topic: &str) {
    let mut consumer = Consumer::new(settings).unwrap();
    consumer.assign(topic, &Start::End, LIMIT).await.unwrap();
    let batching = Batching { linger: Duration::from_millis(1), messages: 2_000_000, bytes: 1_000_000 };
    let mut number: i64 = 0;
    for acks in [Acks::Zero, Acks::One, Acks::All] {
        for compression in [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4] {
            for batching in [None, Some(batching)] {
                let how = ProducerSettings { acks, compression, batching, ..ProducerSettings::default() };
                let mut producer = Producer::connect(settings, &how, topic, LIMIT).await.unwrap();
                number += 1;
                let value = format!("{number} {}", "x".repeat(1000)).into_bytes();
                producer.deliver(&text(topic, &value), LIMIT).await.unwrap();
                let received = consumer.recv(LIMIT).await.unwrap().unwrap();
                assert_eq!(received.record.value, Some(value), "{how:?}");
            }
        }
    }
}

/// Commits for a group from outside and asks for it from elsewhere.
pub async fn commit(settings: &Settings, topic: &str) {
    let settings = Settings { group: Some(format!("group-of-{topic}")), ..settings.clone() };
    let mut consumer = Consumer::new(&settings).unwrap();
    let partitions = consumer.partitions(topic, LIMIT).await.unwrap();
    assert_eq!(partitions, [0, 1]);
    assert_eq!(consumer.committed(topic, &partitions, LIMIT).await.unwrap(), [(0, None), (1, None)]);
    consumer.commit(topic, &[(0, 7)], LIMIT).await.unwrap();
    consumer.commit(topic, &[(0, 8), (1, 3)], LIMIT).await.unwrap();
    drop(consumer);
    let mut other = Consumer::new(&settings).unwrap();
    assert_eq!(other.committed(topic, &partitions, LIMIT).await.unwrap(), [(0, Some(8)), (1, Some(3))]);
}

/// After `assign` nothing waits for a full fetch: three times, the first on fresh connections.
pub async fn latency(settings: &Settings, topic: &str) {
    // The first producer id of a cluster takes it a while.
    connect(settings, topic).await.deliver(&text(topic, b"warm"), LIMIT).await.unwrap();
    let mut best = Duration::MAX;
    for number in 0..3u8 {
        let mut consumer = Consumer::new(settings).unwrap();
        let mut producer = connect(settings, topic).await;
        consumer.assign(topic, &Start::End, LIMIT).await.unwrap();
        let started = Instant::now();
        producer.deliver(&text(topic, &[number]), LIMIT).await.unwrap();
        let received = consumer.recv(LIMIT).await.unwrap().unwrap();
        assert_eq!(received.record.value, Some(vec![number]));
        best = best.min(started.elapsed());
    }
    assert!(best < Duration::from_millis(100), "{best:?}");
}
