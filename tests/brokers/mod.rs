//! Real brokers for integration tests: mosquitto and Apache Kafka 4.1, with every kind of listener, on loopback.
//!
//! A test takes this in by `#[path = "brokers/mod.rs"] mod brokers;`. Brokers end with the test process, however that
//! ends. What a test asserts is its own.

#![allow(dead_code, reason = "each test uses its part")]

#[cfg(feature = "run")]
pub mod kafka;
pub mod mosquitto;
pub mod pki;
pub mod process;
pub mod witness;

use std::net::TcpListener;
use std::path::PathBuf;

/// Ports that nobody listens on, all different.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: [TcpListener; N] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// A name that no other test has: of topics, groups, clients.
pub fn unique(name: &str) -> String {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("{name}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// An empty folder below `target`; that of a broker is removed with the broker.
pub fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(unique(name));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}
