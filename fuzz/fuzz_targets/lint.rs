//! Arbitrary bytes through `flowgate lint`: no input may panic, and a fixed text is as readable as its input.

#![no_main]

use flowgate::diag::FileId;
use flowgate::exit::Exit;
use flowgate::source::Text;
use flowgate::yaml::Stream;
use flowgate::{Environment, Io};
use libfuzzer_sys::fuzz_target;
use std::ffi::OsString;
use std::sync::LazyLock;

fuzz_target!(|bytes: &[u8]| {
    // One format for each input, so that the time goes into new inputs; the length decides, which mutation changes.
    let format = ["json", "human", "concise"][bytes.len() % 3];
    let told = run(&["-", "--level", "info", "--format", format], bytes);
    let fixed = run(&["-", "--unsafe-fixes", "--format", "concise"], bytes);
    if strict() {
        assert!(!fixed.stderr.contains("please report this"), "a fix would have broken the text: {}", fixed.stderr);
    }
    let Ok(before) = Text::decode(bytes.to_vec()) else {
        assert_eq!((told.exit, fixed.exit), (Exit::Trouble, Exit::Trouble), "text that cannot be decoded is read");
        return;
    };
    let after = Text::decode(fixed.stdout.clone()).expect("a fixed text keeps its encoding");
    assert!(broken(&after.content) <= broken(&before.content), "a fixed text cannot be read");
    if after != before {
        let again = run(&["-", "--unsafe-fixes", "--format", "concise"], &fixed.stdout);
        assert!(again.stdout == fixed.stdout, "fixing a fixed text changes it again");
    }
});

/// Whether fixes that were refused because their result is no YAML count as failures: with `STRICT=1`.
fn strict() -> bool {
    static STRICT: LazyLock<bool> = LazyLock::new(|| std::env::var_os("STRICT").is_some());
    *STRICT
}

/// What a run left.
struct Run {
    exit: Exit,
    stdout: Vec<u8>,
    stderr: String,
}

/// Runs `flowgate lint` with `bytes` on standard input.
fn run(args: &[&str], bytes: &[u8]) -> Run {
    let args = ["flowgate", "lint"].iter().chain(args).map(OsString::from);
    let (mut stdin, mut stdout, mut stderr) = (bytes, Vec::new(), Vec::new());
    let mut io = Io { stdin: &mut stdin, stdout: &mut stdout, stderr: &mut stderr };
    let exit = flowgate::run(args, &Environment::default(), &mut io);
    Run { exit, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() }
}

/// Documents of `text` that are not valid YAML.
fn broken(text: &str) -> usize {
    Stream::new(text, FileId(0)).map(|parsed| parsed.findings.len() + usize::from(parsed.unrendered)).sum()
}
