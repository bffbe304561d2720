//! The concise format: one line for each finding, in the form that editors and problem matchers know, and one for each
//! endpoint: `endpoint NAME HOST:PORT: failed at tls (tls-unknown-ca)`.

use super::shown::{findings, flat, others};
use super::tally::reserve;
use super::{Detail, Ladder, ProbeReport};
use crate::diag::Diagnostic;
use crate::report::paint::Paint;
use crate::report::{Report, Style, Summary, concise};
use std::io::{self, Write};

pub(super) fn write(report: &ProbeReport<'_>, detail: Detail, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let told = |findings: &[Diagnostic], out: &mut dyn Write| {
        let summary = Summary::default();
        concise::write(&Report { diagnostics: findings, summary: &summary, sources: report.sources }, style, out)
    };
    for ladder in report.ladders {
        told(&findings(ladder, report), out)?;
        if detail > Detail::Findings {
            endpoint(ladder, Paint(style.color), out)?;
        }
    }
    told(&others(report), out)
}

fn endpoint(ladder: &Ladder, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let verdict = match ladder.verdict.severity() {
        Some(severity) => paint.severity(severity, ladder.verdict.phrase()),
        None => ladder.verdict.phrase().to_owned(),
    };
    let address = ladder.address.as_deref().map_or_else(|| "no address".to_owned(), flat);
    write!(out, "endpoint {} {address}: {verdict}", flat(&ladder.endpoint))?;
    if let Some(stage) = ladder.decided_at() {
        let here = ladder.findings.iter().filter(|found| found.stage == stage).map(|found| &found.diagnostic);
        // The first of those that matter most.
        let gravest = here.rev().max_by_key(|finding| finding.severity);
        let id = gravest.map(|finding| format!(" ({})", finding.id())).unwrap_or_default();
        write!(out, " at {stage}{id}")?;
    }
    writeln!(out, "{}", reserve(ladder))
}
