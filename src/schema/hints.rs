//! What the schema takes and what is still odd: spellings that only the custom resource definition lists, and the
//! shape of the first preview.

use super::check::{Subject, properties};
use super::unknown::only_settings;
use super::{Shape, findings};
use crate::diag::{Diagnostic, Fix, Place, Safety, Severity};
use crate::yaml::edit::Editor;
use crate::yaml::{Node, Value};
use serde_json::Value as Schema;

/// The values of a schema in lower-case spelling, sorted: most manifests hold none of them, which is quickly seen.
pub(super) fn small_spellings(schema: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    collect_small(schema, &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

fn collect_small(schema: &Schema, out: &mut Vec<String>) {
    let values = schema.get("enum").and_then(Schema::as_array).into_iter().flatten().filter_map(Schema::as_str);
    out.extend(values.filter(|value| starts_small(value)).map(str::to_owned));
    let below = schema.as_object().into_iter().flat_map(serde_json::Map::values);
    below.filter(|value| value.is_object()).for_each(|value| collect_small(value, out));
}

/// Adds a hint for every value in the lower-case spelling that the definition lists beside that of the pages.
pub(super) fn look(schema: &Schema, small: &[String], subject: Subject<'_>, out: &mut Vec<Diagnostic>) {
    let Some(node) = subject.node.get("spec").filter(|node| holds_one_of(node, small)) else { return };
    if let Some(spec) = properties(schema).and_then(|all| all.get("spec")) {
        walk(spec, node, subject, out);
    }
}

fn holds_one_of(node: &Node<'_>, small: &[String]) -> bool {
    match &node.value {
        Value::Map(entries) => entries.iter().any(|entry| holds_one_of(&entry.value, small)),
        Value::Seq(items) => items.iter().any(|item| holds_one_of(item, small)),
        Value::Scalar(scalar) => {
            starts_small(&scalar.text) && small.binary_search_by(|word| word.as_str().cmp(&scalar.text)).is_ok()
        }
        Value::Template => false,
    }
}

/// Adds a warning for `spec.authentication`, which only the first preview takes.
pub(super) fn first_preview(subject: Subject<'_>, out: &mut Vec<Diagnostic>) {
    let spec = subject.node.get("spec");
    let (Shape::V1Beta1Auth, Some(spec)) = (subject.shape, spec) else { return };
    let Some(entry) = spec.entry("authentication") else { return };
    let message = "`authentication` stands beside the settings block, where only the first preview reads it";
    let place = Place::new(subject.file, entry.merged_at.unwrap_or(entry.key_span));
    let mut finding = Diagnostic::new(&findings::AUTH_LOCATION, place, message);
    finding.severity = Severity::Warning;
    finding.field = "spec.authentication".to_owned();
    finding.notes.push("every release since 0.7 (2024-08-15-preview) drops it".to_owned());
    finding.source = Some("ARM types, 2024-08-15-preview".to_owned());
    // A volume takes no authentication in any later release.
    let block = only_settings(spec).filter(|block| block.key != "localStorageSettings");
    if let Some(block) = block.filter(|block| block.value.get("authentication").is_none()) {
        finding.label = Some(format!("belongs under `{}` since release 0.7", block.key));
        let editor = Editor::new(subject.text, subject.file);
        let edits = editor.move_entry(spec, entry, block, "authentication");
        if !edits.is_empty() {
            let title = format!("move `authentication` into `{}`", block.key);
            finding.fix = Some(Fix { title, safety: Safety::Unsafe, edits });
        }
    }
    out.push(finding);
}

fn walk(schema: &Schema, node: &Node<'_>, subject: Subject<'_>, out: &mut Vec<Diagnostic>) {
    match &node.value {
        Value::Map(entries) => {
            let Some(members) = properties(schema) else { return };
            // What comes in through an alias or a merge is looked at where it is written.
            for entry in entries.iter().filter(|entry| entry.merged_at.or(entry.value.used_at).is_none()) {
                // A look into the schema only for what can be a spelling, or holds one.
                let plain = entry.value.scalar().is_some_and(|scalar| !starts_small(&scalar.text));
                if plain || matches!(entry.value.value, Value::Template) {
                    continue;
                }
                let Some(member) = members.get(entry.key.as_ref()) else { continue };
                match entry.value.value {
                    Value::Scalar(_) => spelling(member, &entry.value, subject, out),
                    _ => walk(member, &entry.value, subject, out),
                }
            }
        }
        Value::Seq(items) => {
            let Some(schema) = schema.get("items") else { return };
            let own = items.iter().filter(|item| item.used_at.is_none());
            own.for_each(|item| walk(schema, item, subject, out));
        }
        Value::Scalar(_) | Value::Template => {}
    }
}

fn starts_small(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
}

fn spelling(schema: &Schema, node: &Node<'_>, subject: Subject<'_>, out: &mut Vec<Diagnostic>) {
    let (Some(all), Some(text)) = (schema.get("enum").and_then(Schema::as_array), node.as_str()) else { return };
    let choices = || all.iter().filter_map(Schema::as_str);
    if !choices().any(|choice| choice == text) {
        return;
    }
    let Some(right) = choices().find(|choice| *choice != text && choice.eq_ignore_ascii_case(text)) else { return };
    let message = format!("the pages and ARM spell `{text}` as `{right}`");
    let mut finding = Diagnostic::new(&findings::ENUM_CASING, Place::new(subject.file, node.place()), message);
    finding.severity = Severity::Info;
    finding.field = subject.node.path_of(node.place()).unwrap_or_default();
    let edits = vec![Editor::new(subject.text, subject.file).replace_scalar(node, right)];
    finding.fix = Some(Fix { title: format!("write `{right}`"), safety: Safety::Safe, edits });
    out.push(finding);
}
