//! Holds what is derived to its source: tables in the README, completions, the man page, ids in the schemas.
//!
//! `FLOWGATE_BLESS=1 cargo test --test derived` writes them anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::{read, run};
use flowgate::exit::Exit;
use flowgate::policy::find;
use std::path::{Path, PathBuf};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn hold(path: &Path, fresh: &str) {
    if std::env::var_os("FLOWGATE_BLESS").is_some() {
        std::fs::write(path, fresh).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == fresh, "{} is stale: run `FLOWGATE_BLESS=1 cargo test --test derived`", path.display());
}

fn output(args: &[&str]) -> String {
    let run = run(args, b"");
    assert_eq!(run.exit, Exit::Clean, "{args:?}: {}", run.stderr);
    run.stdout
}

#[test]
fn completions_are_fresh() {
    for (shell, file) in [
        ("bash", "flowgate.bash"),
        ("zsh", "_flowgate"),
        ("fish", "flowgate.fish"),
        ("powershell", "_flowgate.ps1"),
        ("elvish", "flowgate.elv"),
    ] {
        hold(&root("completions").join(file), &output(&["completions", shell]));
    }
}

#[test]
fn the_man_page_is_fresh() {
    hold(&root("completions/flowgate.1"), &output(&["man"]));
}

/// The cases that the README shows.
const CASES: &str = "testdata/projects/line-3-to-event-hubs/cases.yaml";

/// `text` with the part between the marks of `name` replaced.
fn with_part(text: &str, name: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- begin: {name} -->\n"), format!("<!-- end: {name} -->"));
    let start = text.find(&begin).unwrap_or_else(|| panic!("the README has no part `{name}`")) + begin.len();
    let stop = start + text[start..].find(&end).unwrap();
    format!("{}{part}{}", &text[..start], &text[stop..])
}

#[test]
fn the_tables_of_the_readme_are_fresh() {
    let mut exits = "| code | meaning |\n|---|---|\n".to_owned();
    for (exit, meaning) in Exit::MEANINGS {
        exits.push_str(&format!("| {} | {meaning} |\n", exit.code()));
    }
    let path = root("README.md");
    let text = with_part(&read(&path), "exit codes", &exits);
    let text = with_part(&text, "rules", &format!("\n{}\n", output(&["rules", "--format", "markdown"])));
    let text = with_part(&text, "verdicts", &verdicts());
    let cases = format!("\n```yaml\n{}```\n\n", read(&root(CASES)));
    let text = with_part(&text, "cases", &cases);
    #[cfg(feature = "translate")]
    let text = with_part(&text, "settings", &settings());
    hold(&path, &text);
}

/// What `flowgate probe` can find, as a table.
fn verdicts() -> String {
    let mut table = "\n| layer | verdict | what it means | what to do |\n|---|---|---|---|\n".to_owned();
    for (layer, entries) in flowgate::policy::probe::LAYERS {
        for entry in entries {
            let (id, summary, advice) = (entry.id, entry.summary, advice(entry.doc));
            table.push_str(&format!("| {layer} | `{id}` | {summary} | {} |\n", advice.replace('|', "\\|")));
        }
    }
    table.push('\n');
    table
}

/// The text of the section `heading` of a documentation.
fn section<'d>(doc: &'d str, heading: &str) -> &'d str {
    let rest = doc.split_once(&format!("## {heading}\n")).map_or("", |(_, rest)| rest);
    rest.split_once("\n## ").map_or(rest, |(section, _)| section).trim()
}

/// The first sentence of what to write, on one line.
fn advice(doc: &str) -> String {
    let paragraph = section(doc, "What to write").split("\n\n").next().unwrap_or_default().replace('\n', " ");
    paragraph.find(". ").map_or(paragraph.clone(), |end| paragraph[..=end].to_owned())
}

#[test]
fn every_verdict_says_what_it_means_and_what_to_do() {
    for entry in flowgate::policy::probe::entries() {
        let (id, doc) = (entry.id, entry.doc);
        let headings: Vec<&str> = doc.lines().filter(|line| line.starts_with("## ")).collect();
        let wanted = ["## What it finds", "## Why it matters", "## What to write", "## Where the sources disagree"];
        assert!(headings.len() >= 3 && wanted.starts_with(&headings), "{id}: {headings:?}");
        for heading in headings {
            assert!(section(doc, &heading[3..]).len() > 40, "{id}: nothing under `{heading}`");
        }
        assert!(!doc.contains("TODO"), "{id}");
        let advice = advice(doc);
        assert!(advice.ends_with('.') && advice.chars().count() <= 120, "{id}: `{advice}`");
    }
}

#[test]
fn verdicts_are_listed_where_they_are_asked_for() {
    let listed = |args: &[&str]| output(args).lines().filter(|line| line.contains("| probe |")).count();
    assert_eq!(listed(&["rules", "--format", "markdown"]), 0);
    assert_eq!(listed(&["rules", "--format", "markdown", "--select", "tls-expired,eh-tls"]), 1);
    let all = flowgate::policy::probe::entries().count();
    for name in ["probe", "all"] {
        assert_eq!(listed(&["rules", "--format", "markdown", "--select", name]), all, "{name}");
    }
    // Everything else is listed without being asked for.
    let rules = output(&["rules", "--format", "markdown"]);
    for entry in flowgate::policy::catalogue().filter(|entry| entry.family.as_str() != "probe") {
        assert!(rules.contains(&format!("| `{}` |", entry.id)), "{}", entry.id);
    }
}

#[test]
fn verdicts_name_each_other_rightly() {
    // Values of manifests that look like ids.
    let values = ["aio-broker", "aio-internal", "aio-mqtt", "broker-0", "x-ms-error-code"];
    for entry in flowgate::policy::probe::entries() {
        for word in entry.doc.split('`').skip(1).step_by(2) {
            let is_id = word.contains('-') && word.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
            let known = find(word).is_some() || values.contains(&word) || word.starts_with('-');
            assert!(!is_id || known, "{}: `{word}` is no verdict and no rule", entry.id);
        }
    }
}

/// The questions that the documentation leaves open, as a table.
#[cfg(feature = "translate")]
fn settings() -> String {
    let mut table =
        "\n| setting | answers, the default first | question | why the default |\n|---|---|---|---|\n".to_owned();
    for choice in flowgate::translate::all_choices() {
        let values: Vec<String> = choice.values.iter().map(|value| format!("`{value}`")).collect();
        let cells = [format!("`{}`", choice.name), values.join(", "), choice.about.to_owned(), choice.why.to_owned()];
        table.push_str(&format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | ")));
    }
    table.push('\n');
    table
}

/// Every value of a member `rule`, at any depth.
fn rules_in(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (key, member) in members {
                match member.as_str() {
                    Some(id) if key == "rule" => found.push(id.to_owned()),
                    _ => rules_in(member, found),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| rules_in(item, found)),
        _ => {}
    }
}

#[test]
fn rules_that_schemas_name_exist() {
    // Rules for ARM templates as input; nothing in Kubernetes YAML leads to them.
    let arm_only = ["anonymous-settings-in-arm", "arm-profile-ref"];
    for kind in ["dataflow-endpoint", "dataflow", "dataflow-profile", "dataflow-graph"] {
        let schema = read(&root("schemas").join(format!("{kind}.schema.json")));
        let mut found = Vec::new();
        rules_in(&serde_json::from_str(&schema).unwrap(), &mut found);
        for id in found {
            assert!(find(&id).is_some() || arm_only.contains(&id.as_str()), "{kind}: `{id}` is no rule");
        }
    }
}

#[test]
fn every_schema_is_printed_and_valid() {
    for kind in ["DataflowEndpoint", "Dataflow", "DataflowProfile", "DataflowGraph"] {
        for version in ["v1", "v1beta1", "2025-10-01"] {
            let text = output(&["schema", kind, "--api-version", version]);
            let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
            jsonschema::draft202012::new(&schema).unwrap();
            assert!(!text.contains("\"x-"), "{kind} {version}: annotations are left");
        }
    }
}

#[test]
fn the_schemas_of_files_and_reports_are_printed_as_published() {
    for name in ["cases", "run", "probe", "report"] {
        let text = output(&["schema", name]);
        assert_eq!(text, read(&root("schemas").join(format!("{name}.schema.json"))));
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{name}: no valid schema");
        for flag in ["--api-version", "--aio-version"] {
            assert_eq!(run(&["schema", name, flag, "v1"], b"").exit, Exit::Trouble, "{name} {flag}");
        }
    }
    let schema: serde_json::Value = serde_json::from_str(&output(&["schema", "cases"])).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let mut cases: serde_json::Value = yaml_serde::from_str(&read(&root(CASES))).unwrap();
    assert!(validator.is_valid(&cases), "the cases of the README are none");
    cases["cases"][0]["mesage"] = serde_json::Value::Null;
    assert!(!validator.is_valid(&cases), "a key that no case has is taken");
}

#[test]
fn every_topic_of_the_tables_is_explained() {
    for entry in flowgate::policy::catalogue() {
        let text = output(&["explain", entry.id]);
        assert!(text.contains(entry.summary) && text.contains("## Example"), "{}", entry.id);
    }
}
