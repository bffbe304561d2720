//! MQTT to Kafka: properties become headers, if `copyMqttProperties` says so (Kafka endpoint page).

use super::{Finish, Job, decimal, expiry, flag, partition};
use crate::message::{Header, Publish, Record};
use crate::translate::choices::table;
use crate::translate::draft::{By, CONTENT_TYPE, Draft, Protocol, Reason};
use crate::translate::outcome::Dropped;
use crate::translate::plan::{Collision, KafkaTarget, Plan};
use crate::translate::rulebook;
use crate::translate::trace::{Property, Value};

/// The headers of the properties that MQTT defines, as the table of the page spells them.
const PAYLOAD_FORMAT: &str = "Payload Format Indicator";
const RESPONSE_TOPIC: &str = "Response Topic";
const MESSAGE_EXPIRY: &str = "Message Expiry Interval";
const CORRELATION_DATA: &str = "Correlation Data";
const BUILT_IN: [&str; 5] = [PAYLOAD_FORMAT, RESPONSE_TOPIC, MESSAGE_EXPIRY, CORRELATION_DATA, CONTENT_TYPE];

impl Job<'_, '_> {
    /// What goes out for `publish`.
    pub fn mqtt_to_kafka(mut self, target: &KafkaTarget, mut publish: Publish) -> Result<Record, Dropped> {
        let left = expiry::left(&mut self, publish.message_expiry)?;
        self.note_topic(&publish.topic);
        let made_json = self.transformed.payload.is_some();
        let value = self.payload(std::mem::take(&mut publish.payload));
        if self.trace.is_recording() {
            self.gone((Property::QoS, decimal(publish.qos.number())), By::rule(&rulebook::NO_HEADER));
            self.gone((Property::Retain, flag(publish.retain)), By::rule(&rulebook::NO_HEADER));
        }
        let (key, partition) = partition::assign(&mut self, target, &publish);

        let Self { plan, topic, transformed, context, trace } = self;
        let mut draft = Draft::new(Protocol::Kafka, publish.user_properties.len() + 13, trace);
        copy_all(plan, target, publish, left, &mut draft);
        let mut finish = Finish::start(plan, &topic, made_json, transformed, context, &mut draft);
        if target.copy.value {
            resolve_collisions(plan.answers.collision, &mut draft);
        }
        finish.run(&mut draft, |draft| obey_copy(target, draft));
        if !target.copy.value {
            obey_disabled(plan, target, &mut draft);
        }
        let headers = draft.settle(|name, value| Ok(Header { key: name.into_bytes(), value: Some(value) }));
        Ok(Record { topic, partition, key, value: Some(value), headers, timestamp: None })
    }
}

/// Copies every property of `publish` that has a header.
fn copy_all(plan: &Plan, target: &KafkaTarget, publish: Publish, left: expiry::Left, draft: &mut Draft<'_>) {
    let zero = plan.answers.payload_format_zero.then_some(0);
    if let Some(format) = publish.payload_format.map(|format| format as u8).or(zero) {
        let input = publish.payload_format.map(|_| (Property::PayloadFormat, decimal(format)));
        let mut by = By::line(&rulebook::BUILT_IN_HEADER, &target.copy.cause);
        by.choice = input.is_none().then_some(&table::PAYLOAD_FORMAT_ABSENT);
        built_in(target, draft, PAYLOAD_FORMAT, decimal(format), || (input, by));
    }
    if let Some(topic) = publish.response_topic {
        copy_built_in(target, draft, RESPONSE_TOPIC, Property::ResponseTopic, topic.into_bytes());
    }
    if let (Some(before), Some(after)) = (publish.message_expiry, left.seconds) {
        let mut by = By::line(&rulebook::EXPIRY, &target.copy.cause);
        by.choice = left.choice;
        built_in(target, draft, MESSAGE_EXPIRY, decimal(after), || {
            (Some((Property::MessageExpiry, decimal(before))), by)
        });
    }
    if let Some(data) = publish.correlation_data {
        copy_built_in(target, draft, CORRELATION_DATA, Property::CorrelationData, data);
    }
    if let Some(content_type) = publish.content_type {
        copy_built_in(target, draft, CONTENT_TYPE, Property::ContentType, content_type.into_bytes());
    }
    for (name, value) in publish.user_properties {
        let why = draft.why(|| Reason {
            input: Some((Property::UserProperty(name.clone()), value.clone().into_bytes())),
            by: By::line(&rulebook::USER_HEADER, &target.copy.cause),
            note: copy_note(target),
        });
        draft.copy(name, value.into_bytes(), false, why);
    }
}

fn copy_built_in(target: &KafkaTarget, draft: &mut Draft<'_>, name: &str, property: Property, value: Vec<u8>) {
    let input = draft.trace.is_recording().then(|| (property, value.clone()));
    built_in(target, draft, name, value, || (input, By::line(&rulebook::BUILT_IN_HEADER, &target.copy.cause)));
}

fn built_in(
    target: &KafkaTarget,
    draft: &mut Draft<'_>,
    name: &str,
    value: Vec<u8>,
    reason: impl FnOnce() -> (Option<(Property, Value)>, By),
) {
    let why = draft.why(|| {
        let (input, by) = reason();
        Reason { input, by, note: copy_note(target) }
    });
    draft.copy(name.to_owned(), value, true, why);
}

/// What to say where the setting is not written: the pages and the custom resources differ in its default.
fn copy_note(target: &KafkaTarget) -> Option<String> {
    target.copy.note("copyMqttProperties", if target.copy.value { "Enabled" } else { "Disabled" })
}

/// Sends one of a built-in property and a user property of the same name, or both.
fn resolve_collisions(collision: Collision, draft: &mut Draft<'_>) {
    for name in BUILT_IN {
        let is = |built_in: bool| {
            move |entry: &crate::translate::draft::Entry| entry.built_in == built_in && entry.name == name
        };
        if !(draft.entries.iter().any(is(false)) && draft.entries.iter().any(is(true))) {
            continue;
        }
        let by = || By::rule(&rulebook::BUILT_IN_COLLISION).choice(true, &table::BUILT_IN_COLLISION);
        for entry in draft.entries.iter_mut().filter(|entry| entry.name == name) {
            entry.decided_by(&table::BUILT_IN_COLLISION);
        }
        match collision {
            Collision::BuiltIn => draft.remove(is(false), by),
            Collision::UserProperty => draft.remove(is(true), by),
            Collision::Both => {}
        }
    }
}

/// Takes the copies away where `copyMqttProperties` forbids them.
fn obey_copy(target: &KafkaTarget, draft: &mut Draft<'_>) {
    if !target.copy.value {
        draft.remove(|entry| entry.copied, || By::line(&rulebook::COPY_DISABLED, &target.copy.cause));
    }
}

/// Takes also those headers away that are no copies, where that is the reading of `Disabled`.
fn obey_disabled(plan: &Plan, target: &KafkaTarget, draft: &mut Draft<'_>) {
    for entry in &mut draft.entries {
        entry.decided_by(&table::COPY_DISABLED_HEADERS);
    }
    if plan.answers.disabled_removes_all {
        let by = || By::line(&rulebook::COPY_DISABLED, &target.copy.cause).choice(true, &table::COPY_DISABLED_HEADERS);
        draft.remove(|_| true, by);
    }
}
