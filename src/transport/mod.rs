//! Connections to brokers: TCP, TLS, WebSocket, MQTT 5, Kafka.
//!
//! Knows brokers, and nothing of manifests. Which connection a dataflow needs is for `probe` and `run`.

#[cfg(feature = "run")]
pub mod kafka;
