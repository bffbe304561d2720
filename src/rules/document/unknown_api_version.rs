//! An `apiVersion` that no cluster has.

use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Severity, pages};
use crate::model::{GROUP, Resource, ResourceKind};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "unknown-api-version",
        family: Family::Document,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "no cluster has this `apiVersion`",
        sources: &[pages::CRD_V1, pages::CRD_V1BETA1, pages::TROUBLESHOOT],
        doc: include_str!("unknown_api_version.md"),
        example: include_str!("../../../testdata/rules/unknown-api-version/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    let version = resource.root().get("apiVersion");
    let ours = resource.flow_kind().is_some() || resource.kind == ResourceKind::Unknown;
    if !ours || version.is_undecided() {
        return;
    }
    let expected = format!("expected `{}`", Shape::V1.api_version());
    if version.is_absent() {
        sink.key(version, "`apiVersion` is missing").label(expected).effect(Effect::Refused);
        return;
    }
    let Some(text) = version.str() else {
        sink.at(version, "`apiVersion` is not text").label(expected).effect(Effect::Refused);
        return;
    };
    if [Shape::V1, Shape::V1Beta1].iter().any(|shape| shape.api_version() == text) {
        return;
    }
    let (message, note) = told(text);
    let finding = sink.at(version, message).label(expected).effect(Effect::Refused);
    if let Some(note) = note {
        finding.note(note);
    }
}

/// What is wrong with a version that is not ours, and where people have it from.
fn told(text: &str) -> (String, Option<&'static str>) {
    const DATED: &str =
        "dated versions belong to ARM templates and Bicep; a manifest for the cluster names the API group";
    let (group, version) = text.rsplit_once('/').unwrap_or(("", text));
    let dated = version.get(..4).is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
    let arm = dated || text.to_ascii_lowercase().starts_with("microsoft.");
    let message = match group {
        GROUP => format!("`{version}` is not a version of the API group `{GROUP}`"),
        "" => format!("`{text}` does not name the API group `{GROUP}`"),
        _ if arm => format!("`{text}` is not the API version of a manifest"),
        _ => format!("`{group}` is not the API group of data flow resources"),
    };
    (message, arm.then_some(DATED))
}
