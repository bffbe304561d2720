//! The table of rules: one line each, by family, in the order in which tables list them.

use super::Rule;
use super::{authentication, dataflow, document, event_grid, event_hubs};

/// Every rule that has a function of its own.
pub static TABLE: &[&Rule] = &[
    // Document
    &document::name_pattern::RULE,
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
