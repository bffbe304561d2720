//! How far probes came, as people and machines read it: a ladder of stages for each endpoint, narrated lines, one line for
//! each finding, JSON.
//!
//! The types here are plain and owned: `probe` fills them, and every format tells the same facts of them. Findings are
//! written as everywhere else, by the module above. Texts from servers are made harmless on their way out.

mod concise;
mod human;
mod json;
mod narrated;
mod shown;
mod stages;
mod tally;

pub use stages::{doc, verdicts};
pub use tally::line;

use super::Style;
use crate::diag::{Diagnostic, Place, Severity};
use crate::source::Sources;
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::time::Duration;

/// The stages of a probe, in the order in which they are climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The addresses of the host.
    Dns,
    /// A connection to each of them, through the proxy where there is one.
    Tcp,
    /// TLS: chain, names, dates, version, whether a client certificate is asked for.
    Tls,
    /// Whether what answers speaks the protocol of the endpoint.
    Protocol,
    /// Whether the login is taken.
    Login,
    /// What the far end allows, held against the manifests.
    Limits,
    /// Every listener that the brokers of Kafka advertise.
    Listeners,
    /// Whether it permits what the dataflows will do.
    Permission,
}

impl Stage {
    /// All stages, from the lowest up.
    pub const ALL: [Self; 8] =
        [Self::Dns, Self::Tcp, Self::Tls, Self::Protocol, Self::Login, Self::Limits, Self::Listeners, Self::Permission];

    /// The key in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::Login => "login",
            Self::Limits => "limits",
            Self::Listeners => "listeners",
            Self::Permission => "permission",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What became of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is as it should be.
    Passed,
    /// It works, and there is something to be said.
    Warned,
    /// It does not work.
    Failed,
    /// It cannot be told from here.
    Inconclusive,
    /// It was not reached, or nobody asked for it.
    NotTested,
    /// The endpoint has no such stage.
    None,
}

impl Outcome {
    /// The key in machine formats.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
            Self::NotTested => "not-tested",
            Self::None => "none",
        }
    }
}

/// A fact that a stage found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is, a stable key such as `address` or `maximum-qos`.
    pub name: &'static str,
    /// Its value, for people.
    pub value: String,
    /// Whether only `-v` shows it; machine formats have it always.
    pub detail: bool,
}

impl Fact {
    /// The name of facts that say which part of a stage was not tested, and why. Stages that have one are never counted as
    /// tested as a whole.
    pub const NOT_TESTED: &str = "not-tested";

    /// A part of a stage that was not tested, and why: ``publish to `a/b` (--write)``.
    pub fn not_tested(what: impl Into<String>) -> Self {
        Self { name: Self::NOT_TESTED, value: what.into(), detail: false }
    }
}

/// A stage of an endpoint and what became of it.
#[derive(Debug, Clone)]
pub struct Rung {
    /// The stage.
    pub stage: Stage,
    /// What became of it.
    pub outcome: Outcome,
    /// How long it took, if anything was done.
    pub took: Option<Duration>,
    /// What was found, or why it was not tested, in one line: lower case, no final dot.
    pub summary: String,
    /// Everything that was found.
    pub facts: Vec<Fact>,
    /// What the stage consists of, where it has parts with stages of their own: the listeners of Kafka.
    pub branches: Vec<Branch>,
}

/// A part of a stage with stages of its own.
#[derive(Debug, Clone)]
pub struct Branch {
    /// What it is, such as `broker 2 at kafka-2.example:9093`.
    pub name: String,
    /// Its stages.
    pub rungs: Vec<Rung>,
}

/// A finding, and the stage that found it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The stage.
    pub stage: Stage,
    /// The finding.
    pub diagnostic: Diagnostic,
}

/// What to make of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Everything that was tested is as it should be.
    Passed,
    /// It works, and there is something to be said.
    Warned,
    /// It does not work.
    Failed,
    /// It cannot be told from here.
    Inconclusive,
    /// There is nothing that could be tested.
    NotTested,
}

impl Verdict {
    /// The key in machine formats.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
            Self::NotTested => "not-tested",
        }
    }

    /// In words.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Warned => "passed with warnings",
            Self::NotTested => "not tested",
            Self::Passed | Self::Failed | Self::Inconclusive => self.as_str(),
        }
    }

    /// In the colour of which severity it is shown.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Passed | Self::NotTested => None,
            Self::Warned | Self::Inconclusive => Some(Severity::Warning),
            Self::Failed => Some(Severity::Error),
        }
    }
}

/// How far the probe of an endpoint came.
#[derive(Debug, Clone)]
pub struct Ladder {
    /// Name of the endpoint.
    pub endpoint: String,
    /// Where it is named.
    pub place: Place,
    /// What it speaks: `MQTT`, `Kafka`, `HTTPS`, or nothing that can be probed.
    pub protocol: &'static str,
    /// Host and port of the manifest, if there are any.
    pub address: Option<String>,
    /// Where the connection really went, if that is another place.
    pub detour: Option<String>,
    /// As whom it was tested, in words.
    pub identity: Option<String>,
    /// The stages, from the lowest up.
    pub rungs: Vec<Rung>,
    /// What to make of it.
    pub verdict: Verdict,
    /// What is to be said about it, in the order of the stages.
    pub findings: Vec<Found>,
    /// The product's own codes for what would fail (health status of dataflows), to be searched for in the portal.
    pub health: Vec<&'static str>,
    /// What a person should know besides: lower case, no final dot.
    pub notes: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Ladder {
    /// The stage that decides the verdict, if it is another than passed.
    pub fn decided_at(&self) -> Option<Stage> {
        let decides = match self.verdict {
            Verdict::Failed => Outcome::Failed,
            Verdict::Inconclusive => Outcome::Inconclusive,
            Verdict::Warned => Outcome::Warned,
            Verdict::Passed | Verdict::NotTested => return None,
        };
        self.rungs.iter().find(|rung| rung.outcome == decides).map(|rung| rung.stage)
    }
}

/// Everything that the report of a probe tells.
#[derive(Clone, Copy)]
pub struct ProbeReport<'a> {
    /// A ladder for each endpoint, in the order of the files.
    pub ladders: &'a [Ladder],
    /// What holds for all of it: lower case, no final dot.
    pub notes: &'a [String],
    /// Findings that belong to no endpoint.
    pub findings: &'a [Diagnostic],
    /// The least severity of findings that is shown.
    pub level: Severity,
    /// Names and masked texts of the files.
    pub sources: &'a Sources,
    /// How long it all took.
    pub took: Duration,
}

/// How the report of a probe is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProbeFormat {
    /// For people: ladders, then findings with their excerpts.
    Human,
    /// One line for each finding and one for each endpoint.
    Concise,
    /// One JSON object, described by `schemas/probe.schema.json`.
    Json,
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Detail {
    /// The findings alone.
    Findings,
    /// Ladders with the facts that matter, and findings.
    #[default]
    Ladders,
    /// Every fact of every stage.
    Everything,
}

/// Writes `report` to `out`. JSON tells everything, whatever `detail` is.
///
/// # Errors
/// Whatever writing to `out` returns, a broken pipe included.
pub fn write(
    report: &ProbeReport<'_>,
    format: ProbeFormat,
    detail: Detail,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        ProbeFormat::Human if style.graphics => human::write(report, detail, style, &mut out)?,
        ProbeFormat::Human => narrated::write(report, detail, style, &mut out)?,
        ProbeFormat::Concise => concise::write(report, detail, style, &mut out)?,
        ProbeFormat::Json => json::write(report, &mut out)?,
    }
    out.flush()
}
