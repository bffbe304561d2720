//! MQTT to MQTT. No page has a table; they speak of retain, topic, expiry and CloudEvents, the rest is copied.

use super::{Finish, Job, decimal, expiry, flag, user_property};
use crate::message::{Publish, QoS};
use crate::settings::Retain;
use crate::syntax::topic;
use crate::translate::draft::{By, Draft, Protocol, Reason, settle, withdraw};
use crate::translate::limits;
use crate::translate::outcome::Dropped;
use crate::translate::plan::MqttTarget;
use crate::translate::rulebook;
use crate::translate::trace::Property;

impl Job<'_, '_> {
    /// What goes out for `publish`.
    pub fn mqtt_to_mqtt(mut self, target: &MqttTarget, mut publish: Publish) -> Result<Publish, Dropped> {
        let left = expiry::left(&mut self, publish.message_expiry)?;
        let retain = publish.retain && target.retain.value == Retain::Keep;
        self.note_topic(&publish.topic);
        let made_json = self.transformed.payload.is_some();
        let payload = self.payload(std::mem::take(&mut publish.payload));
        if self.trace.is_recording() {
            self.note_flags(target, publish.qos, (publish.retain, retain));
            self.note_copies(&publish, left);
        }
        let response_topic = publish.response_topic.filter(|topic| topic::check_name(topic).is_ok());
        let correlation_data = publish.correlation_data.filter(|data| data.len() <= limits::MQTT_STRING);

        let Self { plan, topic, transformed, context, trace } = self;
        let mut draft = Draft::new(Protocol::Mqtt, publish.user_properties.len() + 8, trace);
        for (name, value) in publish.user_properties {
            let why = draft.why(|| {
                let input = Some((Property::UserProperty(name.clone()), value.clone().into_bytes()));
                Reason { input, by: By::rule(&rulebook::COPIED), note: None }
            });
            draft.copy(name, value.into_bytes(), false, why);
        }
        if let Some(value) = publish.content_type {
            let why = draft.why(|| {
                let input = Some((Property::ContentType, value.clone().into_bytes()));
                Reason { input, by: By::rule(&rulebook::COPIED), note: None }
            });
            draft.keep_content_type(value, why);
        }
        Finish::start(plan, &topic, made_json, transformed, context, &mut draft).run(&mut draft, |_| {});
        let content_type = content_type(&mut draft);
        let user_properties = draft.settle(user_property);
        Ok(Publish {
            topic,
            payload,
            qos: target.qos.value,
            retain,
            payload_format: publish.payload_format,
            message_expiry: left.seconds,
            content_type,
            response_topic,
            correlation_data,
            user_properties,
        })
    }

    /// Notes quality of service, and the retain flag as it came and as it goes.
    fn note_flags(&mut self, target: &MqttTarget, qos: QoS, retain: (bool, bool)) {
        let wanted = target.qos.value.number();
        let by = By::line(&rulebook::QOS, &target.qos.cause);
        let note = target.qos.note("qos", &wanted.to_string());
        self.field((Property::QoS, decimal(qos.number())), (Property::QoS, decimal(wanted)), by, note);
        let by = By::line(&rulebook::RETAIN, &target.retain.cause);
        let note = target.retain.note("retain", target.retain.value.as_str());
        self.field((Property::Retain, flag(retain.0)), (Property::Retain, flag(retain.1)), by, note);
    }

    /// Notes what is copied and is neither Content Type nor a user property.
    fn note_copies(&mut self, publish: &Publish, left: expiry::Left) {
        let copied = || By::rule(&rulebook::COPIED);
        if let Some(format) = publish.payload_format {
            let value = || (Property::PayloadFormat, decimal(format as u8));
            self.field(value(), value(), copied(), None);
        }
        if let (Some(before), Some(after)) = (publish.message_expiry, left.seconds) {
            let value = |seconds| (Property::MessageExpiry, decimal(seconds));
            let by = By { rule: &rulebook::EXPIRY, cause: None, choice: left.choice };
            self.field(value(before), value(after), by, None);
        }
        if let Some(topic) = &publish.response_topic {
            let value = || (Property::ResponseTopic, topic.clone().into_bytes());
            match topic::check_name(topic) {
                Ok(()) => self.field(value(), value(), copied(), None),
                Err(_) => self.gone(value(), By::rule(&rulebook::RESPONSE_TOPIC)),
            }
        }
        if let Some(data) = &publish.correlation_data {
            let value = || (Property::CorrelationData, data.clone());
            if data.len() <= limits::MQTT_STRING {
                self.field(value(), value(), copied(), None);
            } else {
                self.gone(value(), By::rule(&rulebook::MQTT_STRING));
            }
        }
    }
}

/// Content Type as it goes out, noted in the trace.
pub(super) fn content_type(draft: &mut Draft<'_>) -> Option<String> {
    let entry = draft.take_content_type()?;
    match limits::not_a_string(&entry.value) {
        None => {
            let output = entry.why.is_some().then(|| (Property::ContentType, entry.value.clone()));
            settle(draft.trace, entry.why, output);
            String::from_utf8(entry.value).ok()
        }
        Some(_) => {
            withdraw(draft.trace, entry.why, || By::rule(&rulebook::MQTT_STRING));
            None
        }
    }
}
