//! Detours: an HTTP proxy, `--connect-to`, and both with TLS on top.

use super::mosquitto::Mosquitto;
use super::pki::Authority;
use super::{block, options};
use flowgate::transport::Layer;
use flowgate::transport::mqtt::Client;
use flowgate::transport::net::Target;
use flowgate::transport::tls::{TlsOptions, Trust};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A proxy that connects everything to `to`, and what it was asked.
async fn proxy(to: u16, answer: &'static str) -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(String::new()));
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut outer, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(outer.read_u8().await.unwrap());
            }
            *log.lock().unwrap() = String::from_utf8(head).unwrap();
            outer.write_all(answer.as_bytes()).await.unwrap();
            if answer.contains(" 200 ") {
                let mut inner = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut outer, &mut inner).await;
            }
        }
    });
    (port, asked)
}

#[test]
fn through_a_proxy_and_a_detour_the_tls_name_stays() {
    let authority = Authority::new("plant CA");
    let leaf = authority.server(&["aio-broker.azure-iot-operations"]);
    let config = "listener PORT 127.0.0.1\nallow_anonymous true\ncertfile DIR/cert\nkeyfile DIR/key\n";
    let broker = Mosquitto::start(config, &[("cert", &leaf.certificate), ("key", &leaf.key)]);
    block(async {
        let mut options = options(1, "c");
        options.target = Target::new("aio-broker.azure-iot-operations", 18883);
        let mut trust = Trust::nothing();
        trust.add_pem(authority.pem().as_bytes()).unwrap();
        options.tls = Some(TlsOptions { trust, ..TlsOptions::default() });
        let detour = format!("aio-broker.azure-iot-operations:18883:127.0.0.1:{}", broker.port(0));
        options.route.connect_to = vec![detour.parse().unwrap()];
        Client::connect(options.clone()).await.unwrap();

        let (port, asked) = proxy(broker.port(0), "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n").await;
        options.route.connect_to.clear();
        options.route.proxy = Some(format!("http://me:hunter2@127.0.0.1:{port}").parse().unwrap());
        Client::connect(options.clone()).await.unwrap();
        let head = asked.lock().unwrap().clone();
        assert!(head.starts_with("CONNECT aio-broker.azure-iot-operations:18883 HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("\r\nProxy-Authorization: Basic bWU6aHVudGVyMg==\r\n"), "{head}");
        assert!(!format!("{options:?}").contains("hunter2"));
    });
}

#[test]
fn a_proxy_that_refuses_is_not_the_broker() {
    for (answer, expected) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "wants a login"),
        ("HTTP/1.1 403 Forbidden by policy\r\n\r\n", "HTTP 403 Forbidden by policy to CONNECT `127.0.0.1:1883`"),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "no HTTP proxy"),
    ] {
        block(async {
            let mut options = options(1883, "c");
            let (port, _) = proxy(0, answer).await;
            options.route.proxy = Some(format!("127.0.0.1:{port}").parse().unwrap());
            let error = Client::connect(options).await.unwrap_err();
            assert_eq!(error.layer(), Layer::Proxy);
            assert!(error.to_string().contains(expected), "{error}");
        });
    }
    block(async {
        let mut options = options(1883, "c");
        options.route.proxy = Some("127.0.0.1:1".parse().unwrap());
        let error = Client::connect(options).await.unwrap_err();
        assert_eq!(error.layer(), Layer::Proxy);
        assert!(error.to_string().contains("connection refused"), "{error}");
    });
}
