//! A place in a document, present or not: what rules read and what findings point at.
//!
//! A [`Val`] never gives an offset to a rule. It answers what stands there, it can be asked for members that are
//! absent, and where a template hides the answer it says neither "present" nor "absent".

use crate::diag::Span;
use crate::yaml::scalar::Resolved;
use crate::yaml::{Entry, Node, Value, template};

/// Members that may be missing on the way down from the nearest present node.
const MISSING_DEPTH: usize = 4;

/// A value, or the place where it would be.
#[derive(Debug, Clone, Copy)]
pub struct Val<'a> {
    node: Option<&'a Node<'a>>,
    entry: Option<&'a Entry<'a>>,
    parent: Option<&'a Node<'a>>,
    /// The key or node that stands nearest above a missing member.
    near: Span,
    missing: [&'static str; MISSING_DEPTH],
    depth: usize,
    /// Whether a template stands above a missing member, and may bring it.
    hidden: bool,
}

impl<'a> Val<'a> {
    /// The root of a document or of an item of a list.
    pub fn root(node: &'a Node<'a>) -> Self {
        Self {
            node: Some(node),
            entry: None,
            parent: None,
            near: node.entries().first().map_or(node.place(), |first| first.key_span),
            missing: [""; MISSING_DEPTH],
            depth: 0,
            hidden: false,
        }
    }

    /// The member `key`.
    pub fn get(self, key: &'static str) -> Self {
        let Some(node) = self.node else { return self.below(key) };
        if node.is_null() {
            return Self { node: None, ..self }.below(key);
        }
        match node.entry(key) {
            Some(entry) => Self::member(node, entry),
            None => {
                let hidden = self.hidden || node.is_template();
                Self { node: None, entry: None, parent: Some(node), hidden, ..self }.below(key)
            }
        }
    }

    fn below(mut self, key: &'static str) -> Self {
        if let Some(slot) = self.missing.get_mut(self.depth) {
            *slot = key;
            self.depth += 1;
        }
        Self { node: None, entry: None, ..self }
    }

    fn member(parent: &'a Node<'a>, entry: &'a Entry<'a>) -> Self {
        Self {
            node: Some(&entry.value),
            entry: Some(entry),
            parent: Some(parent),
            near: entry.merged_at.unwrap_or(entry.key_span),
            missing: [""; MISSING_DEPTH],
            depth: 0,
            hidden: false,
        }
    }

    /// The members of a mapping with their names, in the order of the text.
    pub fn members(self) -> impl Iterator<Item = (&'a str, Self)> {
        let parent = self.node;
        parent
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .filter_map(move |entry| parent.map(|parent| (entry.key.as_ref(), Self::member(parent, entry))))
    }

    /// Whether a member is most likely `name` misspelt. The schema check says so at that member, so whoever misses `name`
    /// has nothing to add.
    pub fn misspells(self, name: &str) -> bool {
        let near = |key: &str| crate::schema::nearest(key, std::iter::once(name)).is_some();
        self.members().any(|(key, _)| key != name && near(key))
    }

    /// The items of a list.
    pub fn items(self) -> impl Iterator<Item = Self> {
        self.node.map(Node::items).unwrap_or_default().iter().map(move |item| Self {
            node: Some(item),
            entry: None,
            parent: self.node,
            near: item.place(),
            missing: [""; MISSING_DEPTH],
            depth: 0,
            hidden: false,
        })
    }

    /// The node, if it is there.
    pub const fn node(self) -> Option<&'a Node<'a>> {
        self.node
    }

    /// The member with its key, if it is there and is a member.
    pub const fn entry(self) -> Option<&'a Entry<'a>> {
        self.entry
    }

    /// The mapping or list that holds it, or would.
    pub const fn parent(self) -> Option<&'a Node<'a>> {
        self.parent
    }

    /// Whether it is written, as null too.
    pub const fn is_present(self) -> bool {
        self.node.is_some()
    }

    /// Whether it is known not to be there: not written, and no template could bring it. Null counts as absent.
    pub fn is_absent(self) -> bool {
        self.node.map_or(!self.hidden, Node::is_null)
    }

    /// Whether a template decides what stands here.
    pub fn is_undecided(self) -> bool {
        self.node.map_or(self.hidden, Node::is_template)
    }

    /// The text, if it is a string and no template hides it.
    pub fn str(self) -> Option<&'a str> {
        self.node.and_then(Node::as_str).filter(|text| template::find(text).is_none())
    }

    /// The text of a string, templates in it included.
    pub fn raw_str(self) -> Option<&'a str> {
        self.node.and_then(Node::as_str)
    }

    /// The integer, if it is one.
    pub fn int(self) -> Option<i64> {
        match self.node?.scalar()?.resolved {
            Resolved::Int(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is a string that equals `word` when case is ignored.
    pub fn is_word(self, word: &str) -> bool {
        self.str().is_some_and(|text| text.eq_ignore_ascii_case(word))
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        matches!(self.node.map(|node| &node.value), Some(Value::Seq(_)))
    }

    /// Whether it is a mapping.
    pub fn is_map(self) -> bool {
        matches!(self.node.map(|node| &node.value), Some(Value::Map(_)))
    }

    /// Where it stands: the value; the key where the value is empty; the nearest key above where it is missing.
    pub fn span(self) -> Span {
        match self.node {
            Some(node) if !node.place().is_empty() => node.place(),
            _ => self.near,
        }
    }

    /// Where its key stands, or the nearest key above.
    pub const fn key_span(self) -> Span {
        self.near
    }

    /// The names that are missing below the nearest present node, outermost first.
    pub fn missing(&self) -> &[&'static str] {
        &self.missing[..self.depth]
    }
}
