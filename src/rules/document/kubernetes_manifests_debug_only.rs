//! A reminder that manifests are for debugging.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, Identity};
use crate::rules::{Check, Rule, Sink};
use std::collections::HashSet;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "kubernetes-manifests-debug-only",
        family: Family::Document,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "Kubernetes manifests are supported for debugging and testing only",
        sources: &[pages::MQTT, pages::ENDPOINT, pages::CREATE, pages::KNOWN_ISSUES],
        doc: include_str!("kubernetes_manifests_debug_only.md"),
        example: include_str!("../../../testdata/rules/kubernetes-manifests-debug-only/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let endpoints = bundle.endpoints.iter().map(|endpoint| &endpoint.id);
    let flows = bundle.dataflows.iter().map(|flow| &flow.id);
    let profiles = bundle.profiles.iter().map(|profile| &profile.id);
    let mut all: Vec<&Identity> = endpoints.chain(flows).chain(profiles).chain(&bundle.graphs).collect();
    all.sort_by_key(|id| id.place);
    let mut files = HashSet::new();
    for id in all.into_iter().filter(|id| files.insert(id.place.file)) {
        sink.place(id.place, "data flow resources applied with kubectl are supported for debugging and testing only")
            .note("the portal does not show resources that were applied so")
            .help("for production write them in Bicep, or create them in the portal or with `az iot ops`");
    }
}
