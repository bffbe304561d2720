//! An endpoint that is not among the files.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, DEFAULT_NAME, Resolved};
use crate::rules::references;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "endpoint-ref-unresolved",
        family: Family::Dataflow,
        severity: Severity::Info,
        certainty: Certainty::Enforced,
        fix: FixKind::None,
        summary: "the endpoint that `endpointRef` names is not among the files",
        sources: &[pages::CLI, pages::ENDPOINT],
        doc: include_str!("endpoint_ref_unresolved.md"),
        example: include_str!("../../../testdata/rules/endpoint-ref-unresolved/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    let names = || bundle.endpoints.iter().map(|endpoint| endpoint.id.name());
    let open = bundle.endpoints.iter().any(|endpoint| endpoint.id.name.is_none());
    for flow in &bundle.dataflows {
        for side in [&flow.source, &flow.destination].into_iter().flatten() {
            let Some(reference) = side.endpoint.as_ref().filter(|reference| !reference.value.is_empty()) else {
                continue;
            };
            let missing = matches!(bundle.endpoint(&flow.id, side), Resolved::Missing);
            // One in another namespace is a matter of namespaces.
            if missing && names().all(|name| name != &*reference.value) {
                references::unresolved(sink, "endpoint", reference, names().chain([DEFAULT_NAME]), open);
            }
        }
    }
}
