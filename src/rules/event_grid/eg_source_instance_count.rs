//! Several instances that read from Event Grid.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Bundle, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-source-instance-count",
        family: Family::EventGrid,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::Unsafe,
        summary: "several instances cannot read from Event Grid",
        sources: &[pages::MQTT, pages::CREATE, pages::FLOW_SOURCE],
        doc: include_str!("eg_source_instance_count.md"),
        example: include_str!("../../../testdata/rules/eg-source-instance-count/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    for (flow, side, endpoint) in bundle.sources().filter(|(_, _, endpoint)| endpoint.far_end == FarEnd::EventGrid) {
        let Some(profile) = bundle.profile(flow).found() else { continue };
        let Some(count) = profile.instance_count.as_ref().filter(|count| count.value > 1) else { continue };
        let message = format!(
            "profile `{}` runs {} instances, and dataflow `{}` reads from Event Grid, which has no shared subscriptions",
            profile.id.name(),
            count.value,
            flow.id.name()
        );
        sink.written(count, message)
            .label("expected 1")
            .related_place(side.endpoint.as_ref().map_or(side.place, |name| name.place), "the dataflow reads from here")
            .related_place(endpoint.host_place, "this is Event Grid")
            .help("set it to 1, or give the dataflow a profile of its own with one instance")
            .replace_place(Safety::Unsafe, count.place, "1");
    }
}
