//! What the schema takes and what is still odd: spellings that only the custom resource definition lists.

use super::check::{Subject, join, properties};
use super::findings;
use crate::diag::{Diagnostic, Fix, Place, Safety, Severity};
use crate::yaml::edit::Editor;
use crate::yaml::{Node, Value};
use serde_json::Value as Schema;

/// Adds a hint for every value in the lower-case spelling that the definition lists beside that of the pages.
pub(super) fn look(schema: &Schema, subject: Subject<'_>, out: &mut Vec<Diagnostic>) {
    let Some(spec) = properties(schema).and_then(|all| all.get("spec")) else { return };
    if let Some(node) = subject.node.get("spec") {
        walk(spec, node, subject, "spec", out);
    }
}

fn walk(schema: &Schema, node: &Node<'_>, subject: Subject<'_>, path: &str, out: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Map(entries) => {
            let Some(members) = properties(schema) else { return };
            for entry in entries {
                let Some(member) = members.get(entry.key.as_ref()) else { continue };
                match &entry.value.value {
                    Value::Scalar(scalar) if !scalar.text.starts_with(|first: char| first.is_ascii_lowercase()) => {}
                    Value::Template => {}
                    Value::Scalar(_) => spelling(member, &entry.value, subject, &|| join(path, &entry.key), out),
                    _ => walk(member, &entry.value, subject, &join(path, &entry.key), out),
                }
            }
        }
        Value::Seq(items) => {
            let Some(schema) = schema.get("items") else { return };
            for (index, item) in items.iter().enumerate() {
                walk(schema, item, subject, &format!("{path}[{index}]"), out);
            }
        }
        Value::Scalar(_) | Value::Template => {}
    }
}

fn spelling(
    schema: &Schema,
    node: &Node<'_>,
    subject: Subject<'_>,
    path: &dyn Fn() -> String,
    out: &mut Vec<Diagnostic>,
) {
    let (Some(all), Some(text)) = (schema.get("enum").and_then(Schema::as_array), node.as_str()) else { return };
    let choices = || all.iter().filter_map(Schema::as_str);
    if !choices().any(|choice| choice == text) {
        return;
    }
    let Some(right) = choices().find(|choice| *choice != text && choice.eq_ignore_ascii_case(text)) else { return };
    let message = format!("the pages and ARM spell `{text}` as `{right}`");
    let mut finding = Diagnostic::new(&findings::ENUM_CASING, Place::new(subject.file, node.place()), message);
    finding.severity = Severity::Info;
    finding.field = path();
    if node.used_at.is_none() {
        let edits = vec![Editor::new(subject.text, subject.file).replace_scalar(node, right)];
        finding.fix = Some(Fix { title: format!("write `{right}`"), safety: Safety::Safe, edits });
    }
    out.push(finding);
}
