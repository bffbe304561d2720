//! `flowgate run`: reads manifests and arguments, runs the dataflow, and tells.

mod inputs;
mod live;
mod load;
mod message;
mod reach;
mod settings;
mod stop;
mod tell;

use super::CommandError;
use crate::cli::RunArgs;
use crate::exit::Exit;
use crate::run::sandboxed;
use crate::{Environment, Io};
use inputs::Inputs;
use std::time::{Duration, Instant};
use tell::Told;

pub(super) fn run(
    args: &RunArgs,
    color: bool,
    environment: &Environment,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    if args.translate.list_settings {
        return settings::list(&inputs::choices(args)?, environment, io);
    }
    let started = Instant::now();
    let inputs = inputs::read(args, io)?;
    let style = tell::style(color, environment);
    if !inputs.findings.is_empty() {
        tell::complaints(args, &inputs, &style, io)?;
        return Ok(Exit::Findings);
    }
    if inputs.jobs.is_empty() && inputs.refused.is_empty() {
        return Err(CommandError::Nothing("no case is to be run".to_owned()));
    }
    if args.place.live || args.place.deployed {
        return live::run(args, &inputs, &style, environment, io);
    }
    sandbox(args, &inputs, &style, started, io)
}

#[cfg(feature = "sandbox")]
fn sandbox(
    args: &RunArgs,
    inputs: &Inputs,
    style: &crate::report::Style,
    started: Instant,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    let limit = Duration::from_secs(args.reach.timeout.max(1));
    let runtime = runtime(false)?;
    if load::is_asked(args) {
        return load::sandbox(args, inputs, &runtime, io);
    }
    let done = runtime
        .block_on(sandboxed::run(&inputs.jobs, limit, &|| {}))
        .map_err(|error| CommandError::Argument(super::chain(&error)))?;
    let notes = tell::sandbox_notes(args, inputs, &done);
    let told = Told {
        mode: crate::report::run::Mode::Sandbox,
        notes: &notes,
        done: &done,
        findings: &[],
        took: started.elapsed(),
    };
    tell::report(args, inputs, told, style, io)?;
    let exit = tell::exit(inputs, &done);
    // What librdkafka and the brokers still have to put away must not hold the verdict back.
    runtime.shutdown_background();
    Ok(exit)
}

#[cfg(not(feature = "sandbox"))]
fn sandbox(
    _: &RunArgs,
    _: &Inputs,
    _: &crate::report::Style,
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
