//! More or fewer blocks in `authentication` than the one of the method.

use super::blocks::{self, ANONYMOUS, SYSTEM};
use crate::diag::{Certainty, Effect, Entry, Family, FixKind, Safety, Severity, pages};
use crate::model::{Endpoint, Val};
use crate::rules::{Check, Rule, Sink};
use crate::schema::Shape;

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
    let authentication = endpoint.authentication();
    let Some(kind) = endpoint.kind.filter(|_| endpoint.shape != Shape::V1Beta1Auth) else { return };
    if !authentication.is_map() || authentication.is_undecided() {
        return;
    }
    let written = blocks::written(authentication, kind);
    let own = endpoint.method().str().and_then(blocks::of_method).filter(|own| blocks::known(kind).contains(own));
    match own {
        Some(own) if written.is_empty() => none(endpoint, own, sink),
        Some(own) if written.iter().any(|(name, _)| *name == own) => {
            for (name, block) in written.into_iter().filter(|(name, _)| *name != own) {
                several(endpoint, name, block, sink).remove(Safety::Safe, block);
            }
        }
        Some(own) if written.len() == 1 => alien(endpoint, own, written[0], sink),
        // Which of them is right is for the author to say; the API server refuses them together in any case.
        _ => {
            for (name, block) in written.into_iter().skip(1) {
                several(endpoint, name, block, sink);
            }
        }
    }
}

/// No block at all: refused, also where the method needs no settings.
fn none(endpoint: &Endpoint<'_>, own: &'static str, sink: &mut Sink<'_>) {
    let authentication = endpoint.authentication();
    let may_be_empty = own == SYSTEM || own == ANONYMOUS;
    if endpoint.shape != Shape::V1 || !may_be_empty || blocks::is_misspelt(authentication, own) {
        return;
    }
    let method = endpoint.method();
    let message = format!("the method `{}` needs `{own}: {{}}` beside it", method.str().unwrap_or_default());
    let block = authentication.get(own);
    let finding = if block.is_present() {
        let message = format!("`{own}` has no value, and counts as not written");
        sink.key(block, message).label("expected `{}`")
    } else {
        sink.at(method, message).label("expected exactly one settings block beside it")
    };
    let finding = finding.severity(Severity::Error).effect(Effect::Refused);
    match block.node() {
        // Behind the key, where null may stand or nothing.
        Some(null) if null.span.is_empty() => {
            finding.edit(Safety::Safe, format!("write `{own}: {{}}`"), |editor| {
                let entry = block.entry()?;
                let colon = crate::diag::Span::at(entry.key_span.end as usize + 1);
                Some(editor.replace_part(colon, " {}"))
            });
        }
        Some(null) => {
            finding.edit(Safety::Safe, "write `{}`", |editor| Some(editor.replace_node(null, "{}")));
        }
        None => {
            finding.insert(Safety::Safe, authentication, &format!("{own}: {{}}"));
        }
    }
}

/// One block, of another method than the one that is written, where that method needs none.
fn alien(endpoint: &Endpoint<'_>, own: &str, written: (&str, Val<'_>), sink: &mut Sink<'_>) {
    // A method that needs settings lacks them: `auth-settings-missing` says so, and names this block.
    if !blocks::needs(own).is_empty() || blocks::is_misspelt(endpoint.authentication(), own) {
        return;
    }
    let (name, block) = written;
    let method = endpoint.method().str().unwrap_or_default();
    let finding = sink
        .key(block, format!("`{name}` does not belong to the method `{method}`"))
        .label(format!("expected `{own}`"));
    let finding = if endpoint.shape == Shape::V1 { finding.effect(Effect::Accepted) } else { finding };
    finding
        .related(endpoint.method(), "the method that counts")
        .help(format!("write `method: {}`, or `{own}: {{}}` in place of this block", blocks::method_of(name)));
}

fn several<'f>(
    endpoint: &Endpoint<'_>,
    name: &str,
    block: Val<'_>,
    sink: &'f mut Sink<'_>,
) -> crate::rules::Finding<'f> {
    let message = match endpoint.method().str() {
        Some(method) => format!("`{name}` stands beside other settings, and does not belong to the method `{method}`"),
        None => format!("`{name}` stands beside the settings of another method"),
    };
    let finding = sink.key(block, message).label("expected exactly one settings block");
    if endpoint.shape == Shape::V1 { finding.severity(Severity::Error).effect(Effect::Refused) } else { finding }
}
