//! The map: makes a new payload field by field, and writes properties (mapping page, 2024-09-24; expressions page,
//! 2026-06-23).
//!
//! `rule` compiles, `pattern` knows what `*` fits, `story` tells what became of each field where somebody asks.

mod pattern;
mod rule;
mod story;

use super::choices::{EMPTY_RESULT, MISSING_MAP_INPUT, UNMATCHED_DATASET};
use super::dataset::Enrichment;
use super::expression::Value;
use super::input::{Input, Scope, Source, operand};
use super::last::{Fields, LastValues};
use super::plan::Errors;
use super::schema::Schema;
use super::{Metadata, MetadataWrite, json};
use crate::diag::Place;
use crate::settings::MapRule;
use crate::translate::{Cause, Choices, DropReason, Dropped, Trace};
use pattern::{Capture, Pattern};
use rule::{Output, Rule};
use serde_json::{Map, Value as Json};
use story::Story;

/// All map rules of a transformation, ready to be applied.
#[derive(Debug, Clone)]
pub struct Mapping {
    rules: Vec<Rule>,
    place: Place,
    reads_payload: bool,
    skip_missing: bool,
    skip_unmatched: bool,
    omit_empty: bool,
}

/// A payload made new, and the properties that are to be written.
pub type Mapped = (Map<String, Json>, Vec<MetadataWrite>);

impl Mapping {
    /// Compiles the rules; `None` and at least one error more where one of them cannot be run.
    pub fn compile(
        rules: &[MapRule],
        place: Place,
        datasets: &[Enrichment],
        fields: &mut Fields,
        choices: &Choices,
        errors: &mut Errors,
    ) -> Option<Self> {
        let mut rules = errors.all(rules.iter().map(|rule| Rule::compile(rule, datasets, fields, choices)))?;
        rule::link(&mut rules, choices);
        Some(Self {
            reads_payload: rules.iter().any(Rule::reads_payload),
            rules,
            place,
            skip_missing: choices.is(&MISSING_MAP_INPUT, "skip"),
            skip_unmatched: choices.is(&UNMATCHED_DATASET, "skip"),
            omit_empty: choices.is(&EMPTY_RESULT, "omit"),
        })
    }

    /// The payload and properties that the rules make.
    pub fn apply(
        &self,
        scope: &Scope<'_>,
        last: &LastValues,
        schema: Option<&Schema>,
        trace: &mut Trace,
    ) -> Result<Mapped, Dropped> {
        if self.reads_payload && !scope.payload.is_object() {
            let why = format!("the payload is {}, the map reads fields of an object", json::type_name(scope.payload));
            return Err(Dropped { reason: DropReason::TransformError, why, cause: Some(self.place.into()) });
        }
        let story = trace.is_recording().then(|| Story::new(self, *scope));
        let mut run = Run { mapping: self, scope, last, schema, out: Map::new(), metadata: Vec::new(), story };
        for (index, rule) in self.rules.iter().enumerate() {
            run.rule(index, rule)?;
        }
        if let Some(story) = run.story {
            story.tell(trace);
        }
        Ok((run.out, run.metadata))
    }
}

/// The map at work on one message.
struct Run<'r, 'm> {
    mapping: &'r Mapping,
    scope: &'r Scope<'m>,
    last: &'r LastValues,
    schema: Option<&'r Schema>,
    out: Map<String, Json>,
    metadata: Vec<MetadataWrite>,
    story: Option<Story<'r, 'm>>,
}

impl<'r, 'm> Run<'r, 'm> {
    fn rule(&mut self, index: usize, rule: &'r Rule) -> Result<(), Dropped> {
        if matches!(rule.output, Output::Removed) {
            self.remove(rule);
            return Ok(());
        }
        // Copied as a whole, unless each field has a story or a type to be given.
        if self.out.is_empty()
            && self.story.is_none()
            && self.schema.is_none()
            && rule.is_identity()
            && let Json::Object(object) = self.scope.payload
        {
            self.out.clone_from(object);
            return Ok(());
        }
        let first = match rule.inputs.first() {
            Some((input, pattern)) if input.has_wildcard() => (input, pattern),
            _ => return self.once(index, rule),
        };
        let Some(root) = self.scope.root(&first.0.source) else { return Ok(()) };
        first.1.each(root, &mut |capture, value| self.capture(index, rule, capture, value))
    }

    /// Properties are removed by writing nothing; fields by not having been copied.
    fn remove(&mut self, rule: &'r Rule) {
        for (input, pattern) in &rule.inputs {
            if let Source::Metadata(metadata) = &input.source {
                let target = Metadata::from(metadata);
                self.metadata.push(MetadataWrite { target, value: None, cause: rule.written.place.into() });
            } else if let Some(story) = &mut self.story {
                story.removed(rule, input, pattern);
            }
        }
    }

    /// A rule without `*`.
    fn once(&mut self, index: usize, rule: &'r Rule) -> Result<(), Dropped> {
        let unmatched =
            |input: &Input| matches!(&input.source, source @ Source::Context(..) if self.scope.root(source).is_none());
        let Some((expression, _)) = &rule.expression else {
            let Some((input, _)) = rule.inputs.first() else { return Ok(()) };
            return match self.scope.read(input, self.last) {
                Some(value) => self.write(index, rule, &[], value.into_owned(), &[]),
                None if self.mapping.skip_missing || matches!(input.source, Source::Context(..)) => Ok(()),
                None => Err(input.dropped(format!(
                    "the message has no `{}`, which a map rule copies (setting `{}`)",
                    input.text, MISSING_MAP_INPUT.name
                ))),
            };
        };
        if self.mapping.skip_unmatched && rule.inputs.iter().any(|(input, _)| unmatched(input)) {
            return Ok(());
        }
        let mut values = Vec::with_capacity(rule.inputs.len());
        for (input, _) in &rule.inputs {
            let value = self.scope.read(input, self.last);
            values.push(operand(input, value.as_deref())?);
        }
        let result = expression.evaluate(&values);
        let result = self.result(rule, result)?;
        self.write(index, rule, &[], result, &values)
    }

    /// A rule with `*`, which stands for `capture`.
    fn capture(&mut self, index: usize, rule: &'r Rule, capture: &Capture<'m>, first: &'m Json) -> Result<(), Dropped> {
        let narrower = rule.narrower.iter().filter_map(|later| self.mapping.rules.get(*later));
        let taken = |later: &Rule| later.coverage(rule, capture).is_some_and(|coverage| coverage < capture.len());
        if narrower.into_iter().any(taken) {
            return Ok(());
        }
        let mut values = Vec::new();
        for (position, (input, pattern)) in rule.inputs.iter().enumerate() {
            let value = match position {
                0 => Some(first),
                _ => self.scope.root(&input.source).and_then(|root| pattern.find(root, capture)),
            };
            // What does not fit all inputs is no capture.
            let Some(value) = value else { return Ok(()) };
            if rule.expression.is_some() {
                values.push(operand(input, Some(value))?);
            }
        }
        let value = match &rule.expression {
            None => first.clone(),
            Some((expression, _)) => self.result(rule, expression.evaluate(&values))?,
        };
        self.write(index, rule, capture, value, &values)
    }

    fn result(&self, rule: &Rule, result: Result<Value, super::expression::EvaluationError>) -> Result<Json, Dropped> {
        let failed = |why, part| {
            let place = rule.expression.as_ref().map_or(rule.place, |(_, place)| *place);
            Dropped { reason: DropReason::TransformError, why, cause: Some(Cause { place, part }) }
        };
        let value = result.map_err(|error| failed(error.message, Some(error.range)))?;
        json::of_result(value).map_err(|why| failed(why, None))
    }

    fn write(
        &mut self,
        index: usize,
        rule: &'r Rule,
        capture: &Capture<'_>,
        mut value: Json,
        operands: &[Value],
    ) -> Result<(), Dropped> {
        match &rule.output {
            Output::Removed => {}
            Output::Metadata(target) => {
                let text = metadata_text(value).map_err(|what| Dropped {
                    reason: DropReason::TransformError,
                    why: format!("`{}` takes text, found {what}", rule.written.value),
                    cause: Some(rule.written.place.into()),
                })?;
                let cause = rule.written.place.into();
                self.metadata.push(MetadataWrite { target: target.clone(), value: text, cause });
                if let Some(story) = &mut self.story {
                    story.went_to_metadata(rule);
                }
            }
            Output::Field(pattern) => {
                if self.mapping.omit_empty && rule.expression.is_some() && value.is_null() {
                    return Ok(());
                }
                let path = pattern.fill(capture);
                if let Some(schema) = self.schema {
                    schema.convert(&path, &mut value);
                }
                if let Some(story) = &mut self.story {
                    story.overwrites(&self.out, &path);
                    story.written(index, rule, capture, &path, &value, operands);
                }
                json::put(&mut self.out, &path, value).map_err(|depth| {
                    let around = crate::syntax::path::display(path.iter().take(depth).copied());
                    let why = format!("`{}` cannot be written, since `{around}` is no object", rule.written.value);
                    Dropped { reason: DropReason::TransformError, why, cause: Some(rule.written.place.into()) }
                })?;
            }
        }
        Ok(())
    }
}

/// A value as the text of a property: `()` removes; numbers and truth values are written out (conversions page).
fn metadata_text(value: Json) -> Result<Option<String>, &'static str> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(text)),
        Json::Number(_) | Json::Bool(_) => Ok(Some(value.to_string())),
        Json::Array(_) | Json::Object(_) => Err(json::type_name(&value)),
    }
}
