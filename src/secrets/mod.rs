//! Where credentials come from while a command runs: a Secret among the files, `--secret`, directories, the environment,
//! `kubectl`, `az`, Entra, the managed identity of this machine.
//!
//! What is found cannot be printed, and says where it came from. It is found here and used elsewhere: what proves whom to a
//! broker is for `access`. The manifests are looked into and standard input is read by the caller.

mod child;
mod entra;
mod given;
mod jwt;
mod kubectl;
mod metadata;
mod service;
mod token;

#[cfg(test)]
mod tests;

pub use child::{ChildError, Denial, Tools};
pub use entra::Application;
pub use given::{BadGiven, Given, Place};
pub use jwt::{NotAToken, TokenFacts, TokenProblem};
pub use service::{Service, ServiceCause, ServiceError, Services};
pub use token::{Token, TokenSource};

use crate::redact::Secret;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// The most bytes that a Secret may have in Kubernetes, and that is read from anywhere.
const LARGEST: u64 = 1024 * 1024;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// Standard input.
    Stdin,
    /// A Secret among the manifests.
    Manifest,
    /// The cluster, by `kubectl`.
    Kubectl,
    /// Whoever is logged in to the Azure CLI.
    AzureCli,
    /// Entra, for a federated token.
    WorkloadIdentity,
    /// Entra, for the secret of an application.
    ServicePrincipal,
    /// The managed identity of this Azure VM.
    Imds,
    /// The managed identity of this Arc-enabled server.
    Arc,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the file `{}`", path.display()),
            Self::Environment(name) => write!(f, "the environment variable `{name}`"),
            Self::Stdin => f.write_str("standard input"),
            Self::Manifest => f.write_str("the Secret among the manifests"),
            Self::Kubectl => f.write_str("the cluster, by kubectl"),
            Self::AzureCli => f.write_str("the login of the Azure CLI"),
            Self::WorkloadIdentity => f.write_str("Entra, by workload identity"),
            Self::ServicePrincipal => f.write_str("Entra, for a service principal"),
            Self::Imds => f.write_str("the managed identity of this Azure VM"),
            Self::Arc => f.write_str("the managed identity of this Arc-enabled server"),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone)]
pub struct Found {
    /// The value.
    pub value: Secret<Vec<u8>>,
    /// Its source.
    pub origin: Origin,
}

impl Found {
    /// The value as text.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn text(&self) -> Result<Secret<String>, SecretError> {
        let text = String::from_utf8(self.value.expose().clone());
        text.map(Secret::new).map_err(|_| SecretError::NotText(self.origin.clone()))
    }
}

/// A credential that could not be had. Nothing of a value is ever repeated.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// No source has it.
    #[error("no value for key `{key}` of Secret `{name}`: give it with `--secret {name}.{key}=file:PATH`")]
    Missing {
        /// The Secret.
        name: String,
        /// The key.
        key: String,
    },
    /// A file cannot be read.
    #[error("`{}` cannot be read: {cause}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// More than a Secret may have.
    #[error("`{}` has more than {LARGEST} bytes, more than a Secret may have", .0.display())]
    TooLarge(PathBuf),
    /// An environment variable is not set.
    #[error("the environment variable `{0}` is not set")]
    Environment(String),
    /// Standard input is asked for and was not read.
    #[error("standard input was to hold a secret, and is empty or used for something else")]
    Stdin,
    /// A value is to be text and is not.
    #[error("what {0} holds is not UTF-8")]
    NotText(Origin),
    /// The environment lacks what a login needs.
    #[error("{login} needs the environment variable `{name}`, which {problem}")]
    Setting {
        /// The login.
        login: &'static str,
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// `kubectl` or `az` did not give it.
    #[error(transparent)]
    Child(#[from] ChildError),
    /// A service did not give it.
    #[error(transparent)]
    Service(Box<ServiceError>),
    /// The cluster's Secret has no such key.
    #[error("the cluster's Secret `{name}` has no key `{key}`; it has {}", list(.keys))]
    NoKey {
        /// The Secret.
        name: String,
        /// The key.
        key: String,
        /// The keys that it has.
        keys: Vec<String>,
    },
    /// What came as a token is none.
    #[error("what {origin} holds is no token: {cause}")]
    NotAToken {
        /// Where it came from.
        origin: Origin,
        /// Why.
        cause: NotAToken,
    },
}

impl SecretError {
    /// Whether nobody gave it, so that nothing can be said of it; otherwise something is wrong with what was given, or the
    /// cluster does not have it.
    pub fn is_not_given(&self) -> bool {
        match self {
            Self::Missing { .. } | Self::Setting { .. } | Self::Service(_) => true,
            Self::Child(error) => error.denial() != Some(Denial::NotFound),
            Self::File { .. }
            | Self::TooLarge(_)
            | Self::Environment(_)
            | Self::Stdin
            | Self::NotText(_)
            | Self::NoKey { .. }
            | Self::NotAToken { .. } => false,
        }
    }
}

fn list(keys: &[String]) -> String {
    if keys.is_empty() {
        return "none".to_owned();
    }
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

/// Reads an environment variable.
pub type InEnvironment = Box<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

/// The sources of one run. They are asked in the order of the fields.
pub struct Secrets {
    /// `--secret`, single values.
    pub given: Vec<Given>,
    /// `--secrets`: a folder with a folder for each Secret and a file for each key, as Kubernetes mounts them.
    pub folder: Option<PathBuf>,
    /// Whether the cluster is asked for Secrets.
    pub cluster: bool,
    /// Standard input, if a value is to come from there.
    pub stdin: Option<Secret<Vec<u8>>>,
    /// The environment.
    pub environment: InEnvironment,
    /// How `kubectl` and `az` are run.
    pub tools: Tools,
    /// Where tokens are asked for over HTTP.
    pub services: Services,
    /// Secrets that the cluster was asked for already.
    pub cache: Cache,
}

/// What the cluster said of the Secrets that it was asked for, by namespace and name.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<(String, String), Asked>>);

/// One Secret: being asked for, or what came of it.
type Asked = Arc<OnceCell<Result<kubectl::Keys, ChildError>>>;

impl Default for Secrets {
    /// Nothing but the environment of the process.
    fn default() -> Self {
        Self {
            given: Vec::new(),
            folder: None,
            cluster: false,
            stdin: None,
            environment: Box::new(|name| std::env::var_os(name)),
            tools: Tools::default(),
            services: Services::default(),
            cache: Cache::default(),
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("given", &self.given).field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Secrets {
    /// The value of `key` in the Secret `name` of `namespace`, which is `in_files` among the manifests. `--secret` and
    /// `--secrets` come before the manifests, the cluster comes after them. Of files, variables and standard input one line
    /// break at the end is not part of the value: `echo` and editors leave one.
    ///
    /// # Errors
    /// If the first source that is responsible cannot give it, or none is.
    pub async fn find(
        &self,
        namespace: &str,
        name: &str,
        key: &str,
        in_files: Option<&Secret<Vec<u8>>>,
    ) -> Result<Found, SecretError> {
        if let Some(given) = self.given.iter().find(|given| given.name == name && given.key == key) {
            return self.read(&given.place).await;
        }
        if let Some(path) = self.folder.as_deref().and_then(|folder| below(folder, name, key)) {
            match file(&path).await {
                Err(SecretError::File { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {}
                found => return found,
            }
        }
        match in_files {
            Some(value) => Ok(Found { value: value.clone(), origin: Origin::Manifest }),
            None if self.cluster => self.in_cluster(namespace, name, key).await,
            None => Err(SecretError::Missing { name: name.to_owned(), key: key.to_owned() }),
        }
    }

    /// What stands at `place`.
    ///
    /// # Errors
    /// If there is nothing or it cannot be read.
    pub async fn read(&self, place: &Place) -> Result<Found, SecretError> {
        match place {
            Place::File(path) => file(path).await,
            Place::Environment(name) => {
                let value = (self.environment)(name).ok_or_else(|| SecretError::Environment(name.clone()))?;
                Ok(found(value.into_encoded_bytes(), Origin::Environment(name.clone())))
            }
            Place::Stdin => {
                let value = self.stdin.as_ref().filter(|value| !value.expose().is_empty());
                Ok(found(value.ok_or(SecretError::Stdin)?.expose().clone(), Origin::Stdin))
            }
        }
    }

    /// An environment variable that is set and not empty.
    fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty())
    }

    /// Every Secret is asked for once, whatever comes of it; others need not wait meanwhile.
    async fn in_cluster(&self, namespace: &str, name: &str, key: &str) -> Result<Found, SecretError> {
        let asked = {
            let mut cache = self.cache.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cache.entry((namespace.to_owned(), name.to_owned())).or_default())
        };
        let keys = asked.get_or_init(|| self.tools.secret(namespace, name)).await.as_ref().map_err(Clone::clone)?;
        match keys.get(key) {
            Some(value) => Ok(Found { value: value.clone(), origin: Origin::Kubectl }),
            None => {
                let mut known: Vec<String> = keys.keys().cloned().collect();
                known.sort();
                Err(SecretError::NoKey { name: name.to_owned(), key: key.to_owned(), keys: known })
            }
        }
    }
}

/// `folder/name/key`, unless one of them would lead elsewhere.
fn below(folder: &Path, name: &str, key: &str) -> Option<PathBuf> {
    let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['/', '\\']);
    (plain(name) && plain(key)).then(|| folder.join(name).join(key))
}

fn found(mut value: Vec<u8>, origin: Origin) -> Found {
    if value.last() == Some(&b'\n') {
        value.pop();
        if value.last() == Some(&b'\r') {
            value.pop();
        }
    }
    Found { value: Secret::new(value), origin }
}

async fn file(path: &Path) -> Result<Found, SecretError> {
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        // A pipe or a device could be read for ever.
        let meta = std::fs::metadata(&owned)?;
        if !meta.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        if meta.len() > LARGEST { Ok(None) } else { std::fs::read(&owned).map(Some) }
    });
    let cause = match read.await {
        Ok(Ok(Some(value))) => return Ok(found(value, Origin::File(path.to_owned()))),
        Ok(Ok(None)) => return Err(SecretError::TooLarge(path.to_owned())),
        Ok(Err(cause)) => cause,
        Err(_) => io::Error::other("reading was interrupted"),
    };
    Err(SecretError::File { path: path.to_owned(), cause })
}
