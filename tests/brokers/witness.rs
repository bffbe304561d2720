//! Independent witnesses: kcat and mosquitto's own clients.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a program to its end and gives its standard output, or panics with what it said.
pub fn output(program: &str, args: &[&str], limit: Duration) -> Vec<u8> {
    finish(start(program, args), limit)
}

/// Starts a program whose output is read by [`finish`].
pub fn start(program: &str, args: &[&str]) -> Child {
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; `tests/all` installs it"))
}

/// Waits for the end of a program and gives its standard output.
pub fn finish(mut child: Child, limit: Duration) -> Vec<u8> {
    let mut stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let end = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() >= end {
            child.kill().unwrap();
            let _ = child.wait();
            panic!("a witness did not end within {limit:?}: {:?}", String::from_utf8_lossy(&reader.join().unwrap()));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(status.success(), "a witness failed with {status}: {said}");
    reader.join().unwrap()
}

/// The first `count` records of a topic, by kcat with `format` (its `-f`).
pub fn kcat(bootstrap: &str, topic: &str, count: usize, format: &str) -> Vec<u8> {
    let count = count.to_string();
    output(
        "kcat",
        &["-C", "-q", "-b", bootstrap, "-t", topic, "-o", "beginning", "-c", &count, "-f", format],
        Duration::from_secs(20),
    )
}

/// A `mosquitto_sub` that waits for `count` messages, printing each by `format` (its `-F`).
pub fn mosquitto_sub(port: u16, topic: &str, count: usize, format: &str) -> Child {
    let (port, count) = (port.to_string(), count.to_string());
    start("mosquitto_sub", &["-V", "5", "-q", "1", "-p", &port, "-t", topic, "-C", &count, "-F", format, "-W", "20"])
}
