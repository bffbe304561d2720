//! The open questions about properties. Those about the transformation stand with it.

use super::Choice;
use crate::diag::{Source, pages};

macro_rules! choices {
    ($($name:ident = $id:literal [$($value:literal),+] $about:literal because $why:literal from [$($source:ident),+];)+) => {
        $(
            #[doc = concat!("`", $id, "`: ", $about, ".")]
            pub static $name: Choice = Choice {
                name: $id,
                values: &[$($value),+],
                about: $about,
                why: $why,
                sources: { const SOURCES: &[Source] = &[$(pages::$source),+]; SOURCES },
            };
        )+

        /// All of them, in the order in which a message meets them.
        pub static ALL: &[&Choice] = &[$(&$name),+];
    };
}

choices! {
    EXPIRY_ROUNDING = "expiry-rounding" ["waited-down", "waited-up"]
        "how a wait of broken seconds is counted against the Message Expiry Interval"
        because "whole elapsed seconds are what a clock in seconds shows; the page only counts whole ones"
        from [KAFKA, MQTT5];
    EXPIRY_ZERO = "expiry-zero" ["drop", "keep"]
        "what becomes of a message that comes with a Message Expiry Interval of 0"
        because "the formula of the page sends only what has more than 0 s left; Event Grid takes 0 for never"
        from [KAFKA, EVENT_GRID];
    METADATA_EXISTS = "mapped-property-exists" ["replace", "append"]
        "whether a property that a map rule writes takes the place of those of its name that came in"
        because "the page says that a map rule may change a property, and that names may repeat"
        from [EXPRESSIONS];
    FOREIGN_METADATA = "foreign-metadata" ["convert", "ignore"]
        "what a map rule means that writes a user property for Kafka, or a header for MQTT"
        because "the two are translated into each other wherever a page speaks of them"
        from [EXPRESSIONS, KAFKA];
    CONTENT_TYPE_AFTER_TRANSFORM = "content-type-after-transform" ["keep", "set"]
        "whether a transformation changes the Content Type of a message that is no CloudEvent"
        because "the page speaks of a copy of the original; only `datacontenttype` is said to change"
        from [KAFKA, FLOW_DESTINATION];
    BUILT_IN_COLLISION = "built-in-name-collision" ["built-in", "user-property", "both"]
        "which one is sent to Kafka of a built-in property and a user property of the same name"
        because "the page calls it undefined; the built-in one has the stricter meaning"
        from [KAFKA];
    PAYLOAD_FORMAT_ABSENT = "payload-format-absent" ["omit", "zero"]
        "whether a message without Payload Format Indicator gets a header that says 0"
        because "what is not there is not copied; MQTT gives absent and 0 the same meaning"
        from [KAFKA, MQTT5];
    UNUSABLE_HEADER = "unusable-header" ["remove", "drop"]
        "what becomes of a record with a header that MQTT cannot carry"
        because "two passages remove the header and forward the rest; one discards the packet"
        from [KAFKA];
    NULL_HEADER = "null-header" ["remove", "empty"]
        "what becomes of a record header whose value is null"
        because "a user property always has a value, and there is none to copy"
        from [KAFKA, MQTT5];
    CLOUD_EVENTS_PREFIX = "cloud-events-prefix" ["ce-", "ce_"]
        "the prefix of CloudEvents attributes in Kafka headers"
        because "both tables of the page say `ce-`; its prose and the Kafka binding say `ce_`"
        from [KAFKA, CLOUD_EVENTS];
    UNPREFIXED_COPY = "unprefixed-copy" ["remove", "keep"]
        "whether a CloudEvents attribute also stays under its own name beside the prefixed header"
        because "the table gives each attribute one output name"
        from [KAFKA];
    CREATE_OR_REMAP_OPTIONAL = "create-or-remap-optional" ["pass", "fill"]
        "whether `CreateOrRemap` adds `subject`, `time` and `dataschema` to a message that has all required attributes"
        because "the prose passes such messages through; the table beside it generates what is missing"
        from [MQTT, KAFKA];
    SOURCE_NAME = "source-name" ["endpoint", "dataflow"]
        "what `<target-name>` is in a generated `source`"
        because "the endpoint of the destination is the only thing that the pages call target"
        from [MQTT, KAFKA];
    DATACONTENTTYPE_PLACE = "datacontenttype-place" ["content-type", "user-property", "both"]
        "where the `datacontenttype` of a CloudEvent stands in MQTT"
        because "the MQTT binding and the SDKs put it into Content Type; older SDKs wrote a user property"
        from [CLOUD_EVENTS, SDK];
    COPY_DISABLED_HEADERS = "copy-disabled-headers" ["keep", "remove"]
        "whether headers that are not copied from MQTT leave although `copyMqttProperties` is `Disabled`"
        because "the setting is about copying; CloudEvents, map rules and `headers` make them anew"
        from [KAFKA];
    HEADERS_ORDER = "headers-order" ["after-cloud-events", "before-cloud-events"]
        "whether `headers` is applied before or after CloudEvents"
        because "`headers` stands at the destination, which comes last"
        from [ARM];
    PARTITION_KEY_MISSING = "partition-key-missing" ["no-key", "empty-key"]
        "the key of a record whose message has not the property that `partitionKeyProperty` names"
        because "a record without key goes to any partition, as with the strategy `Default`"
        from [KAFKA];
    STATIC_PARTITION = "static-partition" ["zero", "any"]
        "the partition that the strategy `Static` takes"
        because "it depends on the instance id, which only the cluster knows; every topic has partition 0"
        from [KAFKA];
    TOPIC_UNRESOLVED_ACK = "topic-unresolved-ack" ["acknowledge", "withhold"]
        "whether a message is acknowledged that is dropped because its topic has too few levels"
        because "it is dropped on purpose, and sending it again would not help"
        from [FLOW_DESTINATION, DISK];
    TRANSFORM_ERROR_ACK = "transform-error-ack" ["acknowledge", "withhold"]
        "whether a message is acknowledged that the transformation fails on, or that cannot be sent at all"
        because "graphs log the error and go on with the next message"
        from [GRAPHS, DISK];
    CLIENT_ID_SEPARATOR = "client-id-separator" ["none", "hyphen"]
        "what stands between `clientIdPrefix` and the name of the dataflow in an MQTT client id"
        because "the page names the two parts and nothing between them; ARM writes `<prefix>-TBD`"
        from [MQTT, ARM];
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use std::collections::BTreeSet;

    #[test]
    fn every_question_is_complete_and_has_a_name_of_its_own() {
        let mut names = BTreeSet::new();
        for choice in all() {
            assert!(names.insert(choice.name), "{} stands twice", choice.name);
            assert!(choice.values.len() > 1, "{} leaves no choice", choice.name);
            let values: BTreeSet<_> = choice.values.iter().collect();
            assert_eq!(values.len(), choice.values.len(), "{}", choice.name);
            assert!(!choice.sources.is_empty(), "{}", choice.name);
            for text in [choice.about, choice.why] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", choice.name);
            }
        }
    }
}
