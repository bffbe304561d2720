//! The effective settings of a dataflow: what it reads, what it makes of a message, and where that goes; every value with
//! its place.
//!
//! What the texts mean (topic templates, data paths, expressions) is for `syntax` and `translate`.

use super::value::{HeaderActionType, Serialization};
use super::{FromScalar, Origin, Setting};
use crate::diag::{FileId, Place, Source, pages};
use crate::model::{Dataflow, Identity, OperationKind, Scalar, Text, Val, Written};
use crate::schema::Shape;

/// The effective settings of a dataflow.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Name and namespace.
    pub id: Identity,
    /// The shape of its manifest.
    pub shape: Shape,
    /// `mode`: whether it is switched on, which it is unless `Disabled` is written.
    pub enabled: bool,
    /// `profileRef`.
    pub profile: Option<Text>,
    /// Where it reads.
    pub source: FlowSource,
    /// What it makes of a message; `None` leaves the payload as it is.
    pub transform: Option<Transform>,
    /// Where it writes.
    pub destination: FlowDestination,
}

/// `sourceSettings`.
#[derive(Debug, Clone)]
pub struct FlowSource {
    /// `endpointRef`; `None` where it is not written, which is the endpoint `default`.
    pub endpoint: Option<Text>,
    /// `dataSources`: topic filters, or Kafka topics.
    pub topics: Vec<Text>,
    /// `schemaRef`.
    pub schema_ref: Option<Text>,
    /// The settings block, or the nearest place to it.
    pub place: Place,
}

/// `builtInTransformationSettings`.
#[derive(Debug, Clone)]
pub struct Transform {
    /// `datasets`, in order.
    pub datasets: Vec<Dataset>,
    /// `filter`, in order.
    pub filters: Vec<FilterRule>,
    /// `map`, in order.
    pub maps: Vec<MapRule>,
    /// `schemaRef`: the schema of the result.
    pub schema_ref: Option<Text>,
    /// `serializationFormat`; `None` where a template decides.
    pub format: Option<Setting<Serialization>>,
    /// The settings block.
    pub place: Place,
}

/// One of `datasets`.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// `key`, with its alias if it has one (`a.b as c`).
    pub key: Text,
    /// `inputs`, numbered from `$1`.
    pub inputs: Vec<Text>,
    /// `expression`: true for the record that belongs to the message.
    pub expression: Option<Text>,
    /// The item.
    pub place: Place,
}

/// One of `filter`.
#[derive(Debug, Clone)]
pub struct FilterRule {
    /// `inputs`, numbered from `$1`.
    pub inputs: Vec<Text>,
    /// `expression`.
    pub expression: Option<Text>,
    /// The item.
    pub place: Place,
}

/// One of `map`.
#[derive(Debug, Clone)]
pub struct MapRule {
    /// `inputs`, numbered from `$1`.
    pub inputs: Vec<Text>,
    /// `output`; empty text removes.
    pub output: Text,
    /// `expression`; without it the first input is copied.
    pub expression: Option<Text>,
    /// The item.
    pub place: Place,
}

/// `destinationSettings`.
#[derive(Debug, Clone)]
pub struct FlowDestination {
    /// `endpointRef`.
    pub endpoint: Option<Text>,
    /// `dataDestination`: a topic, for MQTT perhaps with `${inputTopic}`.
    pub topic: Option<Text>,
    /// `headers`, in order.
    pub headers: Vec<HeaderAction>,
    /// The settings block, or the nearest place to it.
    pub place: Place,
}

/// One of `destinationSettings.headers`.
#[derive(Debug, Clone)]
pub struct HeaderAction {
    /// `actionType`.
    pub action: HeaderActionType,
    /// `key`.
    pub key: Text,
    /// `value`; `Remove` needs none.
    pub value: Option<Text>,
    /// The item.
    pub place: Place,
}

/// Why a dataflow has no effective settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// There is no operation of a kind, or more than one.
    #[error("`operations` needs exactly one `{0}`, this one has {1}")]
    Operations(&'static str, usize),
    /// A template decides a value that a message cannot be sent without.
    #[error("a placeholder stands where a value is needed")]
    Template(Place),
    /// A value is missing or of a kind that cannot be used.
    #[error("`{0}` is missing or no text")]
    Missing(&'static str, Place),
    /// A value is there and is no text.
    #[error("expected text; what YAML reads as something else, such as `y`, `off` or `1.0`, is text in quotes")]
    NoText(Place),
}

impl FlowError {
    /// Where it is, if it is not the whole dataflow.
    pub const fn place(&self) -> Option<Place> {
        match self {
            Self::Operations(..) => None,
            Self::Template(place) | Self::Missing(_, place) | Self::NoText(place) => Some(*place),
        }
    }
}

impl Flow {
    /// The effective settings of `flow`.
    ///
    /// # Errors
    /// Where it has not exactly one source and one destination, where a placeholder is left, or where a part that a
    /// message passes is missing or no text.
    pub fn of(flow: &Dataflow<'_>) -> Result<Self, FlowError> {
        let read = Reader { file: flow.resource.file };
        let only = |kind: OperationKind| {
            flow.only(kind).ok_or_else(|| FlowError::Operations(kind.as_str(), flow.of_kind(kind).count()))
        };
        let transform = match flow.of_kind(OperationKind::Transform).count() {
            0 => None,
            _ => Some(read.transform(only(OperationKind::Transform)?.settings)?),
        };
        Ok(Self {
            id: Identity::of(&flow.resource),
            shape: flow.resource.shape(),
            enabled: !flow.resource.spec().get("mode").str().is_some_and(|mode| mode.eq_ignore_ascii_case("Disabled")),
            profile: read.optional(flow.resource.spec().get("profileRef"))?,
            source: read.source(only(OperationKind::Source)?.settings)?,
            transform,
            destination: read.destination(only(OperationKind::Destination)?.settings)?,
        })
    }
}

impl Flow {
    /// Every text that is written for a dataflow to work with, for finding what stands at a place.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let transform = self.transform.iter();
        let datasets = transform.clone().flat_map(|transform| &transform.datasets);
        let filters = transform.clone().flat_map(|transform| &transform.filters);
        let maps = transform.flat_map(|transform| &transform.maps);
        let datasets = datasets.flat_map(|set| std::iter::once(&set.key).chain(&set.inputs).chain(&set.expression));
        let filters = filters.flat_map(|filter| filter.inputs.iter().chain(&filter.expression));
        let maps = maps.flat_map(|map| map.inputs.iter().chain(std::iter::once(&map.output)).chain(&map.expression));
        let headers = self.destination.headers.iter();
        let headers = headers.flat_map(|header| std::iter::once(&header.key).chain(&header.value));
        let ends = self.source.topics.iter().chain(&self.destination.topic);
        ends.chain(datasets).chain(filters).chain(maps).chain(headers)
    }
}

/// Reads parts of one dataflow.
#[derive(Clone, Copy)]
struct Reader {
    file: FileId,
}

impl Reader {
    fn place(self, value: Val<'_>) -> Place {
        Place::new(self.file, value.span())
    }

    /// The text of `value`: `None` where it is not written.
    fn optional(self, value: Val<'_>) -> Result<Option<Text>, FlowError> {
        if value.is_absent() {
            return Ok(None);
        }
        // `${inputTopic}` is what the product itself replaces, so a template is told by `Val::str`, which knows that.
        match value.str() {
            Some(text) => Ok(Some(Written { value: text.into(), place: self.place(value) })),
            None if value.raw_str().is_some() || value.is_undecided() => Err(FlowError::Template(self.place(value))),
            None => Err(FlowError::NoText(self.place(value))),
        }
    }

    /// The text of an expression, in which `<` and `>` are operators and no placeholder.
    fn expression(self, value: Val<'_>) -> Result<Option<Text>, FlowError> {
        match value.raw_str() {
            Some(text) if ["${", "{{"].iter().any(|open| text.contains(open)) => {
                Err(FlowError::Template(self.place(value)))
            }
            Some(text) if text.trim().is_empty() => Ok(None),
            Some(text) => Ok(Some(Written { value: text.into(), place: self.place(value) })),
            None => self.optional(value),
        }
    }

    fn needed(self, value: Val<'_>, name: &'static str) -> Result<Text, FlowError> {
        self.optional(value)?.ok_or_else(|| FlowError::Missing(name, self.place(value)))
    }

    fn texts(self, list: Val<'_>) -> Result<Vec<Text>, FlowError> {
        if list.is_undecided() {
            return Err(FlowError::Template(self.place(list)));
        }
        list.items().map(|item| self.needed(item, "input")).collect()
    }

    fn source(self, settings: Val<'_>) -> Result<FlowSource, FlowError> {
        let topics = self.texts(settings.get("dataSources"))?;
        if topics.is_empty() {
            return Err(FlowError::Missing("dataSources", self.place(settings.get("dataSources"))));
        }
        Ok(FlowSource {
            endpoint: self.optional(settings.get("endpointRef"))?,
            topics,
            schema_ref: self.optional(settings.get("schemaRef"))?,
            place: Place::new(self.file, settings.key_span()),
        })
    }

    fn transform(self, settings: Val<'_>) -> Result<Transform, FlowError> {
        let items = |name| settings.get(name).items();
        let datasets = items("datasets").map(|item| {
            Ok(Dataset {
                key: self.needed(item.get("key"), "key")?,
                inputs: self.texts(item.get("inputs"))?,
                expression: self.expression(item.get("expression"))?,
                place: self.place(item),
            })
        });
        let filters = items("filter").map(|item| {
            Ok(FilterRule {
                inputs: self.texts(item.get("inputs"))?,
                expression: self.expression(item.get("expression"))?,
                place: self.place(item),
            })
        });
        let maps = items("map").map(|item| {
            Ok(MapRule {
                inputs: self.texts(item.get("inputs"))?,
                output: self.needed(item.get("output"), "output")?,
                expression: self.expression(item.get("expression"))?,
                place: self.place(item),
            })
        });
        Ok(Transform {
            datasets: datasets.collect::<Result<_, _>>()?,
            filters: filters.collect::<Result<_, _>>()?,
            maps: maps.collect::<Result<_, _>>()?,
            schema_ref: self.optional(settings.get("schemaRef"))?.filter(|text| !text.value.is_empty()),
            format: self.setting(settings.get("serializationFormat"), Serialization::Json, &pages::FLOW_DESTINATION),
            place: Place::new(self.file, settings.key_span()),
        })
    }

    fn destination(self, settings: Val<'_>) -> Result<FlowDestination, FlowError> {
        let headers = settings.get("headers").items().map(|item| {
            let action = item.get("actionType");
            let parsed = action.str().and_then(|text| HeaderActionType::from_scalar(&Scalar::Text(text.into())));
            Ok(HeaderAction {
                action: parsed.ok_or_else(|| FlowError::Missing("actionType", self.place(action)))?,
                key: self.needed(item.get("key"), "key")?,
                value: self.optional(item.get("value"))?,
                place: self.place(item),
            })
        });
        Ok(FlowDestination {
            endpoint: self.optional(settings.get("endpointRef"))?,
            topic: self.optional(settings.get("dataDestination"))?,
            headers: headers.collect::<Result<_, _>>()?,
            place: Place::new(self.file, settings.key_span()),
        })
    }

    fn setting<T: FromScalar>(self, value: Val<'_>, default: T, source: &'static Source) -> Option<Setting<T>> {
        if value.is_absent() {
            return Some(Setting { value: default, origin: Origin::Default(source) });
        }
        let parsed = T::from_scalar(&Scalar::Text(value.str()?.into()))?;
        Some(Setting { value: parsed, origin: Origin::Written(self.place(value)) })
    }
}
