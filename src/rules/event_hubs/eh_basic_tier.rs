//! The tier of Event Hubs that speaks Kafka.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-basic-tier",
        family: Family::EventHubs,
        severity: Severity::Info,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "Event Hubs speaks Kafka from the Standard tier on",
        sources: &[pages::EVENT_HUBS],
        doc: include_str!("eh_basic_tier.md"),
        example: include_str!("../../../testdata/rules/eh-basic-tier/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    if endpoint.far_end == FarEnd::EventHubs {
        sink.at(endpoint.host(), "Event Hubs speaks Kafka from the Standard tier on, not in Basic");
    }
}
