//! `flowgate probe` as a process of its own, with a folder of manifests.

use std::path::Path;
use std::process::{Command, Stdio};

/// What it said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// Everything that it said.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Probes the manifests in `folder`.
pub fn probe(folder: &Path, arguments: &[String], environment: &[(String, String)]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_flowgate"))
        .arg("probe")
        .arg(folder.join("manifest.yaml"))
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let said = Said { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
    said
}
