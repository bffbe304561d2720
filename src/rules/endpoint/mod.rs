//! The settings blocks of an endpoint against its type.

pub mod endpoint_settings_mismatch;
pub mod endpoint_settings_missing;
