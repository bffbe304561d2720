//! The operations of a dataflow and what they refer to.

mod kinds;

pub mod data_sources_empty;
pub mod endpoint_ref_unresolved;
pub mod kafka_source_consumer_group;
pub mod no_local_broker_side;
pub mod one_destination;
pub mod one_source;
pub mod one_transform;
pub mod operation_settings_extra;
pub mod operation_settings_missing;
pub mod operations_count;
pub mod otel_as_source;
pub mod profile_ref_unresolved;
pub mod source_endpoint_type;
pub mod storage_schema_required;
