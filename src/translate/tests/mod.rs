//! The vectors of the documentation, and what must hold for every message.

mod cloud_events;
mod invariants;
mod kafka_to_mqtt;
mod metadata;
mod mqtt_to_kafka;
mod mqtt_to_mqtt;
mod plans;

use super::apply::carry;
use super::transform::{Metadata, MetadataWrite, Transformed};
use super::*;
use crate::diag::{FileId, Place, Span, pages};
use crate::message::{Header, Message, PayloadFormat, Publish, QoS, Record};
use crate::model::{EndpointType, Identity, Text, Written};
use crate::settings::{
    Acks, Batching, CloudEvents, Compression, Endpoint, Flow, FlowDestination, FlowSource, HeaderAction,
    HeaderActionType, Kafka, Mqtt, Origin, PartitionStrategy, Protocol, Retain, Serialization, Setting, Shape, Switch,
};

/// Where each part of the manifests stands: one line each.
const FLOW: Place = line(1);
const SOURCE: Place = line(2);
const TRANSFORM: Place = line(3);
const DESTINATION: Place = line(4);
const TOPIC: Place = line(5);
const SCHEMA: Place = line(6);
const SOURCE_BLOCK: Place = line(10);
const DESTINATION_BLOCK: Place = line(20);
const CLOUD_EVENTS: Place = line(21);
const COPY: Place = line(22);
const STRATEGY: Place = line(23);
const RETAIN: Place = line(24);
const QOS: Place = line(25);
const HEADERS: u32 = 30;
const MAP_RULE: Place = line(40);

const fn line(number: u32) -> Place {
    Place::new(FileId(0), Span { start: number * 100, end: number * 100 + 1 })
}

fn written<T>(value: T, place: Place) -> Option<Setting<T>> {
    Some(Setting { value, origin: Origin::Written(place) })
}

fn default<T>(value: T) -> Option<Setting<T>> {
    Some(Setting { value, origin: Origin::Default(&pages::CRD_V1) })
}

fn text(value: &str, place: Place) -> Text {
    Written { value: value.into(), place }
}

/// A dataflow to be put together.
#[derive(Debug, Clone)]
struct Setup {
    from: EndpointType,
    to: EndpointType,
    source: &'static str,
    topic: &'static str,
    cloud_events: CloudEvents,
    copy: Option<Setting<Switch>>,
    retain: Option<Setting<Retain>>,
    qos: u8,
    strategy: PartitionStrategy,
    key_property: &'static str,
    headers: Vec<(HeaderActionType, &'static str, &'static str)>,
    source_schema: Option<&'static str>,
    transform: Option<Option<&'static str>>,
    choices: Vec<(&'static str, &'static str)>,
    waited: i64,
}

impl Setup {
    fn new(from: EndpointType, to: EndpointType, topic: &'static str) -> Self {
        Self {
            from,
            to,
            source: if from == EndpointType::Kafka { "in" } else { "in/#" },
            topic,
            cloud_events: CloudEvents::Propagate,
            copy: written(Switch::Enabled, COPY),
            retain: written(Retain::Keep, RETAIN),
            qos: 1,
            strategy: PartitionStrategy::Default,
            key_property: "",
            headers: Vec::new(),
            source_schema: None,
            transform: None,
            choices: Vec::new(),
            waited: 0,
        }
    }

    fn mqtt_to_mqtt() -> Self {
        Self::new(EndpointType::Mqtt, EndpointType::Mqtt, "out/topic")
    }

    fn mqtt_to_kafka() -> Self {
        Self::new(EndpointType::Mqtt, EndpointType::Kafka, "telemetry")
    }

    fn kafka_to_mqtt() -> Self {
        Self::new(EndpointType::Kafka, EndpointType::Mqtt, "out/topic")
    }

    fn choose(mut self, name: &'static str, value: &'static str) -> Self {
        self.choices.push((name, value));
        self
    }

    fn creating(mut self) -> Self {
        self.cloud_events = CloudEvents::CreateOrRemap;
        self
    }

    fn end(&self, kind: EndpointType, name: &str, place: Place) -> End {
        let mqtt = Mqtt {
            qos: written(self.qos, QOS),
            retain: self.retain,
            protocol: default(Protocol::Mqtt),
            keep_alive: default(60),
            session_expiry: default(600),
            max_inflight: default(100),
            client_id_prefix: default("line".into()),
        };
        let kafka = Kafka {
            acks: default(Acks::All),
            compression: default(Compression::None),
            copy_mqtt_properties: self.copy,
            partition_strategy: written(self.strategy, STRATEGY),
            partition_key_property: written(self.key_property.into(), STRATEGY),
            batching: Batching {
                mode: default(Switch::Enabled),
                latency_ms: default(5),
                max_bytes: default(1_000_000),
                max_messages: default(100_000),
            },
        };
        let settings = Endpoint {
            tls: default(Switch::Enabled),
            cloud_events: written(self.cloud_events, CLOUD_EVENTS),
            mqtt: (kind == EndpointType::Mqtt).then_some(mqtt),
            kafka: (kind == EndpointType::Kafka).then_some(kafka),
            open: Vec::new(),
        };
        End { name: name.into(), kind: Some(kind), settings, place }
    }

    fn flow(&self) -> Flow {
        let headers = self.headers.iter().zip(HEADERS..).map(|((action, key, value), at)| HeaderAction {
            action: *action,
            key: text(key, line(at)),
            value: Some(text(value, line(at))),
            place: line(at),
        });
        Flow {
            id: Identity { name: Some("line-3-flow".into()), namespace: None, place: FLOW, document: FLOW },
            shape: Shape::V1,
            enabled: true,
            profile: None,
            source: FlowSource {
                endpoint: None,
                topics: vec![text(self.source, SOURCE)],
                schema_ref: self.source_schema.map(|schema| text(schema, SOURCE)),
                place: SOURCE,
            },
            transform: self.transform.map(|schema| crate::settings::Transform {
                datasets: Vec::new(),
                filters: Vec::new(),
                maps: Vec::new(),
                schema_ref: schema.map(|schema| text(schema, SCHEMA)),
                format: written(Serialization::Json, TRANSFORM),
                place: TRANSFORM,
            }),
            destination: FlowDestination {
                endpoint: Some(text("hub", DESTINATION)),
                topic: (!self.topic.is_empty()).then(|| text(self.topic, TOPIC)),
                headers: headers.collect(),
                place: DESTINATION,
            },
        }
    }

    fn plan_between(&self, source: &End, destination: &End) -> Result<Plan, Vec<PlanError>> {
        let mut choices = Choices::default();
        for (name, value) in &self.choices {
            choices.set(name, value).unwrap();
        }
        let datasets = Datasets::default();
        let files = Files { datasets: &datasets, output_schema: None };
        Plan::new(&self.flow(), source, destination, &choices, files)
    }

    fn try_plan(&self) -> Result<Plan, Vec<PlanError>> {
        let source = self.end(self.from, "default", SOURCE_BLOCK);
        self.plan_between(&source, &self.end(self.to, "hub", DESTINATION_BLOCK))
    }

    fn plan(&self) -> Plan {
        self.try_plan().unwrap()
    }

    /// What the plan makes of a message that was transformed before.
    fn carry(&self, message: impl Into<Message>, transformed: Transformed) -> (Result<Message, Dropped>, Trace) {
        let mut trace = Trace::recording();
        let plan = self.plan();
        let result =
            with_context(self.waited, |context| carry(&plan, message.into(), transformed, context, &mut trace));
        (result, trace)
    }

    fn run(&self, message: impl Into<Message>) -> (Outcome, Trace) {
        let mut trace = Trace::recording();
        let plan = self.plan();
        let outcome = with_context(self.waited, |context| translate(&plan, message.into(), context, &mut trace));
        (outcome, trace)
    }

    fn publish(&self, message: impl Into<Message>) -> (Publish, Trace) {
        match self.run(message) {
            (Outcome::Delivered(Message::Mqtt(publish)), trace) => (publish, trace),
            (other, _) => panic!("{other:?}"),
        }
    }

    fn record(&self, message: impl Into<Message>) -> (Record, Trace) {
        match self.run(message) {
            (Outcome::Delivered(Message::Kafka(record)), trace) => (record, trace),
            (other, _) => panic!("{other:?}"),
        }
    }

    fn dropped(&self, message: impl Into<Message>) -> (Dropped, Trace) {
        match self.run(message) {
            (Outcome::Dropped(dropped), trace) => (dropped, trace),
            (other, _) => panic!("{other:?}"),
        }
    }
}

/// 2018-04-05T17:31:00Z, a Thursday.
const RECEIVED: i64 = 1_522_949_460_000;

fn with_context<T>(waited: i64, work: impl FnOnce(&mut Context<'_>) -> T) -> T {
    let mut count = 0;
    let mut ids = || {
        count += 1;
        format!("00000000-0000-4000-8000-{count:012}")
    };
    let mut last = LastValues::default();
    work(&mut Context { received_at: RECEIVED, now: RECEIVED + waited, ids: &mut ids, last: &mut last })
}

impl From<Publish> for Message {
    fn from(publish: Publish) -> Self {
        Self::Mqtt(publish)
    }
}

impl From<Record> for Message {
    fn from(record: Record) -> Self {
        Self::Kafka(record)
    }
}

fn published(topic: &str) -> Publish {
    Publish { topic: topic.to_owned(), payload: b"{}".to_vec(), qos: QoS::AtLeastOnce, ..Publish::default() }
}

fn with_properties(properties: &[(&str, &str)]) -> Publish {
    let user_properties = properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Publish { user_properties, ..published("in/1") }
}

fn properties(publish: &Publish) -> Vec<(&str, &str)> {
    publish.user_properties.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Headers whose values are text, as text.
fn headers(record: &Record) -> Vec<(&str, &str)> {
    let text = |bytes| std::str::from_utf8(bytes).unwrap();
    record.headers.iter().map(|header| (text(&header.key), text(header.value.as_deref().unwrap()))).collect()
}

/// The steps that take in, or else bring out, `property`.
fn steps<'t>(trace: &'t Trace, property: &Property) -> Vec<&'t Step> {
    let is = |side: &Option<(Property, Value)>| side.as_ref().is_some_and(|(found, _)| found == property);
    trace.steps().iter().filter(|step| is(&step.input) || is(&step.output)).collect()
}

fn step<'t>(trace: &'t Trace, property: &Property) -> &'t Step {
    let steps = steps(trace, property);
    assert_eq!(steps.len(), 1, "{property}: {steps:?}");
    steps[0]
}

fn place(step: &Step) -> Option<Place> {
    step.cause.as_ref().map(|cause| cause.place)
}

fn choice(step: &Step) -> Option<&'static str> {
    step.choice.map(|choice| choice.name)
}

fn user(name: &str) -> Property {
    Property::UserProperty(name.to_owned())
}

fn header(name: &str) -> Property {
    Property::Header(name.to_owned())
}
