//! Applies a plan to one message: transform, topic, expiry, properties, in that order.

use super::convert::Job;
use super::draft::By;
use super::outcome::{DropReason, Dropped, Outcome};
use super::plan::{Plan, Target, TopicText};
use super::rulebook;
use super::trace::{Action, Cause, Property, Step, Trace};
use super::transform::{LastValues, Transformed};
use crate::message::Message;
use crate::syntax::topic::Unresolved;
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
        None => Ok(Transformed { payload: None, metadata: Vec::new() }),
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
    match &plan.topic.text {
        TopicText::Fixed(topic) => Ok(topic.clone()),
        TopicText::Template(template) => template.expand(source).map_err(|error| Dropped {
            reason: match error {
                Unresolved::Level { .. } => DropReason::TopicUnresolved,
                Unresolved::Name { .. } => DropReason::Unsendable,
            },
            why: error.to_string(),
            cause: Some(Cause { part: error.range(), ..plan.topic.cause.clone() }),
        }),
    }
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
