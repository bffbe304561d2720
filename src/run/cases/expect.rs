//! What has to come out: the `expect` of a case.

use super::matcher::Matcher;
use super::reader::{Reader, listed};
use crate::diag::Place;
use crate::model::Written;
use crate::translate::{DropReason, Property};
use crate::yaml::{Entry, Node, Value};

/// The keys of an expectation.
pub(super) const EXPECT: [&str; 20] = [
    "outcome",
    "topic",
    "payload",
    "payload-json",
    "payload-base64",
    "payload-hex",
    "payload-fields",
    "qos",
    "retain",
    "payload-format",
    "expiry",
    "content-type",
    "response-topic",
    "correlation-data",
    "user-properties",
    "headers",
    "cloud-events",
    "key",
    "partition",
    "timestamp",
];
/// The keys of `cloud-events`; all but `prefix` are attributes. Extensions are attributes too, so others are taken.
pub(super) const CLOUD_EVENTS: [&str; 9] =
    ["prefix", "specversion", "type", "source", "id", "subject", "time", "datacontenttype", "dataschema"];
/// What can become of a message.
const OUTCOMES: [&str; 9] = [
    "delivered",
    DropReason::Filter.as_str(),
    DropReason::Expired.as_str(),
    DropReason::Schema.as_str(),
    DropReason::TopicUnresolved.as_str(),
    DropReason::TransformError.as_str(),
    DropReason::Unsendable.as_str(),
    "send-failed",
    CANNOT_RUN,
];
/// The outcome of a message for a dataflow that cannot be applied to any: the product refuses its configuration.
pub const CANNOT_RUN: &str = "cannot-run";

/// What has to come out. What it does not mention is not judged.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Where it is written.
    pub place: Place,
    /// `outcome`: one of these keys.
    pub outcome: Option<Written<Vec<&'static str>>>,
    /// Single properties.
    pub checks: Vec<Check>,
    /// Lists that are exact.
    pub exact: Vec<Exact>,
    /// `cloud-events`.
    pub cloud_events: Option<CloudEventsCheck>,
}

impl Expectation {
    /// Expects nothing; `place` is where it would be written.
    pub const fn none(place: Place) -> Self {
        Self { place, outcome: None, checks: Vec::new(), exact: Vec::new(), cloud_events: None }
    }

    /// Whether it is expected that the dataflow cannot be applied: told so, or as the error that each message would meet.
    pub fn wants_refusal(&self) -> bool {
        let wanted = self.outcome.as_ref().map(|outcome| outcome.value.as_slice()).unwrap_or_default();
        wanted.iter().any(|key| [CANNOT_RUN, DropReason::TransformError.as_str()].contains(key))
    }

    /// Whether something is expected of the message itself, so that it has to be delivered.
    pub const fn wants_message(&self) -> bool {
        !self.checks.is_empty() || !self.exact.is_empty() || self.cloud_events.is_some()
    }
}

/// What one property has to be.
#[derive(Debug, Clone)]
pub struct Check {
    /// Which one.
    pub property: Property,
    /// What it has to be.
    pub matcher: Matcher,
    /// Where that is written.
    pub place: Place,
}

/// User properties or headers: exactly these, in this order.
#[derive(Debug, Clone)]
pub struct Exact {
    /// Whether they are Kafka headers; user properties otherwise.
    pub headers: bool,
    /// Each with what it has to be.
    pub items: Vec<Check>,
    /// Where the list is written.
    pub place: Place,
}

/// CloudEvents attributes, wherever the message carries them.
#[derive(Debug, Clone)]
pub struct CloudEventsCheck {
    /// Which names they may have.
    pub prefix: Written<Prefix>,
    /// Attributes with what they have to be.
    pub attributes: Vec<(String, Matcher, Place)>,
}

/// The names under which CloudEvents attributes are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// The bare name in MQTT; `ce-` or `ce_` in Kafka, whichever is there, as the pages contradict each other.
    Any,
    /// The bare name.
    Bare,
    /// `ce-`, by the tables of the Kafka page.
    Hyphen,
    /// `ce_`, by its prose and the CloudEvents Kafka binding.
    Underscore,
}

impl Prefix {
    const NAMES: [(&'static str, Self); 4] =
        [("any", Self::Any), ("none", Self::Bare), ("ce-", Self::Hyphen), ("ce_", Self::Underscore)];
}

/// The property that a key of `expect` is about, if it is a single one.
fn property(key: &str) -> Option<Property> {
    Some(match key {
        "topic" => Property::Topic,
        "payload" | "payload-json" | "payload-base64" | "payload-hex" => Property::Payload,
        "qos" => Property::QoS,
        "retain" => Property::Retain,
        "payload-format" => Property::PayloadFormat,
        "expiry" => Property::MessageExpiry,
        "content-type" => Property::ContentType,
        "response-topic" => Property::ResponseTopic,
        "correlation-data" => Property::CorrelationData,
        "key" => Property::Key,
        "partition" => Property::Partition,
        "timestamp" => Property::Timestamp,
        _ => return None,
    })
}

impl<'n> Reader<'n> {
    /// The expectation that `node` writes; what cannot be understood is left out and reported.
    pub(super) fn expectation(&mut self, node: &'n Node<'n>) -> Expectation {
        let mut expectation = Expectation::none(self.place(node.place()));
        for entry in self.members(node, "`expect`", &EXPECT) {
            match entry.key.as_ref() {
                "outcome" => expectation.outcome = self.outcome(&entry.value),
                "user-properties" => self.named(entry, false, &mut expectation),
                "headers" => self.named(entry, true, &mut expectation),
                "cloud-events" => expectation.cloud_events = self.cloud_events(&entry.value),
                "payload-fields" => self.payload_fields(&entry.value, &mut expectation),
                _ => self.single(entry, &mut expectation),
            }
        }
        self.contradictions(node, &expectation);
        expectation
    }

    /// A dropped message has no properties, and one payload is enough.
    fn contradictions(&mut self, node: &Node<'_>, expectation: &Expectation) {
        if let Some(outcome) = &expectation.outcome
            && expectation.wants_message()
            && !outcome.value.contains(&"delivered")
        {
            let message = format!("a message that is {} has no properties to expect", listed(&outcome.value));
            self.fault(outcome.place.span, message);
        }
        let payloads = expectation.checks.iter().filter(|check| check.property == Property::Payload);
        if payloads.count() > 1 {
            self.fault(node.place(), "`expect` says in more than one way what the payload has to be");
        }
    }

    fn single(&mut self, entry: &'n Entry<'n>, expectation: &mut Expectation) {
        let node = &entry.value;
        let what = format!("`{}`", entry.key);
        let matcher = match entry.key.as_ref() {
            "payload-json" => self.json(node).map(Matcher::Json),
            "payload-base64" => self.encoded("base64", node).map(Matcher::Is),
            "payload-hex" => self.encoded("hex", node).map(Matcher::Is),
            // A tombstone is a payload that is not there.
            _ => self.matcher(node, &what, false),
        };
        let matcher = matcher.and_then(|matcher| match entry.key.as_ref() {
            "payload-format" => self.format_words(matcher, node),
            "retain" => self.flag_words(matcher, node),
            _ => Some(matcher),
        });
        if let (Some(property), Some(matcher)) = (property(&entry.key), matcher) {
            expectation.checks.push(Check { property, matcher, place: self.place(node.place()) });
        }
    }

    /// The words of a payload format become its number, which is what a message carries.
    fn format_words(&mut self, matcher: Matcher, node: &Node<'_>) -> Option<Matcher> {
        self.words(matcher, node, "`payload-format`", &[("bytes", "0"), ("utf8", "1"), ("0", "0"), ("1", "1")])
    }

    fn flag_words(&mut self, matcher: Matcher, node: &Node<'_>) -> Option<Matcher> {
        self.words(matcher, node, "`retain`", &[("true", "true"), ("false", "false")])
    }

    fn words(&mut self, matcher: Matcher, node: &Node<'_>, what: &str, words: &[(&str, &str)]) -> Option<Matcher> {
        match matcher {
            Matcher::Is(bytes) => match words.iter().find(|(word, _)| word.as_bytes() == bytes) {
                Some((_, value)) => Some(Matcher::Is(value.as_bytes().to_vec())),
                None => {
                    let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
                    self.fault(node.place(), format!("{what} is none of {}", listed(&known)));
                    None
                }
            },
            Matcher::AnyOf(any) => {
                let any = any.into_iter().map(|one| self.words(one, node, what, words));
                any.collect::<Option<_>>().map(Matcher::AnyOf)
            }
            other => Some(other),
        }
    }

    /// `user-properties` or `headers`: a list is exact, a mapping names those that count.
    fn named(&mut self, entry: &'n Entry<'n>, headers: bool, expectation: &mut Expectation) {
        let what = format!("`{}`", entry.key);
        let kind = if headers { "header" } else { "user property" };
        let checks: Vec<Check> = self
            .pairs(&entry.value, &what)
            .into_iter()
            .filter_map(|(name, node)| {
                let matcher = self.matcher(node, &format!("{kind} `{name}`"), headers)?;
                let property = if headers { Property::Header(name) } else { Property::UserProperty(name) };
                Some(Check { property, matcher, place: self.place(node.place()) })
            })
            .collect();
        if !matches!(entry.value.value, Value::Seq(_)) {
            expectation.checks.extend(checks);
            return;
        }
        if let Some(check) = checks.iter().find(|check| matches!(check.matcher, Matcher::Absent)) {
            self.fault(check.place.span, "a list says exactly what is there, so nothing in it can be absent");
        }
        expectation.exact.push(Exact { headers, items: checks, place: self.place(entry.value.place()) });
    }

    fn payload_fields(&mut self, node: &'n Node<'n>, expectation: &mut Expectation) {
        let Value::Map(entries) = &node.value else {
            return self.wrong(node, "`payload-fields`", "a mapping of paths");
        };
        for entry in entries {
            let value = &entry.value;
            let matcher = match &value.value {
                Value::Map(_) => self.matcher(value, &format!("field `{}`", entry.key), false),
                _ => self.json(value).map(Matcher::Json),
            };
            if let Some(matcher) = matcher {
                let property = Property::Field(self.name(entry));
                expectation.checks.push(Check { property, matcher, place: self.place(value.place()) });
            }
        }
    }

    fn outcome(&mut self, node: &'n Node<'n>) -> Option<Written<Vec<&'static str>>> {
        let texts: Vec<_> = match &node.value {
            Value::Map(_) => {
                let members = self.members(node, "`outcome`", &["any-of"]);
                let items = members.first().map(|entry| self.items(&entry.value, "`any-of`")).unwrap_or_default();
                items.iter().filter_map(|item| self.text(item, "an outcome")).collect()
            }
            _ => self.text(node, "`outcome`").into_iter().collect(),
        };
        let mut known = Vec::new();
        for text in texts {
            match OUTCOMES.into_iter().find(|outcome| *outcome == text.value.as_ref()) {
                Some(outcome) => known.push(outcome),
                None => {
                    let near = crate::schema::nearest(&text.value, OUTCOMES.into_iter());
                    let help = match near {
                        Some(name) => format!("did you mean `{name}`?"),
                        None => format!("expected one of {}", listed(&OUTCOMES)),
                    };
                    self.fault_with(text.place.span, format!("`{}` is no outcome", text.value), Some(help));
                }
            }
        }
        (!known.is_empty()).then(|| Written { value: known, place: self.place(node.place()) })
    }

    fn cloud_events(&mut self, node: &'n Node<'n>) -> Option<CloudEventsCheck> {
        let Value::Map(entries) = &node.value else {
            self.wrong(node, "`cloud-events`", "a mapping of attributes");
            return None;
        };
        let mut prefix = Written { value: Prefix::Any, place: self.place(node.place()) };
        let mut attributes = Vec::new();
        for entry in entries {
            let name = entry.key.as_ref();
            if name == "prefix" {
                prefix.place = self.place(entry.value.place());
                let text = self.text(&entry.value, "`prefix`")?;
                let known = Prefix::NAMES.into_iter().find(|(name, _)| *name == text.value.as_ref());
                match known {
                    Some((_, known)) => prefix.value = known,
                    None => {
                        let names = listed(&Prefix::NAMES.map(|(name, _)| name));
                        self.fault(
                            entry.value.place(),
                            format!("`prefix` is `{}`, expected one of {names}", text.value),
                        );
                    }
                }
            } else if !is_attribute(name) {
                let message =
                    format!("`{name}` is no name of a CloudEvents attribute, which has small letters and digits");
                self.fault(entry.key_span, message);
            } else if let Some(matcher) = self.matcher(&entry.value, &format!("attribute `{name}`"), false) {
                self.misspelt(entry);
                attributes.push((name.to_owned(), matcher, self.place(entry.value.place())));
            }
        }
        Some(CloudEventsCheck { prefix, attributes })
    }

    /// An extension may have any name, but not one that is nearly that of an attribute.
    fn misspelt(&mut self, entry: &Entry<'_>) {
        let name = entry.key.as_ref();
        if CLOUD_EVENTS.contains(&name) {
            return;
        }
        if let Some(near) = crate::schema::nearest(name, CLOUD_EVENTS.into_iter()) {
            let help = Some(format!("did you mean `{near}`?"));
            self.fault_with(entry.key_span, format!("CloudEvents has no attribute `{name}`"), help);
        }
    }
}

/// CloudEvents 1.0, naming conventions: small letters and digits.
fn is_attribute(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
