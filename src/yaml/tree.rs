//! The spanned tree: every key and every value of a document with the bytes it stands on.
//!
//! Aliases and `<<` merges are resolved: a node that came through one knows where it is defined ([`Node::span`]) and
//! where it is used ([`Node::used_at`]). Which types are allowed where is for `schema`.

use super::scalar::Resolved;
use crate::diag::Span;
use std::borrow::Cow;

/// A scalar, with the meaning that kubectl gives it.
#[derive(Debug, Clone)]
pub struct Scalar<'t> {
    /// The text after unescaping and folding.
    pub text: Cow<'t, str>,
    /// Whether it was written without quotes and not as a block.
    pub plain: bool,
    /// What it means; always [`Resolved::Str`] unless plain or tagged.
    pub resolved: Resolved,
}

/// A member of a mapping.
#[derive(Debug, Clone)]
pub struct Entry<'t> {
    /// The key as kubectl converts it to a JSON name.
    pub key: Cow<'t, str>,
    /// Where the key is defined.
    pub key_span: Span,
    /// The `<<` (or the alias behind it) through which the member came in.
    pub merged_at: Option<Span>,
    /// The value.
    pub value: Node<'t>,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum Value<'t> {
    /// Text, number, boolean or null.
    Scalar(Scalar<'t>),
    /// A sequence.
    Seq(Vec<Node<'t>>),
    /// A mapping: own members in the order of the text, then merged ones.
    Map(Vec<Entry<'t>>),
    /// A template expression (`{{ … }}`) that stands where a value should: nothing is known of the value.
    Template,
}

/// A node and where it stands.
#[derive(Debug, Clone)]
pub struct Node<'t> {
    /// Where it is defined: the scalar with its quotes, or from the first to the last byte of a collection.
    pub span: Span,
    /// The alias (`*name`) that put it here, where there is one.
    pub used_at: Option<Span>,
    /// Whether a collection is written in braces or brackets.
    pub flow: bool,
    /// Whether the text, or a key of the mapping, holds a placeholder that a tool or a person fills in later.
    pub template: bool,
    /// What it is.
    pub value: Value<'t>,
}

impl<'t> Node<'t> {
    /// Where the node is named in the text: the alias, or its own span.
    pub fn place(&self) -> Span {
        self.used_at.unwrap_or(self.span)
    }

    /// The members, if it is a mapping.
    pub fn entries(&self) -> &[Entry<'t>] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items, if it is a sequence.
    pub fn items(&self) -> &[Node<'t>] {
        match &self.value {
            Value::Seq(items) => items,
            _ => &[],
        }
    }

    /// The member `key`: of duplicates the last one, as kubectl takes it.
    pub fn entry(&self, key: &str) -> Option<&Entry<'t>> {
        let entries = self.entries();
        let own = entries.iter().rposition(|entry| entry.merged_at.is_none()).map_or(0, |last| last + 1);
        let (own, merged) = entries.split_at(own);
        own.iter().rfind(|entry| entry.key == key).or_else(|| merged.iter().find(|entry| entry.key == key))
    }

    /// The value of the member `key`.
    pub fn get(&self, key: &str) -> Option<&Node<'t>> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The scalar, if it is one.
    pub const fn scalar(&self) -> Option<&Scalar<'t>> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text, if it is a string (not a number, boolean or null).
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(Scalar { text, resolved: Resolved::Str, .. }) => Some(text),
            _ => None,
        }
    }

    /// Whether it is null.
    pub const fn is_null(&self) -> bool {
        matches!(self.value, Value::Scalar(Scalar { resolved: Resolved::Null, .. }))
    }

    /// The JSON type in words, with its article.
    pub const fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) => scalar.resolved.type_name(),
            Value::Seq(_) => "a list",
            Value::Map(_) => "an object",
            Value::Template => "a template",
        }
    }

    /// Whether a placeholder stands for the value, in its text, or in a key of the mapping.
    pub const fn is_template(&self) -> bool {
        self.template
    }

    /// Nodes in this subtree, itself included.
    pub fn size(&self) -> usize {
        1 + match &self.value {
            Value::Seq(items) => items.iter().map(Self::size).sum(),
            Value::Map(entries) => entries.iter().map(|entry| entry.value.size()).sum(),
            Value::Scalar(_) | Value::Template => 0,
        }
    }

    /// The dotted path (`spec.operations[1].name`) of the node or key that stands at `span`, if there is one.
    pub fn path_of(&self, span: Span) -> Option<String> {
        let mut path = String::new();
        self.find_path(span, &mut path).then_some(path)
    }

    fn find_path(&self, span: Span, path: &mut String) -> bool {
        if self.place() == span || self.span == span {
            return true;
        }
        match &self.value {
            Value::Map(entries) => entries.iter().any(|entry| {
                let in_key = entry.key_span.contains(span);
                let in_value = entry.value.place().contains(span) || entry.value.span.contains(span);
                if !in_key && !in_value {
                    return false;
                }
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&entry.key);
                // A part of a scalar, or white space in a collection, belongs to the nearest node above it.
                if in_value && !in_key {
                    entry.value.find_path(span, path);
                }
                true
            }),
            Value::Seq(items) => items.iter().enumerate().any(|(index, item)| {
                let covers = item.place().contains(span) || item.span.contains(span);
                if covers {
                    path.push_str(&format!("[{index}]"));
                    item.find_path(span, path);
                }
                covers
            }),
            Value::Scalar(_) | Value::Template => false,
        }
    }
}

/// One document of a stream.
#[derive(Debug, Clone)]
pub struct Document<'t> {
    /// Its content.
    pub root: Node<'t>,
    /// From the end of the document before it to its own end, with all comments.
    pub region: Span,
    /// Plain scalars that YAML 1.2 would read otherwise than kubectl does.
    pub ambiguous: Vec<Span>,
    /// Whether a placeholder stands anywhere in it.
    pub templates: bool,
}
