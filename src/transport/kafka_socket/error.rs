//! What goes wrong between this side and a Kafka broker, one variant for each cause that can be told from the others.
//!
//! Text of the server is kept as it came, bounded; the messages escape it.

use super::api::{Api, Range};
use super::code::Code;
use super::connection::MAX_ANSWER;
use crate::transport::words;
use std::io;
use std::time::Duration;
use tokio_rustls::rustls;

/// How much had come on a connection when it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Came {
    /// Not a byte, since the start.
    Nothing,
    /// Whole answers to earlier requests, and nothing of this one.
    Answers,
    /// A part of this answer.
    Part,
}

/// How a listener shows that it has no SASL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WithoutSasl {
    /// It does not list `SaslHandshake` among its requests.
    NotListed,
    /// It answers the handshake with this error.
    Refused(Code),
    /// It closes the connection at the handshake.
    Closed,
}

/// Why a request was not answered as it was meant to be.
///
/// After anything but a refusal the connection is of no use any more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KafkaError {
    /// The broker closed the connection.
    #[error("the broker closed the connection {}", closed(*.api, *.came))]
    Closed {
        /// What it was asked.
        api: Api,
        /// What had come until then.
        came: Came,
    },
    /// The broker, or something in between, reset the connection.
    #[error("the other end reset the connection when asked for {api}")]
    Reset {
        /// What it was asked.
        api: Api,
        /// What had come until then.
        came: Came,
        /// The error of the operating system.
        #[source]
        error: io::Error,
    },
    /// The network or TLS ended it. A late alert of TLS 1.3, such as one for a missing client certificate, is in here.
    #[error("while asking for {api}: {}", words::io(.error))]
    Io {
        /// What the broker was asked.
        api: Api,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// No whole answer in time.
    #[error("no {}answer to {api} within {} ms", if *.bytes > 0 { "whole " } else { "" }, .limit.as_millis())]
    Silent {
        /// What the broker was asked.
        api: Api,
        /// How long was waited.
        limit: Duration,
        /// Bytes of an answer that had come.
        bytes: usize,
    },
    /// What answers there is no Kafka.
    #[error("{}", not_kafka(*.speaks))]
    NotKafka {
        /// The protocol that it speaks, if that can be told.
        speaks: Option<&'static str>,
        /// The first bytes that came, 16 at most.
        start: Vec<u8>,
    },
    /// An answer that cannot be read.
    #[error("the answer to {api} cannot be read: {what}")]
    Malformed {
        /// What the broker was asked.
        api: Api,
        /// What is wrong with it.
        what: &'static str,
    },
    /// An answer longer than [`MAX_ANSWER`].
    #[error("the answer to {api} has {bytes} bytes, expected at most {MAX_ANSWER}")]
    TooLarge {
        /// What the broker was asked.
        api: Api,
        /// The length that it announces.
        bytes: u32,
    },
    /// An answer to another request than the one that was made.
    #[error("an answer with the correlation id {got} came for {api}, expected {sent}")]
    Correlation {
        /// What the broker was asked.
        api: Api,
        /// The id of the request.
        sent: i32,
        /// The id of the answer.
        got: i32,
    },
    /// The broker does not take any version of a request that is spoken here.
    #[error("the broker takes {}, expected {wanted}", taken(*.api, *.offered))]
    Unsupported {
        /// The request.
        api: Api,
        /// The versions that are spoken here, or that are needed.
        wanted: Range,
        /// The versions that the broker lists; `None` if it does not list the request.
        offered: Option<Range>,
    },
    /// The listener has SASL, but not this mechanism.
    #[error("the broker does not offer the SASL mechanism `{}`, but {}", .asked.escape_debug(), list(.offered))]
    UnsupportedMechanism {
        /// The mechanism.
        asked: String,
        /// Those that it offers.
        offered: Vec<String>,
    },
    /// The listener has no SASL.
    #[error("the listener has no SASL: {}", without_sasl(*.how))]
    NoSasl {
        /// How it shows.
        how: WithoutSasl,
    },
    /// The broker does not take the login.
    #[error("the broker refuses the login: {code}{}{}", said("it says", .says.as_deref()), said("status", .status.as_deref()))]
    LoginRefused {
        /// Its error code.
        code: Code,
        /// Its own words. What was sent as a secret is masked in them.
        says: Option<String>,
        /// For OAUTHBEARER: the status in its answer to the token (RFC 7628, 3.2.2), such as `invalid_token`.
        status: Option<String>,
    },
    /// The broker took the password without knowing it: its SCRAM signature is wrong.
    #[error("the broker did not prove that it knows the password: its SCRAM signature is wrong")]
    ServerNotProved,
    /// A SCRAM message that breaks RFC 5802, or that asks for what is not done here.
    #[error("the SCRAM login cannot go on: {0}")]
    Scram(String),
    /// The broker answers with an error.
    #[error("the broker refuses {api}: {code}{}", said("it says", .says.as_deref()))]
    Refused {
        /// What it was asked.
        api: Api,
        /// Its error code.
        code: Code,
        /// Its own words.
        says: Option<String>,
    },
    /// The answer lacks what was asked for.
    #[error("the answer to {api} says nothing about {what}")]
    Missing {
        /// What the broker was asked.
        api: Api,
        /// What is not in it.
        what: &'static str,
    },
    /// A request that cannot be written. Nothing was sent.
    #[error("{api} cannot be sent: {what}")]
    Unsendable {
        /// The request.
        api: Api,
        /// Why not.
        what: String,
    },
}

impl KafkaError {
    /// The error code of a broker that answered with one.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Refused { code, .. }
            | Self::LoginRefused { code, .. }
            | Self::NoSasl { how: WithoutSasl::Refused(code) } => Some(*code),
            _ => None,
        }
    }
}

impl KafkaError {
    /// The error of TLS that ended the connection, such as an alert of the broker, which TLS 1.3 can send long after the
    /// handshake.
    pub fn tls(&self) -> Option<&rustls::Error> {
        match self {
            Self::Io { error, .. } => error.get_ref()?.downcast_ref(),
            _ => None,
        }
    }
}

/// The most characters that are kept of a server's text.
const TEXT: usize = 400;

/// A text of the server, bounded; `None` if there is none.
pub(super) fn bounded(text: Option<String>) -> Option<String> {
    let text = text.filter(|text| !text.is_empty())?;
    match text.char_indices().nth(TEXT) {
        None => Some(text),
        Some((end, _)) => Some(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}

fn said(what: &str, text: Option<&str>) -> String {
    text.map(|text| format!("; {what}: `{}`", text.escape_debug())).unwrap_or_default()
}

fn closed(api: Api, came: Came) -> String {
    match came {
        Came::Nothing => format!("without a word when asked for {api}"),
        Came::Answers => format!("when asked for {api}"),
        Came::Part => format!("in the middle of its answer to {api}"),
    }
}

fn not_kafka(speaks: Option<&str>) -> String {
    match speaks {
        Some(other) => format!("{other} answers there, not Kafka"),
        None => "what answers there does not speak Kafka".to_owned(),
    }
}

fn taken(api: Api, range: Option<Range>) -> String {
    match range {
        Some(range) if range.min == range.max => format!("{api} in version {range} only"),
        Some(range) => format!("{api} in versions {range}"),
        None => format!("no {api}"),
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none at all".to_owned();
    }
    let names: Vec<String> = names.iter().take(20).map(|name| format!("`{}`", name.escape_debug())).collect();
    names.join(", ")
}

fn without_sasl(how: WithoutSasl) -> String {
    match how {
        WithoutSasl::NotListed => format!("it takes no {}", Api::SaslHandshake),
        WithoutSasl::Refused(code) => format!("it answers {} with {code}", Api::SaslHandshake),
        WithoutSasl::Closed => format!("it closed the connection at {}", Api::SaslHandshake),
    }
}
