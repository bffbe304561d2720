//! The human format, drawn: a ladder of stages with times and facts for each endpoint, then its findings.

use super::{Ladder, Outcome, ProbeReport, Rung};
use crate::report::paint::Paint;
use crate::report::{Report, Style, Summary, human};
use std::io::{self, Write};

pub(super) fn write(report: &ProbeReport<'_>, verbose: bool, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for ladder in report.ladders {
        one(ladder, verbose, style, out)?;
        let shown: Vec<_> = ladder
            .findings
            .iter()
            .map(|found| found.diagnostic.clone())
            .filter(|finding| finding.severity >= report.level)
            .collect();
        let summary = Summary::default();
        human::write(&Report { diagnostics: &shown, summary: &summary, sources: report.sources }, style, out)?;
    }
    Ok(())
}

fn one(ladder: &Ladder, verbose: bool, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint(style.color);
    let address = ladder.address.as_deref().unwrap_or("no address");
    let identity = ladder.identity.as_ref().map_or(String::new(), |identity| format!("   as {identity}"));
    writeln!(out, "{}  {address}{identity}", paint.bold(&ladder.endpoint))?;
    for rung in &ladder.rungs {
        if rung.outcome != Outcome::None {
            writeln!(out, "  {}", line(rung))?;
        }
        for fact in rung.facts.iter().filter(|fact| verbose || !fact.detail) {
            writeln!(out, "              {}: {}", fact.name, fact.value)?;
        }
    }
    writeln!(out)
}

fn line(rung: &Rung) -> String {
    let took = rung.took.map_or(String::new(), |took| format!("{:.1} ms", took.as_secs_f64() * 1000.0));
    format!("{:<10} {:>8} {:<12} {}", rung.stage.as_str(), took, rung.outcome.as_str(), rung.summary)
}
