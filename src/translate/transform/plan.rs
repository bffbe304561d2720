//! Why a transformation cannot be run, and the order in which its parts are compiled.

use crate::diag::Place;
use crate::model::Text;
use crate::syntax::SyntaxError;
use crate::translate::Cause;

/// Why a plan cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PlanError {
    /// What is wrong and what was expected: lower case, no final dot, values in backticks.
    pub message: String,
    /// The line of the manifest that has to change.
    pub cause: Cause,
}

impl PlanError {
    /// An error at a place of the manifest.
    pub fn new(message: impl Into<String>, place: Place) -> Self {
        Self { message: message.into(), cause: place.into() }
    }

    /// A text that is not of its language.
    pub fn syntax(text: &Text, error: SyntaxError) -> Self {
        Self { message: error.message, cause: Cause { place: text.place, part: Some(error.range) } }
    }
}

/// Collects what is wrong while the rest is compiled.
#[derive(Debug, Default)]
pub struct Errors(pub Vec<PlanError>);

impl Errors {
    /// The value, or `None` and one error more.
    pub fn take<T>(&mut self, result: Result<T, PlanError>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    /// The values, if all are there; every error is noted.
    pub fn all<T>(&mut self, results: impl Iterator<Item = Result<T, PlanError>>) -> Option<Vec<T>> {
        let before = self.0.len();
        let values: Vec<T> = results.filter_map(|result| self.take(result)).collect();
        (self.0.len() == before).then_some(values)
    }
}
