//! Azure Event Hubs, and Fabric Real-Time Intelligence behind the same host names.

pub mod eh_basic_tier;
pub mod eh_batch_size;
pub mod eh_compression;
pub mod eh_custom_ca;
pub mod eh_entitypath_mismatch;
pub mod eh_gzip_tier;
pub mod eh_host_format;
pub mod eh_sasl_password;
pub mod eh_sasl_type;
pub mod eh_sasl_username;
pub mod eh_tls;
pub mod eh_wrong_audience;

mod login;
