//! Resources that refer to each other across namespaces.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, Identity, Resolved, Text};
use crate::rules::{Check, Rule, Sink};
use std::collections::HashMap;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "namespace-mismatch",
        family: Family::Document,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "what is referred to stands in another namespace",
        sources: &[pages::KAFKA, pages::MQTT, pages::LOCAL_STORAGE, pages::CLI],
        doc: include_str!("namespace_mismatch.md"),
        example: include_str!("../../../testdata/rules/namespace-mismatch/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let endpoints = Kind::new("endpoint", bundle.endpoints.iter().map(|endpoint| &endpoint.id));
    let profiles = Kind::new("profile", bundle.profiles.iter().map(|profile| &profile.id));
    for flow in &bundle.dataflows {
        for side in flow.source.iter().chain(&flow.destination) {
            endpoints.reference(&flow.id, side.endpoint.as_ref(), bundle.endpoint(&flow.id, side), sink);
        }
        profiles.reference(&flow.id, flow.profile.as_ref(), bundle.profile(flow), sink);
    }
    let secrets = Kind::new("Secret", bundle.secrets.iter().map(|secret| &secret.id));
    let maps = Kind::new("ConfigMap", bundle.config_maps.iter().map(|map| &map.id));
    for endpoint in &bundle.endpoints {
        for (_, name) in &endpoint.secrets {
            secrets.reference(&endpoint.id, Some(name), bundle.secret(&endpoint.id, name), sink);
        }
        if let Some(name) = &endpoint.ca_ref {
            maps.reference(&endpoint.id, Some(name), bundle.config_map(&endpoint.id, name), sink);
        }
    }
}

/// What a reference may lead to, by name.
struct Kind<'b> {
    what: &'static str,
    first_of: HashMap<&'b str, &'b Identity>,
}

impl<'b> Kind<'b> {
    fn new(what: &'static str, all: impl Iterator<Item = &'b Identity>) -> Self {
        let mut first_of = HashMap::new();
        for id in all {
            first_of.entry(id.name()).or_insert(id);
        }
        Self { what, first_of }
    }

    /// Reports `name` in `from` if nothing that it may mean is known, but something in another namespace.
    fn reference<T>(&self, from: &Identity, name: Option<&Text>, resolved: Resolved<'_, T>, sink: &mut Sink<'_>) {
        let (Some(name), Resolved::Missing) = (name, resolved) else { return };
        let Some(other) = self.first_of.get(&*name.value) else { return };
        let (Some(here), Some(there)) = (&from.namespace, &other.namespace) else { return };
        let (what, value) = (self.what, &name.value);
        let closed = sink.closed();
        let finding = sink
            .written(name, format!("the {what} `{value}` is in namespace `{there}`, and what refers to it in `{here}`"))
            .label(format!("looked for in `{here}`"))
            .related_place(other.place, format!("in namespace `{there}`"))
            .help("put both into one namespace, that of the instance");
        if other.place.file != name.place.file && !closed {
            finding.severity(Severity::Warning);
        }
    }
}
