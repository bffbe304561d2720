//! A trust bundle that is not among the files.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, DEFAULT_TRUST_BUNDLE, Resolved};
use crate::rules::references;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "ca-configmap-missing",
        family: Family::Authentication,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "the ConfigMap with trusted certificates is not among the files",
        sources: &[pages::MQTT, pages::KAFKA],
        doc: include_str!("ca_configmap_missing.md"),
        example: include_str!("../../../testdata/rules/ca-configmap-missing/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let names = || bundle.config_maps.iter().map(|map| map.id.name());
    let open = bundle.config_maps.iter().any(|map| map.id.name.is_none());
    for endpoint in &bundle.endpoints {
        let Some(reference) = endpoint.ca_ref.as_ref().filter(|reference| !reference.value.is_empty()) else {
            continue;
        };
        let missing = matches!(bundle.config_map(&endpoint.id, reference), Resolved::Missing);
        // One in another namespace is a matter of namespaces.
        if missing && names().all(|name| name != &*reference.value) {
            let known = names().chain([DEFAULT_TRUST_BUNDLE]);
            references::unresolved(sink, "ConfigMap", reference, known, open);
        }
    }
}
