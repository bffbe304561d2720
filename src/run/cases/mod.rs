//! Cases in files: named messages, and what has to come out.
//!
//! [`read`] turns the text of a file into [`Case`]s or says, at their lines, what cannot be understood; the shape is
//! described by `schemas/cases.schema.json`. [`bless`] writes what came out back into the file. Holding a message against
//! an [`Expectation`] is for `compare`.

mod bless;
mod case;
mod expect;
mod generated;
mod matcher;
mod message;
mod payload;
mod reader;
mod scalar;

#[cfg(test)]
mod bless_tests;
#[cfg(test)]
mod tests;

pub use bless::{Blessing, bless};
pub use case::{Case, Sent, read};
pub use expect::{CANNOT_RUN, Check, CloudEventsCheck, Exact, Expectation, Prefix};
pub use generated::Generated;
pub use matcher::{Matcher, Seen};
pub use message::{Content, Draft, DraftError, read_draft, read_expectation};
pub use payload::{Difference, difference, field};

/// The keys that the parts of a file can have, for the schema to be held to.
pub const KEYS: [(&str, &[&str]); 6] = [
    ("file", &case::FILE),
    ("case", &case::CASE),
    ("message", &message::MESSAGE),
    ("expect", &expect::EXPECT),
    ("cloudEvents", &expect::CLOUD_EVENTS),
    ("matcher", &matcher::MATCHER),
];
