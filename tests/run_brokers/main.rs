//! `flowgate run` over real brokers: mosquitto and Apache Kafka, with kcat and mosquitto's own clients as witnesses.
//!
//! Brokers come from `brokers`, cases from `testdata/flows`. What connections do under load and when brokers come and go
//! is for `loss`.
#![cfg(feature = "run")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[path = "../brokers/mod.rs"]
mod brokers;
mod cases;
#[path = "../common/mod.rs"]
mod common;
mod failures;
#[path = "../flows/folder.rs"]
#[allow(dead_code, reason = "only what the folders hold is of use here")]
mod folder;
mod production;
mod site;
mod stopping;
mod witnesses;
