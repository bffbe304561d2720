//! An endpoint that is not among the files.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, DEFAULT_NAME, Resolved};
use crate::rules::references::Names;
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
    let all = bundle.endpoints.iter().map(|endpoint| &endpoint.id);
    let mut names = Names::new("endpoint", all, &[DEFAULT_NAME]);
    for flow in &bundle.dataflows {
        for side in flow.source.iter().chain(&flow.destination) {
            let Some(reference) = &side.endpoint else { continue };
            if matches!(bundle.endpoint(&flow.id, side), Resolved::Missing) {
                names.miss(reference, sink);
            }
        }
    }
}
