//! The transformation of a payload: enrich, filter, map, always in that order (create data flow page).
//!
//! Works on JSON and on the metadata of a message; which properties the result gets on its way out is for the modules
//! beside it. [`Transform::compile`] reads every path and expression once, [`Transform::apply`] runs for every message.

mod choices;
mod dataset;
pub mod expression;
mod filter;
mod input;
mod json;
mod last;
mod map;
mod plan;
mod rules;
mod schema;

pub use choices::ALL as CHOICES;
pub use choices::{
    EMPTY_RESULT, FILTER_SEMANTICS, MISSING_FILTER_INPUT, MISSING_MAP_INPUT, OVERLAP, SEVERAL_INPUTS,
    STRING_PLUS_NUMBER, UNMATCHED_DATASET,
};
pub use dataset::{DatasetError, Datasets};
pub use last::LastValues;
pub use plan::PlanError;

use super::{Cause, Choices, DropReason, Dropped, Trace};
use crate::diag::Place;
use crate::message::Message;
use crate::settings::{Serialization, Transform as Settings};
use crate::syntax::path::Metadata as MetadataPath;
use dataset::Enrichment;
use filter::Filter;
use input::Scope;
use last::Fields;
use map::Mapping;
use plan::Errors;
use schema::Schema;
use serde_json::Value as Json;

/// A transformation, ready to be applied.
#[derive(Debug, Clone)]
pub struct Transform {
    datasets: Vec<Enrichment>,
    filters: Vec<Filter>,
    /// `None` leaves the payload as it is.
    mapping: Option<Mapping>,
    schema: Option<Schema>,
    fields: Fields,
    place: Place,
    schema_place: Place,
}

/// What a transformation makes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transformed {
    /// The new payload; `None` where it stays as it is, byte by byte.
    pub payload: Option<Vec<u8>>,
    /// The properties that map rules write, in order.
    pub metadata: Vec<MetadataWrite>,
}

/// A property that a map rule writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataWrite {
    /// Which property.
    pub target: Metadata,
    /// Its text; `None` removes it.
    pub value: Option<String>,
    /// The output of the rule.
    pub cause: Cause,
}

/// A property that `$metadata.` names in an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metadata {
    /// The topic. Data flow graphs route by it, dataflows do not (topic routing page, 2026-07-24).
    Topic,
    /// MQTT Content Type.
    ContentType,
    /// An MQTT User Property of this name.
    UserProperty(String),
    /// A Kafka header of this key.
    Header(String),
}

impl From<&MetadataPath> for Metadata {
    fn from(path: &MetadataPath) -> Self {
        match path {
            MetadataPath::Topic => Self::Topic,
            MetadataPath::ContentType => Self::ContentType,
            MetadataPath::UserProperty(name) => Self::UserProperty(name.clone()),
            MetadataPath::Header(key) => Self::Header(key.clone()),
        }
    }
}

impl Transform {
    /// Compiles all paths and expressions of `settings`.
    ///
    /// # Errors
    /// Everything that cannot be run, each with its place.
    pub fn compile(settings: &Settings, choices: &Choices, datasets: &Datasets) -> Result<Self, Vec<PlanError>> {
        let mut errors = Errors::default();
        let mut fields = Fields::default();
        if let Err(error) = check_format(settings) {
            errors.0.push(error);
        }
        let mut enrichments: Vec<Enrichment> = Vec::with_capacity(settings.datasets.len());
        for dataset in &settings.datasets {
            let compiled = Enrichment::compile(dataset, &enrichments, &mut fields, choices, datasets);
            match errors.take(compiled) {
                Some(enrichment) => enrichments.push(enrichment),
                // Rules that call it would only repeat that it is not there.
                None => return Err(errors.0),
            }
        }
        let filters = settings.filters.iter().map(|rule| Filter::compile(rule, &enrichments, &mut fields, choices));
        let filters = errors.all(filters);
        let mapping = match settings.maps.as_slice() {
            [] => Some(None),
            rules => Mapping::compile(rules, settings.place, &enrichments, &mut fields, choices, &mut errors).map(Some),
        };
        match (filters, mapping) {
            (Some(filters), Some(mapping)) if errors.0.is_empty() => Ok(Self {
                datasets: enrichments,
                filters,
                mapping,
                schema: None,
                fields,
                place: settings.place,
                schema_place: settings.schema_ref.as_ref().map_or(settings.place, |schema| schema.place),
            }),
            _ => Err(errors.0),
        }
    }

    /// Holds results against a JSON Schema: the one that `schemaRef` names, from a file.
    ///
    /// # Errors
    /// Where it is no JSON Schema, or needs another one that is not in it.
    pub fn with_schema(mut self, schema: &Json) -> Result<Self, PlanError> {
        self.schema = Some(Schema::compile(schema, self.schema_place)?);
        Ok(self)
    }

    /// Enriches, filters and maps `message`. Values for `? $last` are kept in `last`, which belongs to this
    /// transformation.
    ///
    /// # Errors
    /// Why the message is dropped: a filter, a rule that cannot be applied to it, or its schema.
    pub fn apply(&self, message: &Message, last: &mut LastValues, trace: &mut Trace) -> Result<Transformed, Dropped> {
        let payload = json::parse(message.payload()).map_err(|error| Dropped {
            reason: DropReason::TransformError,
            why: format!("the payload is no JSON: {error}"),
            cause: Some(self.place.into()),
        })?;
        last.see(&self.fields, &Scope { message, payload: &payload, records: &[] });
        let mut records: Vec<Option<&Json>> = Vec::with_capacity(self.datasets.len());
        for dataset in &self.datasets {
            let scope = Scope { message, payload: &payload, records: &[] };
            let record = dataset.record(&scope, &records, last)?;
            records.push(record);
        }
        let scope = Scope { message, payload: &payload, records: &records };
        for filter in &self.filters {
            filter.ask(&scope, last)?;
        }
        let Some(mapping) = &self.mapping else {
            self.check(&payload)?;
            return Ok(Transformed { payload: None, metadata: Vec::new() });
        };
        let (mapped, metadata) = mapping.apply(&scope, last, self.schema.as_ref(), trace)?;
        let mapped = Json::Object(mapped);
        self.check(&mapped)?;
        Ok(Transformed { payload: Some(json::bytes(&mapped)), metadata })
    }

    fn check(&self, result: &Json) -> Result<(), Dropped> {
        let Some(schema) = &self.schema else { return Ok(()) };
        schema.check(result).map_err(|why| Dropped {
            reason: DropReason::Schema,
            why,
            cause: Some(self.schema_place.into()),
        })
    }
}

/// Storage formats have no message to look at.
fn check_format(settings: &Settings) -> Result<(), PlanError> {
    match &settings.format {
        Some(format) if format.value == Serialization::Json => Ok(()),
        Some(format) => {
            let message = format!("`{}` is for storage destinations, `Json` can be run", format.value.as_str());
            Err(PlanError::new(message, format.place().unwrap_or(settings.place)))
        }
        None => Err(PlanError::new("a placeholder stands where `serializationFormat` is needed", settings.place)),
    }
}
