//! `kubectl` and `az` as child processes: they know the logins, plugins and proxies of whoever sits there.
//!
//! What they print is a secret and never repeated; what they complain of is, with secrets masked.

use super::LARGEST;
use crate::redact::{Secret, mask};
use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;

/// How child processes are run.
#[derive(Debug, Clone)]
pub struct Tools {
    /// `PATH` of the child, where not that of this process.
    pub path: Option<OsString>,
    /// The context of `kubectl`, where not the current one.
    pub context: Option<String>,
    /// The limit of each call. `az` alone needs more than a second to start.
    pub limit: Duration,
}

impl Default for Tools {
    fn default() -> Self {
        Self { path: None, context: None, limit: Duration::from_secs(30) }
    }
}

/// What went wrong with a child process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChildError {
    /// It cannot be started.
    #[error("`{program}` cannot be run: {cause}")]
    Start {
        /// The program.
        program: &'static str,
        /// Why.
        cause: String,
    },
    /// It failed.
    #[error("`{command}` failed: {complaint}")]
    Failed {
        /// The command, without its secrets: it has none.
        command: String,
        /// What it said on standard error, shortened.
        complaint: String,
    },
    /// It did not end in time.
    #[error("`{command}` did not end within {} s", .limit.as_secs_f32())]
    Silent {
        /// The command.
        command: String,
        /// How long was waited.
        limit: Duration,
    },
    /// It said more than anybody needs.
    #[error("`{command}` answered with more than {largest} bytes")]
    TooLarge {
        /// The command.
        command: String,
        /// The most bytes that are read.
        largest: u64,
    },
    /// It answered with something else than expected.
    #[error("`{command}` answered with something else than {expected}")]
    Answer {
        /// The command.
        command: String,
        /// What was expected.
        expected: &'static str,
    },
}

/// Why a cluster does not give something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Denial {
    /// Whoever is logged in may not read it.
    Forbidden,
    /// It is not there.
    NotFound,
    /// The cluster knows no such kind of resource.
    NoSuchKind,
}

impl ChildError {
    /// What the cluster said, where it was the cluster that refused: by the words of `kubectl`, which has no codes.
    pub fn denial(&self) -> Option<Denial> {
        let Self::Failed { complaint, .. } = self else { return None };
        let says = |words: &str| complaint.contains(words);
        if says("(Forbidden)") {
            Some(Denial::Forbidden)
        } else if says("(NotFound)") && !says("could not find the requested resource") {
            Some(Denial::NotFound)
        } else if says("doesn't have a resource type") || says("could not find the requested resource") {
            Some(Denial::NoSuchKind)
        } else {
            None
        }
    }
}

/// The program's name for the system: `az` is a script, which Windows starts by its full name only.
fn file_name(program: &'static str) -> &'static str {
    if cfg!(windows) && program == "az" { "az.cmd" } else { program }
}

/// What a child printed.
pub(super) struct Output {
    /// The command line.
    pub(super) command: String,
    /// Standard output.
    pub(super) stdout: Secret<Vec<u8>>,
}

/// Runs `program` and reads what it prints, at most `largest` bytes.
pub(super) async fn run(
    tools: &Tools,
    program: &'static str,
    args: &[&str],
    largest: u64,
) -> Result<Output, ChildError> {
    let command_line = format!("{program} {}", args.join(" "));
    let mut command = Command::new(file_name(program));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    if let Some(path) = &tools.path {
        command.env("PATH", path);
    }
    let start = |cause: std::io::Error| ChildError::Start {
        program,
        cause: match cause.kind() {
            std::io::ErrorKind::NotFound => "it is not on the PATH".to_owned(),
            _ => cause.to_string(),
        },
    };
    let mut child = command.spawn().map_err(start)?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let work = async { tokio::join!(all(out, largest), all(err, LARGEST), child.wait()) };
    let Ok((stdout, stderr, status)) = timeout(tools.limit, work).await else {
        return Err(ChildError::Silent { command: command_line, limit: tools.limit });
    };
    match status {
        _ if stdout.len() as u64 > largest => Err(ChildError::TooLarge { command: command_line, largest }),
        Ok(status) if status.success() => Ok(Output { command: command_line, stdout: Secret::new(stdout) }),
        Ok(_) => Err(ChildError::Failed { command: command_line, complaint: complaint(&stderr) }),
        Err(error) => Err(start(error)),
    }
}

/// What `stream` gives, one byte more than `largest` where there is more; it is closed then, and the child ends.
async fn all(stream: Option<impl AsyncRead + Unpin>, largest: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        // What could be read until an error is still worth showing.
        let _ = stream.take(largest + 1).read_to_end(&mut bytes).await;
    }
    bytes
}

/// The last lines that say something, on one line.
fn complaint(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let masked = mask(&text);
    let lines: Vec<&str> = masked.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(3)..).unwrap_or_default().join(" / ");
    match last.char_indices().nth(400) {
        Some((end, _)) => format!("{}…", last.get(..end).unwrap_or_default()),
        None if last.is_empty() => "it said nothing".to_owned(),
        None => last.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\""),
    }
}

/// An Entra token of whoever is logged in: `az account get-access-token`.
pub(super) async fn entra_token(tools: &Tools, resource: &str) -> Result<Secret<Vec<u8>>, ChildError> {
    #[derive(serde::Deserialize)]
    struct Answer {
        #[serde(rename = "accessToken")]
        access_token: String,
    }
    let args = ["account", "get-access-token", "--resource", resource, "--output", "json"];
    let output = run(tools, "az", &args, LARGEST).await?;
    match serde_json::from_slice::<Answer>(output.stdout.expose()) {
        Ok(answer) => Ok(Secret::new(answer.access_token.into_bytes())),
        Err(_) => Err(ChildError::Answer { command: output.command, expected: "JSON with an `accessToken`" }),
    }
}
