//! Plants secrets in every place that a manifest can hold one, and finds none in any output.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::run;

/// What must never be printed: plain, and as base64 makes it.
const SENTINELS: [&str; 4] =
    ["hunter2hunter2hunter2", "aHVudGVyMmh1bnRlcjJodW50ZXIy", "MIIEvSENTINELKEY", "c2VudGluZWw"];

/// Manifests with a secret in each, by where it stands.
const PLACES: [(&str, &str); 22] = [
    (
        "string data",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: hunter2hunter2hunter2\n",
    ),
    (
        "string data of no telling key",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  x: hunter2hunter2hunter2\n",
    ),
    ("data", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  password: aHVudGVyMmh1bnRlcjJodW50ZXIy\n"),
    (
        "a block scalar",
        "kind: Secret\napiVersion: v1\nmetadata: {name: a}\nstringData:\n  cert: |\n    hunter2hunter2hunter2\n    more hunter2hunter2hunter2\n",
    ),
    (
        "a flow mapping",
        "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {x: \"hunter2hunter2hunter2\"}}\n",
    ),
    (
        "JSON",
        "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"a\"},\n \"stringData\": {\"x\": \"hunter2hunter2hunter2\"}}\n",
    ),
    (
        "a Secret that is no YAML",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a\nstringData:\n  x: hunter2hunter2hunter2\n",
    ),
    ("a broken line of a Secret", "apiVersion: v1\nkind: Secret\nstringData:\n  x: [hunter2hunter2hunter2\n  y: }\n"),
    (
        "a Secret in a List",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: a}\n  stringData:\n    x: hunter2hunter2hunter2\n    x: hunter2hunter2hunter2\n",
    ),
    (
        "a key twice",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  x: hunter2hunter2hunter2\n  x: hunter2hunter2hunter2\n",
    ),
    (
        "an alias",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  x: &s hunter2hunter2hunter2\n  y: *s\n",
    ),
    ("an unknown field", "ENDPOINT    password: hunter2hunter2hunter2\n"),
    (
        "a connection string as host",
        "ENDPOINT    host: Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=hunter2hunter2hunter2\n",
    ),
    (
        "a connection string in a reference",
        "ENDPOINT    tls: {trustedCaCertificateConfigMapRef: 'SharedAccessKey=hunter2hunter2hunter2'}\n",
    ),
    ("an enum", "ENDPOINT    kafkaAcks: SharedAccessKey=hunter2hunter2hunter2\n"),
    ("a URL", "ENDPOINT    host: mqtts://user:hunter2hunter2hunter2@x.example:8883\n"),
    ("a SAS", "ENDPOINT    consumerGroupId: '?sv=2022&se=2024&sr=c&sig=hunter2hunter2hunter2'\n"),
    (
        "a private key",
        "ENDPOINT    consumerGroupId: |\n      -----BEGIN PRIVATE KEY-----\n      MIIEvSENTINELKEYc2VudGluZWw\n      -----END PRIVATE KEY-----\n",
    ),
    (
        "a block that a fix moves",
        "apiVersion: connectivity.iotoperations.azure.com/v1\nkind: DataflowEndpoint\nmetadata: {name: hub}\nspec:\n  endpointType: Kafka\n  authentication:\n    method: Sasl\n    saslSettings:\n      saslType: Plain\n      password: hunter2hunter2hunter2\n      secretRef: a\n  kafkaSettings:\n    host: x.servicebus.windows.net:9093\n    tls: {}\n",
    ),
    ("a value that a fix replaces", "ENDPOINT    batching: {enabled: 'password=hunter2hunter2hunter2'}\n"),
    ("a broken endpoint", "ENDPOINT    password: hunter2hunter2hunter2\n   x: [\n"),
    ("a comment", "ENDPOINT    compression: Snappy # password: hunter2hunter2hunter2\n"),
];

const ENDPOINT: &str = "apiVersion: connectivity.iotoperations.azure.com/v1\nkind: DataflowEndpoint\nmetadata: {name: hub}\nspec:\n  endpointType: Kafka\n  kafkaSettings:\n";

const WAYS: [&[&str]; 8] = [
    &["--format", "human"],
    &["--format", "human", "--color", "always"],
    &["--format", "concise", "-vv"],
    &["--format", "json"],
    &["--diff"],
    &["--diff", "--unsafe-fixes"],
    &["--closed", "-v", "--level", "info"],
    &["--format", "json", "--level", "info", "--closed"],
];

#[test]
fn no_output_holds_a_secret() {
    let mut leaks = Vec::new();
    for (place, text) in PLACES {
        let text = text.replace("ENDPOINT", ENDPOINT);
        for way in WAYS {
            let mut args = vec!["lint", "-", "--level", "info"];
            args.dedup();
            args.extend(way.iter().filter(|arg| !matches!(**arg, "--level" | "info")));
            let run = run(&args, text.as_bytes());
            for sentinel in SENTINELS {
                if run.stdout.contains(sentinel) || run.stderr.contains(sentinel) {
                    leaks.push(format!("{place}: {args:?}: {}{}", run.stdout, run.stderr));
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks, the first:\n{}", leaks.len(), leaks[0]);
}

#[test]
fn the_places_are_told_of_at_all() {
    // A test of silence alone would pass if nothing were printed.
    let told = PLACES.iter().filter(|(_, text)| {
        let text = text.replace("ENDPOINT", ENDPOINT);
        run(&["lint", "-", "--level", "info", "--format", "json"], text.as_bytes()).stdout.contains("\"id\"")
    });
    assert!(told.count() >= 12);
}
