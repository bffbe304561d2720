//! Kafka to MQTT: key, timestamp and headers become user properties, as far as MQTT can carry them (Kafka endpoint page).

use super::mqtt_to_mqtt::content_type;
use super::{Finish, Job, decimal, forbids, note_drop, note_mqtt_flags, user_property};
use crate::message::{Header, Publish, Record};
use crate::translate::choices::table;
use crate::translate::draft::{By, Draft, Protocol, Reason, withdraw};
use crate::translate::limits::{self, NotAString};
use crate::translate::outcome::{DropReason, Dropped};
use crate::translate::plan::{MqttTarget, Plan};
use crate::translate::trace::Property;
use crate::translate::{amqp, cloud_events, rulebook};

impl Job<'_, '_> {
    /// What goes out for `record`.
    pub fn kafka_to_mqtt(mut self, target: &MqttTarget, record: Record) -> Result<Publish, Dropped> {
        if self.plan.answers.unusable_drops {
            self.refuse_unusable(&record.headers)?;
        }
        self.note_topic(&record.topic);
        let made_json = self.transformed.payload.is_some();
        let payload = self.payload(record.value.unwrap_or_default());
        if self.trace.is_recording() {
            note_mqtt_flags(&mut self, target);
            if let Some(partition) = record.partition {
                self.gone((Property::Partition, decimal(partition)), By::rule(&rulebook::PARTITION_STAYS));
            }
        }
        let Self { plan, topic, transformed, context, trace } = self;
        let mut draft = Draft::new(Protocol::Mqtt, record.headers.len() + 10, trace);
        if let Some(key) = record.key {
            copy_key(key, &mut draft);
        }
        if let Some(timestamp) = record.timestamp {
            let why = draft.why(|| Reason {
                input: Some((Property::Timestamp, decimal(timestamp))),
                by: By::rule(&rulebook::KAFKA_TIMESTAMP),
                note: None,
            });
            draft.copy("Timestamp".to_owned(), decimal(timestamp), false, why);
        }
        for header in record.headers {
            copy_header(plan, header, &mut draft);
        }
        Finish::start(plan, &topic, made_json, transformed, context, &mut draft).run(&mut draft, |_| {});
        let content_type = content_type(&mut draft);
        let user_properties = draft.settle(user_property);
        let qos = target.qos.value;
        Ok(Publish { topic, payload, qos, content_type, user_properties, ..Publish::default() })
    }

    /// Drops a record with a header that MQTT cannot carry.
    fn refuse_unusable(&mut self, headers: &[Header]) -> Result<(), Dropped> {
        let problem = |header: &Header| {
            limits::not_a_string(&header.key).or_else(|| limits::not_a_string(header.value.as_deref()?))
        };
        let Some((header, problem)) = headers.iter().find_map(|header| Some((header, problem(header)?))) else {
            return Ok(());
        };
        let name = String::from_utf8_lossy(&header.key);
        let why = format!("header `{name}` cannot be a user property: {}", forbids(problem).says);
        let dropped = Dropped { reason: DropReason::Unsendable, why, cause: None };
        let by = By::rule(&rulebook::UNSENDABLE).choice(true, &table::UNUSABLE_HEADER);
        note_drop(self.trace, &dropped, by);
        Err(dropped)
    }
}

fn copy_key(key: Vec<u8>, draft: &mut Draft<'_>) {
    let why = draft.why(|| Reason {
        input: Some((Property::Key, key.clone())),
        by: By::rule(&rulebook::KAFKA_KEY),
        note: None,
    });
    match limits::not_a_string(&key) {
        None => draft.copy("Key".to_owned(), key, false, why),
        Some(_) => withdraw(draft.trace, why, || By::rule(&rulebook::KEY_NOT_TEXT)),
    }
}

fn copy_header(plan: &Plan, header: Header, draft: &mut Draft<'_>) {
    let Header { key, value } = header;
    let mut why = draft.why(|| {
        let name = String::from_utf8_lossy(&key).into_owned();
        let note = explain(&name, value.as_deref());
        let input = Some((Property::Header(name), value.clone().unwrap_or_default()));
        Reason { input, by: By::rule(&rulebook::KAFKA_HEADER), note }
    });
    let null = value.is_none();
    if null {
        if let Some(reason) = &mut why {
            reason.by.choice = Some(&table::NULL_HEADER);
        }
        if !plan.answers.null_is_empty {
            let by = || By::rule(&rulebook::KAFKA_NULL).choice(true, &table::NULL_HEADER);
            return withdraw(draft.trace, why, by);
        }
    }
    let value = value.unwrap_or_default();
    let problem = limits::not_a_string(&key).or_else(|| limits::not_a_string(&value));
    match (problem, String::from_utf8(key)) {
        (None, Ok(name)) => draft.copy(name, value, false, why),
        (problem, _) => {
            let rule = forbids(problem.unwrap_or(NotAString::NotUtf8));
            withdraw(draft.trace, why, || By::rule(rule).choice(true, &table::UNUSABLE_HEADER));
        }
    }
}

/// What a person should know of a header from Kafka.
fn explain(name: &str, value: Option<&[u8]>) -> Option<String> {
    let amqp = amqp::describe(value?).map(|what| {
        format!("the value reads as AMQP {what}: Event Hubs hands on what an AMQP producer sent, its type included")
    });
    amqp.or_else(|| {
        let attribute = cloud_events::without_prefix(name)?;
        Some(format!("no page turns the header back into the CloudEvents attribute `{attribute}`"))
    })
}
