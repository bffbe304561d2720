//! Transformations of whole dataflows, from YAML to payload: the vectors of the documentation's semantics and bad input.

#![cfg(feature = "translate")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod case;
mod refusals;
mod stages;
mod trace;
