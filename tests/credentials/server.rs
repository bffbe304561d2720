//! A small HTTP server that records what it is asked.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What was asked so far.
pub type Asked = Arc<Mutex<Vec<String>>>;

/// A server on loopback.
pub struct Server {
    pub port: u16,
    asked: Asked,
}

impl Server {
    /// Answers each request, head and body as one text, with what `answer` makes of it.
    pub async fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::with(None, answer).await
    }

    /// The same over TLS.
    pub async fn secure(certified: &rcgen::CertifiedKey<rcgen::KeyPair>, body: String) -> Self {
        let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .unwrap();
        Self::with(Some(TlsAcceptor::from(Arc::new(config))), move |_| ok(&body)).await
    }

    async fn with(tls: Option<TlsAcceptor>, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Asked::default();
        let record = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                match &tls {
                    None => serve(stream, &record, &answer).await,
                    Some(tls) => match tls.accept(stream).await {
                        Ok(stream) => serve(stream, &record, &answer).await,
                        Err(_) => continue,
                    },
                }
            }
        });
        Self { port, asked }
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, asked: &Asked, answer: &impl Fn(&str) -> String) {
    let mut bytes = Vec::new();
    let request = loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.unwrap_or(0);
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let length = text.lines().find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok()).unwrap_or(0);
        match text.split_once("\r\n\r\n") {
            Some((_, body)) if body.len() >= length => break text,
            _ if count == 0 => break text,
            _ => {}
        }
    };
    asked.lock().unwrap().push(request.clone());
    let answer = answer(&request);
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// An answer with a JSON body.
pub fn json(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// Success.
pub fn ok(body: &str) -> String {
    json("200 OK", body)
}

/// A token as Entra and the services of a machine give it.
pub fn granted(token: &str) -> String {
    format!(r#"{{"token_type":"Bearer","expires_in":"3599","access_token":"{token}"}}"#)
}
