//! The truth about fields: schemas, versions, dialects. (temporary)
pub mod json;
mod tmp;
pub use tmp::*;
