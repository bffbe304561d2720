//! What the schemas can find, with its documentation.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, Source, pages};

macro_rules! entry {
    ($name:ident, $id:literal, $severity:ident, $certainty:ident, $fix:ident, $summary:literal, $sources:expr) => {
        #[doc = $summary]
        pub static $name: Entry = Entry {
            id: $id,
            family: Family::Schema,
            severity: Severity::$severity,
            certainty: Certainty::$certainty,
            fix: FixKind::$fix,
            summary: $summary,
            sources: $sources,
            doc: include_str!(concat!("docs/", $id, ".md")),
            example: include_str!(concat!("../../testdata/rules/", $id, "/bad-1.yaml")),
        };
    };
}

const SCHEMAS: &[Source] = &[pages::CRD_V1, pages::ARM];
const PREVIEW: &[Source] = &[pages::PREVIEW_2024_08, pages::PREVIEW_2024_10, pages::CRD_V1, pages::ARM];

entry!(UNKNOWN_FIELD, "unknown-field", Error, Schema, Safe, "no release has this field", SCHEMAS);
entry!(LEGACY_FIELD, "legacy-field-name", Error, Schema, Safe, "the field has another name, or none any more", PREVIEW);
entry!(MISPLACED_FIELD, "misplaced-field", Error, Schema, Safe, "the field belongs into another block", SCHEMAS);
entry!(
    HOST_OUTSIDE,
    "host-outside-settings",
    Error,
    Schema,
    Safe,
    "`host` stands beside the settings block, not inside",
    SCHEMAS
);
entry!(
    OTHER_VERSION,
    "field-of-another-version",
    Error,
    Schema,
    None,
    "the field belongs to another release or dialect",
    SCHEMAS
);
entry!(
    AUTH_LOCATION,
    "auth-legacy-location",
    Error,
    Schema,
    Safe,
    "`authentication` stands beside the settings block, not inside",
    PREVIEW
);
entry!(
    AUTH_NAMES,
    "auth-legacy-names",
    Error,
    Schema,
    Safe,
    "authentication is written with the names of the first preview",
    PREVIEW
);
entry!(
    BATCHING_ENABLED,
    "kafka-batching-enabled-field",
    Error,
    Schema,
    Safe,
    "Kafka batching is switched by `mode`, not by `enabled`",
    &[pages::KAFKA, pages::CRD_V1, pages::ARM]
);
entry!(
    BATCHING_UNIT,
    "batching-unit-mismatch",
    Error,
    Schema,
    Safe,
    "batching latency is written in the unit of another endpoint type",
    SCHEMAS
);
entry!(
    UNKNOWN_ENUM,
    "unknown-enum-value",
    Error,
    Schema,
    Safe,
    "the value is none of those that the field takes",
    SCHEMAS
);
entry!(ENUM_CASING, "enum-casing", Error, Schema, Safe, "the value is right but for capital letters", SCHEMAS);
entry!(WRONG_TYPE, "wrong-type", Error, Schema, Safe, "the value has another type than the field", SCHEMAS);
entry!(
    LIST_VS_STRING,
    "list-vs-string",
    Error,
    Schema,
    Safe,
    "a list is written where text belongs, or the reverse",
    PREVIEW
);
entry!(
    NULL_OUTPUT,
    "null-output",
    Error,
    Schema,
    Safe,
    "`output` is blank, which is null and not empty text",
    &[pages::MAPPING, pages::CRD_V1]
);
entry!(MISSING_FIELD, "missing-field", Error, Schema, None, "a required field is missing", SCHEMAS);
entry!(EMPTY_FIELD, "empty-field", Warning, Schema, None, "the field is written without a value", SCHEMAS);
entry!(OUT_OF_RANGE, "out-of-range", Error, Schema, None, "the number is outside the bounds of the field", SCHEMAS);
entry!(
    VALUE_PATTERN,
    "value-pattern",
    Error,
    Schema,
    None,
    "the text does not have the form that the field wants",
    SCHEMAS
);
entry!(
    VALUE_LENGTH,
    "value-length",
    Error,
    Schema,
    None,
    "the text or list is shorter or longer than the field takes",
    SCHEMAS
);

/// All entries of this module, in the order of the tables.
pub static ENTRIES: [&Entry; 19] = [
    &UNKNOWN_FIELD,
    &LEGACY_FIELD,
    &MISPLACED_FIELD,
    &HOST_OUTSIDE,
    &OTHER_VERSION,
    &AUTH_LOCATION,
    &AUTH_NAMES,
    &BATCHING_ENABLED,
    &BATCHING_UNIT,
    &UNKNOWN_ENUM,
    &ENUM_CASING,
    &WRONG_TYPE,
    &LIST_VS_STRING,
    &NULL_OUTPUT,
    &MISSING_FIELD,
    &EMPTY_FIELD,
    &OUT_OF_RANGE,
    &VALUE_PATTERN,
    &VALUE_LENGTH,
];

/// The entry that an annotation of a schema names.
pub fn named(id: &str) -> &'static Entry {
    ENTRIES.iter().copied().find(|entry| entry.id == id).unwrap_or(&UNKNOWN_FIELD)
}

/// Whether a rule that reports the same field says it better.
pub fn is_generic(entry: &Entry) -> bool {
    [&MISSING_FIELD, &VALUE_PATTERN, &OUT_OF_RANGE, &EMPTY_FIELD, &UNKNOWN_ENUM]
        .iter()
        .any(|generic| generic.id == entry.id)
}
