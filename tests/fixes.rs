//! Properties of fixes: a fix removes its finding and adds none, leaves valid YAML, is idempotent, and keeps comments,
//! line ends and layout. An independent YAML reader is asked too.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::{Found, lint_text, read, run};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn fixed(text: &str, option: &str) -> String {
    run(&["lint", "--quiet", option, "-"], text.as_bytes()).stdout
}

fn errors(text: &str) -> Vec<Found> {
    lint_text(text, &["--level".to_owned(), "error".to_owned()])
}

fn manifests() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![
        Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules"),
        Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/projects"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                let text = read(&path);
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// Whether an independent reader of YAML 1.2 takes every document of a stream.
fn is_yaml(text: &str) -> bool {
    use yaml_serde::Value;
    yaml_serde::Deserializer::from_str(text)
        .all(|document| <Value as serde::Deserialize>::deserialize(document).is_ok())
}

#[test]
fn fixing_every_case_makes_it_better() {
    let mut wrong = Vec::new();
    for (path, text) in manifests() {
        for option in ["--fix", "--unsafe-fixes"] {
            let once = fixed(&text, option);
            let name = path.display();
            if fixed(&once, option) != once {
                wrong.push(format!("{name}: {option} is not idempotent"));
            }
            if is_yaml(&text) && !is_yaml(&once) {
                wrong.push(format!("{name}: {option} breaks the YAML"));
            }
            let (before, after) = (errors(&text).len(), errors(&once).len());
            // A manifest that is moved to another release meets the rules of that release.
            let moved = text.contains("/v1beta1") && option == "--unsafe-fixes";
            if after > before && !moved {
                wrong.push(format!("{name}: {option} makes {after} errors of {before}"));
            }
            if text == once {
                continue;
            }
            let again = lint_text(&once, &[]);
            let left = again.iter().filter(|finding| finding.fixable && option == "--unsafe-fixes").count();
            if left > 0 {
                wrong.push(format!("{name}: {option} leaves {left} findings that have a fix"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A clean set of manifests, written as fixes write.
const CLEAN: &str = "\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: plant7-event-grid
  namespace: azure-iot-operations
spec:
  endpointType: Mqtt
  mqttSettings:
    host: plant7.westeurope-1.ts.eventgrid.azure.net:8883
    authentication:
      method: X509Certificate
      x509CertificateSettings:
        secretRef: plant7-client
    tls:
      mode: Enabled
      trustedCaCertificateConfigMapRef: plant7-trust
    cloudEventAttributes: Propagate
    retain: Never
    qos: 1
---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: plant7-event-hubs
  namespace: azure-iot-operations
spec:
  endpointType: Kafka
  kafkaSettings:
    host: plant7.servicebus.windows.net:9093
    authentication:
      method: Sasl
      saslSettings:
        saslType: Plain
        secretRef: plant7-hubs
    tls:
      mode: Enabled
    batching:
      latencyMs: 2000
      mode: Disabled
    compression: None
    kafkaAcks: All
---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata:
  name: ovens
  namespace: azure-iot-operations
spec:
  profileRef: default
  mode: Enabled
  operations:
    - operationType: Source
      sourceSettings:
        endpointRef: default
        dataSources:
          - plant7/ovens
    - operationType: Destination
      destinationSettings:
        endpointRef: plant7-event-hubs
        dataDestination: ovens
";

/// Mistakes that one safe fix undoes exactly: what is right, and how people write it.
const MISTAKES: [(&str, &str); 20] = [
    ("cloudEventAttributes:", "CloudEventAttributes:"),
    ("trustedCaCertificateConfigMapRef:", "trustedCaCertificateConfigMap:"),
    ("retain: Never", "keepRetain: disabled"),
    ("retain: Never", "retain: NEVER"),
    ("qos: 1", "qos: \"1\""),
    (".net:8883", ".net:9092"),
    (".ts.eventgrid.", ".eventgrid."),
    ("method: X509Certificate", "method: x509Credentials"),
    ("x509CertificateSettings:", "x509CredentialsSettings:"),
    ("secretRef: plant7-client", "certificateSecretName: plant7-client"),
    ("method: Sasl", "method: SASL"),
    ("saslType: Plain", "saslType: PLAIN"),
    ("secretRef: plant7-hubs", "tokenSecretName: plant7-hubs"),
    ("latencyMs: 2000", "latencySeconds: 2"),
    ("mode: Disabled", "enabled: false"),
    ("compression: None", "compression: Snappy"),
    ("kafkaAcks: All", "kafkaAcks: ALL"),
    ("          - plant7/ovens", " plant7/ovens"),
    ("dataDestination: ovens", "dataDestination: [ovens]"),
    ("net:9093", "net"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn safe_fixes_undo_mistakes_exactly(
        chosen in proptest::collection::vec(any::<bool>(), MISTAKES.len()),
        crlf in any::<bool>(),
        comments in any::<bool>(),
    ) {
        let mut right = CLEAN.to_owned();
        if comments {
            // Behind values and on lines of their own.
            right = right.replace("    tls:\n", "    # as the site wants it\n    tls:\n").replace(": 1\n", ": 1  # once\n");
        }
        let mut wrong = right.clone();
        for ((good, bad), _) in MISTAKES.iter().zip(&chosen).filter(|(_, chosen)| **chosen) {
            let good = if *bad == " plant7/ovens" { format!("\n{good}") } else { (*good).to_owned() };
            wrong = wrong.replacen(&good, bad, 1);
        }
        if crlf {
            right = right.replace('\n', "\r\n");
            wrong = wrong.replace('\n', "\r\n");
        }
        prop_assert_eq!(fixed(&wrong, "--fix"), right);
    }
}

#[test]
fn the_clean_manifest_is_clean() {
    assert_eq!(lint_text(CLEAN, &[]), []);
}
