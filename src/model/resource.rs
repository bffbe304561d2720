//! One resource of a document: its kind, its identity, and typed ways to its fields.

use super::val::Val;
use crate::diag::{FileId, Span};
use crate::schema::{Kind, Shape};
use crate::yaml::{Document, Node};

/// The API group of data flow resources.
pub const GROUP: &str = "connectivity.iotoperations.azure.com";

/// What a document is, as far as Flowgate cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceKind {
    /// A kind with a schema.
    Flow(Kind),
    /// A kind of the API group that is known and not checked (`RegistryEndpoint`).
    KnownUnchecked,
    /// A kind of the API group that does not exist.
    Unknown,
    /// A core `Secret`.
    Secret,
    /// A core `ConfigMap`.
    ConfigMap,
    /// Something that brings a Secret into the cluster: `SecretSync`, `SecretProviderClass`, `ExternalSecret`,
    /// `SealedSecret`, `Certificate`.
    SecretProvider,
    /// Anything else: not Flowgate's business.
    Other,
    /// Part of a resource, pasted without `kind`; the kind it belongs to.
    Fragment(Kind),
}

/// Kinds of the API group that have no schema here (reference: release history of the custom resources).
pub const UNCHECKED_KINDS: [&str; 1] = ["RegistryEndpoint"];
/// Kinds that bring a Secret into the cluster.
const PROVIDER_KINDS: [&str; 5] =
    ["SecretSync", "SecretProviderClass", "ExternalSecret", "SealedSecret", "Certificate"];
/// Members that only occur at the top of a pasted fragment of an endpoint.
const ENDPOINT_BLOCKS: [&str; 8] = [
    "mqttSettings",
    "kafkaSettings",
    "dataExplorerSettings",
    "dataLakeStorageSettings",
    "datalakeStorageSettings",
    "fabricOneLakeSettings",
    "localStorageSettings",
    "openTelemetrySettings",
];

/// One resource while its document is in hand.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    /// The file it stands in.
    pub file: FileId,
    /// The text of that file, for making edits.
    pub text: &'a str,
    /// The document around it: comments, ambiguous scalars.
    pub document: &'a Document<'a>,
    /// The mapping with `apiVersion` and `kind`.
    pub node: &'a Node<'a>,
    /// What it is.
    pub kind: ResourceKind,
}

impl<'a> Resource<'a> {
    /// The resources of a document: one, or the items of a `List` or `DataflowList`.
    pub fn all(file: FileId, text: &'a str, document: &'a Document<'a>) -> Vec<Self> {
        let root = &document.root;
        let is_list = root.get("kind").and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List"));
        let nodes: Vec<&'a Node<'a>> = match root.get("items").filter(|_| is_list) {
            Some(items) => items.items().iter().collect(),
            None if !root.items().is_empty() => root.items().iter().filter(|item| item.get("kind").is_some()).collect(),
            None => vec![root],
        };
        nodes.into_iter().map(|node| Self { file, text, document, node, kind: kind_of(node) }).collect()
    }

    /// The whole resource.
    pub fn root(&self) -> Val<'a> {
        Val::root(self.node)
    }

    /// `spec`.
    pub fn spec(&self) -> Val<'a> {
        self.root().get("spec")
    }

    /// `metadata.name`.
    pub fn name(&self) -> Val<'a> {
        self.root().get("metadata").get("name")
    }

    /// `metadata.namespace`.
    pub fn namespace(&self) -> Val<'a> {
        self.root().get("metadata").get("namespace")
    }

    /// The kind with a schema, if it has one.
    pub const fn flow_kind(&self) -> Option<Kind> {
        match self.kind {
            ResourceKind::Flow(kind) => Some(kind),
            _ => None,
        }
    }

    /// The shape that its schema takes: by `apiVersion`, and `v1beta1` by content, because two shapes share that name.
    pub fn shape(&self) -> Shape {
        let version = self.root().get("apiVersion");
        let old = version.raw_str().is_some_and(|text| text.ends_with("/v1beta1"));
        if !old {
            return Shape::V1;
        }
        let first_preview =
            self.flow_kind() == Some(Kind::DataflowEndpoint) && self.spec().get("authentication").is_present();
        if first_preview { Shape::V1Beta1Auth } else { Shape::V1Beta1 }
    }

    /// Where the values of a Secret stand.
    pub fn secret_spans(&self) -> Vec<Span> {
        let values = ["data", "stringData"].into_iter().flat_map(|block| self.root().get(block).members());
        let copies = self.root().get("metadata").get("annotations").members();
        let copies = copies.filter(|(name, _)| name.ends_with("last-applied-configuration"));
        values
            .chain(copies)
            .filter_map(|(_, value)| value.node())
            // That nothing is written is no secret, and often the mistake.
            .filter(|node| node.as_str() != Some(""))
            .map(|node| node.span)
            .filter(|span| !span.is_empty())
            .collect()
    }

    /// The value of `kind`, for counting what was skipped.
    pub fn kind_name(&self) -> &'a str {
        self.node.get("kind").and_then(Node::as_str).unwrap_or("no kind")
    }

    /// The dotted path of what stands at `span` in this resource.
    pub fn path_of(&self, span: Span) -> String {
        self.node.path_of(span).unwrap_or_default()
    }
}

fn kind_of(node: &Node<'_>) -> ResourceKind {
    let text = |key| node.get(key).and_then(Node::as_str);
    let group = text("apiVersion").map(|version| version.split_once('/').map_or("", |(group, _)| group));
    match (text("kind"), group) {
        (Some(kind), Some(group)) if is_our_group(group) => match Kind::parse(kind) {
            Some(kind) => ResourceKind::Flow(kind),
            None if UNCHECKED_KINDS.contains(&kind) => ResourceKind::KnownUnchecked,
            None => ResourceKind::Unknown,
        },
        (Some("Secret"), Some("") | None) => ResourceKind::Secret,
        (Some("ConfigMap"), Some("") | None) => ResourceKind::ConfigMap,
        (Some(kind), _) if PROVIDER_KINDS.contains(&kind) => ResourceKind::SecretProvider,
        // Our kind without a version, or with one whose group is misspelt: the version rule says so.
        (Some(kind), group) if group.is_none_or(|group| group.is_empty() || is_near_our_group(group)) => {
            Kind::parse(kind).map_or(ResourceKind::Other, ResourceKind::Flow)
        }
        (Some(_), _) => ResourceKind::Other,
        (None, group) => {
            let ours = group.is_some_and(is_our_group);
            let unknown = if ours { ResourceKind::Unknown } else { ResourceKind::Other };
            fragment_of(node).map_or(unknown, ResourceKind::Fragment)
        }
    }
}

/// Whether `group` is that of data flow resources.
pub fn is_our_group(group: &str) -> bool {
    group == GROUP
}

/// Whether `group` is meant to be that of data flow resources: a slip in it, another group of the product, or ARM's.
fn is_near_our_group(group: &str) -> bool {
    let group = group.to_ascii_lowercase();
    group.contains("iotoperations") || strsim::damerau_levenshtein(&group, GROUP) <= GROUP_SLIPS
}

/// Slips up to which a group is still taken for ours.
const GROUP_SLIPS: usize = 4;

fn fragment_of(node: &Node<'_>) -> Option<Kind> {
    let body = node.get("spec").unwrap_or(node);
    let has = |key: &str| body.get(key).is_some();
    if ENDPOINT_BLOCKS.iter().any(|block| has(block)) || has("endpointType") {
        return Some(Kind::DataflowEndpoint);
    }
    let methods = body.get("authentication").and_then(|block| block.get("method")).and_then(Node::as_str);
    if methods.is_some_and(|method| AUTHENTICATION_METHODS.iter().any(|known| known.eq_ignore_ascii_case(method))) {
        return Some(Kind::DataflowEndpoint);
    }
    let operations = body.get("operations").map(Node::items).unwrap_or_default();
    operations.iter().any(|operation| operation.get("operationType").is_some()).then_some(Kind::Dataflow)
}

/// Authentication methods of all shapes, for recognising a pasted `authentication:` block.
const AUTHENTICATION_METHODS: [&str; 8] = [
    "SystemAssignedManagedIdentity",
    "UserAssignedManagedIdentity",
    "ServiceAccountToken",
    "X509Certificate",
    "X509Credentials",
    "Sasl",
    "AccessToken",
    "Anonymous",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Stream;

    fn kinds(text: &str) -> Vec<ResourceKind> {
        let documents: Vec<_> = Stream::new(text, FileId(0)).filter_map(|parsed| parsed.document).collect();
        let all = documents.iter().flat_map(|document| Resource::all(FileId(0), text, document));
        all.map(|resource| resource.kind).collect()
    }

    #[test]
    fn a_slip_in_the_group_keeps_the_kind() {
        let flow = vec![ResourceKind::Flow(Kind::Dataflow)];
        for version in [
            "connectivity.iotoperations.azure.com/v1",
            "connectivity.iotoperation.azure.com/v1",
            "Connectivity.IoTOperations.azure.com/v1",
            "mq.iotoperations.azure.com/v1beta1",
            "Microsoft.IoTOperations/instances@2024-11-01",
            "2024-11-01",
            "v1",
        ] {
            assert_eq!(kinds(&format!("apiVersion: {version}\nkind: Dataflow\n")), flow, "{version}");
        }
        assert_eq!(kinds("apiVersion: pipelines.example.com/v1\nkind: Dataflow\n"), [ResourceKind::Other]);
    }

    #[test]
    fn a_missing_kind_is_told_by_group_and_content() {
        let ours = format!("apiVersion: {GROUP}/v1\nspec:\n  ");
        assert_eq!(kinds(&format!("{ours}instanceCount: 1\n")), [ResourceKind::Unknown]);
        let fragment = ResourceKind::Fragment(Kind::DataflowEndpoint);
        assert_eq!(kinds(&format!("{ours}endpointType: Mqtt\n")), [fragment]);
        assert_eq!(kinds("apiVersion: v1\nspec: {}\n"), [ResourceKind::Other]);
    }

    #[test]
    fn lists_are_taken_apart() {
        for kind in ["List", "DataflowProfileList"] {
            let text = format!("kind: {kind}\nitems:\n  - {{apiVersion: {GROUP}/v1, kind: DataflowProfile}}\n");
            assert_eq!(kinds(&text), [ResourceKind::Flow(Kind::DataflowProfile)], "{kind}");
        }
    }
}
