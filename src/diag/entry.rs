//! The documentation of one id: the only source of `explain`, the tables and the help in every format.

use super::Severity;
use std::fmt;

/// Where a statement about the product comes from: a page with its date, or a schema with its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Name of the page, schema, standard or program.
    pub title: &'static str,
    /// Its date (`2025-06-17`) or version; empty for a standard that the title dates.
    pub date: &'static str,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title)?;
        if !self.date.is_empty() {
            write!(f, ", {}", self.date)?;
        }
        Ok(())
    }
}

/// How sure a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// An official page says so.
    Documented,
    /// Read from an official schema.
    Schema,
    /// Official code refuses the contrary.
    Enforced,
    /// Concluded from the above, or from a standard.
    Inferred,
}

impl Certainty {
    /// The word for tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Schema => "schema",
            Self::Enforced => "enforced",
            Self::Inferred => "inferred",
        }
    }
}

/// Which part of a manifest an id is about; the order is that of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Bytes, YAML syntax, scalars.
    Reading,
    /// Fields and values against the schemas.
    Schema,
    /// Kind, version, names, namespaces, references.
    Document,
    /// Authentication methods, their settings and the secrets behind them.
    Authentication,
    /// Azure Event Grid MQTT.
    EventGrid,
    /// Kafka in general.
    Kafka,
    /// Azure Event Hubs and Fabric Real-Time Intelligence.
    EventHubs,
    /// Operations of a dataflow.
    Dataflow,
    /// What `flowgate probe` finds between this machine and an endpoint.
    Probe,
    /// What `flowgate run` finds on the way of a message, and cases in files.
    Run,
    /// Flowgate's own comments and options.
    Policy,
}

impl Family {
    /// The key for `--select` and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Schema => "schema",
            Self::Document => "document",
            Self::Authentication => "authentication",
            Self::EventGrid => "event-grid",
            Self::Kafka => "kafka",
            Self::EventHubs => "event-hubs",
            Self::Dataflow => "dataflow",
            Self::Probe => "probe",
            Self::Run => "run",
            Self::Policy => "policy",
        }
    }
}

/// Whether findings of an id come with a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixKind {
    /// Never.
    None,
    /// Where the right text is unique; applied by `--fix`.
    Safe,
    /// Only with `--unsafe-fixes`.
    Unsafe,
}

impl FixKind {
    /// The word for tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// Everything that is known about one id.
#[derive(Debug)]
pub struct Entry {
    /// Kebab-case name that reads as "allow eh-compression".
    pub id: &'static str,
    /// The part of a manifest that it is about.
    pub family: Family,
    /// How much a finding matters unless the finding says otherwise.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// Whether findings come with a fix.
    pub fix: FixKind,
    /// What is wrong, in one line: lower case, no final dot.
    pub summary: &'static str,
    /// Who says so.
    pub sources: &'static [Source],
    /// Markdown with the sections `## What it finds`, `## Why it matters` and `## What to write`, and where the
    /// sources contradict each other `## Where the sources disagree`.
    pub doc: &'static str,
    /// A manifest that shows it, with the line marked: the first bad case of the tests.
    pub example: &'static str,
}
