//! Files, directories and standard input; texts with their encoding; excerpts without secrets; fixes put into files.
//!
//! [`discover`] finds what to read, [`Sources`] numbers and reads it, [`Excerpt`] is the only text that may be shown.
//! What a text means is for `yaml`; which fixes to apply is for the commands.

mod discover;
mod excerpt;
mod lines;
mod patch;
mod registry;
mod text;
mod write;

#[cfg(test)]
mod tests;

pub use discover::{DiscoverError, DiscoverOptions, Input, discover};
pub use excerpt::Excerpt;
pub use lines::Position;
pub use patch::{Patched, apply, apply_masked, unified_diff};
pub use registry::Sources;
pub use text::{Encoding, ReadError, Text};
pub use write::{WriteError, write_atomically};
