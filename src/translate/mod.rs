//! The translation: what a dataflow makes of one message, as the documentation says, property by property.
//!
//! Pure functions: no socket, no file, no clock and no random source of their own. [`Plan`] is a dataflow that is ready
//! to be applied, [`translate`] applies it, [`Trace`] tells which documented rule did what. How messages come and go is
//! for `transport` and `run`.

mod choices;
mod outcome;
mod trace;
pub mod transform;

pub use choices::{Choice, ChoiceError, Choices, all as all_choices};
pub use outcome::{DropReason, Dropped, Outcome};
pub use trace::{Action, Cause, Property, Rule, Step, Trace, Value};
