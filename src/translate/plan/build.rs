//! Makes a plan of manifests, or says everything that is in the way.

use super::end::Decided;
use super::target::{Batches, KafkaProducer, KafkaTarget, MqttTarget, Partitioning, Target, Topic, TopicText};
use super::{Answers, Attributes, End, Files, HeaderStep, Plan};
use crate::message::QoS;
use crate::model::{DEFAULT_NAME, EndpointType, Text};
use crate::settings::{CloudEvents, Flow, HeaderActionType, Kafka, Mqtt, PartitionStrategy, Switch};
use crate::syntax::topic::{Filter, Template};
use crate::translate::choices::Choices;
use crate::translate::limits;
use crate::translate::trace::Cause;
use crate::translate::transform::{PlanError, Transform};

/// See [`Plan::new`].
pub(super) fn plan(
    flow: &Flow,
    source: &End,
    destination: &End,
    choices: &Choices,
    files: Files<'_>,
) -> Result<Plan, Vec<PlanError>> {
    let answers = Answers::of(choices);
    let mut build = Build { flow, source, destination, errors: Vec::new() };
    build.pair();
    build.sources();
    let target = build.target();
    let topic = build.topic();
    let cloud_events = build.cloud_events();
    let client_ids = [source, destination].map(|end| build.client_id(end, &answers));
    let transform = build.transform(choices, files);
    let (Some(target), Some(topic), Some(cloud_events), true) = (target, topic, cloud_events, build.errors.is_empty())
    else {
        return Err(build.errors);
    };
    Ok(Plan {
        flow: flow.id.name().into(),
        from_kafka: source.kind == Some(EndpointType::Kafka),
        target,
        topic,
        transform,
        transform_cause: flow.transform.as_ref().map(|transform| transform.place.into()),
        cloud_events,
        attributes: build.attributes(&answers),
        headers: build.headers(),
        answers,
        client_ids,
    })
}

/// What a plan is made of, and what is wrong with it.
struct Build<'a> {
    flow: &'a Flow,
    source: &'a End,
    destination: &'a End,
    errors: Vec<PlanError>,
}

impl Build<'_> {
    fn error(&mut self, cause: impl Into<Cause>, message: impl Into<String>) {
        self.errors.push(PlanError { message: message.into(), cause: cause.into() });
    }

    /// Complains of a pair of endpoints that no dataflow joins.
    fn pair(&mut self) {
        let named = |text: &Option<Text>, otherwise: Cause| text.as_ref().map_or(otherwise, |text| text.place.into());
        let from = named(&self.flow.source.endpoint, self.flow.source.place.into());
        let to = named(&self.flow.destination.endpoint, self.flow.destination.place.into());
        match self.source.kind {
            Some(EndpointType::Mqtt | EndpointType::Kafka) => {}
            Some(kind) => self.error(
                from,
                format!(
                    "`{}` is an endpoint of type `{}`, expected `Mqtt` or `Kafka` at a source",
                    self.source.name,
                    kind.as_str()
                ),
            ),
            None => self.error(from, format!("the type of endpoint `{}` is not known", self.source.name)),
        }
        match (self.source.kind, self.destination.kind) {
            (Some(EndpointType::Kafka), Some(EndpointType::Kafka)) => self.error(
                to,
                "a dataflow does not go from Kafka to Kafka: one side has to be the local MQTT broker",
            ),
            (_, Some(EndpointType::Mqtt | EndpointType::Kafka)) => {}
            (_, Some(kind)) => self.error(
                to,
                format!(
                    "`{}` is an endpoint of type `{}`, which takes files or rows and no messages: expected `Mqtt` or `Kafka`",
                    self.destination.name,
                    kind.as_str()
                ),
            ),
            (_, None) => self.error(to, format!("the type of endpoint `{}` is not known", self.destination.name)),
        }
    }

    /// Complains of `dataSources` that no broker can be asked for.
    fn sources(&mut self) {
        for text in &self.flow.source.topics {
            let cause = Cause::from(text.place);
            let problem = match self.source.kind {
                Some(EndpointType::Mqtt) => {
                    Filter::parse(&text.value).err().map(|error| (Some(error.range), error.message))
                }
                Some(EndpointType::Kafka) => limits::kafka_topic(&text.value).map(|problem| (None, problem)),
                _ => None,
            };
            if let Some((part, problem)) = problem {
                self.error(Cause { part, ..cause }, problem);
            }
        }
    }

    /// `cloudEventAttributes`, which only destinations of messages have.
    fn cloud_events(&mut self) -> Option<Decided<CloudEvents>> {
        let end = self.destination;
        let takes_messages = matches!(end.kind, Some(EndpointType::Mqtt | EndpointType::Kafka));
        let setting = end.settings.cloud_events.as_ref();
        takes_messages.then(|| end.decide("cloudEventAttributes", setting, &mut self.errors)).flatten()
    }

    fn target(&mut self) -> Option<Target> {
        let end = self.destination;
        match (end.kind, &end.settings.mqtt, &end.settings.kafka) {
            (Some(EndpointType::Mqtt), Some(mqtt), _) => self.mqtt(mqtt).map(Target::Mqtt),
            (Some(EndpointType::Kafka), _, Some(kafka)) => self.kafka(kafka).map(Target::Kafka),
            (Some(EndpointType::Mqtt | EndpointType::Kafka), ..) => {
                self.error(end.place, format!("endpoint `{}` has no settings of its type", end.name));
                None
            }
            _ => None,
        }
    }

    fn mqtt(&mut self, mqtt: &Mqtt) -> Option<MqttTarget> {
        let end = self.destination;
        let qos = end.decide("qos", mqtt.qos.as_ref(), &mut self.errors);
        let retain = end.decide("retain", mqtt.retain.as_ref(), &mut self.errors);
        let qos = qos.and_then(|number| {
            let Some(value) = QoS::from_number(number.value) else {
                self.error(number.cause, format!("`{}` is no MQTT quality of service, expected 0 to 2", number.value));
                return None;
            };
            Some(Decided { value, cause: number.cause, default: number.default })
        });
        Some(MqttTarget { qos: qos?, retain: retain? })
    }

    fn kafka(&mut self, kafka: &Kafka) -> Option<KafkaTarget> {
        let end = self.destination;
        let errors = &mut self.errors;
        let copy = end.decide("copyMqttProperties", kafka.copy_mqtt_properties.as_ref(), errors);
        let strategy = end.decide("partitionStrategy", kafka.partition_strategy.as_ref(), errors);
        let acks = end.decide("kafkaAcks", kafka.acks.as_ref(), errors);
        let compression = end.decide("compression", kafka.compression.as_ref(), errors);
        let mode = end.decide("batching.mode", kafka.batching.mode.as_ref(), errors);
        let latency = end.decide("batching.latencyMs", kafka.batching.latency_ms.as_ref(), errors);
        let bytes = end.decide("batching.maxBytes", kafka.batching.max_bytes.as_ref(), errors);
        let messages = end.decide("batching.maxMessages", kafka.batching.max_messages.as_ref(), errors);
        let partitioning = strategy.and_then(|strategy| {
            let value = match strategy.value {
                PartitionStrategy::Default => Partitioning::Any,
                PartitionStrategy::Static => Partitioning::Static,
                PartitionStrategy::Topic => Partitioning::Topic,
                PartitionStrategy::Property => {
                    let name = kafka.partition_key_property.as_ref();
                    Partitioning::Property(end.decide("partitionKeyProperty", name, errors)?.value)
                }
            };
            Some(Decided { value, cause: strategy.cause, default: strategy.default })
        });
        let batches = Batches { latency_ms: latency?.value, max_bytes: bytes?.value, max_messages: messages?.value };
        let copy = copy?;
        Some(KafkaTarget {
            copy: Decided { value: copy.value == Switch::Enabled, cause: copy.cause, default: copy.default },
            partitioning: partitioning?,
            producer: KafkaProducer {
                acks: acks?.value,
                compression: compression?.value,
                batches: (mode?.value == Switch::Enabled).then_some(batches),
            },
        })
    }

    fn topic(&mut self) -> Option<Topic> {
        let destination = &self.flow.destination;
        let Some(text) = destination.topic.as_ref().filter(|text| !text.value.is_empty()) else {
            let place = destination.topic.as_ref().map_or(destination.place, |text| text.place);
            self.error(place, "`dataDestination` is missing: a message needs a topic");
            return None;
        };
        let cause = Cause::from(text.place);
        if self.destination.kind == Some(EndpointType::Kafka) {
            if let Some(problem) = limits::kafka_topic(&text.value) {
                self.error(cause, problem);
                return None;
            }
            return Some(Topic { text: TopicText::Fixed(text.value.to_string()), cause });
        }
        let template = match Template::parse(&text.value) {
            Ok(template) => template,
            Err(error) => {
                self.error(Cause { part: Some(error.range), ..cause }, error.message);
                return None;
            }
        };
        let fixed = template.as_static().map(str::to_owned);
        Some(Topic { text: fixed.map_or(TopicText::Template(template), TopicText::Fixed), cause })
    }

    /// The transformation, held to the schema of its result where there is one.
    fn transform(&mut self, choices: &Choices, files: Files<'_>) -> Option<Transform> {
        let settings = self.flow.transform.as_ref()?;
        let transform = Transform::compile(settings, choices, files.datasets);
        let transform = transform.map_err(|errors| self.errors.extend(errors)).ok()?;
        match files.output_schema {
            None => Some(transform),
            Some(schema) => transform.with_schema(schema).map_err(|error| self.errors.push(error)).ok(),
        }
    }

    /// The MQTT client id that the deployed dataflow takes at `end`.
    fn client_id(&self, end: &End, answers: &Answers) -> Option<Box<str>> {
        let prefix = &end.settings.mqtt.as_ref()?.client_id_prefix.as_ref()?.value;
        let separator = if prefix.is_empty() { "" } else { answers.client_id_separator };
        Some(format!("{prefix}{separator}{}", self.flow.id.name()).into())
    }

    fn attributes(&self, answers: &Answers) -> Attributes {
        let name = if answers.source_is_dataflow { self.flow.id.name() } else { &*self.destination.name };
        let name = if name.is_empty() { DEFAULT_NAME } else { name };
        let owned = |text: &Text| (text.value.to_string(), Cause::from(text.place));
        let source_schema = self.flow.source.schema_ref.as_ref().filter(|text| !text.value.is_empty());
        Attributes {
            source: format!("aio://{name}"),
            output_schema: self.flow.transform.as_ref().and_then(|transform| transform.schema_ref.as_ref()).map(owned),
            source_schema: source_schema.map(owned),
        }
    }

    fn headers(&self) -> Vec<HeaderStep> {
        let steps = self.flow.destination.headers.iter().map(|header| HeaderStep {
            action: header.action,
            key: header.key.value.to_string(),
            value: match header.action {
                HeaderActionType::Remove => String::new(),
                _ => header.value.as_ref().map(|value| value.value.to_string()).unwrap_or_default(),
            },
            cause: header.place.into(),
        });
        steps.collect()
    }
}
