//! Reading the tree of a file with cases: every slip is a finding at its line, and reading goes on behind it.

use crate::diag::{Diagnostic, FileId, Place, Span};
use crate::model::Text;
use crate::policy::run::CASE_SYNTAX;
use crate::schema::nearest;
use crate::yaml::scalar::{Resolved, resolve};
use crate::yaml::{Entry, Node, Value};

/// Reads one document and collects what is wrong with it.
pub(super) struct Reader<'n> {
    file: FileId,
    text: &'n str,
    root: &'n Node<'n>,
    findings: Vec<Diagnostic>,
}

impl<'n> Reader<'n> {
    pub(super) const fn new(file: FileId, text: &'n str, root: &'n Node<'n>) -> Self {
        Self { file, text, root, findings: Vec::new() }
    }

    /// What is wrong.
    pub(super) fn end(self) -> Vec<Diagnostic> {
        self.findings
    }

    pub(super) const fn place(&self, span: Span) -> Place {
        Place::new(self.file, span)
    }

    /// Says what is wrong at `span`.
    pub(super) fn fault(&mut self, span: Span, message: impl Into<String>) {
        self.fault_with(span, message, None);
    }

    /// Says what is wrong at `span`, and what to do.
    pub(super) fn fault_with(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        let mut finding = Diagnostic::new(&CASE_SYNTAX, self.place(span), message);
        finding.field = self.root.path_of(span).unwrap_or_default();
        finding.help = help;
        self.findings.push(finding);
    }

    /// Says that `node` is not what `what` has to be.
    pub(super) fn wrong(&mut self, node: &Node<'_>, what: &str, expected: &str) {
        self.fault(node.place(), format!("{what} is {}, expected {expected}", node.type_name()));
    }

    /// The members of `node`, which is `what` and takes `keys`; others are reported and left out.
    pub(super) fn members(&mut self, node: &'n Node<'n>, what: &str, keys: &[&str]) -> Vec<&'n Entry<'n>> {
        let Value::Map(entries) = &node.value else {
            self.wrong(node, what, "a mapping");
            return Vec::new();
        };
        let mut known = Vec::with_capacity(entries.len());
        for entry in entries {
            if keys.contains(&entry.key.as_ref()) {
                known.push(entry);
            } else {
                self.unknown(entry, what, keys);
            }
        }
        known
    }

    fn unknown(&mut self, entry: &Entry<'_>, what: &str, keys: &[&str]) {
        let plain = |text: &str| text.to_ascii_lowercase().replace(['_', ' '], "-");
        let written = plain(&spaced(&entry.key));
        let same = keys.iter().copied().find(|key| plain(key) == written);
        let near = same.or_else(|| nearest(&written, keys.iter().copied()));
        let help = match near {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("it has {}", listed(keys)),
        };
        let message = format!("{what} has no `{}`, so it would not be checked", entry.key);
        self.fault_with(entry.merged_at.unwrap_or(entry.key_span), message, Some(help));
    }

    /// The items of `node`, which is `what`.
    pub(super) fn items(&mut self, node: &'n Node<'n>, what: &str) -> &'n [Node<'n>] {
        match &node.value {
            Value::Seq(items) => items,
            _ => {
                self.wrong(node, what, "a list");
                &[]
            }
        }
    }

    /// The name that a key writes. kubectl takes a bare `n` or `on` for a boolean; here it is a name like any other.
    pub(super) fn name(&self, entry: &Entry<'_>) -> String {
        let raw = self.text.get(entry.key_span.range()).unwrap_or_default();
        match resolve(raw) {
            Resolved::Str => entry.key.to_string(),
            _ => raw.to_owned(),
        }
    }

    /// The text of a scalar as it is written, numbers and booleans too.
    pub(super) fn text(&mut self, node: &Node<'_>, what: &str) -> Option<Text> {
        match &node.value {
            Value::Scalar(scalar) if !node.is_null() => {
                Some(Text { value: scalar.text.as_ref().into(), place: self.place(node.place()) })
            }
            _ => {
                self.wrong(node, what, "text");
                None
            }
        }
    }
}

/// `contentType` as `content-type`.
fn spaced(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 2);
    for c in key.chars() {
        if c.is_ascii_uppercase() && out.ends_with(|last: char| last.is_ascii_lowercase()) {
            out.push('-');
        }
        out.push(c);
    }
    out
}

/// `` `a`, `b` and `c` ``.
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [rest @ .., last] => format!("`{}` and `{last}`", rest.join("`, `")),
    }
}
