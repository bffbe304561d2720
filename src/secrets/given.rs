//! What the command line says of a secret: which, and where it is. Never the secret itself: command lines are seen by
//! everybody on a machine.

use std::path::PathBuf;
use std::str::FromStr;

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `file:PATH`.
    File(PathBuf),
    /// `env:VARIABLE`.
    Environment(String),
    /// `stdin`.
    Stdin,
}

/// `NAME.KEY=file:PATH`, `NAME.KEY=env:VARIABLE` or `NAME.KEY=stdin`. Names and keys of Secrets may both hold dots: the
/// name ends at the first, as keys often have one (`client_cert.pem`). A name that has one is set off by a slash,
/// `my.secret/client_cert.pem=file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The Secret.
    pub name: String,
    /// The key in it.
    pub key: String,
    /// Where its value stands.
    pub place: Place,
}

/// What is none. The text is not repeated: somebody may have written the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadGiven {
    /// No name and key.
    #[error("a secret is `NAME.KEY=file:PATH`, `NAME.KEY=env:VARIABLE` or `NAME.KEY=stdin`")]
    Form,
    /// Neither `file:`, `env:` nor `stdin`.
    #[error(
        "a secret's value is `file:PATH`, `env:VARIABLE` or `stdin`, never the value itself: others on this machine can \
         read command lines"
    )]
    Place,
}

impl FromStr for Place {
    type Err = BadGiven;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("env", name)) if !name.is_empty() && !name.contains(['=', '\0']) => {
                Ok(Self::Environment(name.to_owned()))
            }
            None if text == "stdin" => Ok(Self::Stdin),
            _ => Err(BadGiven::Place),
        }
    }
}

impl FromStr for Given {
    type Err = BadGiven;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (which, place) = text.split_once('=').ok_or(BadGiven::Form)?;
        let (name, key) = which.split_once('/').or_else(|| which.split_once('.')).ok_or(BadGiven::Form)?;
        if name.is_empty() || key.is_empty() || key.contains('/') {
            return Err(BadGiven::Form);
        }
        Ok(Self { name: name.to_owned(), key: key.to_owned(), place: place.parse()? })
    }
}
