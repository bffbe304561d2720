//! The rules: plain functions that look at one resource, or at all of them, and say what is wrong.
//!
//! [`TABLE`] binds each rule's documentation to its function. Adding a rule touches three places: its file, one line
//! in the table, and its cases in `testdata/rules/<id>/`. Rules name places and never touch offsets ([`Sink`]); which
//! findings count is for `policy`.

mod azure;
mod date;
mod engine;
mod references;
mod sink;

pub mod authentication;
pub mod dataflow;
pub mod document;
pub mod endpoint;
pub mod event_grid;
pub mod event_hubs;
mod table;

pub use date::Date;
pub use engine::{COMMENT_MARK, Checked, Counts, Linter, Options};
pub use sink::{Finding, Sink};
pub use table::TABLE;

use crate::diag::Entry;
use crate::model::{Bundle, Dataflow, Endpoint, Resource};
use crate::{schema, yaml};

/// A rule: its documentation and its function.
#[derive(Debug)]
pub struct Rule {
    /// The documentation, with the id.
    pub entry: Entry,
    /// What it looks at.
    pub check: Check,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Any resource of the API group, unknown kinds and pasted fragments too.
    Resource(fn(&Resource<'_>, &mut Sink<'_>)),
    /// An endpoint.
    Endpoint(fn(&Endpoint<'_>, &mut Sink<'_>)),
    /// A dataflow.
    Dataflow(fn(&Dataflow<'_>, &mut Sink<'_>)),
    /// A profile.
    Profile(fn(&Resource<'_>, &mut Sink<'_>)),
    /// All resources that were given, after the last was read.
    Bundle(fn(&Bundle, &mut Sink<'_>)),
}

/// The documentation of every id that `lint` can report, in the order of the tables.
pub fn catalogue() -> impl Iterator<Item = &'static Entry> {
    let reading = yaml::findings::ENTRIES.iter().copied();
    let schema = schema::findings::ENTRIES.iter().copied();
    reading.chain(schema).chain(TABLE.iter().map(|rule| &rule.entry))
}

/// The documentation of `id`.
pub fn find(id: &str) -> Option<&'static Entry> {
    catalogue().find(|entry| entry.id == id)
}
