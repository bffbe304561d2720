//! The thin binary: hands arguments and streams to the library, and its answer to the system.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

fn main() -> ExitCode {
    // Standard error is shared with the line that shows progress, which draws from another thread.
    let (mut stdin, mut stderr) = (io::stdin().lock(), io::stderr());
    let is_terminal = io::stdout().is_terminal();
    let mut stdout = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let environment = flowgate::Environment::of_process(is_terminal, stderr.is_terminal());
    let mut io = flowgate::Io { stdin: &mut stdin, stdout: &mut stdout, stderr: &mut stderr };
    flowgate::run(std::env::args_os(), &environment, &mut io).into()
}
