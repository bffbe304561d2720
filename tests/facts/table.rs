//! Reads the field tables. A path begins at the document: `spec.mode`, `properties.mode`, `extendedLocation.name`.

use flowgate::schema::{ArmVersion, Kind, Shape, Target};
use serde_json::Value;

const CRD_V1: &str = include_str!("../../testdata/facts/k8s-v1-fields.tsv");
const CRD_JULY_2024: &str = include_str!("../../testdata/facts/k8s-v1beta1-2024-07-fields.tsv");
const ARM: &str = include_str!("../../testdata/facts/arm-fields.tsv");

/// What one table says of one field.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The kind of resource.
    pub(crate) kind: Kind,
    /// The path from the document, `[]` for the items of an array.
    pub(crate) path: String,
    /// `object`, `array`, `string`, `integer` or `boolean`.
    pub(crate) ty: String,
    /// Whether the field has to be there; see `cases::DISCRIMINATED`.
    pub(crate) required: bool,
    /// What applies when the field is left out.
    pub(crate) default: Option<Value>,
    /// Least number.
    pub(crate) min: Option<i64>,
    /// Greatest number.
    pub(crate) max: Option<i64>,
    /// Least number of characters.
    pub(crate) min_length: Option<usize>,
    /// Greatest number of characters.
    pub(crate) max_length: Option<usize>,
    /// Pattern that has to be found in the text.
    pub(crate) pattern: Option<String>,
    /// The values that are taken; empty for any.
    pub(crate) values: Vec<String>,
    /// Whether `null` is taken.
    pub(crate) nullable: bool,
    /// Whether only the service writes it.
    pub(crate) read_only: bool,
    /// Fields of the object of which there has to be exactly one; empty for no such rule.
    pub(crate) exactly_one: Vec<String>,
}

/// The name of the object that the tables describe.
pub(crate) fn body(target: Target) -> &'static str {
    match target {
        Target::Kubernetes { .. } => "spec",
        Target::Arm(_) => "properties",
    }
}

/// The path of what holds the field.
pub(crate) fn parent(path: &str) -> &str {
    match path.strip_suffix("[]") {
        Some(array) => array,
        None => path.rsplit_once('.').map_or("", |(parent, _)| parent),
    }
}

/// The cells of a line, by the names of the columns.
struct Line<'a> {
    names: &'a [&'a str],
    cells: Vec<&'a str>,
}

impl Line<'_> {
    fn get(&self, name: &str) -> Option<String> {
        let index = self.names.iter().position(|column| *column == name)?;
        let cell = self.cells.get(index)?.trim();
        let quoted = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let text = quoted.map_or_else(|| cell.to_owned(), |text| text.replace("\"\"", "\""));
        (!text.is_empty()).then_some(text)
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).map(|text| text.parse().unwrap_or_else(|_| panic!("not a number: {text}")))
    }

    fn row(&self, body: &str) -> Option<Row> {
        let kind = Kind::parse(&self.get("resource")?)?;
        let path = match self.get("path")?.as_str() {
            "(spec)" => body.to_owned(),
            path => path.strip_prefix('/').map_or_else(|| format!("{body}.{path}"), str::to_owned),
        };
        let ty = self.get("type").expect("a type");
        let notes = self.get("notes").or_else(|| self.get("discriminator_note")).unwrap_or_default();
        let names = notes.split_once("exactly one of: ").map_or("", |(_, names)| names);
        let typed = |text: String| match ty.as_str() {
            "string" => Value::from(text),
            _ => serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path} {text}: {error}")),
        };
        Some(Row {
            kind,
            required: self.get("required").as_deref() == Some("yes"),
            default: self.get("default").map(typed),
            min: self.number("min"),
            max: self.number("max"),
            min_length: self.number("min_length"),
            max_length: self.number("max_length"),
            pattern: self.get("pattern"),
            values: self.get("enum").map_or_else(Vec::new, |text| text.split('|').map(str::to_owned).collect()),
            nullable: notes.split([',', ';', ' ']).any(|word| word == "nullable"),
            read_only: self.get("read_only").is_some(),
            exactly_one: names.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            path,
            ty,
        })
    }

    fn version(&self, name: &str) -> ArmVersion {
        let text = self.get(name).expect("a version");
        ArmVersion::parse(&text).unwrap_or_else(|| panic!("no version: {text}"))
    }
}

fn lines<'a>(text: &'a str, names: &'a [&'a str]) -> impl Iterator<Item = Line<'a>> {
    text.lines().skip(1).map(move |line| Line { names, cells: line.split('\t').collect() })
}

fn columns(text: &str) -> Vec<&str> {
    text.lines().next().expect("a head").split('\t').collect()
}

/// The rows of a custom resource definition; `spec` itself is only listed where there is more to say of it.
fn crd(text: &str) -> Vec<Row> {
    let names = columns(text);
    let mut rows: Vec<Row> = lines(text, &names).map(|line| line.row("spec").expect("a kind with a schema")).collect();
    for row in &mut rows {
        row.required |= row.path == "spec";
    }
    for kind in Kind::ALL {
        if rows.iter().any(|row| row.kind == kind) && !rows.iter().any(|row| row.kind == kind && row.path == "spec") {
            rows.push(spec(kind));
        }
    }
    rows
}

fn spec(kind: Kind) -> Row {
    Row {
        kind,
        path: "spec".into(),
        ty: "object".into(),
        required: true,
        default: None,
        min: None,
        max: None,
        min_length: None,
        max_length: None,
        pattern: None,
        values: Vec::new(),
        nullable: false,
        read_only: false,
        exactly_one: Vec::new(),
    }
}

/// The definitions of an early `v1`.
pub(crate) fn crd_v1() -> Vec<Row> {
    crd(CRD_V1)
}

/// The endpoint's definition of the first `v1beta1`.
pub(crate) fn crd_july_2024() -> Vec<Row> {
    crd(CRD_JULY_2024)
}

fn arm_as(version: ArmVersion, body: &str) -> Vec<Row> {
    let names = columns(ARM);
    let at = |line: &Line<'_>| (line.version("from_version")..=line.version("to_version")).contains(&version);
    // RegistryEndpoint is known and has no schema.
    lines(ARM, &names).filter(at).filter_map(|line| line.row(body)).collect()
}

/// The ARM types of one version.
pub(crate) fn arm(version: ArmVersion) -> Vec<Row> {
    arm_as(version, "properties")
}

/// `v1` as releases have made it: the definition, and the fields and values that ARM versions since 2024-11-01 have.
pub(crate) fn crd_v1_and_later() -> Vec<Row> {
    let mut rows = crd_v1();
    let known = rows.len();
    for version in ArmVersion::ALL.into_iter().rev().filter(|version| *version >= ArmVersion::V20241101) {
        // What the service writes stands in `status`, beside `spec`.
        let written = |row: &Row| row.path.starts_with("spec.") && !row.read_only;
        for later in arm_as(version, "spec").into_iter().filter(written) {
            let place = rows.iter().position(|row| row.kind == later.kind && row.path == later.path);
            match place {
                None => rows.push(later),
                Some(index) => widen(&mut rows[index], &later, index < known),
            }
        }
    }
    // The graph came without a definition; that it names its profile is known from the pages.
    let link = rows.iter().find(|row| row.kind == Kind::Dataflow && row.path == "spec.profileRef").cloned();
    rows.push(Row { kind: Kind::DataflowGraph, nullable: false, ..link.expect("a row") });
    rows.push(spec(Kind::DataflowGraph));
    for row in rows.iter_mut().filter(|row| row.kind == Kind::DataflowEndpoint && row.path == "spec") {
        // The definition is older than the seventh block; nothing says that the rule has gone.
        row.exactly_one.push("openTelemetrySettings".into());
    }
    rows
}

/// Adds the values of another version, and takes away a pattern that it has given up.
fn widen(row: &mut Row, other: &Row, in_crd: bool) {
    if !row.values.is_empty() {
        let more = other.values.iter().filter(|value| !row.values.contains(value)).cloned().collect::<Vec<_>>();
        row.values.extend(more);
    }
    if other.pattern.is_none() {
        row.pattern = None;
    }
    assert!(in_crd || row.ty == other.ty, "{} has two types", row.path);
}

/// Every row of every table, to find fields that a target must not know.
pub(crate) fn every_row(target: Target) -> Vec<Row> {
    let body = body(target);
    let mut rows: Vec<Row> = ArmVersion::ALL.into_iter().flat_map(|version| arm_as(version, body)).collect();
    let crds = crd_v1().into_iter().chain(crd_july_2024());
    rows.extend(crds.map(|row| Row { path: row.path.replacen("spec", body, 1), ..row }));
    rows.retain(|row| row.path.starts_with(&format!("{body}.")));
    assert!(matches!(target, Target::Arm(_) | Target::Kubernetes { shape: Shape::V1 | Shape::V1Beta1Auth, .. }));
    rows
}
