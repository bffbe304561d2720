//! The answers to the open questions, looked up once.

use crate::translate::choices::{Choices, table};

/// Which of a built-in property and a user property of one name goes to Kafka.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::translate) enum Collision {
    /// The one that MQTT defines.
    BuiltIn,
    /// The user's.
    UserProperty,
    /// Both.
    Both,
}

/// The answers to the open questions about properties; `choices::table` says what each means.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "they are answers to independent questions")]
pub(in crate::translate) struct Answers {
    pub waited_up: bool,
    pub zero_expiry_keeps: bool,
    pub mapped_appends: bool,
    pub foreign_converts: bool,
    pub transform_sets_content_type: bool,
    pub collision: Collision,
    pub payload_format_zero: bool,
    pub unusable_drops: bool,
    pub null_is_empty: bool,
    pub prefix: &'static str,
    pub keeps_unprefixed: bool,
    pub fills_optional: bool,
    pub source_is_dataflow: bool,
    pub content_type_field: bool,
    pub content_type_property: bool,
    pub disabled_removes_all: bool,
    pub headers_first: bool,
    pub empty_key: bool,
    pub static_any: bool,
    pub unresolved_withholds: bool,
    pub failed_withholds: bool,
    pub client_id_separator: &'static str,
}

impl Answers {
    /// What `choices` say.
    pub fn of(choices: &Choices) -> Self {
        let place = choices.get(&table::DATACONTENTTYPE_PLACE);
        Self {
            waited_up: choices.is(&table::EXPIRY_ROUNDING, "waited-up"),
            zero_expiry_keeps: choices.is(&table::EXPIRY_ZERO, "keep"),
            mapped_appends: choices.is(&table::METADATA_EXISTS, "append"),
            foreign_converts: choices.is(&table::FOREIGN_METADATA, "convert"),
            transform_sets_content_type: choices.is(&table::CONTENT_TYPE_AFTER_TRANSFORM, "set"),
            collision: match choices.get(&table::BUILT_IN_COLLISION) {
                "user-property" => Collision::UserProperty,
                "both" => Collision::Both,
                _ => Collision::BuiltIn,
            },
            payload_format_zero: choices.is(&table::PAYLOAD_FORMAT_ABSENT, "zero"),
            unusable_drops: choices.is(&table::UNUSABLE_HEADER, "drop"),
            null_is_empty: choices.is(&table::NULL_HEADER, "empty"),
            prefix: choices.get(&table::CLOUD_EVENTS_PREFIX),
            keeps_unprefixed: choices.is(&table::UNPREFIXED_COPY, "keep"),
            fills_optional: choices.is(&table::CREATE_OR_REMAP_OPTIONAL, "fill"),
            source_is_dataflow: choices.is(&table::SOURCE_NAME, "dataflow"),
            content_type_field: place != "user-property",
            content_type_property: place != "content-type",
            disabled_removes_all: choices.is(&table::COPY_DISABLED_HEADERS, "remove"),
            headers_first: choices.is(&table::HEADERS_ORDER, "before-cloud-events"),
            empty_key: choices.is(&table::PARTITION_KEY_MISSING, "empty-key"),
            static_any: choices.is(&table::STATIC_PARTITION, "any"),
            unresolved_withholds: choices.is(&table::TOPIC_UNRESOLVED_ACK, "withhold"),
            failed_withholds: choices.is(&table::TRANSFORM_ERROR_ACK, "withhold"),
            client_id_separator: if choices.is(&table::CLIENT_ID_SEPARATOR, "hyphen") { "-" } else { "" },
        }
    }
}
