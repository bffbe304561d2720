//! `flowgate probe` as a process of its own, with a folder of manifests.

use std::io::Write;
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
    let mut child = Command::new(env!("CARGO_BIN_EXE_flowgate"))
        .arg("probe")
        .arg(folder.join("manifest.yaml"))
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Where a credential is to come from standard input it is this; whoever does not read has closed it by now.
    let _ = child.stdin.take().unwrap().write_all(crate::ways_in::PASSWORD.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let said = Said { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
    // Not by a panic, nor by a signal.
    assert!(matches!(said.code, Some(0..=3)), "{said:?}");
    said
}
