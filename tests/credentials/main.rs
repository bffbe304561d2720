//! Credentials from everywhere but real clouds: loopback servers play Entra, the metadata service and the Arc agent,
//! scripts play `kubectl` and `az`.

#![cfg(all(feature = "probe", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod checks;
mod cluster;
mod entra;
mod logins;
mod machine;
mod scripts;
mod server;

use base64::Engine as _;
use flowgate::access::{End, Manifests, Reach};
use flowgate::secrets::Secrets;
use flowgate::source::{Encoding, Sources, Text};
use flowgate::transport::net::Route;
use std::time::Duration;

/// Stands in every secret of these tests; no output may hold it.
const SENTINEL: &str = "s3ntinel-Value";

fn block<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), future).await.expect("a test hangs") })
}

/// A token with `claims`, good until 2100; the sentinel is its signature.
fn jwt(claims: &str) -> String {
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let claims = format!("{{\"exp\":4102444800,{claims}}}");
    format!("{}.{}.{}", encode(r#"{"alg":"RS256"}"#), encode(&claims), encode(SENTINEL))
}

/// An environment of these variables only.
fn environment(variables: &[(&str, &str)]) -> flowgate::secrets::InEnvironment {
    let variables: Vec<(String, String)> = variables.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    Box::new(move |name| variables.iter().find(|(is, _)| is == name).map(|(_, value)| value.into()))
}

fn sources(texts: &[&str]) -> Sources {
    let mut sources = Sources::new();
    for (number, text) in texts.iter().enumerate() {
        let text = Text { content: (*text).to_owned(), encoding: Encoding::Utf8 };
        sources.add_text(format!("{number}.yaml"), text);
    }
    sources
}

fn manifests(texts: &[&str]) -> Manifests {
    Manifests::read(sources(texts), &[], None).unwrap()
}

/// The only endpoint of `manifests`.
fn end(manifests: &Manifests) -> End {
    End::of((*manifests.bundle.endpoints[0]).clone())
}

fn reach(secrets: Secrets) -> Reach {
    Reach {
        route: Route::default(),
        trusted: Vec::new(),
        os_roots: false,
        server_name: None,
        secrets,
        token: None,
        ask: Vec::new(),
        service_account: None,
    }
}

/// An endpoint of type `kind` with `host` and the lines of `authentication`.
fn endpoint(kind: &str, host: &str, authentication: &str) -> String {
    let block = if kind == "Kafka" { "kafkaSettings" } else { "mqttSettings" };
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: press, namespace: plant }}
spec:
  endpointType: {kind}
  {block}:
    host: {host}
    authentication:
{authentication}
    tls:
      mode: Enabled
      trustedCaCertificateConfigMapRef: press-ca
"
    )
}
