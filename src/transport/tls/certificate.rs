//! What a certificate says of itself, for people.
//!
//! Whether it is trusted is for `trust`. Everything that is text came from whoever made the certificate: it has no control
//! characters here, and is shortened.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// The most names that are kept.
const MOST_NAMES: usize = 100;
/// The most characters of a name that are kept.
const LONGEST_NAME: usize = 256;

/// A certificate, read as far as it can be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    /// Whether it may sign other certificates (basic constraints).
    pub is_authority: bool,
    /// Whether its key may be used by a TLS client; `None` where it does not say (extended key usage, RFC 5280, 4.2.1.12).
    pub client_auth: Option<bool>,
    /// Whether its key may be used by a TLS server; `None` where it does not say.
    pub server_auth: Option<bool>,
    /// Serial number, as hexadecimal bytes with colons in between.
    pub serial: String,
    /// Kind and size of its key, such as `RSA 2048` or `ECDSA P-256`.
    pub key: String,
    /// How it is signed, such as `ecdsa-with-SHA256`.
    pub signature: String,
}

impl Certificate {
    /// Reads `der`; what cannot be read stays empty.
    pub fn read(der: &[u8]) -> Self {
        let empty = Self { der: der.to_vec(), ..Self::default() };
        let Ok((_, parsed)) = X509Certificate::from_der(der) else { return empty };
        let usage = parsed.extended_key_usage().ok().flatten().map(|usage| usage.value);
        let alternative = parsed.subject_alternative_name().ok().flatten();
        let names = alternative.map_or_else(Vec::new, |found| found.value.general_names.iter().collect());
        Self {
            subject: shown(&parsed.subject().to_string()),
            issuer: shown(&parsed.issuer().to_string()),
            names: names.into_iter().filter_map(name).take(MOST_NAMES).collect(),
            not_before: moment(parsed.validity().not_before.timestamp()),
            not_after: moment(parsed.validity().not_after.timestamp()),
            is_authority: parsed.is_ca(),
            client_auth: usage.map(|usage| usage.any || usage.client_auth),
            server_auth: usage.map(|usage| usage.any || usage.server_auth),
            // A serial number has 20 bytes at most (RFC 5280, 4.1.2.2).
            serial: parsed.raw_serial_as_string().chars().take(63).collect(),
            key: key(parsed.public_key()),
            signature: signature(&parsed.signature_algorithm.algorithm.to_id_string()),
            ..empty
        }
    }

    /// Whether it names itself as its signer.
    pub fn is_self_signed(&self) -> bool {
        !self.subject.is_empty() && self.subject == self.issuer
    }
}

fn moment(seconds: i64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

/// What somebody wrote into a certificate, as it can be shown.
pub(super) fn shown(text: &str) -> String {
    let plain = |char: char| if char.is_control() { char::REPLACEMENT_CHARACTER } else { char };
    let mut shown: String = text.chars().take(LONGEST_NAME).map(plain).collect();
    if text.chars().nth(LONGEST_NAME).is_some() {
        shown.push('…');
    }
    shown
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(shown(name)),
        GeneralName::URI(uri) => Some(shown(uri)),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|bytes| Ipv4Addr::from(bytes).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|bytes| Ipv6Addr::from(bytes).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// The kind of a key by its algorithm and, of elliptic curves, by the curve (RFC 3279, 5480, 8410).
fn key(info: &SubjectPublicKeyInfo<'_>) -> String {
    let algorithm = info.algorithm.algorithm.to_id_string();
    let curve = || info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok()).map(|oid| oid.to_id_string());
    match (algorithm.as_str(), info.parsed()) {
        ("1.3.101.112", _) => "Ed25519".to_owned(),
        ("1.3.101.113", _) => "Ed448".to_owned(),
        (_, Ok(PublicKey::RSA(rsa))) => format!("RSA {}", rsa.key_size()),
        (_, Ok(PublicKey::EC(point))) => match curve().as_deref() {
            Some("1.2.840.10045.3.1.7") => "ECDSA P-256".to_owned(),
            Some("1.3.132.0.34") => "ECDSA P-384".to_owned(),
            Some("1.3.132.0.35") => "ECDSA P-521".to_owned(),
            _ => format!("ECDSA with {} bits", point.key_size()),
        },
        _ => shown(&algorithm),
    }
}

/// The name of a signature algorithm (RFC 3279, 4055, 5758, 8410); the object identifier where it is an unusual one.
fn signature(algorithm: &str) -> String {
    let name = match algorithm {
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        other => return shown(other),
    };
    name.to_owned()
}

/// `moment` as `2026-11-21 15:57 UTC`.
pub fn day(moment: SystemTime) -> String {
    date(moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, SerialNumber};

    fn made(params: &CertificateParams, key: &KeyPair) -> Certificate {
        Certificate::read(params.self_signed(key).unwrap().der())
    }

    #[test]
    fn uses_keys_and_signatures_are_read() {
        let mut params = CertificateParams::new(vec!["a.example".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.serial_number = Some(SerialNumber::from(vec![1, 0xAB]));
        let key = KeyPair::generate().unwrap();
        let plain = made(&params, &key);
        assert_eq!(plain.names, ["a.example", "127.0.0.1"]);
        assert_eq!((plain.is_authority, plain.client_auth, plain.server_auth), (false, None, None));
        assert_eq!((plain.key.as_str(), plain.signature.as_str()), ("ECDSA P-256", "ecdsa-with-SHA256"));
        assert_eq!(plain.serial, "01:ab");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let authority = made(&params, &key);
        assert_eq!(
            (authority.is_authority, authority.client_auth, authority.server_auth),
            (true, Some(false), Some(true))
        );
        assert_eq!((authority.key.as_str(), authority.signature.as_str()), ("ECDSA P-384", "ecdsa-with-SHA384"));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any];
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let any = made(&params, &key);
        assert_eq!((any.client_auth, any.key.as_str(), any.signature.as_str()), (Some(true), "Ed25519", "Ed25519"));
    }

    #[test]
    fn what_is_written_in_a_certificate_is_harmless_and_short() {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, format!("a\u{1b}[31m\n{}", "x".repeat(1000)));
        let read = made(&params, &KeyPair::generate().unwrap());
        assert!(!read.subject.contains(char::is_control), "{:?}", read.subject);
        assert_eq!(read.subject.chars().count(), LONGEST_NAME + 1);
        assert!(read.is_self_signed());
    }

    #[test]
    fn what_is_no_certificate_stays_empty() {
        let whole = made(&CertificateParams::default(), &KeyPair::generate().unwrap()).der;
        for end in 0..whole.len() {
            let cut = Certificate::read(&whole[..end]);
            assert_eq!((cut.subject.as_str(), cut.not_after, cut.der.len()), ("", None, end));
        }
    }
}
