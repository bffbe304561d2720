//! Azure Event Hubs, and Fabric Real-Time Intelligence behind the same host names.

pub mod eh_compression;
