//! The human format without graphics: the same facts line by line, for screen readers, logs and `NO_COLOR`.
//!
//! Lines are not wrapped: a log viewer or a screen reader does that better.

use super::change::Change;
use super::cutout::{Cutout, Mark};
use super::facts::{Facts, Spot, Texts, keyed};
use super::paint::Paint;
use super::{Report, Style};
use std::io::{self, Write};

pub(super) fn write(report: &Report<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let texts = Texts::new(report.sources);
    for diagnostic in report.diagnostics {
        finding(&Facts::new(diagnostic, &texts), &texts, style, out)?;
        writeln!(out)?;
    }
    Ok(())
}

fn finding(facts: &Facts<'_>, texts: &Texts<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let heading = Paint(style.color).severity(facts.diagnostic.severity, facts.heading());
    writeln!(out, "{heading} {}: {}", facts.spot.address(), indented(&facts.message))?;
    lines_of(&facts.spot, style, out)?;
    if let Some((key, label)) = facts.label.as_deref().map(keyed) {
        item(out, key, label)?;
    }
    for (spot, message) in &facts.related {
        item(out, "also", &format!("{} {message}", spot.address()))?;
    }
    if let Some(effect) = facts.diagnostic.effect {
        item(out, "effect", effect.phrase())?;
    }
    for note in &facts.notes {
        item(out, "note", note)?;
    }
    if let Some(help) = &facts.help {
        item(out, "help", help)?;
    }
    if let Some(fix) = &facts.diagnostic.fix {
        let change = Change::new(fix, facts.spot.file, texts);
        item(out, "fix", &change.title)?;
        change.write(Paint(style.color), style.columns(), out)?;
    }
    item(out, "source", &format!("{} (flowgate explain {})", facts.source, facts.diagnostic.id()))
}

/// The lines that have to change.
fn lines_of(spot: &Spot, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(excerpt) = &spot.excerpt else {
        return item(out, "file", "its text is no longer there");
    };
    let mark = Mark { span: spot.span, label: None, primary: true };
    let cutout = Cutout::new(excerpt, &spot.name, &[mark], style.columns() - 8);
    for (number, line) in cutout.marked_lines() {
        writeln!(out, "{}", format!("  {number} | {}", line.replace('\t', "    ")).trim_end())?;
    }
    Ok(())
}

fn item(out: &mut dyn Write, key: &str, text: &str) -> io::Result<()> {
    writeln!(out, "  {key}: {}", indented(text))
}

/// Lines after the first belong to the finding.
fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}
