//! What rules of several families say about a name that leads to nothing.

use super::Sink;
use crate::diag::Severity;
use crate::model::{Identity, Text};
use crate::schema::nearest;
use std::collections::HashSet;

/// Comparisons of two names that suggestions may cost in all: with tens of thousands of resources they would take
/// longer than everything else.
const COMPARISONS: usize = 100_000;

/// The names of one kind of resource among the files.
pub(super) struct Names<'n> {
    what: &'static str,
    known: HashSet<&'n str>,
    /// Whether one of the names is a template, and may turn out to be the one that is missed.
    open: bool,
    comparisons: usize,
}

impl<'n> Names<'n> {
    /// The names of `all`, and those that every instance has.
    pub fn new(what: &'static str, all: impl Iterator<Item = &'n Identity>, built_in: &[&'n str]) -> Self {
        let mut names = Self { what, known: built_in.iter().copied().collect(), open: false, comparisons: 0 };
        for id in all {
            match &id.name {
                Some(name) => {
                    names.known.insert(name);
                }
                None => names.open = true,
            }
        }
        names
    }

    /// Takes it that there may be more names than are known.
    pub fn opened(self, open: bool) -> Self {
        Self { open: self.open || open, ..self }
    }

    /// Reports that `reference` leads to none of them. With `--closed` that is an error. A name that exists in another
    /// namespace is a matter of namespaces, and an empty one of its field.
    pub fn miss(&mut self, reference: &Text, sink: &mut Sink<'_>) {
        if reference.value.is_empty() || self.known.contains(&*reference.value) {
            return;
        }
        let certain = sink.closed() && !self.open;
        let severity = if certain { Severity::Error } else { Severity::Info };
        let suggestion = self.suggest(&reference.value);
        let message = format!("no {} `{}` among the files", self.what, reference.value);
        let finding = sink.written(reference, message).severity(severity);
        match suggestion {
            Some(name) => finding.help(format!("did you mean `{name}`?")),
            None if certain => finding.help(format!("add the {} to the files, or correct the name", self.what)),
            None => finding.note("it may live in the cluster; with `--closed` the files are all there is"),
        };
    }

    fn suggest(&mut self, written: &str) -> Option<&'n str> {
        self.comparisons += self.known.len();
        if self.comparisons > COMPARISONS {
            return None;
        }
        nearest(written, self.known.iter().copied())
    }
}
