//! The table of rules: one line each, by family, in the order in which tables list them.

use super::Rule;
use super::{authentication, dataflow, document, event_grid, event_hubs};

/// Every rule that has a function of its own.
pub static TABLE: &[&Rule] = &[
    // Document
    &document::unknown_api_version::RULE,
    &document::preview_api_version::RULE,
    &document::kubernetes_manifests_debug_only::RULE,
    &document::unknown_kind::RULE,
    &document::resource_fragment::RULE,
    &document::name_pattern::RULE,
    &document::profile_name_length::RULE,
    &document::operation_name_length::RULE,
    &document::description_length::RULE,
    &document::dataset_key_length::RULE,
    &document::placeholder_left::RULE,
    &document::duplicate_resource::RULE,
    &document::asterisk_topic::RULE,
    &document::namespace_mismatch::RULE,
    &document::namespace_not_aio::RULE,
    &document::secret_in_manifest::RULE,
    &document::secret_ref_name::RULE,
    &document::unused_endpoint::RULE,
    &document::unused_profile::RULE,
    // Authentication
    &authentication::auth_method_not_allowed::RULE,
    // Event Grid
    &event_grid::eg_port::RULE,
    &event_grid::eg_source_instance_count::RULE,
    // Event Hubs
    &event_hubs::eh_compression::RULE,
    // Dataflow
    &dataflow::operations_count::RULE,
];
