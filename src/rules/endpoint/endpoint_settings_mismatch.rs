//! Settings blocks of several endpoint types.

use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Endpoint, EndpointType};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "endpoint-settings-mismatch",
        family: Family::Document,
        severity: Severity::Warning,
        certainty: Certainty::Schema,
        fix: FixKind::Unsafe,
        summary: "a settings block of another endpoint type is written as well",
        sources: &[pages::CRD_V1, pages::ARM],
        doc: include_str!("endpoint_settings_mismatch.md"),
        example: include_str!("../../../testdata/rules/endpoint-settings-mismatch/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let spec = endpoint.resource.spec();
    let type_of = |key: &str| EndpointType::ALL.into_iter().find(|kind| kind.settings_key() == key);
    let written = spec.members().filter(|(_, block)| !block.is_absent());
    let written: Vec<_> = written.filter_map(|(key, block)| Some((type_of(key)?, block))).collect();
    if written.len() < 2 {
        return;
    }
    let own = endpoint.kind.filter(|kind| written.iter().any(|(other, _)| other == kind));
    if endpoint.kind.is_some() && own.is_none() {
        // `endpoint-settings-missing` names the blocks.
        return;
    }
    // Without a known type the first block may be the right one.
    let keep = own.unwrap_or(written[0].0);
    for (kind, block) in written.into_iter().filter(|(kind, _)| *kind != keep) {
        let key = kind.settings_key();
        let message = match own {
            Some(own) => format!("`{key}` does not belong to an endpoint of type `{}`", own.as_str()),
            None => format!("`{key}` is a second settings block, an endpoint has one"),
        };
        let mut finding = sink.key(block, message).label("expected one settings block");
        if endpoint.shape == Shape::V1 {
            finding = finding.severity(Severity::Error).effect(Effect::Refused);
        }
        if own.is_some() {
            finding.related(spec.get("endpointType"), "says which block counts").remove(Safety::Unsafe, block);
        }
    }
}
