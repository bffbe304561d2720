//! `flowgate run`: one message through a dataflow, between two real brokers.

mod bridge;
mod ledger;
mod manifests;
mod marker;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod tally;
mod wire;

pub use manifests::{End, Line, ManifestError, Manifests};
