//! The properties of a message on their way: each with what it came in as and why it is what it is now.
//!
//! The reasons are kept only where somebody asks, so that a message among many costs nothing for them. Whatever happens
//! to a property in several stages, it ends as one step of the trace.

use super::choices::Choice;
use super::trace::{Action, Cause, Property, Rule, Step, Trace, Value};

/// Who decides something.
#[derive(Debug, Clone)]
pub(super) struct By {
    pub rule: &'static Rule,
    pub cause: Option<Cause>,
    pub choice: Option<&'static Choice>,
}

impl By {
    /// A statement alone.
    pub const fn rule(rule: &'static Rule) -> Self {
        Self { rule, cause: None, choice: None }
    }

    /// A statement that a line of the manifest brings about.
    pub fn line(rule: &'static Rule, cause: &Cause) -> Self {
        Self { rule, cause: Some(cause.clone()), choice: None }
    }

    /// With a setting that had to decide, if `matters`.
    pub fn choice(mut self, matters: bool, choice: &'static Choice) -> Self {
        if matters {
            self.choice = Some(choice);
        }
        self
    }
}

/// What a property came in as, and why it is what it is.
#[derive(Debug)]
pub(super) struct Reason {
    pub input: Option<(Property, Value)>,
    pub by: By,
    pub note: Option<String>,
}

/// A reason, or nothing where nobody asks.
pub(super) type Why = Option<Box<Reason>>;

/// A property with a name: a user property, or a header.
#[derive(Debug)]
pub(super) struct Entry {
    pub name: String,
    pub value: Vec<u8>,
    /// Whether MQTT itself defines it.
    pub built_in: bool,
    /// Whether it is only a copy of what came in, which `copyMqttProperties` may forbid.
    pub copied: bool,
    pub why: Why,
}

impl Entry {
    /// Says anew why it is as it is.
    pub fn because(&mut self, by: impl FnOnce() -> By) {
        if let Some(reason) = &mut self.why {
            reason.by = by();
        }
    }

    /// Names the setting that decides about it too, unless another is named.
    pub fn decided_by(&mut self, choice: &'static Choice) {
        if let Some(reason) = &mut self.why {
            reason.by.choice.get_or_insert(choice);
        }
    }

    /// Adds what a person should know.
    pub fn remark(&mut self, note: impl FnOnce() -> String) {
        if let Some(reason) = &mut self.why {
            let note = note();
            reason.note = Some(match reason.note.take() {
                Some(before) if before != note => format!("{before}; {note}"),
                _ => note,
            });
        }
    }
}

/// Which protocol a draft is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Mqtt,
    Kafka,
}

/// What MQTT's Content Type is called in Kafka.
pub(super) const CONTENT_TYPE: &str = "Content Type";

/// The properties with names of the message that goes out, as far as they are decided.
#[derive(Debug)]
pub(super) struct Draft<'t> {
    pub to: Protocol,
    /// In order; names may repeat.
    pub entries: Vec<Entry>,
    /// MQTT's Content Type; for Kafka it is among the entries.
    content_type: Option<Entry>,
    pub trace: &'t mut Trace,
}

impl<'t> Draft<'t> {
    /// A draft with room for `capacity` entries.
    pub fn new(to: Protocol, capacity: usize, trace: &'t mut Trace) -> Self {
        Self { to, entries: Vec::with_capacity(capacity), content_type: None, trace }
    }

    /// The property that `name` is on its way out.
    fn property(&self, name: String) -> Property {
        match self.to {
            Protocol::Mqtt => Property::UserProperty(name),
            Protocol::Kafka => Property::Header(name),
        }
    }

    /// The reason that `reason` makes, if anybody asks.
    pub fn why(&self, reason: impl FnOnce() -> Reason) -> Why {
        self.trace.is_recording().then(|| Box::new(reason()))
    }

    /// Adds what came in as `input` and is only copied.
    pub fn copy(&mut self, name: String, value: Vec<u8>, built_in: bool, why: Why) {
        self.entries.push(Entry { name, value, built_in, copied: true, why });
    }

    /// Adds what did not come in.
    pub fn make(&mut self, name: impl Into<String>, value: impl Into<Vec<u8>>, by: impl FnOnce() -> By) -> &mut Entry {
        let why = self.why(|| Reason { input: None, by: by(), note: None });
        let at = self.entries.len();
        self.entries.push(Entry { name: name.into(), value: value.into(), built_in: false, copied: false, why });
        &mut self.entries[at]
    }

    /// Gives the first entry that `is` picks a value, takes any other that it picks away, or adds one called `name`.
    pub fn replace(&mut self, name: &str, value: String, is: impl Fn(&Entry) -> bool, by: impl Fn() -> By) {
        let Some(first) = self.entries.iter().position(&is) else {
            self.make(name, value, by);
            return;
        };
        let mut at = 0;
        let another = |entry: &Entry| {
            at += 1;
            at > first + 1 && is(entry)
        };
        self.remove(another, &by);
        if let Some(entry) = self.entries.get_mut(first) {
            entry.value = value.into_bytes();
            entry.copied = false;
            entry.because(by);
        }
    }

    /// Takes away the entries that `gone` picks.
    pub fn remove(&mut self, mut gone: impl FnMut(&Entry) -> bool, by: impl Fn() -> By) {
        let trace = &mut *self.trace;
        self.entries.retain_mut(|entry| {
            let gone = gone(entry);
            if gone {
                withdraw(trace, entry.why.take(), &by);
            }
            !gone
        });
    }

    /// Content Type of the message that goes out, as far as it is decided.
    pub fn content_type(&self) -> Option<&Entry> {
        match self.to {
            Protocol::Mqtt => self.content_type.as_ref(),
            Protocol::Kafka => self.entries.iter().find(|entry| entry.built_in && entry.name == CONTENT_TYPE),
        }
    }

    /// Takes over the Content Type of an MQTT message for MQTT.
    pub fn keep_content_type(&mut self, value: String, why: Why) {
        let value = value.into_bytes();
        self.content_type = Some(Entry { name: CONTENT_TYPE.to_owned(), value, built_in: true, copied: true, why });
    }

    /// Sets or removes Content Type.
    pub fn set_content_type(&mut self, value: Option<&str>, by: impl Fn() -> By) {
        let kafka = self.to == Protocol::Kafka;
        let made = self.why(|| Reason { input: None, by: by(), note: None });
        let slot = match self.to {
            Protocol::Mqtt => self.content_type.as_mut(),
            Protocol::Kafka => self.entries.iter_mut().find(|entry| entry.built_in && entry.name == CONTENT_TYPE),
        };
        match (slot, value) {
            (Some(entry), Some(value)) => {
                entry.value = value.into();
                entry.copied = false;
                entry.because(by);
            }
            (None, Some(value)) => {
                let entry = Entry {
                    name: CONTENT_TYPE.to_owned(),
                    value: value.into(),
                    built_in: true,
                    copied: false,
                    why: made,
                };
                if kafka {
                    self.entries.push(entry);
                } else {
                    self.content_type = Some(entry);
                }
            }
            (Some(_), None) if kafka => self.remove(|entry| entry.built_in && entry.name == CONTENT_TYPE, by),
            (Some(entry), None) => {
                let why = entry.why.take();
                self.content_type = None;
                withdraw(self.trace, why, by);
            }
            (None, None) => {}
        }
    }

    /// Names a setting that decides about Content Type too.
    pub fn mark_content_type(&mut self, choice: &'static Choice) {
        let slot = match self.to {
            Protocol::Mqtt => self.content_type.as_mut(),
            Protocol::Kafka => self.entries.iter_mut().find(|entry| entry.built_in && entry.name == CONTENT_TYPE),
        };
        if let Some(entry) = slot.filter(|entry| entry.copied) {
            entry.decided_by(choice);
        }
    }

    /// Content Type for MQTT, to be settled by the caller.
    pub fn take_content_type(&mut self) -> Option<Entry> {
        self.content_type.take()
    }

    /// The entries as they go out, each noted in the trace. What `carried` refuses is taken away by what it says.
    pub fn settle<T>(mut self, carried: impl Fn(String, Vec<u8>) -> Result<T, By>) -> Vec<T> {
        let entries = std::mem::take(&mut self.entries);
        let mut out = Vec::with_capacity(entries.len());
        for Entry { name, value, why, .. } in entries {
            let output = why.is_some().then(|| (self.property(name.clone()), value.clone()));
            match carried(name, value) {
                Ok(carried) => {
                    settle(self.trace, why, output);
                    out.push(carried);
                }
                Err(by) => withdraw(self.trace, why, || by.clone()),
            }
        }
        out
    }
}

/// Notes what came of a property.
pub(super) fn settle(trace: &mut Trace, why: Why, output: Option<(Property, Value)>) {
    let Some(reason) = why else { return };
    let Reason { input, by, note } = *reason;
    let action = match (&input, &output) {
        (Some((_, before)), Some((_, after))) if before == after => Action::Kept,
        (Some(_), Some(_)) => Action::Changed,
        (None, Some(_)) => Action::Made,
        (Some(_), None) => Action::Removed,
        // Neither came in nor goes out: a value that a later stage took back.
        (None, None) => return,
    };
    trace.note(|| Step { input, output, action, rule: by.rule, cause: by.cause, choice: by.choice, note });
}

/// Notes that a property is taken away.
pub(super) fn withdraw(trace: &mut Trace, why: Why, by: impl FnOnce() -> By) {
    if let Some(mut reason) = why {
        reason.by = by();
        settle(trace, Some(reason), None);
    }
}
