//! Azure Event Grid MQTT: host, limits, sessions, and what its broker does not do.

pub mod eg_audience;
pub mod eg_client_id_collision;
pub mod eg_custom_ca;
pub mod eg_disk_persistence;
pub mod eg_explicit_shared_sub;
pub mod eg_host_format;
pub mod eg_http_hostname;
pub mod eg_keepalive;
pub mod eg_max_sessions;
pub mod eg_offline_queue;
pub mod eg_packet_size;
pub mod eg_port;
pub mod eg_retain_keep;
pub mod eg_session_expiry;
pub mod eg_source_instance_count;
pub mod eg_tls;
pub mod eg_websocket_path;
pub mod eg_x509_portal_settings;

mod name;
