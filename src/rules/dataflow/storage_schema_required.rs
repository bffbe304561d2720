//! Storage without a schema.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::Bundle;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "storage-schema-required",
        family: Family::Dataflow,
        severity: Severity::Error,
        certainty: Certainty::Enforced,
        fix: FixKind::None,
        summary: "a dataflow to storage needs `schemaRef` in its transformation",
        sources: &[pages::FLOW_DESTINATION, pages::CREATE, pages::CLI],
        doc: include_str!("storage_schema_required.md"),
        example: include_str!("../../../testdata/rules/storage-schema-required/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    for (flow, side, endpoint) in bundle.destinations() {
        let Some(kind) = endpoint.kind.filter(|kind| kind.is_storage() && !flow.undecided) else { continue };
        let help = "name the schema of what is written: `schemaRef: aio-sr://<namespace>/<name>:<version>`";
        match &flow.transform {
            Some(transform) if transform.schema_ref.is_none() && !transform.undecided => {
                let message = format!(
                    "the transformation has no `schemaRef`, and dataflow `{}` writes to `{}` of type `{}`",
                    flow.id.name(),
                    endpoint.id.name(),
                    kind.as_str()
                );
                let to = side.endpoint.as_ref().map_or(side.place, |reference| reference.place);
                sink.place(transform.place, message)
                    .label("needs `schemaRef`")
                    .related_place(to, "the destination stores files or tables")
                    .help(help);
            }
            None if flow.transforms == 0 => {
                let Some(reference) = &side.endpoint else { continue };
                let message = format!(
                    "`{}` is of type `{}`, and dataflow `{}` has no transformation with a `schemaRef`",
                    endpoint.id.name(),
                    kind.as_str(),
                    flow.id.name()
                );
                sink.written(reference, message)
                    .label("needs a schema")
                    .related_place(endpoint.id.place, "the endpoint")
                    .help("add an operation `BuiltInTransformation` with `schemaRef` and `serializationFormat`");
            }
            // Several transformations are said by `one-transform`.
            _ => {}
        }
    }
}
