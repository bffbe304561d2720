//! Rules that have more than one severity: which it is, on their own cases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::lint_text;

fn severities(case: &str, args: &[&str]) -> Vec<String> {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules").join(case).with_extension("yaml");
    let id = case.split('/').next().unwrap();
    let mut all = vec!["--select", id, "--level", "info"];
    all.extend(args);
    let args: Vec<String> = all.into_iter().map(str::to_owned).collect();
    lint_text(&common::read(&path), &args).into_iter().map(|finding| finding.severity).collect()
}

#[test]
fn the_definition_of_v1_makes_an_error_of_it() {
    assert_eq!(severities("endpoint-settings-mismatch/bad-1", &[]), ["error"]);
    assert_eq!(severities("endpoint-settings-mismatch/bad-2", &[]), ["warning"], "v1beta1");
    assert_eq!(severities("operation-settings-extra/bad-1", &[]), ["error"]);
    assert_eq!(severities("operation-settings-extra/bad-3", &[]), ["warning"], "v1beta1");
    assert_eq!(severities("multiple-auth-blocks/bad-2", &[]), ["error", "error"]);
    assert_eq!(severities("multiple-auth-blocks/bad-4", &[]), ["warning", "error"], "one alien block is taken");
    assert_eq!(severities("multiple-auth-blocks/bad-5", &[]), ["warning"], "v1beta1");
    assert_eq!(severities("auth-settings-missing/bad-3", &[]), ["warning"], "v1beta1, where a default may apply");
    assert_eq!(severities("x509-secret-keys/bad-1", &[]), ["error"]);
    assert_eq!(severities("x509-secret-keys/bad-3", &[]), ["warning"], "v1beta1");
}

#[test]
fn what_is_doubtful_is_no_error() {
    assert_eq!(severities("sasl-secret-keys/bad-2", &[]), ["warning"], "a lone `token` is documented in one place");
    assert_eq!(severities("sasl-secret-keys/bad-3", &[]), ["error"], "and not for Event Hubs");
    assert_eq!(severities("uami-ids/bad-2", &[]), ["error", "error", "info", "error"]);
    assert_eq!(severities("no-local-broker-side/bad-1", &[]), ["error"]);
    assert_eq!(severities("no-local-broker-side/bad-2", &[]), ["info"], "a host in the cluster");
}

#[test]
fn only_closed_files_miss_something() {
    for case in ["secret-missing", "ca-configmap-missing", "endpoint-ref-unresolved", "profile-ref-unresolved"] {
        let case = format!("{case}/bad-1");
        assert_eq!(severities(&case, &[]), ["info"], "{case}");
        assert_eq!(severities(&case, &["--closed"]), ["error"], "{case}");
    }
}

#[test]
fn a_template_among_the_names_may_be_the_one_that_is_missed() {
    let case = |name: &str| {
        format!(
            "apiVersion: connectivity.iotoperations.azure.com/v1\nkind: DataflowProfile\nmetadata: {{ name: {name} }}\n\
             spec: {{ instanceCount: 1 }}\n---\napiVersion: connectivity.iotoperations.azure.com/v1\nkind: Dataflow\n\
             metadata: {{ name: press-to-hub }}\nspec:\n  profileRef: presses\n  operations: []\n"
        )
    };
    let args = ["--select", "profile-ref-unresolved", "--level", "info", "--closed"].map(str::to_owned);
    let severity = |name: &str| lint_text(&case(name), &args).remove(0).severity;
    assert_eq!(severity("ovens"), "error");
    assert_eq!(severity("'${PROFILE}'"), "info");
}
