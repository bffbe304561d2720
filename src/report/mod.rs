//! Findings as people and machines read them: human, narrated, concise and JSON.
//!
//! All formats tell the same facts of the one [`Diagnostic`]. Text of a file comes from [`Sources::excerpt`] and
//! nowhere else, so it is masked; every message passes [`redact::mask`](crate::redact::mask) once more on its way out.
//! Which findings are shown, and in which order, is decided upstream by `policy`; where the output goes, and whether a
//! terminal is there, is for the commands.

mod change;
mod concise;
mod cutout;
mod facts;
mod human;
mod json;
mod narrated;
mod paint;
#[cfg(feature = "probe")]
pub mod probe;
#[cfg(feature = "translate")]
pub mod run;
pub mod summary;
mod wrap;

pub use summary::Summary;

use crate::diag::Diagnostic;
use crate::source::Sources;
use std::io::{self, BufWriter, Write};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people: excerpts and fixes as diffs, an empty line after every finding; no summary.
    Human,
    /// One line for each finding, `file:line:column: severity[id]: message`; no summary.
    Concise,
    /// One JSON object, described by `schemas/report.schema.json`.
    Json,
}

/// What the place that the report goes to can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours may be used.
    pub color: bool,
    /// Whether excerpts are drawn with lines and underlines; without, the human format is narrated in plain lines.
    pub graphics: bool,
    /// Columns of a line; the drawn human format wraps there. At least 40 are used.
    pub width: usize,
}

impl Style {
    /// Columns that are used, however narrow the terminal says it is.
    const fn columns(&self) -> usize {
        if self.width < 40 { 40 } else { self.width }
    }
}

/// Everything that a report tells.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The findings to show, in the order in which to show them.
    pub diagnostics: &'a [Diagnostic],
    /// The counts of the whole run.
    pub summary: &'a Summary,
    /// Names and masked text of the files.
    pub sources: &'a Sources,
}

/// Writes `report` to `out`, finding by finding, so that memory does not grow with their number. The counts are in the
/// JSON format only; for people, [`summary::line`] tells them.
///
/// # Errors
/// Whatever writing to `out` returns, a broken pipe included.
pub fn write(report: &Report<'_>, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Human if style.graphics => human::write(report, style, &mut out)?,
        Format::Human => narrated::write(report, style, &mut out)?,
        Format::Concise => concise::write(report, style, &mut out)?,
        Format::Json => json::write(report, &mut out)?,
    }
    out.flush()
}
