//! What `flowgate probe` can find, with its documentation; in every build, so that `explain` knows it everywhere.
//!
//! The findings themselves are made by `probe`.

pub mod door;
pub mod kafka;
pub mod login;
pub mod mqtt;
pub mod network;
pub mod tls;

use crate::diag::Entry;

/// An entry whose documentation and example have the names that follow from its id.
macro_rules! entry {
    ($name:ident, $id:literal, $severity:ident, $summary:literal, [$($source:expr),+], $example:literal) => {
        #[doc = concat!("`", $id, "`: ", $summary, ".")]
        pub static $name: Entry = Entry {
            id: $id,
            family: crate::diag::Family::Probe,
            severity: crate::diag::Severity::$severity,
            certainty: crate::diag::Certainty::Inferred,
            fix: crate::diag::FixKind::None,
            summary: $summary,
            sources: &[$($source),+],
            doc: include_str!(concat!("../docs/probe/", $id, ".md")),
            example: include_str!(concat!("../../../testdata/probe/", $example, ".yaml")),
        };
    };
}
use entry;

/// All entries, in the order of the layers.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    let groups: [&[&Entry]; 6] =
        [&network::ENTRIES, &tls::ENTRIES, &door::ENTRIES, &login::ENTRIES, &mqtt::ENTRIES, &kafka::ENTRIES];
    groups.into_iter().flatten().copied()
}
