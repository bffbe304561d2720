//! The human format, drawn: a ladder of stages with times and facts for each endpoint, then its findings.
//!
//! Marks have colours and shapes, and whatever is not as it should be has a word besides: nothing rests on colour alone.

use super::shown::{Part, Step, facts, findings, flat, names, others, steps, summary, took};
use super::{Branch, Detail, Ladder, Outcome, ProbeReport, Rung};
use crate::diag::{Diagnostic, Severity};
use crate::report::paint::Paint;
use crate::report::{Report, Style, Summary, human, wrap};
use std::io::{self, Write};
use std::time::Duration;

/// Columns of the name of a stage.
const STAGE: usize = 10;
/// Columns of a time.
const TIME: usize = 7;
/// Columns before what was found at a stage, without the indent: mark, stage and time with what stands between them.
const TEXT: usize = 2 + STAGE + 1 + TIME + 2;
/// A terminal so narrow that lines after the first go further left.
const NARROW: usize = 56;

pub(super) fn write(report: &ProbeReport<'_>, detail: Detail, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let columns = style.columns();
    let drawn = &mut Drawn { detail, columns, paint: Paint(style.color), below: Vec::new(), out: &mut *out };
    for note in report.notes {
        drawn.item("note", &flat(note), "")?;
    }
    if !report.notes.is_empty() {
        writeln!(drawn.out)?;
    }
    for ladder in report.ladders {
        drawn.below = findings(ladder, report);
        if detail > Detail::Findings {
            drawn.ladder(ladder)?;
        }
        below(&drawn.below, report, style, drawn.out)?;
    }
    below(&others(report), report, style, out)
}

fn below(findings: &[Diagnostic], report: &ProbeReport<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::default();
    human::write(&Report { diagnostics: findings, summary: &summary, sources: report.sources }, style, out)
}

struct Drawn<'a> {
    detail: Detail,
    columns: usize,
    paint: Paint,
    /// The findings that follow the ladder.
    below: Vec<Diagnostic>,
    out: &'a mut dyn Write,
}

/// What stands before a text: painted, and how many columns it takes.
struct Head {
    painted: String,
    columns: usize,
}

impl Drawn<'_> {
    fn ladder(&mut self, ladder: &Ladder) -> io::Result<()> {
        self.heading(ladder)?;
        self.steps(&ladder.rungs, 2)?;
        for note in &ladder.notes {
            self.item("note", &flat(note), "  ")?;
        }
        if !ladder.health.is_empty() {
            self.item("in the portal", &ladder.health.join(", "), "  ")?;
        }
        writeln!(self.out)
    }

    /// `eventhubs  plant7.example:9093 by way of 127.0.0.1:9093   as client certificate`.
    fn heading(&mut self, ladder: &Ladder) -> io::Result<()> {
        let mut text = ladder.address.as_deref().map_or_else(|| "no address".to_owned(), flat);
        if let Some(detour) = &ladder.detour {
            text.push_str(&format!("  by way of {}", flat(detour)));
        }
        if let Some(identity) = &ladder.identity {
            text.push_str(&format!("   as {}", flat(identity)));
        }
        let name = flat(&ladder.endpoint);
        let head = Head { columns: wrap::width(&name) + 2, painted: format!("{}  ", self.paint.bold(&name)) };
        self.wrapped(&head, &text, 4, |_, line| line.to_owned())
    }

    fn steps(&mut self, rungs: &[Rung], indent: usize) -> io::Result<()> {
        for step in steps(rungs, self.detail) {
            match step {
                Step::Rung(rung) => self.rung(rung, indent)?,
                Step::Untested(stages) => {
                    let names = format!("{:<1$}", names(&stages), TEXT - 4);
                    let text = format!("{} {names}  {}", mark(Outcome::NotTested), word(Outcome::NotTested));
                    let head = Head { painted: " ".repeat(indent), columns: indent };
                    self.wrapped(&head, &text, indent + 2, |paint, line| paint.dim(line))?;
                }
            }
        }
        Ok(())
    }

    fn rung(&mut self, rung: &Rung, indent: usize) -> io::Result<()> {
        let time = rung.took.map(took).unwrap_or_default();
        let rest = format!(" {:<STAGE$} {time:>TIME$}  ", rung.stage.as_str());
        let head = self.head(indent, rung.outcome, &rest);
        self.found(&head, rung.outcome, &summary(rung, &self.below), self.hang(indent))?;
        for (name, values) in facts(rung, self.detail) {
            self.fact(name, &values, self.hang(indent))?;
        }
        rung.branches.iter().try_for_each(|branch| self.branch(branch, indent + 2))
    }

    /// A part of a stage: one line, unless everything is wanted.
    fn branch(&mut self, branch: &Branch, indent: usize) -> io::Result<()> {
        let part = Part::of(branch);
        let name = flat(&branch.name);
        if self.detail == Detail::Everything {
            let head = self.head(indent, part.outcome, " ");
            self.wrapped(&head, &name, indent + 4, |_, line| line.to_owned())?;
            return self.steps(&branch.rungs, indent + 2);
        }
        let mut text = name;
        match part.rung {
            Some(rung) => text.push_str(&format!("  {}{}", rung.stage, timed(rung.took))),
            None => text.push_str(&timed(part.took)),
        }
        if !word(part.outcome).is_empty() {
            text.push_str(&format!("  {}", word(part.outcome)));
        }
        if let Some(rung) = part.rung {
            text.push_str(&format!("  {}", summary(rung, &self.below)));
        }
        if !part.untested.is_empty() {
            text.push_str(&format!("  not tested: {}", names(&part.untested)));
        }
        let head = self.head(indent, part.outcome, " ");
        self.wrapped(&head, text.trim_end(), indent + 4, |_, line| line.to_owned())
    }

    /// Facts of one name: on one line if they fit there.
    fn fact(&mut self, name: &str, values: &[String], indent: usize) -> io::Result<()> {
        let together = format!("{name}: {}", values.join(", "));
        let lines = match wrap::width(&together) + indent <= self.columns {
            true => vec![together],
            false => values.iter().map(|value| format!("{name}: {value}")).collect(),
        };
        let head = Head { painted: " ".repeat(indent), columns: indent };
        lines.iter().try_for_each(|line| self.wrapped(&head, line, indent + 2, |paint, line| paint.dim(line)))
    }

    /// What was found, after the word for its outcome.
    fn found(&mut self, head: &Head, outcome: Outcome, text: &str, hang: usize) -> io::Result<()> {
        let word = word(outcome);
        let text = if word.is_empty() { text.to_owned() } else { format!("{word}  {text}") };
        let mut is_first = true;
        self.wrapped(head, text.trim_end(), hang, |paint, line| {
            let first = std::mem::take(&mut is_first);
            match line.strip_prefix(word).filter(|_| first && !word.is_empty()) {
                Some(rest) => format!("{}{rest}", in_colour(paint, outcome, word)),
                None => line.to_owned(),
            }
        })
    }

    /// Indent and mark, then `rest`.
    fn head(&self, indent: usize, outcome: Outcome, rest: &str) -> Head {
        let mark = in_colour(self.paint, outcome, mark(outcome));
        Head { painted: format!("{:indent$}{mark}{rest}", ""), columns: indent + 1 + wrap::width(rest) }
    }

    fn item(&mut self, key: &str, text: &str, indent: &str) -> io::Result<()> {
        let columns = indent.len() + key.len() + 2;
        let head = Head { painted: format!("{indent}{}: ", self.paint.bold(key)), columns };
        self.wrapped(&head, text, columns, |_, line| line.to_owned())
    }

    /// Where lines after the first begin.
    const fn hang(&self, indent: usize) -> usize {
        if self.columns < NARROW { indent + 4 } else { indent + TEXT }
    }

    /// Writes `text` after `head`, with all lines but the first `hang` columns to the right.
    fn wrapped(
        &mut self,
        head: &Head,
        text: &str,
        hang: usize,
        mut paint: impl FnMut(Paint, &str) -> String,
    ) -> io::Result<()> {
        let room = |used| self.columns.saturating_sub(used).max(1);
        for (index, line) in wrap::lines(text, room(head.columns), room(hang)).iter().enumerate() {
            let line = line.trim_end();
            if index == 0 && line.is_empty() {
                writeln!(self.out, "{}", head.painted.trim_end())?;
            } else if index == 0 {
                writeln!(self.out, "{}{}", head.painted, paint(self.paint, line))?;
            } else {
                writeln!(self.out, "{:hang$}{}", "", paint(self.paint, line))?;
            }
        }
        Ok(())
    }
}

fn timed(time: Option<Duration>) -> String {
    time.map(|time| format!("  {}", took(time))).unwrap_or_default()
}

const fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "✓",
        Outcome::Warned => "!",
        Outcome::Failed => "✗",
        Outcome::Inconclusive => "?",
        Outcome::NotTested | Outcome::None => "·",
    }
}

/// The word for what is not simply as it should be.
const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "",
        Outcome::Warned => "warn",
        Outcome::Failed => "FAIL",
        Outcome::Inconclusive => "not told",
        Outcome::NotTested => "not tested",
        Outcome::None => "none",
    }
}

fn in_colour(paint: Paint, outcome: Outcome, text: &str) -> String {
    match outcome {
        Outcome::Passed => paint.sign('+', text),
        Outcome::Warned | Outcome::Inconclusive => paint.severity(Severity::Warning, text),
        Outcome::Failed => paint.severity(Severity::Error, text),
        Outcome::NotTested | Outcome::None => paint.dim(text),
    }
}
