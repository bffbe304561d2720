//! A trust bundle without certificates, or with a private key.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, ConfigMapSummary};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "ca-configmap-content",
        family: Family::Authentication,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "a trusted ConfigMap holds no PEM certificate, or holds a private key",
        sources: &[pages::MQTT, pages::KAFKA],
        doc: include_str!("ca_configmap_content.md"),
        example: include_str!("../../../testdata/rules/ca-configmap-content/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let mut seen: Vec<&ConfigMapSummary> = Vec::new();
    for endpoint in &bundle.endpoints {
        let Some(reference) = &endpoint.ca_ref else { continue };
        let Some(map) = bundle.config_map(&endpoint.id, reference).found() else { continue };
        if seen.iter().any(|other| other.id.place == map.id.place) {
            continue;
        }
        seen.push(map);
        let name = map.id.name();
        let used = format!("endpoint `{}` trusts it", endpoint.id.name());
        if let Some(key) = map.private_key {
            sink.place(key, format!("ConfigMap `{name}` holds a private key, and anyone in the namespace may read it"))
                .label("expected certificates only")
                .related_place(reference.place, used)
                .help("keep the key in a Secret, and replace it: it has been readable");
        } else if map.certificates == 0 && !map.undecided {
            sink.place(map.id.place, format!("ConfigMap `{name}` holds no PEM certificate"))
                .label("expected `-----BEGIN CERTIFICATE-----` under one of its keys")
                .related_place(reference.place, used);
        }
    }
}
