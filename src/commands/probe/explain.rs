//! `--explain-stage`: what a stage does, what it sends, and what it does not prove.

use crate::Io;
use crate::cli::StageChoice;
use crate::commands::CommandError;
use crate::exit::Exit;
use crate::report::probe::Stage;

pub(super) fn stage(choice: StageChoice, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    let stage = match choice {
        StageChoice::Dns => Stage::Dns,
        StageChoice::Tcp => Stage::Tcp,
        StageChoice::Tls => Stage::Tls,
        StageChoice::Protocol => Stage::Protocol,
        StageChoice::Login => Stage::Login,
        StageChoice::Limits => Stage::Limits,
        StageChoice::Listeners => Stage::Listeners,
        StageChoice::Permission => Stage::Permission,
    };
    writeln!(io.stdout, "{stage}")?;
    Ok(Exit::Clean)
}
