//! The human format without graphics: the same facts line by line, for screen readers, logs and `NO_COLOR`.
//!
//! Lines are not wrapped: a log viewer or a screen reader does that better.

use super::shown::{Part, Step, facts, findings, flat, names, others, steps, summary, took};
use super::tally::reserve;
use super::{Branch, Detail, Ladder, Outcome, ProbeReport, Rung};
use crate::diag::Diagnostic;
use crate::report::{Report, Style, Summary, narrated};
use std::io::{self, Write};

pub(super) fn write(report: &ProbeReport<'_>, detail: Detail, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let told = |findings: &[Diagnostic], out: &mut dyn Write| {
        let summary = Summary::default();
        narrated::write(&Report { diagnostics: findings, summary: &summary, sources: report.sources }, style, out)
    };
    for note in report.notes {
        writeln!(out, "note: {}", flat(note))?;
    }
    for ladder in report.ladders {
        let below = findings(ladder, report);
        if detail > Detail::Findings {
            Narrator { detail, below: &below, out }.ladder(ladder)?;
            writeln!(out)?;
        }
        told(&below, out)?;
    }
    told(&others(report), out)
}

struct Narrator<'a> {
    detail: Detail,
    /// The findings that follow the ladder.
    below: &'a [Diagnostic],
    out: &'a mut dyn Write,
}

impl Narrator<'_> {
    fn ladder(&mut self, ladder: &Ladder) -> io::Result<()> {
        let verdict = match ladder.decided_at() {
            Some(stage) => format!("{} at {stage}", ladder.verdict.phrase()),
            None => ladder.verdict.phrase().to_owned(),
        };
        let (name, time) = (flat(&ladder.endpoint), took(ladder.took));
        writeln!(self.out, "endpoint {name} ({}): {verdict} in {time}{}", ladder.protocol, reserve(ladder))?;
        writeln!(self.out, "  address: {}", ladder.address.as_deref().map_or_else(|| "none".to_owned(), flat))?;
        for (key, text) in [("by way of", &ladder.detour), ("identity", &ladder.identity)] {
            if let Some(text) = text {
                writeln!(self.out, "  {key}: {}", flat(text))?;
            }
        }
        self.steps(&ladder.rungs, 2)?;
        for note in &ladder.notes {
            writeln!(self.out, "  note: {}", flat(note))?;
        }
        if !ladder.health.is_empty() {
            writeln!(self.out, "  in the portal: {}", ladder.health.join(", "))?;
        }
        Ok(())
    }

    fn steps(&mut self, rungs: &[Rung], indent: usize) -> io::Result<()> {
        for step in steps(rungs, self.detail) {
            match step {
                Step::Rung(rung) => self.rung(rung, indent)?,
                Step::Untested(stages) => {
                    writeln!(self.out, "{:indent$}{}: {}", "", names(&stages), phrase(Outcome::NotTested))?;
                }
            }
        }
        Ok(())
    }

    fn rung(&mut self, rung: &Rung, indent: usize) -> io::Result<()> {
        writeln!(self.out, "{:indent$}{}: {}", "", rung.stage, self.found(rung))?;
        for (name, values) in facts(rung, self.detail) {
            for value in values {
                writeln!(self.out, "{:indent$}  {name}: {value}", "")?;
            }
        }
        rung.branches.iter().try_for_each(|branch| self.branch(branch, indent + 2))
    }

    /// `failed in 3 ms: nothing listens at the port`.
    fn found(&self, rung: &Rung) -> String {
        let time = rung.took.map(|time| format!(" in {}", took(time))).unwrap_or_default();
        let summary = summary(rung, self.below);
        let colon = if summary.is_empty() { "" } else { ": " };
        format!("{}{time}{colon}{summary}", phrase(rung.outcome))
    }

    fn branch(&mut self, branch: &Branch, indent: usize) -> io::Result<()> {
        let part = Part::of(branch);
        let time = part.took.map(|time| format!(" in {}", took(time))).unwrap_or_default();
        let told = match (part.rung, part.untested.as_slice()) {
            (Some(rung), _) if self.detail < Detail::Everything => format!("{}: {}", rung.stage, self.found(rung)),
            (_, []) => format!("{}{time}", phrase(part.outcome)),
            (_, untested) => format!("{}{time}; not tested: {}", phrase(part.outcome), names(untested)),
        };
        writeln!(self.out, "{:indent$}{}: {told}", "", flat(&branch.name))?;
        if self.detail < Detail::Everything {
            return Ok(());
        }
        self.steps(&branch.rungs, indent + 2)
    }
}

const fn phrase(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Warned => "passed with a warning",
        Outcome::Failed => "failed",
        Outcome::Inconclusive => "cannot be told from here",
        Outcome::NotTested => "not tested",
        Outcome::None => "none",
    }
}
