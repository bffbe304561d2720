//! `flowgate probe` at Kafka: Apache Kafka wherever it can be made to do it, a scripted broker where it cannot.
//!
//! Each case holds the stage, the verdict, the line of the manifest and the exit code. The way to a broker (names, TCP,
//! TLS) has tests of its own.
#![cfg(feature = "run")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[path = "../brokers/mod.rs"]
mod brokers;
#[path = "../common/mod.rs"]
mod common;
mod conduct;
mod doors;
mod good;
mod limits;
mod listeners;
mod logins;
mod permissions;
#[path = "../common/probe.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod probe;
mod scripted;
mod site;
