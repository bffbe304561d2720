//! A shared subscription that is asked of Event Grid.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Bundle, FarEnd};
use crate::rules::{Check, Rule, Sink};
use crate::yaml::edit::quoted;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-explicit-shared-sub",
        family: Family::EventGrid,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Grid has no shared subscriptions",
        sources: &[pages::EVENT_GRID, pages::FLOW_SOURCE],
        doc: include_str!("eg_explicit_shared_sub.md"),
        example: include_str!("../../../testdata/rules/eg-explicit-shared-sub/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    for (_, side, endpoint) in bundle.sources().filter(|(_, _, endpoint)| endpoint.far_end == FarEnd::EventGrid) {
        for topic in &side.topics {
            let Some(rest) = ["$share/", "$shared/"].into_iter().find_map(|prefix| topic.value.strip_prefix(prefix))
            else {
                continue;
            };
            let finding = sink
                .written(topic, "Event Grid has no shared subscriptions")
                .label("expected the topic filter alone")
                .related_place(endpoint.host_place, "this is Event Grid");
            if let Some((_, filter)) = rest.split_once('/').filter(|(_, filter)| !filter.is_empty()) {
                finding.replace_place(Safety::Safe, topic.place, &quoted(filter, None));
            }
        }
    }
}
