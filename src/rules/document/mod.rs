//! Kind, version, names, namespaces, and how resources refer to each other.

pub mod name_pattern;
