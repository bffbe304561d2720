//! Members that the schema does not have: another name, another place, another release, or a slip.

use super::check::{Found, Violations, join, named, properties};
use super::findings;
use crate::diag::{Diagnostic, Edit, Effect, Fix, Place, Related, Safety};
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
            if let Some(merged) = entry.merged_at {
                let place = Place::new(v.subject.file, merged);
                finding.related.push(Related { place, message: "comes in through this merge".to_owned() });
                finding.fix = None;
            }
            v.out.push(finding);
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
    let (name, annotation) = properties(schema)?.iter().find_map(|(name, property)| {
        let was = property.get("x-was")?.as_array()?;
        let annotation = was.iter().find(|was| was.get("name").and_then(Schema::as_str) == Some(entry.key.as_ref()))?;
        Some((name, annotation))
    })?;
    let message = format!("`{}` is not a field here, the name is `{name}`", entry.key);
    let mut finding = v.at_key(named(annotation), found, message);
    finding.label = Some(format!("write `{name}`"));
    annotate(&mut finding, annotation);
    if parent.node.get(name).is_some() {
        finding.notes.push(format!("`{name}` is written too, and counts"));
        finding.fix = Some(removal(v, parent, entry, Safety::Unsafe));
        return Some(finding);
    }
    let (value, exact) = translated(v, entry, annotation);
    let mut edits = vec![v.editor().rename_key(entry, name)];
    edits.extend(value);
    if exact {
        finding.fix = Some(Fix { title: format!("rename to `{name}`"), safety: Safety::Safe, edits });
    }
    Some(finding)
}

/// The edit of the value that goes with a rename, and whether the rename is right without a person.
fn translated(v: &Violations<'_>, entry: &yaml::Entry<'_>, annotation: &Schema) -> (Option<Edit>, bool) {
    let scalar = entry.value.scalar();
    if let Some(values) = annotation.get("values") {
        let value = scalar.and_then(|scalar| values.get(scalar.text.to_ascii_lowercase())).and_then(Schema::as_str);
        return (value.map(|value| v.editor().replace_scalar(&entry.value, value)), value.is_some());
    }
    if let Some(factor) = annotation.get("factor").and_then(Schema::as_f64) {
        let number = scalar.and_then(|scalar| scalar.text.parse::<f64>().ok()).map(|number| number * factor);
        let whole = number.filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
        return (whole.map(|number| v.editor().replace_scalar(&entry.value, &format!("{number}"))), whole.is_some());
    }
    (None, annotation.get("ask").is_none())
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
    let mut finding = v.at_key(named(annotation), found, format!("`{}` is not a field here", entry.key));
    finding.help = Some(note.to_owned());
    finding.source = annotation.get("source").and_then(Schema::as_str).map(str::to_owned).or(finding.source);
    finding.fix = match annotation.get("fix").and_then(Schema::as_str) {
        Some("remove") => Some(removal(v, parent, entry, Safety::Safe)),
        Some("into-settings") => into_settings(v, parent, entry, schema),
        Some(path) if path.starts_with("wrap:") => wrapped(v, entry, path.trim_start_matches("wrap:")),
        _ => None,
    };
    Some(finding)
}

/// Moves a member into the one settings block that is written beside it, if that block takes it.
fn into_settings(v: &Violations<'_>, parent: &Found<'_>, entry: &yaml::Entry<'_>, schema: &Schema) -> Option<Fix> {
    let mut blocks = parent.node.entries().iter().filter(|block| block.key.ends_with("Settings"));
    let (block, None) = (blocks.next()?, blocks.next()) else { return None };
    let takes = properties(properties(schema)?.get(block.key.as_ref())?)?.contains_key(entry.key.as_ref());
    (takes && block.value.get(&entry.key).is_none()).then(|| movement(v, parent, entry, block, &entry.key))
}

/// `accessTokenSecretRef: x` becomes `accessTokenSettings: {secretRef: x}`, written over two lines.
fn wrapped(v: &Violations<'_>, entry: &yaml::Entry<'_>, path: &str) -> Option<Fix> {
    let (outer, inner) = path.split_once('.')?;
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
    match annotation {
        Schema::String(range) => format!("`{range}`"),
        Schema::Array(all) => {
            all.iter().filter_map(Schema::as_str).map(|range| format!("`{range}`")).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    }
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
    finding.label = Some(format!("write `{name}`"));
    if parent.node.get(name).is_none() {
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
            finding.fix = Some(movement(v, parent, entry, block, key));
        }
        return Some(finding);
    }
    if let [only] = below.as_slice() {
        let message = format!("`{key}` belongs under `{}`", join(&parent.path, only));
        return Some(v.at_key(&findings::MISPLACED_FIELD, found, message));
    }
    let owner = owner_above(v, parent, key)?;
    let message = format!("`{key}` belongs under `{}`, one level up or beside this block", owner.path);
    let mut finding = v.at_key(&findings::MISPLACED_FIELD, found, message);
    if let Some((_, to)) = owner.member.filter(|_| owner.node.get(key).is_none()) {
        finding.fix = Some(movement(v, parent, entry, to, key));
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
        match index.and_then(|index| index.parse::<usize>().ok()) {
            None => chain.push((next, next_schema)),
            // A list ends the way up: its items have siblings of the same kind.
            Some(_) => return None,
        }
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
    finding.label = Some(format!("write `{name}`"));
    if parent.node.get(name).is_none() {
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
    for name in names.filter(|name| name.len().abs_diff(written.len()) <= limit) {
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

fn movement(v: &Violations<'_>, parent: &Found<'_>, entry: &yaml::Entry<'_>, to: &yaml::Entry<'_>, name: &str) -> Fix {
    let edits = v.editor().move_entry(parent.node, entry, to, name);
    Fix { title: format!("move `{}` into `{}`", entry.key, to.key), safety: Safety::Safe, edits }
}
