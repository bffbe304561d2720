//! The probe below the protocol, against real servers: names, addresses, TLS, storage hosts.
//!
//! mosquitto, OpenSSL's test server and a web server are real; a scripted peer is there for silence alone.
#![cfg(feature = "run")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[path = "../brokers/mod.rs"]
mod brokers;
#[path = "../common/mod.rs"]
mod common;
mod https;
mod network;
#[allow(dead_code, reason = "only a part is needed here")]
#[path = "../transport/pki.rs"]
mod pki;
#[path = "../common/probe.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod probe;
#[allow(dead_code, reason = "only a part is needed here")]
#[path = "../transport/program.rs"]
mod program;
mod readme;
mod tls;

/// The broker for the tests of this process.
fn network_mosquitto() -> &'static brokers::mosquitto::Mosquitto {
    &brokers::mosquitto::SHARED
}
