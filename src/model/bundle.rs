//! All resources that were given together, as summaries, and how they refer to each other.

use super::endpoint::Endpoint;
use super::flow::Dataflow;
use super::resource::{Resource, ResourceKind};
use super::summary::{
    ConfigMapSummary, DataflowSummary, EndpointSummary, Identity, ProfileSummary, SecretSummary, Side, Text,
};
use super::val::Val;
use crate::diag::Place;
use crate::schema::Kind;
use std::collections::HashMap;

/// The endpoint and the profile that every instance has (reference: MQTT endpoint page, profile page).
pub const DEFAULT_NAME: &str = "default";
/// The ConfigMap with the local broker's certificates, which every instance has (reference: MQTT endpoint page).
pub const DEFAULT_TRUST_BUNDLE: &str = "azure-iot-operations-aio-ca-trust-bundle";

/// What a reference leads to.
#[derive(Debug, Clone, Copy)]
pub enum Resolved<'b, T> {
    /// A resource of the bundle.
    Found(&'b T),
    /// Not in the bundle, but every instance has it.
    BuiltIn,
    /// Not in the bundle: it may be in the cluster.
    Missing,
    /// The reference is absent or a template.
    Unknown,
}

impl<'b, T> Resolved<'b, T> {
    /// The resource, if it is in the bundle.
    pub const fn found(self) -> Option<&'b T> {
        match self {
            Self::Found(resource) => Some(resource),
            _ => None,
        }
    }
}

/// The resources of one run.
#[derive(Debug, Default)]
pub struct Bundle {
    /// Endpoints in the order of reading.
    pub endpoints: Vec<Box<EndpointSummary>>,
    /// Dataflows.
    pub dataflows: Vec<Box<DataflowSummary>>,
    /// Profiles.
    pub profiles: Vec<ProfileSummary>,
    /// Secrets.
    pub secrets: Vec<SecretSummary>,
    /// ConfigMaps.
    pub config_maps: Vec<ConfigMapSummary>,
    /// Names of Secrets that something in the bundle brings into the cluster, with the namespace.
    pub provided_secrets: Vec<Identity>,
    /// Graphs.
    pub graphs: Vec<Identity>,
    /// Whether the name of such a thing is a template, so that it may bring any Secret.
    pub provides_unknown_secret: bool,
    /// Graphs, as far as they refer to endpoints and profiles.
    pub graph_references: GraphReferences,
    index: Index,
}

/// Names that graphs refer to: enough to know that an endpoint or profile is used.
#[derive(Debug, Default)]
pub struct GraphReferences {
    /// `nodes[].sourceSettings.endpointRef` and `nodes[].destinationSettings.endpointRef`.
    pub endpoints: Vec<Text>,
    /// `profileRef`.
    pub profiles: Vec<Text>,
    /// Whether a template decides what a graph refers to.
    pub undecided: bool,
}

/// Indices of resources by name. Names of files on disk are no attack on a hash; every rule on the bundle looks here.
type ByName = HashMap<Box<str>, Vec<usize>, ahash::RandomState>;

#[derive(Debug, Default)]
struct Index {
    endpoints: ByName,
    profiles: ByName,
    secrets: ByName,
    config_maps: ByName,
}

fn note(index: &mut ByName, id: &Identity, at: usize) {
    if let Some(name) = &id.name {
        index.entry(name.clone()).or_default().push(at);
    }
}

impl Bundle {
    /// Takes in what outlives the document of `resource`.
    pub fn add(&mut self, resource: &Resource<'_>) {
        match resource.kind {
            ResourceKind::Flow(Kind::DataflowEndpoint) => {
                let summary = EndpointSummary::of(&Endpoint::new(*resource));
                note(&mut self.index.endpoints, &summary.id, self.endpoints.len());
                self.endpoints.push(Box::new(summary));
            }
            ResourceKind::Flow(Kind::Dataflow) => {
                self.dataflows.push(Box::new(DataflowSummary::of(&Dataflow::new(*resource))))
            }
            ResourceKind::Flow(Kind::DataflowProfile) => {
                let summary = ProfileSummary::of(resource);
                note(&mut self.index.profiles, &summary.id, self.profiles.len());
                self.profiles.push(summary);
            }
            ResourceKind::Flow(Kind::DataflowGraph) => {
                self.graphs.push(Identity::of(resource));
                self.graph_references.add(resource);
            }
            ResourceKind::Secret => {
                let summary = SecretSummary::of(resource);
                note(&mut self.index.secrets, &summary.id, self.secrets.len());
                self.secrets.push(summary);
            }
            ResourceKind::ConfigMap => {
                let summary = ConfigMapSummary::of(resource);
                note(&mut self.index.config_maps, &summary.id, self.config_maps.len());
                self.config_maps.push(summary);
            }
            ResourceKind::SecretProvider => {
                self.provided_secrets.extend(provided(resource));
                self.provides_unknown_secret |= target_names(resource).into_iter().any(Val::is_undecided);
            }
            _ => {}
        }
    }

    /// The endpoints with this name, in whatever namespace.
    pub fn endpoints_named(&self, name: &str) -> impl Iterator<Item = &EndpointSummary> {
        let indices = self.index.endpoints.get(name).map(Vec::as_slice).unwrap_or_default();
        indices.iter().filter_map(|&index| Some(&**self.endpoints.get(index)?))
    }

    /// The endpoint that `side` of `from` refers to.
    pub fn endpoint(&self, from: &Identity, side: &Side) -> Resolved<'_, EndpointSummary> {
        let at = |index: usize| self.endpoints.get(index).map(|endpoint| (&**endpoint, &endpoint.id));
        resolve(&self.index.endpoints, at, from, side.endpoint.as_ref(), |name| name == DEFAULT_NAME)
    }

    /// The profile of `flow`; the profile `default` where `profileRef` is not written.
    pub fn profile(&self, flow: &DataflowSummary) -> Resolved<'_, ProfileSummary> {
        let at = |index: usize| self.profiles.get(index).map(|profile| (profile, &profile.id));
        let is_default = |name: &str| name == DEFAULT_NAME;
        if flow.profile.is_some() || !flow.profile_known {
            return resolve(&self.index.profiles, at, &flow.id, flow.profile.as_ref(), is_default);
        }
        let implied = Text { value: DEFAULT_NAME.into(), place: flow.profile_place };
        resolve(&self.index.profiles, at, &flow.id, Some(&implied), is_default)
    }

    /// The Secret that `reference` in `from` names.
    pub fn secret(&self, from: &Identity, reference: &Text) -> Resolved<'_, SecretSummary> {
        let at = |index: usize| self.secrets.get(index).map(|secret| (secret, &secret.id));
        let provided =
            |name: &str| self.provided_secrets.iter().any(|id| id.name() == name && id.may_share_namespace(from));
        resolve(&self.index.secrets, at, from, Some(reference), provided)
    }

    /// The ConfigMap that `reference` in `from` names.
    pub fn config_map(&self, from: &Identity, reference: &Text) -> Resolved<'_, ConfigMapSummary> {
        let at = |index: usize| self.config_maps.get(index).map(|map| (map, &map.id));
        resolve(&self.index.config_maps, at, from, Some(reference), |name| name == DEFAULT_TRUST_BUNDLE)
    }

    /// Dataflows with the endpoint of their source where that is in the bundle.
    pub fn sources(&self) -> impl Iterator<Item = (&DataflowSummary, &Side, &EndpointSummary)> {
        self.dataflows.iter().map(|flow| &**flow).filter_map(|flow| {
            let side = flow.source.as_ref()?;
            Some((flow, side, self.endpoint(&flow.id, side).found()?))
        })
    }

    /// Dataflows with the endpoint of their destination where that is in the bundle.
    pub fn destinations(&self) -> impl Iterator<Item = (&DataflowSummary, &Side, &EndpointSummary)> {
        self.dataflows.iter().map(|flow| &**flow).filter_map(|flow| {
            let side = flow.destination.as_ref()?;
            Some((flow, side, self.endpoint(&flow.id, side).found()?))
        })
    }
}

/// What `reference` in `from` leads to: the first resource of that name, found by `at`, that may be in its namespace.
fn resolve<'b, T: 'b>(
    index: &ByName,
    at: impl Fn(usize) -> Option<(&'b T, &'b Identity)>,
    from: &Identity,
    reference: Option<&Text>,
    built_in: impl Fn(&str) -> bool,
) -> Resolved<'b, T> {
    let Some(reference) = reference else { return Resolved::Unknown };
    let candidates = index.get(&reference.value).map(Vec::as_slice).unwrap_or_default();
    let mut candidates = candidates.iter().filter_map(|&index| at(index));
    match candidates.find(|(_, id)| id.may_share_namespace(from)) {
        Some((found, _)) => Resolved::Found(found),
        None if built_in(&reference.value) => Resolved::BuiltIn,
        None => Resolved::Missing,
    }
}

impl GraphReferences {
    fn add(&mut self, resource: &Resource<'_>) {
        let file = resource.file;
        let text = |value: Val<'_>| super::summary::text(file, value);
        let profile = resource.spec().get("profileRef");
        let nodes = resource.spec().get("nodes");
        self.undecided |= profile.is_undecided() || nodes.is_undecided();
        self.profiles.extend(text(profile));
        for node in nodes.items() {
            for block in ["sourceSettings", "destinationSettings"] {
                let endpoint = node.get(block).get("endpointRef");
                self.undecided |= endpoint.is_undecided();
                self.endpoints.extend(text(endpoint));
            }
        }
    }
}

/// Where a provider resource names the Secrets that it makes: its own name, and what its kind has for targets.
fn target_names<'a>(resource: &Resource<'a>) -> Vec<Val<'a>> {
    let spec = resource.spec();
    let own = resource.name();
    let target = spec.get("target").get("name");
    let sealed = spec.get("template").get("metadata").get("name");
    let issued = spec.get("secretName");
    let objects = spec.get("secretObjects").items().map(|object| object.get("secretName"));
    [own, target, sealed, issued].into_iter().chain(objects).collect()
}

/// The Secrets that a provider resource makes.
fn provided(resource: &Resource<'_>) -> Vec<Identity> {
    let namespace: Option<Box<str>> = resource.namespace().str().map(Box::from);
    let identity = |name: Val<'_>| {
        let place = Place::new(resource.file, name.span());
        let document = Place::new(resource.file, resource.node.span);
        Some(Identity { name: Some(name.str()?.into()), namespace: namespace.clone(), place, document })
    };
    target_names(resource).into_iter().filter_map(identity).collect()
}
