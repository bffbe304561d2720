//! How to reach a Kafka cluster, and how to produce: what a caller decides.

use crate::redact::Secret;
use std::time::Duration;

/// How to reach a cluster, and as whom.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `host:port` of one broker or several, separated by commas.
    pub bootstrap: String,
    /// Whether the connection is encrypted.
    pub security: Security,
    /// The login.
    pub sasl: Sasl,
    /// Other addresses to dial, for bootstrap and advertised listeners alike.
    pub routes: Vec<Route>,
    /// `client.id`; empty for librdkafka's own.
    pub client_id: String,
    /// `group.id`, for offsets that are committed. Reading never joins it.
    pub group: Option<String>,
}

/// Whether a connection is encrypted.
#[derive(Debug, Clone, Default)]
pub enum Security {
    /// In clear.
    #[default]
    Plain,
    /// TLS.
    Tls(Tls),
}

/// TLS of a connection.
#[derive(Debug, Clone)]
pub struct Tls {
    /// Whom to trust.
    pub roots: Roots,
    /// The certificate to show, if any.
    pub identity: Option<Identity>,
    /// Whether the broker's chain and name are verified.
    pub verify: bool,
}

/// Whom to trust.
#[derive(Debug, Clone)]
pub enum Roots {
    /// What the operating system trusts.
    System,
    /// These certificates, in PEM.
    Pem(String),
}

/// A client certificate.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate and what is between it and the root, in PEM.
    pub chain: String,
    /// Its private key, in PEM and not encrypted.
    pub key: Secret<String>,
}

/// The login.
#[derive(Debug, Clone, Default)]
pub enum Sasl {
    /// None.
    #[default]
    None,
    /// PLAIN (RFC 4616).
    Plain(Login),
    /// SCRAM-SHA-256 (RFC 7677).
    ScramSha256(Login),
    /// SCRAM-SHA-512.
    ScramSha512(Login),
    /// OAUTHBEARER (RFC 7628).
    OauthBearer(Token),
}

/// User and password.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
}

/// A token of OAUTHBEARER.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token, mostly a JWT.
    pub token: Secret<String>,
    /// The principal that librdkafka names it by.
    pub principal: String,
    /// When it ends, in milliseconds since 1970.
    pub expires: i64,
}

/// An address that stands for another one, as curl's `--connect-to` has it. The name that a certificate is held
/// against stays the original one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The host as configured or advertised.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The host to dial.
    pub to_host: String,
    /// The port to dial.
    pub to_port: u16,
}

/// When a broker confirms (`acks`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Acks {
    /// Never (0): what was sent counts as delivered.
    Zero,
    /// When the leader has written it (1).
    One,
    /// When all in-sync replicas have it (-1).
    #[default]
    All,
}

/// `compression.type`. Zstd is no choice of a dataflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// None.
    #[default]
    None,
    /// Gzip.
    Gzip,
    /// Snappy.
    Snappy,
    /// LZ4.
    Lz4,
}

/// How long and how much a producer gathers before it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batching {
    /// `linger.ms`.
    pub linger: Duration,
    /// `batch.num.messages`, at most 1,000,000.
    pub messages: u32,
    /// `batch.size`, in bytes.
    pub bytes: u32,
}

/// How to produce.
#[derive(Debug, Clone, Copy)]
pub struct ProducerSettings {
    /// When a broker confirms.
    pub acks: Acks,
    /// How batches are compressed.
    pub compression: Compression,
    /// How messages are gathered; `None` sends each in a batch of its own.
    pub batching: Option<Batching>,
    /// Whether the producer numbers its batches, so that a retry neither doubles nor reorders. Needs [`Acks::All`] and
    /// is ignored without. It costs one request at the start and five batches in flight for a broker at most; a cluster
    /// that refuses the producer id (`InitProducerId`) fails every message, so it can be switched off.
    pub idempotence: bool,
    /// How long a message may take, retries included (`message.timeout.ms`).
    pub message_timeout: Duration,
}

impl Default for ProducerSettings {
    fn default() -> Self {
        Self {
            acks: Acks::All,
            compression: Compression::None,
            batching: Some(Batching { linger: Duration::from_millis(5), messages: 100_000, bytes: 1_000_000 }),
            idempotence: true,
            message_timeout: Duration::from_secs(30),
        }
    }
}
