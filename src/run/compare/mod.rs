//! What came out held against what was expected, property by property.
//!
//! [`judge`] takes an [`Expectation`], from a case or made of a prediction by [`predicted`], and the trace for the rule
//! behind each property. [`findings`] makes diagnostics of what is wrong. How the message was carried is not its business:
//! what the way adds or loses is told by [`Lenience`].

mod attributes;
mod exact;
mod findings;
mod parts;
mod rows;

#[cfg(test)]
mod tests;

pub use findings::{Blame, findings};
pub use parts::{Part, parts};

use crate::diag::Place;
use crate::message::Message;
use crate::report::run::Judgement;
use crate::run::cases::{Check, Exact, Expectation, Generated, Matcher, Seen, difference, field};
use crate::translate::{Dropped, Outcome, Property, Step};
use rows::Table;

/// What became of a message.
#[derive(Debug, Clone, Copy)]
pub enum Came<'a> {
    /// It came out as this.
    Delivered(&'a Message),
    /// The dataflow dropped it.
    Dropped(&'a Dropped),
    /// The destination did not take it, for this reason.
    Failed(&'a str),
}

impl<'a> Came<'a> {
    /// What a translation says.
    pub const fn of(outcome: &'a Outcome) -> Self {
        match outcome {
            Outcome::Delivered(message) => Self::Delivered(message),
            Outcome::Dropped(dropped) => Self::Dropped(dropped),
        }
    }

    /// The key of the outcome in reports and cases.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Delivered(_) => "delivered",
            Self::Dropped(dropped) => dropped.reason.as_str(),
            Self::Failed(_) => "send-failed",
        }
    }

    /// Why it was not delivered.
    pub fn why(&self) -> Option<&'a str> {
        match self {
            Self::Delivered(_) => None,
            Self::Dropped(dropped) => Some(&dropped.why),
            Self::Failed(why) => Some(why),
        }
    }
}

/// What is left out of the judgement, because the way and not the dataflow makes it.
#[derive(Debug, Clone, Default)]
pub struct Lenience {
    /// User properties and headers that are not looked at, such as the marker and what an embedded broker adds.
    pub ignore: Vec<Property>,
    /// Seconds by which the broker at the destination may have lowered the Message Expiry Interval (MQTT 5, 3.3.2.3.3).
    pub expiry: u32,
    /// Whether user properties and headers of different names may come in any order: no page speaks of it.
    pub any_order: bool,
}

impl Lenience {
    fn ignores(&self, property: &Property) -> bool {
        self.ignore.contains(property)
    }
}

/// A property with what is to make of it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What it was when it came in; `None`: it was made on the way.
    pub input: Option<Part>,
    /// What it is now; `None`: it did not come out.
    pub output: Option<Part>,
    /// What should have come out where nothing did; otherwise what did, or what came in.
    pub property: Property,
    /// The last step that made it so.
    pub step: Option<Step>,
    /// What was expected, in words.
    pub expected: Option<String>,
    /// Where that is written.
    pub expected_at: Option<Place>,
    /// What to make of it.
    pub judgement: Judgement,
    /// What else to say: lower case, no final dot.
    pub note: Option<String>,
}

impl Judged {
    /// The property that it is about: what came out, or else what should have, or what came in.
    pub fn subject(&self) -> &Property {
        self.output.as_ref().map_or(&self.property, |part| &part.property)
    }
}

/// A message on its way, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct Journey<'a> {
    /// What was sent.
    pub input: &'a Message,
    /// What became of it.
    pub came: Came<'a>,
    /// The steps of the translation.
    pub steps: &'a [Step],
}

/// Holds `journey` against `expectation`; what holds is judged as `good`. The first of the result is about the message as
/// a whole.
pub fn judge(journey: Journey<'_>, expectation: &Expectation, good: Judgement, lenience: &Lenience) -> Vec<Judged> {
    let mut table = Table::new(journey, lenience, good);
    if outcome(&mut table, expectation, journey.came) {
        for check in &expectation.checks {
            single(&mut table, check, lenience);
        }
        for exact in &expectation.exact {
            exact::judge(&mut table, exact, lenience.any_order);
        }
        if let Some(check) = &expectation.cloud_events {
            attributes::judge(&mut table, check, journey.came);
        }
    }
    table.end()
}

/// What the documentation can be read to say of a message.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// What would become of it.
    pub outcome: &'a Outcome,
    /// The steps of the translation that says so.
    pub steps: &'a [Step],
    /// The values in it that are other ones in every run.
    pub generated: &'a Generated,
}

/// Holds what came of `input` against each of `readings`, and gives the one that fits best with its judgement: where the
/// documentation contradicts itself, this is the reading that is followed. Of those that fit equally the one wins that
/// speaks of more of what came out, then the first. `place` is a line of the dataflow. `None` without readings.
pub fn closest(
    input: &Message,
    came: Came<'_>,
    readings: &[Reading<'_>],
    place: Place,
    lenience: &Lenience,
) -> Option<(usize, Vec<Judged>)> {
    let judged = readings.iter().enumerate().map(|(index, reading)| {
        let expectation = predicted(reading.outcome, place, reading.generated);
        let journey = Journey { input, came, steps: reading.steps };
        (index, judge(journey, &expectation, Judgement::AsPredicted, lenience))
    });
    let unspoken = |row: &&Judged| row.output.is_some() && row.judgement == Judgement::NotJudged;
    judged.min_by_key(|(_, judged)| {
        (judged.iter().filter(|row| row.judgement.fails()).count(), judged.iter().filter(unspoken).count())
    })
}

/// What `outcome` expects: every property as it is there, and no other; for what is `generated` its pattern. What the
/// client chooses, such as the partition, is not part of it.
pub fn predicted(outcome: &Outcome, place: Place, generated: &Generated) -> Expectation {
    let mut expectation = Expectation::none(place);
    expectation.outcome = Some(crate::model::Written { value: vec![Came::of(outcome).key()], place });
    let Outcome::Delivered(message) = outcome else { return expectation };
    let check = |part: Part| {
        let matcher = part.value.map_or(Matcher::Null, |value| generated.matcher(value));
        Check { property: part.property, matcher, place }
    };
    let (named, single): (Vec<_>, Vec<_>) = parts(message).into_iter().partition(Part::is_named);
    let headers = matches!(message, Message::Kafka(_));
    expectation.exact.push(Exact { headers, items: named.into_iter().map(check).collect(), place });
    let present: Vec<Property> = single.iter().map(|part| part.property.clone()).collect();
    let chosen = |property: &Property| matches!(property, Property::Partition | Property::Timestamp);
    let absent = parts::optional(message).filter(|property| !present.contains(property) && !chosen(property));
    expectation.checks.extend(absent.map(|property| Check { property, matcher: Matcher::Absent, place }));
    expectation.checks.extend(single.into_iter().map(check));
    expectation
}

/// Judges the outcome; whether the properties are worth looking at.
fn outcome(table: &mut Table<'_>, expectation: &Expectation, came: Came<'_>) -> bool {
    let delivered = came.key() == "delivered";
    let (wanted, place) = match &expectation.outcome {
        Some(outcome) => (outcome.value.clone(), outcome.place),
        // Who expects something of the message expects it to arrive.
        None if expectation.wants_message() => (vec!["delivered"], expectation.place),
        None => return delivered,
    };
    let good = wanted.contains(&came.key());
    let words = wanted.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or ");
    table.whole(good, words, place);
    good && delivered
}

fn single(table: &mut Table<'_>, check: &Check, lenience: &Lenience) {
    match &check.property {
        Property::Field(path) => payload_field(table, check, path),
        Property::UserProperty(_) | Property::Header(_) => {
            let found = table.outputs(&check.property);
            match found.as_slice() {
                [] => table.absent(check),
                some => any_of_them(table, check, some),
            }
        }
        property => match table.outputs(property).first() {
            None => table.absent(check),
            Some(&row) => {
                let seen = table.seen(row).to_owned();
                let good = check.matcher.admits(seen.as_seen()) || aged(check, seen.as_seen(), lenience);
                table.set(row, good, check);
                if let (false, Matcher::Json(expected)) = (good, &check.matcher) {
                    table.note(row, json_note(expected, seen.as_seen()));
                }
            }
        },
    }
}

/// Of properties with the same name one has to be it; none may be there where none is expected.
fn any_of_them(table: &mut Table<'_>, check: &Check, rows: &[usize]) {
    let good = rows.iter().copied().find(|row| check.matcher.admits(table.seen(*row).as_seen()));
    match good {
        Some(row) => table.set(row, true, check),
        None => rows.iter().take(1).for_each(|row| table.set(*row, false, check)),
    }
}

/// Whether a Message Expiry Interval is lower only because a broker counted down.
fn aged(check: &Check, seen: Seen<'_>, lenience: &Lenience) -> bool {
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<u32>().ok());
    match (&check.property, &check.matcher, seen) {
        (Property::MessageExpiry, Matcher::Is(expected), Seen::Bytes(seen)) => {
            let pair = number(expected).zip(number(seen));
            pair.is_some_and(|(expected, seen)| seen <= expected && expected - seen <= lenience.expiry)
        }
        _ => false,
    }
}

fn json_note(expected: &serde_json::Value, seen: Seen<'_>) -> String {
    let Seen::Bytes(bytes) = seen else { return "the payload is null".to_owned() };
    match serde_json::from_slice(bytes) {
        Err(_) => "the payload is not JSON".to_owned(),
        Ok(seen) => match difference(expected, &seen) {
            None => String::new(),
            Some(found) => {
                let path = if found.path.is_empty() { "it".to_owned() } else { format!("field `{}`", found.path) };
                let value = |name: &str, value: Option<String>| {
                    value.map_or("nothing".to_owned(), |value| {
                        format!("`{}`", crate::report::run::shown(name, Some(value.as_bytes()), 80).text)
                    })
                };
                let (seen, expected) = (value(&found.path, found.seen), value(&found.path, found.expected));
                format!("{path} is {seen}, expected {expected}")
            }
        },
    }
}

fn payload_field(table: &mut Table<'_>, check: &Check, path: &str) {
    let payload = table.outputs(&Property::Payload).first().map(|row| table.seen(*row).to_owned());
    let json = match payload.as_ref().map(rows::SeenOwned::as_seen) {
        Some(Seen::Bytes(bytes)) => serde_json::from_slice::<serde_json::Value>(bytes).ok(),
        _ => None,
    };
    let found = json.as_ref().and_then(|json| field(json, path));
    // Text is matched without its quotes.
    let text = found.map(|value| match (value, &check.matcher) {
        (serde_json::Value::String(text), matcher) if !matches!(matcher, Matcher::Json(_)) => text.clone(),
        (value, _) => value.to_string(),
    });
    let seen = text.as_ref().map_or(Seen::Absent, |text| Seen::Bytes(text.as_bytes()));
    table.extra(check, seen);
}
