//! A SASL mechanism that Event Hubs does not have.

use crate::diag::{Certainty, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Endpoint, FarEnd};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "eh-sasl-type",
        family: Family::EventHubs,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::Safe,
        summary: "Event Hubs takes logins of type Plain only",
        sources: &[pages::KAFKA, pages::FABRIC_RTI, pages::EVENT_HUBS],
        doc: include_str!("eh_sasl_type.md"),
        example: include_str!("../../../testdata/rules/eh-sasl-type/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let sasl_type = endpoint.authentication().get("saslSettings").get("saslType");
    if endpoint.far_end != FarEnd::EventHubs || !endpoint.method().is_word("Sasl") {
        return;
    }
    if sasl_type.is_word("ScramSha256") || sasl_type.is_word("ScramSha512") {
        let expected = if endpoint.shape == Shape::V1Beta1Auth { "plain" } else { "Plain" };
        let message = format!("Event Hubs has no `{}` logins", sasl_type.str().unwrap_or_default());
        sink.at(sasl_type, message)
            .label(format!("expected `{expected}`"))
            .note("the user name is the literal `$ConnectionString`, the password the connection string")
            .replace(Safety::Safe, sasl_type, expected);
    }
}
