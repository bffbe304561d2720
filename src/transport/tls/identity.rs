//! The client certificate: read from PEM, held against its key, and shown only to a server that asks.

use super::certificate::{Certificate, shown};
use super::trust::provider;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_rustls::rustls::client::ResolvesClientCert;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error, InconsistentKeys, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Name};

/// A client certificate with its chain and key. The key cannot be printed or taken out.
#[derive(Clone)]
pub struct Identity(Arc<CertifiedKey>);

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let subjects: Vec<String> = self.chain().into_iter().map(|certificate| certificate.subject).collect();
        f.debug_tuple("Identity").field(&subjects).finish()
    }
}

/// Why a client certificate cannot be used. No text of the files is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// No certificate.
    #[error("there is no PEM certificate in the client certificate")]
    NoCertificate,
    /// A certificate is cut or damaged.
    #[error("the client certificate cannot be read: {0}")]
    Damaged(String),
    /// No private key.
    #[error("there is no PEM private key in the client key")]
    NoKey,
    /// It needs a password.
    #[error("the client key is encrypted, and dataflow endpoints take unencrypted PEM only")]
    Encrypted,
    /// A kind of key that TLS cannot use here.
    #[error("the client key cannot be used: {0}")]
    Key(String),
    /// The key is that of another certificate.
    #[error("the client key does not belong to the client certificate `{subject}`")]
    Mismatch {
        /// Whom the certificate is for.
        subject: String,
    },
}

impl Identity {
    /// From PEM texts: the certificate, its key, and the intermediates in between, which may be empty or stand behind
    /// the certificate already.
    ///
    /// # Errors
    /// If one is missing or damaged, the key is encrypted, or the two do not belong together.
    pub fn from_pem(certificate: &[u8], key: &[u8], intermediates: &[u8]) -> Result<Self, IdentityError> {
        let mut chain = certificates(certificate)?;
        if chain.is_empty() {
            return Err(IdentityError::NoCertificate);
        }
        chain.extend(certificates(intermediates)?);
        let subject = chain.first().map(|leaf| Certificate::read(leaf).subject).unwrap_or_default();
        let key = provider()
            .key_provider
            .load_private_key(private_key(key)?)
            .map_err(|error| IdentityError::Key(error.to_string()))?;
        let certified = CertifiedKey::new(chain, key);
        match certified.keys_match() {
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(Self(Arc::new(certified))),
            Err(Error::InconsistentKeys(_)) => Err(IdentityError::Mismatch { subject }),
            Err(error) => Err(IdentityError::Damaged(error.to_string())),
        }
    }

    /// What is shown to a server that asks, the leaf first.
    pub fn chain(&self) -> Vec<Certificate> {
        self.0.cert.iter().map(|der| Certificate::read(der)).collect()
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    let all: Result<_, _> = CertificateDer::pem_slice_iter(pem).collect();
    all.map_err(|error: tokio_rustls::rustls::pki_types::pem::Error| IdentityError::Damaged(error.to_string()))
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, IdentityError> {
    let text = String::from_utf8_lossy(pem);
    // The two forms: PKCS#8, and the older one of OpenSSL with a header.
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(IdentityError::Encrypted);
    }
    match PrivateKeyDer::from_pem_slice(pem) {
        Ok(key) => Ok(key),
        Err(tokio_rustls::rustls::pki_types::pem::Error::NoItemsFound) => Err(IdentityError::NoKey),
        Err(error) => Err(IdentityError::Key(error.to_string())),
    }
}

/// The most names of authorities that are kept.
const MOST_AUTHORITIES: usize = 100;

/// What a server says when it asks for a client certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientCertificateRequest {
    /// Distinguished names of the authorities that it takes, 100 at most; empty is any.
    pub authorities: Vec<String>,
    /// Whether one was shown.
    pub answered: bool,
}

/// Shows the certificate, and remembers that it was asked for.
#[derive(Debug)]
pub(super) struct Resolver {
    identity: Option<Identity>,
    asked: Mutex<Option<ClientCertificateRequest>>,
}

impl Resolver {
    pub(super) fn new(identity: Option<Identity>) -> Self {
        Self { identity, asked: Mutex::default() }
    }

    pub(super) fn asked(&self) -> Option<ClientCertificateRequest> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesClientCert for Resolver {
    fn resolve(&self, hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let key = self.identity.as_ref().map(|identity| &identity.0);
        let key = key.filter(|key| key.key.choose_scheme(schemes).is_some()).cloned();
        let name = |hint: &&[u8]| match X509Name::from_der(hint) {
            Ok((_, name)) => shown(&name.to_string()),
            Err(_) => "a name that cannot be read".to_owned(),
        };
        let request = ClientCertificateRequest {
            authorities: hints.iter().take(MOST_AUTHORITIES).map(name).collect(),
            answered: key.is_some(),
        };
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        key
    }

    fn has_certs(&self) -> bool {
        // Without it rustls would not say that it was asked.
        true
    }
}
