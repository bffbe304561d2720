//! The subcommands: one thin file each, which turns arguments into calls of the library and results into output.

mod completions;
mod explain;
mod fix;
mod lint;
mod man;
#[cfg(feature = "probe")]
mod probe;
#[cfg(feature = "probe")]
mod reach;
mod rules;
#[cfg(feature = "run")]
mod run;
mod schema;
#[cfg(feature = "probe")]
mod stop;

#[cfg(feature = "probe")]
use crate::access::ManifestError;
use crate::cli::{Cli, ColorChoice, Command};
use crate::exit::Exit;
use crate::policy::SelectorError;
use crate::schema::SchemaError;
use crate::source::WriteError;
use crate::{Environment, Io};
use std::fmt::Write as _;
use std::io;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A stream or a file failed.
    #[error("output failed")]
    Io(#[from] io::Error),
    /// `--select` or `--ignore` names something unknown.
    #[error(transparent)]
    Selector(#[from] SelectorError),
    /// A fixed file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A schema could not be projected.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A report or table could not be written as JSON.
    #[error("output failed")]
    Json(#[from] serde_json::Error),
    /// There is nothing to do the work on.
    #[error("{0}")]
    Nothing(String),
    /// An argument has a value that cannot be used.
    #[error("{0}")]
    Argument(String),
}

impl CommandError {
    /// How a run ends that fails in this way.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Nothing(_) => Exit::Nothing,
            _ => Exit::Trouble,
        }
    }

    /// Whether the reader of the output went away.
    pub fn is_broken_pipe(&self) -> bool {
        let kind = match self {
            Self::Io(error) => Some(error.kind()),
            Self::Json(error) => error.io_error_kind(),
            _ => None,
        };
        kind == Some(io::ErrorKind::BrokenPipe)
    }
}

#[cfg(feature = "probe")]
impl From<ManifestError> for CommandError {
    fn from(error: ManifestError) -> Self {
        match error {
            ManifestError::NoFlow | ManifestError::OnlyArm | ManifestError::OnlyGraphs(_) => {
                Self::Nothing(error.to_string())
            }
            error => Self::Argument(chain(&error)),
        }
    }
}

/// An error with all its causes, on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

/// Runs what `cli` asks for.
///
/// # Errors
/// Where an argument cannot be used, or reading or writing fails.
pub fn run(cli: &Cli, environment: &Environment, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    let color = match cli.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => environment.is_terminal && !environment.no_color,
    };
    match &cli.command {
        Command::Lint(args) => lint::run(args, color, environment, io),
        #[cfg(feature = "probe")]
        Command::Probe(args) => probe::run(args, color, environment, io),
        #[cfg(not(feature = "probe"))]
        Command::Probe(_) => {
            Err(CommandError::Argument("this build has no `probe`; `cargo install` brings it".to_owned()))
        }
        #[cfg(feature = "run")]
        Command::Run(args) => run::run(args, color, environment, io),
        #[cfg(not(feature = "run"))]
        Command::Run(_) => Err(CommandError::Argument("this build has no `run`; `cargo install` brings it".to_owned())),
        Command::Rules(args) => rules::run(args, environment, io),
        Command::Explain(args) => explain::run(args, io),
        Command::Schema(args) => schema::run(args, io),
        Command::Completions(args) => completions::run(args, io),
        Command::Man(_) => man::run(io),
    }
}
