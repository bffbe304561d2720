//! What a server shows and refuses in TLS, by OpenSSL's test server: chains with and without holes, old versions, client
//! certificates that are not taken, application protocols.

use super::pki::{Authority, Leaf};
use super::program::Server;
use super::{LIMIT, block};
use flowgate::transport::tls::{
    ClientRefusal, Identity, TlsCause, TlsError, TlsFacts, TlsOptions, TlsStream, Trust, handshake, late_alert,
};
use std::process::Command;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn trusting(pem: &str) -> TlsOptions {
    let mut trust = Trust::nothing();
    trust.add_pem(pem.as_bytes()).unwrap();
    TlsOptions { trust, ..TlsOptions::default() }
}

async fn shake(port: u16, options: &TlsOptions) -> Result<(TlsStream<TcpStream>, TlsFacts), TlsError> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    handshake(stream, "127.0.0.1", options, LIMIT).await
}

async fn cause(port: u16, options: &TlsOptions) -> TlsCause {
    shake(port, options).await.unwrap_err().cause
}

#[test]
fn an_intermediate_that_is_missing_is_not_an_unknown_root() {
    let root = Authority::new("plant root");
    let intermediate = root.below("plant intermediate CA");
    let leaf = intermediate.server(&["127.0.0.1"]);
    let alone = Server::openssl(&leaf, "", &[], &[]);
    let whole = Server::openssl(&leaf, &intermediate.pem(), &[], &[]);
    let other = Authority::new("other CA").server(&["127.0.0.1"]);
    let other = Server::openssl(&other, "", &[], &[]);
    let issuer = |name: &str| name.to_owned();
    block(async {
        let missing = shake(alone.port, &trusting(&root.pem())).await.unwrap_err();
        assert_eq!(missing.cause, TlsCause::IntermediateMissing { issuer: issuer("CN=plant intermediate CA") });
        assert!(missing.facts.is_leaf_alone());
        let (_, facts) = shake(whole.port, &trusting(&root.pem())).await.unwrap();
        assert_eq!(facts.chain.len(), 2);
        let unknown = TlsCause::UnknownIssuer { issuer: issuer("CN=plant root") };
        assert_eq!(cause(whole.port, &trusting(&Authority::new("x").pem())).await, unknown);
        let unknown = shake(other.port, &trusting(&root.pem())).await.unwrap_err();
        assert_eq!(unknown.cause, TlsCause::UnknownIssuer { issuer: issuer("CN=other CA") });
        assert!(unknown.facts.is_leaf_alone());
        // An authority of the same name, but with another key.
        let impostor = Authority::new("plant intermediate CA");
        let unknown = TlsCause::UnknownIssuer { issuer: issuer("CN=plant intermediate CA") };
        assert_eq!(cause(alone.port, &trusting(&impostor.pem())).await, unknown);
    });
}

#[test]
fn versions_older_than_1_2() {
    let leaf = Authority::new("plant CA").server(&["127.0.0.1"]);
    for version in ["-tls1", "-tls1_1"] {
        let server = Server::openssl(&leaf, "", &[version, "-cipher", "DEFAULT@SECLEVEL=0"], &[]);
        assert_eq!(block(cause(server.port, &TlsOptions::default())), TlsCause::OldVersion);
    }
}

#[test]
fn the_application_protocol() {
    let authority = Authority::new("plant CA");
    let server = Server::openssl(&authority.server(&["127.0.0.1"]), "", &["-alpn", "mqtt,http/1.1"], &[]);
    block(async {
        let mut options = trusting(&authority.pem());
        let (_, facts) = shake(server.port, &options).await.unwrap();
        assert_eq!(facts.alpn, None);
        assert!(facts.took > std::time::Duration::ZERO && facts.took < LIMIT);
        options.alpn = vec![b"http/1.1".to_vec()];
        let (_, facts) = shake(server.port, &options).await.unwrap();
        assert_eq!(facts.alpn.as_deref(), Some("http/1.1"));
        options.alpn = vec![b"x".to_vec()];
        let TlsCause::Alert { name, .. } = cause(server.port, &options).await else { panic!("no alert") };
        assert_eq!(name, "NoApplicationProtocol");
    });
}

fn showing(options: &TlsOptions, leaf: &Leaf) -> TlsOptions {
    let identity = Identity::from_pem(leaf.certificate.as_bytes(), leaf.key.as_bytes(), b"").unwrap();
    TlsOptions { identity: Some(identity), ..options.clone() }
}

/// What a server says of a client, in the handshake or after it.
async fn refusal(port: u16, options: &TlsOptions) -> (bool, ClientRefusal) {
    match shake(port, options).await {
        Err(TlsError { cause: TlsCause::Client(refusal), facts }) => {
            assert!(!facts.chain.is_empty(), "the chain was shown before");
            (false, refusal)
        }
        Err(other) => panic!("{other:?}"),
        Ok((mut stream, facts)) => {
            let _ = stream.write_all(b"x").await;
            let error = stream.read(&mut [0; 16]).await.unwrap_err();
            let shown = facts.client_certificate.unwrap().answered;
            (true, late_alert(&error).unwrap_or_else(|| panic!("{error:?}")).given(shown))
        }
    }
}

#[test]
fn client_certificates_that_are_not_taken() {
    let authority = Authority::new("plant CA");
    let leaf = authority.server(&["127.0.0.1"]);
    let options = trusting(&authority.pem());
    let stranger = Authority::new("stranger").client("line-3");
    for (version, is_late) in [("-tls1_2", false), ("-tls1_3", true)] {
        let demand = ["-Verify", "1", "-verify_return_error", "-CAfile", "DIR/ca", version];
        let server = Server::openssl(&leaf, "", &demand, &[("ca", &authority.pem())]);
        block(async {
            assert_eq!(refusal(server.port, &options).await, (is_late, ClientRefusal::Required));
            let unknown = refusal(server.port, &showing(&options, &stranger)).await;
            assert_eq!(unknown, (is_late, ClientRefusal::UnknownCa));
            let expired = showing(&options, &authority.expired_client("line-3"));
            assert_eq!(refusal(server.port, &expired).await, (is_late, ClientRefusal::Expired));
            let (_, facts) = shake(server.port, &showing(&options, &authority.client("line-3"))).await.unwrap();
            let request = facts.client_certificate.unwrap();
            assert!(request.answered);
            assert_eq!(request.authorities, ["CN=plant CA"]);
        });
    }
}

/// A way to `inside` that keeps what went in.
async fn tap(inside: u16) -> (u16, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        let (outer, _) = listener.accept().await.unwrap();
        let inner = TcpStream::connect(("127.0.0.1", inside)).await.unwrap();
        let ((mut from, mut to), (mut back, mut out)) = (outer.into_split(), inner.into_split());
        tokio::spawn(async move { tokio::io::copy(&mut back, &mut to).await });
        let mut buffer = vec![0; 4096];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            log.lock().unwrap().extend(&buffer[..count]);
            out.write_all(&buffer[..count]).await.unwrap();
        }
        drop(out);
    });
    (port, seen)
}

/// Type and length of each record (RFC 8446, 5.1).
fn records(mut bytes: &[u8]) -> Vec<(u8, usize)> {
    let mut records = Vec::new();
    while let [kind, 3, _, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        records.push((*kind, length));
        bytes = &rest[length.min(rest.len())..];
    }
    assert!(bytes.is_empty(), "{bytes:?}");
    records
}

#[test]
fn nothing_but_a_greeting_and_an_alert_reaches_a_server_that_is_not_trusted() {
    let authority = Authority::new("plant CA");
    let leaf = authority.server(&["127.0.0.1"]);
    let options = showing(&trusting(&Authority::new("other CA").pem()), &authority.client("line-3"));
    for version in ["-tls1_2", "-tls1_3"] {
        let demand = ["-Verify", "1", "-CAfile", "DIR/ca", version];
        let server = Server::openssl(&leaf, "", &demand, &[("ca", &authority.pem())]);
        let records = block(async {
            let (port, seen) = tap(server.port).await;
            let error = shake(port, &options).await.unwrap_err();
            assert!(matches!(error.cause, TlsCause::UnknownIssuer { .. }), "{error}");
            assert_eq!(error.facts.chain[0].issuer, "CN=plant CA");
            // The end of the connection comes behind all that was sent.
            tokio::time::timeout(LIMIT, async {
                while records(&seen.lock().unwrap()).len() < 2 {
                    tokio::task::yield_now().await;
                }
            })
            .await
            .expect("no alert");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            records(&seen.lock().unwrap())
        });
        let (hello, rest) = records.split_first().unwrap();
        assert_eq!(hello.0, 22);
        // An alert of two bytes; in TLS 1.3 with its type and 16 bytes of seal, behind a ChangeCipherSpec.
        assert!(rest.iter().all(|record| matches!(record, (20, 1) | (21, 2) | (23, 19))), "{records:?}");
    }
}

/// Runs in a process of its own, where `SSL_CERT_FILE` says what the operating system trusts.
#[test]
#[ignore = "started by the_store_of_the_operating_system"]
fn with_another_store_of_the_operating_system() {
    let port = std::env::var("FLOWGATE_TEST_PORT").unwrap().parse().unwrap();
    let expected = std::env::var("FLOWGATE_TEST_KNOWS").unwrap() == "yes";
    block(async {
        let error = shake(port, &TlsOptions::default()).await.unwrap_err();
        assert!(matches!(error.cause, TlsCause::UnknownIssuer { .. }), "{error}");
        assert_eq!(Trust::os_knows(&error.facts), expected);
    });
}

#[test]
fn the_store_of_the_operating_system() {
    let company = Authority::new("company root");
    let server = Server::openssl(&company.server(&["127.0.0.1"]), "", &[], &[]);
    let folder = tempfile::tempdir().unwrap();
    for (authority, knows) in [(&company, "yes"), (&Authority::new("other CA"), "no")] {
        let file = folder.path().join(knows);
        std::fs::write(&file, authority.pem()).unwrap();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "chain::with_another_store_of_the_operating_system", "--ignored"])
            .env("SSL_CERT_FILE", &file)
            .env_remove("SSL_CERT_DIR")
            .env("FLOWGATE_TEST_PORT", server.port.to_string())
            .env("FLOWGATE_TEST_KNOWS", knows)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }
    assert!(!Trust::os_knows(&TlsFacts::default()), "no chain is known to nobody");
}
