//! A namespace that is not the usual one of the instance.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::Resource;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "namespace-not-aio",
        family: Family::Document,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::Unsafe,
        summary: "the namespace is not the one in which Azure IoT Operations is installed by default",
        sources: &[pages::ENDPOINT, pages::CREATE],
        doc: include_str!("namespace_not_aio.md"),
        example: include_str!("../../../testdata/rules/namespace-not-aio/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

/// Where `az iot ops init` installs unless told otherwise (reference: all pages).
const USUAL: &str = "azure-iot-operations";

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    let namespace = resource.namespace();
    if resource.flow_kind().is_none() || namespace.is_undecided() {
        return;
    }
    if namespace.is_absent() {
        let finding = sink
            .key(namespace, "no namespace is written, so the one of whoever applies the manifest counts")
            .label(format!("expected `namespace: {USUAL}`, or that of the instance"));
        if !namespace.is_present() {
            finding.insert(Safety::Unsafe, resource.root().get("metadata"), &format!("namespace: {USUAL}"));
        }
    } else if let Some(text) = namespace.str().filter(|text| *text != USUAL) {
        sink.at(namespace, format!("`{text}` is not the namespace in which instances stand by default"))
            .label(format!("usually `{USUAL}`"))
            .help("data flow resources belong in the namespace of the instance");
    }
}
