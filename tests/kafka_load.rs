//! `transport::kafka` under load: every message confirmed once, and what a message costs. `FLOWGATE_LOAD` sets how many.
#![cfg(feature = "run")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[path = "brokers/mod.rs"]
mod brokers;

use brokers::kafka::SHARED;
use brokers::unique;
use flowgate::message::{Header, Record};
use flowgate::transport::kafka::{Batching, Consumer, Producer, ProducerSettings, SendError, Settings, Start};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(20);
/// As `maxInflightMessages` has it.
const IN_FLIGHT: usize = 1000;

/// Nanoseconds of CPU of this thread, and of the process.
fn cpu() -> (u64, u64) {
    let own = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let own = own.split(' ').next().unwrap().parse().unwrap();
    let all = std::fs::read_dir("/proc/self/task").unwrap().map(|task| {
        let text = std::fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap_or_default();
        text.split(' ').next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0)
    });
    (own, all.sum())
}

#[tokio::test]
async fn a_thousand_in_flight_are_confirmed_once_each() {
    let count: usize = std::env::var("FLOWGATE_LOAD").map_or(20_000, |count| count.parse().unwrap());
    let settings = Settings { bootstrap: SHARED.bootstrap(), ..Settings::default() };
    let topic = unique("load");
    SHARED.create_topic(&topic, 1);
    for size in [256, 1024] {
        let mut consumer = Consumer::new(&settings).unwrap();
        consumer.assign(&topic, &Start::End, LIMIT).await.unwrap();
        let batching = Batching { linger: Duration::from_millis(1), messages: 100_000, bytes: 1_000_000 };
        let how = ProducerSettings { batching: Some(batching), idempotence: true, ..ProducerSettings::default() };
        let mut producer = Producer::connect(&settings, &how, &topic, LIMIT).await.unwrap();
        let record = Record {
            topic: topic.clone(),
            value: Some(vec![b'x'; size]),
            headers: (0..4).map(|number| Header::text(format!("name-{number}"), "value")).collect(),
            ..Record::default()
        };
        let (started, (own, all)) = (Instant::now(), cpu());
        let mut seen = vec![0u8; count];
        let (mut sent, mut confirmed, mut reports) = (0, 0, Vec::new());
        while confirmed < count {
            while sent < count && producer.waiting() < IN_FLIGHT {
                match producer.send(&record, sent) {
                    Ok(()) => sent += 1,
                    Err(SendError::Full) => break,
                    Err(error) => panic!("{error}"),
                }
            }
            producer.deliveries(&mut reports, LIMIT).await;
            assert!(!reports.is_empty(), "no report within {LIMIT:?}");
            for report in reports.drain(..) {
                report.outcome.unwrap();
                seen[report.opaque] += 1;
                confirmed += 1;
            }
        }
        let (wall, (own_after, all_after)) = (started.elapsed(), cpu());
        let each = |nanoseconds: u64| nanoseconds as f64 / 1000.0 / count as f64;
        println!(
            "{size} B: {:.0}/s, {:.2} us of CPU a message in our thread, {:.2} with librdkafka's",
            count as f64 / wall.as_secs_f64(),
            each(own_after - own),
            each(all_after - all),
        );
        assert!(seen.iter().all(|times| *times == 1));
        assert_eq!(producer.waiting(), 0);
        let (mut read, started, (own, all)) = (Vec::new(), Instant::now(), cpu());
        let mut total = 0;
        while total < count {
            consumer.recv_all(&mut read, LIMIT).await.unwrap();
            assert!(!read.is_empty(), "{total} of {count} came back");
            assert!(read.iter().all(|received| received.record.headers == record.headers));
            total += read.len();
            read.clear();
        }
        let (own_after, all_after) = cpu();
        println!(
            "   read back in {:?}, {:.2} us of CPU in our thread, {:.2} with librdkafka's",
            started.elapsed(),
            each(own_after - own),
            each(all_after - all)
        );
        assert_eq!(total, count);
    }
}
