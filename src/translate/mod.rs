//! The translation: what a dataflow makes of one message, as the documentation says, property by property.
//!
//! Pure functions: no socket, no file, no clock and no random source of their own. [`Plan`] is a dataflow that is ready
//! to be applied, [`translate`] applies it, [`Trace`] tells which documented rule did what. How messages come and go is
//! for `transport` and `run`.

mod amqp;
mod apply;
mod choices;
mod cloud_events;
mod convert;
mod draft;
mod headers;
mod limits;
mod metadata;
mod outcome;
mod plan;
pub mod rulebook;
mod trace;
pub mod transform;

pub use apply::{Context, translate};
pub use choices::{Choice, ChoiceError, Choices, all as all_choices, table as choice_table};
pub use outcome::{DropReason, Dropped, Outcome};
pub use plan::{Batches, End, Files, KafkaProducer, Plan};
pub use trace::{Action, Cause, Property, Rule, Step, Trace, Value};
pub use transform::{Datasets, LastValues, PlanError};

#[cfg(test)]
mod tests;
