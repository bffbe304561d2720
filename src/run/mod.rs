//! `flowgate run`: one message through a dataflow, between two real brokers.

mod bridge;
mod ledger;
mod manifests;
mod marker;
mod tally;
mod wire;

pub use manifests::{End, Line, ManifestError, Manifests};
