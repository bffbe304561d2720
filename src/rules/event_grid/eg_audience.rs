//! An audience that is not Event Grid's.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::azure;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eg-audience",
        family: Family::EventGrid,
        severity: Severity::Warning,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Grid takes tokens for another audience",
        sources: &[pages::MQTT, pages::PREVIEW_2024_08],
        doc: include_str!("eg_audience.md"),
        example: include_str!("../../../testdata/rules/eg-audience/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

/// What a token for Event Grid is asked for (reference: MQTT endpoint page).
const AUDIENCE: &str = "https://eventgrid.azure.net";

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    if endpoint.far_end != FarEnd::EventGrid {
        return;
    }
    let Some(audience) = azure::audience(endpoint) else { return };
    if !audience.url.eq_ignore_ascii_case(AUDIENCE) {
        let expected = format!("{AUDIENCE}{}", audience.suffix);
        sink.at(audience.value, "Event Grid refuses tokens that are for another audience")
            .label(format!("expected `{expected}`"))
            .help("write that, or leave the setting out: it is the default")
            .replace(Safety::Safe, audience.value, &expected);
    }
}
