//! `--explain-stage`: what a stage does, what it sends, what it does not prove, and the verdicts that it can end with.

use crate::Io;
use crate::cli::StageChoice;
use crate::commands::CommandError;
use crate::exit::Exit;
use crate::report::probe::{Stage, doc, verdicts};

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
    writeln!(io.stdout, "{stage}\n\n{}", doc(stage).trim_end())?;
    writeln!(io.stdout, "\n## Its verdicts (`flowgate explain ID` says more)\n")?;
    let verdicts = verdicts(stage);
    let widest = verdicts.iter().map(|entry| entry.id.len()).max().unwrap_or_default();
    for entry in verdicts {
        writeln!(io.stdout, "- {:<widest$}  {:<7}  {}", entry.id, entry.severity.as_str(), entry.summary)?;
    }
    Ok(Exit::Clean)
}
