//! STAND-IN, to be thrown away at merge: the transformation by the signatures agreed on, which does nothing.

use super::choices::{Choice, Choices};
use super::outcome::Dropped;
use super::trace::{Cause, Trace};
use crate::message::Message;
use crate::settings;

/// Open questions about the transformation.
pub const CHOICES: &[&Choice] = &[];

/// Why a dataflow cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// What is wrong: lower case, no final dot, values in backticks.
    pub message: String,
    /// Where.
    pub cause: Cause,
}

/// Local data sets.
#[derive(Debug, Clone, Default)]
pub struct Datasets(());

/// Last values of fields.
#[derive(Debug, Clone, Default)]
pub struct LastValues(());

/// A transformation that is ready to be applied.
#[derive(Debug)]
pub struct Transform;

/// What a transformation makes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transformed {
    /// The new payload; `None` leaves it as it came.
    pub payload: Option<Vec<u8>>,
    /// What map rules write to the metadata, in order.
    pub metadata: Vec<MetadataWrite>,
}

/// One write to the metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataWrite {
    /// What is written.
    pub target: Metadata,
    /// Its value; `None` removes it.
    pub value: Option<String>,
    /// The map rule.
    pub cause: Cause,
}

/// What a map rule can write besides the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metadata {
    /// `$metadata.topic`.
    Topic,
    /// `$metadata.system_property.content_type`.
    ContentType,
    /// `$metadata.user_property.<name>`.
    UserProperty(String),
    /// `$metadata.header.<key>`.
    Header(String),
}

impl Transform {
    /// Compiles `transform`.
    ///
    /// # Errors
    /// Where a rule cannot be understood.
    #[allow(clippy::missing_const_for_fn, reason = "stand-in")]
    pub fn compile(_: &settings::Transform, _: &Choices, _: &Datasets) -> Result<Self, Vec<PlanError>> {
        Ok(Self)
    }

    /// Holds results against a JSON Schema.
    ///
    /// # Errors
    /// Where it is none.
    pub fn with_schema(self, schema: &serde_json::Value) -> Result<Self, PlanError> {
        let place = crate::diag::Place::new(crate::diag::FileId(0), crate::diag::Span::at(0));
        match schema.is_object() {
            true => Ok(self),
            false => Err(PlanError { message: "no schema".to_owned(), cause: place.into() }),
        }
    }

    /// Applies it to `message`.
    ///
    /// # Errors
    /// Where a filter drops it, or a rule fails.
    pub fn apply(&self, _: &Message, _: &mut LastValues, _: &mut Trace) -> Result<Transformed, Dropped> {
        Ok(Transformed { payload: None, metadata: Vec::new() })
    }
}
