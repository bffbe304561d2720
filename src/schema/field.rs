//! What is known of one field, for `explain`, and the limits that only ARM enforces, for the rules.

use serde_json::Value;

use super::node::{ArmSet, Crd, Dialect, File, Node, Presence};
use super::{ArmVersion, Kind, SchemaError, Shape, Target, project};

/// Everything that is known of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDoc {
    /// The kind of resource.
    pub kind: Kind,
    /// The path below `spec`, `[]` for the items of an array.
    pub path: String,
    /// What the field is for, in one sentence.
    pub description: String,
    /// What each version and dialect that has the field says of it; Kubernetes first, then ARM from the oldest on.
    pub dialects: Vec<DialectFacts>,
    /// Other names that people write for it.
    pub former_names: Vec<FormerName>,
    /// Known wrong values.
    pub wrong_values: Vec<WrongValue>,
    /// Who says so, where the version does not.
    pub source: Option<String>,
}

/// What one version, or several that agree, say of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct DialectFacts {
    /// The versions, as people write them.
    pub versions: String,
    /// The JSON types that are taken.
    pub types: Vec<String>,
    /// Whether it has to be there as soon as what holds it is.
    pub required: bool,
    /// What applies when it is left out.
    pub default: Option<Value>,
    /// The values that are taken; empty for any.
    pub values: Vec<String>,
    /// Bounds, lengths and pattern.
    pub limits: Limits,
    /// Whether only the service writes it.
    pub read_only: bool,
}

/// Another name that people write for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerName {
    /// The name.
    pub name: String,
    /// The rule that reports it.
    pub rule: String,
    /// Where it comes from.
    pub note: String,
    /// Who says so, and when.
    pub source: String,
}

/// A value that people write and that no version takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongValue {
    /// The value.
    pub value: String,
    /// What is meant, where there is one answer.
    pub meant: Option<String>,
    /// Why it is wrong, or what the choices are.
    pub note: String,
}

/// What a number or a text has to keep to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// Least number.
    pub minimum: Option<i64>,
    /// Greatest number.
    pub maximum: Option<i64>,
    /// Least number of characters.
    pub min_length: Option<u64>,
    /// Greatest number of characters.
    pub max_length: Option<u64>,
    /// Pattern that has to be found in the text.
    pub pattern: Option<String>,
}

impl Limits {
    fn read<'a>(keyword: impl Fn(&str) -> Option<&'a Value>) -> Self {
        let number = |key| keyword(key).and_then(Value::as_i64);
        let length = |key| keyword(key).and_then(Value::as_u64);
        Self {
            minimum: number("minimum"),
            maximum: number("maximum"),
            min_length: length("minLength"),
            max_length: length("maxLength"),
            pattern: keyword("pattern").and_then(Value::as_str).map(str::to_owned),
        }
    }
}

/// Every field whose path is `query` or ends in it, over all kinds.
///
/// `[]`, a leading `spec.` or `properties.`, and a leading kind may be left out or written. Case matters unless nothing
/// is found; a former name is found as its field.
///
/// # Errors
/// Only faults of the build.
pub fn find(query: &str) -> Result<Vec<FieldDoc>, SchemaError> {
    let mut found = Vec::new();
    for exact in [true, false] {
        for kind in Kind::ALL {
            of_kind(kind, query, exact, &mut found)?;
        }
        if !found.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// What the newest ARM version that has the field holds it to; for lengths that no definition in Kubernetes checks.
///
/// The path is that of [`FieldDoc`], such as `operations[].name`; `/name` is the name of the resource. `None` where ARM
/// never had the field.
pub fn arm_limits(kind: Kind, path: &str) -> Option<Limits> {
    let limits = |node: Node<'_>, presence: Presence| {
        let version = presence.arm.iter().next_back()?;
        Some(Limits::read(|key| node.keyword(key, Dialect::Arm(version))))
    };
    let (file, path, above) = match path.strip_prefix('/') {
        Some(path) => (File::document().ok()?, path, "arm"),
        None => (File::of(kind).ok()?, path, ""),
    };
    let root = if above.is_empty() { file.root() } else { file.definition(above) }.ok()?;
    let mut found = None;
    visit(root, root.presence(Presence::above_root()).ok()?, "", &mut |here, node, presence| {
        if here == path {
            found = limits(node, presence);
        }
    })
    .ok()?;
    found
}

type Visitor<'v> = dyn FnMut(&str, Node<'_>, Presence) + 'v;

/// Calls `visitor` with every field below a node.
fn visit(node: Node<'_>, presence: Presence, path: &str, visitor: &mut Visitor<'_>) -> Result<(), SchemaError> {
    let dot = if path.is_empty() { "" } else { "." };
    for (name, child, presence) in node.children(presence)? {
        let path = format!("{path}{dot}{name}");
        visitor(&path, child, presence);
        visit(child, presence, &path, visitor)?;
    }
    if let Some(items) = node.items()? {
        let presence = items.presence(presence)?;
        let path = format!("{path}[]");
        visitor(&path, items, presence);
        visit(items, presence, &path, visitor)?;
    }
    Ok(())
}

fn of_kind(kind: Kind, query: &str, exact: bool, found: &mut Vec<FieldDoc>) -> Result<(), SchemaError> {
    let file = File::of(kind)?;
    let root = file.root()?;
    let Some(wanted) = Query::new(query, kind, exact) else {
        return Ok(());
    };
    let before = found.len();
    let mut presences = Vec::new();
    visit(root, root.presence(Presence::above_root())?, "", &mut |path, node, presence| {
        let former_names = former_names(node);
        if wanted.matches(path, &former_names) {
            presences.push(presence);
            found.push(FieldDoc {
                kind,
                path: path.to_owned(),
                description: text(node.get("description")),
                dialects: Vec::new(),
                former_names,
                wrong_values: wrong_values(node),
                source: node.get("x-source").and_then(Value::as_str).map(str::to_owned),
            });
        }
    })?;
    if presences.is_empty() {
        return Ok(());
    }
    let projections = Projections::of(kind)?;
    for (doc, presence) in found[before..].iter_mut().zip(presences) {
        doc.dialects = projections.facts(&doc.path, presence);
    }
    Ok(())
}

/// The segments to look for, from the last to the first.
struct Query<'q> {
    segments: Vec<&'q str>,
    exact: bool,
}

impl<'q> Query<'q> {
    /// `None` where the query names another kind, or nothing.
    fn new(text: &'q str, kind: Kind, exact: bool) -> Option<Self> {
        let mut segments: Vec<&str> = text.split('.').map(bare).collect();
        if segments.len() > 1 && Kind::parse(segments[0]).is_some() {
            let named = segments.remove(0);
            if named != kind.as_str() {
                return None;
            }
        }
        if segments.len() > 1 && matches!(segments[0], "spec" | "properties") {
            segments.remove(0);
        }
        segments.reverse();
        segments.iter().all(|segment| !segment.is_empty()).then_some(Self { segments, exact })
    }

    fn matches(&self, path: &str, former_names: &[FormerName]) -> bool {
        // The items of an array are found with the array.
        if path.ends_with("[]") {
            return false;
        }
        let same = |a: &str, b: &str| {
            if self.exact { a == b } else { a.eq_ignore_ascii_case(b) }
        };
        let mut path = path.rsplit('.').map(bare);
        self.segments.iter().enumerate().all(|(index, wanted)| {
            let Some(segment) = path.next() else {
                return false;
            };
            let was = || former_names.iter().any(|former| same(&former.name, wanted));
            same(segment, wanted) || (index == 0 && was())
        })
    }
}

fn bare(segment: &str) -> &str {
    segment.strip_suffix("[]").unwrap_or(segment)
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn former_names(node: Node<'_>) -> Vec<FormerName> {
    let names = node.get("x-was").and_then(Value::as_array).into_iter().flatten();
    let read = |entry: &Value| {
        let text = |key| text(entry.get(key));
        FormerName { name: text("name"), rule: text("rule"), note: text("note"), source: text("source") }
    };
    names.map(read).collect()
}

fn wrong_values(node: Node<'_>) -> Vec<WrongValue> {
    let values = node.get("x-advice").and_then(Value::as_object).into_iter().flatten();
    let read = |(value, advice): (&String, &Value)| WrongValue {
        value: value.clone(),
        meant: advice.get("value").and_then(Value::as_str).map(str::to_owned),
        note: text(advice.get("note")),
    };
    values.map(read).collect()
}

/// A kind in all its versions and dialects; a version that lacks the kind has no schema.
struct Projections {
    kubernetes: Vec<(Shape, Option<Value>)>,
    arm: Vec<(ArmVersion, Option<Value>)>,
}

impl Projections {
    fn of(kind: Kind) -> Result<Self, SchemaError> {
        let schema = |target| match project(kind, target) {
            Ok(schema) => Ok(Some(schema)),
            Err(SchemaError::NotInVersion { .. }) => Ok(None),
            Err(error) => Err(error),
        };
        let shapes = [Shape::V1, Shape::V1Beta1, Shape::V1Beta1Auth];
        let kubernetes = shapes.into_iter().map(|shape| Ok((shape, schema(Target::kubernetes(shape))?)));
        let arm = ArmVersion::ALL.into_iter().map(|version| Ok((version, schema(Target::Arm(version))?)));
        Ok(Self { kubernetes: kubernetes.collect::<Result<_, _>>()?, arm: arm.collect::<Result<_, _>>()? })
    }

    fn facts(&self, path: &str, presence: Presence) -> Vec<DialectFacts> {
        let mut all = Vec::new();
        for (shape, schema) in &self.kubernetes {
            let label = kubernetes_label(*shape, presence);
            all.extend(schema.as_ref().and_then(|schema| facts(&schema["properties"]["spec"], path, label)));
        }
        let mut ranges: Vec<(ArmVersion, ArmVersion, DialectFacts)> = Vec::new();
        for (version, schema) in &self.arm {
            let spec = schema.as_ref().map(|schema| &schema["properties"]["properties"]);
            let Some(facts) = spec.and_then(|spec| facts(spec, path, String::new())) else {
                continue;
            };
            match ranges.last_mut() {
                Some((_, last, same)) if *last as u16 + 1 == *version as u16 && *same == facts => *last = *version,
                _ => ranges.push((*version, *version, facts)),
            }
        }
        all.extend(ranges.into_iter().map(|(first, last, mut facts)| {
            facts.versions = format!("ARM {}", ArmSet::between(first, last).ranges().join(", "));
            facts
        }));
        all
    }
}

/// A field that a definition has is in every release; a later one came with the release of an ARM version.
fn kubernetes_label(shape: Shape, presence: Presence) -> String {
    let name = match shape {
        Shape::V1 => "Kubernetes v1",
        Shape::V1Beta1 => "Kubernetes v1beta1",
        Shape::V1Beta1Auth => "Kubernetes v1beta1 of release 0.6",
    };
    let since_1_0 = ArmSet::between(ArmVersion::V20241101, ArmVersion::NEWEST);
    match presence.arm.and(since_1_0).iter().next() {
        Some(first) if shape == Shape::V1 && !presence.crds.has(Crd::V1) => {
            format!("{name}, since the release of {first}")
        }
        _ => name.to_owned(),
    }
}

fn facts(spec: &Value, path: &str, versions: String) -> Option<DialectFacts> {
    let (mut holder, mut node) = (spec, spec);
    let mut name = "";
    for segment in path.split('.') {
        name = bare(segment);
        holder = node;
        node = node.get("properties")?.get(name)?;
        if segment.ends_with("[]") {
            node = node.get("items")?;
        }
    }
    let strings = |value: Option<&Value>| match value {
        Some(Value::Array(entries)) => entries.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    };
    Some(DialectFacts {
        versions,
        types: strings(node.get("type")),
        required: strings(holder.get("required")).iter().any(|required| required == name),
        default: node.get("default").cloned(),
        values: strings(node.get("enum")),
        limits: Limits::read(|key| node.get(key)),
        read_only: node.get("readOnly") == Some(&Value::Bool(true)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(query: &str) -> Vec<String> {
        find(query).expect("fields").into_iter().map(|doc| doc.path).collect()
    }

    #[test]
    fn a_suffix_finds_every_field_that_ends_in_it() {
        assert_eq!(paths("mqttSettings.qos"), ["mqttSettings.qos"]);
        assert_eq!(paths("DataflowEndpoint.spec.mqttSettings.qos"), ["mqttSettings.qos"]);
        assert_eq!(paths("Dataflow.mqttSettings.qos"), Vec::<String>::new());
        assert_eq!(paths("sourceSettings.dataSources[]").len(), 2, "dataflow and graph");
        assert_eq!(paths("operations.name"), ["operations[].name"]);
        assert_eq!(paths("MQTTSETTINGS.QOS"), ["mqttSettings.qos"]);
        assert_eq!(paths("ettings.qos"), Vec::<String>::new());
        assert_eq!(paths(""), Vec::<String>::new());
    }

    #[test]
    fn a_former_name_finds_its_field() {
        assert_eq!(paths("maxInstances"), ["instanceCount"]);
        assert!(
            paths("trustedCaCertificateConfigMap")
                .contains(&"mqttSettings.tls.trustedCaCertificateConfigMapRef".into())
        );
    }

    #[test]
    fn versions_that_agree_are_told_together() {
        let doc = find("mqttSettings.qos").expect("fields").remove(0);
        let told: Vec<(&str, Option<i64>)> =
            doc.dialects.iter().map(|facts| (facts.versions.as_str(), facts.limits.maximum)).collect();
        let expected = [
            ("Kubernetes v1", Some(2)),
            ("Kubernetes v1beta1", Some(2)),
            ("Kubernetes v1beta1 of release 0.6", Some(2)),
            ("ARM 2024-07-01-preview", Some(2)),
            ("ARM 2024-08-15-preview..", Some(1)),
        ];
        assert_eq!(told, expected);
        assert!(doc.dialects.iter().all(|facts| facts.default == Some(json!(1)) && !facts.required));
    }

    #[test]
    fn a_later_field_says_since_when() {
        let doc = find("DataflowEndpoint.hostType").expect("fields").remove(0);
        assert_eq!(doc.dialects[0].versions, "Kubernetes v1, since the release of 2025-07-01-preview");
    }

    #[test]
    fn wrong_values_say_what_is_meant() {
        let doc = find("kafkaAcks").expect("fields").remove(0);
        let none = doc.wrong_values.iter().find(|wrong| wrong.value == "None").expect("a known wrong value");
        assert_eq!(none.meant.as_deref(), Some("Zero"));
        assert!(doc.dialects.iter().all(|facts| !facts.values.contains(&none.value)));
    }

    #[test]
    fn arm_holds_to_lengths_that_kubernetes_does_not() {
        let limits = arm_limits(Kind::Dataflow, "operations[].name").expect("limits");
        assert_eq!(limits.max_length, Some(64));
        let name = arm_limits(Kind::DataflowProfile, "/name").expect("limits");
        assert_eq!((name.min_length, name.max_length), (Some(3), Some(63)));
        assert_eq!(arm_limits(Kind::Dataflow, "operations[].nothing"), None);
    }
}
