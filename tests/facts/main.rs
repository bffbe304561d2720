//! Holds the projected schemas to the field tables in `testdata/facts`, row by row and in both directions: what a row
//! allows is accepted, what it forbids is refused, and there is no field without a row.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod cases;
#[path = "../common/mod.rs"]
mod common;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use flowgate::schema::{ArmVersion, Kind, Shape, Target, project};
use serde_json::Value;

use cases::{Case, Tree};
use table::{Row, body, parent};

/// Runs every case of one table through a check that says whether a document is accepted.
fn failures(table: &str, tree: &Tree, strangers: &[Row], check_with: &dyn Fn(&Value) -> bool) -> Vec<String> {
    let wrong = |case: &Case| check_with(&case.document) != case.accepted;
    let told = |case: Case| {
        let verdict = if case.accepted { "refused" } else { "accepted" };
        format!("{table}: {} `{}`: {verdict} {}", tree.kind, case.row, case.what)
    };
    cases::all(tree, strangers).into_iter().filter(wrong).map(told).collect()
}

/// Runs every case of one table through `flowgate lint`, all in one stream with a document on each second line.
///
/// A document counts as refused where a finding says that the API server refuses it or drops a field of it.
fn linted(table: &str, tree: &Tree, strangers: &[Row], release: ArmVersion) -> Vec<String> {
    let cases = cases::all(tree, strangers);
    let stream: String = cases.iter().map(|case| format!("---\n{}\n", case.document)).collect();
    let args = ["lint", "--format", "json", "--level", "info", "--aio-version", release.as_str(), "-"];
    let run = common::run(&args, stream.as_bytes());
    let report: Value = serde_json::from_str(&run.stdout).expect("a report");
    let findings = report["diagnostics"].as_array().expect("diagnostics");
    let refusals = findings.iter().filter(|finding| matches!(finding["effect"].as_str(), Some("refused" | "dropped")));
    let mut refused: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for finding in refusals {
        let line = finding["span"]["start"]["line"].as_u64().unwrap_or_default();
        refused.entry(line).or_default().push(finding["message"].as_str().unwrap_or_default());
    }
    let mut wrong = Vec::new();
    for (line, case) in (2..).step_by(2).zip(&cases) {
        let said = refused.get(&line);
        if said.is_none() != case.accepted {
            let what = format!("{} `{}`: {}", tree.kind, case.row, case.what);
            wrong.push(format!("{table}: lint says {said:?}, accepted is {}: {what}", case.accepted));
        }
    }
    wrong
}

/// The node of a projected schema at a path of the table.
fn node<'a>(schema: &'a Value, path: &str) -> Option<&'a Value> {
    if path.is_empty() {
        return Some(schema);
    }
    let above = node(schema, parent(path))?;
    match path.strip_suffix("[]") {
        Some(_) => above.get("items"),
        None => above.get("properties")?.get(path.rsplit('.').next()?),
    }
}

/// Every path that a projected schema has below `path`.
fn paths(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    for (name, child) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let child_path = format!("{path}.{name}");
        paths(child, &child_path, found);
        found.insert(child_path);
    }
    if let Some(items) = schema.get("items") {
        let items_path = format!("{path}[]");
        paths(items, &items_path, found);
        found.insert(items_path);
    }
}

/// Keywords of a projected field that differ from its row. Documents cannot show a default, or a bound far beyond them.
fn keywords(found: &Value, row: &Row) -> Vec<String> {
    let number = |bound: Option<i64>| bound.map(Value::from);
    let length = |bound: Option<usize>| bound.map(Value::from);
    let expected = [
        ("default", row.default.clone()),
        ("minimum", number(row.min)),
        ("maximum", number(row.max)),
        ("minLength", length(row.min_length)),
        ("maxLength", length(row.max_length)),
        ("pattern", row.pattern.clone().map(Value::from)),
        ("readOnly", row.read_only.then_some(Value::Bool(true))),
    ];
    let differ = |(keyword, expected): &(&str, Option<Value>)| found.get(keyword) != expected.as_ref();
    let told = |(keyword, expected): (&str, Option<Value>)| {
        format!("`{keyword}` is {:?}, expected {expected:?}", found.get(keyword))
    };
    let mut wrong: Vec<String> = expected.into_iter().filter(differ).map(told).collect();
    let listed = found.get("enum").and_then(Value::as_array).into_iter().flatten();
    let listed: BTreeSet<&str> = listed.filter_map(Value::as_str).collect();
    if listed != row.values.iter().map(String::as_str).collect() {
        wrong.push(format!("the values are {listed:?}, expected {:?}", row.values));
    }
    wrong
}

/// Whether every row has a field with its keywords, and every field has a row.
fn annotations(table: &str, tree: &Tree, schema: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for row in tree.rows() {
        let Some(found) = node(schema, &row.path) else {
            wrong.push(format!("{table}: {} `{}`: no such field", tree.kind, row.path));
            continue;
        };
        let differ = keywords(found, row).into_iter();
        wrong.extend(differ.map(|what| format!("{table}: {} `{}`: {what}", tree.kind, row.path)));
    }
    let mut found = BTreeSet::new();
    let body = body(tree.target);
    paths(&schema["properties"][body], body, &mut found);
    let extra = found.iter().filter(|path| !tree.has(path));
    wrong.extend(extra.map(|path| format!("{table}: {} `{path}`: has no row", tree.kind)));
    wrong
}

/// Holds one target to the rows of one table.
fn hold(name: &str, target: Target, rows: Vec<Row>, kinds: &[Kind]) {
    let everything = table::every_row(target);
    let mut wrong = Vec::new();
    let mut held = 0;
    for kind in kinds {
        let of_kind: Vec<Row> = rows.iter().filter(|row| row.kind == *kind).cloned().collect();
        let projected = project(*kind, target);
        if of_kind.is_empty() {
            assert!(projected.is_err(), "{name}: {kind} has a schema and no row");
            continue;
        }
        held += of_kind.len();
        let schema = projected.expect("a schema where there are rows");
        let validator = jsonschema::draft202012::new(&schema).expect("a valid schema");
        let tree = Tree::new(*kind, target, of_kind);
        let strangers: Vec<Row> = everything.iter().filter(|row| row.kind == *kind).cloned().collect();
        wrong.extend(failures(name, &tree, &strangers, &|document| validator.is_valid(document)));
        wrong.extend(annotations(name, &tree, &schema));
        let on_our_tree =
            jsonschema::options_for::<flowgate::schema::json::Tree>().build(&schema).expect("a valid schema");
        wrong.extend(failures(name, &tree, &strangers, &|document| {
            let text = document.to_string();
            let mut documents = flowgate::yaml::Stream::new(&text, flowgate::diag::FileId(0));
            let document = documents.next().and_then(|parsed| parsed.document).expect("a document");
            on_our_tree.is_valid(&document.root)
        }));
        if let Target::Kubernetes { release, .. } = target {
            wrong.extend(linted(name, &tree, &strangers, release));
        }
    }
    assert_eq!(held, rows.len(), "{name}: rows of a kind that was not held");
    let count = wrong.len();
    wrong.truncate(60);
    assert!(wrong.is_empty(), "{count} differences:\n{}", wrong.join("\n"));
}

const IN_CRD_V1: [Kind; 3] = [Kind::DataflowEndpoint, Kind::Dataflow, Kind::DataflowProfile];

#[test]
fn kubernetes_v1_of_release_1_0_is_the_definition() {
    let target = Target::Kubernetes { shape: Shape::V1, release: ArmVersion::V20241101 };
    hold("k8s-v1-fields.tsv", target, table::crd_v1(), &IN_CRD_V1);
}

#[test]
fn kubernetes_v1_is_the_definition_and_what_arm_added_since() {
    let target = Target::kubernetes(Shape::V1);
    hold("k8s-v1-fields.tsv + arm-fields.tsv", target, table::crd_v1_and_later(), &Kind::ALL);
}

#[test]
fn kubernetes_v1beta1_of_release_0_6_is_the_definition() {
    let target = Target::kubernetes(Shape::V1Beta1Auth);
    hold("k8s-v1beta1-2024-07-fields.tsv", target, table::crd_july_2024(), &[Kind::DataflowEndpoint]);
}

macro_rules! arm {
    ($($name:ident: $version:ident,)*) => {
        $(#[test]
        fn $name() {
            let version = ArmVersion::$version;
            hold(&format!("arm-fields.tsv {version}"), Target::Arm(version), table::arm(version), &Kind::ALL);
        })*

        #[test]
        fn every_arm_version_is_held() {
            assert_eq!([$(ArmVersion::$version),*], ArmVersion::ALL);
        }
    };
}

arm! {
    arm_2024_07_01_preview: Preview20240701,
    arm_2024_08_15_preview: Preview20240815,
    arm_2024_09_15_preview: Preview20240915,
    arm_2024_11_01: V20241101,
    arm_2025_04_01: V20250401,
    arm_2025_07_01_preview: Preview20250701,
    arm_2025_10_01: V20251001,
    arm_2026_03_01: V20260301,
    arm_2026_07_01: V20260701,
    arm_2026_10_01: V20261001,
    arm_2026_11_01_preview: Preview20261101,
}
