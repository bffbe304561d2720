//! What became of messages, as people and machines read it: picture and table, narrated lines, JSON and JUnit.
//!
//! The types here are plain and owned: `run` fills them, and every format tells the same facts of them. Values are masked
//! and shortened on their way out. Findings are written as everywhere else, by the module above.

mod human;
mod json;
mod junit;
mod narrated;
mod shown;
mod table;

#[cfg(test)]
mod tests;

pub use shown::{Shown, shown};

use super::Style;
use crate::diag::{Certainty, Diagnostic, Place, Severity, Source};
use crate::source::Sources;
use std::io::{self, BufWriter, Write};
use std::time::Duration;

/// How the report of a run is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunFormat {
    /// For people: the way of the message, a table of its properties, the findings.
    Human,
    /// One JSON object, described by `schemas/run.schema.json`.
    Json,
    /// JUnit XML: a test suite with a test case for each message.
    Junit,
}

/// Everything that the report of a run tells.
#[derive(Clone, Copy)]
pub struct RunReport<'a> {
    /// What was between the brokers, and which brokers they were.
    pub mode: Mode,
    /// What holds for the whole run, such as what it cannot prove: lower case, no final dot.
    pub notes: &'a [String],
    /// What was sent, in order.
    pub passages: &'a [Passage],
    /// Findings that belong to no single message, chosen and in order.
    pub findings: &'a [Diagnostic],
    /// Names and masked texts of the files.
    pub sources: &'a Sources,
    /// How long it all took.
    pub took: Duration,
}

/// What was between the brokers, and which brokers they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// No broker: the translation alone.
    Translate,
    /// Flowgate, between brokers of its own.
    Sandbox,
    /// Flowgate, between the endpoints of the manifests.
    Live,
    /// The deployed dataflow, between the endpoints of the manifests.
    Deployed,
}

impl Mode {
    /// The key in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Translate => "translate",
            Self::Sandbox => "sandbox",
            Self::Live => "live",
            Self::Deployed => "deployed",
        }
    }
}

/// One message on its way.
#[derive(Debug, Clone)]
pub struct Passage {
    /// Name of the case, or of the dataflow where there is none.
    pub name: String,
    /// Where the case stands.
    pub place: Option<Place>,
    /// Which way it went.
    pub route: Route,
    /// What became of it: `delivered`, `dropped-filter` and so on.
    pub outcome: String,
    /// Why, where it was not delivered: lower case, no final dot.
    pub why: Option<String>,
    /// What to make of it.
    pub verdict: Verdict,
    /// Its properties.
    pub rows: Vec<Row>,
    /// Everything that happened to it, in order.
    pub story: Vec<Event>,
    /// Questions that no page settles and that mattered.
    pub settings: Vec<Answer>,
    /// What is to be said about it.
    pub findings: Vec<Diagnostic>,
    /// From sending to verdict.
    pub took: Duration,
}

/// The way of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// Where it starts.
    pub source: Stop,
    /// Name of the dataflow.
    pub dataflow: String,
    /// Where it ends.
    pub destination: Stop,
}

/// One end of a way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stop {
    /// Name of the endpoint.
    pub endpoint: String,
    /// `MQTT` or `Kafka`.
    pub protocol: &'static str,
    /// The topic; `None` where the message never got there.
    pub topic: Option<String>,
}

/// What to make of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is what was expected.
    Passed,
    /// Nobody said what to expect; it is what the documentation says.
    AsPredicted,
    /// It is not what was expected, or not what the documentation says.
    Failed,
    /// It cannot be told.
    Inconclusive,
    /// The destination confirmed it; nobody could read it back.
    NotReadBack,
}

impl Verdict {
    /// The key in machine formats.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::AsPredicted => "as-predicted",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
            Self::NotReadBack => "not-read-back",
        }
    }

    /// In words.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::AsPredicted => "as predicted",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
            Self::NotReadBack => "delivered, not read back",
        }
    }

    /// Whether the run fails because of it: what cannot be told is no pass.
    pub const fn fails(self) -> bool {
        matches!(self, Self::Failed | Self::Inconclusive)
    }

    const fn severity(self) -> Option<Severity> {
        match self {
            Self::Failed => Some(Severity::Error),
            Self::Inconclusive => Some(Severity::Warning),
            Self::Passed | Self::AsPredicted | Self::NotReadBack => None,
        }
    }
}

/// One property: what went in, what came out, and why.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it is called, such as `Content Type` or `user property a`.
    pub property: String,
    /// What went in; `None`: it was made on the way.
    pub input: Option<Cell>,
    /// What came out; `None`: it did not come out.
    pub output: Option<Cell>,
    /// What was expected, in words; `None` where nothing was.
    pub expected: Option<String>,
    /// The documented rule behind it.
    pub why: Option<Why>,
    /// What to make of it.
    pub judgement: Judgement,
    /// What else a person should know: lower case, no final dot.
    pub note: Option<String>,
}

/// A property with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What carries it, such as ``header `ce-id` ``.
    pub name: String,
    /// Its bytes; `None` is null.
    pub value: Option<Vec<u8>>,
}

/// A documented rule.
#[derive(Debug, Clone)]
pub struct Why {
    /// Its name.
    pub rule: &'static str,
    /// What it says, in a few words.
    pub says: &'static str,
    /// Who says so.
    pub source: Source,
    /// How sure it is.
    pub certainty: Certainty,
    /// The line of the manifest that decides it.
    pub place: Option<Place>,
}

/// What to make of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Judgement {
    /// It is what was expected.
    Ok,
    /// It is what the documentation says; nobody said what to expect.
    AsPredicted,
    /// It has another value.
    Differs,
    /// It is not there.
    Missing,
    /// It is there and must not be.
    Unexpected,
    /// Nobody asked.
    NotJudged,
}

impl Judgement {
    /// The key in machine formats.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::AsPredicted => "as-predicted",
            Self::Differs => "differs",
            Self::Missing => "missing",
            Self::Unexpected => "unexpected",
            Self::NotJudged => "not-judged",
        }
    }

    /// In words.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::AsPredicted => "as predicted",
            Self::Differs => "differs",
            Self::Missing => "missing",
            Self::Unexpected => "unexpected",
            Self::NotJudged => "not judged",
        }
    }

    /// Whether it is wrong.
    pub const fn fails(self) -> bool {
        matches!(self, Self::Differs | Self::Missing | Self::Unexpected)
    }
}

/// One thing that happened on the way.
#[derive(Debug, Clone)]
pub struct Event {
    /// What it was done to, as it came.
    pub input: Option<Cell>,
    /// What it was afterwards.
    pub output: Option<Cell>,
    /// `kept`, `changed`, `made` or `removed`.
    pub action: &'static str,
    /// The documented rule behind it.
    pub why: Why,
    /// The setting that decided it, where no page does.
    pub setting: Option<Answer>,
    /// What else a person should know.
    pub note: Option<String>,
}

/// The answer to a question that no page settles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Name of the setting.
    pub name: &'static str,
    /// The answer that was taken.
    pub value: &'static str,
    /// The question.
    pub about: &'static str,
    /// Whether it is the answer unless somebody gives another one.
    pub default: bool,
}

/// How many messages had which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// As expected.
    pub passed: usize,
    /// As predicted.
    pub as_predicted: usize,
    /// Not as expected or predicted.
    pub failed: usize,
    /// Not to be told.
    pub inconclusive: usize,
    /// Confirmed and not read back.
    pub not_read_back: usize,
}

impl Counts {
    /// Counts `passages`.
    pub fn of(passages: &[Passage]) -> Self {
        let mut counts = Self::default();
        for passage in passages {
            match passage.verdict {
                Verdict::Passed => counts.passed += 1,
                Verdict::AsPredicted => counts.as_predicted += 1,
                Verdict::Failed => counts.failed += 1,
                Verdict::Inconclusive => counts.inconclusive += 1,
                Verdict::NotReadBack => counts.not_read_back += 1,
            }
        }
        counts
    }
}

/// How much the human format tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Detail {
    /// Every step with its rule, and values in full.
    pub trace: bool,
    /// One line for what passed, as for many cases.
    pub brief: bool,
}

/// Writes `report` to `out`; `detail` matters to the human format only.
///
/// # Errors
/// Whatever writing to `out` returns, a broken pipe included.
pub fn write(
    report: &RunReport<'_>,
    format: RunFormat,
    detail: Detail,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        RunFormat::Human if style.graphics => human::write(report, detail, style, &mut out)?,
        RunFormat::Human => narrated::write(report, detail, style, &mut out)?,
        RunFormat::Json => json::write(report, &mut out)?,
        RunFormat::Junit => junit::write(report, &mut out)?,
    }
    out.flush()
}

/// The counts as one line without a line end, such as `2 passed, 1 failed of 3 messages in 41 ms`.
pub fn line(report: &RunReport<'_>) -> String {
    let counts = Counts::of(report.passages);
    let parts = [
        (counts.passed, Verdict::Passed),
        (counts.as_predicted, Verdict::AsPredicted),
        (counts.failed, Verdict::Failed),
        (counts.inconclusive, Verdict::Inconclusive),
        (counts.not_read_back, Verdict::NotReadBack),
    ];
    let took = duration(report.took);
    match report.passages {
        [] => "no message was sent".to_owned(),
        [one] => format!("{}: 1 message in {took}", one.verdict.phrase()),
        several => {
            let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, verdict)| format!("{n} {}", verdict.phrase()));
            format!("{} of {} messages in {took}", parts.collect::<Vec<_>>().join(", "), several.len())
        }
    }
}

/// What "as predicted" does not prove, where somebody could think that it did.
fn caveat(report: &RunReport<'_>) -> Option<&'static str> {
    let predicted = report.passages.iter().any(|passage| passage.verdict == Verdict::AsPredicted);
    (predicted && report.mode != Mode::Deployed).then_some(
        "as predicted says what the manifest means by the documentation, not what the deployed product does; \
         a case with `expect` gives a verdict",
    )
}

/// A duration as people read it: `840 µs`, `41 ms`, `2.5 s`.
fn duration(took: Duration) -> String {
    match took.as_micros() {
        micros @ 0..1_000 => format!("{micros} µs"),
        micros @ 1_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{:.1} s", took.as_secs_f64()),
    }
}
