//! The brokers of the sandbox: the Kafka cases of a real broker, MQTT with mosquitto's clients, start and stop.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[path = "brokers/mod.rs"]
mod brokers;
#[path = "kafka_cases/mod.rs"]
mod kafka_cases;

use brokers::witness;
use flowgate::run::sandbox::{ADDED_USER_PROPERTIES, Needs, Sandbox};
use flowgate::transport::kafka::{Cause, Consumer, Error, Settings, Start};
use kafka_cases::{LIMIT, connect, text};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

async fn kafka(topics: &[(&str, i32)]) -> (Sandbox, Settings) {
    let topics = topics.iter().map(|(topic, partitions)| ((*topic).to_owned(), *partitions)).collect();
    let sandbox = Sandbox::start(&Needs { mqtt: 0, kafka: Some(topics) }).await.unwrap();
    let settings = Settings { bootstrap: sandbox.bootstrap().unwrap().to_owned(), ..Settings::default() };
    (sandbox, settings)
}

#[tokio::test]
async fn the_cases_of_a_real_kafka() {
    let (sandbox, settings) = kafka(&[("records", 3), ("settings", 1), ("commit", 2), ("latency", 3)]).await;
    kafka_cases::round_trip(&settings, "records").await;
    kafka_cases::settings(&settings, "settings").await;
    kafka_cases::commit(&settings, "commit").await;
    kafka_cases::latency(&settings, "latency").await;
    sandbox.stop().await;
}

#[tokio::test]
async fn topics_have_the_partitions_that_were_asked_for() {
    let (sandbox, settings) = kafka(&[("one", 1), ("many", 32)]).await;
    let mut consumer = Consumer::new(&settings).unwrap();
    assert_eq!(consumer.partitions("one", LIMIT).await.unwrap(), [0]);
    assert_eq!(consumer.partitions("many", LIMIT).await.unwrap(), (0..32).collect::<Vec<_>>());
    assert_eq!(consumer.assign("many", &Start::End, LIMIT).await.unwrap().len(), 32);
    sandbox.stop().await;
}

#[tokio::test]
async fn it_is_cold_to_a_delivered_record_in_no_time() {
    let started = Instant::now();
    let (sandbox, settings) = kafka(&[("topic", 1)]).await;
    let up = started.elapsed();
    let mut consumer = Consumer::new(&settings).unwrap();
    let mut producer = connect(&settings, "topic").await;
    consumer.assign("topic", &Start::End, LIMIT).await.unwrap();
    producer.deliver(&text("topic", b"x"), LIMIT).await.unwrap();
    assert!(consumer.recv(LIMIT).await.unwrap().is_some());
    let read = started.elapsed();
    drop((producer, consumer));
    let dropped = started.elapsed();
    sandbox.stop().await;
    println!("up {up:?}, read {read:?}, clients dropped {dropped:?}, stopped {:?}", started.elapsed());
    assert!(read < Duration::from_secs(20), "{read:?}");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn after_the_end_nobody_listens() {
    let needs = Needs { mqtt: 1, kafka: Some(vec![("topic".to_owned(), 1)]) };
    let sandbox = Sandbox::start(&needs).await.unwrap();
    let settings = Settings { bootstrap: sandbox.bootstrap().unwrap().to_owned(), ..Settings::default() };
    let mqtt = sandbox.mqtt().next().unwrap();
    TcpStream::connect(mqtt).unwrap();
    let mut producer = connect(&settings, "topic").await;
    sandbox.stop().await;
    assert!(TcpStream::connect(mqtt).is_err());
    let started = Instant::now();
    let error = producer.deliver(&text("topic", b"x"), Duration::from_millis(500)).await.unwrap_err();
    println!("{error}");
    assert!(started.elapsed() < Duration::from_secs(20));
    let error = Consumer::new(&settings).unwrap().partitions("topic", LIMIT).await.unwrap_err();
    let Error::Connection(failure) = error else { panic!("{error}") };
    assert_eq!(failure.cause, Cause::Refused);
    assert!(!Path::new("mqtt_storage").exists());
}

#[tokio::test]
async fn one_that_is_dropped_ends_too() {
    let needs = Needs { mqtt: 2, kafka: Some(Vec::new()) };
    let sandbox = Sandbox::start(&needs).await.unwrap();
    let kafka: std::net::SocketAddr = sandbox.bootstrap().unwrap().parse().unwrap();
    let addresses: Vec<_> = sandbox.mqtt().chain([kafka]).collect();
    assert_eq!(addresses.len(), 3);
    assert_ne!(addresses[0], addresses[1]);
    drop(sandbox);
    let end = Instant::now() + Duration::from_secs(5);
    for address in addresses {
        while TcpStream::connect(address).is_ok() {
            assert!(Instant::now() < end, "{address} is still there");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mqtt_passes_properties_and_adds_those_that_are_listed() {
    let sandbox = Sandbox::start(&Needs { mqtt: 1, kafka: None }).await.unwrap();
    let port = sandbox.mqtt().next().unwrap().port();
    let reader = tokio::task::spawn_blocking(move || {
        let reader = witness::mosquitto_sub(port, "a/#", 1, "%t|%C|%R|%D|%P|%p");
        std::thread::sleep(Duration::from_millis(500));
        let port = port.to_string();
        let mut args = vec!["-V", "5", "-q", "1", "-i", "sender", "-p", &port, "-t", "a/b", "-m", "payload"];
        for property in [
            &["content-type", "text/plain"][..],
            &["response-topic", "r/t"],
            &["correlation-data", "cid"],
            &["user-property", "name", "1"],
            &["user-property", "name", "2"],
            &["user-property", ADDED_USER_PROPERTIES[0], "forged"],
        ] {
            args.extend(["-D", "publish"]);
            args.extend(property);
        }
        witness::output("mosquitto_pub", &args, Duration::from_secs(10));
        String::from_utf8(witness::finish(reader, Duration::from_secs(10))).unwrap()
    });
    let seen = reader.await.unwrap();
    assert_eq!(seen.trim_end(), "a/b|text/plain|r/t|cid|name:1 name:2 x-mqtt-client-id:sender|payload");
    sandbox.stop().await;
}
