//! Ids of a user-assigned managed identity that are missing or no GUIDs.

use super::blocks;
use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Severity, pages};
use crate::model::Endpoint;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "uami-ids",
        family: Family::Authentication,
        severity: Severity::Error,
        certainty: Certainty::Schema,
        fix: FixKind::None,
        summary: "a user-assigned managed identity needs `clientId` and `tenantId`, both GUIDs",
        sources: &[pages::CRD_V1, pages::ARM, pages::CLI],
        doc: include_str!("uami_ids.md"),
        example: include_str!("../../../testdata/rules/uami-ids/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    let block = endpoint.authentication().get(blocks::USER);
    let other = endpoint.method().str().is_some_and(|method| blocks::of_method(method) != Some(blocks::USER));
    if other || !block.is_map() {
        return;
    }
    for name in ["clientId", "tenantId"] {
        let id = block.get(name);
        if id.is_absent() {
            if !block.misspells(name) {
                sink.key(id, format!("the managed identity has no `{name}`"))
                    .label(format!("needs `{name}`"))
                    .effect(Effect::Refused)
                    .help(format!("`az identity show` prints it as `{name}`"));
            }
            continue;
        }
        let Some(text) = id.str().filter(|text| !is_guid(text)) else { continue };
        let finding =
            sink.at(id, format!("`{name}` is no GUID")).label("expected 32 hexadecimal digits, as 8-4-4-4-12");
        // Entra names a tenant by its domain, too; no source says that it is taken here.
        if name == "tenantId" && text.contains('.') {
            finding.severity(Severity::Info);
        }
    }
}

/// Whether `text` has the digits of a GUID, in whatever punctuation.
fn is_guid(text: &str) -> bool {
    let bare = text.trim().trim_start_matches('{').trim_end_matches('}');
    let digits = bare.chars().filter(|char| *char != '-');
    bare.chars().all(|char| char.is_ascii_hexdigit() || char == '-') && digits.count() == 32
}
