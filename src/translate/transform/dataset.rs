//! Data sets: records that enrich messages, and which of them belongs to a message.
//!
//! In a cluster the records lie in the state store, one JSON object a line (enrich page, 2024-11-13). Here they are
//! given; reading files is for the caller.

use super::expression::{Expression, Value};
use super::input::{Input, Scope, operand};
use super::json;
use super::last::{Fields, LastValues};
use super::plan::PlanError;
use crate::diag::Place;
use crate::settings::Dataset;
use crate::translate::{Cause, Choices, DropReason, Dropped};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;

/// The records of data sets by their keys.
#[derive(Debug, Clone, Default)]
pub struct Datasets {
    records: HashMap<String, Arc<[Json]>>,
}

/// Why a text is no list of records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct DatasetError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl Datasets {
    /// Takes the records of `key`: one JSON object on each line, empty lines aside. Earlier ones of that key go.
    ///
    /// # Errors
    /// The first line that is no JSON object.
    pub fn insert(&mut self, key: impl Into<String>, text: &str) -> Result<(), DatasetError> {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let records = lines.map(|(index, line)| {
            let record = json::parse(line.as_bytes()).map_err(|error| DatasetError {
                line: index + 1,
                message: format!("a record is a JSON object on one line: {error}"),
            })?;
            if record.is_object() {
                return Ok(record);
            }
            let message = format!("a record is a JSON object, found {}", json::type_name(&record));
            Err(DatasetError { line: index + 1, message })
        });
        let records = records.collect::<Result<_, _>>()?;
        self.records.insert(key.into(), records);
        Ok(())
    }
}

/// A data set, ready to be searched.
#[derive(Debug, Clone)]
pub struct Enrichment {
    key: String,
    alias: Option<String>,
    inputs: Vec<Input>,
    expression: Expression,
    place: Place,
    records: Arc<[Json]>,
}

impl Enrichment {
    /// Compiles a data set; `before` are those in front of it.
    pub fn compile(
        dataset: &Dataset,
        before: &[Self],
        fields: &mut Fields,
        choices: &Choices,
        datasets: &Datasets,
    ) -> Result<Self, PlanError> {
        let (key, alias) = names(&dataset.key.value);
        let records = datasets.records.get(key).or_else(|| datasets.records.get(alias?));
        let Some(records) = records.cloned() else {
            let message = format!(
                "no records are given for the data set `{key}`: `--dataset`, or `datasets` of a case, names a file with them"
            );
            return Err(PlanError::new(message, dataset.key.place));
        };
        let own: Vec<&str> = [Some(key), alias].into_iter().flatten().collect();
        let inputs = dataset.inputs.iter().map(|text| Input::compile(text, &own, before, fields));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        if let Some(input) = inputs.iter().find(|input| input.has_wildcard()) {
            return Err(PlanError::new("the inputs of a data set take no `*`", input.cause.place));
        }
        let Some(text) = &dataset.expression else {
            let message = "a data set needs an expression that is true for the record of a message";
            return Err(PlanError::new(message, dataset.place));
        };
        let expression =
            Expression::compile(&text.value, inputs.len(), choices).map_err(|error| PlanError::syntax(text, error))?;
        Ok(Self {
            key: key.to_owned(),
            alias: alias.map(str::to_owned),
            inputs,
            expression,
            place: text.place,
            records,
        })
    }

    /// Whether `$context(name)` means it.
    pub fn is_called(&self, name: &str) -> bool {
        self.key == name || self.alias.as_deref() == Some(name)
    }

    /// The name by which rules call it.
    pub fn name(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.key)
    }

    /// The first record for which the expression is true. `found` are the records of the data sets in front of it.
    pub fn record<'a>(
        &'a self,
        scope: &Scope<'_>,
        found: &[Option<&'a Json>],
        last: &LastValues,
    ) -> Result<Option<&'a Json>, Dropped> {
        let mut records: Vec<Option<&Json>> = found.to_vec();
        records.push(None);
        let mut values = Vec::with_capacity(self.inputs.len());
        for (index, record) in self.records.iter().enumerate() {
            if let Some(own) = records.last_mut() {
                *own = Some(record);
            }
            let scope = Scope { records: &records, ..*scope };
            values.clear();
            for input in &self.inputs {
                values.push(operand(input, scope.read(input, last).as_deref())?);
            }
            let failed = |why: String, part| Dropped {
                reason: DropReason::TransformError,
                why: format!("record {} of data set `{}`: {why}", index + 1, self.name()),
                cause: Some(Cause { place: self.place, part }),
            };
            match self.expression.evaluate(&values) {
                Ok(Value::Boolean(true)) => return Ok(Some(record)),
                Ok(Value::Boolean(false)) => {}
                Ok(_) => return Err(failed("the expression is neither true nor false".to_owned(), None)),
                Err(error) => return Err(failed(error.message, Some(error.range))),
            }
        }
        Ok(None)
    }
}

/// Key and alias of `long.key as alias`.
fn names(text: &str) -> (&str, Option<&str>) {
    match text.split_once(" as ") {
        Some((key, alias)) => (key.trim(), Some(alias.trim())),
        None => (text.trim(), None),
    }
}
