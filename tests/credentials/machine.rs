//! The identity of the machine: metadata service and Arc agent.

use super::server::{Server, granted, json, ok};
use super::{SENTINEL, block, environment, jwt};
use flowgate::secrets::{Origin, Secrets, Services, TokenSource};
use flowgate::transport::net::{Route, Target};
use std::path::Path;
use std::time::{Duration, Instant};

fn source(client: Option<&str>) -> TokenSource {
    TokenSource::ManagedIdentity {
        resource: "https://n.servicebus.windows.net".to_owned(),
        client: client.map(str::to_owned),
    }
}

fn vm(port: u16) -> Secrets {
    // Neither the proxy nor a detour counts here.
    let route = Route {
        proxy: Some("127.0.0.1:1".parse().unwrap()),
        connect_to: vec![format!("127.0.0.1:{port}:127.0.0.1:1").parse().unwrap()],
        step_timeout: Duration::from_secs(10),
        ..Route::default()
    };
    let services = Services { imds: Target::new("127.0.0.1", port), route, ..Services::default() };
    Secrets { environment: environment(&[]), services, ..Secrets::default() }
}

fn arc(port: u16, keys: &Path) -> Secrets {
    let endpoint = format!("http://localhost:{port}/metadata/identity/oauth2/token");
    let imds = format!("http://localhost:{port}");
    let services = Services { arc_keys: keys.to_owned(), ..Services::default() };
    let environment = environment(&[("IDENTITY_ENDPOINT", &endpoint), ("IMDS_ENDPOINT", &imds)]);
    Secrets { environment, services, ..Secrets::default() }
}

#[test]
fn a_vm_gives_its_identity_or_the_one_that_is_named() {
    block(async {
        let token = jwt(r#""aud":"https://n.servicebus.windows.net","appid":"c-1""#);
        let body = granted(&token);
        let server = Server::start(move |_| ok(&body)).await;
        let found = vm(server.port).token(&source(None)).await.unwrap();
        assert_eq!((found.jwt.expose(), &found.origin), (&token, &Origin::Imds));
        vm(server.port).token(&source(Some("c 1"))).await.unwrap();
        let asked = server.asked();
        let line = "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fn.servicebus.windows.net";
        assert!(asked[0].starts_with(&format!("{line} HTTP/1.1\r\n")), "{}", asked[0]);
        assert!(asked[0].contains("\r\nMetadata: true\r\n"), "{}", asked[0]);
        assert!(asked[1].starts_with(&format!("{line}&client_id=c%201 HTTP/1.1\r\n")), "{}", asked[1]);
    });
}

#[test]
fn a_vm_without_that_identity_says_so() {
    block(async {
        let refusal = r#"{"error":"invalid_request","error_description":"Identity not found"}"#;
        let server = Server::start(|_| json("400 Bad Request", refusal)).await;
        let error = vm(server.port).token(&source(Some("c-1"))).await.unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "the metadata service of Azure VMs at `127.0.0.1:{}` refuses (HTTP 400): `invalid_request`: Identity not \
                 found; no such identity is assigned to this machine",
                server.port
            )
        );
    });
}

#[test]
fn a_machine_that_is_no_vm_is_told_soon() {
    block(async {
        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let error = vm(free).token(&source(None)).await.unwrap_err().to_string();
        assert!(error.contains("connection refused") && error.contains("on Azure VMs only"), "{error}");
        // Somebody listens and says nothing.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut secrets = vm(silent.local_addr().unwrap().port());
        secrets.services.route.step_timeout = Duration::from_millis(200);
        let start = Instant::now();
        let error = secrets.token(&source(None)).await.unwrap_err().to_string();
        assert!(error.contains("no HTTP answer within 200 ms"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(10));
    });
}

/// An agent that names `file` as its key and wants to see what is in it.
async fn agent(file: &Path, key: &'static str, token: &str) -> Server {
    let challenge = format!("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm={}\r\n\r\n", file.display());
    let body = granted(token);
    Server::start(move |request| match request.contains("\r\nAuthorization: ") {
        false => challenge.clone(),
        true if request.contains(&format!("\r\nAuthorization: Basic {key}\r\n")) => ok(&body),
        true => json("403 Forbidden", r#"{"error":"forbidden"}"#),
    })
    .await
}

#[test]
fn the_arc_agent_gives_a_token_to_who_can_read_its_key() {
    block(async {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("a.key");
        std::fs::write(&key, format!("{SENTINEL}\n")).unwrap();
        let token = jwt(r#""appid":"c-1""#);
        let server = agent(&key, SENTINEL, &token).await;
        // The agent has one identity, so a client id is not passed on.
        let found = arc(server.port, folder.path()).token(&source(Some("c-9"))).await.unwrap();
        assert_eq!((found.jwt.expose(), &found.origin), (&token, &Origin::Arc));
        let asked = server.asked();
        assert_eq!(asked.len(), 2);
        for request in &asked {
            assert!(request.contains("?api-version=2020-06-01&resource=https%3A%2F%2F"), "{request}");
            assert!(request.contains("\r\nMetadata: true\r\n") && !request.contains("c-9"), "{request}");
        }
    });
}

#[test]
fn only_keys_of_the_agent_are_sent_to_it() {
    block(async {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("tokens");
        std::fs::create_dir(&keys).unwrap();
        let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
        write(&folder.path().join("secret.key"), SENTINEL);
        write(&keys.join("secret.txt"), SENTINEL);
        write(&keys.join("long.key"), &SENTINEL.repeat(1000));
        std::os::unix::fs::symlink(folder.path().join("secret.key"), keys.join("link.key")).unwrap();
        for (named, expected) in [
            (folder.path().join("secret.key"), "it is not in the folder of the agent's keys"),
            (keys.join("../secret.key"), "it is not in the folder of the agent's keys"),
            ("/etc/passwd".into(), "it is not in the folder of the agent's keys"),
            (keys.join("secret.txt"), "its name does not end with `.key`"),
            (keys.join("long.key"), "it has more than 4096 bytes"),
            (keys.join("link.key"), "it is no regular file"),
            (keys.join("gone.key"), "members of its group (`himds` on Linux)"),
        ] {
            let server = agent(&named, SENTINEL, "x").await;
            let error = arc(server.port, &keys).token(&source(None)).await.unwrap_err();
            let text = error.to_string();
            assert!(text.contains(expected), "{text}");
            assert_eq!(server.asked().len(), 1, "{text}");
            assert!(!format!("{error:?}{text}").contains(SENTINEL));
        }
    });
}

#[test]
fn what_is_no_agent_gets_nothing() {
    block(async {
        let folder = tempfile::tempdir().unwrap();
        for (answer, expected) in [
            ("HTTP/1.1 401 Unauthorized\r\n\r\n".to_owned(), "answered HTTP 401 without the name of a key"),
            (ok(&granted("a.b.c")), "answered HTTP 200 without the name of a key"),
            (json("404 Gone", r#"{"error":"not_found"}"#), "refuses (HTTP 404): not_found"),
        ] {
            let server = Server::start(move |_| answer.clone()).await;
            let error = arc(server.port, folder.path()).token(&source(None)).await.unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        for endpoint in ["http://arc.example:40342/token", "https://localhost:40342/token", "nonsense"] {
            let environment = environment(&[("IDENTITY_ENDPOINT", endpoint)]);
            let error = Secrets { environment, ..Secrets::default() }.token(&source(None)).await.unwrap_err();
            assert!(error.to_string().contains("`IDENTITY_ENDPOINT`, which is n"), "{error}");
        }
    });
}
