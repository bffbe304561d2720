//! The concise format: one line for each finding, in the form that editors and problem matchers know.

use super::facts::{Facts, Texts};
use super::paint::Paint;
use super::{Report, Style};
use crate::diag::Safety;
use std::io::{self, Write};

pub(super) fn write(report: &Report<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let texts = Texts::new(report.sources);
    for diagnostic in report.diagnostics {
        let facts = Facts::new(diagnostic, &texts);
        let heading = Paint(style.color).severity(diagnostic.severity, facts.heading());
        let message = facts.message.replace('\n', " ");
        let fixable = match diagnostic.fix.as_ref().map(|fix| fix.safety) {
            Some(Safety::Safe) => " (fixable)",
            Some(Safety::Unsafe) => " (fixable, unsafe)",
            None => "",
        };
        writeln!(out, "{}: {heading}: {message}{fixable}", facts.spot.address())?;
    }
    Ok(())
}
