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
    &event_grid::eg_host_format::RULE,
    &event_grid::eg_http_hostname::RULE,
    &event_grid::eg_port::RULE,
    &event_grid::eg_websocket_path::RULE,
    &event_grid::eg_tls::RULE,
    &event_grid::eg_custom_ca::RULE,
    &event_grid::eg_audience::RULE,
    &event_grid::eg_x509_portal_settings::RULE,
    &event_grid::eg_max_sessions::RULE,
    &event_grid::eg_client_id_collision::RULE,
    &event_grid::eg_source_instance_count::RULE,
    &event_grid::eg_explicit_shared_sub::RULE,
    &event_grid::eg_disk_persistence::RULE,
    &event_grid::eg_retain_keep::RULE,
    &event_grid::eg_session_expiry::RULE,
    &event_grid::eg_keepalive::RULE,
    &event_grid::eg_offline_queue::RULE,
    &event_grid::eg_packet_size::RULE,
    // Event Hubs
    &event_hubs::eh_host_format::RULE,
    &event_hubs::eh_tls::RULE,
    &event_hubs::eh_custom_ca::RULE,
    &event_hubs::eh_wrong_audience::RULE,
    &event_hubs::eh_sasl_type::RULE,
    &event_hubs::eh_sasl_username::RULE,
    &event_hubs::eh_sasl_password::RULE,
    &event_hubs::eh_entitypath_mismatch::RULE,
    &event_hubs::eh_compression::RULE,
    &event_hubs::eh_gzip_tier::RULE,
    &event_hubs::eh_batch_size::RULE,
    &event_hubs::eh_basic_tier::RULE,
    // Dataflow
    &dataflow::operations_count::RULE,
];
