//! The method needs settings that are not written.

use super::blocks::{self, Authentication};
use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, EndpointType};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "auth-settings-missing",
        family: Family::Authentication,
        severity: Severity::Error,
        certainty: Certainty::Schema,
        fix: FixKind::None,
        summary: "the method needs a settings block that is not written",
        sources: &[pages::CRD_V1, pages::ARM, pages::CLI, pages::MQTT],
        doc: include_str!("auth_settings_missing.md"),
        example: include_str!("../../../testdata/rules/auth-settings-missing/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    // The schema of OpenTelemetry ties the block to the method itself; the first `v1beta1` takes any text for a method.
    let by_schema = |kind: Option<EndpointType>| kind.is_none_or(|kind| kind == EndpointType::OpenTelemetry);
    for authentication in Authentication::all(endpoint) {
        if !by_schema(authentication.kind) {
            look(&authentication, endpoint.shape, sink);
        }
    }
}

fn look(authentication: &Authentication<'_>, shape: Shape, sink: &mut Sink<'_>) {
    let (value, method) = (authentication.value, authentication.value.get("method"));
    let (Some(own), Some(written)) = (authentication.own(), method.str()) else { return };
    let (block, needs) = (value.get(own), blocks::needs(own));
    if needs.is_empty() || !block.is_absent() || blocks::is_misspelt(value, own) {
        return;
    }
    let finding = if block.is_present() {
        sink.key(block, format!("`{own}` has no value, the method `{written}` needs {needs} in it"))
            .label("has no value")
    } else {
        sink.at(method, format!("the method `{written}` needs `{own}`, which is not written"))
            .label(format!("needs `{own}`"))
    };
    let finding = finding.help(format!("write `{own}` with {needs}"));
    // Pages of the previews say that without the block the audience has a default.
    let doubtful = own == blocks::SAT && shape != Shape::V1;
    let finding = if doubtful { finding.severity(Severity::Warning) } else { finding };
    let others = authentication.written();
    let finding = match (shape, others.len()) {
        (Shape::V1, 1) => finding.effect(Effect::Accepted),
        (Shape::V1, _) => finding.effect(Effect::Refused),
        _ => finding,
    };
    if let Some((other, place)) = others.first() {
        finding.related_key(*place, format!("`{other}` belongs to the method `{}`", blocks::method_of(other)));
    }
}
