//! CloudEvents attributes: `cloudEventAttributes` of the destination's endpoint (MQTT and Kafka endpoint pages).
//!
//! A message is a CloudEvent when all required attributes are there, as user properties without prefix.

mod check;

use super::apply::Context;
use super::choices::{Choice, table};
use super::draft::{By, Draft, Protocol};
use super::plan::{Plan, Target};
use super::rulebook;
use super::trace::{Cause, Rule};
use crate::settings::CloudEvents;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The attributes, the required ones first.
const ATTRIBUTES: [&str; 8] =
    ["specversion", "type", "source", "id", "subject", "time", "datacontenttype", "dataschema"];
/// How many of them are required.
const REQUIRED: usize = 4;
const TYPE: usize = 1;
const SOURCE: usize = 2;
const ID: usize = 3;
const SUBJECT: usize = 4;
const TIME: usize = 5;
const DATACONTENTTYPE: usize = 6;
const DATASCHEMA: usize = 7;

/// The last millisecond that RFC 3339 can write.
const LAST_MILLISECOND: i64 = 253_402_300_799_999;

/// Whether `name` is an attribute that the pages name.
pub(super) fn is_attribute(name: &str) -> bool {
    ATTRIBUTES.contains(&name)
}

/// The attribute that the Kafka header `name` stands for, with either prefix.
pub(super) fn without_prefix(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("ce-").or_else(|| name.strip_prefix("ce_"))?;
    is_attribute(rest).then_some(rest)
}

/// Propagates or makes the attributes of `draft`, a message to `topic` whose transformation made a `content_type`, if
/// there was one.
pub(super) fn apply(
    plan: &Plan,
    topic: &str,
    content_type: Option<&str>,
    context: &mut Context<'_>,
    draft: &mut Draft<'_>,
) {
    let mut slots = [None; ATTRIBUTES.len()];
    for (at, entry) in draft.entries.iter().enumerate().filter(|(_, entry)| !entry.built_in) {
        if let Some(slot) = ATTRIBUTES.iter().position(|name| *name == entry.name).and_then(|n| slots.get_mut(n)) {
            slot.get_or_insert(at);
        }
    }
    let complete = slots.iter().take(REQUIRED).all(Option::is_some);
    let creates = plan.cloud_events.value == CloudEvents::CreateOrRemap;
    let mut event = Event { plan, draft, slots, complete };
    if !creates && !complete {
        event.tell_incomplete();
        return;
    }
    event.pass(if creates { &rulebook::CE_PASS } else { &rulebook::CE_PROPAGATE });
    if creates {
        event.create(topic, context);
    }
    event.content_type(content_type);
    event.schema(creates, content_type.is_some());
    event.check();
}

/// A message as a CloudEvent.
struct Event<'a, 'd, 't> {
    plan: &'a Plan,
    draft: &'d mut Draft<'t>,
    /// Where each attribute stands among the entries.
    slots: [Option<usize>; ATTRIBUTES.len()],
    /// Whether all required attributes came in.
    complete: bool,
}

impl Event<'_, '_, '_> {
    fn to_kafka(&self) -> bool {
        self.draft.to == Protocol::Kafka
    }

    /// `rule`, brought about by `cloudEventAttributes`, with the prefix if it shows.
    fn by(&self, rule: &'static Rule) -> By {
        By::line(rule, &self.plan.cloud_events.cause).choice(self.to_kafka(), &table::CLOUD_EVENTS_PREFIX)
    }

    fn has(&self, attribute: usize) -> bool {
        self.slots.get(attribute).is_some_and(Option::is_some)
    }

    /// Says of attributes that they are not enough.
    fn tell_incomplete(&mut self) {
        if !self.draft.trace.is_recording() {
            return;
        }
        let missing = ATTRIBUTES.iter().zip(&self.slots).take(REQUIRED).filter(|(_, slot)| slot.is_none());
        let missing: Vec<_> = missing.map(|(name, _)| format!("`{name}`")).collect();
        for at in self.slots.iter().flatten() {
            if let Some(entry) = self.draft.entries.get_mut(*at) {
                entry.remark(|| {
                    format!("the message is no CloudEvent and passes as it is: {} missing", missing.join(", "))
                });
            }
        }
    }

    /// Lets the attributes through that are there, in Kafka under their prefix.
    fn pass(&mut self, rule: &'static Rule) {
        let keeps =
            self.plan.answers.keeps_unprefixed && matches!(&self.plan.target, Target::Kafka(kafka) if kafka.copy.value);
        for (attribute, name) in ATTRIBUTES.iter().enumerate() {
            let Some(at) = self.slots.get(attribute).copied().flatten() else { continue };
            let by = self.draft.trace.is_recording().then(|| self.by(rule));
            let kafka = self.to_kafka();
            let Some(entry) = self.draft.entries.get_mut(at) else { continue };
            if kafka && keeps {
                entry.because(|| By { choice: Some(&table::UNPREFIXED_COPY), ..entry_by(by.as_ref(), rule) });
                let value = entry.value.clone();
                self.make(attribute, value, rule, None).remark(|| format!("a copy of user property `{name}`"));
                continue;
            }
            if entry.copied {
                entry.because(|| entry_by(by.as_ref(), rule));
            } else if kafka {
                // A map rule or a header action says more about its value.
                entry.decided_by(&table::CLOUD_EVENTS_PREFIX);
            }
            if kafka {
                entry.name = format!("{}{name}", self.plan.answers.prefix);
                entry.copied = false;
            }
        }
    }

    /// Makes an attribute that did not come in.
    fn make(
        &mut self,
        attribute: usize,
        value: impl Into<Vec<u8>>,
        rule: &'static Rule,
        choice: Option<&'static Choice>,
    ) -> &mut super::draft::Entry {
        let name = ATTRIBUTES.get(attribute).copied().unwrap_or_default();
        let name = if self.to_kafka() { format!("{}{name}", self.plan.answers.prefix) } else { name.to_owned() };
        if let Some(slot) = self.slots.get_mut(attribute) {
            *slot = Some(self.draft.entries.len());
        }
        let mut by = self.draft.trace.is_recording().then(|| self.by(rule));
        if let (Some(by), Some(choice)) = (&mut by, choice) {
            by.choice = Some(choice);
        }
        self.draft.make(name, value, || entry_by(by.as_ref(), rule))
    }

    /// Gives an attribute a value, whether it came in or not.
    fn set(
        &mut self,
        attribute: usize,
        value: &str,
        rule: &'static Rule,
        choice: Option<&'static Choice>,
        cause: Option<&Cause>,
    ) {
        let at = self.slots.get(attribute).copied().flatten();
        let mut by = self.by(rule);
        by.choice = choice.or(by.choice);
        if let Some(cause) = cause {
            by.cause = Some(cause.clone());
        }
        match at.and_then(|at| self.draft.entries.get_mut(at)) {
            Some(entry) => {
                entry.value = value.into();
                entry.because(|| by);
            }
            None => self.make(attribute, value, rule, choice).because(|| by),
        }
    }

    /// Makes what is missing.
    fn create(&mut self, topic: &str, context: &mut Context<'_>) {
        let rule = &rulebook::CE_CREATE;
        if !self.complete {
            if !self.has(0) {
                self.make(0, "1.0", rule, None);
            }
            if !self.has(TYPE) {
                self.make(TYPE, "ms.aio-dataflow.telemetry", rule, None);
            }
            if !self.has(SOURCE) {
                self.make(SOURCE, self.plan.attributes.source.as_str(), rule, Some(&table::SOURCE_NAME));
            }
            if !self.has(ID) {
                self.make(ID, (context.ids)(), rule, None);
            }
        } else if !self.plan.answers.fills_optional {
            return;
        }
        let choice = self.complete.then_some(&table::CREATE_OR_REMAP_OPTIONAL);
        if !self.has(SUBJECT) {
            self.make(SUBJECT, topic, rule, choice);
        }
        if !self.has(TIME) {
            self.make(TIME, rfc3339(context.now), rule, choice);
        }
    }

    /// Sets `datacontenttype`: in Kafka a header, in MQTT the field Content Type, a user property, or both.
    fn content_type(&mut self, made: Option<&str>) {
        let rule = &rulebook::CE_CONTENT_TYPE;
        let came = self.draft.content_type().map(|entry| String::from_utf8_lossy(&entry.value).into_owned());
        let answers = &self.plan.answers;
        let choice = (!self.to_kafka()).then_some(&table::DATACONTENTTYPE_PLACE);
        let there = self.has(DATACONTENTTYPE);
        match (made, came) {
            (Some(made), _) => {
                if self.to_kafka() || answers.content_type_property || there {
                    self.set(DATACONTENTTYPE, made, rule, choice, None);
                }
                let mapped = self.draft.content_type().is_some_and(|entry| !entry.copied);
                if !self.to_kafka() && answers.content_type_field && !mapped {
                    let by = self.by(rule).choice(true, &table::DATACONTENTTYPE_PLACE);
                    self.draft.set_content_type(Some(made), || by.clone());
                }
            }
            (None, Some(came)) if !there && (self.to_kafka() || answers.content_type_property) => {
                self.make(DATACONTENTTYPE, came, rule, choice).remark(|| "Content Type holds it in MQTT".to_owned());
            }
            (None, _) => {}
        }
    }

    /// Sets `dataschema`, if the transformation has a schema, or fills it in from the source.
    fn schema(&mut self, creates: bool, transformed: bool) {
        let attributes = &self.plan.attributes;
        if let Some((schema, cause)) = &attributes.output_schema {
            self.set(DATASCHEMA, schema, &rulebook::CE_SCHEMA, None, Some(cause));
            return;
        }
        let fills = creates && (!self.complete || self.plan.answers.fills_optional);
        if let (Some((schema, cause)), true) =
            (&attributes.source_schema, fills && !transformed && !self.has(DATASCHEMA))
        {
            let choice = self.complete.then_some(&table::CREATE_OR_REMAP_OPTIONAL);
            self.set(DATASCHEMA, schema, &rulebook::CE_CREATE, choice, Some(cause));
        }
    }

    /// Says of values what CloudEvents would not have.
    fn check(&mut self) {
        if !self.draft.trace.is_recording() {
            return;
        }
        for (attribute, at) in ATTRIBUTES.iter().zip(&self.slots) {
            let Some(entry) = at.and_then(|at| self.draft.entries.get_mut(at)) else { continue };
            if let Some(problem) = check::problem(attribute, &entry.value) {
                entry.remark(|| problem);
            }
        }
    }
}

/// `by`, which is there whenever somebody asks.
fn entry_by(by: Option<&By>, rule: &'static Rule) -> By {
    by.cloned().unwrap_or_else(|| By::rule(rule))
}

/// `now`, milliseconds since 1970, by RFC 3339.
fn rfc3339(now: i64) -> String {
    let nanoseconds = i128::from(now.clamp(0, LAST_MILLISECOND)) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_written_by_rfc_3339() {
        assert_eq!(rfc3339(1_522_949_460_000), "2018-04-05T17:31:00Z");
        assert_eq!(rfc3339(1_522_949_460_250), "2018-04-05T17:31:00.25Z");
        assert_eq!(rfc3339(i64::MIN), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(i64::MAX), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn either_prefix_is_known() {
        for (name, attribute) in
            [("ce-id", Some("id")), ("ce_time", Some("time")), ("ce-", None), ("ce-mine", None), ("id", None)]
        {
            assert_eq!(without_prefix(name), attribute, "{name}");
        }
    }
}
