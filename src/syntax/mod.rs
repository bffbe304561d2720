//! The small languages in manifests: topic filters and templates, data paths, expressions. Text in, syntax with ranges of
//! that text out.
//!
//! What they do to a message is for `translate`.
