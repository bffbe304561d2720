//! Where rules put their findings: it knows the rule, the file and the text, so that rules need not.

use super::{Date, Options};
use crate::diag::{Diagnostic, Edit, Effect, Entry, FileId, Fix, Place, Related, Safety, Severity, Span};
use crate::model::{InsertPoint, Resource, Val, Written};
use crate::yaml::edit::Editor;

/// Collects the findings of one rule on one resource or on the bundle.
pub struct Sink<'s> {
    entry: &'static Entry,
    resource: Option<Resource<'s>>,
    options: Options,
    out: &'s mut Vec<Diagnostic>,
    /// Takes a finding as soon as the next one begins: a rule on the bundle may have one for each of many resources.
    done: Option<&'s mut dyn FnMut(Diagnostic)>,
}

impl<'s> Sink<'s> {
    /// For the rule `entry` on `resource`, or on the bundle.
    pub(super) const fn new(
        entry: &'static Entry,
        resource: Option<Resource<'s>>,
        options: Options,
        out: &'s mut Vec<Diagnostic>,
    ) -> Self {
        Self { entry, resource, options, out, done: None }
    }

    /// For the rule `entry` on the bundle; `done` takes its findings, but for the last, which stays in `out`.
    pub(super) const fn streaming(
        entry: &'static Entry,
        options: Options,
        out: &'s mut Vec<Diagnostic>,
        done: &'s mut dyn FnMut(Diagnostic),
    ) -> Self {
        Self { entry, resource: None, options, out, done: Some(done) }
    }

    /// Whether the files are all there is (`--closed`): what is missing among them is then an error.
    pub const fn closed(&self) -> bool {
        self.options.closed
    }

    /// The day on which the rules run; `None` where nothing is to be judged by the calendar.
    pub const fn today(&self) -> Option<Date> {
        self.options.today
    }

    /// A finding at the value of `at`, or where it would be.
    pub fn at(&mut self, at: Val<'_>, message: impl Into<String>) -> Finding<'_> {
        let field = self.field(at);
        self.push(at.span(), field, message)
    }

    /// A finding at the key of `at`.
    pub fn key(&mut self, at: Val<'_>, message: impl Into<String>) -> Finding<'_> {
        let field = self.field(at);
        self.push(at.key_span(), field, message)
    }

    /// A finding at bytes `part` of the text of the string `at`; at all of it where quotes or escapes stand between.
    pub fn part(&mut self, at: Val<'_>, part: std::ops::Range<usize>, message: impl Into<String>) -> Finding<'_> {
        let field = self.field(at);
        self.push(self.part_span(at, part), field, message)
    }

    /// A finding of a bundle rule at a value that a summary kept.
    pub fn written<T>(&mut self, at: &Written<T>, message: impl Into<String>) -> Finding<'_> {
        self.place(at.place, message)
    }

    /// A finding at a place that a summary kept.
    pub fn place(&mut self, place: Place, message: impl Into<String>) -> Finding<'_> {
        if let Some(done) = &mut self.done {
            self.out.drain(..).for_each(done);
        }
        self.out.push(Diagnostic::new(self.entry, place, message));
        self.last()
    }

    fn push(&mut self, span: Span, field: String, message: impl Into<String>) -> Finding<'_> {
        let file = self.resource.map_or(FileId(0), |resource| resource.file);
        let mut finding = Diagnostic::new(self.entry, Place::new(file, span), message);
        finding.field = field;
        self.out.push(finding);
        self.last()
    }

    fn last(&mut self) -> Finding<'_> {
        let index = self.out.len() - 1;
        Finding { diagnostic: &mut self.out[index], resource: self.resource }
    }

    /// The dotted path of `at`, with the members that are missing.
    fn field(&self, at: Val<'_>) -> String {
        let Some(resource) = self.resource else { return String::new() };
        let root = resource.root();
        // At the top there is no key above: the first one stands for the whole.
        let whole = at.node().is_some_and(|node| std::ptr::eq(node, resource.node));
        let of_root = at.parent().is_some_and(|parent| std::ptr::eq(parent, resource.node));
        let missing_at_top = of_root && !at.missing().is_empty() && at.key_span() == root.key_span();
        let mut path = if whole || missing_at_top { String::new() } else { resource.path_of(at.key_span()) };
        for name in at.missing() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
        path
    }

    fn part_span(&self, at: Val<'_>, part: std::ops::Range<usize>) -> Span {
        let (Some(resource), Some(node)) = (self.resource, at.node()) else { return at.span() };
        let source = &resource.text[node.span.range()];
        let written = node.as_str().unwrap_or_default();
        match source.find(written) {
            Some(offset) if !written.is_empty() && node.used_at.is_none() => {
                let start = node.span.start as usize + offset;
                Span::new(start + part.start, start + part.end)
            }
            _ => at.span(),
        }
    }
}

/// A finding that is being described.
pub struct Finding<'f> {
    diagnostic: &'f mut Diagnostic,
    resource: Option<Resource<'f>>,
}

impl Finding<'_> {
    /// Another severity than the rule's.
    pub fn severity(self, severity: Severity) -> Self {
        self.diagnostic.severity = severity;
        self
    }

    /// A few words under the place: what was expected.
    pub fn label(self, label: impl Into<String>) -> Self {
        self.diagnostic.label = Some(label.into());
        self
    }

    /// What the API server does with it.
    pub fn effect(self, effect: Effect) -> Self {
        self.diagnostic.effect = Some(effect);
        self
    }

    /// What to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.diagnostic.help = Some(help.into());
        self
    }

    /// A fact that helps to understand.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.diagnostic.notes.push(note.into());
        self
    }

    /// Another place of this document that belongs to it.
    pub fn related(self, at: Val<'_>, message: impl Into<String>) -> Self {
        let file = self.diagnostic.place.file;
        self.related_place(Place::new(file, at.span()), message)
    }

    /// The key of another member of this document that belongs to it.
    pub fn related_key(self, at: Val<'_>, message: impl Into<String>) -> Self {
        let file = self.diagnostic.place.file;
        self.related_place(Place::new(file, at.key_span()), message)
    }

    /// Another place, of any file.
    pub fn related_place(self, place: Place, message: impl Into<String>) -> Self {
        self.diagnostic.related.push(Related { place, message: message.into() });
        self
    }

    /// Fix: put `value` in the place of the scalar `at`.
    pub fn replace(self, safety: Safety, at: Val<'_>, value: &str) -> Self {
        let title = format!("write `{value}`");
        self.edit(safety, title, |editor| at.node().map(|node| editor.replace_scalar(node, value)))
    }

    /// Fix: put `text` in the place of bytes `part` of the string `at`; no fix where quotes or escapes stand between.
    pub fn replace_part(self, safety: Safety, at: Val<'_>, part: std::ops::Range<usize>, text: &str) -> Self {
        let Some(node) = at.node() else { return self };
        let Some(written) = node.as_str() else { return self };
        let mut value = written.to_owned();
        if value.get(part.clone()).is_none() {
            return self;
        }
        value.replace_range(part, text);
        self.replace(safety, at, &value)
    }

    /// Fix: take the member `at` out of its mapping.
    pub fn remove(self, safety: Safety, at: Val<'_>) -> Self {
        let (Some(parent), Some(entry)) = (at.parent(), at.entry()) else { return self };
        let title = format!("remove `{}`", entry.key);
        if entry.merged_at.is_some() {
            return self;
        }
        self.edit(safety, title, |editor| Some(editor.remove_entry(parent, entry)))
    }

    /// Fix: give the member `at` another name.
    pub fn rename(self, safety: Safety, at: Val<'_>, name: &str) -> Self {
        let Some(entry) = at.entry().filter(|entry| entry.merged_at.is_none()) else { return self };
        self.edit(safety, format!("rename to `{name}`"), |editor| Some(editor.rename_key(entry, name)))
    }

    /// Fix: add `lines` (`key: value`, further lines indented relative to it) to the mapping `owner`.
    pub fn insert(self, safety: Safety, owner: Val<'_>, lines: &str) -> Self {
        let Some(entry) = owner.entry() else { return self };
        let title = format!("add `{}`", lines.lines().next().unwrap_or_default());
        self.edit(safety, title, |editor| editor.insert_into(entry, lines))
    }

    /// Fix: move the member `at` into the mapping `owner`, under the name `name`.
    pub fn move_into(self, safety: Safety, at: Val<'_>, owner: Val<'_>, name: &str) -> Self {
        let (Some(from), Some(entry), Some(to)) = (at.parent(), at.entry(), owner.entry()) else { return self };
        let title = format!("move `{}` into `{}`", entry.key, to.key);
        self.edits(safety, title, |editor| editor.move_entry(from, entry, to, name))
    }

    /// Fix of a bundle rule: put `value` in the place of a scalar that a summary kept.
    pub fn replace_place(self, safety: Safety, place: Place, value: &str) -> Self {
        self.set_fix(Fix { title: format!("write `{value}`"), safety, edits: vec![Edit::replace(place, value)] })
    }

    /// Fix of a bundle rule: add the line `member` to a mapping.
    pub fn insert_at(self, safety: Safety, point: InsertPoint, member: &str) -> Self {
        if point.indent == 0 {
            return self;
        }
        let line = format!("\n{}{member}", " ".repeat(usize::from(point.indent)));
        self.set_fix(Fix { title: format!("add `{member}`"), safety, edits: vec![Edit::replace(point.place, line)] })
    }

    /// A fix of one edit, made with the editor of this file. A finding keeps the first fix it is given.
    pub fn edit(self, safety: Safety, title: impl Into<String>, make: impl FnOnce(Editor<'_>) -> Option<Edit>) -> Self {
        self.edits(safety, title, |editor| make(editor).into_iter().collect())
    }

    /// A fix of several edits, made with the editor of this file.
    pub fn edits(self, safety: Safety, title: impl Into<String>, make: impl FnOnce(Editor<'_>) -> Vec<Edit>) -> Self {
        let Some(resource) = self.resource else { return self };
        let edits = make(Editor::new(resource.text, resource.file));
        if edits.is_empty() { self } else { self.set_fix(Fix { title: title.into(), safety, edits }) }
    }

    fn set_fix(self, fix: Fix) -> Self {
        self.diagnostic.fix.get_or_insert(fix);
        self
    }
}
