//! The manifests of a run: dataflows with their effective settings, the endpoints at both ends, the Secrets and
//! ConfigMaps behind them, and what lint knows about all of it.
//!
//! How a connection is made of an endpoint is for `ends`.

use crate::diag::{Diagnostic, Family, FileId, Place, Severity};
use crate::model::{Bundle, Dataflow, EndpointSummary, Identity, Resolved, Resource, ResourceKind, Side, Text, Val};
use crate::policy::{Judge, Judged, Policy, Selection};
use crate::redact::Secret;
use crate::rules::{Date, Linter, Options};
use crate::schema::Kind;
use crate::settings::{self, Flow, FlowError};
use crate::source::{self, Encoding, ReadError, Sources};
use crate::yaml::Stream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;

/// The endpoint that every instance has (MQTT endpoint page).
const BUILT_IN: &str = "\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: default
  namespace: azure-iot-operations
spec:
  endpointType: Mqtt
  mqttSettings:
    host: aio-broker:18883
    authentication:
      method: ServiceAccountToken
      serviceAccountTokenSettings:
        audience: aio-internal
    tls:
      mode: Enabled
      trustedCaCertificateConfigMapRef: azure-iot-operations-aio-ca-trust-bundle
";

/// What types of resources begin with in templates of ARM.
const ARM: &str = "Microsoft.IoTOperations/";

/// A value that a Secret or ConfigMap among the files holds.
#[derive(Debug)]
struct Item {
    owner: Identity,
    key: Box<str>,
    value: Secret<Vec<u8>>,
}

/// A dataflow that was read, or why it cannot be run.
#[derive(Debug)]
struct Read {
    id: Identity,
    flow: Result<Flow, FlowError>,
}

/// One end of a dataflow.
#[derive(Debug, Clone)]
pub struct End {
    /// What is known of the endpoint.
    pub summary: EndpointSummary,
    /// Its effective settings.
    pub settings: settings::Endpoint,
}

impl End {
    /// The end that `summary` makes.
    pub fn of(summary: EndpointSummary) -> Self {
        let settings = settings::Endpoint::of(&summary);
        Self { summary, settings }
    }

    /// The name of the endpoint.
    pub fn name(&self) -> &str {
        self.summary.id.name()
    }
}

/// A dataflow with both its ends.
#[derive(Debug, Clone)]
pub struct Line {
    /// The dataflow.
    pub flow: Flow,
    /// The endpoint that it reads from.
    pub source: End,
    /// The endpoint that it writes to.
    pub destination: End,
}

/// Why no dataflow can be run.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// None is among the files.
    #[error("no dataflow is among the files")]
    NoFlow,
    /// There are resources of ARM.
    #[error("no dataflow is among the files: Kubernetes manifests are read, templates of ARM or Bicep are not")]
    OnlyArm,
    /// There are only graphs.
    #[error("the files hold {0} and no `Dataflow`: a graph is code of its own, which is run by nobody but the service")]
    OnlyGraphs(String),
    /// `--dataflow` names one that is not there.
    #[error("no dataflow `{0}` is among the files, they hold {1}")]
    UnknownFlow(String, String),
    /// There are several, and none is named.
    #[error("the files hold {0} dataflows ({1}); `--dataflow` says which one")]
    Several(usize, String),
    /// Two have one name.
    #[error("two dataflows are called `{name}`, so it cannot be told which of them is to be run")]
    Twice {
        /// Their name.
        name: String,
        /// Where the second is named.
        place: Place,
    },
    /// It has no effective settings.
    #[error("dataflow `{name}` cannot be run: {error}")]
    Flow {
        /// Its name.
        name: String,
        /// Why.
        error: FlowError,
        /// Where.
        place: Place,
    },
    /// An endpoint is not among the files.
    #[error("endpoint `{name}` is not among the files")]
    NoEndpoint {
        /// Its name.
        name: String,
        /// Where it is referred to.
        place: Place,
    },
    /// An endpoint is among the files, and the dataflow cannot refer to it.
    #[error("endpoint `{name}` is in namespace `{namespace}`, and a dataflow refers to endpoints of its own")]
    OtherNamespace {
        /// Its name.
        name: String,
        /// Where it is.
        namespace: String,
        /// Where it is referred to.
        place: Place,
    },
    /// A file cannot be read.
    #[error("`{name}` cannot be read")]
    Unreadable {
        /// The file.
        name: String,
        /// Why.
        source: ReadError,
    },
}

impl ManifestError {
    /// The line of a manifest that it is about, if there is one.
    pub const fn place(&self) -> Option<Place> {
        match self {
            Self::Flow { place, .. }
            | Self::NoEndpoint { place, .. }
            | Self::OtherNamespace { place, .. }
            | Self::Twice { place, .. } => Some(*place),
            Self::NoFlow
            | Self::OnlyArm
            | Self::OnlyGraphs(_)
            | Self::UnknownFlow(..)
            | Self::Several(..)
            | Self::Unreadable { .. } => None,
        }
    }
}

/// Everything that was read.
#[derive(Debug)]
pub struct Manifests {
    /// The files.
    pub sources: Sources,
    /// The resources in them.
    pub bundle: Bundle,
    /// What lint says, warnings and errors.
    pub findings: Vec<Diagnostic>,
    flows: Vec<Read>,
    has_arm: bool,
    items: Vec<(ResourceKind, Item)>,
    config_maps: Vec<Identity>,
    missing: Vec<Identity>,
    built_in: EndpointSummary,
}

impl Manifests {
    /// Reads all files of `sources` but `besides`, which are no manifests, and lints them.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn read(mut sources: Sources, besides: &[FileId], today: Option<Date>) -> Result<Self, ManifestError> {
        let selection = Selection::default();
        let policy = Policy { selection, level: Severity::Warning, fail_on: None };
        let mut judge = Judge::new(&policy);
        let mut linter = Linter::new(Options { today, ..Options::default() });
        let (mut flows, mut items, mut has_arm) = (Vec::new(), Vec::new(), false);
        for file in sources.ids().filter(|file| !besides.contains(file)) {
            let text = sources
                .read(file)
                .map_err(|source| ManifestError::Unreadable { name: sources.name(file).to_owned(), source })?;
            linter.file(file, &text.content, sources.is_explicit(file), |checked| {
                for &span in checked.secrets {
                    sources.hide(file, span);
                }
                judge.read_comments(file, &text.content, checked.comments);
                judge.take(checked.findings);
            });
            has_arm |= text.content.contains(ARM);
            collect(file, &text.content, &mut flows, &mut items);
        }
        linter.finish(|finding| judge.take([finding]));
        let Judged { shown, .. } = judge.end();
        let built_in = built_in(&mut sources);
        let bundle = linter.into_bundle();
        let config_maps = bundle.config_maps.iter().map(|summary| summary.id.clone()).collect();
        let missing = Vec::new();
        Ok(Self { sources, bundle, findings: shown, flows, has_arm, items, config_maps, missing, built_in })
    }

    /// Whether there are resources of ARM, which are not read.
    pub const fn has_arm(&self) -> bool {
        self.has_arm
    }

    /// The names of all dataflows.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.flows.iter().map(|read| read.id.name())
    }

    /// The dataflow `name`; without a name, the only one.
    ///
    /// # Errors
    /// Where there is none or several, or it or its endpoints cannot be told.
    pub fn line(&self, name: Option<&str>) -> Result<Line, ManifestError> {
        let read = self.read_of(name)?;
        let flow = read.flow.clone().map_err(|error| ManifestError::Flow {
            name: read.id.name().to_owned(),
            place: error.place().unwrap_or(read.id.place),
            error,
        })?;
        let source = self.end(&flow.id, flow.source.endpoint.as_ref(), flow.source.place)?;
        let destination = self.end(&flow.id, flow.destination.endpoint.as_ref(), flow.destination.place)?;
        Ok(Line { flow, source, destination })
    }

    /// The dataflow `name` as it was read; without a name, the only one.
    fn read_of(&self, name: Option<&str>) -> Result<&Read, ManifestError> {
        let list = || self.names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match (name, self.flows.as_slice()) {
            (_, []) => Err(self.no_flow()),
            (None, [only]) => Ok(only),
            (None, [first, rest @ ..]) if rest.iter().any(|read| read.id.name() != first.id.name()) => {
                Err(ManifestError::Several(rest.len() + 1, list()))
            }
            (name, [first, ..]) => {
                let name = name.unwrap_or(first.id.name());
                let mut called = self.flows.iter().filter(|read| read.id.name() == name);
                let read = called.next().ok_or_else(|| ManifestError::UnknownFlow(name.to_owned(), list()))?;
                if let Some(second) = called.next() {
                    return Err(ManifestError::Twice { name: name.to_owned(), place: second.id.place });
                }
                Ok(read)
            }
        }
    }

    /// Whether it can be told which dataflow `name` is.
    ///
    /// # Errors
    /// Where there is none or several.
    pub fn find(&self, name: Option<&str>) -> Result<(), ManifestError> {
        self.read_of(name).map(|_| ())
    }

    /// What the files hold in place of a dataflow.
    fn no_flow(&self) -> ManifestError {
        match self.bundle.graphs.as_slice() {
            [] if self.has_arm => ManifestError::OnlyArm,
            [] => ManifestError::NoFlow,
            graphs => {
                let names: Vec<String> = graphs.iter().map(|id| format!("`{}`", id.name())).collect();
                ManifestError::OnlyGraphs(format!("`DataflowGraph` {}", names.join(", ")))
            }
        }
    }

    /// The endpoint `default`, which every instance has.
    pub fn built_in(&self) -> End {
        End::of(self.built_in.clone())
    }

    /// What could not be read of the files, so that something may seem to be missing.
    pub fn unread(&self) -> impl Iterator<Item = &Diagnostic> {
        let is_unread =
            |finding: &&Diagnostic| finding.entry.family == Family::Reading && finding.severity == Severity::Error;
        self.findings.iter().filter(is_unread)
    }

    fn end(&self, from: &Identity, reference: Option<&Text>, place: Place) -> Result<End, ManifestError> {
        let side = Side { endpoint: reference.cloned(), topics: Vec::new(), place };
        let summary = match self.bundle.endpoint(from, &side) {
            Resolved::Found(summary) => summary.clone(),
            Resolved::BuiltIn => self.built_in.clone(),
            Resolved::Missing | Resolved::Unknown => {
                let (name, place) = reference.map_or(("", place), |text| (&*text.value, text.place));
                return Err(self.no_endpoint(name, place));
            }
        };
        Ok(End::of(summary))
    }

    fn no_endpoint(&self, name: &str, place: Place) -> ManifestError {
        let name = name.to_owned();
        let elsewhere = self.bundle.endpoints.iter().find(|endpoint| endpoint.id.name() == name);
        match elsewhere.and_then(|endpoint| endpoint.id.namespace.as_ref()) {
            Some(namespace) => ManifestError::OtherNamespace { name, namespace: namespace.to_string(), place },
            None => ManifestError::NoEndpoint { name, place },
        }
    }

    /// The value of `key` in the Secret `name`, as far as the files hold it.
    pub fn secret(&self, from: &Identity, name: &str, key: &str) -> Option<&Secret<Vec<u8>>> {
        self.items(ResourceKind::Secret, from, name).find(|item| &*item.key == key).map(|item| &item.value)
    }

    /// The keys of the ConfigMap `name` with their values; `None` where neither the files nor a cluster gave it.
    pub fn config_map(&self, from: &Identity, name: &str) -> Option<Vec<(&str, &[u8])>> {
        let is_it = |id: &Identity| id.name() == name && id.may_share_namespace(from);
        self.config_maps.iter().any(is_it).then(|| {
            let items = self.items(ResourceKind::ConfigMap, from, name);
            items.map(|item| (&*item.key, item.value.expose().as_slice())).collect()
        })
    }

    /// Whether a cluster was asked for the ConfigMap `name` and does not have it.
    pub(super) fn is_missing(&self, from: &Identity, name: &str) -> bool {
        self.missing.iter().any(|id| id.name() == name && id.may_share_namespace(from))
    }

    /// Takes in the ConfigMap `owner` of a cluster.
    pub(super) fn hold_config_map(&mut self, owner: Identity, keys: HashMap<String, Secret<Vec<u8>>>) {
        let item = |(key, value): (String, _)| {
            (ResourceKind::ConfigMap, Item { owner: owner.clone(), key: key.as_str().into(), value })
        };
        self.items.extend(keys.into_iter().map(item));
        self.config_maps.push(owner);
    }

    /// Remembers that a cluster does not have the ConfigMap `owner`.
    pub(super) fn miss_config_map(&mut self, owner: Identity) {
        self.missing.push(owner);
    }

    fn items(&self, kind: ResourceKind, from: &Identity, name: &str) -> impl Iterator<Item = &Item> {
        self.items
            .iter()
            .filter(move |(of, item)| *of == kind && item.owner.name() == name && item.owner.may_share_namespace(from))
            .map(|(_, item)| item)
    }

    /// What lint says about `line`: findings in the documents of the dataflow and its two endpoints.
    pub fn findings_of<'m>(&'m self, line: &'m Line) -> impl Iterator<Item = &'m Diagnostic> {
        let about = [&line.flow.id, &line.source.summary.id, &line.destination.summary.id];
        self.findings.iter().filter(move |finding| {
            about
                .iter()
                .any(|id| id.document.file == finding.place.file && id.document.span.contains(finding.place.span))
        })
    }
}

/// Reads the built-in endpoint like a file of its own, so that what is said about it has a text to show.
fn built_in(sources: &mut Sources) -> EndpointSummary {
    let text = source::Text { content: BUILT_IN.to_owned(), encoding: Encoding::Utf8 };
    let file = sources.add_text("endpoint `default` (built in)", text);
    let mut bundle = Bundle::default();
    for parsed in Stream::new(BUILT_IN, file) {
        for document in parsed.document.iter() {
            for resource in Resource::all(file, BUILT_IN, document) {
                bundle.add(&resource);
            }
        }
    }
    *bundle.endpoints.swap_remove(0)
}

fn collect(file: FileId, text: &str, flows: &mut Vec<Read>, items: &mut Vec<(ResourceKind, Item)>) {
    for parsed in Stream::new(text, file) {
        let Some(document) = parsed.document else { continue };
        for resource in Resource::all(file, text, &document) {
            match resource.kind {
                ResourceKind::Flow(Kind::Dataflow) => {
                    let flow = Dataflow::new(resource);
                    flows.push(Read { id: Identity::of(&resource), flow: Flow::of(&flow) });
                }
                ResourceKind::Secret => items.extend(values(&resource, &["stringData"], &["data"])),
                ResourceKind::ConfigMap => items.extend(values(&resource, &["data"], &["binaryData"])),
                _ => {}
            }
        }
    }
}

/// The values in the blocks `plain` and, in base64, `encoded`.
fn values<'r>(
    resource: &'r Resource<'_>,
    plain: &'r [&'static str],
    encoded: &'r [&'static str],
) -> impl Iterator<Item = (ResourceKind, Item)> + 'r {
    let owner = Identity::of(resource);
    let members = |blocks: &'r [&'static str]| blocks.iter().flat_map(|block| resource.root().get(block).members());
    let text = |value: Val<'_>| value.raw_str().map(|text| text.as_bytes().to_vec());
    let plain = members(plain).filter_map(move |(key, value)| Some((key, text(value)?)));
    let encoded = members(encoded).filter_map(move |(key, value)| {
        let compact: String = value.raw_str()?.split_ascii_whitespace().collect();
        Some((key, STANDARD.decode(compact).ok()?))
    });
    plain.chain(encoded).map(move |(key, value)| {
        (resource.kind, Item { owner: owner.clone(), key: key.into(), value: Secret::new(value) })
    })
}
