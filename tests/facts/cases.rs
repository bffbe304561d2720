//! Makes documents from rows, each with the verdict that the rows demand. What judges them is not known here.

use std::collections::{BTreeMap, BTreeSet};

use flowgate::schema::{Kind, Target};
use serde_json::{Map, Value, json};

use crate::table::{Row, body, parent};

/// Fields that the tables call required, but that belong to one value of a discriminator: the object, the
/// discriminator, its value, the field. They are required with that value, and may be left out with every other.
const DISCRIMINATED: [(&str, &str, &str, &str); 10] = [
    ("openTelemetrySettings.authentication", "method", "Anonymous", "anonymousSettings"),
    ("openTelemetrySettings.authentication", "method", "ServiceAccountToken", "serviceAccountTokenSettings"),
    ("openTelemetrySettings.authentication", "method", "X509Certificate", "x509CertificateSettings"),
    ("nodes[]", "nodeType", "Source", "sourceSettings"),
    ("nodes[]", "nodeType", "Graph", "graphSettings"),
    ("nodes[]", "nodeType", "Destination", "destinationSettings"),
    ("operations[].destinationSettings.headers[]", "actionType", "AddIfNotPresent", "value"),
    ("operations[].destinationSettings.headers[]", "actionType", "AddOrReplace", "value"),
    ("nodes[].destinationSettings.headers[]", "actionType", "AddIfNotPresent", "value"),
    ("nodes[].destinationSettings.headers[]", "actionType", "AddOrReplace", "value"),
];

/// For each pattern of the tables a text in which it is found, and one in which it is not.
const PATTERNS: [(&str, &str, &str); 9] = [
    (r".*\.*\.kusto\.windows\.net", "plant.westeurope.kusto.windows.net", "plant.kusto.example"),
    (r".+\..+\.kusto\.windows\.net", "plant.westeurope.kusto.windows.net", "plant.kusto.windows.net"),
    (r".*\.blob\.core\.windows\.net", "plant.blob.core.windows.net", "plant.dfs.core.windows.net"),
    (r".+\.blob\.core\.windows\.net", "plant.blob.core.windows.net", ".blob.core.windows.net"),
    (r".*\.fabric\.microsoft\.com", "onelake.dfs.fabric.microsoft.com", "onelake.example"),
    (r".+\.fabric\.microsoft\.com", "onelake.dfs.fabric.microsoft.com", ".fabric.microsoft.com"),
    ("^[a-z0-9][a-z0-9-]*[a-z0-9]$", "plant-7", "Plant-7"),
    ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "models", "models-"),
    (r"^(?!/)(?!.*(?:^|/)\.\.(?:/|$)).*$", "models/v2", "models/../v2"),
];

/// One document and the verdict that the rows demand.
pub(crate) struct Case {
    /// The path of the row that is tested.
    pub(crate) row: String,
    /// What is special about the document.
    pub(crate) what: String,
    /// The whole document.
    pub(crate) document: Value,
    /// Whether it has to be accepted.
    pub(crate) accepted: bool,
}

/// The rows of one kind, version and dialect, by their paths.
pub(crate) struct Tree {
    /// The kind of resource.
    pub(crate) kind: Kind,
    /// The version and dialect.
    pub(crate) target: Target,
    rows: BTreeMap<String, Row>,
}

impl Tree {
    /// The rows, each of a path of its own.
    pub(crate) fn new(kind: Kind, target: Target, rows: Vec<Row>) -> Self {
        let count = rows.len();
        let rows: BTreeMap<String, Row> = rows.into_iter().map(|row| (row.path.clone(), row)).collect();
        assert_eq!(rows.len(), count, "{kind} has two rows for one path");
        Self { kind, target, rows }
    }

    /// Every row, in the order of the paths.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Whether there is a row for the path.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.rows.contains_key(path)
    }

    fn children(&self, path: &str) -> impl Iterator<Item = &Row> {
        self.rows.values().filter(move |row| parent(&row.path) == path)
    }

    /// A document that is accepted, as small as can be while it holds the field at `way`.
    pub(crate) fn document(&self, way: &str) -> Value {
        let mut root = self.object("", way);
        if let Target::Kubernetes { shape, .. } = self.target {
            root.insert("apiVersion".into(), json!(shape.api_version()));
            root.insert("kind".into(), json!(self.kind.as_str()));
            root.insert("metadata".into(), json!({ "name": "sample" }));
        }
        Value::Object(root)
    }

    fn object(&self, path: &str, way: &str) -> Map<String, Value> {
        let leads =
            |row: &Row| way.strip_prefix(&row.path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        let choice = self.rows.get(path).map_or(&[][..], |row| &row.exactly_one);
        let chosen = self.children(path).filter(|row| choice.contains(&key(&row.path).to_owned()));
        let chosen = chosen.max_by_key(|row| leads(row)).map(|row| row.path.clone());
        let wanted = |row: &&Row| row.required || leads(row) || chosen.as_ref() == Some(&row.path);
        self.children(path).filter(wanted).map(|row| (key(&row.path).to_owned(), self.value(row, way))).collect()
    }

    fn value(&self, row: &Row, way: &str) -> Value {
        match row.ty.as_str() {
            "object" => Value::Object(self.object(&row.path, way)),
            "array" => {
                let items = format!("{}[]", row.path);
                let item = way.starts_with(&items).then(|| self.value(&self.rows[&items], way));
                item.into_iter().collect()
            }
            "integer" => json!(row.min.unwrap_or(0)),
            "boolean" => json!(true),
            "string" => json!(text(row)),
            other => panic!("{} has the unknown type {other}", row.path),
        }
    }

    fn discriminated(&self, row: &Row) -> Vec<(&'static str, &'static str)> {
        let object = parent(&row.path).strip_prefix(body(self.target)).and_then(|path| path.strip_prefix('.'));
        let here =
            DISCRIMINATED.into_iter().filter(|(path, .., field)| object == Some(path) && key(&row.path) == *field);
        here.map(|(_, discriminator, value, _)| (discriminator, value)).collect()
    }
}

/// The name of a field in what holds it.
fn key(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// A text that the row takes.
fn text(row: &Row) -> String {
    match (&row.values[..], &row.pattern) {
        ([first, ..], _) => first.clone(),
        ([], Some(pattern)) => pattern_texts(pattern).0.to_owned(),
        ([], None) => "sample".to_owned(),
    }
}

fn pattern_texts(pattern: &str) -> (&'static str, &'static str) {
    let known = PATTERNS.into_iter().find(|(known, ..)| *known == pattern);
    known.map(|(_, hit, miss)| (hit, miss)).unwrap_or_else(|| panic!("no texts for the pattern {pattern}"))
}

/// What stands at a path of a document; the first item of an array.
fn at<'a>(document: &'a mut Value, path: &str) -> &'a mut Value {
    if path.is_empty() {
        return document;
    }
    let above = at(document, parent(path));
    if path.ends_with("[]") { &mut above[0] } else { &mut above[key(path)] }
}

/// Every case of every row, and of the rows of other tables that this one lacks.
pub(crate) fn all(tree: &Tree, strangers: &[Row]) -> Vec<Case> {
    let mut cases = Vec::new();
    for row in tree.rows() {
        cases.push(Case {
            row: row.path.clone(),
            what: "present".into(),
            document: tree.document(&row.path),
            accepted: true,
        });
        absent(tree, row, &mut cases);
        types(tree, row, &mut cases);
        values(tree, row, &mut cases);
        bounds(tree, row, &mut cases);
        lengths(tree, row, &mut cases);
        exactly_one(tree, row, &mut cases);
        closed(tree, row, &mut cases);
    }
    foreign(tree, strangers, &mut cases);
    cases
}

fn with(tree: &Tree, row: &Row, value: Value, accepted: bool) -> Case {
    let mut document = tree.document(&row.path);
    let what = format!("{value:.80}");
    *at(&mut document, &row.path) = value;
    Case { row: row.path.clone(), what, document, accepted }
}

fn without(tree: &Tree, row: &Row, set: Option<(&str, &str)>, accepted: bool) -> Case {
    let mut document = tree.document(&row.path);
    let object = at(&mut document, parent(&row.path));
    object.as_object_mut().expect("an object").shift_remove(key(&row.path));
    let mut what = "absent".to_owned();
    if let Some((discriminator, value)) = set {
        object[discriminator] = json!(value);
        what = format!("absent with `{discriminator}: {value}`");
    }
    Case { row: row.path.clone(), what, document, accepted }
}

fn absent(tree: &Tree, row: &Row, cases: &mut Vec<Case>) {
    let choice = tree.rows.get(parent(&row.path)).map_or(&[][..], |above| &above.exactly_one);
    if row.path.ends_with("[]") || choice.contains(&key(&row.path).to_owned()) {
        return;
    }
    let discriminated = tree.discriminated(row);
    let Some((discriminator, _)) = discriminated.first() else {
        return cases.push(without(tree, row, None, !row.required));
    };
    assert!(row.required, "{} is not called required", row.path);
    for value in &tree.rows[&format!("{}.{discriminator}", parent(&row.path))].values {
        let demanded = discriminated.contains(&(discriminator, value));
        cases.push(without(tree, row, Some((discriminator, value)), !demanded));
    }
}

fn types(tree: &Tree, row: &Row, cases: &mut Vec<Case>) {
    let wrong = match row.ty.as_str() {
        "object" => vec![json!("text"), json!(7), json!([]), json!(true)],
        "array" => vec![json!("text"), json!(7), json!({}), json!(true)],
        "string" => vec![json!(7), json!(true), json!([]), json!({})],
        "integer" => vec![json!("7"), json!(1.5), json!(true), json!([]), json!({})],
        _ => vec![json!("true"), json!(1), json!([]), json!({})],
    };
    cases.extend(wrong.into_iter().map(|value| with(tree, row, value, false)));
    cases.push(with(tree, row, Value::Null, row.nullable));
}

fn values(tree: &Tree, row: &Row, cases: &mut Vec<Case>) {
    if row.values.is_empty() {
        if row.ty == "string" && row.pattern.is_none() {
            cases.push(with(tree, row, json!("NoSuchValue"), true));
        }
        return;
    }
    cases.extend(row.values.iter().map(|value| with(tree, row, json!(value), true)));
    let cased = row.values.iter().flat_map(|value| [value.to_lowercase(), value.to_uppercase()]);
    let others: BTreeSet<String> = cased.chain(["NoSuchValue".into(), String::new()]).collect();
    let others = others.into_iter().filter(|value| !row.values.contains(value));
    cases.extend(others.map(|value| with(tree, row, json!(value), false)));
}

fn bounds(tree: &Tree, row: &Row, cases: &mut Vec<Case>) {
    if row.ty != "integer" {
        return;
    }
    let (min, max) = (row.min.unwrap_or(-1_000_000_000_000), row.max.unwrap_or(1_000_000_000_000));
    cases.push(with(tree, row, json!(min), true));
    cases.push(with(tree, row, json!(max), true));
    cases.extend(row.min.map(|min| with(tree, row, json!(min - 1), false)));
    cases.extend(row.max.map(|max| with(tree, row, json!(max + 1), false)));
}

fn lengths(tree: &Tree, row: &Row, cases: &mut Vec<Case>) {
    if row.ty != "string" || !row.values.is_empty() {
        return;
    }
    if let Some(pattern) = &row.pattern {
        let (hit, miss) = pattern_texts(pattern);
        cases.push(with(tree, row, json!(hit), true));
        cases.push(with(tree, row, json!(miss), false));
    }
    let of = |length: usize| json!("a".repeat(length));
    let free = row.pattern.is_none();
    if row.min_length.is_some() || free {
        let least = row.min_length.unwrap_or(0);
        cases.push(with(tree, row, of(least), true));
        cases.extend(least.checked_sub(1).map(|length| with(tree, row, of(length), false)));
    }
    if row.max_length.is_some() || free {
        cases.push(with(tree, row, of(row.max_length.unwrap_or(5000)), true));
        cases.extend(row.max_length.map(|most| with(tree, row, of(most + 1), false)));
    }
}

fn exactly_one(tree: &Tree, row: &Row, cases: &mut Vec<Case>) {
    let names = &row.exactly_one;
    if row.ty != "object" {
        return;
    }
    let members: Vec<&Row> =
        tree.children(&row.path).filter(|child| names.contains(&key(&child.path).to_owned())).collect();
    assert_eq!(members.len(), names.len(), "{} chooses among fields without rows", row.path);
    let mut push = |chosen: &[&Row], accepted| {
        let mut document = tree.document(&row.path);
        let object = at(&mut document, &row.path).as_object_mut().expect("an object");
        object.retain(|name, _| !names.contains(name));
        for child in chosen {
            object.insert(key(&child.path).to_owned(), tree.value(child, &child.path));
        }
        let names: Vec<&str> = chosen.iter().map(|child| key(&child.path)).collect();
        cases.push(Case { row: row.path.clone(), what: format!("with {names:?}"), document, accepted });
    };
    if members.is_empty() {
        return;
    }
    push(&[], false);
    for (index, first) in members.iter().enumerate() {
        push(&[first], true);
        members[index + 1..].iter().for_each(|second| push(&[first, second], false));
    }
}

/// An object takes no field that has no row. What stands around `properties` is ARM's, and open.
fn closed(tree: &Tree, row: &Row, cases: &mut Vec<Case>) {
    if row.ty == "object" && row.path.starts_with(body(tree.target)) {
        cases.push(unknown(tree, &row.path, "noSuchField", json!("sample")));
    }
}

fn unknown(tree: &Tree, object: &str, name: &str, value: Value) -> Case {
    let mut document = tree.document(object);
    at(&mut document, object)[name] = value;
    Case { row: format!("{object}.{name}"), what: "of another version, or of none".into(), document, accepted: false }
}

fn foreign(tree: &Tree, strangers: &[Row], cases: &mut Vec<Case>) {
    let mut seen = BTreeSet::new();
    for stranger in strangers {
        let object = parent(&stranger.path);
        let is_object = tree.rows.get(object).is_some_and(|row| row.ty == "object");
        if !tree.has(&stranger.path) && is_object && seen.insert(stranger.path.clone()) {
            let value = match stranger.ty.as_str() {
                "object" => json!({}),
                "array" => json!([]),
                "integer" => json!(1),
                "boolean" => json!(true),
                _ => json!(text(stranger)),
            };
            cases.push(unknown(tree, object, key(&stranger.path), value));
        }
    }
}
