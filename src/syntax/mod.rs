//! The small languages in manifests: topic filters and templates, data paths, expressions. Text in, syntax with ranges of
//! that text out.
//!
//! What they do to a message is for `translate`.

pub mod expression;
pub mod path;
pub mod topic;

use std::ops::Range;

/// Why a text is not of its language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong and what was expected: lower case, no final dot, values in backticks.
    pub message: String,
    /// The bytes of the text that are wrong, on character boundaries; empty where something is missing.
    pub range: Range<usize>,
}

impl SyntaxError {
    /// An error at `range`.
    pub fn new(message: impl Into<String>, range: Range<usize>) -> Self {
        Self { message: message.into(), range }
    }
}
