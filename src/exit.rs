//! The exit codes, in one place.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing to complain of.
    Clean = 0,
    /// Findings at or above `--fail-on`, or a run that does not hold.
    Findings = 1,
    /// The command line, a file or a pipe is at fault.
    Trouble = 2,
    /// Nothing was there to check or to run.
    Nothing = 3,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// All of them with what they mean, for the README and the man page.
    pub const MEANINGS: [(Self, &'static str); 4] = [
        (Self::Clean, "nothing to complain of"),
        (
            Self::Findings,
            "findings at or above `--fail-on`, or a `--diff` that is not empty; `probe`: an endpoint that fails, or of which it \
             cannot be told; `run`: a message that was lost, was not as expected or predicted, cannot be told apart, or \
             could not be sent",
        ),
        (
            Self::Trouble,
            "usage, or a file that cannot be read or written; `run`: nobody agreed to send; `run`, `probe`: it was interrupted",
        ),
        (
            Self::Nothing,
            "no dataflow resource among the files (`lint`: unless `--allow-empty`), no endpoint to probe, or no case to run",
        ),
    ];
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
