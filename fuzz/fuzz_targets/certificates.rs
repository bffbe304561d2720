//! Whatever a TLS server may show for a certificate: no input may panic, nobody is trusted whom no root vouches for, and
//! what is told of a certificate is short and has no control characters.

#![no_main]

use base64::Engine;
use flowgate::transport::tls::{Certificate, Store, TlsCause, Trust};
use libfuzzer_sys::fuzz_target;

const NAME: &str = "broker.plant";

/// More certificates than that are of no use here.
const MOST: usize = 6;

fuzz_target!(|bytes: &[u8]| {
    let all = split(bytes);
    for der in &all {
        read(der);
    }
    let Some((root, chain)) = all.split_first() else { return };
    // The built-in roots have signed nothing of this, and nobody can make it look so.
    match Trust::default().verdict(chain, NAME) {
        Ok(store) => panic!("{store:?} trusts {chain:?}"),
        Err(cause) => shown(&cause),
    }
    let mut trust = Trust::nothing();
    if trust.add_pem(pem(root).as_bytes()).is_err() {
        return;
    }
    assert_eq!(trust.bundle().len(), 1);
    match trust.verdict(chain, NAME) {
        Ok(Store::BundledLeaf) => assert_eq!(chain.first(), Some(root), "another leaf"),
        Ok(store) => assert_eq!(store, Store::Bundle),
        Err(cause) => shown(&cause),
    }
});

/// Certificates, each behind its length in two bytes.
fn split(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    while let [high, low, rest @ ..] = bytes
        && all.len() < MOST
    {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (der, rest) = rest.split_at(length);
        all.push(der.to_vec());
        bytes = rest;
    }
    all
}

fn read(der: &[u8]) {
    let certificate = Certificate::read(der);
    assert_eq!(certificate.der, der);
    let Certificate { subject, issuer, names, serial, key, signature, .. } = &certificate;
    for text in [subject, issuer, serial, key, signature].into_iter().chain(names) {
        assert!(!text.contains(char::is_control), "{text:?}");
        assert!(text.chars().count() < 1000, "{text:?}");
    }
    assert!(names.len() <= 100);
    assert!(!certificate.is_self_signed() || subject == issuer);
}

fn shown(cause: &TlsCause) {
    let text = cause.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.chars().count() < 5000, "{text:?}");
}

fn pem(der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}
