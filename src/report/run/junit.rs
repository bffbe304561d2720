//! JUnit XML, as continuous integration reads it: a test suite for the run, a test case for each message.
//!
//! There is no standard; the attributes are those that Jenkins, GitLab, Azure Pipelines and GitHub actions read. XML 1.0
//! has no way to write most control characters, so they appear as `\u{1b}`.

use super::{Passage, Row, RunReport, Verdict, shown};
use crate::diag::Diagnostic;
use crate::report::facts::{Texts, clean};
use std::io::{self, Write};

/// Characters of a value in the text of a failure.
const LONGEST: usize = 400;

pub(super) fn write(report: &RunReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let texts = Texts::new(report.sources);
    let count = |verdict| report.passages.iter().filter(|passage| passage.verdict == verdict).count();
    let totals = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\"",
        report.passages.len() + unsent(report).len(),
        count(Verdict::Failed),
        count(Verdict::Inconclusive) + unsent(report).len(),
        count(Verdict::NotReadBack),
        report.took.as_secs_f64()
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"flowgate run\" {totals}>")?;
    writeln!(out, "  <testsuite name=\"flowgate run {}\" {totals}>", report.mode.as_str())?;
    for passage in report.passages {
        case(passage, &texts, out)?;
    }
    for finding in unsent(report) {
        let (id, message) = (finding.id(), clean(&finding.message));
        let at = texts.spot(finding.place).address();
        writeln!(out, "    <testcase name=\"{}\" classname=\"flowgate run\" time=\"0.000\">", attribute(&at))?;
        write!(out, "      <error message=\"{}\" type=\"{}\">", attribute(&message), attribute(id))?;
        writeln!(out, "{}</error>", text(&format!("{at}: {}[{id}]: {message}", finding.severity)))?;
        writeln!(out, "    </testcase>")?;
    }
    if !report.notes.is_empty() {
        let notes = report.notes.iter().map(|note| clean(note)).collect::<Vec<_>>().join("\n");
        writeln!(out, "    <system-out>{}</system-out>", text(&notes))?;
    }
    writeln!(out, "  </testsuite>")?;
    writeln!(out, "</testsuites>")
}

/// Why no message was sent: without a test case for it, a suite without tests would look like one that went well.
const fn unsent<'a>(report: &RunReport<'a>) -> &'a [Diagnostic] {
    if report.passages.is_empty() { report.findings } else { &[] }
}

fn case(passage: &Passage, texts: &Texts<'_>, out: &mut dyn Write) -> io::Result<()> {
    let spot = passage.place.map(|place| texts.spot(place));
    let file = spot.as_ref().map(|spot| {
        let line = spot.start.map(|start| format!(" line=\"{}\"", start.line)).unwrap_or_default();
        format!(" file=\"{}\"{line}", attribute(&spot.name))
    });
    write!(
        out,
        "    <testcase name=\"{}\" classname=\"{}\"{} time=\"{:.3}\"",
        attribute(&clean(&passage.name)),
        attribute(&passage.route.dataflow),
        file.unwrap_or_default(),
        passage.took.as_secs_f64()
    )?;
    let element = match passage.verdict {
        Verdict::Passed | Verdict::AsPredicted => return writeln!(out, "/>"),
        Verdict::Failed => "failure",
        Verdict::Inconclusive => "error",
        Verdict::NotReadBack => {
            writeln!(out, ">")?;
            writeln!(out, "      <skipped message=\"{}\"/>", passage.verdict.phrase())?;
            return writeln!(out, "    </testcase>");
        }
    };
    let message = passage.findings.first().map_or_else(
        || format!("{}: {}", passage.verdict.phrase(), passage.outcome),
        |finding| clean(&finding.message),
    );
    let kind = passage.findings.first().map_or(passage.verdict.as_str(), |finding| finding.id());
    writeln!(out, ">")?;
    write!(out, "      <{element} message=\"{}\" type=\"{}\">", attribute(&message), attribute(kind))?;
    write!(out, "{}", text(&body(passage, texts)))?;
    writeln!(out, "</{element}>")?;
    writeln!(out, "    </testcase>")
}

/// The findings with their places, then the properties that are wrong.
fn body(passage: &Passage, texts: &Texts<'_>) -> String {
    let mut lines = vec![format!("outcome: {}", passage.outcome)];
    lines.extend(passage.why.as_ref().map(|why| format!("why: {}", clean(why))));
    for finding in &passage.findings {
        let at = texts.spot(finding.place).address();
        lines.push(format!("{at}: {}[{}]: {}", finding.severity, finding.id(), clean(&finding.message)));
        for related in &finding.related {
            lines.push(format!("  {}: {}", texts.spot(related.place).address(), clean(&related.message)));
        }
        lines.extend(finding.notes.iter().map(|note| format!("  note: {}", clean(note))));
    }
    lines.extend(passage.rows.iter().filter(|row| row.judgement.fails()).map(property));
    lines.join("\n")
}

fn property(row: &Row) -> String {
    let value = |cell: &Option<super::Cell>| {
        cell.as_ref().map_or("nothing".to_owned(), |cell| shown(&cell.name, cell.value.as_deref(), LONGEST).text)
    };
    let expected = row.expected.as_deref().map(clean).unwrap_or_default();
    let verdict = row.judgement.phrase();
    format!(
        "{}: {verdict}: in {}, out {}, expected {expected}",
        clean(&row.property),
        value(&row.input),
        value(&row.output)
    )
}

fn attribute(value: &str) -> String {
    text(value).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
}

fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\t' => out.push(c),
            _ if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out
}
