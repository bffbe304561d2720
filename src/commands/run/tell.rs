//! What a run has to tell: the report, the notes on what it does not prove, and how it ends.

use super::bless;
use super::inputs::{Inputs, Refused};
use crate::cli::{RunArgs, RunFormat};
use crate::commands::CommandError;
use crate::diag::{Diagnostic, Severity};
use crate::exit::Exit;
use crate::model::{FarEnd, Host};
use crate::policy::run::NOT_DELIVERED;
use crate::report::run::{Detail, Mode, Passage, Route, RunReport, Verdict, line, write};
use crate::report::{self, Format, Report, Style, Summary};
use crate::run::cases::{CANNOT_RUN, Expectation};
use crate::run::job::Job;
use crate::run::lane::Role;
use crate::run::passing::Done;
use crate::run::site::Party;
use crate::source::Sources;
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

/// The finding that `role` could not do its part of `job`, at the line of the manifest that it is about.
pub fn trouble(job: &Job, role: Role, why: &str) -> Diagnostic {
    let end = match role {
        Role::Sender => &job.line.source.summary,
        Role::Dataflow if why.starts_with("at the source") => &job.line.source.summary,
        Role::Dataflow | Role::Reader => &job.line.destination.summary,
    };
    let mut finding = Diagnostic::new(&NOT_DELIVERED, end.host_place, format!("{}: {why}", role.as_str()));
    finding.notes.push(match &job.case {
        Some(case) => format!("nothing was sent of case `{}`", case.name.value),
        None => "nothing was sent".to_owned(),
    });
    if end.far_end == FarEnd::LocalBroker {
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

/// Where the arguments say that it runs.
pub const fn mode(args: &RunArgs) -> Mode {
    match (args.place.live, args.place.deployed) {
        (_, true) => Mode::Deployed,
        (true, false) => Mode::Live,
        (false, false) => Mode::Sandbox,
    }
}

/// What a run on site proves, and by whom.
pub fn live_notes(args: &RunArgs, inputs: &Inputs, parties: &[Party], done: &[Done]) -> Vec<String> {
    let mut notes: Vec<String> = done.iter().flat_map(|done| done.notes.iter().cloned()).collect();
    let identities = parties.iter().filter_map(|party| party.dataflow.as_ref()).map(|(_, to)| &to.identity);
    if let (Mode::Live, Some(identity)) = (mode(args), identities.into_iter().next()) {
        notes.push(format!("Flowgate was the dataflow, as {identity}; the deployed one may have other rights"));
    }
    notes.extend(as_predicted(args, inputs));
    notes
}

/// What "as predicted" does not say.
const AS_PREDICTED: &str = "\"as predicted\" proves the wire and what the manifest means by the documentation, not the \
                            product; `--expect` or `--cases` says what has to come out";

/// That note, for machines: people read it below what was as predicted.
fn as_predicted(args: &RunArgs, inputs: &Inputs) -> Option<String> {
    let unexpected = inputs.jobs.iter().any(|job| job.sendings.iter().any(|sending| sending.expected.is_none()));
    let is_told = args.format != RunFormat::Human && mode(args) != Mode::Deployed;
    (is_told && unexpected).then(|| AS_PREDICTED.to_owned())
}

/// Says that there is nothing to run, to machines in their format, too.
pub fn nothing(args: &RunArgs, why: String, style: &Style, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    machine(args, &Sources::new(), vec![why.clone()], &[], style, io)?;
    Err(CommandError::Nothing(why))
}

/// The report of a run in which nothing was sent, where a machine reads it.
fn machine(
    args: &RunArgs,
    sources: &Sources,
    notes: Vec<String>,
    findings: &[Diagnostic],
    style: &Style,
    io: &mut Io<'_>,
) -> Result<(), CommandError> {
    if args.format == RunFormat::Human {
        return Ok(());
    }
    let took = Duration::ZERO;
    let report = RunReport { mode: mode(args), notes: &notes, passages: &[], findings, sources, took };
    Ok(write(&report, format(args), Detail::default(), style, io.stdout)?)
}

const fn format(args: &RunArgs) -> report::run::RunFormat {
    match args.format {
        RunFormat::Human => report::run::RunFormat::Human,
        RunFormat::Json => report::run::RunFormat::Json,
        RunFormat::Junit => report::run::RunFormat::Junit,
    }
}

/// Writes `findings`, which say why nothing was sent.
pub fn findings(
    args: &RunArgs,
    inputs: &Inputs,
    findings: Vec<Diagnostic>,
    style: &Style,
    io: &mut Io<'_>,
) -> Result<(), CommandError> {
    if args.format != RunFormat::Human {
        let notes = vec!["nothing was sent".to_owned()];
        return machine(args, &inputs.manifests.sources, notes, &findings, style, io);
    }
    let mut summary = Summary::default();
    for finding in &findings {
        summary.count(finding.severity);
    }
    let report = Report { diagnostics: &findings, summary: &summary, sources: &inputs.manifests.sources };
    report::write(&report, Format::Human, style, io.stdout)?;
    writeln!(io.stdout, "nothing was sent")?;
    Ok(())
}

#[cfg(feature = "sandbox")]
/// What the sandbox cannot prove, once for the whole run.
pub fn sandbox_notes(args: &RunArgs, inputs: &Inputs, done: &[Done]) -> Vec<String> {
    let mut notes = vec![
        "TLS, logins, permissions and service limits are not proven here; `flowgate run --live` sends the same through the \
         brokers of the manifests"
            .to_owned(),
    ];
    for note in done.iter().flat_map(|done| &done.notes) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    let is_dropped = |passage: &Passage| passage.outcome.starts_with("dropped-");
    if inputs.made_up && done.iter().flat_map(|done| &done.passages).any(is_dropped) {
        notes.push(
            "none of the messages that Flowgate makes up gets through; `--payload` or `--message` gives one that should".to_owned(),
        );
    }
    if args.trace {
        notes.extend(crate::run::sandbox::DIFFERENCES.map(str::to_owned));
    }
    notes.extend(as_predicted(args, inputs));
    notes
}

/// Writes the report, or with `--bless` the files with cases, and says how the run ends.
pub fn end(
    args: &RunArgs,
    inputs: &Inputs,
    told: Told<'_>,
    style: &Style,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    if args.expect.bless {
        return bless::run(args, inputs, told, style, io);
    }
    report(args, inputs, told, style, io)?;
    Ok(exit(inputs, told.done))
}

/// Writes the report.
pub fn report(
    args: &RunArgs,
    inputs: &Inputs,
    told: Told<'_>,
    style: &Style,
    io: &mut Io<'_>,
) -> Result<(), CommandError> {
    let passages = passages(inputs, told.done);
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
    let format = format(args);
    if args.quiet == 0 || format != report::run::RunFormat::Human {
        let detail = Detail { trace: args.trace, brief: !inputs.case_files.is_empty() && !args.trace };
        write(&report, format, detail, style, io.stdout)?;
    } else if args.quiet == 1 {
        writeln!(io.stdout, "{}", line(&report))?;
    }
    Ok(())
}

/// What became of every message, with the cases of dataflows that cannot be run where they stood.
fn passages(inputs: &Inputs, done: &[Done]) -> Vec<Passage> {
    let mut refused = inputs.refused.iter().peekable();
    let mut passages = Vec::new();
    for index in 0..=done.len() {
        while let Some((_, case)) = refused.next_if(|(at, _)| *at == index) {
            passages.push(refusal(case));
        }
        passages.extend(done.get(index).iter().flat_map(|done| done.passages.iter().cloned()));
    }
    passages
}

/// A case of a dataflow that cannot be run: it holds if that was expected.
fn refusal(refused: &Refused) -> Passage {
    let Refused { case, findings } = refused;
    let wanted = case.sent.iter().all(|sent| sent.expect.as_ref().is_some_and(Expectation::wants_refusal));
    Passage {
        name: case.name.value.to_string(),
        place: Some(case.name.place),
        route: Route::default(),
        outcome: CANNOT_RUN.to_owned(),
        why: findings.first().map(|finding| finding.message.clone()),
        verdict: if wanted { Verdict::Passed } else { Verdict::Failed },
        rows: Vec::new(),
        story: Vec::new(),
        settings: Vec::new(),
        findings: if wanted { Vec::new() } else { findings.clone() },
        took: Duration::ZERO,
    }
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
fn exit(inputs: &Inputs, done: &[Done]) -> Exit {
    let fails = passages(inputs, done).iter().any(|passage| passage.verdict.fails());
    if fails { Exit::Findings } else { Exit::Clean }
}
