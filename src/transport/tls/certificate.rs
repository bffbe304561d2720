//! What a certificate says of itself, for people.
//!
//! Whether it is trusted is for `trust`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// A certificate, read as far as it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The whole of it, in DER.
    pub der: Vec<u8>,
    /// Distinguished name of whom it is for.
    pub subject: String,
    /// Distinguished name of who signed it.
    pub issuer: String,
    /// The DNS names, IP addresses and URIs that it is good for.
    pub names: Vec<String>,
    /// The first moment that it is good for.
    pub not_before: Option<SystemTime>,
    /// The last.
    pub not_after: Option<SystemTime>,
}

impl Certificate {
    /// Reads `der`; what cannot be read stays empty.
    pub fn read(der: &[u8]) -> Self {
        let mut certificate = Self {
            der: der.to_vec(),
            subject: String::new(),
            issuer: String::new(),
            names: Vec::new(),
            not_before: None,
            not_after: None,
        };
        let Ok((_, parsed)) = X509Certificate::from_der(der) else { return certificate };
        certificate.subject = parsed.subject().to_string();
        certificate.issuer = parsed.issuer().to_string();
        certificate.not_before = moment(parsed.validity().not_before.timestamp());
        certificate.not_after = moment(parsed.validity().not_after.timestamp());
        if let Ok(Some(alternative)) = parsed.subject_alternative_name() {
            certificate.names = alternative.value.general_names.iter().filter_map(name).collect();
        }
        certificate
    }

    /// Whether it names itself as its signer.
    pub fn is_self_signed(&self) -> bool {
        !self.subject.is_empty() && self.subject == self.issuer
    }
}

fn moment(seconds: i64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::URI(uri) => Some((*uri).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv4Addr::from(bytes).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|bytes| std::net::Ipv6Addr::from(bytes).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// A moment as `2026-11-21 15:57 UTC`.
pub(super) fn date(seconds: u64) -> String {
    let time =
        i64::try_from(seconds).ok().and_then(|seconds| x509_parser::time::ASN1Time::from_timestamp(seconds).ok());
    match time {
        None => format!("{seconds} s after 1970"),
        Some(time) => {
            let time = time.to_datetime();
            format!("{} {:02}:{:02} UTC", time.date(), time.hour(), time.minute())
        }
    }
}
