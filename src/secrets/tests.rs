use super::*;
use base64::Engine;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant, UNIX_EPOCH};

const SENTINEL: &str = "s3ntinel-Value";

fn block<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A folder with a script `name`, to be the PATH of a child.
fn script(name: &str, text: &str) -> (tempfile::TempDir, Tools) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let tools = Tools { path: Some(folder.path().into()), limit: Duration::from_secs(20), ..Tools::default() };
    (folder, tools)
}

fn jwt(claims: &str) -> String {
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", encode(r#"{"alg":"RS256"}"#), encode(claims), encode(SENTINEL))
}

fn value(found: &Found) -> String {
    String::from_utf8(found.value.expose().clone()).unwrap()
}

#[test]
fn places_are_read_and_values_are_not_taken() {
    let given: Given = "sasl.password=file:/run/pw".parse().unwrap();
    assert_eq!((given.name.as_str(), given.key.as_str()), ("sasl", "password"));
    assert_eq!(given.place, Place::File("/run/pw".into()));
    let given: Given = "x509.client_cert.pem=env:CERT".parse().unwrap();
    assert_eq!((given.name.as_str(), given.key.as_str()), ("x509", "client_cert.pem"));
    let given: Given = "my.secret/client_cert.pem=stdin".parse().unwrap();
    assert_eq!((given.name.as_str(), given.key.as_str()), ("my.secret", "client_cert.pem"));
    for bad in ["", "a", "a=file:x", ".k=stdin", "a.=stdin", "a.k=", "a.k=file:", "a.k=env:", "a.k=env:A=B"] {
        assert!(bad.parse::<Given>().is_err(), "{bad}");
    }
    let error = format!("a.k={SENTINEL}").parse::<Given>().unwrap_err();
    assert_eq!(error, BadGiven::Place);
    assert!(!error.to_string().contains(SENTINEL));
}

#[test]
fn sources_are_asked_in_order() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("s")).unwrap();
    std::fs::write(folder.path().join("s/b"), "from the folder\n").unwrap();
    std::fs::write(folder.path().join("s/a"), "hidden").unwrap();
    let secrets = Secrets {
        given: vec!["s.a=env:A".parse().unwrap(), "s.gone=env:GONE".parse().unwrap(), "s.in=stdin".parse().unwrap()],
        folder: Some(folder.path().to_owned()),
        environment: Box::new(|name| (name == "A").then(|| "from the environment".into())),
        stdin: Some(b"typed\r\n".to_vec().into()),
        ..Secrets::default()
    };
    let manifest = Secret::new(b"manifest\n".to_vec());
    let find = async |name: &str, key: &str| {
        let in_files = (name == "s" && key != "none").then_some(&manifest);
        secrets.find("aio", name, key, in_files).await
    };
    block(async {
        assert_eq!(value(&find("s", "a").await.unwrap()), "from the environment");
        assert_eq!(value(&find("s", "b").await.unwrap()), "from the folder");
        assert_eq!(value(&find("s", "in").await.unwrap()), "typed");
        // What stands in a manifest is exact.
        assert_eq!(value(&find("s", "c").await.unwrap()), "manifest\n");
        let error = find("s", "gone").await.unwrap_err();
        assert_eq!(error.to_string(), "the environment variable `GONE` is not set");
        let error = find("s", "none").await.unwrap_err();
        assert!(error.to_string().contains("--secret s.none=file:PATH"), "{error}");
        // A name cannot leave the folder.
        std::fs::write(folder.path().join("outside"), "no").unwrap();
        assert!(matches!(find("t/..", "outside").await, Err(SecretError::Missing { .. })));
        assert!(matches!(find("..", "outside").await, Err(SecretError::Missing { .. })));
    });
}

#[test]
fn files_that_are_none_and_files_too_large_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large");
    std::fs::write(&large, vec![b'x'; 1024 * 1024 + 1]).unwrap();
    let secrets = Secrets::default();
    block(async {
        assert!(matches!(secrets.read(&Place::File(large)).await, Err(SecretError::TooLarge(_))));
        for path in ["/dev/zero".into(), folder.path().to_owned(), folder.path().join("gone")] {
            assert!(matches!(secrets.read(&Place::File(path)).await, Err(SecretError::File { .. })));
        }
        assert!(matches!(secrets.read(&Place::Stdin).await, Err(SecretError::Stdin)));
    });
}

#[test]
fn kubectl_is_asked_once_for_a_secret() {
    let (folder, tools) = script(
        "kubectl",
        r#"echo call >> "$(dirname "$0")/calls"
[ "$*" = "--context plant get secret/sasl --namespace aio --output json" ] || { echo "bad: $*" >&2; exit 1; }
echo '{"kind":"Secret","data":{"username":"JENvbm5lY3Rpb25TdHJpbmc=","token":"AP8="}}'"#,
    );
    let tools = Tools { context: Some("plant".to_owned()), ..tools };
    let secrets = Secrets { cluster: true, tools, ..Secrets::default() };
    block(async {
        assert_eq!(value(&secrets.find("aio", "sasl", "username", None).await.unwrap()), "$ConnectionString");
        let found = secrets.find("aio", "sasl", "token", None).await.unwrap();
        assert_eq!(found.value.expose(), &[0, 0xFF]);
        assert_eq!(found.origin, Origin::Kubectl);
        assert!(matches!(found.text(), Err(SecretError::NotText(_))));
        let error = secrets.find("aio", "sasl", "password", None).await.unwrap_err().to_string();
        assert_eq!(error, "the cluster's Secret `sasl` has no key `password`; it has `token`, `username`");
        assert_eq!(std::fs::read_to_string(folder.path().join("calls")).unwrap(), "call\n");
        let error = secrets.find("aio", "other", "k", None).await.unwrap_err().to_string();
        assert!(error.contains("`kubectl --context plant get secret/other"), "{error}");
    });
}

#[test]
fn service_account_tokens() {
    let token =
        jwt(r#"{"iss":"https://cluster","aud":["aio-internal"],"exp":2000,"sub":"system:serviceaccount:aio:line"}"#);
    let wanted = "create token line --namespace aio --audience aio-internal --duration 10m";
    let (_folder, tools) = script("kubectl", &format!("[ \"$*\" = \"{wanted}\" ] && echo '{token}'"));
    let secrets = Secrets { tools, ..Secrets::default() };
    let source = TokenSource::ServiceAccount {
        namespace: "aio".to_owned(),
        account: "line".to_owned(),
        audience: "aio-internal".to_owned(),
    };
    block(async {
        let found = secrets.token(&source).await.unwrap();
        assert_eq!(found.jwt.expose(), &token);
        assert_eq!(found.facts.identity(), "service account `line` of namespace `aio`");
        assert!(!format!("{found:?}").contains(token.split('.').nth(2).unwrap()), "a token in a debug print");
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(found.facts.problems("aio-internal", at(1999)), []);
        let problems = found.facts.problems("https://eventgrid.azure.net", at(2010));
        assert_eq!(
            problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "the token is for audience `aio-internal`, and `https://eventgrid.azure.net` is expected",
                "the token expired 10 s ago",
            ]
        );
    });
}

#[test]
fn entra_tokens() {
    let token = jwt(r#"{"aud":"https://eventgrid.azure.net/","exp":4102444800,"nbf":1000,"oid":"o-1","tid":"t-1",
        "appid":"04b07795","upn":"anna@plant.example"}"#);
    let wanted = "account get-access-token --resource https://eventgrid.azure.net/ --output json";
    let json = format!(r#"{{"accessToken":"{token}","expires_on":4102444800,"tokenType":"Bearer"}}"#);
    let (_folder, tools) = script("az", &format!("[ \"$*\" = \"{wanted}\" ] && echo '{json}'"));
    let secrets = Secrets { tools, ..Secrets::default() };
    let source = TokenSource::AzureCli { resource: "https://eventgrid.azure.net/".to_owned() };
    block(async {
        let found = secrets.token(&source).await.unwrap();
        assert!(found.facts.is_person());
        assert_eq!(found.facts.identity(), "the person `anna@plant.example`");
        // A slash makes no difference.
        assert_eq!(found.facts.problems("https://eventgrid.azure.net", UNIX_EPOCH + Duration::from_secs(2000)), []);
        let early = found.facts.problems("https://eventgrid.azure.net", UNIX_EPOCH + Duration::from_secs(100));
        assert_eq!(early, [TokenProblem::NotYet { wait: Duration::from_secs(900) }]);
    });
}

#[test]
fn children_that_fail_hang_or_are_not_there() {
    let source = TokenSource::AzureCli { resource: "r".to_owned() };
    let token = |tools| {
        let secrets = Secrets { tools, ..Secrets::default() };
        block(async { secrets.token(&source).await.unwrap_err().to_string() })
    };
    let (_folder, tools) = script("az", &format!("echo {SENTINEL}; echo \"Please run 'az login'\" >&2; exit 1"));
    let text = token(tools);
    assert!(text.contains("Please run 'az login'") && !text.contains(SENTINEL), "{text}");
    let (_folder, tools) = script("az", &format!("echo {SENTINEL}"));
    let text = token(tools);
    assert!(text.contains("something else than JSON") && !text.contains(SENTINEL), "{text}");
    let (_folder, tools) = script("az", &format!("echo '{{\"accessToken\":\"{SENTINEL}\"}}'"));
    let text = token(tools);
    assert!(text.contains("a JWT has three parts") && !text.contains(SENTINEL), "{text}");
    let (_folder, tools) = script("other", "true");
    assert_eq!(token(tools), "`az` cannot be run: it is not on the PATH");
    let (_folder, tools) = script("az", "sleep 20");
    let start = Instant::now();
    let text = token(Tools { limit: Duration::from_millis(300), ..tools });
    assert!(text.contains("did not end within 0.3 s"), "{text}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn token_files_and_what_is_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let secrets = Secrets::default();
    let source = TokenSource::File(path.clone());
    block(async {
        std::fs::write(&path, format!("\n {} \n", jwt(r#"{"sub":"x"}"#))).unwrap();
        let found = secrets.token(&source).await.unwrap();
        assert_eq!(found.jwt.expose(), &jwt(r#"{"sub":"x"}"#));
        assert_eq!(found.facts.identity(), "`x`");
        for bad in ["", "a.b", "a.b.c", "a.b.c.d", &format!("x.{SENTINEL}.y"), "x.W10.y"] {
            std::fs::write(&path, bad).unwrap();
            let error = secrets.token(&source).await.unwrap_err().to_string();
            assert!(error.contains("is no token") && !error.contains(SENTINEL), "{error}");
        }
    });
}
