//! A reference that no object can have as its name.

use super::names;
use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Severity, pages};
use crate::model::{Resource, Val};
use crate::rules::{Check, Rule, Sink};
use crate::yaml::Value;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "secret-ref-name",
        family: Family::Document,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "no Kubernetes object can have the name that is referred to",
        sources: &[pages::KUBERNETES_NAMES],
        doc: include_str!("secret_ref_name.md"),
        example: include_str!("../../../testdata/rules/secret-ref-name/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

/// Members that name an object of the cluster, with what they name.
const REFERENCES: [(&str, &str); 6] = [
    ("secretRef", "Secret"),
    ("trustedCaCertificateConfigMapRef", "ConfigMap"),
    ("persistentVolumeClaimRef", "PersistentVolumeClaim"),
    ("profileRef", "DataflowProfile"),
    ("endpointRef", "DataflowEndpoint"),
    ("registryEndpointRef", "RegistryEndpoint"),
];

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    if resource.flow_kind().is_some() {
        look(resource.spec(), "", sink);
    }
}

fn look(value: Val<'_>, name: &str, sink: &mut Sink<'_>) {
    match value.node().map(|node| &node.value) {
        Some(Value::Map(_)) => value.members().for_each(|(name, member)| look(member, name, sink)),
        Some(Value::Seq(_)) => value.items().for_each(|item| look(item, "", sink)),
        _ => {
            let Some((_, kind)) = REFERENCES.iter().find(|(member, _)| *member == name) else { return };
            // An empty reference is for the schema to judge.
            let text = value.str().unwrap_or_default();
            if !text.is_empty() && !names::is_subdomain(text) {
                sink.at(value, format!("no {kind} can have the name `{text}`"))
                    .label(format!("expected {}", names::SUBDOMAIN))
                    .effect(Effect::Accepted);
            }
        }
    }
}
