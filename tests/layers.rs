//! Holds the direction of imports: a module uses only what stands left of it ("How the code is laid out" in
//! CONTRIBUTING.md).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What each module may use.
const LAYERS: [(&str, &[&str]); 22] = [
    ("diag", &[]),
    ("exit", &[]),
    ("redact", &["diag"]),
    ("source", &["diag", "redact"]),
    ("yaml", &["diag", "redact", "source"]),
    ("schema", &["diag", "redact", "source", "yaml"]),
    ("model", &["diag", "redact", "source", "yaml", "schema"]),
    ("settings", &["diag", "yaml", "schema", "model"]),
    ("rules", &["diag", "redact", "yaml", "schema", "model", "settings"]),
    ("policy", &["diag", "yaml", "rules"]),
    ("report", &["diag", "redact", "source", "rules", "policy"]),
    ("message", &[]),
    ("syntax", &[]),
    ("translate", &["diag", "message", "model", "settings", "syntax"]),
    ("secrets", &["diag", "redact", "transport"]),
    ("transport", &["message", "redact"]),
    (
        "access",
        &[
            "diag",
            "message",
            "model",
            "policy",
            "redact",
            "rules",
            "schema",
            "secrets",
            "settings",
            "source",
            "transport",
            "yaml",
        ],
    ),
    (
        "probe",
        &[
            "access",
            "diag",
            "message",
            "model",
            "policy",
            "redact",
            "report",
            "secrets",
            "settings",
            "source",
            "syntax",
            "transport",
        ],
    ),
    (
        "run",
        &[
            "access",
            "diag",
            "message",
            "model",
            "policy",
            "redact",
            "report",
            "rules",
            "schema",
            "secrets",
            "settings",
            "source",
            "syntax",
            "translate",
            "transport",
            "yaml",
        ],
    ),
    ("cli", &[]),
    (
        "commands",
        &[
            "access",
            "cli",
            "diag",
            "exit",
            "policy",
            "redact",
            "report",
            "rules",
            "schema",
            "settings",
            "source",
            "yaml",
            "model",
            "probe",
            "run",
            "secrets",
            "translate",
            "transport",
            "message",
        ],
    ),
    ("lib", &["cli", "commands", "exit"]),
];

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

/// The modules that a source text names by `crate::`, nested use trees included.
fn used(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(rest.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect()),
            Some(tree) => {
                let mut depth = 1;
                let mut name = String::new();
                let mut fresh = true;
                for char in tree.chars() {
                    match char {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 1 => {
                            found.push(std::mem::take(&mut name));
                            fresh = true;
                        }
                        _ if depth == 1 && fresh && (char.is_alphanumeric() || char == '_') => name.push(char),
                        _ if depth == 1 && char.is_whitespace() => fresh &= name.is_empty(),
                        _ => fresh = false,
                    }
                    if depth == 0 {
                        found.push(name);
                        break;
                    }
                }
            }
        }
    }
    found.retain(|name| name.chars().next().is_some_and(|first| first.is_ascii_lowercase()));
    found
}

#[test]
fn imports_point_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let layers: BTreeMap<&str, &[&str]> = LAYERS.into_iter().collect();
    let mut all = Vec::new();
    files(&src, &mut all);
    let mut wrong = Vec::new();
    for path in all {
        let relative = path.strip_prefix(&src).unwrap();
        let first = relative.iter().next().unwrap().to_string_lossy().replace(".rs", "");
        if first == "main" {
            continue;
        }
        let allowed = layers.get(first.as_str()).unwrap_or_else(|| panic!("`{first}` has no place among the layers"));
        let text = std::fs::read_to_string(&path).unwrap();
        for name in used(&text) {
            let item_of_lib = first == "commands" && matches!(name.as_str(), "io" | "environment");
            if name != first && !item_of_lib && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{}: `{first}` must not use `{name}`", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn use_trees_are_read() {
    let text =
        "use crate::diag::Span;\nuse crate::{Io, yaml::{self, Node}, rules as r};\nfn f() { crate::report::x() }";
    assert_eq!(used(text), ["diag", "yaml", "rules", "report"]);
}

#[test]
fn files_stay_readable() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    files(&root.join("src"), &mut all);
    files(&root.join("tests"), &mut all);
    let long: Vec<String> = all
        .iter()
        .map(|path| (path, std::fs::read_to_string(path).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > 600)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "over 600 lines: {}", long.join(", "));
    let headless: Vec<String> = all
        .iter()
        .filter(|path| {
            let name = path.to_string_lossy().into_owned();
            !name.contains("tests") && !std::fs::read_to_string(path).unwrap().starts_with("//!")
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(headless.is_empty(), "without a head comment: {}", headless.join(", "));
}
