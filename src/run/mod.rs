//! `flowgate run`: one message through a dataflow, between two real brokers.

#[cfg(feature = "sandbox")]
pub mod sandbox;
