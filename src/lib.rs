//! Flowgate: from an Azure IoT Operations dataflow manifest to proof, and to the line to change.
//!
//! Files become text (`source`), text becomes spanned trees (`yaml`), trees are held against the schemas (`schema`),
//! read as resources (`model`) and judged by rules (`rules`); `policy` decides what counts, `report` tells it. Nothing
//! flows back up, and imports point one way.

#[cfg(feature = "probe")]
pub mod access;
pub mod cli;
pub mod commands;
pub mod diag;
pub mod exit;
#[cfg(feature = "translate")]
pub mod message;
pub mod model;
pub mod policy;
#[cfg(feature = "probe")]
pub mod probe;
pub mod redact;
pub mod report;
pub mod rules;
#[cfg(feature = "translate")]
pub mod run;
pub mod schema;
#[cfg(feature = "probe")]
pub mod secrets;
pub mod settings;
pub mod source;
#[cfg(feature = "translate")]
pub mod syntax;
#[cfg(feature = "translate")]
pub mod translate;
#[cfg(feature = "probe")]
pub mod transport;
pub mod yaml;

use clap::Parser;
use exit::Exit;
use std::ffi::OsString;
use std::io::{Read, Write};

/// The streams of a run.
pub struct Io<'a> {
    /// Where `-` is read from.
    pub stdin: &'a mut dyn Read,
    /// Results, and nothing else.
    pub stdout: &'a mut dyn Write,
    /// Everything else.
    pub stderr: &'a mut dyn Write,
}

/// What the output depends on besides the arguments.
#[derive(Debug, Clone, Copy, Default)]
pub struct Environment {
    /// Whether standard output is a terminal.
    pub is_terminal: bool,
    /// Whether standard error is a terminal.
    pub stderr_is_terminal: bool,
    /// Whether colour is unwelcome: `NO_COLOR`.
    pub no_color: bool,
    /// Whether box drawing is unwelcome: `NO_COLOR`, `NO_GRAPHICS`, a CI log, or a dumb terminal.
    pub no_graphics: bool,
    /// Columns of the terminal, if known.
    pub columns: Option<usize>,
}

impl Environment {
    /// As the process finds it.
    pub fn of_process(is_terminal: bool, stderr_is_terminal: bool) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let no_color = set("NO_COLOR");
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            is_terminal,
            stderr_is_terminal,
            no_color,
            no_graphics: no_color || set("NO_GRAPHICS") || set("CI") || dumb,
            columns: std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()),
        }
    }
}

/// Runs a command line, the name of the program first.
pub fn run(args: impl IntoIterator<Item = OsString>, environment: &Environment, io: &mut Io<'_>) -> Exit {
    let outcome = match cli::Cli::try_parse_from(args) {
        Ok(cli) => commands::run(&cli, environment, io),
        Err(error) => return usage(&error, io),
    };
    match outcome.and_then(|exit| io.stdout.flush().map(|()| exit).map_err(commands::CommandError::from)) {
        Ok(exit) => exit,
        // Whoever read the output has seen enough.
        Err(error) if error.is_broken_pipe() => Exit::Trouble,
        Err(error) => {
            // Where even standard error is gone the exit code has to do.
            let _ = writeln!(io.stderr, "flowgate: {}", commands::chain(&error));
            error.exit()
        }
    }
}

/// Help and version go to standard output and are no error; everything else is.
fn usage(error: &clap::Error, io: &mut Io<'_>) -> Exit {
    let text = error.render();
    if error.use_stderr() {
        let _ = write!(io.stderr, "{text}");
        Exit::Trouble
    } else {
        let _ = write!(io.stdout, "{text}").and_then(|()| io.stdout.flush());
        Exit::Clean
    }
}
