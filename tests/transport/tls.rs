//! TLS with mosquitto: who is trusted, who is let in, and that nothing of this side is shown to a server that is not.

use super::mosquitto::Mosquitto;
use super::pki::{Authority, Leaf, self_signed};
use super::{LIMIT, block, options};
use flowgate::transport::mqtt::{Client, ConnectOptions, Credentials, HandshakeError};
use flowgate::transport::tls::{Identity, IdentityError, Store, TlsCause, TlsError, TlsOptions, Trust};
use flowgate::transport::{Layer, OpenError, tls};
use tokio::net::TcpStream;

const TLS: &str = "listener PORT 127.0.0.1\nallow_anonymous true\ncertfile DIR/cert\nkeyfile DIR/key\n";
const MTLS: &str = "listener PORT 127.0.0.1\nallow_anonymous true\ncertfile DIR/cert\nkeyfile DIR/key\n\
    cafile DIR/ca\nrequire_certificate true\n";

fn serve(config: &str, leaf: &Leaf, ca: &str) -> Mosquitto {
    Mosquitto::start(config, &[("cert", &leaf.certificate), ("key", &leaf.key), ("ca", ca)])
}

fn trusting(pem: &str) -> TlsOptions {
    let mut trust = Trust::nothing();
    trust.add_pem(pem.as_bytes()).unwrap();
    TlsOptions { trust, ..TlsOptions::default() }
}

fn secure(port: u16, tls: TlsOptions) -> ConnectOptions {
    ConnectOptions { tls: Some(tls), ..options(port, "tls") }
}

async fn refused(port: u16, tls: TlsOptions) -> TlsError {
    match Client::connect(secure(port, tls)).await.unwrap_err() {
        HandshakeError::Open(OpenError::Tls(error)) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn a_good_connection_says_what_it_is() {
    let authority = Authority::new("plant CA");
    let broker = serve(TLS, &authority.server(&["127.0.0.1", "broker.plant"]), "");
    block(async {
        let (_, accepted) = Client::connect(secure(broker.port(0), trusting(&authority.pem()))).await.unwrap();
        let facts = accepted.opened.tls.unwrap();
        assert_eq!(facts.version.as_deref(), Some("TLSv1_3"));
        assert_eq!(facts.trusted_by, Some(Store::Bundle));
        assert_eq!(facts.chain[0].names, ["127.0.0.1", "broker.plant"]);
        assert_eq!(facts.chain[0].issuer, "CN=plant CA");
        assert!(facts.cipher.is_some() && facts.key_exchange.is_some());
        assert!(facts.client_certificate.is_none(), "the server did not ask");
        let other_name = TlsOptions { server_name: Some("broker.plant".to_owned()), ..trusting(&authority.pem()) };
        Client::connect(secure(broker.port(0), other_name)).await.unwrap();
    });
}

#[test]
fn bad_certificates_are_told_apart_and_their_chain_is_kept() {
    let authority = Authority::new("plant CA");
    let other = Authority::new("other CA");
    let good = authority.server(&["127.0.0.1"]);
    block(async {
        let broker = serve(TLS, &good, "");
        let error = refused(broker.port(0), trusting(&other.pem())).await;
        assert_eq!(error.cause, TlsCause::UnknownIssuer { issuer: "CN=plant CA".to_owned() });
        assert_eq!(error.facts.chain.len(), 1);
        assert_eq!(error.facts.trusted_by, None);
        // The public roots know no more of it.
        let error = refused(broker.port(0), TlsOptions::default()).await;
        assert!(matches!(error.cause, TlsCause::UnknownIssuer { .. }), "{error}");

        let broker = serve(TLS, &authority.server(&["broker.plant", "10.0.0.7"]), "");
        let error = refused(broker.port(0), trusting(&authority.pem())).await;
        let text = error.to_string();
        assert!(text.contains("not for `127.0.0.1`, but for `broker.plant`, `10.0.0.7`"), "{text}");

        let broker = serve(TLS, &authority.expired(&["127.0.0.1"]), "");
        let error = refused(broker.port(0), trusting(&authority.pem())).await;
        assert!(error.to_string().contains("has expired, on 2001-12-31 00:00 UTC"), "{error}");

        let broker = serve(TLS, &authority.early(&["127.0.0.1"]), "");
        let error = refused(broker.port(0), trusting(&authority.pem())).await;
        assert!(error.to_string().contains("not valid yet, but from 2090-01-01 00:00 UTC"), "{error}");
    });
}

#[test]
fn a_self_signed_leaf_is_good_if_it_is_in_the_bundle() {
    for marked_as_authority in [false, true] {
        let leaf = self_signed(&["127.0.0.1"], marked_as_authority);
        let other = Authority::new("other CA");
        let broker = serve(TLS, &leaf, "");
        block(async {
            let error = refused(broker.port(0), trusting(&other.pem())).await;
            assert!(matches!(&error.cause, TlsCause::SelfSigned { .. }), "{error}");
            let (_, accepted) = Client::connect(secure(broker.port(0), trusting(&leaf.certificate))).await.unwrap();
            let by = accepted.opened.tls.unwrap().trusted_by.unwrap();
            assert!(matches!(by, Store::Bundle | Store::BundledLeaf), "{by:?}");
            let wrong_name = TlsOptions { server_name: Some("elsewhere".to_owned()), ..trusting(&leaf.certificate) };
            let error = refused(broker.port(0), wrong_name).await;
            assert!(matches!(error.cause, TlsCause::WrongName { .. }), "{error}");
        });
    }
}

#[test]
fn client_certificates() {
    let authority = Authority::new("plant CA");
    let clients = Authority::new("client CA");
    let broker = serve(MTLS, &authority.server(&["127.0.0.1"]), &clients.pem());
    let identity = |leaf: &Leaf| Identity::from_pem(leaf.certificate.as_bytes(), leaf.key.as_bytes(), b"").unwrap();
    block(async {
        let with = |identity| TlsOptions { identity, ..trusting(&authority.pem()) };
        let good = with(Some(identity(&clients.client("line-3"))));
        let (_, accepted) = Client::connect(secure(broker.port(0), good)).await.unwrap();
        let request = accepted.opened.tls.unwrap().client_certificate.unwrap();
        assert!(request.answered);

        let missing = Client::connect(secure(broker.port(0), with(None))).await.unwrap_err().to_string();
        assert!(missing.contains("demands a client certificate, and none was given"), "{missing}");

        let stranger = with(Some(identity(&Authority::new("stranger").client("line-3"))));
        let wrong = Client::connect(secure(broker.port(0), stranger)).await.unwrap_err().to_string();
        assert!(wrong.contains("the server refuses: it does not trust the authority"), "{wrong}");
    });
}

#[test]
fn keys_that_do_not_fit_are_told_before_dialling() {
    let authority = Authority::new("client CA");
    let (one, two) = (authority.client("one"), authority.client("two"));
    let read = |certificate: &str, key: &str| {
        Identity::from_pem(certificate.as_bytes(), key.as_bytes(), authority.pem().as_bytes()).unwrap_err()
    };
    assert_eq!(read(&one.certificate, &two.key), IdentityError::Mismatch { subject: "CN=one".to_owned() });
    assert_eq!(read("", &one.key), IdentityError::NoCertificate);
    assert_eq!(read(&one.certificate, ""), IdentityError::NoKey);
    assert_eq!(read(&one.certificate, &one.certificate), IdentityError::NoKey);
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_eq!(read(&one.certificate, encrypted), IdentityError::Encrypted);
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n-----END RSA PRIVATE KEY-----\n";
    assert_eq!(read(&one.certificate, old), IdentityError::Encrypted);
    let damaged = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    assert!(matches!(read(damaged, &one.key), IdentityError::Damaged(_)));
    assert!(!format!("{:?}", Identity::from_pem(one.certificate.as_bytes(), one.key.as_bytes(), b"")).contains("KEY"));
    let mut trust = Trust::nothing();
    assert!(trust.add_pem(b"nothing here").is_err() && trust.add_pem(damaged.as_bytes()).is_err());
    assert_eq!(trust.add_pem(format!("{}{}", authority.pem(), one.certificate).as_bytes()), Ok(2));
}

/// Everything that reaches a server whose certificate is refused, with each kind of credential in hand.
#[test]
fn no_credential_passes_over_a_bad_verdict() {
    let authority = Authority::new("plant CA");
    let broker = serve(MTLS, &authority.server(&["elsewhere"]), &authority.pem());
    let client = authority.client("line-3");
    block(async {
        let tap = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = tap.local_addr().unwrap().port();
        let inside = broker.port(0);
        let seen = tokio::spawn(async move {
            let (mut outer, _) = tap.accept().await.unwrap();
            let mut inner = TcpStream::connect(("127.0.0.1", inside)).await.unwrap();
            tokio::io::copy_bidirectional(&mut outer, &mut inner).await.unwrap_or((0, 0)).0
        });
        let identity = Identity::from_pem(client.certificate.as_bytes(), client.key.as_bytes(), b"").unwrap();
        let mut options = secure(port, TlsOptions { identity: Some(identity), ..trusting(&authority.pem()) });
        options.credentials =
            Credentials::Password { user: "anna".to_owned(), password: Some("s3cret".to_owned().into()) };
        let error = Client::connect(options).await.unwrap_err();
        assert_eq!(error.layer(), Layer::Tls);
        let HandshakeError::Open(OpenError::Tls(error)) = error else { panic!("{error}") };
        assert!(matches!(error.cause, TlsCause::WrongName { .. }));
        assert!(error.facts.client_certificate.is_none_or(|request| !request.answered));
        // A ClientHello and an alert; the client's certificate alone would have more than that.
        assert!(seen.await.unwrap() < 600);
    });
}

#[test]
fn plain_ports_and_tls_ports_mixed_up() {
    let authority = Authority::new("plant CA");
    let plain = Mosquitto::anonymous();
    let secured = serve(TLS, &authority.server(&["127.0.0.1"]), "");
    block(async {
        let error = refused(plain.port(0), trusting(&authority.pem())).await;
        assert!(matches!(error.cause, TlsCause::Plain { .. } | TlsCause::Ended(_) | TlsCause::Reset), "{error:?}");
        let error = Client::connect(options(secured.port(0), "plain")).await.unwrap_err();
        assert_eq!(error.layer(), Layer::Mqtt);
        let http = super::peer::peer(|mut stream| async move {
            let mut hello = [0; 64];
            tokio::io::AsyncReadExt::read(&mut stream, &mut hello).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        });
        let error = refused(http.await, trusting(&authority.pem())).await;
        assert_eq!(error.cause, TlsCause::Plain { speaks: Some("HTTP") });
    });
}

#[test]
fn a_handshake_that_hangs_ends_with_the_limit() {
    block(async {
        let port = super::peer::peer(|stream| async move {
            tokio::time::sleep(LIMIT).await;
            drop(stream);
        })
        .await;
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let limit = std::time::Duration::from_millis(200);
        let error = tls::handshake(stream, "localhost", &TlsOptions::default(), limit).await.unwrap_err();
        assert_eq!(error.cause, TlsCause::Silent(limit));
    });
}
