//! A message through a dataflow: what is sent, what was expected, what to make of what came out.
//!
//! [`cases`] reads what people expect, [`sample`] makes a message where nobody gives one, [`compare`] holds what came out
//! against either, [`verdict`] turns it into what `report` tells. Between brokers, [`opening`] makes the connections of a
//! [`lane`], which sends one message at a time; [`bridge`] is the dataflow in between. The documentation of the findings is
//! in [`policy::run`](crate::policy::run); how a message is translated is for `translate`, how it travels for `transport`.

#[cfg(feature = "run")]
pub mod bridge;
pub mod cases;
pub mod compare;
#[cfg(feature = "run")]
pub mod doors;
#[cfg(feature = "run")]
pub mod ends;
#[cfg(feature = "sandbox")]
pub mod home;
#[cfg(feature = "run")]
pub mod ids;
#[cfg(feature = "run")]
pub mod job;
#[cfg(feature = "run")]
pub mod judgement;
#[cfg(feature = "run")]
pub mod lane;
#[cfg(feature = "run")]
mod ledger;
#[cfg(feature = "run")]
pub mod load;
#[cfg(feature = "run")]
pub mod marker;
#[cfg(feature = "run")]
pub mod opening;
#[cfg(feature = "run")]
pub mod passing;
#[cfg(feature = "run")]
pub mod remarks;
pub mod sample;
#[cfg(feature = "sandbox")]
pub mod sandbox;
#[cfg(feature = "sandbox")]
pub mod sandboxed;
#[cfg(feature = "run")]
pub mod site;
#[cfg(feature = "run")]
pub mod tally;
pub mod verdict;
#[cfg(feature = "run")]
pub mod wire;

#[cfg(test)]
mod verdict_tests;

pub use crate::message::Wire;
