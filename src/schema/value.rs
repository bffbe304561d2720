//! Values that the schema does not take: type, choice, bounds, form, length, or nothing at all.

use super::check::{Found, Violations, join, properties};
use super::findings;
use super::unknown::nearest;
use crate::diag::{Diagnostic, Edit, Effect, Fix, Safety};
use crate::yaml::edit::quoted;
use crate::yaml::scalar::{Resolved, resolve};
use crate::yaml::{Node, Value};
use serde_json::Value as Schema;

/// The value has another type than the field.
pub(super) fn wrong_type(v: &mut Violations<'_>, found: &Found<'_>, schema: &Schema) {
    let wanted = types(schema);
    if found.node.is_null() && found.member.is_some() {
        blank(v, found);
        return;
    }
    let wants = |name: &str| wanted.contains(&name);
    let finding = if wants("array") && found.node.scalar().is_some() {
        list_for_text(v, found)
    } else if wants("string") && matches!(found.node.value, Value::Seq(_)) {
        text_for_list(v, found)
    } else {
        mistyped(v, found, schema, &wanted)
    };
    v.push(found, finding);
}

fn types(schema: &Schema) -> Vec<&str> {
    match schema.get("type") {
        Some(Schema::String(one)) => vec![one],
        Some(Schema::Array(all)) => all.iter().filter_map(Schema::as_str).filter(|name| *name != "null").collect(),
        _ => Vec::new(),
    }
}

fn in_words(wanted: &[&str]) -> String {
    let word = |name: &&str| {
        match *name {
            "string" => "a string",
            "integer" => "an integer",
            "number" => "a number",
            "boolean" => "`true` or `false`",
            "array" => "a list",
            "object" => "an object",
            other => other,
        }
        .to_owned()
    };
    wanted.iter().map(word).collect::<Vec<_>>().join(" or ")
}

/// A member without a value: the API server takes null for "not written" where the field is not nullable.
fn blank(v: &mut Violations<'_>, found: &Found<'_>) {
    let Some((parent, entry)) = found.member else { return };
    let pointer = found.path.rsplit_once('.').map_or("", |(parent, _)| parent);
    let required = required_at(v.schema(), pointer, &entry.key, parent);
    if entry.key == "output" && required {
        let blank = if entry.value.place().is_empty() { "blank, which YAML reads as null" } else { "null" };
        let message = format!("`output` is {blank}; what removes a field is an empty string");
        let mut finding = v.at_key(&findings::NULL_OUTPUT, found, message);
        finding.label = Some("expected `''`".to_owned());
        let end = found.key.end as usize;
        let colon = v.subject.text[end..].find(':').map_or(end, |colon| end + colon + 1);
        let (place, with) = if entry.value.place().is_empty() {
            (crate::diag::Span::at(colon), " ''")
        } else {
            (entry.value.place(), "''")
        };
        if entry.value.used_at.is_none() {
            let edits = vec![Edit::replace(crate::diag::Place::new(v.subject.file, place), with)];
            finding.fix = Some(Fix { title: "write `''`".to_owned(), safety: Safety::Safe, edits });
        }
        v.push(found, finding);
        return;
    }
    let finding = if required {
        let message = format!("`{}` is required and has no value", entry.key);
        let mut finding = v.at_key(&findings::MISSING_FIELD, found, message);
        finding.label = Some("expected a value".to_owned());
        finding
    } else {
        let message = format!("`{}` has no value, which counts as not written", entry.key);
        let mut finding = v.at_key(&findings::EMPTY_FIELD, found, message);
        finding.effect = Some(Effect::Dropped);
        finding.help = Some(format!("write the value, or take `{}` out", entry.key));
        finding
    };
    v.push(found, finding);
}

/// Whether the schema of the mapping at `path` requires `name`.
fn required_at(schema: &Schema, path: &str, name: &str, parent: &Node<'_>) -> bool {
    let mut schema = schema;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let (member, index) = step.split_once('[').map_or((step, false), |(member, _)| (member, true));
        let Some(next) = properties(schema).and_then(|all| all.get(member)) else { return false };
        schema = if index { next.get("items").unwrap_or(next) } else { next };
    }
    let lists = |schema: &Schema| {
        schema
            .get("required")
            .and_then(Schema::as_array)
            .is_some_and(|all| all.iter().any(|required| required.as_str() == Some(name)))
    };
    let one_of = schema.get("oneOf").and_then(Schema::as_array);
    // Of blocks of which exactly one has to be there, a blank one is missing only if it is the only one.
    let only = one_of.is_some_and(|all| {
        all.iter().any(lists) && parent.entries().iter().filter(|other| !other.value.is_null()).count() == 0
    });
    lists(schema) || only
}

fn list_for_text(v: &Violations<'_>, found: &Found<'_>) -> Diagnostic {
    let name = name(found);
    let message = format!("`{name}` takes a list, and a single value is written");
    let mut finding = v.at_value(&findings::LIST_VS_STRING, found, message);
    finding.label = Some("expected a list".to_owned());
    if let Some((_, entry)) = found.member.filter(|_| found.node.used_at.is_none()) {
        let title = "make it a list of one".to_owned();
        let edit = v.editor().wrap_in_list(entry);
        finding.fix = edit.map(|edit| Fix { title, safety: Safety::Safe, edits: vec![edit] });
    }
    finding
}

fn text_for_list(v: &Violations<'_>, found: &Found<'_>) -> Diagnostic {
    let name = name(found);
    let message = format!("`{name}` takes one string, and a list is written");
    let mut finding = v.at_value(&findings::LIST_VS_STRING, found, message);
    finding.label = Some("expected a string".to_owned());
    match (found.member, found.node.items()) {
        (Some((_, entry)), [item]) => {
            let own = item.scalar().is_some() && found.node.used_at.is_none();
            let edit = own.then(|| v.editor().unwrap_list(entry, item)).flatten();
            let title = "write its only item".to_owned();
            finding.fix = edit.map(|edit| Fix { title, safety: Safety::Safe, edits: vec![edit] });
        }
        _ if matches!(name, "dataDestination" | "endpointRef") => {
            finding.help = Some("write the one that is meant; for several, write several dataflows".to_owned());
        }
        _ => finding.help = Some("write the one that is meant".to_owned()),
    }
    finding
}

fn mistyped(v: &Violations<'_>, found: &Found<'_>, schema: &Schema, wanted: &[&str]) -> Diagnostic {
    let all = choices(schema);
    let offered: Vec<&str> = all.iter().copied().filter(|choice| !is_lower_twin(choice, &all)).collect();
    let expected = if offered.is_empty() { in_words(wanted) } else { format!("`{}`", offered.join("`, `")) };
    let message = format!("`{}` is {}, expected {expected}", name(found), found.node.type_name());
    let mut finding = v.at_value(&findings::WRONG_TYPE, found, message);
    let Some(scalar) = found.node.scalar() else { return finding };
    let text = scalar.text.as_ref();
    let replacement = match (scalar.resolved, wanted) {
        (Resolved::Bool(on), _) if offered.contains(&"Enabled") => {
            finding.notes.push(format!("kubectl reads `{text}` as a boolean"));
            Some(if on { "Enabled".to_owned() } else { "Disabled".to_owned() })
        }
        // Quotes alone do not make it one of the choices.
        _ if !offered.is_empty() => meant(schema, text, &offered),
        (Resolved::Str, ["integer"]) if matches!(resolve(text), Resolved::Int(_)) => Some(text.to_owned()),
        (Resolved::Str, ["boolean"]) if matches!(resolve(text), Resolved::Bool(_)) => Some(text.to_owned()),
        (Resolved::Str | Resolved::Null, _) => None,
        (_, ["string"]) => {
            finding.notes.push(format!("without quotes kubectl reads `{text}` as {}", found.node.type_name()));
            Some(quoted(text, Some('\'')))
        }
        _ => None,
    };
    if let Some(replacement) = replacement.filter(|_| found.node.used_at.is_none()) {
        finding.label = Some(format!("write {}", tick(&replacement)));
        let edits = vec![v.editor().replace_node(found.node, &replacement)];
        finding.fix = Some(Fix { title: format!("write {}", tick(&replacement)), safety: Safety::Safe, edits });
    }
    finding
}

/// The choice that the schema's advice gives for `text`, where no person has to agree.
fn meant(schema: &Schema, text: &str, offered: &[&str]) -> Option<String> {
    let advice = schema.get("x-advice")?.get(text)?;
    let value = advice.get("value")?.as_str()?;
    (advice.get("ask").is_none() && offered.contains(&value)).then(|| value.to_owned())
}

fn tick(text: &str) -> String {
    format!("`{text}`")
}

fn name<'f>(found: &'f Found<'_>) -> &'f str {
    found.path.rsplit('.').next().unwrap_or(&found.path)
}

fn choices(schema: &Schema) -> Vec<&str> {
    schema
        .get("enum")
        .and_then(Schema::as_array)
        .map(|all| all.iter().filter_map(Schema::as_str).collect())
        .unwrap_or_default()
}

/// A required member is not there.
pub(super) fn missing(v: &mut Violations<'_>, parent: &Found<'_>, schema: &Schema, name: &str) {
    if parent.node.is_template() || is_written_otherwise(v, parent, schema, name) {
        return;
    }
    let path = join(&parent.path, name);
    let place = if parent.path.is_empty() { "the resource".to_owned() } else { format!("`{}`", parent.path) };
    let mut finding = v.at_key(&findings::MISSING_FIELD, parent, format!("{place} has no `{name}`, which is required"));
    finding.field = path;
    v.push(parent, finding);
}

/// Whether a required member is there under another name, or beside the settings block: then that is the mistake, and it
/// is reported.
fn is_written_otherwise(v: &Violations<'_>, parent: &Found<'_>, schema: &Schema, name: &str) -> bool {
    let Some(members) = properties(schema) else { return false };
    let former = |key: &str| {
        let was = members.get(name).and_then(|member| member.get("x-was")).and_then(Schema::as_array);
        was.is_some_and(|all| all.iter().any(|was| was.get("name").and_then(Schema::as_str) == Some(key)))
    };
    let strangers = parent.node.entries().iter().map(|entry| entry.key.as_ref());
    let mut strangers = strangers.filter(|key| !members.contains_key(*key));
    let beside = || {
        let outside =
            parent.path.strip_prefix("spec.").is_some_and(|block| block.ends_with("Settings") && !block.contains('.'));
        outside && v.subject.node.get("spec").and_then(|spec| spec.get(name)).is_some()
    };
    strangers.any(|key| {
        former(key) || key.eq_ignore_ascii_case(name) || nearest(key, members.keys().map(String::as_str)) == Some(name)
    }) || beside()
}

/// The value is none of the choices.
pub(super) fn wrong_choice(v: &mut Violations<'_>, found: &Found<'_>, schema: &Schema) {
    let Some(scalar) = found.node.scalar() else { return };
    let written = scalar.text.as_ref();
    let all = choices(schema);
    // Where the schema lists a value in two spellings, the one of the pages is offered.
    let offered: Vec<&str> = all.iter().copied().filter(|choice| !is_lower_twin(choice, &all)).collect();
    let finding = if let Some(right) = offered.iter().find(|choice| choice.eq_ignore_ascii_case(written)) {
        let message = format!("`{written}` is spelt `{right}`");
        replaced(v, v.at_value(&findings::ENUM_CASING, found, message), found, right, Safety::Safe)
    } else {
        advised(v, found, schema, written, &offered)
    };
    v.push(found, finding);
}

fn is_lower_twin(choice: &str, all: &[&str]) -> bool {
    choice.starts_with(|first: char| first.is_ascii_lowercase())
        && all.iter().any(|other| *other != choice && other.eq_ignore_ascii_case(choice))
}

fn advised(v: &Violations<'_>, found: &Found<'_>, schema: &Schema, written: &str, offered: &[&str]) -> Diagnostic {
    let expected = format!("expected `{}`", offered.join("`, `"));
    let message = format!("`{}` does not take `{written}`", name(found));
    let known = schema
        .get("x-advice")
        .and_then(Schema::as_object)
        .and_then(|all| all.iter().find(|(wrong, _)| wrong.eq_ignore_ascii_case(written)).map(|(_, advice)| advice));
    let text = |advice: &Schema, key: &str| advice.get(key).and_then(Schema::as_str).map(str::to_owned);
    let entry =
        known.filter(|advice| advice.get("rule").is_some()).map_or(&findings::UNKNOWN_ENUM, super::check::named);
    let mut finding = v.at_value(entry, found, message);
    finding.label = Some(expected);
    match known {
        Some(advice) => {
            finding.help = text(advice, "note").or_else(|| advice.as_str().map(str::to_owned));
            match text(advice, "value").filter(|value| offered.contains(&value.as_str())) {
                Some(value) => {
                    // Where the right value is a decision between meanings, the advice says so.
                    let asks = advice.get("ask").and_then(Schema::as_bool).unwrap_or_default();
                    if !asks {
                        finding.label = None;
                    }
                    replaced(v, finding, found, &value, if asks { Safety::Unsafe } else { Safety::Safe })
                }
                None => finding,
            }
        }
        None => match nearest(written, offered.iter().copied()) {
            Some(right) => {
                finding.help = Some(format!("did you mean `{right}`?"));
                replaced(v, finding, found, right, Safety::Safe)
            }
            None => finding,
        },
    }
}

fn replaced(v: &Violations<'_>, mut finding: Diagnostic, found: &Found<'_>, value: &str, safety: Safety) -> Diagnostic {
    if finding.label.is_none() {
        finding.label = Some(format!("write `{value}`"));
    }
    if found.node.used_at.is_none() {
        let edits = vec![v.editor().replace_scalar(found.node, value)];
        finding.fix = Some(Fix { title: format!("write `{value}`"), safety, edits });
    }
    finding
}

/// The number is outside its bounds.
pub(super) fn out_of_range(v: &mut Violations<'_>, found: &Found<'_>, schema: &Schema) {
    let bound = |keyword: &str| schema.get(keyword).map(Schema::to_string);
    let expected = match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => return,
    };
    let written = found.node.scalar().map(|scalar| scalar.text.to_string()).unwrap_or_default();
    let mut finding =
        v.at_value(&findings::OUT_OF_RANGE, found, format!("`{}` is {written}, expected {expected}", name(found)));
    finding.label = Some(format!("expected {expected}"));
    v.push(found, finding);
}

/// The text does not match the pattern of the field.
pub(super) fn wrong_form(v: &mut Violations<'_>, found: &Found<'_>, pattern: &str) {
    let message = format!("`{}` does not match the pattern of the field", name(found));
    let mut finding = v.at_value(&findings::VALUE_PATTERN, found, message);
    finding.label = Some(format!("expected to match `{pattern}`"));
    v.push(found, finding);
}

/// The text or the list is too short or too long.
pub(super) fn wrong_length(v: &mut Violations<'_>, found: &Found<'_>, schema: &Schema) {
    let bound = |keywords: [&str; 2]| keywords.iter().find_map(|keyword| schema.get(*keyword)).map(Schema::to_string);
    let unit = if matches!(found.node.value, Value::Seq(_)) { "items" } else { "characters" };
    let expected = match (bound(["minLength", "minItems"]), bound(["maxLength", "maxItems"])) {
        (Some(least), Some(most)) => format!("{least} to {most} {unit}"),
        (Some(least), None) if least == "1" => "something".to_owned(),
        (Some(least), None) => format!("at least {least} {unit}"),
        (None, Some(most)) => format!("at most {most} {unit}"),
        (None, None) => return,
    };
    let length = found.node.as_str().map_or(found.node.items().len(), |text| text.chars().count());
    let message = match length {
        0 => format!("`{}` is empty, expected {expected}", name(found)),
        _ => format!("`{}` has {length} {unit}, expected {expected}", name(found)),
    };
    let finding = v.at_value(&findings::VALUE_LENGTH, found, message);
    v.push(found, finding);
}
