//! The spanned YAML tree: reading documents as kubectl does, and editing text without losing comments and layout.
//!
//! `scalar` knows what plain scalars mean, `parse` builds the tree, `template` recognises placeholders, `edit` makes
//! the text edits of fixes, `locate` leads from a part of a value back to its text. What a document is about is for `schema` and `model`.

pub mod comments;
pub mod edit;
pub mod findings;
pub mod locate;
pub mod parse;
pub mod scalar;
pub mod template;
pub mod tree;

pub use comments::Comment;
pub use parse::{Parsed, Stream};
pub use tree::{Document, Entry, Node, Scalar, Value};
