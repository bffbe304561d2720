//! Filters: a rule that is true drops the message, any one is enough (filter page, 2026-03-19).

use super::choices::{FILTER_SEMANTICS, MISSING_FILTER_INPUT};
use super::dataset::Enrichment;
use super::expression::{Expression, Value};
use super::input::{Input, Scope, operand};
use super::json;
use super::last::{Fields, LastValues};
use super::plan::PlanError;
use crate::diag::Place;
use crate::settings::FilterRule;
use crate::translate::{Cause, Choices, DropReason, Dropped};

/// A filter rule, ready to be asked.
#[derive(Debug, Clone)]
pub struct Filter {
    inputs: Vec<Input>,
    expression: Expression,
    place: Place,
    /// Whether true keeps the message, as the pages of 2024 had it; then every rule has to be true.
    keeps: bool,
    /// Whether a missing field is an error.
    strict: bool,
}

impl Filter {
    /// Compiles a rule.
    pub fn compile(
        rule: &FilterRule,
        datasets: &[Enrichment],
        fields: &mut Fields,
        choices: &Choices,
    ) -> Result<Self, PlanError> {
        let inputs = rule.inputs.iter().map(|text| Input::compile(text, &[], datasets, fields));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        if let Some(input) = inputs.iter().find(|input| input.has_wildcard()) {
            return Err(PlanError::new("the inputs of a filter take no `*`", input.cause.place));
        }
        let Some(text) = &rule.expression else {
            return Err(PlanError::new("a filter needs an expression that is true or false", rule.place));
        };
        let expression =
            Expression::compile(&text.value, inputs.len(), choices).map_err(|error| PlanError::syntax(text, error))?;
        Ok(Self {
            inputs,
            expression,
            place: text.place,
            keeps: choices.is(&FILTER_SEMANTICS, "keep"),
            strict: choices.is(&MISSING_FILTER_INPUT, "error"),
        })
    }

    /// Drops the message, or lets it through.
    pub fn ask(&self, scope: &Scope<'_>, last: &LastValues) -> Result<(), Dropped> {
        let mut values = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            let value = scope.read(input, last);
            let of_message = !matches!(input.source, super::input::Source::Context(..));
            if self.strict && of_message && value.is_none() {
                return Err(input.dropped(format!("the message has no `{}`, which a filter reads", input.text)));
            }
            values.push(operand(input, value.as_deref())?);
        }
        let dropped = |reason, why, part| Err(Dropped { reason, why, cause: Some(Cause { place: self.place, part }) });
        match self.expression.evaluate(&values) {
            Ok(Value::Boolean(answer)) if answer == self.keeps => Ok(()),
            Ok(Value::Boolean(answer)) => dropped(DropReason::Filter, self.why(answer, scope, last), None),
            Ok(other) => {
                let found = super::expression::describe(&other);
                let why = format!("a filter has to be true or false, found {found}");
                dropped(DropReason::TransformError, why, None)
            }
            Err(error) => dropped(DropReason::TransformError, error.message, Some(error.range)),
        }
    }

    fn why(&self, answer: bool, scope: &Scope<'_>, last: &LastValues) -> String {
        let values = self.inputs.iter().enumerate().map(|(index, input)| {
            let value = scope.read(input, last).map_or_else(|| "missing".to_owned(), |value| json::brief(&value));
            format!("`${}` = `{}` = {value}", index + 1, input.text)
        });
        let values: Vec<_> = values.collect();
        format!("filter `{}` is {answer} with {}", self.expression.as_str(), values.join(", "))
    }
}
