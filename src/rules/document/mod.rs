//! Kind, version, names, namespaces, and how resources refer to each other.

mod lengths;
mod names;
mod unused;

pub mod asterisk_topic;
pub mod dataset_key_length;
pub mod description_length;
pub mod duplicate_resource;
pub mod kubernetes_manifests_debug_only;
pub mod name_pattern;
pub mod namespace_mismatch;
pub mod namespace_not_aio;
pub mod operation_name_length;
pub mod placeholder_left;
pub mod preview_api_version;
pub mod profile_name_length;
pub mod resource_fragment;
pub mod secret_in_manifest;
pub mod secret_ref_name;
pub mod unknown_api_version;
pub mod unknown_kind;
pub mod unused_endpoint;
pub mod unused_profile;
