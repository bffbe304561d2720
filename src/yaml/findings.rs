//! What can be wrong with the YAML itself, with its documentation.

use crate::diag::{Certainty, Diagnostic, Entry, Family, FixKind, Place, Severity, pages};

/// The bytes are not YAML.
pub static SYNTAX: Entry = Entry {
    id: "yaml-syntax",
    family: Family::Reading,
    severity: Severity::Error,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "the document is not valid YAML",
    sources: &[pages::YAML12],
    doc: include_str!("docs/yaml-syntax.md"),
    example: include_str!("../../testdata/rules/yaml-syntax/bad-1.yaml"),
};

/// An unquoted `*`.
pub static BARE_ASTERISK: Entry = Entry {
    id: "yaml-bare-asterisk",
    family: Family::Reading,
    severity: Severity::Error,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "an unquoted `*` is the start of a YAML alias, not text",
    sources: &[pages::YAML12, pages::PREVIEW_2024_10],
    doc: include_str!("docs/yaml-bare-asterisk.md"),
    example: include_str!("../../testdata/rules/yaml-bare-asterisk/bad-1.yaml"),
};

/// A key twice in one mapping.
pub static DUPLICATE_KEY: Entry = Entry {
    id: "duplicate-key",
    family: Family::Reading,
    severity: Severity::Error,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "a key stands twice in one mapping",
    sources: &[pages::YAML12, pages::KUBECTL_YAML],
    doc: include_str!("docs/duplicate-key.md"),
    example: include_str!("../../testdata/rules/duplicate-key/bad-1.yaml"),
};

/// A scalar that YAML 1.1 and 1.2 read differently.
pub static AMBIGUOUS_SCALAR: Entry = Entry {
    id: "ambiguous-scalar",
    family: Family::Reading,
    severity: Severity::Warning,
    certainty: Certainty::Documented,
    fix: FixKind::None,
    summary: "kubectl reads this scalar otherwise than YAML 1.2 does",
    sources: &[pages::KUBECTL_YAML, pages::YAML12],
    doc: include_str!("docs/ambiguous-scalar.md"),
    example: include_str!("../../testdata/rules/ambiguous-scalar/bad-1.yaml"),
};

/// Collections in collections without end.
pub static NESTING: Entry = Entry {
    id: "yaml-nesting",
    family: Family::Reading,
    severity: Severity::Error,
    certainty: Certainty::Inferred,
    fix: FixKind::None,
    summary: "the document is nested too deep to be a manifest",
    sources: &[pages::FLOWGATE],
    doc: include_str!("docs/yaml-nesting.md"),
    example: include_str!("../../testdata/rules/yaml-nesting/bad-1.yaml"),
};

/// Aliases that expand without bound.
pub static ALIAS_BUDGET: Entry = Entry {
    id: "yaml-alias-budget",
    family: Family::Reading,
    severity: Severity::Error,
    certainty: Certainty::Inferred,
    fix: FixKind::None,
    summary: "the aliases of the document expand to too many nodes",
    sources: &[pages::FLOWGATE],
    doc: include_str!("docs/yaml-alias-budget.md"),
    example: include_str!("../../testdata/rules/yaml-alias-budget/bad-1.yaml"),
};

/// All entries of this module.
pub static ENTRIES: [&Entry; 6] = [&SYNTAX, &BARE_ASTERISK, &DUPLICATE_KEY, &AMBIGUOUS_SCALAR, &NESTING, &ALIAS_BUDGET];

/// The finding for an unquoted `*` or `*.field`.
pub fn bare_asterisk(place: Place, written: &str) -> Diagnostic {
    let message = format!("`{written}` without quotes is a YAML alias, so the document cannot be read as meant");
    let mut finding = Diagnostic::new(&BARE_ASTERISK, place, message);
    finding.help = Some(if written == "*" {
        "in a list of MQTT topics write `- '#'` for all topics, in a list of Kafka topics name each topic; \
         in a mapping write `- '*'`"
            .to_owned()
    } else {
        format!("write `'{written}'`")
    });
    finding
}

/// The finding for a plain scalar `text` that YAML 1.2 reads otherwise than kubectl.
pub fn ambiguous(place: Place, text: &str) -> Diagnostic {
    use super::scalar::Resolved;
    let (old, new) = (super::scalar::resolve(text), super::scalar::resolve_yaml12(text));
    let message = format!("kubectl reads `{text}` as {}, a YAML 1.2 reader as {}", describe(old), describe(new));
    let mut finding = Diagnostic::new(&AMBIGUOUS_SCALAR, place, message);
    let number = |resolved| match resolved {
        Resolved::Bool(value) => Some(value.to_string()),
        Resolved::Int(value) => Some(value.to_string()),
        Resolved::UInt(value) => Some(value.to_string()),
        Resolved::Float(value) => Some(value.to_string()),
        Resolved::Null | Resolved::Str => None,
    };
    finding.help = Some(match (number(old), number(new)) {
        (Some(old), Some(new)) => format!("write `{old}` or `{new}`, whichever is meant, or `'{text}'` for the text"),
        (Some(old), None) => format!("write `'{text}'` for the text, or `{old}` for what kubectl reads"),
        _ => format!("write `'{text}'` for the text"),
    });
    finding
}

fn describe(resolved: super::scalar::Resolved) -> String {
    use super::scalar::Resolved;
    match resolved {
        Resolved::Bool(value) => format!("the boolean `{value}`"),
        Resolved::Int(value) => format!("the number `{value}`"),
        Resolved::UInt(value) => format!("the number `{value}`"),
        Resolved::Float(value) => format!("the number `{value}`"),
        Resolved::Null => "null".to_owned(),
        Resolved::Str => "text".to_owned(),
    }
}
