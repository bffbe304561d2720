//! The spanned tree as the `jsonschema` crate wants to see it: validated where it lies, never copied into JSON.

use crate::yaml::scalar::Resolved;
use crate::yaml::{Entry, Node, Scalar, Value};
use jsonschema::json::{Array, Json, JsonNumber, NodeIdentity, Object};
use jsonschema::types::JsonType;
use serde_json::{Map, Number};
use std::borrow::Cow;

/// Marks the tree as a JSON representation.
#[derive(Debug)]
pub struct Tree;

impl Json for Tree {
    type Node<'a> = &'a Node<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = Option<Node<'static>>;

    // A lookup compares with every member until it finds the key.
    const KEYS_PER_LOOKUP: usize = 1;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(buffer: &mut Option<Node<'static>>, string: &str, f: impl FnOnce(Self::Node<'_>) -> T) -> T {
        let scalar = Scalar { text: Cow::Owned(string.to_owned()), plain: false, resolved: Resolved::Str };
        let node = Node {
            span: Default::default(),
            used_at: None,
            flow: false,
            template: false,
            value: Value::Scalar(scalar),
        };
        f(buffer.insert(node))
    }
}

/// A number of the tree.
#[derive(Debug, Clone, Copy)]
pub struct TreeNumber(Resolved);

impl JsonNumber for TreeNumber {
    fn as_u64(&self) -> Option<u64> {
        match self.0 {
            Resolved::Int(value) => u64::try_from(value).ok(),
            Resolved::UInt(value) => Some(value),
            _ => None,
        }
    }

    fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Resolved::Int(value) => Some(value),
            _ => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match self.0 {
            #[allow(clippy::cast_precision_loss, reason = "JSON readers do the same")]
            Resolved::Int(value) => Some(value as f64),
            #[allow(clippy::cast_precision_loss, reason = "JSON readers do the same")]
            Resolved::UInt(value) => Some(value as f64),
            Resolved::Float(value) => Some(value),
            _ => None,
        }
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_number().to_string())
    }

    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Owned(to_number(self.0))
    }
}

/// JSON has no infinity and no NaN; the largest number stands for them, which no bound lets through.
fn to_number(resolved: Resolved) -> Number {
    match resolved {
        Resolved::Int(value) => value.into(),
        Resolved::UInt(value) => value.into(),
        Resolved::Float(value) => {
            Number::from_f64(value).or_else(|| Number::from_f64(f64::MAX)).unwrap_or_else(|| 0.into())
        }
        Resolved::Null | Resolved::Bool(_) | Resolved::Str => 0.into(),
    }
}

impl<'a> jsonschema::json::Node<'a, Tree> for &'a Node<'a> {
    type Object = TreeObject<'a>;
    type Array = TreeArray<'a>;
    type Number = TreeNumber;

    fn as_object(&self) -> Option<TreeObject<'a>> {
        match &self.value {
            Value::Map(entries) => Some(TreeObject { node: self, entries }),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<TreeArray<'a>> {
        match &self.value {
            Value::Seq(items) => Some(TreeArray(items)),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        Node::as_str(self).map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<TreeNumber> {
        match self.scalar()?.resolved {
            number @ (Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_)) => Some(TreeNumber(number)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.scalar()?.resolved {
            Resolved::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        Node::is_null(self)
    }

    fn json_type(&self) -> JsonType {
        match &self.value {
            Value::Seq(_) => JsonType::Array,
            Value::Map(_) => JsonType::Object,
            Value::Template => JsonType::Null,
            Value::Scalar(scalar) => match scalar.resolved {
                Resolved::Null => JsonType::Null,
                Resolved::Bool(_) => JsonType::Boolean,
                Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_) => JsonType::Number,
                Resolved::Str => JsonType::String,
            },
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned(to_value(self))
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<Node<'a>>(self) as usize))
    }
}

/// The tree as a JSON value, for errors that quote it and for tests.
pub fn to_value(node: &Node<'_>) -> serde_json::Value {
    match &node.value {
        Value::Template => serde_json::Value::Null,
        Value::Seq(items) => items.iter().map(to_value).collect(),
        Value::Map(entries) => {
            let members = entries.iter().map(|entry| (entry.key.to_string(), to_value(&entry.value)));
            serde_json::Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Scalar(scalar) => match scalar.resolved {
            Resolved::Null => serde_json::Value::Null,
            Resolved::Bool(value) => value.into(),
            Resolved::Str => scalar.text.as_ref().into(),
            number => serde_json::Value::Number(to_number(number)),
        },
    }
}

/// A mapping of the tree.
#[derive(Debug, Clone, Copy)]
pub struct TreeObject<'a> {
    node: &'a Node<'a>,
    entries: &'a [Entry<'a>],
}

impl<'a> Object<'a, Tree> for TreeObject<'a> {
    type Node = &'a Node<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn get(&self, key: &Box<str>) -> Option<&'a Node<'a>> {
        self.node.get(key)
    }

    fn members(&self) -> Members<'a> {
        Members(self.entries.iter())
    }
}

/// The members of a mapping.
#[derive(Debug)]
pub struct Members<'a>(std::slice::Iter<'a, Entry<'a>>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|entry| (entry.key.as_ref(), &entry.value))
    }
}

/// A sequence of the tree.
#[derive(Debug, Clone, Copy)]
pub struct TreeArray<'a>(&'a [Node<'a>]);

impl<'a> Array<'a, Tree> for TreeArray<'a> {
    type Node = &'a Node<'a>;
    type ElementsIter = std::slice::Iter<'a, Node<'a>>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn elements(&self) -> std::slice::Iter<'a, Node<'a>> {
        self.0.iter()
    }
}
