//! The same resource twice.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, Identity};
use crate::rules::{Check, Rule, Sink};
use std::collections::HashMap;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "duplicate-resource",
        family: Family::Document,
        severity: Severity::Error,
        certainty: Certainty::Inferred,
        fix: FixKind::None,
        summary: "the same resource is written twice",
        sources: &[pages::KUBERNETES_NAMES],
        doc: include_str!("duplicate_resource.md"),
        example: include_str!("../../../testdata/rules/duplicate-resource/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    kind("DataflowEndpoint", bundle.endpoints.iter().map(|endpoint| &endpoint.id), sink);
    kind("Dataflow", bundle.dataflows.iter().map(|flow| &flow.id), sink);
    kind("DataflowProfile", bundle.profiles.iter().map(|profile| &profile.id), sink);
    kind("DataflowGraph", bundle.graphs.iter(), sink);
    kind("Secret", bundle.secrets.iter().map(|secret| &secret.id), sink);
    kind("ConfigMap", bundle.config_maps.iter().map(|map| &map.id), sink);
}

/// Reports the resources of one kind that have the name and namespace of an earlier one.
fn kind<'b>(kind: &str, all: impl Iterator<Item = &'b Identity>, sink: &mut Sink<'_>) {
    let mut first_of: HashMap<(&str, Option<&str>), Vec<&Identity>> = HashMap::new();
    for id in all {
        let Some(name) = id.name.as_deref() else { continue };
        let earlier = first_of.entry((name, id.namespace.as_deref())).or_default();
        let same_file = earlier.iter().find(|first| first.place.file == id.place.file);
        if let Some(first) = same_file {
            sink.place(id.place, format!("the {kind} `{name}` is written twice in this file"))
                .label("the last one wins")
                .related_place(first.place, "the first one");
            continue;
        }
        if let Some(first) = earlier.first() {
            sink.place(id.place, format!("the {kind} `{name}` is written in another file too"))
                .severity(Severity::Info)
                .label("of files that are applied together, the last one wins")
                .related_place(first.place, "the other one");
        }
        earlier.push(id);
    }
}
