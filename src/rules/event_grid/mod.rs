//! Azure Event Grid MQTT: host, limits, sessions, and what its broker does not do.

pub mod eg_port;
pub mod eg_source_instance_count;
