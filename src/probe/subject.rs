//! What is probed: the endpoints of the files, each with what the dataflows will do there.

use crate::access::{End, Manifests};
use crate::diag::Place;
use crate::model::{DataflowSummary, Identity, Resolved, Text};

/// An endpoint, and what the dataflows will do there.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The endpoint with its effective settings.
    pub end: End,
    /// What dataflows do there.
    pub uses: Uses,
}

/// What dataflows do at an endpoint.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    /// Those that read there.
    pub sources: Vec<SourceUse>,
    /// Those that write there.
    pub destinations: Vec<DestinationUse>,
}

/// A dataflow that reads at an endpoint.
#[derive(Debug, Clone)]
pub struct SourceUse {
    /// Its name.
    pub dataflow: String,
    /// Topic filters, or Kafka topics; templates left out.
    pub topics: Vec<Text>,
    /// `instanceCount` of its profile, where that is written.
    pub instances: Option<(i64, Place)>,
    /// Its source operation.
    pub place: Place,
}

/// A dataflow that writes to an endpoint.
#[derive(Debug, Clone)]
pub struct DestinationUse {
    /// Its name.
    pub dataflow: String,
    /// The topic, for MQTT perhaps with `${inputTopic}`.
    pub topic: Option<Text>,
    /// Its destination operation.
    pub place: Place,
}

/// The endpoints of `manifests` called one of `names` (all of the files without any), in the order of the files. The
/// endpoint `default`, which every instance has, is among them where it is named so or where `with_default` says.
///
/// # Errors
/// With the names that no endpoint has.
pub fn subjects(manifests: &Manifests, names: &[String], with_default: bool) -> Result<Vec<Subject>, Vec<String>> {
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let mut found: Vec<Subject> = Vec::new();
    for summary in manifests.bundle.endpoints.iter().filter(|summary| wanted(summary.id.name())) {
        let uses = uses(manifests, Some(&summary.id));
        found.push(Subject { end: End::of((**summary).clone()), uses });
    }
    let has_default = manifests.bundle.endpoints.iter().any(|summary| summary.id.name() == "default");
    let named_default = names.iter().any(|name| name == "default");
    if !has_default && (named_default || (with_default && names.is_empty())) {
        let end = manifests.built_in();
        found.push(Subject { uses: uses(manifests, None), end });
    }
    let missing: Vec<String> =
        names.iter().filter(|name| !found.iter().any(|subject| subject.end.name() == name.as_str())).cloned().collect();
    if missing.is_empty() { Ok(found) } else { Err(missing) }
}

/// Whether a dataflow refers to the endpoint `default` without a manifest of it.
pub fn uses_default(manifests: &Manifests) -> bool {
    let uses = uses(manifests, None);
    !uses.sources.is_empty() || !uses.destinations.is_empty()
}

/// What dataflows do at the endpoint `of`; `None` is the one that every instance has.
fn uses(manifests: &Manifests, of: Option<&Identity>) -> Uses {
    let mut uses = Uses::default();
    let bundle = &manifests.bundle;
    for flow in &bundle.dataflows {
        let here = |side: &crate::model::Side| match (bundle.endpoint(&flow.id, side), of) {
            (Resolved::Found(found), Some(id)) => found.id.place == id.place,
            (Resolved::BuiltIn, None) => true,
            _ => false,
        };
        if let Some(side) = flow.source.as_ref().filter(|side| here(side)) {
            uses.sources.push(SourceUse {
                dataflow: flow.id.name().to_owned(),
                topics: side.topics.clone(),
                instances: instances(manifests, flow),
                place: side.place,
            });
        }
        if let Some(side) = flow.destination.as_ref().filter(|side| here(side)) {
            uses.destinations.push(DestinationUse {
                dataflow: flow.id.name().to_owned(),
                topic: side.topics.first().cloned(),
                place: side.place,
            });
        }
    }
    uses
}

fn instances(manifests: &Manifests, flow: &DataflowSummary) -> Option<(i64, Place)> {
    let profile = manifests.bundle.profile(flow).found()?;
    profile.instance_count.as_ref().map(|count| (count.value, count.place))
}
