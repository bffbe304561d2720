//! From the properties of one protocol to those of the other: a file for each way, and what they share.

mod expiry;
mod kafka_to_mqtt;
mod mqtt_to_kafka;
mod mqtt_to_mqtt;
mod partition;

use super::apply::Context;
use super::choices::{Choice, table};
use super::draft::{By, Draft, Reason, settle};
use super::limits::{self, NotAString};
use super::outcome::Dropped;
use super::plan::{MqttTarget, Plan};
use super::trace::{Action, Property, Step, Trace, Value};
use super::transform::{Metadata, Transformed};
use super::{cloud_events, headers, metadata, rulebook};

/// What JSON is called.
pub(super) const JSON: &str = "application/json";

/// One message on its way, without the message itself.
pub(super) struct Job<'a, 'c> {
    pub plan: &'a Plan,
    /// Where it goes.
    pub topic: String,
    pub transformed: Transformed,
    pub context: &'a mut Context<'c>,
    pub trace: &'a mut Trace,
}

impl Job<'_, '_> {
    /// Takes the new payload, or leaves `payload` as it is.
    fn payload(&mut self, payload: Vec<u8>) -> Vec<u8> {
        let transformed = self.transformed.payload.take();
        if self.trace.is_recording() {
            let output = transformed.as_ref().unwrap_or(&payload).clone();
            let mut by =
                By::rule(if transformed.is_some() { &rulebook::PAYLOAD_TRANSFORMED } else { &rulebook::PAYLOAD });
            by.cause.clone_from(&self.plan.transform_cause);
            self.field((Property::Payload, payload.clone()), (Property::Payload, output), by, None);
        }
        transformed.unwrap_or(payload)
    }

    /// Notes how the topic came about.
    fn note_topic(&mut self, source: &str) {
        if !self.trace.is_recording() {
            return;
        }
        let by = By::line(&rulebook::TOPIC, &self.plan.topic.cause);
        let written = self.transformed.metadata.iter().any(|write| write.target == Metadata::Topic);
        let note = written.then(|| format!("`$metadata.topic` changes nothing: {}", rulebook::METADATA_TOPIC.says));
        self.field((Property::Topic, source.into()), (Property::Topic, self.topic.clone().into()), by, note);
    }

    /// Notes a property that came in and goes out.
    fn field(&mut self, input: (Property, Value), output: (Property, Value), by: By, note: Option<String>) {
        settle(self.trace, Some(Box::new(Reason { input: Some(input), by, note })), Some(output));
    }

    /// Notes a property that goes no further.
    fn gone(&mut self, input: (Property, Value), by: By) {
        settle(self.trace, Some(Box::new(Reason { input: Some(input), by, note: None })), None);
    }

    /// Notes a property that did not come in.
    fn made(&mut self, output: (Property, Value), by: By, note: Option<String>) {
        settle(self.trace, Some(Box::new(Reason { input: None, by, note })), Some(output));
    }
}

/// What is done to the properties of `draft` besides converting them: map rules, CloudEvents, `headers`.
struct Finish<'a, 'c> {
    plan: &'a Plan,
    topic: &'a str,
    /// What the result of the transformation is, if there is one.
    content_type: Option<String>,
    context: &'a mut Context<'c>,
}

impl<'a, 'c> Finish<'a, 'c> {
    /// Lets the map rules write, and settles the content type of the result.
    fn start(
        plan: &'a Plan,
        topic: &'a str,
        made_json: bool,
        transformed: Transformed,
        context: &'a mut Context<'c>,
        draft: &mut Draft<'_>,
    ) -> Self {
        metadata::apply(&plan.answers, transformed.metadata, draft);
        let content_type = made_json.then(|| {
            // What a map rule has written counts.
            let mapped = draft.content_type().filter(|entry| !entry.copied);
            mapped.and_then(|entry| String::from_utf8(entry.value.clone()).ok()).unwrap_or_else(|| JSON.to_owned())
        });
        if let Some(content_type) = &content_type {
            let by = || {
                let mut by =
                    By::rule(&rulebook::OUTPUT_CONTENT_TYPE).choice(true, &table::CONTENT_TYPE_AFTER_TRANSFORM);
                by.cause.clone_from(&plan.transform_cause);
                by
            };
            let mapped = draft.content_type().is_some_and(|entry| !entry.copied);
            if plan.answers.transform_sets_content_type && !mapped {
                draft.set_content_type(Some(content_type), by);
            } else {
                draft.mark_content_type(&table::CONTENT_TYPE_AFTER_TRANSFORM);
            }
        }
        Self { plan, topic, content_type, context }
    }

    fn cloud_events(&mut self, draft: &mut Draft<'_>) {
        cloud_events::apply(self.plan, self.topic, self.content_type.as_deref(), self.context, draft);
    }

    /// CloudEvents and `headers`, in the order chosen; `between` is done once CloudEvents has seen everything.
    fn run(&mut self, draft: &mut Draft<'_>, between: impl FnOnce(&mut Draft<'_>)) {
        if self.plan.answers.headers_first {
            headers::apply(&self.plan.headers, draft);
        }
        self.cloud_events(draft);
        between(draft);
        if !self.plan.answers.headers_first {
            headers::apply(&self.plan.headers, draft);
        }
    }
}

/// A user property as it goes out, or why MQTT cannot carry it.
fn user_property(name: String, value: Vec<u8>) -> Result<(String, String), By> {
    let refused = || By::rule(&rulebook::MQTT_STRING);
    if limits::not_a_string(name.as_bytes()).is_some() || limits::not_a_string(&value).is_some() {
        return Err(refused());
    }
    String::from_utf8(value).map(|value| (name, value)).map_err(|_| refused())
}

/// The statement that forbids what `problem` says of something from Kafka.
const fn forbids(problem: NotAString) -> &'static super::trace::Rule {
    match problem {
        NotAString::NotUtf8 => &rulebook::NOT_UTF8,
        NotAString::TooLong => &rulebook::TOO_LONG,
        NotAString::Nul => &rulebook::MQTT_STRING,
    }
}

/// Notes the quality of service and the retain flag of a message from Kafka, which has none.
fn note_mqtt_flags(job: &mut Job<'_, '_>, target: &MqttTarget) {
    let note = target.qos.note("qos", &target.qos.value.number().to_string());
    job.made((Property::QoS, decimal(target.qos.value.number())), By::line(&rulebook::QOS, &target.qos.cause), note);
    let by = By::line(&rulebook::RETAIN_FROM_KAFKA, &target.retain.cause);
    job.made((Property::Retain, flag(false)), by, None);
}

/// Notes a drop that a setting decided.
fn note_drop(trace: &mut Trace, dropped: &Dropped, by: By) {
    trace.note(|| Step {
        input: Some((Property::Message, Vec::new())),
        output: None,
        action: Action::Removed,
        rule: by.rule,
        cause: by.cause,
        choice: by.choice,
        note: Some(dropped.why.clone()),
    });
}

fn decimal(number: impl Into<i64>) -> Value {
    number.into().to_string().into_bytes()
}

fn flag(value: bool) -> Value {
    value.to_string().into_bytes()
}

/// `choice` if `matters`.
fn if_matters(matters: bool, choice: &'static Choice) -> Option<&'static Choice> {
    matters.then_some(choice)
}
