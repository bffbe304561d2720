//! The transformation of a payload: enrich, filter, map, always in that order (create data flow page).
//!
//! Works on JSON and on the metadata of a message; which properties the result gets on its way out is for the modules
//! beside it.

use super::choices::Choice;

/// Open questions about the transformation.
pub const CHOICES: &[&Choice] = &[];
