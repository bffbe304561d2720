//! `--live` and `--deployed`: says what will be sent where and as whom, asks, and does it.

use super::inputs::Inputs;
use super::login::logins;
use super::progress::Progress;
use super::tell::{self, Told};
use super::{load, runtime};
use crate::access::{Ask, Cluster, Reach};
use crate::cli::RunArgs;
use crate::commands::CommandError;
use crate::commands::reach::{limit, reach};
use crate::commands::stop::stop;
use crate::diag::Diagnostic;
use crate::exit::Exit;
use crate::policy::run::NOT_DELIVERED;
use crate::report::Style;
use crate::run::doors::Entry;
use crate::run::job::Job;
use crate::run::lane::Role;
use crate::run::passing::Done;
use crate::run::remarks::remarks;
use crate::run::site::{self, Logins, Party};
use crate::{Environment, Io};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

pub fn run(
    args: &RunArgs,
    inputs: &mut Inputs,
    style: &Style,
    environment: &Environment,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    let logins = logins(&args.login)?;
    let reach = reach(&args.reach, &[&logins.sender, &logins.reader], io)?;
    let runtime = runtime(load::is_lean(args))?;
    let limit = limit(&args.reach)?;
    fetch_trust(inputs, &reach, &runtime, io)?;
    let inputs = &*inputs;
    let progress = Progress::start(args, environment, inputs.jobs.len());
    let entered = parties(args, inputs, &(reach, logins), &runtime, &progress);
    drop(progress);
    let parties = match entered {
        Ok(parties) => parties,
        Err(finding) => {
            tell::findings(args, inputs, vec![*finding], style, io)?;
            return Ok(Exit::Findings);
        }
    };
    announce(args, inputs, &parties, io)?;
    if !args.place.yes && !agreed(environment, io)? {
        writeln!(io.stderr, "flowgate: nothing was sent")?;
        return Ok(Exit::Trouble);
    }
    if load::is_asked(args) {
        return load::live(args, inputs, &parties, &runtime, io);
    }
    let started = Instant::now();
    let progress = Progress::start(args, environment, inputs.jobs.len());
    let (done, end) = pass(inputs, &parties, limit, &runtime, &progress);
    drop(progress);
    // Name lookups that nobody waits for any more must not hold the verdict back.
    runtime.shutdown_timeout(Duration::from_millis(200));
    let findings = match end {
        End::Done => Vec::new(),
        End::Interrupted => {
            writeln!(io.stderr, "flowgate: interrupted; what was sent last may still arrive")?;
            Vec::new()
        }
        End::Trouble(finding) if done.is_empty() => {
            tell::findings(args, inputs, vec![*finding], style, io)?;
            return Ok(Exit::Findings);
        }
        End::Trouble(finding) => vec![*finding],
    };
    let is_interrupted = findings.is_empty() && done.len() < inputs.jobs.len();
    let notes: Vec<String> = tell::live_notes(args, inputs, &parties, &done);
    let told =
        Told { mode: tell::mode(args), notes: &notes, done: &done, findings: &findings, took: started.elapsed() };
    if findings.is_empty() && !is_interrupted {
        return tell::end(args, inputs, told, style, io);
    }
    if !done.is_empty() {
        tell::report(args, inputs, told, style, io)?;
    }
    Ok(if is_interrupted { Exit::Trouble } else { Exit::Findings })
}

/// Gets the trust bundles that the files do not hold from the cluster, where it may be asked.
fn fetch_trust(inputs: &mut Inputs, reach: &Reach, runtime: &Runtime, io: &mut Io<'_>) -> Result<(), CommandError> {
    if !reach.asks(Ask::Kubectl) {
        return Ok(());
    }
    let cluster = Cluster { tools: reach.secrets.tools.clone() };
    let ends = inputs.jobs.iter().flat_map(|job| [&job.line.source, &job.line.destination]);
    for note in runtime.block_on(inputs.manifests.complete(&cluster, ends)) {
        writeln!(io.stderr, "flowgate: {note}")?;
    }
    Ok(())
}

/// Gets the credentials for every job, or says who lacks one.
fn parties(
    args: &RunArgs,
    inputs: &Inputs,
    (reach, logins): &(Reach, Logins),
    runtime: &Runtime,
    progress: &Progress,
) -> Result<Vec<Party>, Box<Diagnostic>> {
    let one = |job: &Job| {
        progress.step(format!("{}: logins", job.name));
        let entered = runtime.block_on(site::enter(job, &inputs.manifests, reach, logins, args.place.deployed));
        entered.map_err(|(role, error)| {
            Box::new(Diagnostic::new(&NOT_DELIVERED, error.place(), format!("{}: {error}", role.as_str())))
        })
    };
    inputs.jobs.iter().map(one).collect()
}

/// How the last job ended.
enum End {
    Done,
    Interrupted,
    Trouble(Box<Diagnostic>),
}

/// Sends the jobs one after the other, until somebody cannot connect or asks to stop.
fn pass(
    inputs: &Inputs,
    parties: &[Party],
    limit: Duration,
    runtime: &Runtime,
    progress: &Progress,
) -> (Vec<Done>, End) {
    let mut done = Vec::new();
    for (job, party) in inputs.jobs.iter().zip(parties) {
        progress.step(format!("{}: sending, and waiting up to {} s for it to come out", job.name, limit.as_secs()));
        match runtime.block_on(site::run(job, party, limit, stop())) {
            Ok(Some(one)) => {
                progress.done();
                done.push(one);
            }
            Ok(None) => return (done, End::Interrupted),
            Err(trouble) => {
                let mut finding = tell::trouble(job, &trouble);
                let left = inputs.jobs.len() - done.len();
                if !done.is_empty() {
                    finding.notes.push(format!("{left} of {} cases were not sent", inputs.jobs.len()));
                }
                return (done, End::Trouble(Box::new(finding)));
            }
        }
    }
    (done, End::Done)
}

/// Says what will be sent where, and under which identity.
fn announce(args: &RunArgs, inputs: &Inputs, parties: &[Party], io: &mut Io<'_>) -> Result<(), CommandError> {
    for (job, party) in inputs.jobs.iter().zip(parties) {
        let text = plan_of(args, job, party);
        write!(io.stderr, "{text}")?;
    }
    Ok(())
}

fn plan_of(args: &RunArgs, job: &Job, party: &Party) -> String {
    let source = job.line.source.name();
    let destination = job.line.destination.name();
    let topics: Vec<String> = crate::run::opening::topics(job.sendings.iter().map(|sending| &sending.message))
        .into_iter()
        .map(|topic| format!("`{topic}`"))
        .collect();
    let count = match args.load.count {
        Some(count) => format!("{count} messages"),
        None if load::is_asked(args) => "messages".to_owned(),
        None if job.sendings.len() == 1 => "one message".to_owned(),
        None => format!("{} messages", job.sendings.len()),
    };
    let line = |role: Role, what: &str, entry: &Entry| {
        let mut text = format!("  {}: {what} at {}, as {}\n", role.as_str(), entry.address, entry.identity);
        for note in &entry.notes {
            text.push_str(&format!("    note: {note}\n"));
        }
        text
    };
    let mut text = format!("{}: {count} to {} of endpoint `{source}`\n", job.name, topics.join(", "));
    text.push_str(&line(Role::Sender, "sends", &party.sender));
    match &party.dataflow {
        Some((from, to)) => {
            text.push_str(&line(Role::Dataflow, "reads", from));
            let topic = job.line.flow.destination.topic.as_ref().map_or("", |topic| &topic.value);
            text.push_str(&line(Role::Dataflow, &format!("writes `{topic}` of endpoint `{destination}`"), to));
        }
        None => text.push_str("  the dataflow: the one that is deployed\n"),
    }
    match &party.reader {
        Some(reader) => text.push_str(&line(Role::Reader, "reads back", reader)),
        None => text.push_str("  the reader: nobody\n"),
    }
    for remark in remarks(job) {
        text.push_str(&format!("  note: {remark}\n"));
    }
    text
}

/// Asks on the terminal; without one, nobody agrees.
fn agreed(environment: &Environment, io: &mut Io<'_>) -> Result<bool, CommandError> {
    if !environment.is_terminal {
        writeln!(io.stderr, "flowgate: `--yes` agrees to it where nobody can be asked")?;
        return Ok(false);
    }
    write!(io.stderr, "send it? [y/N] ")?;
    io.stderr.flush()?;
    let mut answer = Vec::new();
    let mut byte = [0];
    while io.stdin.read(&mut byte)? == 1 && byte[0] != b'\n' && answer.len() < 16 {
        answer.push(byte[0]);
    }
    let answer = String::from_utf8_lossy(&answer);
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
