//! `flowgate run`: reads manifests and arguments, runs the dataflow, and tells.

mod message;

use super::CommandError;
use crate::cli::RunArgs;
use crate::exit::Exit;
use crate::{Environment, Io};

pub(super) fn run(
    args: &RunArgs,
    color: bool,
    environment: &Environment,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    let _ = (args, color, environment, io, message::overlay);
    Err(CommandError::Argument("not built yet".to_owned()))
}
