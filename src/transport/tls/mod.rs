//! TLS by rustls with the ring provider: a handshake, what was seen in it, and its errors in words.
//!
//! Who is trusted is in `trust`, who this side is in `identity`, what a server says against that in `refusal`, what a
//! certificate says in `certificate`. When the server's certificate is refused the handshake ends before this side has
//! shown anything of its own.

mod certificate;
mod error;
mod gap;
mod hello;
mod identity;
mod refusal;
mod trust;

pub use certificate::{Certificate, day};
pub use error::{TlsCause, TlsError, words};
pub(super) use hello::client_hello;
pub use identity::{ClientCertificateRequest, Identity, IdentityError};
pub use refusal::{ClientRefusal, late_alert};
pub use trust::{Store, Trust, TrustError};

use super::recorder::Recorder;
use identity::Resolver;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, pki_types::ServerName};
use trust::Verifier;

/// What a TLS connection is made with.
#[derive(Debug, Clone, Default)]
pub struct TlsOptions {
    /// Whose certificates are good.
    pub trust: Trust,
    /// The client certificate, for servers that ask for one.
    pub identity: Option<Identity>,
    /// The name to ask for and to find in the certificate, instead of the target's.
    pub server_name: Option<String>,
    /// The application protocols to offer (ALPN), the best first; none is offered if it is empty.
    pub alpn: Vec<Vec<u8>>,
}

/// What was seen in a handshake; after a failure, as far as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFacts {
    /// The name that was asked for.
    pub server_name: String,
    /// The server's certificates as it sent them, the leaf first.
    pub chain: Vec<Certificate>,
    /// The store that the chain was trusted by; `None` if it was not, or there was none.
    pub trusted_by: Option<Store>,
    /// TLS version, for example `TLSv1_3`.
    pub version: Option<String>,
    /// Cipher suite.
    pub cipher: Option<String>,
    /// Key exchange group.
    pub key_exchange: Option<String>,
    /// The application protocol that the server chose of those offered.
    pub alpn: Option<String>,
    /// What the server said when it asked for a client certificate; `None` if it did not ask.
    pub client_certificate: Option<ClientCertificateRequest>,
    /// How long the handshake took.
    pub took: Duration,
}

impl TlsFacts {
    /// Whether the server sent its own certificate alone, and another authority signed it. If that authority is not a
    /// root the server would have to send its certificate as well.
    pub fn is_leaf_alone(&self) -> bool {
        matches!(self.chain.as_slice(), [leaf] if !leaf.is_self_signed())
    }
}

/// Whether TLS is spoken can be told from the first bytes.
const FIRST_BYTES: usize = 16;

/// A TLS stream over `S`.
pub type TlsStream<S> = tokio_rustls::client::TlsStream<Recorder<S>>;

/// Makes a TLS connection of `stream`, with `host` as the name unless the options have another.
///
/// # Errors
/// If the handshake does not end well within `limit`; the facts up to there are in the error.
pub async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    host: &str,
    options: &TlsOptions,
    limit: Duration,
) -> Result<(TlsStream<S>, TlsFacts), TlsError> {
    let name = options.server_name.as_deref().unwrap_or(host);
    let mut facts = TlsFacts { server_name: name.to_owned(), ..TlsFacts::default() };
    let server_name = match ServerName::try_from(name.to_owned()) {
        Ok(name) => name,
        Err(_) => return Err(TlsError::new(facts, TlsCause::ServerName)),
    };
    let verifier = match Verifier::new(&options.trust) {
        Ok(verifier) => Arc::new(verifier),
        Err(error) => return Err(TlsError::new(facts, TlsCause::Trust(error))),
    };
    let resolver = Arc::new(Resolver::new(options.identity.clone()));
    let config = match config(options, Arc::clone(&verifier), Arc::clone(&resolver)) {
        Ok(config) => config,
        Err(error) => return Err(TlsError::new(facts, TlsCause::Other(error.to_string()))),
    };
    let recorder = Recorder::new(stream, FIRST_BYTES);
    let heard = recorder.heard();
    let start = Instant::now();
    let done = timeout(limit, TlsConnector::from(Arc::new(config)).connect(server_name, recorder)).await;
    facts.took = start.elapsed();
    verifier.tell(&mut facts);
    facts.client_certificate = resolver.asked().map(|request| ClientCertificateRequest {
        // With TLS 1.3 it is chosen before the server's certificate is judged, and sent only afterwards.
        answered: request.answered && facts.trusted_by.is_some(),
        ..request
    });
    match done {
        Err(_) => Err(TlsError::new(facts, TlsCause::Silent(limit))),
        Ok(Err(error)) => {
            let cause = error::cause(&error, &heard.bytes(), &facts, verifier.gap());
            Err(TlsError::new(facts, cause))
        }
        Ok(Ok(stream)) => {
            negotiated(stream.get_ref().1, &mut facts);
            Ok((stream, facts))
        }
    }
}

fn config(
    options: &TlsOptions,
    verifier: Arc<Verifier>,
    resolver: Arc<Resolver>,
) -> Result<ClientConfig, tokio_rustls::rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(trust::provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(resolver);
    config.alpn_protocols.clone_from(&options.alpn);
    // A resumed session would hide the certificate and the request for ours.
    config.resumption = tokio_rustls::rustls::client::Resumption::disabled();
    Ok(config)
}

fn negotiated(connection: &ClientConnection, facts: &mut TlsFacts) {
    facts.version = connection.protocol_version().and_then(|version| version.as_str()).map(str::to_owned);
    facts.cipher = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).map(str::to_owned);
    facts.key_exchange =
        connection.negotiated_key_exchange_group().and_then(|group| group.name().as_str()).map(str::to_owned);
    facts.alpn = connection.alpn_protocol().map(|protocol| String::from_utf8_lossy(protocol).into_owned());
}
