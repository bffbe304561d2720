//! Whose certificates are good: the public roots of this program, those of a bundle, those of the operating system.
//!
//! The verifier asks one store after the other and records the chain, the verdict and the store that decided, also when
//! it refuses. A leaf that is itself in the bundle is good for its names and dates: brokers with one self-signed
//! certificate are common, and webpki refuses them as "CA used as end entity".

use super::certificate::Certificate;
use super::{TlsCause, TlsFacts, error, gap};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, client::verify_server_name,
};

/// ring, named everywhere, so that no other crate's choice of features decides.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// What trusted a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Store {
    /// A root among the given PEM certificates: a trust bundle.
    Bundle,
    /// The server's own certificate stands among the given ones.
    BundledLeaf,
    /// Mozilla's roots, built into the program (`webpki-roots`).
    PublicRoots,
    /// The roots of the operating system.
    OsRoots,
}

/// The certificates to trust. The default is the bundled public roots.
#[derive(Debug, Clone)]
pub struct Trust {
    /// Mozilla's roots.
    pub public_roots: bool,
    /// The operating system's roots, read when a connection is made.
    pub os_roots: bool,
    bundle: Vec<CertificateDer<'static>>,
}

impl Default for Trust {
    fn default() -> Self {
        Self { public_roots: true, os_roots: false, bundle: Vec::new() }
    }
}

/// Why a trust bundle cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// No certificate in it.
    #[error("there is no PEM certificate in it")]
    Empty,
    /// It is cut or damaged.
    #[error("a certificate in it cannot be read: {0}")]
    Damaged(String),
    /// Nothing to trust at all.
    #[error("no certificate authority is trusted: give one, or allow the public roots")]
    Nothing,
    /// The roots of the operating system cannot be read.
    #[error("the certificates of the operating system cannot be read: {0}")]
    OsRoots(String),
}

impl Trust {
    /// Nothing but what [`Self::add_pem`] adds.
    pub const fn nothing() -> Self {
        Self { public_roots: false, os_roots: false, bundle: Vec::new() }
    }

    /// Adds every certificate of a PEM text and returns how many there were, one at least.
    ///
    /// # Errors
    /// If there is none or one cannot be read; then nothing is added.
    pub fn add_pem(&mut self, pem: &[u8]) -> Result<usize, TrustError> {
        let mut new = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| TrustError::Damaged(error.to_string()))?;
            // A root whose DER does not parse would be found out only at the first connection.
            RootCertStore::empty().add(certificate.clone()).map_err(|error| TrustError::Damaged(error.to_string()))?;
            new.push(certificate);
        }
        if new.is_empty() {
            return Err(TrustError::Empty);
        }
        let count = new.len();
        self.bundle.extend(new);
        Ok(count)
    }

    /// The certificates of the bundle, for people.
    pub fn bundle(&self) -> Vec<Certificate> {
        self.bundle.iter().map(|der| Certificate::read(der)).collect()
    }

    /// Whether `chain`, the leaf first and each in DER, is good for `name` at this moment, and by which store.
    ///
    /// # Errors
    /// If it is not, or nothing can be said, with the cause as in a handshake.
    pub fn verdict(&self, chain: &[Vec<u8>], name: &str) -> Result<Store, TlsCause> {
        let server_name = ServerName::try_from(name.to_owned()).map_err(|_| TlsCause::ServerName)?;
        let chain: Vec<CertificateDer<'_>> = chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let Some((leaf, intermediates)) = chain.split_first() else {
            return Err(TlsCause::Certificate("there is none".to_owned()));
        };
        let verifier = Verifier::new(self)?;
        let verdict = verifier.verify_server_cert(leaf, intermediates, &server_name, &[], UnixTime::now());
        let mut facts = TlsFacts { server_name: name.to_owned(), ..TlsFacts::default() };
        verifier.tell(&mut facts);
        match (verdict, facts.trusted_by) {
            (Ok(_), Some(store)) => Ok(store),
            (Err(Error::InvalidCertificate(error)), _) => Err(error::certificate(&error, &facts, verifier.gap())),
            (Err(error), _) => Err(TlsCause::Other(error::words(&error))),
            (Ok(_), None) => Err(TlsCause::Other("no store has decided".to_owned())),
        }
    }

    /// Whether the operating system of this machine would trust the chain in `facts`, and the public roots would not. That
    /// is how a chain looks that a company's proxy made to read what is in TLS.
    pub fn os_knows(facts: &TlsFacts) -> bool {
        let chain: Vec<Vec<u8>> = facts.chain.iter().map(|certificate| certificate.der.clone()).collect();
        let knows = |trust: Self| {
            // What is not good for this name is still from a known authority.
            matches!(trust.verdict(&chain, &facts.server_name), Ok(_) | Err(TlsCause::WrongName { .. }))
        };
        let os = Self { os_roots: true, ..Self::nothing() };
        !knows(Self::default()) && knows(os)
    }

    fn stores(&self) -> Result<Vec<(Store, RootCertStore)>, TrustError> {
        let mut stores = Vec::new();
        if !self.bundle.is_empty() {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(self.bundle.iter().cloned());
            stores.push((Store::Bundle, roots));
        }
        if self.public_roots {
            stores.push((Store::PublicRoots, RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }));
        }
        if self.os_roots {
            let found = rustls_native_certs::load_native_certs();
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                let why = found.errors.first().map_or_else(|| "none found".to_owned(), ToString::to_string);
                return Err(TrustError::OsRoots(why));
            }
            stores.push((Store::OsRoots, roots));
        }
        if stores.is_empty() { Err(TrustError::Nothing) } else { Ok(stores) }
    }
}

#[derive(Debug, Default)]
struct Record {
    chain: Vec<Certificate>,
    trusted_by: Option<Store>,
    gap: Option<String>,
}

/// Verifies and records.
#[derive(Debug)]
pub(super) struct Verifier {
    stores: Vec<(Store, Arc<WebPkiServerVerifier>)>,
    roots: Vec<Arc<RootCertStore>>,
    bundle: Vec<CertificateDer<'static>>,
    record: Mutex<Record>,
}

impl Verifier {
    pub(super) fn new(trust: &Trust) -> Result<Self, TrustError> {
        let mut stores = Vec::new();
        let mut all = Vec::new();
        for (store, roots) in trust.stores()? {
            let roots = Arc::new(roots);
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), provider())
                .build()
                .map_err(|error| TrustError::Damaged(error.to_string()))?;
            stores.push((store, verifier));
            all.push(roots);
        }
        Ok(Self { stores, roots: all, bundle: trust.bundle.clone(), record: Mutex::default() })
    }

    pub(super) fn tell(&self, facts: &mut TlsFacts) {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        facts.chain.clone_from(&record.chain);
        facts.trusted_by = record.trusted_by;
    }

    /// The authority whose certificate the server left away, where nobody known has signed the chain.
    pub(super) fn gap(&self) -> Option<String> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).gap.clone()
    }

    fn any(&self) -> Result<&WebPkiServerVerifier, Error> {
        let first = self.stores.first().map(|(_, verifier)| verifier.as_ref());
        first.ok_or_else(|| Error::General("no trust store".to_owned()))
    }

    fn judge(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<Store, Error> {
        let mut refusal = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        for (store, verifier) in &self.stores {
            match verifier.verify_server_cert(leaf, intermediates, name, ocsp, now) {
                Ok(_) => return Ok(*store),
                // A store that does not know the issuer has less to say than one that does.
                Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {}
                Err(error) => refusal = error,
            }
        }
        if self.bundle.iter().any(|known| known.as_ref() == leaf.as_ref()) {
            verify_server_name(&ParsedCertificate::try_from(leaf)?, name)?;
            dates(&Certificate::read(leaf), now)?;
            return Ok(Store::BundledLeaf);
        }
        Err(refusal)
    }
}

fn dates(certificate: &Certificate, now: UnixTime) -> Result<(), Error> {
    let seconds = |moment: Option<std::time::SystemTime>| {
        moment.and_then(|moment| moment.duration_since(std::time::UNIX_EPOCH).ok()).map(UnixTime::since_unix_epoch)
    };
    match (seconds(certificate.not_before), seconds(certificate.not_after)) {
        (Some(not_before), _) if now < not_before => {
            Err(CertificateError::NotValidYetContext { time: now, not_before }.into())
        }
        (_, Some(not_after)) if now > not_after => {
            Err(CertificateError::ExpiredContext { time: now, not_after }.into())
        }
        (Some(_), Some(_)) => Ok(()),
        _ => Err(CertificateError::BadEncoding.into()),
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.judge(end_entity, intermediates, server_name, ocsp_response, now);
        let is_unknown = matches!(verdict, Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)));
        let gap = is_unknown.then(|| {
            let trusted: Vec<_> = self.roots.iter().flat_map(|roots| roots.subjects()).collect();
            gap::after(end_entity, intermediates, &trusted)
        });
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.gap = gap.flatten();
        record.chain = std::iter::once(end_entity).chain(intermediates).map(|der| Certificate::read(der)).collect();
        record.trusted_by = verdict.as_ref().ok().copied();
        drop(record);
        verdict.map(|_| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.any()?.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.any()?.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

impl From<TrustError> for TlsCause {
    fn from(error: TrustError) -> Self {
        Self::Trust(error)
    }
}
