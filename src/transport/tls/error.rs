//! Errors of TLS in words, with the facts up to where it failed.

use super::certificate::{date, shown};
use super::refusal::{ClientRefusal, alert_words};
use super::{TlsFacts, TrustError};
use crate::transport::words as io_words;
use std::io;
use std::time::Duration;
use tokio_rustls::rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

/// A handshake that did not end well.
#[derive(Debug, Clone, thiserror::Error)]
#[error("TLS with `{}`: {cause}", .facts.server_name)]
pub struct TlsError {
    /// What was seen until then.
    pub facts: Box<TlsFacts>,
    /// Why.
    pub cause: TlsCause,
}

impl TlsError {
    pub(super) fn new(facts: TlsFacts, cause: TlsCause) -> Self {
        Self { facts: Box::new(facts), cause }
    }
}

/// Why a handshake did not end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsCause {
    /// The host is no name that a certificate could be for.
    #[error("that is no host name or address that a certificate could be for")]
    ServerName,
    /// Nobody is trusted, or the trust bundle is damaged.
    #[error("{0}")]
    Trust(TrustError),
    /// The chain ends in no authority that is trusted.
    #[error("the certificate is issued by an authority that is not trusted here: `{issuer}`")]
    UnknownIssuer {
        /// Who signed the last certificate of the chain.
        issuer: String,
    },
    /// The server leaves away a certificate between its own and the root: what it sends does not hang together, or its
    /// own certificate alone names an authority in between. Of a certificate that came alone that can only be inferred,
    /// from what it says of its issuer; where it says nothing of it, it is [`Self::UnknownIssuer`].
    #[error("the server does not send the intermediate certificate `{issuer}`, which would lead to a root")]
    IntermediateMissing {
        /// Who signed the certificate behind which there is nothing.
        issuer: String,
    },
    /// The certificate vouches for itself.
    #[error("the certificate `{subject}` is self-signed and not trusted here")]
    SelfSigned {
        /// Whom it is for.
        subject: String,
    },
    /// The certificate is for other names.
    #[error("the certificate is not for `{expected}`, but for {}", names(.presented))]
    WrongName {
        /// The name that was asked for.
        expected: String,
        /// The names in the certificate.
        presented: Vec<String>,
    },
    /// A certificate of the chain is no longer good.
    #[error("the certificate has expired{}", since(.not_after))]
    Expired {
        /// Its last moment, in seconds since 1970.
        not_after: Option<u64>,
    },
    /// A certificate of the chain is not good yet.
    #[error("the certificate is not valid yet{}", from(.not_before))]
    NotYetValid {
        /// Its first moment, in seconds since 1970.
        not_before: Option<u64>,
    },
    /// The certificate is refused for another reason.
    #[error("the certificate is refused: {0}")]
    Certificate(String),
    /// The server refuses the client certificate, or demands one.
    #[error("the server refuses: {0}")]
    Client(ClientRefusal),
    /// The server refuses for another reason, by an alert.
    #[error("the server refuses: {words}")]
    Alert {
        /// The alert's name in the standard (RFC 8446, 6.2), as rustls writes it.
        name: String,
        /// In words.
        words: &'static str,
    },
    /// The server speaks none of the versions that this side wants.
    #[error("the server speaks neither TLS 1.2 nor 1.3, but an older version")]
    OldVersion,
    /// The server has no cipher or other parameter in common with this side.
    #[error("no TLS cipher or parameters in common: {0}")]
    Incompatible(String),
    /// No TLS is spoken there.
    #[error("no TLS is spoken there{}", instead(.speaks))]
    Plain {
        /// What is spoken instead, if it could be told.
        speaks: Option<&'static str>,
    },
    /// The connection was reset before anything was said.
    #[error("the other end reset the connection; a port without TLS often does that")]
    Reset,
    /// The other end closed the connection or the network did, before anything was said.
    #[error("{0}; a port without TLS often does that")]
    Ended(String),
    /// No answer in time.
    #[error("no answer within {} ms; a port without TLS may just wait for more", .0.as_millis())]
    Silent(Duration),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// More names are counted.
const SHOWN_NAMES: usize = 10;

fn names(presented: &[String]) -> String {
    if presented.is_empty() {
        return "no name at all".to_owned();
    }
    let mut all: Vec<String> = presented.iter().take(SHOWN_NAMES).map(|name| format!("`{name}`")).collect();
    if presented.len() > SHOWN_NAMES {
        all.push(format!("{} more", presented.len() - SHOWN_NAMES));
    }
    all.join(", ")
}

fn since(not_after: &Option<u64>) -> String {
    not_after.map_or_else(String::new, |seconds| format!(", on {}", date(seconds)))
}

fn from(not_before: &Option<u64>) -> String {
    not_before.map_or_else(String::new, |seconds| format!(", but from {}", date(seconds)))
}

fn instead(speaks: &Option<&'static str>) -> String {
    speaks.map_or_else(String::new, |name| format!(", but {name}"))
}

/// Why a handshake failed, from rustls's error, the first bytes that came, the facts, and the authority whose certificate
/// is missing.
pub(super) fn cause(error: &io::Error, heard: &[u8], facts: &TlsFacts, gap: Option<String>) -> TlsCause {
    let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        return match heard {
            [] if error.kind() == io::ErrorKind::ConnectionReset => TlsCause::Reset,
            [] => TlsCause::Ended(io_words::io(error)),
            _ => TlsCause::Other(io_words::io(error)),
        };
    };
    match inner {
        Error::InvalidCertificate(error) => certificate(error, facts, gap),
        Error::AlertReceived(alert) => refused(*alert, facts),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::Tls12NotOfferedOrEnabled,
        ) => TlsCause::OldVersion,
        Error::PeerIncompatible(_) => TlsCause::Incompatible(inner.to_string()),
        Error::InvalidMessage(_) if !matches!(heard, [0x14..=0x17, 3, ..]) => {
            TlsCause::Plain { speaks: io_words::plain(heard) }
        }
        _ => TlsCause::Other(words(inner)),
    }
}

fn refused(alert: AlertDescription, facts: &TlsFacts) -> TlsCause {
    let shown = facts.client_certificate.as_ref().map(|request| request.answered);
    match (alert, ClientRefusal::of(alert), shown) {
        (AlertDescription::ProtocolVersion, ..) => TlsCause::OldVersion,
        (_, Some(refusal), Some(shown)) => TlsCause::Client(refusal.given(shown)),
        // Before it asked for one it can only mean that there are no parameters in common.
        (_, Some(refusal), None) if refusal != ClientRefusal::Handshake => TlsCause::Client(refusal),
        (AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity, ..) => {
            TlsCause::Incompatible(alert_words(alert).to_owned())
        }
        _ => TlsCause::Alert { name: format!("{alert:?}"), words: alert_words(alert) },
    }
}

/// Why a certificate is refused.
pub(super) fn certificate(error: &CertificateError, facts: &TlsFacts, gap: Option<String>) -> TlsCause {
    match error {
        CertificateError::UnknownIssuer => unknown(facts, gap),
        // An authority of the same name is trusted, but its key is another. After a good verdict it is the server that
        // does not have the key of its certificate.
        CertificateError::BadSignature if facts.trusted_by.is_none() => unknown(facts, gap),
        CertificateError::NotValidForNameContext { .. } | CertificateError::NotValidForName => TlsCause::WrongName {
            expected: facts.server_name.clone(),
            presented: facts.chain.first().map(|leaf| leaf.names.clone()).unwrap_or_default(),
        },
        CertificateError::ExpiredContext { not_after, .. } => {
            TlsCause::Expired { not_after: Some(not_after.as_secs()) }
        }
        CertificateError::Expired => TlsCause::Expired { not_after: None },
        CertificateError::NotValidYetContext { not_before, .. } => {
            TlsCause::NotYetValid { not_before: Some(not_before.as_secs()) }
        }
        CertificateError::NotValidYet => TlsCause::NotYetValid { not_before: None },
        // webpki says it of a self-signed leaf that is marked as an authority.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            match facts.chain.first() {
                Some(leaf) if leaf.is_self_signed() => TlsCause::SelfSigned { subject: leaf.subject.clone() },
                _ => TlsCause::Certificate("an authority's certificate is used as the server's own".to_owned()),
            }
        }
        CertificateError::BadSignature => {
            TlsCause::Certificate("the server does not prove that it has the key".to_owned())
        }
        CertificateError::BadEncoding => TlsCause::Certificate("it cannot be read".to_owned()),
        other => TlsCause::Certificate(shown(&other.to_string())),
    }
}

fn unknown(facts: &TlsFacts, gap: Option<String>) -> TlsCause {
    match (facts.chain.as_slice(), gap) {
        (_, Some(issuer)) => TlsCause::IntermediateMissing { issuer },
        ([only], None) if only.is_self_signed() => TlsCause::SelfSigned { subject: only.subject.clone() },
        (chain, None) => {
            TlsCause::UnknownIssuer { issuer: chain.last().map(|last| last.issuer.clone()).unwrap_or_default() }
        }
    }
}

/// An error of rustls in words, also one that comes after the handshake: with TLS 1.3 that is when a server refuses the
/// client certificate.
pub fn words(error: &Error) -> String {
    match error {
        Error::AlertReceived(alert) => format!("the server refuses: {}", alert_words(*alert)),
        Error::InvalidCertificate(error) => format!("the server's certificate is refused: {error}"),
        other => format!("TLS error: {other}"),
    }
}
