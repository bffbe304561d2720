//! `flowgate man`: one page for the program and its subcommands, derived from the command line.

use super::CommandError;
use crate::Io;
use crate::cli::Cli;
use crate::exit::Exit;
use clap::CommandFactory;
use clap_mangen::Man;
use std::io::Write;

pub(super) fn run(io: &mut Io<'_>) -> Result<Exit, CommandError> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let man = Man::new(subcommand.clone());
        writeln!(page, ".SH {}", subcommand.get_name().to_uppercase())?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    writeln!(page, ".SH EXIT STATUS")?;
    for (exit, meaning) in Exit::MEANINGS {
        writeln!(page, ".TP\n{}\n{meaning}", exit.code())?;
    }
    io.stdout.write_all(&page)?;
    Ok(Exit::Clean)
}
