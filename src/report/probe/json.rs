//! The JSON format of a probe: one object, versioned, described by `schemas/probe.schema.json`.
//!
//! Every property is always there; what is not known is null. Findings are those of the report of `flowgate lint`, each with
//! the stage that found it.

use super::tally::count;
use super::{Branch, Fact, Found, Ladder, Outcome, ProbeReport, Rung, Verdict};
use crate::report::facts::Texts;
use crate::report::json::{Finding, Findings, Location, Tool, mask};
use crate::report::probe::shown::others;
use serde::{Serialize, Serializer};
use std::io::{self, Write};
use std::time::Duration;

/// The version of the format.
const VERSION: u32 = 1;

pub(super) fn write(report: &ProbeReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let texts = Texts::new(report.sources);
    let others = others(report);
    let document = Document {
        version: VERSION,
        tool: Tool::THIS,
        notes: report.notes.iter().map(|note| mask(note)).collect(),
        endpoints: report.ladders.iter().map(|ladder| Endpoint::new(ladder, report, &texts)).collect(),
        diagnostics: Findings { diagnostics: &others, texts: Texts::new(report.sources) },
        summary: Summary {
            endpoints: report.ladders.len(),
            passed: count(report, Verdict::Passed),
            warned: count(report, Verdict::Warned),
            failed: count(report, Verdict::Failed),
            inconclusive: count(report, Verdict::Inconclusive),
            not_tested: count(report, Verdict::NotTested),
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
    notes: Vec<String>,
    endpoints: Vec<Endpoint<'a>>,
    diagnostics: Findings<'a>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    endpoints: usize,
    passed: usize,
    warned: usize,
    failed: usize,
    inconclusive: usize,
    not_tested: usize,
    milliseconds: f64,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    name: String,
    place: Location,
    protocol: &'static str,
    address: Option<String>,
    detour: Option<String>,
    identity: Option<String>,
    verdict: &'static str,
    failed_stage: Option<&'static str>,
    stages: Vec<Step<'a>>,
    findings: Vec<At>,
    health: &'a [&'static str],
    notes: Vec<String>,
    milliseconds: f64,
}

impl<'a> Endpoint<'a> {
    fn new(ladder: &'a Ladder, report: &ProbeReport<'_>, texts: &Texts<'_>) -> Self {
        let failed = ladder.rungs.iter().find(|rung| rung.outcome == Outcome::Failed);
        let findings = ladder.findings.iter().filter(|found| found.diagnostic.severity >= report.level);
        Self {
            name: mask(&ladder.endpoint),
            place: Location::new(ladder.place, texts),
            protocol: ladder.protocol,
            address: ladder.address.as_deref().map(mask),
            detour: ladder.detour.as_deref().map(mask),
            identity: ladder.identity.as_deref().map(mask),
            verdict: ladder.verdict.as_str(),
            failed_stage: failed.map(|rung| rung.stage.as_str()),
            stages: ladder.rungs.iter().map(Step::of).collect(),
            findings: findings.map(|found| At::new(found, texts)).collect(),
            health: &ladder.health,
            notes: ladder.notes.iter().map(|note| mask(note)).collect(),
            milliseconds: milliseconds(ladder.took),
        }
    }
}

/// A stage.
#[derive(Serialize)]
struct Step<'a> {
    stage: &'static str,
    outcome: &'static str,
    milliseconds: Option<f64>,
    summary: Option<String>,
    facts: Facts<'a>,
    parts: Vec<Part<'a>>,
}

impl<'a> Step<'a> {
    fn of(rung: &'a Rung) -> Self {
        Self {
            stage: rung.stage.as_str(),
            outcome: rung.outcome.as_str(),
            milliseconds: rung.took.map(milliseconds),
            summary: Some(rung.summary.as_str()).filter(|summary| !summary.is_empty()).map(mask),
            facts: Facts(&rung.facts),
            parts: rung.branches.iter().map(Part::of).collect(),
        }
    }
}

/// Facts by their names, in the order in which they were found.
struct Facts<'a>(&'a [Fact]);

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut groups: Vec<(&'static str, Vec<String>)> = Vec::new();
        for fact in self.0 {
            match groups.iter_mut().find(|(name, _)| *name == fact.name) {
                Some((_, values)) => values.push(mask(&fact.value)),
                None => groups.push((fact.name, vec![mask(&fact.value)])),
            }
        }
        serializer.collect_map(groups)
    }
}

/// A part of a stage.
#[derive(Serialize)]
struct Part<'a> {
    name: String,
    stages: Vec<Step<'a>>,
}

impl<'a> Part<'a> {
    fn of(branch: &'a Branch) -> Self {
        Self { name: mask(&branch.name), stages: branch.rungs.iter().map(Step::of).collect() }
    }
}

/// A finding with its stage.
#[derive(Serialize)]
struct At {
    stage: &'static str,
    #[serde(flatten)]
    finding: Finding,
}

impl At {
    fn new(found: &Found, texts: &Texts<'_>) -> Self {
        Self { stage: found.stage.as_str(), finding: Finding::new(&found.diagnostic, texts) }
    }
}

fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}
