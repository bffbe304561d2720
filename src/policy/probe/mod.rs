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

/// An entry whose documentation and example have the names that follow from its id. What a probe concludes from an answer is
/// inferred unless the last argument says otherwise.
macro_rules! entry {
    ($name:ident, $id:literal, $severity:ident, $summary:literal, [$($source:expr),+], $example:literal) => {
        entry!($name, $id, $severity, $summary, [$($source),+], $example, Inferred);
    };
    ($name:ident, $id:literal, $severity:ident, $summary:literal, [$($source:expr),+], $example:literal, $certainty:ident) => {
        #[doc = concat!("`", $id, "`: ", $summary, ".")]
        pub static $name: Entry = Entry {
            id: $id,
            family: crate::diag::Family::Probe,
            severity: crate::diag::Severity::$severity,
            certainty: crate::diag::Certainty::$certainty,
            fix: crate::diag::FixKind::None,
            summary: $summary,
            sources: &[$($source),+],
            doc: include_str!(concat!("../docs/probe/", $id, ".md")),
            example: include_str!(concat!("../../../testdata/probe/", $example, ".yaml")),
        };
    };
}
use entry;

/// The layers in the order in which a connection meets them, each with what can be found there.
pub static LAYERS: [(&str, &[&Entry]); 6] = [
    ("network", &network::ENTRIES),
    ("TLS", &tls::ENTRIES),
    ("protocol", &door::ENTRIES),
    ("credentials", &login::ENTRIES),
    ("MQTT", &mqtt::ENTRIES),
    ("Kafka", &kafka::ENTRIES),
];

/// All entries, in the order of the layers.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    LAYERS.iter().flat_map(|(_, entries)| entries.iter().copied())
}
