//! `flowgate completions`: the completions of a shell, derived from the command line.

use super::CommandError;
use crate::Io;
use crate::cli::{Cli, CompletionsArgs};
use crate::exit::Exit;
use clap::CommandFactory;

pub(super) fn run(args: &CompletionsArgs, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    // Rendered whole first: clap_complete panics where its writer fails.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "flowgate", &mut text);
    io.stdout.write_all(&text)?;
    Ok(Exit::Clean)
}
