//! Entra's token endpoint: workload identity and service principals.

use super::server::{Server, granted, json, ok};
use super::{SENTINEL, block, environment, jwt};
use flowgate::secrets::{Application, Origin, Secrets, Services, TokenSource};
use flowgate::transport::net::Route;
use flowgate::transport::tls::Trust;

const RESOURCE: &str = "https://eventgrid.azure.net";

fn federated() -> TokenSource {
    TokenSource::WorkloadIdentity { resource: RESOURCE.to_owned(), application: Application::default() }
}

fn principal() -> TokenSource {
    TokenSource::ServicePrincipal { resource: RESOURCE.to_owned() }
}

async fn refused(secrets: &Secrets, source: &TokenSource) -> String {
    let error = secrets.token(source).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains(SENTINEL), "{text}");
    error.to_string()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn through(proxy: &str) -> Route {
    Route { proxy: Some(proxy.parse().unwrap()), ..Route::default() }
}

#[test]
fn a_federated_token_is_exchanged() {
    block(async {
        let token = jwt(r#""aud":"https://eventgrid.azure.net","appid":"c-1","oid":"o-1""#);
        let body = granted(&token);
        let server = Server::start(move |_| ok(&body)).await;
        let assertion = file("a.b+c/d\n");
        let authority = format!("http://127.0.0.1:{}/", server.port);
        let secrets = Secrets {
            environment: environment(&[
                ("AZURE_CLIENT_ID", "c-1"),
                ("AZURE_TENANT_ID", "t-1"),
                ("AZURE_FEDERATED_TOKEN_FILE", assertion.path().to_str().unwrap()),
                ("AZURE_AUTHORITY_HOST", &authority),
            ]),
            ..Secrets::default()
        };
        let found = secrets.token(&federated()).await.unwrap();
        assert_eq!((found.jwt.expose(), &found.origin), (&token, &Origin::WorkloadIdentity));
        assert_eq!(found.facts.identity(), "the application `c-1` (object `o-1`)");
        let asked = server.asked();
        assert_eq!(asked.len(), 1);
        assert!(asked[0].starts_with("POST /t-1/oauth2/v2.0/token HTTP/1.1\r\n"), "{}", asked[0]);
        let (head, form) = asked[0].split_once("\r\n\r\n").unwrap();
        assert!(head.contains("Content-Type: application/x-www-form-urlencoded"), "{head}");
        assert_eq!(
            form,
            "grant_type=client_credentials&client_id=c-1&scope=https%3A%2F%2Feventgrid.azure.net%2F.default\
             &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
             &client_assertion=a.b%2Bc%2Fd"
        );
    });
}

#[test]
fn a_refusal_names_what_to_do_and_repeats_no_secret() {
    block(async {
        let server = Server::start(|request| {
            // A server that gives away what it was sent.
            let description = format!("AADSTS7000215: Invalid client secret provided: {SENTINEL}");
            assert!(request.contains(&format!("client_secret={SENTINEL}")));
            json("401 Unauthorized", &format!(r#"{{"error":"invalid_client","error_description":"{description}"}}"#))
        })
        .await;
        let authority = format!("http://localhost:{}", server.port);
        let secrets = Secrets {
            environment: environment(&[
                ("AZURE_CLIENT_ID", "c-1"),
                ("AZURE_TENANT_ID", "plant.example"),
                ("AZURE_CLIENT_SECRET", SENTINEL),
                ("AZURE_AUTHORITY_HOST", &authority),
            ]),
            ..Secrets::default()
        };
        let text = refused(&secrets, &principal()).await;
        assert_eq!(
            text,
            format!(
                "Entra at `localhost:{}` refuses (HTTP 401): `invalid_client`: AADSTS7000215: Invalid client secret \
                 provided: ***; `AZURE_CLIENT_SECRET` has to be the value of the secret, not its id",
                server.port
            )
        );
    });
}

#[test]
fn answers_that_are_none_are_told() {
    block(async {
        for (answer, expected) in [
            (ok("{}"), "answered HTTP 200 without an `access_token`"),
            (ok(&"[".repeat(200_000)), "answered HTTP 200 without an `access_token`"),
            (ok(&granted(SENTINEL)), "holds is no token: a JWT has three parts"),
            (json("503 Busy", "<html>"), "refuses (HTTP 503): it does not say why; it is busy"),
            ("SSH-2.0-OpenSSH\r\n".to_owned(), "speaks no HTTP, but SSH"),
            (String::new(), "closed the connection without an answer"),
        ] {
            let server = Server::start(move |_| answer.clone()).await;
            let authority = format!("http://127.0.0.1:{}", server.port);
            let secrets = Secrets {
                environment: environment(&[
                    ("AZURE_CLIENT_ID", "c-1"),
                    ("AZURE_TENANT_ID", "t-1"),
                    ("AZURE_CLIENT_SECRET", SENTINEL),
                    ("AZURE_AUTHORITY_HOST", &authority),
                ]),
                ..Secrets::default()
            };
            let text = refused(&secrets, &principal()).await;
            assert!(text.contains(expected), "{text}");
        }
    });
}

#[test]
fn what_the_environment_lacks_is_named() {
    let token = file("a.b.c");
    let path = token.path().to_str().unwrap().to_owned();
    let all = [
        ("AZURE_CLIENT_ID", "c-1"),
        ("AZURE_TENANT_ID", "t-1"),
        ("AZURE_FEDERATED_TOKEN_FILE", path.as_str()),
        ("AZURE_CLIENT_SECRET", SENTINEL),
        ("AZURE_AUTHORITY_HOST", "https://127.0.0.1:1"),
    ];
    let with = |name: &str, value: &str| {
        let changed: Vec<(&str, &str)> =
            all.iter().map(|(is, was)| (*is, if *is == name { value } else { *was })).collect();
        Secrets { environment: environment(&changed), ..Secrets::default() }
    };
    block(async {
        for (name, value, source, expected) in [
            ("AZURE_FEDERATED_TOKEN_FILE", "", federated(), "workload identity needs the environment variable"),
            ("AZURE_CLIENT_SECRET", "", principal(), "`AZURE_CLIENT_SECRET`, which is not set"),
            ("AZURE_CLIENT_ID", "", federated(), "`AZURE_CLIENT_ID`, which is not set"),
            ("AZURE_TENANT_ID", "", principal(), "`AZURE_TENANT_ID`, which is not set"),
            ("AZURE_TENANT_ID", "a/../b", principal(), "is neither the id nor a domain of a tenant"),
            ("AZURE_AUTHORITY_HOST", "ftp://x", principal(), "is no URL"),
            ("AZURE_AUTHORITY_HOST", "http://login.example", principal(), "is not `https`, and credentials are sent"),
            ("AZURE_AUTHORITY_HOST", "127.0.0.1:1", principal(), "`--proxy` names it"),
            ("AZURE_FEDERATED_TOKEN_FILE", "/gone", federated(), "`/gone` cannot be read"),
        ] {
            let text = refused(&with(name, value), &source).await;
            assert!(text.contains(expected), "{name}={value}: {text}");
        }
    });
}

#[test]
fn client_and_tenant_of_the_manifest_stand_in_for_the_environment() {
    block(async {
        let token = jwt(r#""appid":"c-2""#);
        let body = granted(&token);
        let server = Server::start(move |_| ok(&body)).await;
        let assertion = file("a.b.c");
        let authority = format!("http://127.0.0.1:{}", server.port);
        let secrets = Secrets {
            environment: environment(&[
                ("AZURE_FEDERATED_TOKEN_FILE", assertion.path().to_str().unwrap()),
                ("AZURE_AUTHORITY_HOST", &authority),
            ]),
            // In clear nothing goes through a proxy.
            services: Services { route: through("127.0.0.1:1"), ..Services::default() },
            ..Secrets::default()
        };
        let application = Application { client: Some("c-2".to_owned()), tenant: Some("t-2".to_owned()) };
        let source = TokenSource::WorkloadIdentity { resource: RESOURCE.to_owned(), application };
        secrets.token(&source).await.unwrap();
        assert!(server.asked()[0].starts_with("POST /t-2/") && server.asked()[0].contains("client_id=c-2"));
    });
}

#[test]
fn nothing_is_sent_to_an_entra_that_is_not_trusted() {
    block(async {
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let token = jwt(r#""appid":"c-1""#);
        let server = Server::secure(&certified, granted(&token)).await;
        let authority = format!("https://localhost:{}", server.port);
        let secrets = |trust: Trust| Secrets {
            environment: environment(&[
                ("AZURE_CLIENT_ID", "c-1"),
                ("AZURE_TENANT_ID", "t-1"),
                ("AZURE_CLIENT_SECRET", SENTINEL),
                ("AZURE_AUTHORITY_HOST", &authority),
            ]),
            services: Services { trust, ..Services::default() },
            ..Secrets::default()
        };
        let text = refused(&secrets(Trust::default()), &principal()).await;
        assert!(text.contains("self-signed") && text.contains("`--os-roots`"), "{text}");
        assert_eq!(server.asked(), Vec::<String>::new());
        let mut trust = Trust::nothing();
        trust.add_pem(certified.cert.pem().as_bytes()).unwrap();
        assert_eq!(secrets(trust).token(&principal()).await.unwrap().jwt.expose(), &token);
        assert!(server.asked()[0].contains(SENTINEL));
    });
}
