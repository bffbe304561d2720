//! The table of rules: one line each, by family, in the order in which tables list them.

use super::Rule;
use super::{authentication, dataflow, document, endpoint, event_grid, event_hubs};

/// Every rule that has a function of its own.
pub static TABLE: &[&Rule] = &[
    // Document
    &document::name_pattern::RULE,
    &endpoint::endpoint_settings_missing::RULE,
    &endpoint::endpoint_settings_mismatch::RULE,
    // Authentication
    &authentication::auth_method_not_allowed::RULE,
    &authentication::multiple_auth_blocks::RULE,
    &authentication::auth_settings_missing::RULE,
    &authentication::kafka_x509_undocumented::RULE,
    &authentication::uami_ids::RULE,
    &authentication::x509_secret_keys::RULE,
    &authentication::sasl_secret_keys::RULE,
    &authentication::adls_sas_secret::RULE,
    &authentication::secret_missing::RULE,
    &authentication::ca_configmap_missing::RULE,
    &authentication::ca_configmap_content::RULE,
    // Event Grid
    &event_grid::eg_port::RULE,
    &event_grid::eg_source_instance_count::RULE,
    // Event Hubs
    &event_hubs::eh_compression::RULE,
    // Dataflow
    &dataflow::operations_count::RULE,
    &dataflow::one_source::RULE,
    &dataflow::one_destination::RULE,
    &dataflow::one_transform::RULE,
    &dataflow::operation_settings_missing::RULE,
    &dataflow::operation_settings_extra::RULE,
    &dataflow::source_endpoint_type::RULE,
    &dataflow::otel_as_source::RULE,
    &dataflow::endpoint_ref_unresolved::RULE,
    &dataflow::profile_ref_unresolved::RULE,
    &dataflow::storage_schema_required::RULE,
    &dataflow::no_local_broker_side::RULE,
    &dataflow::kafka_source_consumer_group::RULE,
    &dataflow::data_sources_empty::RULE,
];
