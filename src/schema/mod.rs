//! What fields there are, in every version and both dialects.
//!
//! The files in `schemas/` describe each kind once, with annotations where versions and dialects differ. This module
//! projects a file to one version and dialect, as a standard JSON Schema ([`project`]), and answers what is known of one
//! field ([`find`], [`arm_limits`]). Which target a document asks for is decided by its reader; what ties fields
//! together is for the rules.

mod check;
mod field;
pub mod findings;
mod hints;
pub mod json;
mod kind;
mod node;
mod project;
mod target;
mod unknown;
mod value;

pub use check::{Checker, Subject};
pub use field::{DialectFacts, FieldDoc, FormerName, Limits, WrongValue, arm_limits, find};
pub use kind::Kind;
pub use project::{project, strip_annotations};
pub use target::{ArmVersion, Shape, Target, aio_release};
pub(crate) use unknown::nearest;

/// Why a schema could not be projected.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The kind came later than the version, or is not known there.
    #[error("`{kind}` does not exist in `{target}`, expected a later version")]
    NotInVersion {
        /// The kind that was asked for.
        kind: &'static str,
        /// The version that lacks it, as people write it.
        target: String,
    },
    /// An embedded file is not JSON; a fault of the build.
    #[error("embedded schema of `{kind}` is not JSON")]
    NotJson {
        /// Which file, by its kind.
        kind: &'static str,
        /// What the parser says.
        #[source]
        source: serde_json::Error,
    },
    /// An embedded file breaks the rules of its annotations; a fault of the build.
    #[error("embedded schema of `{kind}` has a bad `{keyword}`, expected {expected}")]
    Annotation {
        /// Which file, by its kind.
        kind: &'static str,
        /// The keyword at fault.
        keyword: &'static str,
        /// What should have stood there.
        expected: &'static str,
    },
}
