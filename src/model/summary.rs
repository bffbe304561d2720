//! What outlives a document: small, owned facts about each resource, with the place of each.

use super::endpoint::{Endpoint, EndpointType, FarEnd};
use super::flow::{Dataflow, OperationKind};
use super::resource::Resource;
use super::secret::{SecretEntry, secret_entries};
use super::val::Val;
use crate::diag::{FileId, Place, Span};
use crate::schema::Shape;

/// A value that is written in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<T> {
    /// What is written.
    pub value: T,
    /// Where.
    pub place: Place,
}

/// Text that is written in a file.
pub type Text = Written<Box<str>>;

/// A setting that is written, as far as it is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A string.
    Text(Box<str>),
    /// An integer.
    Int(i64),
    /// A template decides it, or it is neither of the above.
    Undecided,
}

/// Dotted paths in a settings block, and what is written there.
pub type WrittenSettings = Vec<(&'static str, Written<Scalar>)>;

/// The members of `mqttSettings` and `kafkaSettings` whose values outlive the document.
const KEPT_SETTINGS: [&str; 18] = [
    "tls.mode",
    "cloudEventAttributes",
    "clientIdPrefix",
    "qos",
    "retain",
    "protocol",
    "keepAliveSeconds",
    "sessionExpirySeconds",
    "maxInflightMessages",
    "kafkaAcks",
    "compression",
    "copyMqttProperties",
    "partitionStrategy",
    "batching.mode",
    "batching.latencyMs",
    "batching.maxBytes",
    "batching.maxMessages",
    "partitionKeyProperty",
];

/// The members of `authentication` whose values outlive the document: what a login needs besides the method.
const KEPT_AUTHENTICATION: [&str; 6] = [
    "serviceAccountTokenSettings.audience",
    "systemAssignedManagedIdentitySettings.audience",
    "userAssignedManagedIdentitySettings.clientId",
    "userAssignedManagedIdentitySettings.tenantId",
    "userAssignedManagedIdentitySettings.scope",
    "saslSettings.saslType",
];

/// Who a resource is, and where.
#[derive(Debug, Clone)]
pub struct Identity {
    /// `metadata.name`; `None` where it is absent or a template.
    pub name: Option<Box<str>>,
    /// `metadata.namespace`, if written and no template.
    pub namespace: Option<Box<str>>,
    /// Where the name stands, or the nearest place to it.
    pub place: Place,
    /// The whole resource.
    pub document: Place,
}

impl Identity {
    /// That of `resource`.
    pub fn of(resource: &Resource<'_>) -> Self {
        let name = resource.name();
        Self {
            name: name.str().map(Box::from),
            namespace: resource.namespace().str().map(Box::from),
            place: Place::new(resource.file, name.span()),
            document: Place::new(resource.file, resource.node.span),
        }
    }

    /// The name, or nothing.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// Whether the two may be in one namespace: an absent one is decided by whoever applies the manifest.
    pub fn may_share_namespace(&self, other: &Self) -> bool {
        match (&self.namespace, &other.namespace) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        }
    }
}

/// Where a member can be added to a mapping without having its document in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InsertPoint {
    /// The end of the line that the new line follows.
    pub place: Place,
    /// Blanks before the member; 0 where it cannot be added line by line (braces).
    pub indent: u16,
}

/// Which secret an endpoint refers to, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretUse {
    /// `saslSettings.secretRef`.
    Sasl,
    /// `x509CertificateSettings.secretRef`.
    X509,
    /// `accessTokenSettings.secretRef`.
    AccessToken,
}

/// What is known of a `DataflowEndpoint` after its document is gone.
#[derive(Debug, Clone)]
pub struct EndpointSummary {
    /// Name and namespace.
    pub id: Identity,
    /// Which of the shapes it has.
    pub shape: Shape,
    /// `endpointType`, if known.
    pub kind: Option<EndpointType>,
    /// What stands at the far end.
    pub far_end: FarEnd,
    /// `host`, templates left out.
    pub host: Option<Text>,
    /// Where `host` stands, or would.
    pub host_place: Place,
    /// `authentication.method`.
    pub method: Option<Text>,
    /// Secrets that its authentication refers to.
    pub secrets: Vec<(SecretUse, Text)>,
    /// `tls.trustedCaCertificateConfigMapRef`.
    pub ca_ref: Option<Text>,
    /// `mqttSettings.retain`.
    pub retain: Option<Text>,
    /// `mqttSettings.sessionExpirySeconds`.
    pub session_expiry: Option<Written<i64>>,
    /// `kafkaSettings.consumerGroupId`; empty text is kept.
    pub consumer_group: Option<Text>,
    /// Whether `consumerGroupId` is decidedly not written.
    pub no_consumer_group: bool,
    /// What is written of the settings that have defaults, for `settings` to complete.
    pub written: WrittenSettings,
    /// What is written of the settings of its authentication method, secrets aside.
    pub authentication: WrittenSettings,
    /// Whether a template may bring any of the settings that are not written.
    pub undecided: bool,
    /// The key of the settings block, or the nearest place to it.
    pub settings: Place,
    /// Where a setting can be added.
    pub insert: InsertPoint,
}

impl EndpointSummary {
    /// The summary of `endpoint`.
    pub fn of(endpoint: &Endpoint<'_>) -> Self {
        let file = endpoint.resource.file;
        let settings = endpoint.settings;
        let authentication = endpoint.authentication();
        let secrets = [
            ("saslSettings", SecretUse::Sasl),
            ("x509CertificateSettings", SecretUse::X509),
            ("accessTokenSettings", SecretUse::AccessToken),
        ];
        Self {
            id: Identity::of(&endpoint.resource),
            shape: endpoint.shape,
            kind: endpoint.kind,
            far_end: endpoint.far_end,
            host: text(file, endpoint.host()),
            host_place: Place::new(file, endpoint.host().span()),
            method: text(file, endpoint.method()),
            secrets: secrets
                .into_iter()
                .filter_map(|(block, kind)| Some((kind, text(file, authentication.get(block).get("secretRef"))?)))
                .collect(),
            ca_ref: text(file, settings.get("tls").get("trustedCaCertificateConfigMapRef")),
            retain: text(file, settings.get("retain")),
            session_expiry: integer(file, settings.get("sessionExpirySeconds")),
            consumer_group: text(file, settings.get("consumerGroupId")),
            // `groupId` is the name that Kafka clients have for it.
            no_consumer_group: endpoint.kind == Some(EndpointType::Kafka)
                && settings.is_map()
                && ["consumerGroupId", "groupId"].into_iter().all(|name| settings.get(name).is_absent())
                && !settings.misspells("consumerGroupId"),
            written: written_settings(file, settings, &KEPT_SETTINGS),
            authentication: written_settings(file, authentication, &KEPT_AUTHENTICATION),
            undecided: settings.is_undecided() || endpoint.resource.spec().is_undecided(),
            settings: Place::new(file, settings.key_span()),
            insert: insert_point(&endpoint.resource, settings),
        }
    }
}

/// One side of a dataflow.
#[derive(Debug, Clone)]
pub struct Side {
    /// `endpointRef`.
    pub endpoint: Option<Text>,
    /// `dataSources`, or `dataDestination` as the only one; templates left out.
    pub topics: Vec<Text>,
    /// The key of the settings block of the operation.
    pub place: Place,
}

/// What is known of the transformation of a dataflow.
#[derive(Debug, Clone)]
pub struct TransformSummary {
    /// `schemaRef`; `None` where it is absent or empty.
    pub schema_ref: Option<Place>,
    /// Whether it cannot be told that `schemaRef` is absent: a template may bring it, or it is misspelt.
    pub undecided: bool,
    /// `serializationFormat`.
    pub format: Option<Text>,
    /// The key of the settings block.
    pub place: Place,
}

/// What is known of a `Dataflow` after its document is gone.
#[derive(Debug, Clone)]
pub struct DataflowSummary {
    /// Name and namespace.
    pub id: Identity,
    /// `profileRef`.
    pub profile: Option<Text>,
    /// Where `profileRef` stands, or would.
    pub profile_place: Place,
    /// Whether `profileRef` is known: written, or decidedly absent.
    pub profile_known: bool,
    /// Whether `mode` is `Disabled`.
    pub disabled: bool,
    /// The source operation, if there is exactly one.
    pub source: Option<Side>,
    /// The destination operation, if there is exactly one.
    pub destination: Option<Side>,
    /// The transformation, if there is exactly one.
    pub transform: Option<TransformSummary>,
    /// How many transformations there are.
    pub transforms: usize,
    /// `requestDiskPersistence`.
    pub disk_persistence: Option<Text>,
    /// Every `endpointRef`, also where there are several sources or destinations.
    pub endpoint_refs: Vec<Text>,
    /// Whether a template decides about the operations, or about the kind of one.
    pub undecided: bool,
    /// Whether a template decides what one of the operations refers to.
    pub refs_undecided: bool,
}

impl DataflowSummary {
    /// The summary of `flow`.
    pub fn of(flow: &Dataflow<'_>) -> Self {
        let resource = &flow.resource;
        let file = resource.file;
        let spec = resource.spec();
        let profile = spec.get("profileRef");
        let ends = [OperationKind::Source, OperationKind::Destination];
        let operations = flow.operations.iter().map(|operation| operation.item);
        let refs: Vec<Val<'_>> =
            operations.flat_map(|item| ends.map(|kind| item.get(kind.settings_key()).get("endpointRef"))).collect();
        let transform = flow.only(OperationKind::Transform).map(|operation| {
            let settings = operation.settings;
            let schema = settings.get("schemaRef");
            TransformSummary {
                schema_ref: (!schema.is_absent() && schema.raw_str() != Some(""))
                    .then(|| Place::new(file, schema.span())),
                undecided: !settings.is_map() || settings.is_undecided() || settings.misspells("schemaRef"),
                format: text(file, settings.get("serializationFormat")),
                place: Place::new(file, settings.key_span()),
            }
        });
        Self {
            id: Identity::of(resource),
            profile: text(file, profile),
            profile_place: Place::new(file, profile.span()),
            profile_known: !profile.is_undecided(),
            disabled: spec.get("mode").is_word("Disabled"),
            source: side(flow, OperationKind::Source),
            destination: side(flow, OperationKind::Destination),
            transform,
            transforms: flow.of_kind(OperationKind::Transform).count(),
            disk_persistence: text(file, spec.get("requestDiskPersistence")),
            endpoint_refs: refs.iter().filter_map(|name| text(file, *name)).collect(),
            undecided: spec.is_undecided() || flow.is_undecided(),
            refs_undecided: flow.is_undecided() || refs.iter().any(|name| name.is_undecided()),
        }
    }
}

fn side(flow: &Dataflow<'_>, kind: OperationKind) -> Option<Side> {
    let operation = flow.only(kind)?;
    let file = flow.resource.file;
    let settings = operation.settings;
    let topics = match kind {
        OperationKind::Source => {
            let list = settings.get("dataSources");
            if list.is_list() {
                list.items().filter_map(|item| text(file, item)).collect()
            } else {
                Vec::from_iter(text(file, list))
            }
        }
        _ => Vec::from_iter(text(file, settings.get("dataDestination"))),
    };
    let place = Place::new(file, settings.key_span());
    Some(Side { endpoint: text(file, settings.get("endpointRef")), topics, place })
}

/// What is known of a `DataflowProfile` after its document is gone.
#[derive(Debug, Clone)]
pub struct ProfileSummary {
    /// Name and namespace.
    pub id: Identity,
    /// `instanceCount`.
    pub instance_count: Option<Written<i64>>,
}

impl ProfileSummary {
    /// The summary of the profile in `resource`.
    pub fn of(resource: &Resource<'_>) -> Self {
        Self {
            id: Identity::of(resource),
            instance_count: integer(resource.file, resource.spec().get("instanceCount")),
        }
    }
}

/// What is known of a `Secret`: its keys, and the shape of their values, never a value.
#[derive(Debug, Clone)]
pub struct SecretSummary {
    /// Name and namespace.
    pub id: Identity,
    /// `type`; `None` means `Opaque`.
    pub kind: Option<Text>,
    /// Its keys.
    pub entries: Vec<SecretEntry>,
    /// Where the keys stand: `stringData` or `data`, or the name where there is neither.
    pub block: Place,
    /// Whether a template or another tool may bring keys that are not written: a Secret without any is filled later.
    pub undecided: bool,
}

impl SecretSummary {
    /// The summary of the Secret in `resource`.
    pub fn of(resource: &Resource<'_>) -> Self {
        let id = Identity::of(resource);
        let blocks = ["stringData", "data"].map(|name| resource.root().get(name));
        let block = blocks.into_iter().find(|block| block.members().next().is_some());
        Self {
            kind: text(resource.file, resource.root().get("type")),
            entries: secret_entries(resource),
            block: block.map_or(id.place, |block| Place::new(resource.file, block.key_span())),
            undecided: block.is_none() || blocks.into_iter().any(Val::is_undecided),
            id,
        }
    }

    /// The entry `key`.
    pub fn entry(&self, key: &str) -> Option<&SecretEntry> {
        self.entries.iter().find(|entry| &*entry.key == key)
    }
}

/// What is known of a `ConfigMap` that may hold trusted certificates.
#[derive(Debug, Clone)]
pub struct ConfigMapSummary {
    /// Name and namespace.
    pub id: Identity,
    /// PEM certificates in it, over all keys.
    pub certificates: usize,
    /// Where a private key stands in it.
    pub private_key: Option<Place>,
    /// Whether a template or another tool may bring its content: a ConfigMap without any is filled later.
    pub undecided: bool,
}

impl ConfigMapSummary {
    /// The summary of the ConfigMap in `resource`.
    pub fn of(resource: &Resource<'_>) -> Self {
        let data = resource.root().get("data");
        let mut summary = Self {
            id: Identity::of(resource),
            certificates: 0,
            private_key: None,
            undecided: data.is_undecided()
                || data.members().next().is_none()
                || resource.root().get("binaryData").is_present(),
        };
        for (_, value) in data.members() {
            let content = value.raw_str().unwrap_or_default();
            summary.certificates += PEM_CERTIFICATE.iter().map(|label| content.matches(label).count()).sum::<usize>();
            summary.undecided |= value.is_undecided();
            if content.contains("PRIVATE KEY-----") {
                summary.private_key.get_or_insert(Place::new(resource.file, value.key_span()));
            }
        }
        summary
    }
}

/// What a certificate begins with: the label of RFC 7468, and those that other tools write.
const PEM_CERTIFICATE: [&str; 3] =
    ["-----BEGIN CERTIFICATE-----", "-----BEGIN X509 CERTIFICATE-----", "-----BEGIN TRUSTED CERTIFICATE-----"];

/// The text of `value` with its place, if it is a string and no template.
pub(super) fn text(file: FileId, value: Val<'_>) -> Option<Text> {
    value.str().map(|text| Written { value: text.into(), place: Place::new(file, value.span()) })
}

/// What is written in `settings` of the members `kept`, null left out.
fn written_settings(file: FileId, settings: Val<'_>, kept: &[&'static str]) -> WrittenSettings {
    // Most settings are not written: only what begins with a member that is there is looked up.
    let found = settings.members().flat_map(|(key, member)| {
        let within = move |path: &'static str| Some((path, member, path.strip_prefix(key)?));
        kept.iter().copied().filter_map(within).filter(|(_, _, rest)| rest.is_empty() || rest.starts_with('.'))
    });
    let found = found.filter_map(|(path, member, rest)| {
        let value = rest.split('.').filter(|name| !name.is_empty()).fold(member, Val::get);
        let undecided = value.is_undecided() && !settings.is_undecided();
        if value.is_absent() || !(value.is_present() || undecided) {
            return None;
        }
        let scalar = match (value.str(), value.int()) {
            (Some(text), _) => Scalar::Text(text.into()),
            (None, Some(number)) => Scalar::Int(number),
            (None, None) => Scalar::Undecided,
        };
        Some((path, Written { value: scalar, place: Place::new(file, value.span()) }))
    });
    found.collect()
}

fn integer(file: FileId, value: Val<'_>) -> Option<Written<i64>> {
    value.int().map(|number| Written { value: number, place: Place::new(file, value.span()) })
}

/// Behind the line of the key of `block`, at the indentation of its members.
fn insert_point(resource: &Resource<'_>, block: Val<'_>) -> InsertPoint {
    let key = block.key_span().end as usize;
    let line_end = resource.text[key..].find('\n').map_or(resource.text.len(), |newline| key + newline);
    let line_end = if resource.text[..line_end].ends_with('\r') { line_end - 1 } else { line_end };
    let first = block.node().filter(|node| !node.flow).and_then(|node| node.entries().first());
    let indent = first.map_or(0, |first| {
        let start = first.key_span.start as usize;
        start - resource.text[..start].rfind('\n').map_or(0, |newline| newline + 1)
    });
    let place = Place::new(resource.file, Span::at(line_end));
    InsertPoint { place, indent: u16::try_from(indent).unwrap_or(0) }
}
