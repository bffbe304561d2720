//! The resources: typed views while a document is in hand, and what outlives it.
//!
//! [`Resource`], [`Endpoint`] and [`Dataflow`] look into a tree; [`Bundle`] keeps owned summaries of all files and
//! resolves references. What a setting means when it is not written is for `settings`, what is wrong for `rules`.

mod bundle;
mod endpoint;
mod flow;
mod host;
mod resource;
mod secret;
mod summary;
mod val;

pub use bundle::{Bundle, DEFAULT_NAME, DEFAULT_TRUST_BUNDLE, GraphReferences, Resolved};
pub use endpoint::{Endpoint, EndpointType, FarEnd};
pub use flow::{Dataflow, Operation, OperationKind};
pub use host::{EVENT_GRID, EVENT_GRID_MQTT, EVENT_HUBS, Host};
pub use resource::{GROUP, Resource, ResourceKind, UNCHECKED_KINDS, is_our_group};
pub use secret::{SecretEntry, SecretShape};
pub use summary::{
    ConfigMapSummary, DataflowSummary, EndpointSummary, Identity, InsertPoint, ProfileSummary, Scalar, SecretSummary,
    SecretUse, Side, Text, TransformSummary, Written, WrittenSettings,
};
pub use val::Val;
