//! `transport` against real brokers on loopback, and against a scripted peer for what no broker here does.

#![cfg(feature = "probe")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[path = "../brokers/mod.rs"]
mod brokers;
mod chain;
mod client;
mod dialogue;
mod dns;
mod enhanced;
mod hostile;
mod identify;
mod loss;
mod mosquitto;
mod peer;
#[allow(dead_code, reason = "other tests use more of it")]
mod pki;
mod program;
mod properties;
mod proxy;
mod tls;
mod websocket;

use flowgate::transport::mqtt::{Client, ConnectOptions, Incoming};
use flowgate::transport::net::{Route, Target};
use std::time::Duration;

/// A limit that no step on loopback needs.
const LIMIT: Duration = Duration::from_secs(10);

fn block<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), future).await.expect("a test hangs") })
}

fn options(port: u16, client_id: &str) -> ConnectOptions {
    ConnectOptions {
        route: Route { step_timeout: LIMIT, ..Route::default() },
        ..ConnectOptions::new(Target::new("127.0.0.1", port), client_id)
    }
}

async fn next(client: &Client) -> Incoming {
    tokio::time::timeout(LIMIT, client.recv()).await.expect("no message").unwrap()
}

async fn nothing_more(client: &Client) {
    let more = tokio::time::timeout(Duration::from_millis(200), client.recv()).await;
    assert!(more.is_err(), "{more:?}");
}
