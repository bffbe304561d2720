//! What rules say of several files together: the cases of `rules.rs` have one file each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::{Found, lint, lint_text};
use std::path::Path;

/// The findings of one rule in two folders that are two environments of the same site.
fn environments(id: &str, more: &[&str]) -> Vec<Found> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/projects/environments");
    let args = [&["--select", id, "--level", "info"], more].concat();
    lint(&root, &args.into_iter().map(str::to_owned).collect::<Vec<_>>())
}

fn severities(found: &[Found]) -> Vec<&str> {
    found.iter().map(|finding| finding.severity.as_str()).collect()
}

#[test]
fn a_resource_in_two_files_may_be_two_environments() {
    let found = environments("duplicate-resource", &[]);
    assert_eq!(severities(&found), ["info", "info"]);
}

#[test]
fn a_namespace_in_another_file_is_an_error_only_if_the_files_are_all() {
    let found = environments("namespace-mismatch", &[]);
    assert_eq!(severities(&found), ["warning"]);
    assert!(found[0].message.contains("`hall`"), "{}", found[0].message);
    assert_eq!(severities(&environments("namespace-mismatch", &["--closed"])), ["error"]);
}

#[test]
fn what_another_file_uses_is_used() {
    assert_eq!(environments("unused-profile", &[]), []);
    // The endpoint of that name stands in a namespace that nothing refers to.
    assert_eq!(environments("unused-endpoint", &[]).len(), 1);
}

#[test]
fn the_reminder_comes_once_a_file() {
    assert_eq!(environments("kubernetes-manifests-debug-only", &[]).len(), 5);
}

#[test]
fn what_is_missing_at_the_top_is_named_without_a_key_above() {
    let select = ["--select", "unknown-api-version", "--select", "name-pattern"].map(str::to_owned);
    let found = lint_text("kind: DataflowProfile\nspec:\n  instanceCount: 1\n", &select);
    let mut fields: Vec<&str> = found.iter().map(|finding| finding.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["apiVersion", "metadata.name"]);
}

#[test]
fn an_old_shape_is_migrated_whole() {
    let old = "\
apiVersion: connectivity.iotoperations.azure.com/v1beta1
kind: DataflowEndpoint
metadata:
  name: plant7-grid
  namespace: azure-iot-operations
spec:
  endpointType: Mqtt
  authentication:
    method: SystemAssignedManagedIdentity
    systemAssignedManagedIdentitySettings: {}
  mqttSettings:
    host: plant7.westeurope-1.ts.eventgrid.azure.net:8883
    retain: Never
    tls:
      mode: Enabled
";
    let select = ["--select", "schema", "--select", "preview-api-version"].map(str::to_owned);
    let fixed = common::fix(old, &select);
    assert!(fixed.contains("azure.com/v1\n"), "{fixed}");
    assert!(fixed.contains("\n    authentication:\n      method:"), "{fixed}");
    assert_eq!(lint_text(&fixed, &select), []);
}

#[test]
fn no_secret_stands_in_a_report() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules/secret-in-manifest");
    let path = path.to_string_lossy();
    for format in ["human", "concise", "json"] {
        let run = common::run(&["lint", "--level", "info", "--format", format, &path], b"");
        assert!(run.stdout.contains("secret-in-manifest"));
        for secret in ["tide-and-kiln-9", "bm90LWEtcmVhbC1vbmU=", "bm90LWEtcmVhbC1zaWduYXR1cmU"] {
            assert!(!run.stdout.contains(secret), "{format}:\n{}", run.stdout);
        }
    }
}

#[test]
fn a_configuration_file_of_the_azure_cli_is_no_mistake() {
    let json = r#"{ "endpointType": "Mqtt", "mqttSettings": { "host": "broker.plant7.example:8883" } }"#;
    assert_eq!(lint_text(json, &[]), []);
    let found = lint_text(json, &["--level".to_owned(), "info".to_owned()]);
    assert_eq!(found.iter().map(|finding| finding.id.as_str()).collect::<Vec<_>>(), ["resource-fragment"]);
    let yaml = "endpointType: Mqtt\nmqttSettings:\n  host: broker.plant7.example:8883\n";
    assert_eq!(lint_text(yaml, &[]).len(), 1, "pasted from a page");
}

#[test]
fn statements_of_jinja_are_templates() {
    let text = "{% if cloud %}\nkind: DataflowEndpoint\n{% endif %}\n";
    assert_eq!(lint_text(text, &[]), []);
}
