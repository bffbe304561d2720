//! Ctrl-C and SIGTERM end a run in time, and cleanly.

use crate::brokers::mosquitto::{Mosquitto, Setup};
use crate::brokers::{unique, witness};
use crate::site::{Site, flow, mqtt};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The program itself, as signals are for processes.
fn program(args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowgate"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Sends `signal` and hands back exit code, standard output and standard error, within `limit`.
fn end(mut child: Child, signal: &str, limit: Duration) -> (Option<i32>, String, String) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let since = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if since.elapsed() > limit {
            child.kill().unwrap();
            panic!("{signal} did not end it within {limit:?}: {:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_signal_under_load_ends_it_cleanly() {
    // `log_type notice` tells of clients that went without a good-bye.
    let setup = Setup { more: "log_type notice\n", ..Setup::default() };
    let mosquitto = Mosquitto::start(&setup);
    let host = format!("127.0.0.1:{}", mosquitto.port);
    let topic = unique("out");
    let site = Site::new(&[
        mqtt("broker", &host, ""),
        mqtt("cloud", &host, ""),
        flow(["broker", "line/+/telemetry"], ["cloud", &topic], ""),
    ]);
    for signal in ["-INT", "-TERM"] {
        let sub = witness::mosquitto_sub(mosquitto.port, &topic, 200, "%t");
        std::thread::sleep(Duration::from_millis(300));
        let args = site.args(&["--yes", "--count", "10000000", "--rate", "2000", "--format", "json"]);
        let child = program(&args);
        witness::finish(sub, Duration::from_secs(25));
        let (code, stdout, stderr) = end(child, signal, Duration::from_secs(8));
        let report: serde_json::Value = serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"));
        assert_eq!(report["interrupted"], true, "{report}");
        assert!(report["sent"].as_u64().unwrap() >= 200, "{report}");
        assert_eq!(report["bridge"]["taken"], report["bridge"]["confirmed"], "{report}");
        assert_eq!(code, Some(2), "{stdout}{stderr}");
        assert!(stderr.contains("interrupted"), "{stderr}");
    }
    std::thread::sleep(Duration::from_millis(200));
    let log = mosquitto.log();
    assert!(!log.contains("closed its connection"), "{log}");
    assert!(log.matches("disconnected.").count() >= 8, "{log}");
}

/// Waits until somebody connects.
fn wait_for(listener: &TcpListener) {
    let end = Instant::now() + Duration::from_secs(10);
    while listener.accept().is_err() {
        assert!(Instant::now() < end, "nobody connects");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_signal_ends_a_wait() {
    // Nobody answers there.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    silent.set_nonblocking(true).unwrap();
    let host = silent.local_addr().unwrap().to_string();
    let site = Site::new(&[
        mqtt("broker", &host, ""),
        mqtt("cloud", &host, ""),
        flow(["broker", "line/+/telemetry"], ["cloud", "out"], ""),
    ]);
    for signal in ["-INT", "-TERM"] {
        let child = program(&site.args(&["--yes", "--timeout", "60"]));
        wait_for(&silent);
        let (code, stdout, stderr) = end(child, signal, Duration::from_secs(3));
        assert_eq!(code, Some(2), "{stdout}{stderr}");
        assert!(stderr.contains("interrupted"), "{stderr}");
        // The other connections of the same run.
        while silent.accept().is_ok() {}
    }
}
