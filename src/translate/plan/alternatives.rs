//! Which open questions matter to a plan.

use super::{Partitioning, Plan, Target, TopicText};
use crate::settings::CloudEvents;
use crate::translate::choices::{Choice, table};
use crate::translate::transform;

/// The questions whose answer can change what comes out of `plan`, or whether it is acknowledged.
pub(super) fn of(plan: &Plan) -> Vec<&'static Choice> {
    let facts = Facts::of(plan);
    let own = MATTERS.iter().filter(|(_, matters)| matters(&facts)).map(|(choice, _)| *choice);
    own.chain(transform::CHOICES.iter().copied().filter(|_| facts.transforms)).collect()
}

/// What the questions are about, in a plan.
#[allow(clippy::struct_excessive_bools, reason = "they are independent of each other")]
struct Facts {
    from_kafka: bool,
    to_kafka: bool,
    copies: bool,
    creates: bool,
    transforms: bool,
    acts_on_headers: bool,
    has_template: bool,
    by_property: bool,
    is_static: bool,
}

impl Facts {
    fn of(plan: &Plan) -> Self {
        let kafka = match &plan.target {
            Target::Mqtt(_) => None,
            Target::Kafka(kafka) => Some(kafka),
        };
        let partitioning = kafka.map(|kafka| &kafka.partitioning.value);
        Self {
            from_kafka: plan.from_kafka,
            to_kafka: kafka.is_some(),
            copies: kafka.is_some_and(|kafka| kafka.copy.value),
            creates: plan.cloud_events.value == CloudEvents::CreateOrRemap,
            transforms: plan.transform.is_some(),
            acts_on_headers: !plan.headers.is_empty(),
            has_template: matches!(plan.topic.text, TopicText::Template(_)),
            by_property: matches!(partitioning, Some(Partitioning::Property(_))),
            is_static: partitioning == Some(&Partitioning::Static),
        }
    }
}

/// When a question matters.
type Matters = (&'static Choice, fn(&Facts) -> bool);

/// Every question about properties. What a client id is composed of changes no message.
static MATTERS: [Matters; 21] = [
    (&table::EXPIRY_ROUNDING, |facts| !facts.from_kafka),
    (&table::EXPIRY_ZERO, |facts| !facts.from_kafka),
    (&table::METADATA_EXISTS, |facts| facts.transforms),
    (&table::FOREIGN_METADATA, |facts| facts.transforms),
    (&table::CONTENT_TYPE_AFTER_TRANSFORM, |facts| facts.transforms),
    (&table::BUILT_IN_COLLISION, |facts| facts.to_kafka && facts.copies),
    (&table::PAYLOAD_FORMAT_ABSENT, |facts| facts.to_kafka && facts.copies),
    (&table::UNUSABLE_HEADER, |facts| facts.from_kafka),
    (&table::NULL_HEADER, |facts| facts.from_kafka),
    (&table::CLOUD_EVENTS_PREFIX, |facts| facts.to_kafka),
    (&table::UNPREFIXED_COPY, |facts| facts.to_kafka && facts.copies),
    (&table::CREATE_OR_REMAP_OPTIONAL, |facts| facts.creates),
    (&table::SOURCE_NAME, |facts| facts.creates),
    (&table::DATACONTENTTYPE_PLACE, |facts| !facts.to_kafka),
    (&table::COPY_DISABLED_HEADERS, |facts| facts.to_kafka && !facts.copies),
    (&table::HEADERS_ORDER, |facts| facts.acts_on_headers),
    (&table::PARTITION_KEY_MISSING, |facts| facts.by_property),
    (&table::STATIC_PARTITION, |facts| facts.is_static),
    (&table::TOPIC_UNRESOLVED_ACK, |facts| facts.has_template),
    // Also decides about what cannot be sent at all: a Kafka topic, put into an MQTT one, can bring that about.
    (&table::TRANSFORM_ERROR_ACK, |facts| facts.transforms || facts.from_kafka || facts.has_template),
    (&table::CLIENT_ID_SEPARATOR, |_| false),
];

#[cfg(test)]
mod tests {
    use super::{MATTERS, table};

    #[test]
    fn every_question_is_judged() {
        let judged: Vec<_> = MATTERS.iter().map(|(choice, _)| choice.name).collect();
        let known: Vec<_> = table::ALL.iter().map(|choice| choice.name).collect();
        assert_eq!(judged, known);
    }
}
