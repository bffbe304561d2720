//! The inputs of rules: which value of a message, of a data set record or of the metadata each `$n` is.

use super::dataset::Enrichment;
use super::expression::Value;
use super::json;
use super::last::{Fields, LastValues};
use super::plan::PlanError;
use crate::message::Message;
use crate::model::Text;
use crate::syntax::path::{Metadata, Path, Root};
use crate::translate::{Cause, DropReason, Dropped};
use serde_json::Value as Json;
use std::borrow::Cow;

/// Where a value is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A field of the payload.
    Message(Vec<String>),
    /// A field of the record that a data set has for the message.
    Context(usize, Vec<String>),
    /// A property of the message.
    Metadata(Metadata),
}

/// An input, ready to be read.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where its value is; behind `*` the names before it.
    pub source: Source,
    /// The names behind `*`, if it has one.
    pub behind: Option<Vec<String>>,
    /// The slot of its last value, for `? $last`.
    pub last: Option<usize>,
    /// As it is written.
    pub text: String,
    /// Where it is written.
    pub cause: Cause,
}

impl Input {
    /// Reads an input; `own` are the names of the data set that it belongs to, which comes behind `datasets`.
    pub fn compile(text: &Text, own: &[&str], datasets: &[Enrichment], fields: &mut Fields) -> Result<Self, PlanError> {
        let path = Path::parse(&text.value).map_err(|error| PlanError::syntax(text, error))?;
        let part =
            |message: String| PlanError { message, cause: Cause { place: text.place, part: Some(path.range.clone()) } };
        let (before, behind) = path.around();
        let source = match &path.root {
            Root::Message => Source::Message(before),
            Root::Metadata(metadata) => Source::Metadata(metadata.clone()),
            Root::Context(None) if own.is_empty() => {
                return Err(part("expected `$context(key)` with the key of a data set".to_owned()));
            }
            Root::Context(None) => Source::Context(datasets.len(), before),
            Root::Context(Some(key)) if own.contains(&key.as_str()) => Source::Context(datasets.len(), before),
            Root::Context(Some(key)) => match datasets.iter().position(|dataset| dataset.is_called(key)) {
                Some(index) => Source::Context(index, before),
                None => return Err(part(unknown(key, datasets))),
            },
        };
        let behind = path.wildcard().map(|_| behind);
        let last = match (&path.last, &source, &behind) {
            (None, ..) => None,
            (Some(_), Source::Context(..), _) => {
                return Err(part("`? $last` is for fields of the message".to_owned()));
            }
            (Some(_), _, Some(_)) => return Err(part("`? $last` cannot stand behind `*`".to_owned())),
            (Some(_), source, None) => Some(fields.slot(source)),
        };
        let cause = Cause { place: text.place, part: Some(path.range.clone()) };
        Ok(Self { source, behind, last, text: text.value.trim().to_owned(), cause })
    }

    /// Whether it has a `*`.
    pub const fn has_wildcard(&self) -> bool {
        self.behind.is_some()
    }

    /// The error that drops a message which lacks this input, or has what cannot be used.
    pub fn dropped(&self, why: String) -> Dropped {
        Dropped { reason: DropReason::TransformError, why, cause: Some(self.cause.clone()) }
    }
}

fn unknown(key: &str, datasets: &[Enrichment]) -> String {
    let known: Vec<_> = datasets.iter().map(|dataset| format!("`{}`", dataset.name())).collect();
    match known.as_slice() {
        [] => format!("no data set is called `{key}`; there are none"),
        _ => format!("no data set is called `{key}`, expected {}", known.join(" or ")),
    }
}

/// What inputs are read from.
#[derive(Clone, Copy)]
pub struct Scope<'m> {
    /// The message.
    pub message: &'m Message,
    /// Its payload.
    pub payload: &'m Json,
    /// For each data set the record that belongs to the message.
    pub records: &'m [Option<&'m Json>],
}

impl<'m> Scope<'m> {
    /// The value of an input without wildcard, `? $last` aside.
    pub fn find(&self, source: &Source) -> Option<Cow<'m, Json>> {
        match source {
            Source::Message(names) => json::at(self.payload, names).map(Cow::Borrowed),
            Source::Context(index, names) => {
                json::at(self.records.get(*index).copied().flatten()?, names).map(Cow::Borrowed)
            }
            Source::Metadata(metadata) => Some(Cow::Owned(Json::from(property(self.message, metadata)?))),
        }
    }

    /// The value of an input without wildcard.
    pub fn read<'a>(&self, input: &Input, last: &'a LastValues) -> Option<Cow<'a, Json>>
    where
        'm: 'a,
    {
        let Some(slot) = input.last else { return self.find(&input.source) };
        match self.find(&input.source).filter(|value| !value.is_null()) {
            Some(value) => Some(value),
            None => last.get(slot).map(Cow::Borrowed),
        }
    }

    /// The object or value in which the fields of a source are.
    pub fn root(&self, source: &Source) -> Option<&'m Json> {
        match source {
            Source::Message(_) => Some(self.payload),
            Source::Context(index, _) => self.records.get(*index).copied().flatten(),
            Source::Metadata(_) => None,
        }
    }
}

/// The property as text; `None` where the message has none, or none of its protocol.
fn property<'m>(message: &'m Message, metadata: &Metadata) -> Option<&'m str> {
    match (metadata, message) {
        (Metadata::Topic, message) => Some(message.topic()),
        (Metadata::ContentType, Message::Mqtt(publish)) => publish.content_type.as_deref(),
        (Metadata::UserProperty(name), Message::Mqtt(publish)) => publish.user_property(name),
        (Metadata::Header(key), Message::Kafka(record)) => std::str::from_utf8(record.header(key)?).ok(),
        _ => None,
    }
}

/// The value of an input in an expression; `()` where it is missing.
pub fn operand(input: &Input, value: Option<&Json>) -> Result<Value, Dropped> {
    match value.map(json::to_operand) {
        None => Ok(Value::Empty),
        Some(Ok(value)) => Ok(value),
        Some(Err(what)) => {
            let why = format!("`{}` is {what}, which an expression cannot take", input.text);
            Err(input.dropped(why))
        }
    }
}
