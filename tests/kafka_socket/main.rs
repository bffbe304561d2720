//! `transport::kafka_socket`: every request in every version against Kafka's own schemas, a scripted peer for what no real
//! broker does, and a real Apache Kafka for everything else.

#![cfg(feature = "probe")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[cfg(feature = "run")]
#[path = "../brokers/mod.rs"]
mod brokers;

#[cfg(feature = "run")]
mod admin;
mod codec;
mod hostile;
mod peer;
mod random;
#[cfg(feature = "run")]
mod real;

use std::time::Duration;

/// A limit that no step on loopback needs.
const LIMIT: Duration = Duration::from_secs(20);

fn block<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(120), future).await.expect("a test hangs") })
}
