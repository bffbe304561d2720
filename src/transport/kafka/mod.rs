//! Kafka by librdkafka: a [`Producer`] with delivery reports in batches, and a [`Consumer`] that assigns partitions to
//! itself.
//!
//! Connection, codecs and retries are librdkafka's. What is done here is what its safe wrapper in Rust does not do:
//! headers with any bytes, other addresses for advertised listeners, and the cause of a failure by name as soon as it
//! is known, where librdkafka itself only lets requests time out. Where credentials and settings come from is for the
//! caller.

mod config;
mod consumer;
mod context;
mod error;
mod failure;
mod ffi;
mod link;
mod producer;
mod settings;

pub use consumer::{Consumer, Received, Start};
pub use error::Error;
pub use failure::{Cause, Failure, Step};
#[cfg(feature = "sandbox")]
pub use ffi::without_rebalance_delay;
pub use producer::{Delivery, Placed, Producer, SendError};
pub use settings::{
    Acks, Batching, Compression, Identity, Login, ProducerSettings, Roots, Route, Sasl, Security, Settings, Tls, Token,
};

#[cfg(test)]
mod tests;
