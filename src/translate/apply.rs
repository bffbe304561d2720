//! Applies a plan to one message: transform, topic, expiry, properties, in that order.

use super::convert::{Job, schema_problem};
use super::draft::By;
use super::outcome::{DropReason, Dropped, Outcome};
use super::plan::{Plan, Target, TopicText};
use super::trace::{Action, Property, Step, Trace};
use super::transform::{LastValues, Transformed};
use super::{limits, rulebook};
use crate::message::Message;
use crate::syntax::topic::Template;
use std::fmt;

/// What a translation needs besides the message: the clock and the source of ids that it has not itself.
pub struct Context<'a> {
    /// When the message came from the source, in milliseconds since 1970.
    pub received_at: i64,
    /// Now, in milliseconds since 1970.
    pub now: i64,
    /// Makes UUIDs.
    pub ids: &'a mut dyn FnMut() -> String,
    /// The last values of fields, for `? $last`.
    pub last: &'a mut LastValues,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { received_at, now, .. } = self;
        f.debug_struct("Context").field("received_at", received_at).field("now", now).finish_non_exhaustive()
    }
}

/// What `plan` makes of `message`.
pub fn translate(plan: &Plan, message: Message, context: &mut Context<'_>, trace: &mut Trace) -> Outcome {
    let transformed = match &plan.transform {
        Some(transform) => transform.apply(&message, context.last, trace),
        None => Ok(Transformed::default()),
    };
    match transformed.and_then(|transformed| carry(plan, message, transformed, context, trace)) {
        Ok(message) => Outcome::Delivered(message),
        Err(dropped) => {
            note_drop(&dropped, trace);
            Outcome::Dropped(dropped)
        }
    }
}

/// What `plan` makes of `message` once it is transformed.
pub(super) fn carry(
    plan: &Plan,
    message: Message,
    transformed: Transformed,
    context: &mut Context<'_>,
    trace: &mut Trace,
) -> Result<Message, Dropped> {
    check_schema(plan, transformed.payload.as_deref())?;
    let topic = topic(plan, message.topic())?;
    let job = Job { plan, topic, transformed, context, trace };
    match (message, &plan.target) {
        (Message::Mqtt(publish), Target::Mqtt(target)) => job.mqtt_to_mqtt(target, publish).map(Message::Mqtt),
        (Message::Mqtt(publish), Target::Kafka(target)) => job.mqtt_to_kafka(target, publish).map(Message::Kafka),
        (Message::Kafka(record), Target::Mqtt(target)) => job.kafka_to_mqtt(target, record).map(Message::Mqtt),
        (Message::Kafka(_), Target::Kafka(_)) => Err(Dropped {
            reason: DropReason::Unsendable,
            why: "a dataflow does not go from Kafka to Kafka".to_owned(),
            cause: None,
        }),
    }
}

/// The topic of the destination for a message from `source`.
fn topic(plan: &Plan, source: &str) -> Result<String, Dropped> {
    let dropped = |reason, why| Dropped { reason, why, cause: Some(plan.topic.cause.clone()) };
    let expand = |template: &Template| {
        let topic = template.expand(source).map_err(|error| dropped(DropReason::TopicUnresolved, error.to_string()))?;
        match limits::mqtt_topic(&topic) {
            None => Ok(topic),
            Some(problem) => Err(dropped(DropReason::Unsendable, problem)),
        }
    };
    match &plan.topic.text {
        TopicText::Fixed(topic) => Ok(topic.clone()),
        TopicText::Template(template) => expand(template),
    }
}

/// Drops a result that does not match the schema of the transformation, where that is asked for.
fn check_schema(plan: &Plan, payload: Option<&[u8]>) -> Result<(), Dropped> {
    let (Some(validator), Some(payload), true) = (&plan.schema, payload, plan.answers.schema_drops) else {
        return Ok(());
    };
    schema_problem(validator, payload)
        .map_or(Ok(()), |why| Err(Dropped { reason: DropReason::Schema, why, cause: plan.transform_cause.clone() }))
}

fn note_drop(dropped: &Dropped, trace: &mut Trace) {
    let told = |step: &Step| matches!(&step.input, Some((Property::Message, _)) if step.output.is_none());
    if trace.steps().iter().any(told) {
        return;
    }
    let by = By::rule(rulebook::of_drop(dropped.reason));
    trace.note(|| Step {
        input: Some((Property::Message, Vec::new())),
        output: None,
        action: Action::Removed,
        rule: by.rule,
        cause: dropped.cause.clone(),
        choice: None,
        note: Some(dropped.why.clone()),
    });
}
