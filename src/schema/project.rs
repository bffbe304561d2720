//! Projects an annotated schema to one version and dialect: a standard JSON Schema of the whole document.

use serde_json::{Map, Value, json};

use super::node::{ArmSet, Crd, CrdSet, Dialect, File, Node, Presence};
use super::{ArmVersion, Kind, SchemaError, Shape, Target};

/// Keywords that the projection makes itself, or that have no meaning behind it.
const MADE: [&str; 12] = [
    "$ref",
    "$defs",
    "$schema",
    "properties",
    "items",
    "required",
    "enum",
    "type",
    "pattern",
    "x-cases",
    "x-arm",
    "x-crd",
];
/// Annotations that are spent in the projection, or that it narrows.
const SPENT: [&str; 5] = ["x-lower", "x-nullable", "x-exactly-one", "x-gone", "x-advice"];

/// The JSON Schema of a whole document of one kind, in one version and dialect.
///
/// Objects inside `spec` take no other fields. The annotations `x-was`, `x-gone`, `x-advice`, `x-source` and
/// `x-elsewhere` stay in (see `schemas/README.md`); [`strip_annotations`] takes them out. A field that may be null in
/// Kubernetes has `null` among its types, and among its values if those are listed.
///
/// # Errors
/// [`SchemaError::NotInVersion`] where the version lacks the kind; the others are faults of the build.
pub fn project(kind: Kind, target: Target) -> Result<Value, SchemaError> {
    let file = File::of(kind)?;
    let root = file.root()?;
    let presence = root.presence(Presence::above_root())?;
    let window = Window::of(kind, target);
    if !window.sees(root, presence) {
        return Err(SchemaError::NotInVersion { kind: kind.as_str(), target: target.to_string() });
    }
    let spec = window.node(root, presence, &[])?;
    let document = File::document()?;
    let (definition, body) = match target {
        Target::Kubernetes { .. } => ("kubernetes", "spec"),
        Target::Arm(_) => ("arm", "properties"),
    };
    let around = document.definition(definition)?;
    let mut projected = window.node(around, around.presence(Presence::above_root())?, &[])?;
    if let Target::Kubernetes { shape, .. } = target {
        projected["properties"]["apiVersion"]["enum"] = json!([shape.api_version()]);
        projected["properties"]["kind"]["enum"] = json!([kind.as_str()]);
    }
    projected["properties"][body] = spec;
    if let Some(map) = projected.as_object_mut() {
        map.shift_insert(0, "$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    }
    Ok(projected)
}

/// Takes every annotation of ours out of a projected schema.
pub fn strip_annotations(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.retain(|key, _| !key.starts_with("x-"));
            map.values_mut().for_each(strip_annotations);
        }
        Value::Array(entries) => entries.iter_mut().for_each(strip_annotations),
        _ => {}
    }
}

/// Known wrong values, without those that are taken here, and without those whose right value is not.
fn advice(node: Node<'_>, values: &[Value], out: &mut Map<String, Value>) {
    let Some(advice) = node.get("x-advice").and_then(Value::as_object) else {
        return;
    };
    let mut advice = advice.clone();
    let taken = |value: &str| values.iter().any(|taken| taken == value);
    advice.retain(|wrong, right| !taken(wrong) && right["value"].as_str().is_none_or(taken));
    if !advice.is_empty() {
        out.insert("x-advice".into(), Value::Object(advice));
    }
}

/// When a field is required.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// When the first to speak says so: the custom resource definition, or else the newest ARM version.
    FirstWord,
    /// When the custom resource definition and the oldest ARM version agree; where the definition was never seen.
    Agreement,
}

/// Which parts of an annotated file a target sees.
struct Window {
    /// Definitions that make a field exist.
    crds: CrdSet,
    /// The definition whose keywords are read.
    view: Crd,
    /// ARM versions that make a field exist.
    arm: ArmSet,
    strictness: Strictness,
    kubernetes: bool,
}

impl Window {
    fn of(kind: Kind, target: Target) -> Self {
        let since = |first, release| ArmSet::between(first, release);
        let (crds, view, arm, strictness): (&[Crd], _, _, _) = match target {
            Target::Arm(version) => (&[], Crd::V1, since(version, version), Strictness::FirstWord),
            Target::Kubernetes { shape: Shape::V1, release } => {
                (&[Crd::V1], Crd::V1, since(ArmVersion::V20241101, release), Strictness::FirstWord)
            }
            // The only definition of that release that was seen is the endpoint's.
            Target::Kubernetes { shape: Shape::V1Beta1Auth, .. } if kind == Kind::DataflowEndpoint => {
                (&[Crd::July2024], Crd::July2024, ArmSet::default(), Strictness::FirstWord)
            }
            Target::Kubernetes { shape: Shape::V1Beta1Auth, .. } if kind != Kind::DataflowGraph => {
                let first = ArmVersion::Preview20240701;
                (&[Crd::July2024, Crd::V1], Crd::V1, since(first, first), Strictness::Agreement)
            }
            Target::Kubernetes { release, .. } => {
                let arm = since(ArmVersion::Preview20240815, release);
                (&[Crd::V1Beta1, Crd::V1], Crd::V1, arm, Strictness::Agreement)
            }
        };
        let kubernetes = matches!(target, Target::Kubernetes { .. });
        Self { crds: CrdSet::of(crds), view, arm, strictness, kubernetes }
    }

    fn sees(&self, node: Node<'_>, presence: Presence) -> bool {
        let written_by_service = self.kubernetes && node.read_only();
        !written_by_service && (self.in_crd(presence) || !presence.arm.and(self.arm).is_empty())
    }

    fn in_crd(&self, presence: Presence) -> bool {
        presence.crds.meets(self.crds)
    }

    /// In whose words the keywords of a node are read.
    fn dialect(&self, presence: Presence) -> Dialect {
        if self.in_crd(presence) {
            return Dialect::Crd(self.view);
        }
        let newest = presence.arm.and(self.arm).iter().next_back();
        Dialect::Arm(newest.unwrap_or(ArmVersion::NEWEST))
    }

    fn node(&self, node: Node<'_>, presence: Presence, siblings: &[&str]) -> Result<Value, SchemaError> {
        let dialect = self.dialect(presence);
        let mut out = Map::new();
        for key in node.keywords() {
            if key == "x-was" {
                self.former_names(node, siblings, &mut out);
            } else if !MADE.contains(&key)
                && !SPENT.contains(&key)
                && let Some(value) = node.keyword(key, dialect)
            {
                out.insert(key.to_owned(), value.clone());
            }
        }
        let nullable = node.nullable() && self.in_crd(presence);
        if let Some(name) = node.keyword("type", dialect) {
            out.insert("type".into(), if nullable { json!([name, "null"]) } else { name.clone() });
        }
        if let Some(values) = self.values(node, presence, nullable) {
            advice(node, &values, &mut out);
            out.insert("enum".into(), Value::Array(values));
        }
        if let Some(pattern) = node.keyword("pattern", dialect)
            && presence.arm.and(self.arm).iter().all(|v| node.keyword("pattern", Dialect::Arm(v)).is_some())
        {
            out.insert("pattern".into(), pattern.clone());
        }
        if node.get("properties").is_some() {
            self.object(node, presence, &mut out)?;
        }
        if let Some(items) = node.items()? {
            out.insert("items".into(), self.node(items, items.presence(presence)?, &[])?);
        }
        Ok(Value::Object(out))
    }

    /// Former names, without those that are fields of their own here.
    fn former_names(&self, node: Node<'_>, siblings: &[&str], out: &mut Map<String, Value>) {
        let names = node.get("x-was").and_then(Value::as_array).into_iter().flatten();
        let gone = |was: &&Value| was["name"].as_str().is_some_and(|name| !siblings.contains(&name));
        let names: Vec<Value> = names.filter(gone).cloned().collect();
        if !names.is_empty() {
            out.insert("x-was".into(), Value::Array(names));
        }
    }

    /// The values that any part of the window lists; none where the first to speak takes any value.
    fn values(&self, node: Node<'_>, presence: Presence, nullable: bool) -> Option<Vec<Value>> {
        let mut values = node.values(self.dialect(presence))?;
        for version in presence.arm.and(self.arm).iter() {
            for value in node.values(Dialect::Arm(version)).unwrap_or_default() {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        if nullable {
            values.push(Value::Null);
        }
        Some(values)
    }

    fn object(&self, node: Node<'_>, presence: Presence, out: &mut Map<String, Value>) -> Result<(), SchemaError> {
        let (seen, unseen): (Vec<_>, Vec<_>) =
            node.children(presence)?.into_iter().partition(|(_, child, presence)| self.sees(*child, *presence));
        let names: Vec<&str> = seen.iter().map(|(name, ..)| *name).collect();
        let is_required = |(name, _, child): &&(&str, Node<'_>, Presence)| self.requires(node, name, *child);
        let required: Vec<&str> = seen.iter().filter(is_required).map(|(name, ..)| *name).collect();
        if !required.is_empty() {
            out.insert("required".into(), json!(required));
        }
        if !out.contains_key("additionalProperties") {
            out.insert("additionalProperties".into(), json!(false));
        }
        if let Some(choices) = self.exactly_one(node, presence, &names) {
            out.insert("oneOf".into(), choices);
        }
        if let Some(gone) = node.get("x-gone").and_then(Value::as_object) {
            let mut gone = gone.clone();
            gone.retain(|name, _| !names.contains(&name.as_str()));
            if !gone.is_empty() {
                out.insert("x-gone".into(), Value::Object(gone));
            }
        }
        if !unseen.is_empty() {
            let elsewhere = unseen.iter().map(|(name, _, presence)| {
                let versions = json!({ "x-arm": presence.arm.ranges(), "x-crd": presence.crds.names() });
                ((*name).to_owned(), versions)
            });
            out.insert("x-elsewhere".into(), Value::Object(elsewhere.collect()));
        }
        let mut properties = Map::new();
        for (name, child, presence) in &seen {
            properties.insert((*name).to_owned(), self.node(*child, *presence, &names)?);
        }
        out.insert("properties".into(), Value::Object(properties));
        Ok(())
    }

    fn requires(&self, object: Node<'_>, name: &str, child: Presence) -> bool {
        let in_crd = self.in_crd(child);
        let mut arm = child.arm.and(self.arm).iter();
        let crd_says = || object.lists("required", Dialect::Crd(self.view), name);
        let arm_says = |version| object.lists("required", Dialect::Arm(version), name);
        match self.strictness {
            Strictness::FirstWord if in_crd => crd_says(),
            Strictness::FirstWord => arm.next_back().is_some_and(arm_says),
            Strictness::Agreement => (!in_crd || crd_says()) && arm.next().is_none_or(arm_says),
        }
    }

    /// `oneOf` where the definition wants exactly one of several fields; never where the definition was not seen.
    fn exactly_one(&self, node: Node<'_>, presence: Presence, names: &[&str]) -> Option<Value> {
        let choice = node.get("x-exactly-one")?;
        let asked = choice["crd"].as_array()?.iter().any(|crd| crd == self.view.as_str());
        if !asked || !self.in_crd(presence) || self.strictness == Strictness::Agreement {
            return None;
        }
        let seen = choice["names"].as_array()?.iter().filter_map(Value::as_str).filter(|name| names.contains(name));
        Some(seen.map(|name| json!({ "required": [name] })).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(kind: Kind, shape: Shape) -> Value {
        project(kind, Target::kubernetes(shape)).expect("a schema")["properties"]["spec"].take()
    }

    fn accepts(kind: Kind, shape: Shape, spec: Value) -> bool {
        let schema = project(kind, Target::kubernetes(shape)).expect("a schema");
        let document = json!({
            "apiVersion": shape.api_version(), "kind": kind.as_str(), "metadata": { "name": "sample" }, "spec": spec
        });
        jsonschema::draft202012::new(&schema).expect("a valid schema").is_valid(&document)
    }

    #[test]
    fn the_later_v1beta1_takes_what_any_of_its_releases_took() {
        let endpoint = |spec| accepts(Kind::DataflowEndpoint, Shape::V1Beta1, spec);
        let store = json!({ "authentication": { "method": "AccessToken", "accessTokenSettings": { "secretRef": "sas" } },
            "host": "plant.blob.core.windows.net" });
        assert!(endpoint(json!({ "endpointType": "DataLakeStorage", "dataLakeStorageSettings": store })));
        assert!(endpoint(json!({ "endpointType": "DataLakeStorage", "datalakeStorageSettings": store })));
        let anonymous = json!({ "method": "Anonymous", "anonymousSettings": {} });
        assert!(endpoint(json!({ "endpointType": "Kafka", "kafkaSettings": { "authentication": anonymous } })));
        assert!(endpoint(
            json!({ "endpointType": "Mqtt", "mqttSettings": { "authentication": { "method": "Anonymous" } } })
        ));
        let telemetry = json!({ "authentication": anonymous, "host": "collector:4317" });
        assert!(endpoint(json!({ "endpointType": "OpenTelemetry", "openTelemetrySettings": telemetry })));
        assert!(!endpoint(json!({ "endpointType": "Mqtt", "authentication": anonymous, "mqttSettings": {} })));
    }

    #[test]
    fn the_first_v1beta1_takes_dataflows_and_profiles_of_either_dialect() {
        let export = json!({ "otlpGrpcEndpoint": "collector:4317" });
        let logs = |name: &str| json!({ "diagnostics": { "logs": { name: export } } });
        assert!(accepts(Kind::DataflowProfile, Shape::V1Beta1Auth, logs("openTelemetryExportConfig")));
        assert!(accepts(Kind::DataflowProfile, Shape::V1Beta1Auth, logs("opentelemetryExportConfig")));
        assert!(!accepts(Kind::DataflowProfile, Shape::V1, logs("openTelemetryExportConfig")));
        let operations =
            json!([{ "operationType": "source", "sourceSettings": { "endpointRef": "mq", "dataSources": [] } }]);
        assert!(accepts(Kind::Dataflow, Shape::V1Beta1Auth, json!({ "operations": operations })));
    }

    #[test]
    fn what_the_api_server_adds_is_accepted() {
        let schema = project(Kind::DataflowProfile, Target::kubernetes(Shape::V1)).expect("a schema");
        let document = json!({
            "apiVersion": "connectivity.iotoperations.azure.com/v1", "kind": "DataflowProfile",
            "metadata": { "name": "default", "uid": "7d1f", "generation": 3, "creationTimestamp": null, "managedFields": [{}],
                "annotations": { "kubectl.kubernetes.io/last-applied-configuration": "{}" } },
            "spec": {}, "status": { "provisioningStatus": { "status": "Succeeded" } }
        });
        let validator = jsonschema::draft202012::new(&schema).expect("a valid schema");
        assert!(validator.is_valid(&document));
        let mut misspelt = document.clone();
        misspelt["metadata"]["lables"] = json!({});
        assert!(!validator.is_valid(&misspelt));
    }

    #[test]
    fn a_field_of_another_version_is_named() {
        let spec = spec(Kind::DataflowEndpoint, Shape::V1);
        assert_eq!(spec["x-elsewhere"]["authentication"]["x-arm"], json!(["2024-07-01-preview"]));
        assert!(spec["x-gone"].get("authentication").is_some());
        let first = self::spec(Kind::DataflowEndpoint, Shape::V1Beta1Auth);
        assert!(first["x-gone"].get("authentication").is_none(), "it is a field there");
        let both = self::spec(Kind::DataflowEndpoint, Shape::V1Beta1);
        assert!(both["properties"]["dataLakeStorageSettings"].get("x-was").is_none(), "both are fields there");
    }

    #[test]
    fn advice_never_leads_to_a_value_that_is_refused() {
        let spec = spec(Kind::DataflowEndpoint, Shape::V1);
        let method = |block: &str| &spec["properties"][block]["properties"]["authentication"]["properties"]["method"];
        let advice = method("kafkaSettings")["x-advice"].as_object().expect("advice");
        assert_eq!(advice["X509Credentials"]["value"], "X509Certificate");
        let advice = method("dataExplorerSettings")["x-advice"].as_object().expect("advice");
        assert!(!advice.contains_key("X509Credentials"), "no certificates there");
        assert!(advice.contains_key("ManagedIdentity"));
    }

    #[test]
    fn a_stripped_projection_is_plain_json_schema() {
        for kind in Kind::ALL {
            let mut schema = project(kind, Target::kubernetes(Shape::V1)).expect("a schema");
            assert!(schema.to_string().contains("\"x-"));
            strip_annotations(&mut schema);
            let text = schema.to_string();
            assert!(!text.contains("\"x-") && !text.contains("$ref"), "{kind}");
            assert!(jsonschema::meta::is_valid(&schema));
        }
    }

    #[test]
    fn a_kind_does_not_exist_before_its_first_version() {
        let early = Target::Kubernetes { shape: Shape::V1, release: ArmVersion::V20250401 };
        assert!(matches!(project(Kind::DataflowGraph, early), Err(SchemaError::NotInVersion { .. })));
        assert!(project(Kind::DataflowGraph, Target::kubernetes(Shape::V1)).is_ok());
    }
}
