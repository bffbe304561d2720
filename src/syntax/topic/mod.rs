//! MQTT topics: names, filters and the destination templates of dataflows.
//!
//! Names and filters follow MQTT 5 (4.7 and 4.8.2), templates the data flow destination page. Which topics a broker
//! grants is for the broker to say.

mod filter;
mod template;

pub use filter::Filter;
pub use template::{Part, PartKind, Template, Unresolved};

use super::SyntaxError;

/// Bytes that a topic name or filter may have (MQTT 5, 1.5.4).
pub const MAX_BYTES: usize = 65_535;

/// Checks that `name` can be published to: not empty, no wildcard, no U+0000, at most [`MAX_BYTES`] (MQTT 5, 4.7.1 and
/// 4.7.3).
///
/// # Errors
/// What is wrong, with its range of `name`.
pub fn check_name(name: &str) -> Result<(), SyntaxError> {
    check_text(name)?;
    match name.find(['+', '#']) {
        None => Ok(()),
        Some(at) => Err(SyntaxError::new(
            format!("`{}` is a wildcard; a topic that is published to has none", &name[at..=at]),
            at..at + 1,
        )),
    }
}

/// What names and filters have in common.
fn check_text(text: &str) -> Result<(), SyntaxError> {
    if text.is_empty() {
        return Err(SyntaxError::new("a topic has at least one character", 0..0));
    }
    if text.len() > MAX_BYTES {
        let message = format!("a topic of {} bytes; MQTT allows {MAX_BYTES}", text.len());
        return Err(SyntaxError::new(message, 0..text.len()));
    }
    match text.find('\0') {
        Some(at) => Err(SyntaxError::new("U+0000 cannot be in a topic", at..at + 1)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
