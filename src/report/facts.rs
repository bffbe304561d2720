//! What a finding says, with every text masked and every place resolved: what the text formats are written from.

use crate::diag::{Diagnostic, FileId, Place, Span};
use crate::redact;
use crate::source::{Excerpt, Position, Sources};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

/// Files whose text is held at once: findings are sorted by file, and their related places are in few others.
const HELD: usize = 3;

/// The masked texts of the files that are being told about.
pub(super) struct Texts<'a> {
    sources: &'a Sources,
    held: RefCell<VecDeque<(FileId, Option<Arc<Excerpt>>)>>,
}

impl<'a> Texts<'a> {
    pub(super) const fn new(sources: &'a Sources) -> Self {
        Self { sources, held: RefCell::new(VecDeque::new()) }
    }

    /// The masked text of `file`, if it can still be had.
    pub(super) fn get(&self, file: FileId) -> Option<Arc<Excerpt>> {
        let mut held = self.held.borrow_mut();
        if let Some((_, excerpt)) = held.iter().find(|(id, _)| *id == file) {
            return excerpt.clone();
        }
        let excerpt = self.sources.excerpt(file);
        held.truncate(HELD - 1);
        held.push_front((file, excerpt.clone()));
        excerpt
    }

    /// Resolves `place`.
    pub(super) fn spot(&self, place: Place) -> Spot {
        let excerpt = self.get(place.file);
        let span = excerpt.as_ref().map_or(place.span, |excerpt| within(place.span, excerpt.text()));
        let start = excerpt.as_ref().map(|excerpt| excerpt.position(span.start as usize));
        let name = clean(self.sources.name(place.file)).replace('\n', "\u{fffd}");
        Spot { file: place.file, name, span, start, excerpt }
    }
}

/// A place with the name and the masked text of its file.
pub(super) struct Spot {
    pub(super) file: FileId,
    pub(super) name: String,
    /// The range, moved to character boundaries inside the text.
    pub(super) span: Span,
    /// Where it starts; absent with the text.
    pub(super) start: Option<Position>,
    pub(super) excerpt: Option<Arc<Excerpt>>,
}

impl Spot {
    /// `file:line:column`, or the file alone where its text is gone.
    pub(super) fn address(&self) -> String {
        match self.start {
            Some(Position { line, column }) => format!("{}:{line}:{column}", self.name),
            None => self.name.clone(),
        }
    }
}

/// One finding, ready to be told.
pub(super) struct Facts<'a> {
    pub(super) diagnostic: &'a Diagnostic,
    pub(super) spot: Spot,
    pub(super) message: String,
    pub(super) label: Option<String>,
    pub(super) related: Vec<(Spot, String)>,
    pub(super) notes: Vec<String>,
    pub(super) help: Option<String>,
    pub(super) source: String,
}

impl<'a> Facts<'a> {
    pub(super) fn new(diagnostic: &'a Diagnostic, texts: &Texts<'_>) -> Self {
        let related = diagnostic.related.iter();
        Self {
            diagnostic,
            spot: texts.spot(diagnostic.place),
            message: clean(&diagnostic.message),
            label: diagnostic.label.as_deref().map(clean),
            related: related.map(|related| (texts.spot(related.place), clean(&related.message))).collect(),
            notes: diagnostic.notes.iter().map(|note| clean(note)).collect(),
            help: diagnostic.help.as_deref().map(clean),
            source: clean(&diagnostic.source()),
        }
    }

    /// `error[eh-compression]`.
    pub(super) fn heading(&self) -> String {
        format!("{}[{}]", self.diagnostic.severity, self.diagnostic.id())
    }
}

/// The key and text that tell a label without an underline: labels usually say what was expected.
pub(super) fn keyed(label: &str) -> (&'static str, &str) {
    match label.strip_prefix("expected ") {
        Some(expected) => ("expected", expected),
        None => ("here", label),
    }
}

/// `span`, cut to `text` and widened to whole characters.
pub(super) fn within(span: Span, text: &str) -> Span {
    let mut start = (span.start as usize).min(text.len());
    let mut end = (span.end as usize).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Span::new(start, end)
}

/// Characters of a message; a value that it quotes may be a megabyte long.
const LONGEST: usize = 600;

/// `text` without secrets, without what a terminal would act upon, and not longer than a person reads.
pub(super) fn clean(text: &str) -> String {
    let masked = redact::mask(text);
    let visible = masked.chars().map(|c| if c == '\n' { c } else { visible(c) });
    if masked.len() <= LONGEST {
        return visible.collect();
    }
    let length = masked.chars().count();
    if length <= LONGEST {
        return visible.collect();
    }
    // Both ends are kept: what is wrong stands in front of the value, what was expected behind it.
    let half = LONGEST / 2;
    visible.clone().take(half).chain([' ', '…', ' ']).chain(visible.skip(length - half)).collect()
}

/// `c`, or a replacement where it would steer the terminal or reorder the line.
pub(super) fn visible(c: char) -> char {
    match c {
        '\t' => '\t',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        _ if c.is_control() => '\u{fffd}',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_spans_to_whole_characters_of_the_text() {
        assert_eq!(within(Span::new(2, 99), "a端b"), Span::new(1, 5));
        assert_eq!(within(Span::new(50, 99), "abc"), Span::at(3));
        assert_eq!(within(Span::new(0, 2), "端"), Span::new(0, 3));
    }

    #[test]
    fn lets_nothing_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[31m\r\nb\u{202e}c"), "a\u{fffd}[31m\u{fffd}\nb\u{fffd}c");
    }

    #[test]
    fn names_what_was_expected() {
        assert_eq!(keyed("expected `None`"), ("expected", "`None`"));
        assert_eq!(keyed("first written here"), ("here", "first written here"));
    }
}
