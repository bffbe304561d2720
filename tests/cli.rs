//! Runs the command lines of `tests/cmd/*.trycmd` and of the README, and compares what they print.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes the outputs anew; read the difference.

#[test]
fn command_lines_print_what_is_written() {
    let cases = trycmd::TestCases::new();
    cases
        .env("COLUMNS", "90")
        .env("NO_COLOR", "")
        .env("NO_GRAPHICS", "")
        .env("CI", "")
        .env("TERM", "xterm")
        .case("tests/cmd/*.trycmd")
        .case("README.md");
    #[cfg(feature = "sandbox")]
    cases.case("tests/cmd/run/*.trycmd");
}
