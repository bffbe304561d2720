//! The cause of a failed connection, read from what librdkafka says of it.
//!
//! librdkafka tells most causes by one and the same error code and lets the request that waits time out; what tells them
//! apart is the text of the error, of a log line, or OpenSSL's verdict on a certificate. The texts are those of
//! librdkafka 2.12.1.

use super::context::Context;
use super::error::{
    LOCAL_ALL_BROKERS_DOWN, LOCAL_AUTHENTICATION, LOCAL_FATAL, LOCAL_NO_RESET, LOCAL_RESOLVE, LOCAL_SSL,
};
use super::ffi::Notice;
use std::fmt;

/// The step of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Looking up the name.
    Resolve,
    /// The TCP connection.
    Connect,
    /// The first request, which asks for protocol versions.
    Protocol,
    /// The TLS handshake.
    Tls,
    /// SASL.
    Login,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The name has no address.
    UnknownName,
    /// Nobody listens.
    Refused,
    /// No answer to TCP, TLS or the first request within the time for a connection.
    Silent,
    /// The network or the operating system says something else.
    Network(String),
    /// The broker ended the connection without a word. In clear, that is what a listener that wants TLS or a login does.
    Closed,
    /// A connection that had been in use ended.
    Lost,
    /// The answer to TLS is none: the listener speaks in clear.
    NotTls,
    /// No trusted authority stands behind the certificate.
    UnknownIssuer,
    /// The certificate is for another name.
    WrongName,
    /// The certificate has expired, or is not valid yet.
    Expired,
    /// OpenSSL refuses the certificate for another reason: its code, one of `X509_V_ERR_*`.
    Certificate(i32),
    /// The broker wants a client certificate.
    NoClientCertificate,
    /// The broker does not take the client certificate: its TLS alert.
    ClientCertificate(String),
    /// TLS failed otherwise, in OpenSSL's words.
    Handshake(String),
    /// The listener does not offer the mechanism; those that it offers.
    Mechanism(String),
    /// The broker refuses user, password or token, in its own words.
    Refusal(String),
    /// There is no token to log in with.
    NoToken(String),
}

/// A failed connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The broker, as `host:port`; empty where librdkafka does not say.
    pub broker: String,
    /// Its number, where the address is one that the cluster advertises.
    pub node: Option<i32>,
    /// The step that failed.
    pub step: Step,
    /// Why.
    pub cause: Cause,
}

impl Failure {
    /// Whether trying again cannot help: names, certificates and logins do not heal by themselves, as brokers do that
    /// restart.
    pub fn is_lasting(&self) -> bool {
        !matches!(self.cause, Cause::Refused | Cause::Silent | Cause::Network(_) | Cause::Closed | Cause::Lost)
    }

    /// Whether one such answer settles it, whatever other addresses there are.
    pub(super) fn is_settled(&self) -> bool {
        self.is_lasting() && self.step >= Step::Tls
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.broker.as_str(), self.node) {
            ("", _) => f.write_str("a broker")?,
            (broker, None) => write!(f, "`{broker}`")?,
            (broker, Some(node)) => write!(f, "`{broker}` (advertised by the cluster as broker {node})")?,
        }
        match &self.cause {
            Cause::UnknownName => f.write_str(": its name has no address"),
            Cause::Refused => f.write_str(" refused the connection: nothing listens there"),
            Cause::Silent => f.write_str(" did not answer in time"),
            Cause::Network(words) => write!(f, " could not be reached: {words}"),
            Cause::Closed => match self.step {
                Step::Login => f.write_str(" ended the connection during the login"),
                Step::Tls => f.write_str(" ended the connection during the TLS handshake"),
                _ => f.write_str(" ended the connection without an answer: the listener may want TLS or a login"),
            },
            Cause::Lost => f.write_str(" ended the connection"),
            Cause::NotTls => f.write_str(" does not speak TLS: the listener is in clear"),
            Cause::UnknownIssuer => f.write_str(" has a certificate that no trusted authority issued"),
            Cause::WrongName => f.write_str(" has a certificate for another name"),
            Cause::Expired => f.write_str(" has a certificate that is out of date or not valid yet"),
            Cause::Certificate(code) => {
                write!(f, " has a certificate that does not pass (code {code} of OpenSSL's verification)")
            }
            Cause::NoClientCertificate => f.write_str(" wants a client certificate"),
            Cause::ClientCertificate(alert) => write!(f, " does not take the client certificate: {alert}"),
            Cause::Handshake(words) => write!(f, ": the TLS handshake failed: {words}"),
            Cause::Mechanism(offered) if offered.is_empty() => f.write_str(" takes no SASL login on this listener"),
            Cause::Mechanism(offered) => write!(f, " does not offer this SASL mechanism, but: {offered}"),
            Cause::Refusal(words) => write!(f, " refused the login: {words}"),
            Cause::NoToken(words) => write!(f, ": there is no token to log in with: {words}"),
        }
    }
}

impl std::error::Error for Failure {}

/// What a notice says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A connection failed.
    Failure(Failure),
    /// No broker is connected.
    AllDown,
    /// The cluster refuses something else: the error code.
    Refusal(i32),
    /// Nothing about connections.
    Nothing,
}

/// Reads a notice.
pub(super) fn read(notice: &Notice, context: &Context) -> Said {
    if notice.code == Some(LOCAL_ALL_BROKERS_DOWN) {
        return Said::AllDown;
    }
    let (broker, node, text) = parts(&notice.text);
    let known = Known { verdict: context.certificate_verdict(broker), has_identity: context.has_identity };
    match cause(notice.code, text, &known) {
        Some((step, cause)) => Said::Failure(Failure { broker: broker.to_owned(), node, step, cause }),
        None => match notice.code {
            Some(code) if code > 0 || matches!(code, LOCAL_FATAL | LOCAL_NO_RESET) => Said::Refusal(code),
            _ => Said::Nothing,
        },
    }
}

/// What decides where a text fits two causes.
#[derive(Default)]
struct Known {
    /// OpenSSL's code for the broker's certificate.
    verdict: Option<i32>,
    /// Whether a client certificate was shown.
    has_identity: bool,
}

/// Splits `[thrd:…]: sasl_ssl://host:port/1: text` into address, number and text.
fn parts(text: &str) -> (&str, Option<i32>, &str) {
    let text = match text.strip_prefix("[thrd:").and_then(|rest| rest.split_once("]: ")) {
        Some((_, rest)) => rest,
        None => text,
    };
    let Some((name, rest)) = text.split_once(": ") else { return ("", None, text) };
    // In clear there is no protocol before the address.
    let address = name.split_once("://").map_or(name, |(_, address)| address);
    let Some((address, node)) = address.rsplit_once('/') else { return ("", None, text) };
    let is_address = |text: &str| text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if is_address(address) { (address, node.parse().ok(), rest) } else { ("", None, text) }
}

/// Step and cause by the code and the text of a notice.
fn cause(code: Option<i32>, text: &str, known: &Known) -> Option<(Step, Cause)> {
    let lower = text.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    if code == Some(LOCAL_AUTHENTICATION) {
        return Some((Step::Login, login(text)));
    }
    if code == Some(LOCAL_RESOLVE) || has("failed to resolve") {
        return Some((Step::Resolve, Cause::UnknownName));
    }
    if has("failed to acquire sasl oauthbearer token") {
        return Some((Step::Login, login(text)));
    }
    if code == Some(LOCAL_SSL) || has("ssl handshake failed") || has("ssl alert") || has("certificate verify failed") {
        return Some((Step::Tls, tls(text, &lower, known)));
    }
    if has("connection setup timed out") {
        return Some((Step::Connect, Cause::Silent));
    }
    let step = state(&lower);
    if has("connection refused") {
        return Some((Step::Connect, Cause::Refused));
    }
    if has("saslauthenticaterequest failed") || has("saslhandshakerequest failed") {
        return Some((Step::Login, Cause::Closed));
    }
    if has("connect to") && has("failed:") {
        return Some((Step::Connect, Cause::Network(short(text))));
    }
    // A connection that had been up, and ended: a broker that stops, or one that wants a login.
    if has("disconnected") || has("apiversionrequest failed") || has("connection closed") {
        return Some((step.unwrap_or(Step::Protocol), Cause::Closed));
    }
    None
}

/// The step of `(after 5ms in state SSL_HANDSHAKE)`.
fn state(lower: &str) -> Option<Step> {
    let (_, state) = lower.rsplit_once("in state ")?;
    Some(match state.split(|char: char| !char.is_alphanumeric() && char != '_').next()? {
        "connect" | "try_connect" => Step::Connect,
        "ssl_handshake" => Step::Tls,
        "auth_legacy" | "auth_handshake" | "auth_req" | "reauth" => Step::Login,
        _ => Step::Protocol,
    })
}

fn tls(text: &str, lower: &str, known: &Known) -> Cause {
    if lower.contains("connecting to a plaintext broker listener") || lower.contains("wrong version number") {
        return Cause::NotTls;
    }
    // Java refuses a certificate that is missing as it refuses one that is bad.
    let certificate_wanted =
        ["certificate required", "bad certificate", "handshake failure"].iter().any(|alert| lower.contains(alert));
    if !known.has_identity && certificate_wanted {
        return Cause::NoClientCertificate;
    }
    if let Some((_, alert)) = lower.split_once("alert ") {
        let alert = alert.split([':', '(']).next().unwrap_or(alert).trim();
        return Cause::ClientCertificate(format!("alert `{alert}`"));
    }
    if lower.contains("certificate verify failed") || lower.contains("certificate could not be verified") {
        // Codes of OpenSSL's x509_vfy.h.
        return match known.verdict {
            Some(62..=64) => Cause::WrongName,
            Some(9 | 10) => Cause::Expired,
            Some(2 | 18 | 19 | 20 | 21 | 27) | None => Cause::UnknownIssuer,
            Some(code) => Cause::Certificate(code),
        };
    }
    if lower.contains("disconnected") || lower.contains("connection reset") {
        return Cause::Closed;
    }
    Cause::Handshake(short(text.trim_start_matches("SSL handshake failed: ")))
}

fn login(text: &str) -> Cause {
    let text = short(text);
    if let Some((_, offered)) = text.split_once("supported mechanisms:") {
        let mut offered: Vec<&str> = offered.split(',').map(str::trim).collect();
        offered.sort_unstable();
        return Cause::Mechanism(offered.join(", "));
    }
    if let Some((_, reason)) = text.split_once("Failed to acquire SASL OAUTHBEARER token: ") {
        return Cause::NoToken(reason.to_owned());
    }
    let words = ["SASL authentication error: ", "SASL SCRAM-SHA-256 mechanism: ", "SASL SCRAM-SHA-512 mechanism: "]
        .iter()
        .find_map(|mark| text.split_once(mark))
        .map_or(text.as_str(), |(_, words)| words);
    Cause::Refusal(words.to_owned())
}

/// The text without how long it took and how often it was said.
fn short(text: &str) -> String {
    let end = text.find(" (after ").unwrap_or(text.len());
    text.get(..end).unwrap_or(text).trim().to_owned()
}
