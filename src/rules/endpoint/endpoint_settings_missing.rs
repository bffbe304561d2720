//! The settings block of the endpoint type is missing.

use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, EndpointType};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "endpoint-settings-missing",
        family: Family::Document,
        severity: Severity::Error,
        certainty: Certainty::Schema,
        fix: FixKind::None,
        summary: "the settings block that belongs to `endpointType` is not written",
        sources: &[pages::CRD_V1, pages::ARM, pages::EDGE_AI],
        doc: include_str!("endpoint_settings_missing.md"),
        example: include_str!("../../../testdata/rules/endpoint-settings-missing/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let Some(kind) = endpoint.kind else { return };
    let spec = endpoint.resource.spec();
    let key = kind.settings_key();
    if spec.is_undecided() || !endpoint.settings.is_absent() {
        return;
    }
    if spec.misspells(key) || endpoint.resource.root().get(key).is_present() {
        return;
    }
    let message = format!("an endpoint of type `{}` needs `{key}`, which is not written", kind.as_str());
    let finding = if endpoint.settings.is_present() {
        sink.key(endpoint.settings, message).label("has no value")
    } else {
        sink.at(spec.get("endpointType"), message).label(format!("needs `{key}`"))
    };
    let others = EndpointType::ALL.into_iter().filter(|other| !spec.get(other.settings_key()).is_absent());
    let others: Vec<EndpointType> = others.collect();
    let finding = match (endpoint.shape, others.len()) {
        (Shape::V1, 1) => finding.effect(Effect::Accepted),
        (Shape::V1, _) => finding.effect(Effect::Refused),
        _ => finding,
    };
    if let Some(other) = others.first() {
        let (block, other_key) = (spec.get(other.settings_key()), other.settings_key());
        finding
            .related_key(block, format!("`{other_key}` belongs to the type `{}`", other.as_str()))
            .help(format!("write `endpointType: {}`, or `{key}` in place of this block", other.as_str()));
    }
}
