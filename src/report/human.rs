//! The human format, drawn: heading, excerpt with the underlined range, then what it means and what to do.
//!
//! The excerpts are miette's; heading and the lines below are ours, because miette has one kind of footer only.

use super::change::Change;
use super::cutout::{Cutout, Mark};
use super::facts::{Facts, Spot, Texts, keyed};
use super::paint::Paint;
use super::{Report, Style, wrap};
use crate::diag::Severity;
use crate::source::Excerpt;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

/// Related places that are drawn; the others are named.
const DRAWN: usize = 5;
/// Lines between two marks that are still drawn in one piece.
const NEAR: usize = 3;

pub(super) fn write(report: &Report<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let texts = Texts::new(report.sources);
    for diagnostic in report.diagnostics {
        Human { style, paint: Paint(style.color), out }.finding(&Facts::new(diagnostic, &texts), &texts)?;
        writeln!(out)?;
    }
    Ok(())
}

/// One part of an excerpt, as miette wants it.
struct Part {
    cutout: Cutout,
    labels: Vec<LabeledSpan>,
    severity: Severity,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("labels", &self.labels).finish_non_exhaustive()
    }
}

impl fmt::Display for Part {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Part {}

impl miette::Diagnostic for Part {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.cutout)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// The marks of one part of an excerpt, all near each other in one file.
struct Group {
    excerpt: Arc<Excerpt>,
    name: String,
    marks: Vec<Mark>,
    /// First and last line marked.
    lines: (usize, usize),
}

struct Human<'a> {
    style: &'a Style,
    paint: Paint,
    out: &'a mut dyn Write,
}

impl Human<'_> {
    fn finding(&mut self, facts: &Facts<'_>, texts: &Texts<'_>) -> io::Result<()> {
        self.heading(facts)?;
        let (groups, named) = groups(facts);
        if facts.spot.excerpt.is_none() {
            writeln!(self.out, "  in {}, whose text is no longer there", facts.spot.name)?;
            self.label(facts.label.as_deref())?;
        }
        self.excerpts(facts, &groups)?;
        for (spot, message) in named {
            self.item("also", &format!("{} {message}", spot.address()))?;
        }
        if let Some(effect) = facts.diagnostic.effect {
            self.item("effect", effect.phrase())?;
        }
        for note in &facts.notes {
            self.item("note", note)?;
        }
        if let Some(help) = &facts.help {
            self.item("help", help)?;
        }
        if let Some(fix) = &facts.diagnostic.fix {
            let change = Change::new(fix, facts.spot.file, texts);
            self.item("fix", &change.title)?;
            change.write(self.paint, self.style.columns(), self.out)?;
        }
        self.source(facts)
    }

    fn source(&mut self, facts: &Facts<'_>) -> io::Result<()> {
        let command = format!("flowgate explain {}", facts.diagnostic.id());
        let line = format!("{} · {command}", facts.source);
        // A command is copied, so it is not broken.
        let fits = wrap::width(&line) + "  source: ".len() <= self.style.columns();
        self.item("source", &if fits { line } else { format!("{}\n{command}", facts.source) })
    }

    fn heading(&mut self, facts: &Facts<'_>) -> io::Result<()> {
        let heading = facts.heading();
        let columns = self.style.columns();
        let lines = wrap::lines(&facts.message, columns.saturating_sub(heading.len() + 2), columns - 4);
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                let heading = self.paint.severity(facts.diagnostic.severity, &heading);
                writeln!(self.out, "{heading}{}", self.paint.bold(format_args!(": {line}")))?;
            } else {
                writeln!(self.out, "    {}", self.paint.bold(line))?;
            }
        }
        Ok(())
    }

    fn excerpts(&mut self, facts: &Facts<'_>, groups: &[Group]) -> io::Result<()> {
        let columns = self.style.columns();
        let last = groups.iter().map(|group| group.lines.1 + 1).max().unwrap_or_default();
        let room = columns - (last.to_string().len() + 4);
        let cut = |group: &Group| Cutout::new(&group.excerpt, &group.name, &group.marks, room);
        let cutouts: Vec<_> = groups.iter().map(cut).collect();
        // Line numbers of all parts end in the same column.
        let digits = cutouts.iter().map(Cutout::digits).max().unwrap_or_default();
        for cutout in cutouts {
            let indent = digits - cutout.digits();
            self.excerpt(facts.diagnostic.severity, cutout, indent)?;
        }
        Ok(())
    }

    fn excerpt(&mut self, severity: Severity, cutout: Cutout, indent: usize) -> io::Result<()> {
        let columns = self.style.columns() - indent;
        let (mut labels, left) = cutout.labels(columns);
        labels.sort_by_key(LabeledSpan::offset);
        let left: Vec<_> = left.into_iter().cloned().collect();
        let handler = GraphicalReportHandler::new_themed(self.theme(severity, &labels))
            .with_width(columns)
            .without_syntax_highlighting();
        let mut drawn = String::new();
        let part = Part { cutout, labels, severity };
        handler.render_report(&mut drawn, &part).map_err(io::Error::other)?;
        // What comes first is the line of the message, which the heading has told.
        let drawn = drawn.split_once('\n').map_or("", |(_, excerpt)| excerpt);
        for line in drawn.lines() {
            writeln!(self.out, "{:indent$}{}", "", line.trim_end())?;
        }
        for mark in left {
            self.label(mark.label.as_deref())?;
        }
        Ok(())
    }

    /// A label for which there is no room in the excerpt.
    fn label(&mut self, label: Option<&str>) -> io::Result<()> {
        let Some((key, text)) = label.map(keyed) else {
            return Ok(());
        };
        self.item(key, text)
    }

    /// The range that has to change has the colour of the severity, other ranges that of a hint.
    fn theme(&self, severity: Severity, labels: &[LabeledSpan]) -> GraphicalTheme {
        if !self.style.color {
            return GraphicalTheme::unicode_nocolor();
        }
        let mut theme = GraphicalTheme::unicode();
        let plain = GraphicalTheme::unicode_nocolor().styles;
        let ansi = miette::ThemeStyles::ansi();
        let primary = match severity {
            Severity::Error => ansi.error,
            Severity::Warning => ansi.warning,
            Severity::Info => ansi.advice,
        };
        let highlights = labels.iter().map(|label| if label.primary() { primary } else { ansi.advice }).collect();
        theme.styles = miette::ThemeStyles { link: plain.link, highlights, ..ansi };
        theme
    }

    fn item(&mut self, key: &str, text: &str) -> io::Result<()> {
        let indent = key.len() + 4;
        let room = self.style.columns() - indent;
        let lines = wrap::lines(text, room, room);
        for (index, line) in lines.iter().enumerate() {
            match index {
                0 => writeln!(self.out, "  {}: {line}", self.paint.bold(key))?,
                _ => writeln!(self.out, "{:indent$}{line}", "")?,
            }
        }
        Ok(())
    }
}

/// The marks of a finding by nearness, those around its own place first; and the related places that are only named.
fn groups<'a>(facts: &'a Facts<'_>) -> (Vec<Group>, Vec<&'a (Spot, String)>) {
    let mut named = Vec::new();
    let mut groups = Vec::new();
    let primary = Mark { span: facts.spot.span, label: facts.label.clone(), primary: true };
    groups.extend(group(&facts.spot, primary));
    let mut related: Vec<_> = facts.related.iter().enumerate().collect();
    related.sort_by_key(|(index, (spot, _))| (spot.file != facts.spot.file, *index));
    for (index, other) in related {
        let (spot, message) = other;
        let same =
            spot.file == facts.spot.file && (spot.span == facts.spot.span || spot.span.overlaps(facts.spot.span));
        let mark = Mark { span: spot.span, label: Some(message.clone()), primary: false };
        match group(spot, mark) {
            Some(group) if !same && index < DRAWN => join(&mut groups, group),
            _ => named.push(other),
        }
    }
    (groups, named)
}

fn group(spot: &Spot, mark: Mark) -> Option<Group> {
    let excerpt = spot.excerpt.clone()?;
    let first = excerpt.position(mark.span.start as usize).line;
    let last = excerpt.position(mark.span.end as usize).line;
    Some(Group { excerpt, name: spot.name.clone(), marks: vec![mark], lines: (first, last) })
}

/// Adds `new` to the group that it is near to, or as one of its own.
fn join(groups: &mut Vec<Group>, new: Group) {
    let near = groups.iter_mut().find(|group| {
        let same = Arc::ptr_eq(&group.excerpt, &new.excerpt);
        same && new.lines.0 <= group.lines.1 + NEAR && group.lines.0 <= new.lines.1 + NEAR
    });
    match near {
        Some(group) => {
            group.lines = (group.lines.0.min(new.lines.0), group.lines.1.max(new.lines.1));
            group.marks.extend(new.marks);
        }
        None => groups.push(new),
    }
}
