//! An operation without its settings.

use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Severity, pages};
use crate::model::{Dataflow, OperationKind};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "operation-settings-missing",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Schema,
        fix: FixKind::None,
        summary: "an operation has no settings block of its type",
        sources: &[pages::CRD_V1, pages::ARM, pages::EDGE_AI],
        doc: include_str!("operation_settings_missing.md"),
        example: include_str!("../../../testdata/rules/operation-settings-missing/bad-1.yaml"),
    },
    check: Check::Dataflow(check),
};

fn check(flow: &Dataflow<'_>, sink: &mut Sink<'_>) {
    let is_v1 = flow.resource.shape() == Shape::V1;
    for operation in &flow.operations {
        let (item, settings) = (operation.item, operation.settings);
        let Some(kind) = operation.kind.filter(|_| item.is_map() && !item.is_undecided()) else { continue };
        let key = kind.settings_key();
        if !settings.is_absent() || item.misspells(key) {
            continue;
        }
        let others = OperationKind::ALL.into_iter().filter(|other| !item.get(other.settings_key()).is_absent());
        let others: Vec<OperationKind> = others.collect();
        // The preview's type lets a transformation be empty.
        if kind == OperationKind::Transform && others.is_empty() && !is_v1 {
            continue;
        }
        let message = format!("an operation of type `{}` needs `{key}`, which is not written", kind.as_str());
        let finding = if settings.is_present() {
            sink.key(settings, message).label("has no value")
        } else {
            sink.at(item.get("operationType"), message).label(format!("needs `{key}`"))
        };
        let finding = match others.len() {
            1 if is_v1 => finding.effect(Effect::Accepted),
            _ if is_v1 => finding.effect(Effect::Refused),
            _ => finding,
        };
        if let Some(other) = others.first() {
            let said = format!("`{}` belongs to the type `{}`", other.settings_key(), other.as_str());
            finding.related_key(item.get(other.settings_key()), said);
        }
    }
}
