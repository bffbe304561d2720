//! Runs the command lines of `tests/cmd/*.trycmd` and of the README, and compares what they print.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes the outputs anew; read the difference.

/// A terminal of so many columns that shows boxes and no colours.
fn cases(columns: &str) -> trycmd::TestCases {
    let cases = trycmd::TestCases::new();
    cases.env("COLUMNS", columns).env("NO_COLOR", "").env("NO_GRAPHICS", "").env("CI", "").env("TERM", "xterm");
    cases
}

#[test]
fn command_lines_print_what_is_written() {
    cases("90").case("tests/cmd/*.trycmd");
}

/// Wider, for the table of a run.
#[cfg(feature = "sandbox")]
#[test]
fn the_readme_shows_what_is_printed() {
    cases("110").case("README.md");
}
