//! The operations of a dataflow and what they refer to.

pub mod operations_count;
