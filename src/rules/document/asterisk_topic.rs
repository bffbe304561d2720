//! `*` as if it were a wildcard of topics.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Resource, Val};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "asterisk-topic",
        family: Family::Document,
        severity: Severity::Warning,
        certainty: Certainty::Inferred,
        fix: FixKind::None,
        summary: "`*` is not a wildcard in a topic",
        sources: &[pages::MQTT5, pages::PREVIEW_2024_10],
        doc: include_str!("asterisk_topic.md"),
        example: include_str!("../../../testdata/rules/asterisk-topic/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    if resource.flow_kind().is_none() {
        return;
    }
    let steps = ["operations", "nodes"].into_iter().flat_map(|list| resource.spec().get(list).items());
    for sources in steps.map(|step| step.get("sourceSettings").get("dataSources")) {
        if sources.is_list() {
            sources.items().for_each(|topic| one(topic, sink));
        } else {
            one(sources, sink);
        }
    }
}

fn one(topic: Val<'_>, sink: &mut Sink<'_>) {
    let Some(text) = topic.str() else { return };
    let mut start = 0;
    for level in text.split('/') {
        if level == "*" {
            sink.part(topic, start..start + 1, format!("`*` in `{text}` is a literal character, not a wildcard"))
                .label("no message is published here")
                .help("in an MQTT topic write `#` for all levels and `+` for one; Kafka topics are listed one by one");
            return;
        }
        start += level.len() + 1;
    }
}
