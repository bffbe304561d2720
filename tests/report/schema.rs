//! The JSON format and `schemas/report.schema.json`, held to each other in both directions.

use super::{DRAWN, OPINION, SECRET, at, full, project};
use flowgate::diag::Diagnostic;
use flowgate::report::{self, Format, Report, Summary};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn reports_and_their_schema_say_the_same() {
    let files = project();
    let mut bare = Diagnostic::new(&OPINION, at(1, SECRET, "kind"), "an opinion");
    bare.source = Some("a schema of 2025".to_owned());
    let summary = Summary { skipped: [("ConfigMap".to_owned(), 2)].into(), ..Summary::default() };
    let diagnostics = [full(), bare];
    let report = Report { diagnostics: &diagnostics, summary: &summary, sources: &files.sources };
    let mut out = Vec::new();
    report::write(&report, Format::Json, &DRAWN, &mut out).unwrap();
    let report: Value = serde_json::from_slice(&out).unwrap();
    valid(&report);
    valid(&files.json(&[]));

    let mut produced = BTreeSet::new();
    produce(&schema(), &report, "report", &mut produced);
    let mut described = BTreeSet::new();
    describe(&schema(), "report", &mut described);
    assert_eq!(produced, described);
}

#[test]
fn the_schema_refuses_what_is_not_a_report() {
    let good = project().json(&[full()]);
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let spoil = |spoil: fn(&mut Value)| {
        let mut report = good.clone();
        spoil(&mut report);
        !validator.is_valid(&report)
    };
    assert!(validator.is_valid(&good));
    assert!(spoil(|report| report["version"] = json!(2)));
    assert!(spoil(|report| report["more"] = json!(1)));
    assert!(spoil(|report| report["diagnostics"][0]["severity"] = json!("fatal")));
    assert!(spoil(|report| report["diagnostics"][0]["span"]["start"]["line"] = json!(0)));
    assert!(spoil(|report| report["diagnostics"][0]["fix"]["edits"][0]["note"] = json!("")));
    assert!(spoil(|report| report["summary"].as_object_mut().unwrap().retain(|key, _| key != "errors")));
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../../schemas/report.schema.json")).unwrap()
}

pub(super) fn valid(report: &Value) {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The schema that `schema` refers to, or itself, with the name under which its properties are collected.
fn resolve<'a>(root: &'a Value, schema: &'a Value, name: &str) -> (&'a Value, String) {
    let schema = schema.get("anyOf").map_or(schema, |any| &any[0]);
    match schema.get("$ref").and_then(Value::as_str) {
        Some(target) => (root.pointer(&target[1..]).unwrap(), target.rsplit('/').next().unwrap().to_owned()),
        None => (schema, name.to_owned()),
    }
}

/// Collects `type.property` of everything that the schema describes.
fn describe(root: &Value, name: &str, into: &mut BTreeSet<String>) {
    let mut open = vec![(root, name.to_owned())];
    while let Some((schema, name)) = open.pop() {
        for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            assert!(property.get("description").is_some() || property.get("$ref").is_some(), "{name}.{key}");
            if into.insert(format!("{name}.{key}")) {
                let (property, below) = resolve(root, property, key);
                open.push((property, below));
                if let Some(items) = property.get("items") {
                    open.push(resolve(root, items, key));
                }
            }
        }
    }
}

/// Collects `type.property` of everything in `report`, which is walked with the schema for the names.
fn produce(root: &Value, report: &Value, name: &str, into: &mut BTreeSet<String>) {
    let mut open = vec![(root, report, name.to_owned())];
    while let Some((schema, value, name)) = open.pop() {
        match value {
            Value::Array(items) => {
                let (schema, name) = resolve(root, &schema["items"], &name);
                open.extend(items.iter().map(|item| (schema, item, name.clone())));
            }
            Value::Object(members) if schema.get("properties").is_some() => {
                for (key, member) in members {
                    into.insert(format!("{name}.{key}"));
                    let (schema, below) = resolve(root, &schema["properties"][key], key);
                    open.push((schema, member, below));
                }
            }
            _ => {}
        }
    }
}
