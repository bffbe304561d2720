//! The JSON format of a run: one object, versioned, described by `schemas/run.schema.json`.
//!
//! Every property is always there; what is not known is null. Findings are those of the report of `flowgate lint`.

use super::shown::mask;
use super::{Answer, Cell, Counts, Event, Passage, Row, RunReport, Stop, Why};
use crate::redact;
use crate::report::facts::Texts;
use crate::report::json::{Findings, Location, Statement, Tool};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::io::{self, Write};
use std::time::Duration;

/// The version of the format.
const VERSION: u32 = 1;

pub(super) fn write(report: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let texts = Texts::new(report.sources);
    let counts = Counts::of(report.passages);
    let document = Document {
        version: VERSION,
        tool: Tool::THIS,
        mode: report.mode.as_str(),
        notes: report.notes.iter().map(|note| redact::mask(note).into_owned()).collect(),
        messages: report.passages.iter().map(|passage| Sent::new(passage, report, &texts)).collect(),
        diagnostics: Findings { diagnostics: report.findings, texts: Texts::new(report.sources) },
        summary: Summary {
            messages: report.passages.len(),
            passed: counts.passed,
            as_predicted: counts.as_predicted,
            failed: counts.failed,
            inconclusive: counts.inconclusive,
            not_read_back: counts.not_read_back,
            milliseconds: milliseconds(report.took),
        },
    };
    serde_json::to_writer(&mut *out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    mode: &'static str,
    notes: Vec<String>,
    messages: Vec<Sent<'a>>,
    diagnostics: Findings<'a>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    messages: usize,
    passed: usize,
    as_predicted: usize,
    failed: usize,
    inconclusive: usize,
    not_read_back: usize,
    milliseconds: f64,
}

#[derive(Serialize)]
struct Sent<'a> {
    name: String,
    case: Option<Location>,
    dataflow: &'a str,
    source: End<'a>,
    destination: End<'a>,
    verdict: &'static str,
    outcome: &'a str,
    why: Option<String>,
    properties: Vec<Property<'a>>,
    steps: Vec<Step>,
    settings: Vec<Setting>,
    diagnostics: Findings<'a>,
    milliseconds: f64,
}

impl<'a> Sent<'a> {
    fn new(passage: &'a Passage, report: &RunReport<'a>, texts: &Texts<'_>) -> Self {
        let steps = passage.story.iter().map(|event| Step::new(event, texts)).collect();
        Self {
            name: redact::mask(&passage.name).into_owned(),
            case: passage.place.map(|place| Location::new(place, texts)),
            dataflow: &passage.route.dataflow,
            source: End::new(&passage.route.source),
            destination: End::new(&passage.route.destination),
            verdict: passage.verdict.as_str(),
            outcome: &passage.outcome,
            why: passage.why.as_ref().map(|why| redact::mask(why).into_owned()),
            properties: passage.rows.iter().map(|row| Property::new(row, texts)).collect(),
            steps,
            settings: passage.settings.iter().map(Setting::of).collect(),
            diagnostics: Findings { diagnostics: &passage.findings, texts: Texts::new(report.sources) },
            milliseconds: milliseconds(passage.took),
        }
    }
}

#[derive(Serialize)]
struct End<'a> {
    endpoint: &'a str,
    protocol: &'static str,
    topic: Option<&'a str>,
}

impl<'a> End<'a> {
    fn new(stop: &'a Stop) -> Self {
        Self { endpoint: &stop.endpoint, protocol: stop.protocol, topic: stop.topic.as_deref() }
    }
}

#[derive(Serialize)]
struct Property<'a> {
    property: &'a str,
    #[serde(rename = "in")]
    input: Option<Value>,
    #[serde(rename = "out")]
    output: Option<Value>,
    expected: Option<String>,
    verdict: &'static str,
    rule: Option<Rule>,
    note: Option<&'a str>,
}

impl<'a> Property<'a> {
    fn new(row: &'a Row, texts: &Texts<'_>) -> Self {
        Self {
            property: &row.property,
            input: row.input.as_ref().map(Value::of),
            output: row.output.as_ref().map(Value::of),
            expected: row.expected.as_ref().map(|expected| redact::mask(expected).into_owned()),
            verdict: row.judgement.as_str(),
            rule: row.why.as_ref().map(|why| Rule::new(why, texts)),
            note: row.note.as_deref(),
        }
    }
}

/// A value: text where it is UTF-8, Base64 where it is not, neither where it is null or masked as a whole.
#[derive(Serialize)]
struct Value {
    name: String,
    text: Option<String>,
    base64: Option<String>,
    bytes: Option<usize>,
    masked: bool,
}

impl Value {
    fn of(cell: &Cell) -> Self {
        let text = cell.value.as_deref().map(std::str::from_utf8);
        let (text, base64, masked) = match text {
            None => (None, None, false),
            Some(Ok(text)) => {
                let (text, masked) = mask(&cell.name, text);
                (Some(text), None, masked)
            }
            Some(Err(_)) if mask(&cell.name, "x").1 => (Some(redact::MASK.to_owned()), None, true),
            Some(Err(_)) => (None, cell.value.as_ref().map(|bytes| STANDARD.encode(bytes)), false),
        };
        Self { name: cell.name.clone(), text, base64, bytes: cell.value.as_ref().map(Vec::len), masked }
    }
}

#[derive(Serialize)]
struct Rule {
    id: &'static str,
    says: &'static str,
    source: Statement,
    certainty: &'static str,
    cause: Option<Location>,
}

impl Rule {
    fn new(why: &Why, texts: &Texts<'_>) -> Self {
        Self {
            id: why.rule,
            says: why.says,
            source: Statement::of(&why.source),
            certainty: why.certainty.as_str(),
            cause: why.place.map(|place| Location::new(place, texts)),
        }
    }
}

#[derive(Serialize)]
struct Step {
    #[serde(rename = "in")]
    input: Option<Value>,
    #[serde(rename = "out")]
    output: Option<Value>,
    action: &'static str,
    rule: Rule,
    setting: Option<Setting>,
    note: Option<String>,
}

impl Step {
    fn new(event: &Event, texts: &Texts<'_>) -> Self {
        Self {
            input: event.input.as_ref().map(Value::of),
            output: event.output.as_ref().map(Value::of),
            action: event.action,
            rule: Rule::new(&event.why, texts),
            setting: event.setting.as_ref().map(Setting::of),
            note: event.note.as_ref().map(|note| redact::mask(note).into_owned()),
        }
    }
}

#[derive(Serialize)]
struct Setting {
    name: &'static str,
    value: &'static str,
    about: &'static str,
    default: bool,
}

impl Setting {
    const fn of(answer: &Answer) -> Self {
        Self { name: answer.name, value: answer.value, about: answer.about, default: answer.default }
    }
}

fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}
