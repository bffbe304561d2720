//! Colours, where they are wanted: red, yellow and cyan for the three severities, and little else.

use crate::diag::Severity;
use std::fmt::Display;

/// Puts text into ANSI colours, or leaves it as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(pub(super) bool);

impl Paint {
    fn with(self, code: &str, text: impl Display) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }

    /// In the colour of a severity, bold.
    pub(super) fn severity(self, severity: Severity, text: impl Display) -> String {
        let code = match severity {
            Severity::Error => "1;31",
            Severity::Warning => "1;33",
            Severity::Info => "1;36",
        };
        self.with(code, text)
    }

    /// A message or a heading.
    pub(super) fn bold(self, text: impl Display) -> String {
        self.with("1", text)
    }

    /// What may be overlooked.
    pub(super) fn dim(self, text: impl Display) -> String {
        self.with("2", text)
    }

    /// A line of a diff by its sign.
    pub(super) fn sign(self, sign: char, text: impl Display) -> String {
        match sign {
            '-' => self.with("31", text),
            '+' => self.with("32", text),
            _ => self.dim(text),
        }
    }
}
