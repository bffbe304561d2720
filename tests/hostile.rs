//! Hostile input: every one ends in a clean error or a report, without a panic and without a hang.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::run;
use flowgate::exit::Exit;
use proptest::prelude::*;

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

/// How the time grows with the size is measured by `benches/lint`; here it is enough that large documents come to an
/// end, which a quadratic step would not let them do in time.
#[test]
fn large_documents_come_to_an_end() {
    let documents = [
        ("one scalar", format!("{HEAD}  mode: {}\n", "x".repeat(1_000_000))),
        ("keys", (0..100_000).fold(HEAD.to_owned(), |text, i| text + &format!("  key{i}: 1\n"))),
        ("comments", format!("{HEAD}{}  mode: Enabled\n", "# x\n".repeat(100_000))),
        ("documents", format!("---\n{HEAD}  mode: enabled\n").repeat(2_000)),
        ("items", format!("{HEAD}  operations:\n{}", "  - {}\n".repeat(10_000))),
        ("one line", format!("{HEAD}  x: [{}]\n", "a, ".repeat(100_000))),
    ];
    for (what, text) in documents {
        let run = run(&["lint", "--format", "concise", "--quiet", "-"], text.as_bytes());
        assert!(run.exit == Exit::Findings || what == "comments", "{what}: {:?}", run.exit);
        assert!(run.stdout.lines().all(|line| line.len() < 2000), "{what}: a line that nobody reads");
    }
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
