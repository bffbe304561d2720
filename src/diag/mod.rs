//! The one kind of finding, and what every finding is documented by.
//!
//! A [`Diagnostic`] says what is wrong at which [`Place`], what the API server makes of it, who says so, and, where it
//! is safe, which [`Edit`]s put it right. An [`Entry`] is the documentation of one id: `explain`, the tables and all
//! reports are derived from it. This module imports nothing of the crate; how findings are made, chosen and shown is
//! for the modules downstream.

mod entry;
pub mod pages;
mod place;

pub use entry::{Certainty, Entry, Family, FixKind, Source};
pub use place::{FileId, Place, Span};

use std::fmt;

/// How much a finding matters. The order is the order of gravity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A reminder, an opinion, or a precondition that cannot be seen from files.
    Info,
    /// It works, but not as meant, not safely, or not for long.
    Warning,
    /// The API server or the service refuses it, drops it, or no message can flow.
    Error,
}

impl Severity {
    /// The word that stands in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the Kubernetes API server does with the place that a finding names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Pruned without a word; the default applies.
    Dropped,
    /// Refused when the manifest is applied.
    Refused,
    /// Taken, and wrong all the same.
    Accepted,
}

impl Effect {
    /// The key of the effect in machine formats.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Refused => "refused",
            Self::Accepted => "accepted",
        }
    }

    /// The effect as a clause for people.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Dropped => "dropped silently by the API server",
            Self::Refused => "refused by the API server",
            Self::Accepted => "accepted by the API server, and wrong",
        }
    }
}

/// A second place that belongs to a finding, in the same file or another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where it is.
    pub place: Place,
    /// What stands there, in a few words.
    pub message: String,
}

/// Whether a fix may be applied without a person's judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Keeps the meaning that the author plainly had: `--fix`.
    Safe,
    /// Changes behaviour or decides between meanings: `--unsafe-fixes`.
    Unsafe,
}

/// A part of the text that an [`Edit`] puts in.
///
/// Text of the file itself is named by its span, never copied into a finding: so a secret that moves with a block
/// stands in no diagnostic, and reporters render it masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// Whole lines or part of a line of the same file.
    Copy {
        /// What is copied, of the text before any edit.
        span: Span,
        /// Columns that every line after the first is moved right (negative: left).
        indent: i32,
    },
}

/// One replacement of a range of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file and range that go.
    pub place: Place,
    /// What comes instead; empty deletes.
    pub with: Vec<Piece>,
}

impl Edit {
    /// Replaces `place` by `text`.
    pub fn replace(place: Place, text: impl Into<String>) -> Self {
        Self { place, with: vec![Piece::Text(text.into())] }
    }

    /// Deletes `place`.
    pub const fn delete(place: Place) -> Self {
        Self { place, with: Vec::new() }
    }
}

/// Edits that belong together: all are applied, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, in the imperative, lower case: "rename to `host`".
    pub title: String,
    /// Whether it needs a person.
    pub safety: Safety,
    /// The replacements; they do not overlap.
    pub edits: Vec<Edit>,
}

/// One finding.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The documentation of its id.
    pub entry: &'static Entry,
    /// How much it matters here; usually the entry's severity.
    pub severity: Severity,
    /// What is wrong: lower case, no final dot, values in backticks, secrets masked.
    pub message: String,
    /// The range that has to change.
    pub place: Place,
    /// A few words under the underlined range: what was expected.
    pub label: Option<String>,
    /// Dotted path of the field in its document, such as `spec.mqttSettings.host`; empty for a whole document.
    pub field: String,
    /// What the API server does with it, where that is known.
    pub effect: Option<Effect>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// Facts that help to understand.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// Who says so, where it is not the entry's own sources (a schema version, for instance).
    pub source: Option<String>,
    /// How to put it right.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding of `entry` at `place`, with the severity that the entry states.
    pub fn new(entry: &'static Entry, place: Place, message: impl Into<String>) -> Self {
        Self {
            entry,
            severity: entry.severity,
            message: message.into(),
            place,
            label: None,
            field: String::new(),
            effect: None,
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            source: None,
            fix: None,
        }
    }

    /// The id, such as `eh-compression`.
    pub const fn id(&self) -> &'static str {
        self.entry.id
    }

    /// Who says so: the finding's own source, or the sources of its entry.
    pub fn source(&self) -> String {
        match &self.source {
            Some(source) => source.clone(),
            None => self.entry.sources.iter().map(Source::to_string).collect::<Vec<_>>().join("; "),
        }
    }
}
