//! The JSON format: one object, versioned, described by `schemas/report.schema.json`.
//!
//! Every property is always there; what is not known is null. A property that is added raises nothing, one that goes or
//! changes its meaning raises `version`.

use super::Report;
use super::change::replacement;
use super::facts::{Texts, visible};
use super::summary::Summary;
use crate::diag::{Diagnostic, Edit, Fix, Place, Related, Safety};
use crate::redact;
use crate::source::Excerpt;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

/// The version of the format.
const VERSION: u32 = 1;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        tool: Tool::THIS,
        diagnostics: Findings { diagnostics: report.diagnostics, texts: Texts::new(report.sources) },
        summary: report.summary.into(),
    };
    serde_json::to_writer(&mut *out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    diagnostics: Findings<'a>,
    summary: Counts<'a>,
}

/// The program.
#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    /// This one.
    pub(super) const THIS: Self = Self { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
}

/// The findings, made one by one while they are written.
pub(super) struct Findings<'a> {
    pub(super) diagnostics: &'a [Diagnostic],
    pub(super) texts: Texts<'a>,
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.diagnostics.iter().map(|diagnostic| Finding::new(diagnostic, &self.texts)))
    }
}

/// A finding.
#[derive(Serialize)]
pub(super) struct Finding {
    id: &'static str,
    family: &'static str,
    severity: &'static str,
    certainty: &'static str,
    message: String,
    label: Option<String>,
    #[serde(flatten)]
    location: Location,
    field: String,
    effect: Option<&'static str>,
    related: Vec<Other>,
    notes: Vec<String>,
    help: Option<String>,
    sources: Vec<Statement>,
    fix: Option<Remedy>,
}

impl Finding {
    pub(super) fn new(diagnostic: &Diagnostic, texts: &Texts<'_>) -> Self {
        let entry = diagnostic.entry;
        let sources = match &diagnostic.source {
            Some(title) => vec![Statement { title: mask(title), date: None }],
            None => entry.sources.iter().map(Statement::of).collect(),
        };
        Self {
            id: entry.id,
            family: entry.family.as_str(),
            severity: diagnostic.severity.as_str(),
            certainty: entry.certainty.as_str(),
            message: mask(&diagnostic.message),
            label: diagnostic.label.as_deref().map(mask),
            location: Location::new(diagnostic.place, texts),
            field: mask(&diagnostic.field),
            effect: diagnostic.effect.map(crate::diag::Effect::as_str),
            related: diagnostic.related.iter().map(|related| Other::new(related, texts)).collect(),
            notes: diagnostic.notes.iter().map(|note| mask(note)).collect(),
            help: diagnostic.help.as_deref().map(mask),
            sources,
            fix: diagnostic.fix.as_ref().map(|fix| Remedy::new(fix, texts)),
        }
    }
}

/// A range of a file.
#[derive(Serialize)]
pub(super) struct Location {
    file: String,
    span: Range,
}

impl Location {
    pub(super) fn new(place: Place, texts: &Texts<'_>) -> Self {
        let spot = texts.spot(place);
        let excerpt = spot.excerpt.as_ref();
        let span = Range { start: Point::new(spot.span.start, excerpt), end: Point::new(spot.span.end, excerpt) };
        Self { file: spot.name, span }
    }
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    offset: u32,
    line: Option<usize>,
    column: Option<usize>,
}

impl Point {
    fn new(offset: u32, excerpt: Option<&Arc<Excerpt>>) -> Self {
        let position = excerpt.map(|excerpt| excerpt.position(offset as usize));
        Self { offset, line: position.map(|position| position.line), column: position.map(|position| position.column) }
    }
}

#[derive(Serialize)]
struct Other {
    message: String,
    #[serde(flatten)]
    location: Location,
}

impl Other {
    fn new(related: &Related, texts: &Texts<'_>) -> Self {
        Self { message: mask(&related.message), location: Location::new(related.place, texts) }
    }
}

/// Who says something.
#[derive(Serialize)]
pub(super) struct Statement {
    title: String,
    date: Option<&'static str>,
}

impl Statement {
    pub(super) fn of(source: &crate::diag::Source) -> Self {
        Self { title: source.title.to_owned(), date: Some(source.date).filter(|date| !date.is_empty()) }
    }
}

#[derive(Serialize)]
struct Remedy {
    title: String,
    safety: &'static str,
    edits: Vec<Change>,
}

impl Remedy {
    fn new(fix: &Fix, texts: &Texts<'_>) -> Self {
        let safety = match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        };
        let edits = fix.edits.iter().map(|edit| Change::new(edit, texts)).collect();
        Self { title: mask(&fix.title), safety, edits }
    }
}

#[derive(Serialize)]
struct Change {
    #[serde(flatten)]
    location: Location,
    text: Option<String>,
    masked: Option<bool>,
}

impl Change {
    fn new(edit: &Edit, texts: &Texts<'_>) -> Self {
        let replacement = texts.get(edit.place.file).map(|excerpt| replacement(edit, &excerpt));
        let (text, masked) = replacement.map(|new| (new.text, new.masked)).unzip();
        Self { location: Location::new(edit.place, texts), text, masked }
    }
}

#[derive(Serialize)]
struct Counts<'a> {
    errors: usize,
    warnings: usize,
    infos: usize,
    hidden_below_level: usize,
    suppressed: usize,
    fixable: usize,
    fixed: usize,
    documents: usize,
    files: usize,
    skipped: &'a BTreeMap<String, usize>,
    unreadable: usize,
}

impl<'a> From<&'a Summary> for Counts<'a> {
    fn from(summary: &'a Summary) -> Self {
        Self {
            errors: summary.errors,
            warnings: summary.warnings,
            infos: summary.infos,
            hidden_below_level: summary.hidden_below_level,
            suppressed: summary.suppressed,
            fixable: summary.fixable,
            fixed: summary.fixed,
            documents: summary.documents,
            files: summary.files,
            skipped: &summary.skipped,
            unreadable: summary.unreadable,
        }
    }
}

/// `text` without secrets and without what a terminal would act upon: it may quote a server or a manifest, and be printed
/// by whatever reads the JSON.
pub(super) fn mask(text: &str) -> String {
    redact::mask(text).chars().map(|c| if c == '\n' { c } else { visible(c) }).collect()
}
