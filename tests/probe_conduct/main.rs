//! How a probe behaves towards others: no credential over a connection that is not to be trusted, no secret in any
//! output, nothing of a dataflow disturbed and nothing left behind.
//!
//! What it finds out is for other tests.

#![cfg(feature = "probe")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod bad_tls;
#[cfg(feature = "run")]
#[path = "../brokers/mod.rs"]
mod brokers;
mod footprint;
#[cfg(feature = "run")]
mod kafka;
#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../transport/mosquitto.rs"]
mod mosquitto;
mod outputs;
#[path = "../transport/pki.rs"]
mod pki;
mod program;
mod recorder;
mod sentinel;
mod tap;
mod ways_in;
mod willing;
