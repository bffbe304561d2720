//! Scripts that play `kubectl` and `az`.

use flowgate::secrets::Tools;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

/// A folder with a script `name`, to be the PATH of a child. Calls are written into `calls`.
pub fn script(name: &str, text: &str) -> (tempfile::TempDir, Tools) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let calls = folder.path().join("calls");
    let text = format!("#!/bin/sh\nPATH=/usr/bin:/bin\necho \"$*\" >> {}\n{text}\n", calls.display());
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let tools = Tools { path: Some(folder.path().into()), limit: Duration::from_secs(20), ..Tools::default() };
    (folder, tools)
}

/// What the script was called with, sorted.
pub fn calls(folder: &tempfile::TempDir) -> Vec<String> {
    let text = std::fs::read_to_string(folder.path().join("calls")).unwrap_or_default();
    let mut calls: Vec<String> = text.lines().map(str::to_owned).collect();
    calls.sort();
    calls
}
