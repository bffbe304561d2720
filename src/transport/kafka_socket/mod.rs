//! Kafka on a stream of any kind, one request at a time, for whoever has to know why something does not work.
//!
//! Requests are written by the crate `kafka-protocol`. Answers are read here (`read`): that crate reserves memory for as many
//! elements as an answer claims to have, and a hostile answer of twenty bytes can claim enough to end the process.
//! [`Connection`] moves frames and keeps their order; `versions`, `sasl`, `cluster`, `group`, `topic` and `produce` are its
//! requests. Nothing here is sent again, and nothing is decided: which broker to dial, and what an answer means for a
//! dataflow, is for `probe`. `transport::kafka` is the client that moves messages.

mod api;
mod batch;
mod cluster;
mod code;
mod connection;
mod error;
mod group;
mod produce;
mod read;
mod sasl;
mod scram;
mod topic;
mod versions;

pub use api::{Api, Range};
pub use batch::Compression;
pub use cluster::{Allowed, Broker, Metadata, Partition, Topic};
pub use code::Code;
pub use connection::{Connection, MAX_ANSWER};
pub use error::{Came, KafkaError, WithoutSasl};
pub use group::{Committed, Group};
pub use produce::{Acks, Placed};
pub use sasl::Session;
pub use scram::Scram;
pub use topic::{Ends, TopicLimits};
pub use versions::Versions;
