//! `flowgate probe`: reads manifests and arguments, probes the endpoints, and tells.

mod explain;
mod inputs;
mod progress;

use super::CommandError;
use super::reach::{reach, wrong};
use crate::access::Given;
use crate::cli::{FailOnChoice, FormatChoice, LevelChoice, ProbeArgs, ProbeLoginArgs};
use crate::diag::Severity;
use crate::exit::Exit;
use crate::probe::{self, Means};
use crate::report::Style;
use crate::report::probe::{Detail, Ladder, ProbeFormat, ProbeReport, Verdict, line, write};
use crate::{Environment, Io};
use std::time::{Instant, SystemTime};

pub(super) fn run(
    args: &ProbeArgs,
    color: bool,
    environment: &Environment,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    if let Some(stage) = args.explain_stage {
        return explain::stage(stage, io);
    }
    let started = Instant::now();
    let now = SystemTime::now();
    let given = given(&args.login)?;
    let mut reach = reach(&args.reach, &[&given], io)?;
    reach.secrets.tools.context.clone_from(&args.from_kubectl);
    reach.route.quick_ack = true;
    reach.secrets.cluster |= args.from_kubectl.is_some();
    // One thread: endpoints wait for the network, not for the processor.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let inputs = inputs::read(args, &reach, now, &runtime, io)?;
    if inputs.subjects.len() > 1 && (given.username.is_some() || given.anonymous) {
        let flag = if given.anonymous { "--anonymous" } else { "--username" };
        return Err(wrong(flag, "it is a login for one endpoint, and there are several: `--endpoint` names one"));
    }
    let means = Means {
        manifests: &inputs.manifests,
        reach: &reach,
        given: &given,
        alone: inputs.subjects.len() == 1,
        write: args.test.write,
        message_size: args.test.message_size,
        warn_days: args.test.warn_days,
        now,
        unused_proxy: unused_proxy(args),
    };
    let progress = progress::Progress::start(args, environment, &inputs.subjects);
    let done = |name: &str| progress.done(name);
    let ladders = runtime.block_on(async {
        tokio::select! {
            ladders = probe::all(&inputs.subjects, &means, args.test.jobs.max(1), &done) => Some(ladders),
            () = super::stop::stop() => None,
        }
    });
    drop(progress);
    // A look-up that hangs cannot be stopped, and must not hold the verdict back.
    runtime.shutdown_background();
    let Some(ladders) = ladders else {
        return Err(CommandError::Argument("interrupted".to_owned()));
    };
    let style = Style { color, graphics: !environment.no_graphics, width: environment.columns.unwrap_or(100) };
    let report = ProbeReport {
        ladders: &ladders,
        notes: &inputs.notes,
        findings: &inputs.unread,
        level: level(args.level),
        sources: &inputs.manifests.sources,
        took: started.elapsed(),
    };
    tell(args, &report, &style, io)?;
    Ok(exit(args, &ladders, !inputs.unread.is_empty()))
}

fn tell(args: &ProbeArgs, report: &ProbeReport<'_>, style: &Style, io: &mut Io<'_>) -> Result<(), CommandError> {
    let format = match args.format {
        FormatChoice::Human => ProbeFormat::Human,
        FormatChoice::Concise => ProbeFormat::Concise,
        FormatChoice::Json => ProbeFormat::Json,
    };
    let detail = match (args.quiet, args.verbose) {
        (0, true) => Detail::Everything,
        (0, false) => Detail::Ladders,
        _ => Detail::Findings,
    };
    if args.quiet < 2 || format == ProbeFormat::Json {
        write(report, format, detail, style, io.stdout)?;
    }
    if args.quiet == 0 && format != ProbeFormat::Json {
        writeln!(io.stderr, "{}", line(report))?;
    }
    Ok(())
}

/// The login that a person gives.
fn given(args: &ProbeLoginArgs) -> Result<Given, CommandError> {
    let password = args.password.as_deref().map(|text| text.parse().map_err(|error| wrong("--password", error)));
    Ok(Given {
        anonymous: args.anonymous,
        username: args.username.clone(),
        password: password.transpose()?,
        client_cert: args.client_cert.as_ref().map(Into::into),
        client_key: args.client_key.as_ref().map(Into::into),
        ..Given::default()
    })
}

/// The variable that names a proxy, where `--proxy` does not.
fn unused_proxy(args: &ProbeArgs) -> Option<&'static str> {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    names.into_iter().find(is_set).filter(|_| args.reach.proxy.is_none())
}

const fn level(choice: LevelChoice) -> Severity {
    match choice {
        LevelChoice::Info => Severity::Info,
        LevelChoice::Warning => Severity::Warning,
        LevelChoice::Error => Severity::Error,
    }
}

/// How the probe ends: what cannot be told is no success.
fn exit(args: &ProbeArgs, ladders: &[Ladder], is_unread: bool) -> Exit {
    let fail_on = match args.fail_on {
        FailOnChoice::Info => Severity::Info,
        FailOnChoice::Warning => Severity::Warning,
        FailOnChoice::Error => Severity::Error,
        FailOnChoice::Never => return Exit::Clean,
    };
    let fails = |ladder: &Ladder| match ladder.verdict {
        Verdict::Failed => true,
        Verdict::Inconclusive => fail_on <= Severity::Warning,
        Verdict::Warned | Verdict::Passed | Verdict::NotTested => false,
    } || ladder.findings.iter().any(|found| found.diagnostic.severity >= fail_on);
    if is_unread || ladders.iter().any(fails) {
        return Exit::Findings;
    }
    // What nobody tested did not pass.
    let is_nothing = ladders.iter().all(|ladder| ladder.verdict == Verdict::NotTested);
    if is_nothing { Exit::Nothing } else { Exit::Clean }
}
