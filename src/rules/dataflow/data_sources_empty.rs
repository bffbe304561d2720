//! A source that reads nothing.

use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Severity, pages};
use crate::model::{Dataflow, OperationKind};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "data-sources-empty",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Schema,
        fix: FixKind::None,
        summary: "`dataSources` is empty, or has an empty item",
        sources: &[pages::ARM, pages::CRD_V1, pages::FLOW_SOURCE],
        doc: include_str!("data_sources_empty.md"),
        example: include_str!("../../../testdata/rules/data-sources-empty/bad-1.yaml"),
    },
    check: Check::Dataflow(check),
};

fn check(flow: &Dataflow<'_>, sink: &mut Sink<'_>) {
    for operation in flow.of_kind(OperationKind::Source) {
        let sources = operation.settings.get("dataSources");
        if !sources.is_list() || sources.is_undecided() {
            continue;
        }
        // The topics of an asset are known from the asset.
        if sources.items().next().is_none() && operation.settings.get("assetRef").is_absent() {
            sink.at(sources, "`dataSources` is empty: nothing is read")
                .label("expected at least one topic")
                .effect(Effect::Accepted);
        }
        for item in sources.items().filter(|item| item.str().is_some_and(|topic| topic.trim().is_empty())) {
            sink.at(item, "a data source is empty, no topic has that name")
                .label("expected a topic")
                .effect(Effect::Accepted);
        }
    }
}
