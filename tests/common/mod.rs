//! What several tests need: the program run in this process, and its findings as data.
#![allow(dead_code, reason = "each test uses a part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

use flowgate::exit::Exit;
use flowgate::{Environment, Io};
use std::ffi::OsString;
use std::path::Path;

/// What a run printed and how it ended.
#[derive(Debug)]
pub struct Run {
    pub exit: Exit,
    pub stdout: String,
    pub stderr: String,
}

/// A finding, as far as tests look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub id: String,
    pub severity: String,
    pub line: usize,
    pub column: usize,
    pub message: String,
    pub field: String,
    pub fixable: bool,
}

/// Runs `flowgate` with these arguments and this standard input.
pub fn run(args: &[&str], stdin: &[u8]) -> Run {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let args = std::iter::once("flowgate").chain(args.iter().copied()).map(OsString::from);
    let environment = Environment { columns: Some(100), ..Environment::default() };
    let exit = {
        let mut io = Io { stdin: &mut &*stdin, stdout: &mut stdout, stderr: &mut stderr };
        flowgate::run(args, &environment, &mut io)
    };
    Run { exit, stdout: String::from_utf8(stdout).unwrap(), stderr: String::from_utf8(stderr).unwrap() }
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The findings in a file.
pub fn lint(path: &Path, args: &[String]) -> Vec<Found> {
    let path = path.to_string_lossy();
    let mut all = vec!["lint", "--format", "json", &path];
    all.extend(args.iter().map(String::as_str));
    findings(&run(&all, b""))
}

/// The findings in a text.
pub fn lint_text(text: &str, args: &[String]) -> Vec<Found> {
    let mut all = vec!["lint", "--format", "json", "-"];
    all.extend(args.iter().map(String::as_str));
    findings(&run(&all, text.as_bytes()))
}

/// The text after all fixes, unsafe ones too.
pub fn fix(text: &str, args: &[String]) -> String {
    let mut all = vec!["lint", "--unsafe-fixes", "-"];
    all.extend(args.iter().map(String::as_str));
    run(&all, text.as_bytes()).stdout
}

fn findings(run: &Run) -> Vec<Found> {
    let report: serde_json::Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let number = |value: &serde_json::Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let all = report["diagnostics"].as_array().unwrap();
    all.iter()
        .map(|finding| Found {
            id: text(&finding["id"]),
            severity: text(&finding["severity"]),
            line: number(&finding["span"]["start"]["line"]),
            column: number(&finding["span"]["start"]["column"]),
            message: text(&finding["message"]),
            field: text(&finding["field"]),
            fixable: !finding["fix"].is_null(),
        })
        .collect()
}

/// Holds the report of a run against its schema.
pub fn valid_run(report: &serde_json::Value) {
    valid(&validator("run"), report);
}

/// Holds the report of a probe against its schema.
pub fn valid_probe(report: &serde_json::Value) {
    valid(&probe_validator(), report);
}

/// What holds reports of probes against their schema.
pub fn probe_validator() -> jsonschema::Validator {
    validator("probe")
}

fn valid(validator: &jsonschema::Validator, report: &serde_json::Value) {
    let errors: Vec<_> =
        validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// What holds reports against the schema `name`, which refers to that of findings.
fn validator(name: &str) -> jsonschema::Validator {
    let schema = |name: &str| -> serde_json::Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(format!("{name}.schema.json"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let findings = jsonschema::Resource::from_contents(schema("report"));
    let base = format!("https://example.invalid/{name}.schema.json");
    let registry = jsonschema::Registry::new()
        .add("https://example.invalid/report.schema.json", findings)
        .unwrap()
        .prepare()
        .unwrap();
    jsonschema::options().with_base_uri(base).with_registry(&registry).build(&schema(name)).unwrap()
}
