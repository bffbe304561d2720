//! `transport::kafka` while the broker is killed and started again: what it has confirmed is there.
#![cfg(feature = "run")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[path = "brokers/mod.rs"]
mod brokers;

use brokers::kafka::Kafka;
use flowgate::message::Record;
use flowgate::transport::kafka::{
    Batching, Cause, Consumer, Producer, ProducerSettings, SendError, Settings, Start, Step,
};
use std::collections::HashMap;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(30);
const IN_FLIGHT: usize = 1000;

fn record(number: usize) -> Record {
    Record { topic: "loss".to_owned(), value: Some(number.to_string().into_bytes()), ..Record::default() }
}

/// Sends until `stop` says so, and notes what was confirmed where. What failed is sent again, as the bridge does that
/// has not acknowledged it.
async fn send_until(
    producer: &mut Producer,
    next: &mut usize,
    confirmed: &mut HashMap<usize, i64>,
    mut stop: impl FnMut(&HashMap<usize, i64>, &Producer) -> bool,
) {
    let (mut reports, mut again) = (Vec::new(), Vec::new());
    let end = Instant::now() + Duration::from_secs(60);
    while !stop(confirmed, producer) {
        assert!(Instant::now() < end, "{} confirmed, {} waiting", confirmed.len(), producer.waiting());
        while producer.waiting() < IN_FLIGHT {
            let number = again.pop().unwrap_or_else(|| {
                *next += 1;
                *next
            });
            match producer.send(&record(number), number) {
                Ok(()) => {}
                Err(SendError::Full) => break,
                Err(error) => panic!("{error}"),
            }
        }
        producer.deliveries(&mut reports, Duration::from_millis(100)).await;
        for report in reports.drain(..) {
            match report.outcome {
                Ok(placed) => assert_eq!(confirmed.insert(report.opaque, placed.offset.unwrap()), None),
                Err(_) => again.push(report.opaque),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_confirmed_survives_a_broker_that_is_killed() {
    let mut kafka = Kafka::start();
    kafka.create_topic("loss", 1);
    let settings = Settings { bootstrap: kafka.bootstrap(), ..Settings::default() };
    for idempotence in [true, false] {
        let batching = Some(Batching { linger: Duration::from_millis(1), messages: 100_000, bytes: 1_000_000 });
        let how = ProducerSettings { batching, idempotence, ..ProducerSettings::default() };
        let mut producer = Producer::connect(&settings, &how, "loss", LIMIT).await.unwrap();
        let mut consumer = Consumer::new(&settings).unwrap();
        let start = consumer.assign("loss", &Start::End, LIMIT).await.unwrap();
        drop(consumer);
        let (mut next, mut confirmed) = (0, HashMap::new());
        send_until(&mut producer, &mut next, &mut confirmed, |confirmed, _| confirmed.len() > 5000).await;
        // In mid-flight: a window full of messages is on its way when the broker goes.
        while producer.waiting() < IN_FLIGHT {
            next += 1;
            producer.send(&record(next), next).unwrap();
        }
        kafka.kill();
        let before = confirmed.len();
        send_until(&mut producer, &mut next, &mut confirmed, |_, producer| producer.trouble().is_some()).await;
        let trouble = producer.trouble().unwrap();
        println!("{trouble}");
        assert!(matches!(trouble.step, Step::Connect | Step::Protocol), "{trouble}");
        assert!(matches!(trouble.cause, Cause::Refused | Cause::Lost), "{trouble}");
        kafka.restart();
        let started = Instant::now();
        send_until(&mut producer, &mut next, &mut confirmed, |confirmed, _| confirmed.len() > before + 5000).await;
        println!("{} confirmed, {:?} after the restart", confirmed.len(), started.elapsed());
        assert_eq!(producer.trouble(), None);
        let mut reports = Vec::new();
        producer.flush(&mut reports, LIMIT).await;
        confirmed.extend(reports.iter().filter_map(|report| Some((report.opaque, report.outcome.ok()?.offset?))));

        let mut consumer = Consumer::new(&settings).unwrap();
        consumer.assign("loss", &Start::Offsets(start), LIMIT).await.unwrap();
        let mut found: HashMap<usize, Vec<i64>> = HashMap::new();
        while let Some(received) = consumer.recv(Duration::from_millis(1500)).await.unwrap() {
            let number = String::from_utf8(received.record.value.unwrap()).unwrap().parse().unwrap();
            found.entry(number).or_default().push(received.offset);
        }
        for (number, offset) in &confirmed {
            assert!(found.get(number).is_some_and(|offsets| offsets.contains(offset)), "{number} at {offset} is lost");
        }
        let doubled = found.values().filter(|offsets| offsets.len() > 1).count();
        println!("idempotence {idempotence}: {} sent, {} confirmed, {doubled} doubled", next, confirmed.len());
        assert!(!idempotence || doubled == 0, "{doubled} doubled by retries");
    }
}
