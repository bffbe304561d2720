//! A broker as a process that cannot outlive the test.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts the program, says its process id, and ends it when its standard input ends: that is when the test process is
/// gone, whether it returned, panicked or was killed. Then removes the folder `$0`, if it is one.
const GUARD: &str = r#""$@" </dev/null >>"$LOG" 2>&1 & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null; wait $! 2>/dev/null; [ -d "$0" ] && rm -rf "$0""#;

/// A running broker.
pub struct Process {
    guard: Child,
    /// Its process id.
    pub id: u32,
    log: PathBuf,
}

impl Process {
    /// Starts `command`, logging into `log`; `own` is removed at its end.
    pub fn start(command: &[&str], log: &Path, own: Option<&Path>) -> Self {
        File::create(log).unwrap();
        let mut guard = Command::new("sh")
            .arg("-c")
            .arg(GUARD)
            .arg(own.unwrap_or(Path::new("nothing")))
            .args(command)
            .env("LOG", log)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(guard.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { id: line.trim().parse().unwrap(), guard, log: log.to_owned() }
    }

    /// Waits until all of `addresses` accept connections.
    pub fn wait_for(&self, addresses: &[SocketAddr], limit: Duration) {
        let end = Instant::now() + limit;
        for address in addresses {
            while TcpStream::connect_timeout(address, Duration::from_millis(200)).is_err() {
                assert!(Instant::now() < end, "no broker at {address}:\n{}", self.log());
                assert!(self.is_alive(), "the broker ended:\n{}", self.log());
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    fn is_alive(&self) -> bool {
        signal(self.id, "-0")
    }

    /// The end of what it logged.
    pub fn log(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Sends `name`, such as `-KILL` or `-TERM`, and waits for the end of the process.
    pub fn end(&mut self, name: &str) {
        signal(self.id, name);
        let end = Instant::now() + Duration::from_secs(30);
        // The guard reaps it, so it is gone and not a zombie only when the guard waits: look at its state.
        while running(self.id) {
            assert!(Instant::now() < end, "process {} does not end by {name}:\n{}", self.id, self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// Sends a signal by the process id; whether there is such a process.
fn signal(id: u32, name: &str) -> bool {
    Command::new("kill").args([name, &id.to_string()]).stderr(Stdio::null()).status().unwrap().success()
}

/// Whether the process runs, and is not just waiting to be reaped.
fn running(id: u32) -> bool {
    let output = Command::new("ps").args(["-o", "stat=", "-p", &id.to_string()]).output().unwrap();
    let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}
