//! Authentication: which methods go with which endpoint, what they need, and the secrets behind them.

mod blocks;
mod secrets;

pub mod adls_sas_secret;
pub mod auth_method_not_allowed;
pub mod auth_settings_missing;
pub mod ca_configmap_content;
pub mod ca_configmap_missing;
pub mod kafka_x509_undocumented;
pub mod multiple_auth_blocks;
pub mod sasl_secret_keys;
pub mod secret_missing;
pub mod uami_ids;
pub mod x509_secret_keys;
