//! Effective settings: every value that a dataflow works with, written or default, with its origin.
//!
//! [`Endpoint::of`] completes the summary of an endpoint with the defaults of its version. A setting that cannot be told,
//! because a template decides it or because what is written is no value of the field, is `None`; that the latter is wrong
//! is for `schema` to say. Settings are owned and know no text.

mod endpoint;
mod flow;
mod value;

pub use endpoint::{Batching, Endpoint, Kafka, Mqtt};
pub use flow::{Dataset, FilterRule, Flow, FlowDestination, FlowError, FlowSource, HeaderAction, MapRule, Transform};
pub use value::{
    Acks, CloudEvents, Compression, FromScalar, HeaderActionType, PartitionStrategy, Protocol, Retain, Serialization,
    Switch,
};

pub use crate::schema::Shape;

use crate::diag::{Place, Source};

/// Where the value of a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is written here.
    Written(Place),
    /// It is not written, and this says what holds then.
    Default(&'static Source),
}

/// A setting that counts, and why it has this value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// Where it is written, if it is.
    pub const fn place(&self) -> Option<Place> {
        match self.origin {
            Origin::Written(place) => Some(place),
            Origin::Default(_) => None,
        }
    }
}
