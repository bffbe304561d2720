//! What a server says against the client certificate, or against there being none: TLS alerts (RFC 8446, 6.2).

use std::io;
use tokio_rustls::rustls::{AlertDescription, Error};

/// Why a server lets no client in, as far as its alert says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", self.words())]
pub enum ClientRefusal {
    /// It demands a client certificate.
    Required,
    /// It does not trust the authority that signed it.
    UnknownCa,
    /// It is no longer good.
    Expired,
    /// It was revoked.
    Revoked,
    /// It is damaged or its signature is wrong; some servers mean that there is none.
    Bad,
    /// Its kind of key or signature is not supported.
    Unsupported,
    /// It is good, but its owner may not come in.
    AccessDenied,
    /// Something else is wrong with it.
    Unknown,
    /// No parameters in common; with TLS 1.2 many servers say that when there is no client certificate.
    Handshake,
}

impl ClientRefusal {
    pub(super) const fn of(alert: AlertDescription) -> Option<Self> {
        Some(match alert {
            AlertDescription::CertificateRequired => Self::Required,
            AlertDescription::UnknownCA => Self::UnknownCa,
            AlertDescription::CertificateExpired => Self::Expired,
            AlertDescription::CertificateRevoked => Self::Revoked,
            AlertDescription::BadCertificate => Self::Bad,
            AlertDescription::UnsupportedCertificate => Self::Unsupported,
            AlertDescription::AccessDenied => Self::AccessDenied,
            AlertDescription::CertificateUnknown => Self::Unknown,
            AlertDescription::HandshakeFailure => Self::Handshake,
            _ => return None,
        })
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Required => "it demands a client certificate, and none was given",
            Self::UnknownCa => "it does not trust the authority of the client certificate",
            Self::Expired => "the client certificate has expired",
            Self::Revoked => "the client certificate was revoked",
            Self::Bad => "it does not take the client certificate, or demands one",
            Self::Unsupported => "it cannot use this kind of client certificate",
            Self::AccessDenied => "the client certificate is good, but has no access",
            Self::Unknown => "it could not accept the client certificate",
            Self::Handshake => "no parameters in common, or it demands a client certificate",
        }
    }

    /// What it means to a client that was asked for a certificate, and knows whether it has shown one: without one the
    /// alerts that Java and TLS 1.2 have for it are a demand.
    #[must_use]
    pub const fn given(self, shown: bool) -> Self {
        match self {
            Self::Bad | Self::Unknown | Self::Handshake if !shown => Self::Required,
            refusal => refusal,
        }
    }
}

/// What a server says against the client by an alert inside `error`. With TLS 1.3 that comes after the handshake, with
/// the first answer that is read.
pub fn late_alert(error: &io::Error) -> Option<ClientRefusal> {
    match tls_error(error)? {
        Error::AlertReceived(alert) => ClientRefusal::of(*alert),
        _ => None,
    }
}

/// The error of rustls inside `error`, however deep.
fn tls_error(error: &io::Error) -> Option<&Error> {
    let mut inner: &(dyn std::error::Error + 'static) = error.get_ref()?;
    loop {
        if let Some(error) = inner.downcast_ref::<Error>() {
            return Some(error);
        }
        inner = match inner.downcast_ref::<io::Error>() {
            // Its source would be that of what it holds.
            Some(error) => error.get_ref()?,
            None => inner.source()?,
        };
    }
}

/// What an alert says, about the client certificate or about something else.
pub(super) const fn alert_words(alert: AlertDescription) -> &'static str {
    if let Some(refusal) = ClientRefusal::of(alert) {
        return refusal.words();
    }
    match alert {
        AlertDescription::ProtocolVersion => "it does not speak TLS 1.2 or 1.3",
        AlertDescription::InsufficientSecurity => "it demands stronger ciphers",
        AlertDescription::UnrecognisedName => "it serves no such host name",
        AlertDescription::DecryptError => "a signature does not fit, often that of the client certificate",
        AlertDescription::NoApplicationProtocol => "it speaks none of the offered application protocols",
        AlertDescription::InternalError => "it has an error of its own",
        AlertDescription::CloseNotify => "it closed the connection",
        _ => "it sent a TLS alert",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_found_inside_other_errors() {
        let alert = |alert| io::Error::other(Error::AlertReceived(alert));
        assert_eq!(late_alert(&alert(AlertDescription::UnknownCA)), Some(ClientRefusal::UnknownCa));
        let deep = io::Error::other(io::Error::other(alert(AlertDescription::CertificateRequired)));
        assert_eq!(late_alert(&deep), Some(ClientRefusal::Required));
        assert_eq!(late_alert(&alert(AlertDescription::CloseNotify)), None);
        assert_eq!(late_alert(&io::Error::other("x")), None);
        assert_eq!(late_alert(&io::ErrorKind::ConnectionReset.into()), None);
    }

    #[test]
    fn without_a_certificate_it_is_a_demand() {
        assert_eq!(ClientRefusal::Bad.given(false), ClientRefusal::Required);
        assert_eq!(ClientRefusal::Bad.given(true), ClientRefusal::Bad);
        assert_eq!(ClientRefusal::Expired.given(false), ClientRefusal::Expired);
    }
}
