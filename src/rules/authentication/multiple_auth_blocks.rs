//! More or fewer blocks in `authentication` than the one of the method.

use super::blocks::{self, ANONYMOUS, Authentication, SYSTEM};
use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Safety, Severity, Span, pages};
use crate::model::{Endpoint, Val};
use crate::rules::{Check, Finding, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "multiple-auth-blocks",
        family: Family::Authentication,
        severity: Severity::Warning,
        certainty: Certainty::Schema,
        fix: FixKind::Safe,
        summary: "`authentication` has not exactly the settings block of its method",
        sources: &[pages::CRD_V1, pages::ARM],
        doc: include_str!("multiple_auth_blocks.md"),
        example: include_str!("../../../testdata/rules/multiple-auth-blocks/bad-1.yaml"),
    },
    check: Check::Endpoint(check),
};

fn check(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>) {
    for authentication in Authentication::all(endpoint) {
        let written = authentication.written();
        match authentication.own() {
            _ if written.is_empty() => none(&authentication, sink),
            Some(own) if written.iter().any(|(name, _)| *name == own) => {
                for (name, block) in written.into_iter().filter(|(name, _)| *name != own) {
                    several(&authentication, name, block, sink).remove(Safety::Safe, block);
                }
            }
            Some(own) if written.len() == 1 => alien(&authentication, own, written[0], sink),
            // Which of them is right is for the author to say; the API server refuses them together in any case.
            _ => {
                for (name, block) in written.into_iter().skip(1) {
                    several(&authentication, name, block, sink);
                }
            }
        }
    }
}

/// No block at all: refused, also where the method needs no settings.
fn none(authentication: &Authentication<'_>, sink: &mut Sink<'_>) {
    if !authentication.takes_exactly_one() {
        return;
    }
    match authentication.own().filter(|own| *own == SYSTEM || *own == ANONYMOUS) {
        Some(own) if authentication.kind.is_some() => none_of_empty(authentication, own, sink),
        // In the first `v1beta1` the method is any text. A member beside it is a block misspelt.
        _ if authentication.kind.is_none() => {
            let alone = authentication.value.members().all(|(name, _)| name == "method");
            if alone && !authentication.value.get("method").is_undecided() {
                sink.key(authentication.value, "`authentication` has no settings")
                    .label("expected exactly one settings block")
                    .severity(Severity::Error)
                    .effect(Effect::Refused);
            }
        }
        // A method that needs settings is `auth-settings-missing`, one that does not exist the schema's to refuse.
        _ => {}
    }
}

/// No block, and the one that belongs there is written `{}`.
fn none_of_empty(authentication: &Authentication<'_>, own: &'static str, sink: &mut Sink<'_>) {
    let value = authentication.value;
    if blocks::is_misspelt(value, own) {
        return;
    }
    let method = value.get("method");
    let block = value.get(own);
    let finding = if block.is_present() {
        sink.key(block, format!("`{own}` has no value, and counts as not written")).label("expected `{}`")
    } else {
        let message = format!("the method `{}` needs `{own}: {{}}` beside it", method.str().unwrap_or_default());
        sink.at(method, message).label("expected exactly one settings block beside it")
    };
    let finding = finding.severity(Severity::Error).effect(Effect::Refused);
    match block.node() {
        // Behind the key, where null may stand or nothing.
        Some(null) if null.span.is_empty() => {
            finding.edit(Safety::Safe, format!("write `{own}: {{}}`"), |editor| {
                let entry = block.entry()?;
                let colon = Span::at(entry.key_span.end as usize + 1);
                Some(editor.replace_part(colon, " {}"))
            });
        }
        Some(null) => {
            finding.edit(Safety::Safe, "write `{}`", |editor| Some(editor.replace_node(null, "{}")));
        }
        None => {
            finding.insert(Safety::Safe, value, &format!("{own}: {{}}"));
        }
    }
}

/// One block, of another method than the one that is written, where that method needs none.
fn alien(authentication: &Authentication<'_>, own: &str, written: (&str, Val<'_>), sink: &mut Sink<'_>) {
    let value = authentication.value;
    // A method that needs settings lacks them: `auth-settings-missing` says so, and names this block.
    if authentication.kind.is_none() || !blocks::needs(own).is_empty() || blocks::is_misspelt(value, own) {
        return;
    }
    let (name, block) = written;
    let method = value.get("method");
    let message = format!("`{name}` does not belong to the method `{}`", method.str().unwrap_or_default());
    let finding = sink.key(block, message).label(format!("expected `{own}`"));
    let finding = if authentication.takes_exactly_one() { finding.effect(Effect::Accepted) } else { finding };
    finding
        .related(method, "the method that counts")
        .help(format!("write `method: {}`, or `{own}: {{}}` in place of this block", blocks::method_of(name)));
}

fn several<'f>(authentication: &Authentication<'_>, name: &str, block: Val<'_>, sink: &'f mut Sink<'_>) -> Finding<'f> {
    let message = match authentication.value.get("method").str() {
        Some(method) => format!("`{name}` stands beside other settings, and does not belong to the method `{method}`"),
        None => format!("`{name}` stands beside the settings of another method"),
    };
    let finding = sink.key(block, message).label("expected exactly one settings block");
    if authentication.takes_exactly_one() { finding.severity(Severity::Error).effect(Effect::Refused) } else { finding }
}
