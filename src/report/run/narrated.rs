//! The human format without graphics: the same facts line by line, for screen readers, logs and `NO_COLOR`.

use super::human::{picture, told};
use super::table::reason;
use super::{Cell, Detail, Passage, Row, RunReport, caveat, duration, line, shown};
use crate::report::facts::clean;
use crate::report::{Report, Style, Summary, narrated};
use std::io::{self, Write};

/// Characters of a value.
const LONGEST: usize = 200;

pub(super) fn write(report: &RunReport<'_>, detail: Detail, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for note in report.notes {
        writeln!(out, "{}: {}", report.mode.as_str(), flat(note))?;
    }
    let told = |findings: &[_], out: &mut dyn Write| {
        let summary = Summary::default();
        narrated::write(&Report { diagnostics: findings, summary: &summary, sources: report.sources }, style, out)
    };
    for passage in report.passages {
        one(passage, detail, out)?;
        told(&passage.findings, out)?;
    }
    told(report.findings, out)?;
    if let Some(caveat) = caveat(report) {
        writeln!(out, "{caveat}")?;
    }
    writeln!(out, "{}", line(report))
}

fn one(passage: &Passage, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {} ({})", passage.verdict.phrase(), flat(&passage.name), duration(passage.took))?;
    if detail.brief && !passage.verdict.fails() {
        return Ok(());
    }
    if !passage.route.dataflow.is_empty() {
        writeln!(out, "  way: {}", picture(&passage.route, " -> "))?;
    }
    match &passage.why {
        Some(why) => writeln!(out, "  outcome: {}: {}", passage.outcome, flat(why))?,
        None => writeln!(out, "  outcome: {}", passage.outcome)?,
    }
    for row in passage.rows.iter().filter(|row| !detail.brief || row.judgement.fails()) {
        writeln!(out, "  {}", property(row, detail))?;
    }
    if detail.trace {
        for (index, event) in passage.story.iter().enumerate() {
            writeln!(out, "  step {}: {}", index + 1, flat(&told(event)))?;
        }
    }
    for answer in &passage.settings {
        let origin = if answer.default { "by default" } else { "as set" };
        writeln!(out, "  setting {} is `{}` {origin}: {}", answer.name, answer.value, answer.about)?;
    }
    Ok(())
}

fn property(row: &Row, detail: Detail) -> String {
    let longest = if detail.trace { usize::MAX } else { LONGEST };
    let value = |cell: &Cell| shown(&cell.name, cell.value.as_deref(), longest).text;
    let mut text = format!("{}: {}", flat(&row.property), row.judgement.phrase());
    match &row.input {
        Some(cell) => text.push_str(&format!("; in: {}", value(cell))),
        None => text.push_str("; in: nothing"),
    }
    match &row.output {
        Some(cell) => text.push_str(&format!("; out: {} {}", flat(&cell.name), value(cell))),
        None => text.push_str("; out: nothing"),
    }
    if let Some(expected) = &row.expected {
        text.push_str(&format!("; expected: {}", flat(expected)));
    }
    if let Some(why) = &row.why {
        text.push_str(&format!("; why: {}", reason(why)));
    }
    if let Some(note) = &row.note {
        text.push_str(&format!("; {}", flat(note)));
    }
    text
}

fn flat(text: &str) -> String {
    clean(text).replace('\n', " ")
}
