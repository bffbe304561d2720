//! Holds every rule to its cases: `testdata/rules/<id>/{bad-*.yaml, bad-*.fixed.yaml, good-*.yaml}`.
//!
//! A line of a bad case that ends in `#~`, or that a line `#~^` follows, is where the rule reports, and nowhere else. A
//! first line `#~ args: --closed` gives arguments. A good case is clean for all rules at the default level.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::{lint, read};
use flowgate::diag::{Entry, Family, FixKind};
use flowgate::policy::catalogue;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules").join(id)
}

fn cases(id: &str, prefix: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder(id))
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    files.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(prefix) && name.ends_with(".yaml") && !name.ends_with(".fixed.yaml")
    });
    files.sort();
    files
}

/// What `lint` can report; what `flowgate run` finds needs a message and is held to its cases elsewhere.
fn of_lint() -> impl Iterator<Item = &'static Entry> {
    catalogue().filter(|entry| !matches!(entry.family, Family::Run | Family::Probe))
}

/// The lines, from 1, where a case says that its rule reports.
fn marked(text: &str) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim() == "#~^" {
            lines.insert(index);
        } else if line.trim_end().ends_with("#~") {
            lines.insert(index + 1);
        }
    }
    lines
}

fn arguments(text: &str) -> Vec<String> {
    let first = text.lines().next().unwrap_or_default();
    let args = first.strip_prefix("#~ args:").unwrap_or_default();
    args.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bad_cases_are_found_at_their_lines() {
    let mut failures = Vec::new();
    for entry in of_lint() {
        let bad = cases(entry.id, "bad-");
        if bad.is_empty() {
            failures.push(format!("{}: no bad case", entry.id));
        }
        for path in bad {
            let text = read(&path);
            let mut args = vec!["--select".to_owned(), entry.id.to_owned(), "--level".to_owned(), "info".to_owned()];
            args.extend(arguments(&text));
            let found: BTreeSet<usize> = lint(&path, &args).iter().map(|finding| finding.line).collect();
            let expected = marked(&text);
            if expected.is_empty() {
                failures.push(format!("{}: no line is marked", path.display()));
            }
            if found != expected {
                failures.push(format!("{}: reported at lines {found:?}, marked are {expected:?}", path.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn good_cases_are_clean_for_all_rules() {
    let mut failures = Vec::new();
    for entry in of_lint() {
        let good = cases(entry.id, "good-");
        if good.is_empty() {
            failures.push(format!("{}: no good case", entry.id));
        }
        for path in good {
            let args = arguments(&read(&path));
            for finding in lint(&path, &args) {
                failures.push(format!("{}:{}: {}: {}", path.display(), finding.line, finding.id, finding.message));
            }
            let mut own = vec!["--select".to_owned(), entry.id.to_owned(), "--level".to_owned(), "info".to_owned()];
            own.extend(args);
            for finding in lint(&path, &own) {
                failures.push(format!(
                    "{}:{}: reported by its own rule: {}",
                    path.display(),
                    finding.line,
                    finding.message
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn fixes_make_what_the_fixed_case_says() {
    let mut failures = Vec::new();
    for entry in of_lint() {
        let mut fixed_cases = 0;
        for path in cases(entry.id, "bad-") {
            let text = read(&path);
            let mut args = vec!["--select".to_owned(), entry.id.to_owned(), "--level".to_owned(), "info".to_owned()];
            args.extend(arguments(&text));
            let fixable = lint(&path, &args).iter().any(|finding| finding.fixable);
            let expected = path.with_extension("fixed.yaml");
            if !expected.exists() {
                if fixable {
                    failures.push(format!("{}: has a fix and no {}", path.display(), expected.display()));
                }
                continue;
            }
            fixed_cases += 1;
            let fixed = common::fix(&text, &args);
            if fixed != read(&expected) {
                failures.push(format!("{}: fixed is not what the case says:\n{fixed}", path.display()));
            }
        }
        if (fixed_cases > 0) != (entry.fix != FixKind::None) {
            failures.push(format!(
                "{}: says fix `{}`, and {fixed_cases} cases are fixed",
                entry.id,
                entry.fix.as_str()
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn no_case_is_left_without_its_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules");
    for folder in std::fs::read_dir(root).unwrap() {
        let name = folder.unwrap().file_name().to_string_lossy().into_owned();
        assert!(catalogue().any(|entry| entry.id == name), "`{name}` is no rule");
    }
}

#[test]
fn every_entry_is_documented() {
    let mut seen = BTreeSet::new();
    let mut failures = Vec::new();
    for entry in catalogue() {
        let kebab = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        if !entry.id.chars().all(kebab) || !seen.insert(entry.id) {
            failures.push(format!("{}: not a unique kebab-case id", entry.id));
        }
        if entry.sources.is_empty() || entry.summary.is_empty() || entry.summary.ends_with('.') {
            failures.push(format!("{}: summary or sources are not as they should be", entry.id));
        }
        for section in ["## What it finds\n\n", "## Why it matters\n\n", "## What to write\n\n"] {
            if !entry.doc.contains(section) {
                failures.push(format!("{}: no section {}", entry.id, section.trim()));
            }
        }
        // Verdicts of a probe share their examples, which lint has nothing to say about.
        if entry.family == Family::Probe {
            if marked(entry.example).len() != 1 {
                failures.push(format!("{}: the example marks no line, or several", entry.id));
            }
        } else if entry.example != read(&folder(entry.id).join("bad-1.yaml")) {
            failures.push(format!("{}: the example is not its first bad case", entry.id));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
