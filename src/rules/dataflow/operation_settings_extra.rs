//! An operation with the settings of several types.

use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Dataflow, OperationKind};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "operation-settings-extra",
        family: Family::Dataflow,
        severity: Severity::Warning,
        certainty: Certainty::Schema,
        fix: FixKind::Unsafe,
        summary: "an operation has a settings block of another type as well",
        sources: &[pages::CRD_V1, pages::ARM],
        doc: include_str!("operation_settings_extra.md"),
        example: include_str!("../../../testdata/rules/operation-settings-extra/bad-1.yaml"),
    },
    check: Check::Dataflow(check),
};

fn check(flow: &Dataflow<'_>, sink: &mut Sink<'_>) {
    let is_v1 = flow.resource.shape() == Shape::V1;
    let type_of = |key: &str| OperationKind::ALL.into_iter().find(|kind| kind.settings_key() == key);
    for operation in &flow.operations {
        let item = operation.item;
        let written = item.members().filter(|(_, block)| !block.is_absent());
        let written: Vec<_> = written.filter_map(|(key, block)| Some((type_of(key)?, block))).collect();
        let own = operation.kind.filter(|kind| written.iter().any(|(other, _)| other == kind));
        // With none of its own, `operation-settings-missing` names the blocks.
        if written.len() < 2 || operation.kind.is_some() && own.is_none() {
            continue;
        }
        // Without a known type the first block may be the right one.
        let keep = own.unwrap_or(written[0].0);
        for (kind, block) in written.into_iter().filter(|(kind, _)| *kind != keep) {
            let key = kind.settings_key();
            let message = match own {
                Some(own) => format!("`{key}` does not belong to an operation of type `{}`", own.as_str()),
                None => format!("`{key}` is a second settings block, an operation has one"),
            };
            let mut finding = sink.key(block, message).label("expected one settings block");
            if is_v1 {
                finding = finding.severity(Severity::Error).effect(Effect::Refused);
            }
            if own.is_some() {
                finding
                    .related(item.get("operationType"), "says which block counts")
                    .help(format!("write an operation of type `{}` for it, or remove it", kind.as_str()))
                    .remove(Safety::Unsafe, block);
            }
        }
    }
}
