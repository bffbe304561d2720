//! What a person should know of a dataflow before one of its messages is on the way, and what no message shows.
//!
//! Where it is told is for `commands`.

use super::Wire;
use super::job::Job;
use crate::access::{End, Line, wire};
use crate::message::Message;
use crate::syntax::topic::Filter;
use crate::translate::{LastValues, Outcome};

/// Remarks on `job`, each a sentence.
pub fn remarks(job: &Job) -> Vec<String> {
    let name = job.line.flow.id.name();
    let mut remarks = Vec::new();
    if !job.line.flow.enabled {
        remarks.push(format!("`mode` of dataflow `{name}` is `Disabled`: once deployed, it carries no message"));
    }
    remarks.extend(feeds_itself(job).map(|(topic, filter)| {
        format!(
            "dataflow `{name}` reads what it writes: `{filter}` of its source takes `{topic}` at the same broker, so once \
             deployed, it sends every message round and round"
        )
    }));
    remarks
}

/// Whether the dataflow reads what is sent to the topic of `message`.
pub fn reads(line: &Line, message: &Message) -> bool {
    let topic = message.topic();
    match wire(&line.source) {
        Some(Wire::Kafka) => line.flow.source.topics.iter().any(|text| &*text.value == topic),
        Some(Wire::Mqtt) | None => taken_by(line, topic).is_some(),
    }
}

/// The filter of the source that takes messages to `topic`.
fn taken_by<'l>(line: &'l Line, topic: &str) -> Option<&'l str> {
    let filters = line.flow.source.topics.iter().map(|text| &*text.value);
    filters.into_iter().find(|text| Filter::parse(text).is_ok_and(|filter| filter.matches(topic)))
}

/// The topic that the dataflow writes to and the filter by which it reads from it, if it does.
pub fn feeds_itself(job: &Job) -> Option<(String, &str)> {
    let line = &job.line;
    if !same_broker(&line.source, &line.destination) {
        return None;
    }
    let mut last = LastValues::default();
    job.sendings.iter().find_map(|sending| match job.predict(&sending.message, &mut last).0 {
        Outcome::Delivered(message) => {
            taken_by(line, message.topic()).map(|filter| (message.topic().to_owned(), filter))
        }
        Outcome::Dropped(_) => None,
    })
}

/// Whether two MQTT endpoints lead to one broker, as far as their manifests say so.
pub fn same_broker(one: &End, other: &End) -> bool {
    let is_mqtt = |end: &End| wire(end) == Some(Wire::Mqtt);
    let host = |end: &End| end.summary.host.as_ref().map(|host| host.value.to_ascii_lowercase());
    let same = one.name() == other.name() || host(one).is_some() && host(one) == host(other);
    same && is_mqtt(one) && is_mqtt(other)
}
