//! Whole projects: what is found in manifests as people write them, and what is left to decide after `--fix`.
//!
//! `INSTA_UPDATE=always cargo test --test projects` writes the snapshots anew; read the difference.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::{lint, run};
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn project(name: &str) -> PathBuf {
    Path::new("testdata/projects").join(name)
}

/// Findings of a folder as lines, and the lines after the safe fixes.
fn before_and_after(name: &str) -> String {
    let folder = project(name);
    let before = run(&["lint", "--format", "concise", &folder.to_string_lossy()], b"");
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    let place = copy.path().to_string_lossy().replace('\\', "/");
    let after = run(&["lint", "--format", "concise", "--fix", &place], b"");
    let mut text = String::new();
    write!(text, "{}{}\nafter --fix:\n{}{}", before.stdout, before.stderr, after.stdout, after.stderr).unwrap();
    text.replace(&place, &folder.to_string_lossy().replace('\\', "/"))
}

#[test]
fn what_is_copied_from_pages_of_several_years() {
    insta::assert_snapshot!(before_and_after("copied-from-pages"));
}

#[test]
fn a_profile_a_dataflow_and_an_endpoint_in_three_files() {
    insta::assert_snapshot!(before_and_after("orders-from-event-grid"));
}

#[test]
fn a_current_manifest_of_every_kind_is_clean() {
    assert_eq!(lint(Path::new("testdata/corpus/every-kind.yaml"), &[]), []);
    let closed = lint(Path::new("testdata/corpus/every-kind.yaml"), &["--closed".to_owned()]);
    assert_eq!(closed, [], "nothing refers to what is not there");
}
