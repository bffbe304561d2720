//! Part of a resource, pasted without what belongs around it.

use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Severity, pages};
use crate::model::{Resource, ResourceKind, is_our_group};
use crate::rules::{Check, Rule, Sink};
use crate::schema::{Kind, Shape};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "resource-fragment",
        family: Family::Document,
        severity: Severity::Warning,
        certainty: Certainty::Inferred,
        fix: FixKind::None,
        summary: "this is part of a resource, not a resource",
        sources: &[pages::KUBERNETES_VALIDATION],
        doc: include_str!("resource_fragment.md"),
        example: include_str!("../../../testdata/rules/resource-fragment/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    let ResourceKind::Fragment(kind) = resource.kind else { return };
    let root = resource.root();
    if root.get("kind").is_undecided() {
        return;
    }
    let group = root.get("apiVersion").str().and_then(|version| version.split_once('/')).map(|(group, _)| group);
    if group.is_some_and(is_our_group) {
        sink.key(root.get("kind"), format!("`kind` is missing; the fields are those of a `{kind}`"))
            .severity(Severity::Error)
            .label(format!("expected `kind: {kind}`"))
            .effect(Effect::Refused);
        return;
    }
    let below = if root.get("spec").is_present() { "" } else { " and, one level deeper, under `spec:`" };
    let version = Shape::V1.api_version();
    let around = format!("put it below `apiVersion: {version}`, `kind: {kind}`, `metadata:` with a name{below}");
    let finding = sink.key(root, format!("this is part of a `{kind}`, not a resource by itself")).help(around);
    if !is_all_of_one(root.members().map(|(name, _)| name), kind) {
        finding.severity(Severity::Info).note("with what else stands here it may be meant for another program");
    } else if resource.node.flow {
        // JSON of this form is what `az iot ops dataflow apply --config-file` reads: whole, in its own way.
        finding
            .severity(Severity::Info)
            .note("as a configuration file of `az iot ops` it is complete, and not checked");
    }
}

/// Whether all `members` are such as stand at the top of a resource or of its `spec`.
fn is_all_of_one<'a>(mut members: impl Iterator<Item = &'a str>, kind: Kind) -> bool {
    members.all(|name| {
        let around = matches!(name, "apiVersion" | "kind" | "metadata" | "spec" | "status");
        let inside = match kind {
            Kind::DataflowEndpoint => {
                name.ends_with("Settings")
                    || matches!(name, "endpointType" | "hostType" | "authentication" | "host" | "tls")
            }
            _ => matches!(name, "mode" | "operations" | "profileRef" | "requestDiskPersistence"),
        };
        around || inside
    })
}
