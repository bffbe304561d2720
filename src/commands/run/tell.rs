//! What a run has to tell: the report, the notes on what it does not prove, and how it ends.

use super::inputs::Inputs;
use crate::cli::{RunArgs, RunFormat};
use crate::commands::CommandError;
use crate::diag::{Diagnostic, Severity};
use crate::exit::Exit;
use crate::model::{FarEnd, Host};
use crate::policy::run::NOT_DELIVERED;
use crate::report::run::{Detail, Mode, Passage, RunReport, line, write};
use crate::report::{self, Format, Report, Style, Summary};
use crate::run::job::Job;
use crate::run::judgement::{at_source, place_of};
use crate::run::lane::Trouble;
use crate::run::passing::Done;
use crate::run::site::Party;
use crate::run::wire::About;
use crate::{Environment, Io};
use std::time::Duration;

/// What came of a run.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// Where it ran.
    pub mode: Mode,
    /// What holds for all of it.
    pub notes: &'a [String],
    /// What became of each job.
    pub done: &'a [Done],
    /// What is to be said besides.
    pub findings: &'a [Diagnostic],
    /// How long it took.
    pub took: Duration,
}

/// What the output can show.
pub fn style(color: bool, environment: &Environment) -> Style {
    Style { color, graphics: !environment.no_graphics, width: environment.columns.unwrap_or(100) }
}

/// Writes why nothing was run.
pub fn complaints(args: &RunArgs, inputs: &Inputs, style: &Style, io: &mut Io<'_>) -> Result<(), CommandError> {
    findings(args, inputs, inputs.findings.clone(), style, io)
}

/// The finding that somebody could not do their part of `job`, at the line of the manifest that it is about.
pub fn trouble(job: &Job, trouble: &Trouble) -> Diagnostic {
    let end = if at_source(trouble) { &job.line.source.summary } else { &job.line.destination.summary };
    let Trouble { role, error } = trouble;
    let place = place_of(&job.line, trouble);
    let mut finding = Diagnostic::new(&NOT_DELIVERED, place, format!("{}: {error}", role.as_str()));
    finding.notes.push(match &job.case {
        Some(case) => format!("nothing was sent of case `{}`", case.name.value),
        None => "nothing was sent".to_owned(),
    });
    if end.far_end == FarEnd::LocalBroker && error.about == About::Host {
        let host = end.host.as_ref().map_or("aio-broker:18883", |host| &host.value);
        let host = Host::parse(host);
        let (name, port) = (host.name, host.port.unwrap_or("18883"));
        let service = name.split('.').next().unwrap_or(name);
        finding.help = Some(format!(
            "the name is known inside the cluster only: `kubectl port-forward -n azure-iot-operations service/{service} \
             {port}:{port}`, then `--connect-to {name}:{port}:127.0.0.1:{port}`"
        ));
    }
    finding
}

/// What a run on site proves, and by whom.
pub fn live_notes(inputs: &Inputs, parties: &[Party], mode: Mode, done: &[Done]) -> Vec<String> {
    let mut notes: Vec<String> = done.iter().flat_map(|done| done.notes.iter().cloned()).collect();
    let identities = parties.iter().filter_map(|party| party.dataflow.as_ref()).map(|(_, to)| &to.identity);
    if let (Mode::Live, Some(identity)) = (mode, identities.into_iter().next()) {
        notes.push(format!("Flowgate was the dataflow, as {identity}; the deployed one may have other rights"));
    }
    let unexpected = inputs.jobs.iter().any(|job| job.sendings.iter().any(|sending| sending.expected.is_none()));
    if mode == Mode::Live && unexpected {
        notes.push(AS_PREDICTED.to_owned());
    }
    notes
}

/// What "as predicted" does not say.
const AS_PREDICTED: &str = "\"as predicted\" proves the wire and what the manifest means by the documentation, not the \
                            product; `--expect` or `--cases` says what has to come out";

/// Writes `findings`, which say why nothing was sent.
pub fn findings(
    args: &RunArgs,
    inputs: &Inputs,
    findings: Vec<Diagnostic>,
    style: &Style,
    io: &mut Io<'_>,
) -> Result<(), CommandError> {
    let mut summary = Summary::default();
    for finding in &findings {
        summary.count(finding.severity);
    }
    let format = match args.format {
        RunFormat::Human => Format::Human,
        RunFormat::Json => Format::Json,
        RunFormat::Junit => Format::Concise,
    };
    let report = Report { diagnostics: &findings, summary: &summary, sources: &inputs.manifests.sources };
    report::write(&report, format, style, io.stdout)?;
    if format == Format::Human {
        writeln!(io.stdout, "nothing was sent")?;
    }
    Ok(())
}

/// What the sandbox cannot prove, once for the whole run.
pub fn sandbox_notes(inputs: &Inputs) -> Vec<String> {
    let mut notes = vec![
        "TLS, logins, permissions and service limits are not proven here; `flowgate run --live` sends the same through the \
         brokers of the manifests"
            .to_owned(),
    ];
    if inputs.jobs.iter().any(|job| job.sendings.iter().any(|sending| sending.expected.is_none())) {
        notes.push(AS_PREDICTED.to_owned());
    }
    notes
}

/// Writes the report.
pub fn report(
    args: &RunArgs,
    inputs: &Inputs,
    told: Told<'_>,
    style: &Style,
    io: &mut Io<'_>,
) -> Result<(), CommandError> {
    let passages: Vec<Passage> = told.done.iter().flat_map(|done| done.passages.iter().cloned()).collect();
    let mut findings = what_lint_knows(inputs, told.mode);
    findings.extend_from_slice(told.findings);
    let report = RunReport {
        mode: told.mode,
        notes: told.notes,
        passages: &passages,
        findings: &findings,
        sources: &inputs.manifests.sources,
        took: told.took,
    };
    let format = match args.format {
        RunFormat::Human => report::run::RunFormat::Human,
        RunFormat::Json => report::run::RunFormat::Json,
        RunFormat::Junit => report::run::RunFormat::Junit,
    };
    if args.quiet == 0 || format != report::run::RunFormat::Human {
        let detail = Detail { trace: args.trace, brief: !inputs.case_files.is_empty() && !args.trace };
        write(&report, format, detail, style, io.stdout)?;
    }
    // The report ends with the same line.
    if format == report::run::RunFormat::Human && args.quiet == 1 {
        writeln!(io.stdout, "{}", line(&report))?;
    }
    Ok(())
}

/// Errors and warnings of lint in the documents of what was run: what the sandbox takes and the service will not.
fn what_lint_knows(inputs: &Inputs, mode: Mode) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = Vec::new();
    for job in &inputs.jobs {
        for finding in inputs.manifests.findings_of(&job.line) {
            let known = findings.iter().any(|known| known.place == finding.place && known.id() == finding.id());
            if finding.severity >= Severity::Warning && !known {
                let mut finding = finding.clone();
                if mode == Mode::Sandbox {
                    finding
                        .notes
                        .push("the sandbox takes it; `flowgate lint` says what the service makes of it".to_owned());
                }
                findings.push(finding);
            }
        }
    }
    findings
}

/// How the run ends.
pub fn exit(done: &[Done]) -> Exit {
    let fails = done.iter().flat_map(|done| &done.passages).any(|passage| passage.verdict.fails());
    if fails { Exit::Findings } else { Exit::Clean }
}
