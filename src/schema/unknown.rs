//! Members that the schema does not have: another name, another place, another release, or a slip.

use super::check::{Found, Violations, join, named, properties};
use super::findings;
use crate::diag::{Diagnostic, Effect, Fix, Place, Related, Safety};
use crate::yaml;
use crate::yaml::edit::quoted;
use serde_json::Value as Schema;
use std::collections::HashSet;

/// Members are named in a message only up to this many.
const NAMES_IN_MESSAGE: usize = 12;

/// Explains the members `unexpected` of the mapping `parent`, which `schema` describes.
pub(super) fn explain(v: &mut Violations<'_>, parent: &Found<'_>, schema: &Schema, unexpected: &[String]) {
    let unexpected: HashSet<&str> = unexpected.iter().map(String::as_str).collect();
    for entry in parent.node.entries() {
        if unexpected.contains(entry.key.as_ref()) && yaml::template::find(&entry.key).is_none() {
            let found = parent.member(entry);
            let mut finding = one(v, parent, &found, entry, schema);
            finding.effect = Some(Effect::Dropped);
            v.push(&found, finding);
        }
    }
}

fn one(
    v: &Violations<'_>,
    parent: &Found<'_>,
    found: &Found<'_>,
    entry: &yaml::Entry<'_>,
    schema: &Schema,
) -> Diagnostic {
    former_name(v, parent, found, entry, schema)
        .or_else(|| gone(v, parent, found, entry, schema))
        .or_else(|| elsewhere_in_versions(v, found, entry, schema))
        .or_else(|| other_case(v, parent, found, entry, schema))
        .or_else(|| other_block(v, parent, found, entry, schema))
        .or_else(|| slip(v, parent, found, entry, schema))
        .unwrap_or_else(|| unknown(v, found, entry, schema))
}

/// A former or misspelt name of a member that the schema has (`x-was`).
fn former_name(
    v: &Violations<'_>,
    parent: &Found<'_>,
    found: &Found<'_>,
    entry: &yaml::Entry<'_>,
    schema: &Schema,
) -> Option<Diagnostic> {
    let (name, property, annotation) = properties(schema)?.iter().find_map(|(name, property)| {
        let was = property.get("x-was")?.as_array()?;
        let annotation = was.iter().find(|was| was.get("name").and_then(Schema::as_str) == Some(entry.key.as_ref()))?;
        Some((name, property, annotation))
    })?;
    let message = format!("`{}` is not a field here, the name is `{name}`", entry.key);
    let mut finding = v.at_key(named(annotation), found, message);
    annotate(&mut finding, annotation);
    if written_too(v, parent, entry, name, &mut finding) {
        return Some(finding);
    }
    finding.label = Some(format!("write `{name}`"));
    let mut edits = vec![v.editor().rename_key(entry, name)];
    match translated(entry, property, annotation) {
        Translation::Same => {}
        Translation::To(value) => edits.push(v.editor().replace_scalar(&entry.value, &value)),
        Translation::Unfit(why) => {
            finding.help = why;
            return Some(finding);
        }
    }
    finding.fix = Some(Fix { title: format!("rename to `{name}`"), safety: Safety::Safe, edits });
    Some(finding)
}

/// Whether the member that `entry` stands for is written beside it; then `entry` has to go, if a person agrees.
fn written_too(
    v: &Violations<'_>,
    parent: &Found<'_>,
    entry: &yaml::Entry<'_>,
    name: &str,
    finding: &mut Diagnostic,
) -> bool {
    let Some(other) = parent.node.entry(name) else { return false };
    finding.related.push(this_counts(v, other));
    finding.fix = Some(removal(v, parent, entry, Safety::Unsafe));
    true
}

fn this_counts(v: &Violations<'_>, other: &yaml::Entry<'_>) -> Related {
    let place = Place::new(v.subject.file, other.merged_at.unwrap_or(other.key_span));
    Related { place, message: format!("this `{}` counts", other.key) }
}

/// What becomes of the value where a field is renamed.
enum Translation {
    Same,
    To(String),
    /// A person has to find the value; why, where it can be said.
    Unfit(Option<String>),
}

fn translated(entry: &yaml::Entry<'_>, property: &Schema, annotation: &Schema) -> Translation {
    let translates = annotation.get("values").is_some() || annotation.get("factor").is_some();
    // The text of an anchor serves other places too.
    let Some(scalar) = entry.value.scalar().filter(|_| translates && entry.value.used_at.is_none()) else {
        return if translates || annotation.get("ask").is_some() {
            Translation::Unfit(None)
        } else {
            Translation::Same
        };
    };
    let text = scalar.text.as_ref();
    let Some(factor) = annotation.get("factor").and_then(Schema::as_f64) else {
        let value = annotation.get("values").and_then(|values| values.get(text.to_ascii_lowercase()));
        let value = value.and_then(Schema::as_str);
        return value.map_or(Translation::Unfit(None), |value| Translation::To(value.to_owned()));
    };
    let Ok(number) = text.parse::<f64>().map(|number| number * factor) else { return Translation::Unfit(None) };
    let most = property.get("maximum").and_then(Schema::as_f64).unwrap_or(1e15);
    if number.fract() != 0.0 {
        return Translation::Unfit(Some(format!("`{text}` would be `{number}`, and the field takes whole numbers")));
    }
    if number > most {
        return Translation::Unfit(Some(format!("`{text}` would be `{number}`, and the field takes at most `{most}`")));
    }
    Translation::To(format!("{number}"))
}

/// A name that people write here and that belongs elsewhere or nowhere (`x-gone`).
fn gone(
    v: &Violations<'_>,
    parent: &Found<'_>,
    found: &Found<'_>,
    entry: &yaml::Entry<'_>,
    schema: &Schema,
) -> Option<Diagnostic> {
    let annotation = schema.get("x-gone")?.get(entry.key.as_ref())?;
    let note = annotation.get("note").and_then(Schema::as_str).unwrap_or_default();
    let fix = annotation.get("fix").and_then(Schema::as_str).unwrap_or_default();
    let message = match fix {
        "into-settings" if only_settings(parent.node).is_some() => {
            format!("`{}` stands beside the settings block, where it is not a field", entry.key)
        }
        _ => format!("`{}` is not a field here", entry.key),
    };
    let mut finding = v.at_key(named(annotation), found, message);
    if fix.is_empty() || fix == "remove" {
        finding.notes.push(note.to_owned());
    } else {
        finding.help = Some(note.to_owned());
    }
    finding.source = annotation.get("source").and_then(Schema::as_str).map(str::to_owned).or(finding.source);
    match fix {
        "remove" => finding.fix = Some(removal(v, parent, entry, Safety::Safe)),
        "into-settings" => into_settings(v, parent, entry, schema, &mut finding),
        path if path.starts_with("wrap:") => {
            finding.fix = wrapped(v, parent, entry, path.trim_start_matches("wrap:"));
        }
        _ => {}
    }
    Some(finding)
}

/// The one settings block that is written in the specification of an endpoint.
pub(super) fn only_settings<'n, 't>(spec: &'n yaml::Node<'t>) -> Option<&'n yaml::Entry<'t>> {
    let mut blocks = spec.entries().iter().filter(|block| block.key.ends_with("Settings"));
    let (block, None) = (blocks.next()?, blocks.next()) else { return None };
    Some(block)
}

/// Moves a member into the one settings block that is written beside it, if that block takes it.
fn into_settings(
    v: &Violations<'_>,
    parent: &Found<'_>,
    entry: &yaml::Entry<'_>,
    schema: &Schema,
    finding: &mut Diagnostic,
) {
    let key = entry.key.as_ref();
    let Some(block) = only_settings(parent.node) else { return };
    let members = properties(schema).and_then(|all| all.get(block.key.as_ref())).and_then(properties);
    if !members.is_some_and(|members| members.contains_key(key)) {
        return;
    }
    finding.label = Some(format!("belongs under `{}`", block.key));
    match block.value.entry(key) {
        None => finding.fix = movement(v, parent, entry, block, key),
        Some(inside) => {
            finding.related.push(this_counts(v, inside));
            finding.fix = Some(removal(v, parent, entry, Safety::Unsafe));
        }
    }
}

/// `accessTokenSecretRef: x` becomes `accessTokenSettings: {secretRef: x}`, written over two lines.
fn wrapped(v: &Violations<'_>, parent: &Found<'_>, entry: &yaml::Entry<'_>, path: &str) -> Option<Fix> {
    let (outer, inner) = path.split_once('.')?;
    if parent.node.get(outer).is_some() {
        return None;
    }
    let value = entry.value.as_str().filter(|_| entry.value.used_at.is_none())?;
    let edits = vec![
        v.editor().rename_key(entry, outer),
        v.editor().replace_node(&entry.value, &format!("{{ {inner}: {} }}", quoted(value, None))),
    ];
    Some(Fix { title: format!("write `{outer}.{inner}`"), safety: Safety::Safe, edits })
}

/// A field of another release or dialect (`x-elsewhere`).
fn elsewhere_in_versions(
    v: &Violations<'_>,
    found: &Found<'_>,
    entry: &yaml::Entry<'_>,
    schema: &Schema,
) -> Option<Diagnostic> {
    let annotation = schema.get("x-elsewhere")?.get(entry.key.as_ref())?;
    let message = format!("`{}` is not a field of {}", entry.key, v.target);
    let mut finding = v.at_key(&findings::OTHER_VERSION, found, message);
    if let Some(versions) = annotation.get("x-arm").map(ranges).filter(|versions| !versions.is_empty()) {
        finding.notes.push(format!("ARM types have it in {versions}"));
    }
    if let Some(crds) = annotation.get("x-crd").map(ranges).filter(|crds| !crds.is_empty()) {
        finding.notes.push(format!("the custom resource definitions have it in {crds}"));
    }
    Some(finding)
}

fn ranges(annotation: &Schema) -> String {
    let words = |range: &str| match range.split_once("..") {
        Some((first, "")) => format!("`{first}` and later"),
        Some((first, last)) => format!("`{first}` to `{last}`"),
        None => format!("`{range}`"),
    };
    let all = annotation.as_array().into_iter().flatten().filter_map(Schema::as_str);
    all.map(words).collect::<Vec<_>>().join(", ")
}

fn other_case(
    v: &Violations<'_>,
    parent: &Found<'_>,
    found: &Found<'_>,
    entry: &yaml::Entry<'_>,
    schema: &Schema,
) -> Option<Diagnostic> {
    let name = properties(schema)?.keys().find(|name| name.eq_ignore_ascii_case(&entry.key))?;
    let message = format!("`{}` is not a field here, it is spelt `{name}`", entry.key);
    let mut finding = v.at_key(&findings::LEGACY_FIELD, found, message);
    if !written_too(v, parent, entry, name, &mut finding) {
        finding.label = Some(format!("write `{name}`"));
        finding.fix = Some(rename(v, entry, name));
    }
    Some(finding)
}

/// A member that a block beside it, below it or above it takes.
fn other_block(
    v: &Violations<'_>,
    parent: &Found<'_>,
    found: &Found<'_>,
    entry: &yaml::Entry<'_>,
    schema: &Schema,
) -> Option<Diagnostic> {
    let key = entry.key.as_ref();
    let takes = |schema: &Schema| properties(schema).is_some_and(|members| members.contains_key(key));
    let below: Vec<&String> =
        properties(schema)?.iter().filter(|(_, block)| takes(block)).map(|(name, _)| name).collect();
    let written: Vec<&yaml::Entry<'_>> = below.iter().filter_map(|name| parent.node.entry(name)).collect();
    if let [block] = written.as_slice() {
        let mut finding = v.at_key(&findings::MISPLACED_FIELD, found, format!("`{key}` belongs under `{}`", block.key));
        finding.related.push(Related { place: Place::new(v.subject.file, block.key_span), message: "here".to_owned() });
        if block.value.get(key).is_none() {
            finding.fix = movement(v, parent, entry, block, key);
        }
        return Some(finding);
    }
    if let [only] = below.as_slice() {
        let message = format!("`{key}` belongs under `{}`", join(&parent.path, only));
        return Some(v.at_key(&findings::MISPLACED_FIELD, found, message));
    }
    let owner = owner_above(v, parent, key)?;
    let message = format!("`{key}` belongs under `{}`, not under `{}`", owner.path, parent.path);
    let mut finding = v.at_key(&findings::MISPLACED_FIELD, found, message);
    if let Some((_, to)) = owner.member.filter(|_| owner.node.get(key).is_none()) {
        finding.fix = movement(v, parent, entry, to, key);
    }
    Some(finding)
}

/// The nearest mapping above `parent`, within `spec`, whose schema has the member `key`.
fn owner_above<'v>(v: &Violations<'v>, parent: &Found<'_>, key: &str) -> Option<Found<'v>> {
    let mut chain = vec![(v.root()?, v.schema())];
    for step in parent.path.split('.') {
        let (found, schema) = chain.last()?;
        let (name, index) = step.split_once('[').map_or((step, None), |(name, index)| (name, index.strip_suffix(']')));
        let next = found.member(found.node.entry(name)?);
        let next_schema = properties(schema)?.get(name)?;
        chain.push(match index {
            None => (next, next_schema),
            Some(index) => (next.step(index)?, next_schema.get("items")?),
        });
    }
    chain.pop();
    chain
        .into_iter()
        .skip(1)
        .rev()
        .find(|(_, schema)| properties(schema).is_some_and(|all| all.contains_key(key)))
        .map(|(found, _)| found)
}

/// A slip of the keyboard.
fn slip(
    v: &Violations<'_>,
    parent: &Found<'_>,
    found: &Found<'_>,
    entry: &yaml::Entry<'_>,
    schema: &Schema,
) -> Option<Diagnostic> {
    let names = properties(schema)?.keys().map(String::as_str);
    let name = nearest(&entry.key, names)?;
    let message = format!("`{}` is not a field here, did you mean `{name}`?", entry.key);
    let mut finding = v.at_key(&findings::UNKNOWN_FIELD, found, message);
    if !written_too(v, parent, entry, name, &mut finding) {
        finding.label = Some(format!("write `{name}`"));
        finding.fix = Some(rename(v, entry, name));
    }
    Some(finding)
}

fn unknown(v: &Violations<'_>, found: &Found<'_>, entry: &yaml::Entry<'_>, schema: &Schema) -> Diagnostic {
    let mut finding = v.at_key(&findings::UNKNOWN_FIELD, found, format!("`{}` is not a field here", entry.key));
    let names: Vec<&str> = properties(schema).into_iter().flat_map(serde_json::Map::keys).map(String::as_str).collect();
    if !names.is_empty() && names.len() <= NAMES_IN_MESSAGE {
        finding.notes.push(format!("fields here are `{}`", names.join("`, `")));
    }
    finding
}

/// The one of `names` that `written` most likely stands for: at most two slips in it, fewer in short words, and no
/// other name as near.
pub(crate) fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (written.chars().count() / 4).min(2);
    let mut best: Option<(usize, &str)> = None;
    let mut tied = false;
    for name in names.filter(|name| may_be_near(written, name, limit)) {
        let distance = strsim::damerau_levenshtein(&written.to_ascii_lowercase(), &name.to_ascii_lowercase());
        match best {
            Some((least, _)) if distance > least => {}
            Some((least, _)) if distance == least => tied = true,
            _ => {
                best = Some((distance, name));
                tied = false;
            }
        }
    }
    best.filter(|(distance, _)| *distance <= limit && !tied).map(|(_, name)| name)
}

/// Whether two words may be `limit` slips apart: a slip changes the count of at most two letters. Counting is much
/// cheaper than the distance, and enough for nearly all pairs.
fn may_be_near(a: &str, b: &str, limit: usize) -> bool {
    if a.len().abs_diff(b.len()) > limit {
        return false;
    }
    let mut counts = [0i32; 32];
    a.bytes().for_each(|byte| counts[usize::from(byte & 31)] += 1);
    b.bytes().for_each(|byte| counts[usize::from(byte & 31)] -= 1);
    counts.iter().map(|count| count.unsigned_abs() as usize).sum::<usize>() <= 2 * limit
}

fn annotate(finding: &mut Diagnostic, annotation: &Schema) {
    let text = |key: &str| annotation.get(key).and_then(Schema::as_str).map(str::to_owned);
    finding.notes.extend(text("note"));
    finding.source = text("source").or(finding.source.take());
}

fn rename(v: &Violations<'_>, entry: &yaml::Entry<'_>, name: &str) -> Fix {
    Fix { title: format!("rename to `{name}`"), safety: Safety::Safe, edits: vec![v.editor().rename_key(entry, name)] }
}

fn removal(v: &Violations<'_>, parent: &Found<'_>, entry: &yaml::Entry<'_>, safety: Safety) -> Fix {
    Fix { title: format!("remove `{}`", entry.key), safety, edits: vec![v.editor().remove_entry(parent.node, entry)] }
}

/// Moves a member into the mapping `to`, unless that stands elsewhere or is not known.
fn movement(
    v: &Violations<'_>,
    parent: &Found<'_>,
    entry: &yaml::Entry<'_>,
    to: &yaml::Entry<'_>,
    name: &str,
) -> Option<Fix> {
    let edits = v.editor().move_entry(parent.node, entry, to, name);
    let title = format!("move `{}` into `{}`", entry.key, to.key);
    (!edits.is_empty()).then_some(Fix { title, safety: Safety::Safe, edits })
}
