//! What no page settles: named settings with a stated default, so that nothing is decided by accident.

pub mod table;

use crate::diag::Source;

/// One open question, its answers, and the one that is taken unless somebody says otherwise.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// Kebab-case name, for `--set NAME=VALUE`.
    pub name: &'static str,
    /// The answers, the default first.
    pub values: &'static [&'static str],
    /// What the question is: lower case, no final dot.
    pub about: &'static str,
    /// Why the default is the default: lower case, no final dot.
    pub why: &'static str,
    /// The pages that leave it open or contradict each other.
    pub sources: &'static [Source],
}

/// The answers that hold for a run.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    set: Vec<(&'static str, &'static str)>,
}

/// Why a setting cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// There is no such setting.
    #[error("no setting is called `{0}`; `flowgate run --list-settings` lists them")]
    Unknown(String),
    /// It does not take that value.
    #[error("setting `{name}` does not take `{value}`, expected one of {expected}")]
    Value {
        /// The setting.
        name: &'static str,
        /// What was given.
        value: String,
        /// What it takes.
        expected: String,
    },
}

impl Choices {
    /// The answer to `choice`.
    pub fn get(&self, choice: &Choice) -> &'static str {
        let set = self.set.iter().rev().find(|(name, _)| *name == choice.name);
        set.map_or(choice.values[0], |(_, value)| value)
    }

    /// Whether the answer to `choice` is `value`.
    pub fn is(&self, choice: &Choice, value: &str) -> bool {
        self.get(choice) == value
    }

    /// Answers the question `name` by `value`.
    ///
    /// # Errors
    /// Where there is no such question or answer.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ChoiceError> {
        let choice = all().find(|choice| choice.name == name).ok_or_else(|| ChoiceError::Unknown(name.to_owned()))?;
        let known = choice.values.iter().find(|known| **known == value).ok_or_else(|| ChoiceError::Value {
            name: choice.name,
            value: value.to_owned(),
            expected: choice.values.join(", "),
        })?;
        self.set.push((choice.name, known));
        Ok(())
    }
}

/// All open questions, in the order of `--list-settings`.
pub fn all() -> impl Iterator<Item = &'static Choice> {
    table::ALL.iter().copied().chain(super::transform::CHOICES.iter().copied())
}
