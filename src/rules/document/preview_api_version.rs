//! A manifest for the preview releases.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Endpoint, EndpointType, Resource};
use crate::rules::{Check, Rule, Sink};
use crate::schema::{Kind, Shape};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "preview-api-version",
        family: Family::Document,
        severity: Severity::Warning,
        certainty: Certainty::Documented,
        fix: FixKind::Unsafe,
        summary: "`v1beta1` belongs to the preview releases",
        sources: &[pages::CRD_V1BETA1, pages::PREVIEW_2024_10, pages::DISK, pages::OPEN_TELEMETRY],
        doc: include_str!("preview_api_version.md"),
        example: include_str!("../../../testdata/rules/preview-api-version/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    let version = resource.root().get("apiVersion");
    let Some(kind) = resource.flow_kind().filter(|_| version.str() == Some(Shape::V1Beta1.api_version())) else {
        return;
    };
    let v1 = Shape::V1.api_version();
    if came_later(resource, kind) {
        sink.at(version, format!("`v1beta1` of `{kind}` is that of a preview release"))
            .severity(Severity::Info)
            .label("later releases have `v1`")
            .note("this kind came with a preview of 2025; its pages show `v1beta1`, and `v1` since it left the preview")
            .replace(Safety::Unsafe, version, v1);
        return;
    }
    sink.at(version, "`v1beta1` belongs to the preview releases, which cannot be upgraded")
        .label(format!("expected `{v1}`"))
        .help("write `v1`, then see what is reported about the fields")
        .replace(Safety::Unsafe, version, v1);
}

/// Whether the kind, or the type of endpoint, came after the previews that `v1beta1` stood for at first.
fn came_later(resource: &Resource<'_>, kind: Kind) -> bool {
    kind == Kind::DataflowGraph
        || kind == Kind::DataflowEndpoint && Endpoint::new(*resource).kind == Some(EndpointType::OpenTelemetry)
}
