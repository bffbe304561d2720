//! Hostile input: every one ends in a clean error or a report, and the time grows no faster than the input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::run;
use flowgate::exit::Exit;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn lint(text: &[u8]) -> (Exit, String) {
    let run = run(&["lint", "--format", "json", "--level", "info", "-"], text);
    (run.exit, run.stdout)
}

fn ids(report: &str) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    let all = report["diagnostics"].as_array().unwrap();
    all.iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
}

const HEAD: &str =
    "apiVersion: connectivity.iotoperations.azure.com/v1\nkind: Dataflow\nmetadata: {name: flow}\nspec:\n";

#[test]
fn deep_nesting_is_a_clean_error() {
    let flow = format!("{HEAD}  x: {}{}\n", "[".repeat(5000), "]".repeat(5000));
    let block: String = (1..5000).map(|level| format!("{}k:\n", " ".repeat(level * 2))).collect();
    for text in [flow, format!("{HEAD}{block}"), format!("{HEAD}{}\n", "- ".repeat(5000)), "[".repeat(5000)] {
        let (exit, report) = lint(text.as_bytes());
        assert_eq!(exit, Exit::Findings);
        assert!(ids(&report).iter().all(|id| id.starts_with("yaml-")), "{report}");
    }
}

#[test]
fn aliases_without_end_are_a_clean_error() {
    let list = format!("{HEAD}  a: &a [x, x, x, x, x, x, x, x, x, x]\n  b: [{}]\n", vec!["*a"; 100_000].join(", "));
    let (_, report) = lint(list.as_bytes());
    assert!(ids(&report).contains(&"yaml-alias-budget".to_owned()));
    let mut bomb = format!("{HEAD}  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        bomb.push_str(&format!("  a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")));
    }
    let (_, report) = lint(bomb.as_bytes());
    assert!(ids(&report).contains(&"yaml-alias-budget".to_owned()));
}

/// Times a document of size `n` and one four times as large: linear work takes about four times as long, quadratic
/// sixteen times. The bound lies between, with room for a busy machine; the smaller run is repeated for its minimum.
fn grows_linearly(what: &str, make: impl Fn(usize) -> String, n: usize) {
    let time = |text: &str| {
        (0..3)
            .map(|_| {
                let start = Instant::now();
                lint(text.as_bytes());
                start.elapsed()
            })
            .min()
            .unwrap()
    };
    let (small, large) = (time(&make(n)), time(&make(4 * n)));
    assert!(
        large < small * 10 + Duration::from_millis(200),
        "{what}: {small:?} for {n}, {large:?} for four times as much"
    );
}

#[test]
fn large_documents_take_linear_time() {
    grows_linearly("one scalar", |n| format!("{HEAD}  mode: {}\n", "x".repeat(n)), 250_000);
    grows_linearly("keys", |n| (0..n).fold(HEAD.to_owned(), |text, i| text + &format!("  key{i}: 1\n")), 25_000);
    grows_linearly("comments", |n| format!("{HEAD}{}  mode: Enabled\n", "# x\n".repeat(n)), 25_000);
    grows_linearly("documents", |n| format!("---\n{HEAD}  mode: enabled\n").repeat(n), 1_000);
    grows_linearly("items", |n| format!("{HEAD}  operations:\n{}", "  - {}\n".repeat(n)), 10_000);
    grows_linearly("one line", |n| format!("{HEAD}  x: [{}]\n", "a, ".repeat(n)), 50_000);
}

#[test]
fn bytes_that_are_no_text_are_named() {
    for bytes in [&b"\xff\xfe\x00"[..], b"a: \xc3\x28", b"\x00\x01\x02", b"kind: \x80"] {
        let run = run(&["lint", "-"], bytes);
        assert_eq!(run.exit, Exit::Trouble, "{bytes:?}");
        assert!(run.stderr.starts_with("flowgate: "), "{}", run.stderr);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        run(&["lint", "-", "--level", "info"], &bytes);
        run(&["lint", "-", "--unsafe-fixes", "--diff"], &bytes);
    }

    #[test]
    fn random_yaml_does_no_harm(text in "([a-c ]{0,4}[-:?&*!|>'\"%@`#{}\\[\\],~\n ]{0,3}(spec|kind|operations|<<|mqttSettings)?:?\n? ?){0,40}") {
        let text = format!("{HEAD}{text}");
        lint(text.as_bytes());
        run(&["lint", "-", "--unsafe-fixes"], text.as_bytes());
    }

    #[test]
    fn truncated_manifests_do_no_harm(end in 0usize..2500) {
        let text = include_str!("../testdata/corpus/every-kind.yaml");
        let end = (0..=end.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        lint(&text.as_bytes()[..end]);
        run(&["lint", "-", "--unsafe-fixes"], &text.as_bytes()[..end]);
    }
}
