//! `flowgate run`: reads manifests and arguments, runs the dataflow, and tells.

mod bless;
mod inputs;
mod live;
mod load;
mod login;
mod message;
mod progress;
mod settings;
mod tell;

use super::CommandError;
use crate::cli::RunArgs;
use crate::exit::Exit;
use crate::{Environment, Io};
use inputs::Inputs;
use std::time::Instant;

pub(super) fn run(
    args: &RunArgs,
    color: bool,
    environment: &Environment,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    if args.translate.list_settings {
        return settings::list(&inputs::choices(args)?, environment, io);
    }
    if load::is_asked(args) {
        load::refuse_parts(args)?;
    }
    let started = Instant::now();
    let style = tell::style(color, environment);
    let mut inputs = match inputs::read(args, io) {
        Err(CommandError::Nothing(why)) => return tell::nothing(args, why, &style, io),
        read => read?,
    };
    if !inputs.findings.is_empty() {
        tell::complaints(args, &inputs, &style, io)?;
        return Ok(Exit::Findings);
    }
    if inputs.jobs.is_empty() && inputs.refused.is_empty() {
        return tell::nothing(args, "no case is to be run".to_owned(), &style, io);
    }
    if args.place.live || args.place.deployed {
        return live::run(args, &mut inputs, &style, environment, io);
    }
    sandbox(args, &inputs, (&style, environment), started, io)
}

#[cfg(feature = "sandbox")]
fn sandbox(
    args: &RunArgs,
    inputs: &Inputs,
    (style, environment): (&crate::report::Style, &Environment),
    started: Instant,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    let limit = super::reach::limit(&args.reach)?;
    let runtime = runtime(false)?;
    if load::is_asked(args) {
        return load::sandbox(args, inputs, &runtime, io);
    }
    let progress = progress::Progress::start(args, environment, inputs.jobs.len());
    progress.step("sandbox");
    let done = runtime.block_on(crate::run::sandboxed::run(&inputs.jobs, limit, &|| progress.done()));
    drop(progress);
    let done = done.map_err(|error| CommandError::Argument(super::chain(&error)))?;
    let notes = tell::sandbox_notes(args, inputs, &done);
    let told = tell::Told {
        mode: crate::report::run::Mode::Sandbox,
        notes: &notes,
        done: &done,
        findings: &[],
        took: started.elapsed(),
    };
    let exit = tell::end(args, inputs, told, style, io);
    // What librdkafka and the brokers still have to put away must not hold the verdict back.
    runtime.shutdown_background();
    exit
}

#[cfg(not(feature = "sandbox"))]
fn sandbox(
    _: &RunArgs,
    _: &Inputs,
    _: (&crate::report::Style, &Environment),
    _: Instant,
    _: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    Err(CommandError::Argument("this build has no sandbox; `--live` uses the brokers of the manifests".to_owned()))
}

/// The runtime that brokers and clients share: two threads, so that neither waits for the other; `lean` has one.
fn runtime(lean: bool) -> Result<tokio::runtime::Runtime, CommandError> {
    if lean {
        return Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?);
    }
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}
