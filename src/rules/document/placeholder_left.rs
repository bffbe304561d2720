//! Text that is still to be filled in.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Resource, Val};
use crate::rules::{Check, Rule, Sink};
use crate::yaml::{Value, template};
use std::ops::Range;

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "placeholder-left",
        family: Family::Document,
        severity: Severity::Info,
        certainty: Certainty::Inferred,
        fix: FixKind::None,
        summary: "a placeholder is still to be filled in",
        sources: &[pages::FLOWGATE],
        doc: include_str!("placeholder_left.md"),
        example: include_str!("../../../testdata/rules/placeholder-left/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

/// The placeholders of one resource.
struct Seen<'a> {
    /// The text of the file.
    text: &'a str,
    first: Option<First<'a>>,
    count: usize,
}

/// Where the first placeholder stands: in a key, in part of a text, or in the place of a whole value.
enum First<'a> {
    Key(Val<'a>, &'a str),
    Part(Val<'a>, Range<usize>, &'a str),
    Whole(Val<'a>),
}

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    if !resource.document.templates {
        return;
    }
    let mut seen = Seen { text: resource.text, first: None, count: 0 };
    // What the cluster reports is not for the author to fill in.
    for (_, member) in resource.root().members().filter(|(name, _)| *name != "status") {
        look(member, &mut seen);
    }
    let still = |name: &str| format!("{} is still to be filled in", shown(name));
    let finding = match seen.first {
        None => return,
        Some(First::Key(at, name)) => sink.key(at, still(name)),
        Some(First::Part(at, range, name)) => sink.part(at, range, still(name)),
        Some(First::Whole(at)) => sink.at(at, "a template is still to be filled in"),
    };
    let finding = finding.note("what it decides is not checked");
    match seen.count - 1 {
        0 => {}
        1 => drop(finding.note("1 more placeholder in this resource")),
        more => drop(finding.note(format!("{more} more placeholders in this resource"))),
    }
}

fn look<'a>(value: Val<'a>, seen: &mut Seen<'a>) {
    let through_merge = value.entry().is_some_and(|entry| entry.merged_at.is_some());
    let Some(node) = value.node().filter(|node| node.used_at.is_none() && !through_merge) else { return };
    if let Some(name) = value.entry().and_then(|entry| template::find(&entry.key)) {
        seen.add(First::Key(value, name));
    }
    match &node.value {
        // An alias without an anchor leaves nothing known either; that has been reported.
        Value::Template if seen.text[node.span.range()].contains("{{") => seen.add(First::Whole(value)),
        Value::Template => {}
        Value::Map(_) => value.members().for_each(|(_, member)| look(member, seen)),
        Value::Seq(_) => value.items().for_each(|item| look(item, seen)),
        Value::Scalar(_) => {
            let Some(text) = node.as_str().filter(|_| node.template) else { return };
            let Some(name) = template::find(text) else { return };
            let start = text.find(name).unwrap_or(0);
            seen.add(First::Part(value, start..start + name.len(), name));
        }
    }
}

impl<'a> Seen<'a> {
    fn add(&mut self, found: First<'a>) {
        self.count += 1;
        self.first.get_or_insert(found);
    }
}

/// The placeholder without a default in it, which may be a secret.
fn shown(placeholder: &str) -> String {
    let name = placeholder.trim_start_matches(['$', '<', '{']).trim_end_matches(['>', '}']);
    let simple = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | ' ' | '.' | '/' | '$');
    if name.chars().all(simple) { format!("the placeholder `{placeholder}`") } else { "a placeholder".to_owned() }
}
