//! A server that records: every byte that reaches it, what is inside TLS in clear too, and every client certificate.

use crate::pki::Leaf;
use crate::willing::{Mood, Speaks, Willing};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::thread::JoinHandle;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{self, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme, version};

/// What one connection brought.
#[derive(Debug, Default, Clone)]
pub struct Record {
    /// The bytes on the wire.
    pub wire: Vec<u8>,
    /// What they hold inside TLS.
    pub inside: Vec<u8>,
    /// Client certificates that were shown.
    pub certificates: Vec<Vec<u8>>,
    /// Whether a TLS handshake ended well.
    pub handshake: bool,
}

/// What it speaks inside, and how.
type Server = (Speaks, Mood);
type Shared = Arc<Mutex<Vec<Record>>>;

/// A running server. It ends when it is dropped.
pub struct Recorder {
    pub port: u16,
    records: Shared,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How it speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    Tls12,
    Tls13,
}

impl Recorder {
    /// In clear.
    pub fn plain(speaks: Speaks, mood: Mood) -> Self {
        Self::start((speaks, mood), None)
    }

    /// With TLS and a request for a client certificate.
    pub fn secure(speaks: Speaks, leaf: &Leaf, version: Version) -> Self {
        let certificates = vec![CertificateDer::from_pem_slice(leaf.certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
        let versions = match version {
            Version::Tls12 => [&version::TLS12],
            Version::Tls13 => [&version::TLS13],
        };
        Self::start(
            (speaks, Mood::Yes),
            Some(Arc::new(move |witness| {
                ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
                    .with_protocol_versions(&versions)
                    .unwrap()
                    .with_client_cert_verifier(Arc::new(witness))
                    .with_single_cert(certificates.clone(), key.clone_key())
                    .unwrap()
            })),
        )
    }

    fn start(server: Server, tls: Option<Configure>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let records = Shared::default();
        let (end, ended) = oneshot::channel();
        let log = Arc::clone(&records);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = listen(listener, log, server, tls) => {}
                    _ = ended => {}
                }
            });
        });
        Self { port, records, end: Some(end), thread: Some(thread) }
    }

    /// Everything that came so far.
    pub fn records(&self) -> Vec<Record> {
        self.records.lock().unwrap().clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.end.take().map(|end| end.send(()));
        self.thread.take().map(JoinHandle::join);
    }
}

type Configure = Arc<dyn Fn(Witness) -> ServerConfig + Send + Sync>;

async fn listen(listener: TcpListener, records: Shared, server: Server, tls: Option<Configure>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let place = Place::new(&records);
        let tls = tls.clone();
        tokio::spawn(async move {
            let stream = Tap { stream, place: place.clone() };
            let Some(configure) = tls else {
                return converse(stream, server, None).await;
            };
            let acceptor = TlsAcceptor::from(Arc::new(configure(Witness::new(place.clone()))));
            if let Ok(stream) = acceptor.accept(stream).await {
                place.note(|record| record.handshake = true);
                converse(stream, server, Some(place)).await;
            }
        });
    }
}

/// Says yes to everything, and records at `place` what it hears, where that is inside TLS.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, server: Server, place: Option<Place>) {
    let (mut willing, mut buffer) = (Willing::new(server.0, server.1), [0; 4096]);
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        let heard = &buffer[..count];
        if let Some(place) = &place {
            place.note(|record| record.inside.extend(heard));
        }
        let Some(answer) = willing.answer(heard) else { return };
        if stream.write_all(&answer).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

/// Where a connection is recorded.
#[derive(Clone, Debug)]
struct Place {
    records: Shared,
    index: usize,
}

impl Place {
    fn new(records: &Shared) -> Self {
        let mut all = records.lock().unwrap();
        all.push(Record::default());
        Self { records: Arc::clone(records), index: all.len() - 1 }
    }

    fn note(&self, change: impl FnOnce(&mut Record)) {
        change(&mut self.records.lock().unwrap()[self.index]);
    }
}

/// A connection whose incoming bytes are recorded.
struct Tap {
    stream: TcpStream,
    place: Place,
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.place.note(|record| record.wire.extend(&buffer.filled()[before..]));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tap {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Asks for a client certificate, records it, and takes any.
#[derive(Debug)]
struct Witness {
    place: Place,
    provider: CryptoProvider,
}

impl Witness {
    fn new(place: Place) -> Self {
        Self { place, provider: ring::default_provider() }
    }
}

impl ClientCertVerifier for Witness {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.place.note(|record| record.certificates.push(leaf.to_vec()));
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
