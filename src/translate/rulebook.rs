//! The statements that the translation follows, each with its page and its certainty.
//!
//! Those about the transformation stand with it.

use super::outcome::DropReason;
use super::trace::Rule;
use crate::diag::{Certainty, pages};

macro_rules! rules {
    ($($name:ident = $id:literal $says:literal, $source:ident, $certainty:ident;)+) => {
        $(
            #[doc = concat!("`", $id, "`: ", $says, ".")]
            pub static $name: Rule =
                Rule { id: $id, says: $says, source: &pages::$source, certainty: Certainty::$certainty };
        )+

        /// All of them.
        pub static ALL: &[&Rule] = &[$(&$name),+];
    };
}

rules! {
    // The way of a message.
    PAYLOAD = "payload" "without a transformation the payload goes on as it is", CREATE, Inferred;
    PAYLOAD_TRANSFORMED = "payload-transformed" "a transformation makes the payload anew, as JSON", FLOW_DESTINATION, Documented;
    TOPIC = "topic" "`dataDestination` is the topic; in MQTT `${inputTopic}` stands for the topic of the source", FLOW_DESTINATION, Documented;
    TOPIC_UNRESOLVED = "topic-unresolved" "a message whose topic has too few levels for `dataDestination` is dropped with a warning", FLOW_DESTINATION, Documented;
    FILTERED = "filter" "a filter rule that is true drops the message", FILTER, Documented;
    TRANSFORM_FAILED = "transform-failed" "a message on which a rule fails is dropped, and the next one goes on", GRAPHS, Inferred;
    SCHEMA_FAILED = "schema-failed" "a message that does not match its schema is dropped", DISK, Documented;
    UNSENDABLE = "unsendable" "what the protocol of the destination cannot carry is not sent", MQTT5, Inferred;
    METADATA_TOPIC = "metadata-topic" "writing `$metadata.topic` routes in graphs only", EXPRESSIONS, Documented;
    METADATA = "metadata" "a map rule may add, change and remove properties", EXPRESSIONS, Documented;
    OUTPUT_CONTENT_TYPE = "output-content-type" "the result of a transformation is JSON", FLOW_DESTINATION, Inferred;
    HEADERS = "headers" "`headers` of the destination adds, replaces and removes headers", ARM, Schema;

    // MQTT to MQTT.
    QOS = "qos" "the `qos` of the endpoint is that of its publishes", MQTT, Inferred;
    RETAIN = "retain" "`retain` keeps or clears the retain flag from MQTT to MQTT", MQTT, Documented;
    RETAIN_FROM_KAFKA = "retain-from-kafka" "`retain` works only where both ends are MQTT", MQTT, Documented;
    COPIED = "copied" "from MQTT to MQTT a property is copied", MQTT, Inferred;
    EXPIRY = "message-expiry" "the time that a message waited is taken off its Message Expiry Interval", KAFKA, Documented;
    EXPIRED = "message-expired" "a message with nothing left of its Message Expiry Interval is not sent", KAFKA, Documented;
    MQTT_STRING = "mqtt-string" "an MQTT string is UTF-8 without U+0000 and has at most 65,535 bytes", MQTT5, Inferred;
    RESPONSE_TOPIC = "response-topic" "a Response Topic has no wildcard", MQTT5, Inferred;

    // MQTT to Kafka.
    BUILT_IN_HEADER = "built-in-header" "a property that MQTT defines becomes a header of its name", KAFKA, Documented;
    USER_HEADER = "user-property-header" "a user property becomes a header", KAFKA, Documented;
    NO_HEADER = "no-header" "no header is documented for it", KAFKA, Inferred;
    COPY_DISABLED = "copy-disabled" "with `copyMqttProperties: Disabled` properties are not copied", KAFKA, Documented;
    BUILT_IN_COLLISION = "built-in-name-collision" "of a built-in property and a user property of one name one is sent, undefined which", KAFKA, Documented;
    PARTITION_STATIC = "partition-static" "`Static` takes a fixed partition, by the instance id", KAFKA, Documented;
    PARTITION_TOPIC = "partition-topic" "`Topic` makes the topic of the source the key", KAFKA, Documented;
    PARTITION_PROPERTY = "partition-property" "`Property` makes the value of an MQTT property the key", KAFKA, Documented;

    // Kafka to MQTT.
    KAFKA_KEY = "kafka-key" "the key becomes the user property `Key`", KAFKA, Documented;
    KAFKA_TIMESTAMP = "kafka-timestamp" "the timestamp becomes the user property `Timestamp`, in milliseconds since 1970", KAFKA, Documented;
    KAFKA_HEADER = "kafka-header" "a header becomes a user property", KAFKA, Documented;
    KAFKA_NULL = "kafka-null-header" "a header without value has nothing to copy", KAFKA, Inferred;
    NOT_UTF8 = "not-utf-8" "a header that is not UTF-8 is removed, and the rest goes on", KAFKA, Documented;
    KEY_NOT_TEXT = "key-not-text" "a key that is no MQTT string is not copied", KAFKA, Inferred;
    TOO_LONG = "64-kb" "a header of 64 KB and more is removed, and the rest goes on", KAFKA, Documented;
    PARTITION_STAYS = "partition-stays" "MQTT has no partitions", MQTT5, Inferred;

    // CloudEvents.
    CE_PROPAGATE = "cloud-events-propagate" "`Propagate` passes the attributes of a CloudEvent", KAFKA, Documented;
    CE_PASS = "cloud-events-pass" "`CreateOrRemap` passes the attributes that are there", KAFKA, Documented;
    CE_CREATE = "cloud-events-create" "`CreateOrRemap` makes the attributes that are missing", KAFKA, Documented;
    CE_CONTENT_TYPE = "cloud-events-datacontenttype" "`datacontenttype` is the content type of the result", KAFKA, Documented;
    CE_SCHEMA = "cloud-events-dataschema" "`dataschema` is the schema of the result, if the transformation has one", KAFKA, Documented;
}

/// The statement behind a drop, where the step that dropped has not named one.
pub const fn of_drop(reason: DropReason) -> &'static Rule {
    match reason {
        DropReason::Filter => &FILTERED,
        DropReason::Expired => &EXPIRED,
        DropReason::Schema => &SCHEMA_FAILED,
        DropReason::TopicUnresolved => &TOPIC_UNRESOLVED,
        DropReason::TransformError => &TRANSFORM_FAILED,
        DropReason::Unsendable => &UNSENDABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use std::collections::BTreeSet;

    #[test]
    fn every_statement_has_an_id_of_its_own_and_a_source() {
        let mut ids = BTreeSet::new();
        for rule in ALL {
            assert!(ids.insert(rule.id), "{} stands twice", rule.id);
            assert!(rule.id.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-'));
            assert!(!rule.says.is_empty() && !rule.says.ends_with('.'), "{}", rule.id);
            assert!(!rule.source.title.is_empty(), "{}", rule.id);
        }
    }
}
