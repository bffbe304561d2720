//! The human format, drawn: the way of the message, the table of its properties, what no page settles, the findings.

use super::table::{reason, table};
use super::{Detail, Event, Passage, Route, RunReport, Stop, caveat, duration, line, shown};
use crate::diag::Diagnostic;
use crate::report::facts::clean;
use crate::report::paint::Paint;
use crate::report::{Report, Style, Summary, human, wrap};
use std::io::{self, Write};

pub(super) fn write(report: &RunReport<'_>, detail: Detail, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint(style.color);
    for note in report.notes {
        wrapped(out, "", &format!("{}: {}", report.mode.as_str(), clean(note)), style.columns(), |line| {
            paint.dim(line)
        })?;
    }
    for passage in report.passages {
        if detail.brief && !passage.verdict.fails() && passage.findings.is_empty() {
            writeln!(out, "{}", heading(passage, paint))?;
            continue;
        }
        one(passage, report, detail, style, out)?;
    }
    findings(report.findings, report, style, out)?;
    if let Some(caveat) = caveat(report) {
        wrapped(out, "", caveat, style.columns(), |line| paint.dim(line))?;
    }
    writeln!(out, "{}", line(report))
}

fn one(
    passage: &Passage,
    report: &RunReport<'_>,
    detail: Detail,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let paint = Paint(style.color);
    if passage.place.is_some() {
        writeln!(out, "{}", heading(passage, paint))?;
    }
    if !passage.route.dataflow.is_empty() {
        wrapped(out, "", &picture(&passage.route, " ──▶ "), style.columns(), |line| paint.bold(line))?;
    }
    if let Some(why) = &passage.why {
        wrapped(out, "", &format!("{}: {}", passage.outcome, clean(why)), style.columns(), str::to_owned)?;
    }
    let text = table(passage, detail, style.columns(), paint);
    if !text.is_empty() {
        writeln!(out, "{text}")?;
    }
    if detail.trace {
        story(&passage.story, style, out)?;
    }
    for answer in &passage.settings {
        let origin = if answer.default { "by default" } else { "as set" };
        let text = format!("setting {} is `{}` {origin}: {}", answer.name, answer.value, answer.about);
        wrapped(out, "  ", &text, style.columns(), |line| paint.dim(line))?;
    }
    writeln!(out)?;
    findings(&passage.findings, report, style, out)
}

/// `passed  name of the case  (3 ms)`.
fn heading(passage: &Passage, paint: Paint) -> String {
    let verdict = passage.verdict.phrase();
    let verdict = match passage.verdict.severity() {
        Some(severity) => paint.severity(severity, verdict),
        None => paint.sign('+', verdict),
    };
    format!("{verdict}  {}  ({})", clean(&passage.name).replace('\n', " "), duration(passage.took))
}

/// The way in one line: `line-3/telemetry  default (MQTT) ──▶ line-3-to-hub ──▶ hub (Kafka)  telemetry`.
pub(super) fn picture(route: &Route, arrow: &str) -> String {
    let stop = |stop: &Stop| format!("{} ({})", stop.endpoint, stop.protocol);
    let topic = |stop: &Stop| stop.topic.as_deref().map(|topic| shown("topic", Some(topic.as_bytes()), 200).text);
    let mut text = String::new();
    if let Some(topic) = topic(&route.source) {
        text.push_str(&format!("{topic}  "));
    }
    text.push_str(&clean(&format!(
        "{}{arrow}{}{arrow}{}",
        stop(&route.source),
        route.dataflow,
        stop(&route.destination)
    )));
    match topic(&route.destination) {
        Some(topic) => text.push_str(&format!("  {topic}")),
        None => text.push_str("  (nothing arrives)"),
    }
    text.replace('\n', " ")
}

fn story(events: &[Event], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for (index, event) in events.iter().enumerate() {
        wrapped(out, "  ", &format!("{:>3}. {}", index + 1, told(event)), style.columns(), str::to_owned)?;
    }
    Ok(())
}

/// One event in words, on one line.
pub(super) fn told(event: &Event) -> String {
    let cell = |cell: &super::Cell| {
        format!("{} {}", clean(&cell.name), shown(&cell.name, cell.value.as_deref(), usize::MAX).text)
    };
    let what = match (&event.input, &event.output) {
        (Some(input), Some(output)) if input == output => cell(input),
        (Some(input), Some(output)) => format!("{} became {}", cell(input), cell(output)),
        (Some(one), None) | (None, Some(one)) => cell(one),
        (None, None) => String::new(),
    };
    let mut text = format!("{}: {what}; {}", event.action, reason(&event.why));
    if let Some(answer) = &event.setting {
        text.push_str(&format!("; setting {}={}", answer.name, answer.value));
    }
    if let Some(note) = &event.note {
        text.push_str(&format!("; {}", clean(note)));
    }
    text
}

fn findings(findings: &[Diagnostic], report: &RunReport<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::default();
    human::write(&Report { diagnostics: findings, summary: &summary, sources: report.sources }, style, out)
}

/// Writes `text` in lines of `columns`, each after `indent`.
fn wrapped(
    out: &mut dyn Write,
    indent: &str,
    text: &str,
    columns: usize,
    paint: impl Fn(&str) -> String,
) -> io::Result<()> {
    let room = columns - indent.len();
    for (index, line) in wrap::lines(text, room, room - 2).iter().enumerate() {
        let more = if index == 0 { "" } else { "  " };
        writeln!(out, "{indent}{more}{}", paint(line))?;
    }
    Ok(())
}
