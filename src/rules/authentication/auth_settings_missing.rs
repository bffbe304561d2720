//! The method needs settings that are not written.

use super::blocks;
use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Severity, pages};
use crate::model::Endpoint;
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
    let authentication = endpoint.authentication();
    let (Some(kind), Some(method)) = (endpoint.kind, endpoint.method().str()) else { return };
    if endpoint.shape == Shape::V1Beta1Auth || !authentication.is_map() || authentication.is_undecided() {
        return;
    }
    let Some(own) = blocks::of_method(method).filter(|own| blocks::known(kind).contains(own)) else { return };
    let (block, needs) = (authentication.get(own), blocks::needs(own));
    if needs.is_empty() || !block.is_absent() || blocks::is_misspelt(authentication, own) {
        return;
    }
    let finding = if block.is_present() {
        sink.key(block, format!("`{own}` has no value, the method `{method}` needs {needs} in it"))
            .label("has no value")
    } else {
        sink.at(endpoint.method(), format!("the method `{method}` needs `{own}`, which is not written"))
            .label(format!("needs `{own}`"))
    };
    let finding = finding.help(format!("write `{own}` with {needs}"));
    // Pages of the previews say that without the block the audience has a default.
    let doubtful = own == blocks::SAT && endpoint.shape != Shape::V1;
    let finding = if doubtful { finding.severity(Severity::Warning) } else { finding };
    let others = blocks::written(authentication, kind);
    let finding = match (endpoint.shape, others.len()) {
        (Shape::V1, 1) => finding.effect(Effect::Accepted),
        (Shape::V1, _) => finding.effect(Effect::Refused),
        _ => finding,
    };
    if let Some((other, value)) = others.first() {
        finding.related_key(*value, format!("`{other}` belongs to the method `{}`", blocks::method_of(other)));
    }
}
