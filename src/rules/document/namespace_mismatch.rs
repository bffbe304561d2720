//! Resources that refer to each other across namespaces.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, Identity, Resolved, Text};
use crate::rules::{Check, Rule, Sink};

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
    for flow in &bundle.dataflows {
        for side in flow.source.iter().chain(&flow.destination) {
            let known = bundle.endpoints.iter().map(|endpoint| &endpoint.id);
            reference(&flow.id, "endpoint", side.endpoint.as_ref(), bundle.endpoint(&flow.id, side), known, sink);
        }
        let known = bundle.profiles.iter().map(|profile| &profile.id);
        reference(&flow.id, "profile", flow.profile.as_ref(), bundle.profile(flow), known, sink);
    }
    for endpoint in &bundle.endpoints {
        for (_, name) in &endpoint.secrets {
            let known = bundle.secrets.iter().map(|secret| &secret.id);
            reference(&endpoint.id, "Secret", Some(name), bundle.secret(&endpoint.id, name), known, sink);
        }
        if let Some(name) = &endpoint.ca_ref {
            let known = bundle.config_maps.iter().map(|map| &map.id);
            reference(&endpoint.id, "ConfigMap", Some(name), bundle.config_map(&endpoint.id, name), known, sink);
        }
    }
}

/// Reports the reference `name` in `from` if nothing that it may mean is known, but something in another namespace.
fn reference<'b, T>(
    from: &Identity,
    what: &str,
    name: Option<&Text>,
    resolved: Resolved<'_, T>,
    mut known: impl Iterator<Item = &'b Identity>,
    sink: &mut Sink<'_>,
) {
    let (Some(name), Resolved::Missing) = (name, resolved) else { return };
    let Some(other) = known.find(|id| id.name() == &*name.value) else { return };
    let (Some(here), Some(there)) = (&from.namespace, &other.namespace) else { return };
    let together = other.place.file == name.place.file || sink.closed();
    let message = format!("the {what} `{}` is in namespace `{there}`, and what refers to it in `{here}`", name.value);
    let finding = sink
        .written(name, message)
        .label(format!("looked for in `{here}`"))
        .related_place(other.place, format!("in namespace `{there}`"))
        .help("put both into one namespace, that of the instance");
    if !together {
        finding.severity(Severity::Warning);
    }
}
