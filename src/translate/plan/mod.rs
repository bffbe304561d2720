//! A dataflow that is ready to be applied: everything that does not depend on a message is decided here.

mod alternatives;
mod answers;
mod build;
mod end;
mod target;

pub(super) use answers::{Answers, Collision};
pub(super) use end::Decided;
pub use end::End;
pub use target::{Batches, KafkaProducer};
pub(super) use target::{KafkaTarget, MqttTarget, Partitioning, Target, Topic, TopicText};

use super::choices::{Choice, Choices, table};
use super::outcome::DropReason;
use super::trace::Cause;
use super::transform::{Datasets, PlanError, Transform};
use crate::settings::{CloudEvents, Flow, HeaderActionType};

/// What a plan is made of besides manifests.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    /// Local data sets.
    pub datasets: &'a Datasets,
    /// The JSON Schema of the result of the transformation, where one is at hand.
    pub output_schema: Option<&'a serde_json::Value>,
}

/// A dataflow between two endpoints, compiled.
#[derive(Debug)]
pub struct Plan {
    pub(super) flow: Box<str>,
    pub(super) from_kafka: bool,
    pub(super) target: Target,
    pub(super) topic: Topic,
    pub(super) transform: Option<Transform>,
    pub(super) transform_cause: Option<Cause>,
    pub(super) cloud_events: Decided<CloudEvents>,
    pub(super) attributes: Attributes,
    pub(super) headers: Vec<HeaderStep>,
    pub(super) answers: Answers,
    client_ids: [Option<Box<str>>; 2],
}

/// What a plan knows of the CloudEvents attributes that it may make.
#[derive(Debug)]
pub(super) struct Attributes {
    /// `source`.
    pub source: String,
    /// The schema that the transformation names, and where.
    pub output_schema: Option<(String, Cause)>,
    /// The schema of the source, where no transformation makes a new payload.
    pub source_schema: Option<(String, Cause)>,
}

/// One of `headers` of the destination.
#[derive(Debug)]
pub(super) struct HeaderStep {
    pub action: HeaderActionType,
    pub key: String,
    pub value: String,
    pub cause: Cause,
}

impl Plan {
    /// Compiles `flow` between `source` and `destination`.
    ///
    /// # Errors
    /// All reasons why no message can pass it: a pair of endpoints that no dataflow joins, a setting that a placeholder
    /// decides, a topic that cannot be published to, a transformation that cannot be understood.
    pub fn new(
        flow: &Flow,
        source: &End,
        destination: &End,
        choices: &Choices,
        files: Files<'_>,
    ) -> Result<Self, Vec<PlanError>> {
        build::plan(flow, source, destination, choices, files)
    }

    /// Name of the dataflow.
    pub fn flow(&self) -> &str {
        &self.flow
    }

    /// How a producer has to be set up, if the destination is Kafka.
    pub const fn kafka(&self) -> Option<&KafkaProducer> {
        match &self.target {
            Target::Kafka(kafka) => Some(&kafka.producer),
            Target::Mqtt(_) => None,
        }
    }

    /// The MQTT client ids that the deployed dataflow takes at its source and at its destination, as documented
    /// (`clientIdPrefix` and the name of the dataflow); `None` at a Kafka end.
    pub fn client_ids(&self) -> [Option<&str>; 2] {
        [self.client_ids[0].as_deref(), self.client_ids[1].as_deref()]
    }

    /// Whether the source is told that a message is done with which is dropped for `reason`, and the setting that decides
    /// it where no page does.
    pub const fn acknowledges(&self, reason: DropReason) -> (bool, Option<&'static Choice>) {
        match reason {
            DropReason::Filter | DropReason::Expired | DropReason::Schema => (true, None),
            DropReason::TopicUnresolved => (!self.answers.unresolved_withholds, Some(&table::TOPIC_UNRESOLVED_ACK)),
            DropReason::TransformError | DropReason::Unsendable => {
                (!self.answers.failed_withholds, Some(&table::TRANSFORM_ERROR_ACK))
            }
        }
    }

    /// The open questions whose answer can change what comes out of this plan, or whether it is acknowledged.
    pub fn alternatives(&self) -> Vec<&'static Choice> {
        alternatives::of(self)
    }
}
