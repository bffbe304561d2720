//! The command line, as clap sees it. Help, completions and man pages are derived from it.

mod probe;
mod reach;
mod run;

pub use probe::{ProbeArgs, ProbeLoginArgs, StageChoice, TestArgs};
pub use reach::ReachArgs;
pub use run::{
    AskChoice, ExpectArgs, LoadArgs, LoginArgs, MessageArgs, PartChoice, PlaceArgs, RunArgs, RunFormat, TranslateArgs,
};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Lint, probe and run Azure IoT Operations dataflow manifests: from a manifest to the line to change
#[derive(Debug, Parser)]
#[command(name = "flowgate", version, max_term_width = 100, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to colour the output
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub color: ColorChoice,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check files against the schemas and the documented rules
    Lint(LintArgs),
    /// Connect to the brokers of the endpoints and say which layer fails, why, and which line to change
    Probe(Box<ProbeArgs>),
    /// Send one message through the dataflow and show, property by property, what comes out
    Run(Box<RunArgs>),
    /// List the rules
    Rules(RulesArgs),
    /// Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)
    Explain(ExplainArgs),
    /// Print the JSON Schema of a kind, of cases, or of a report
    Schema(SchemaArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print the man page
    Man(ManArgs),
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatChoice {
    /// Excerpts for people; plain sentences under NO_COLOR and in CI
    Human,
    /// A line for each finding
    Concise,
    /// One JSON object; `flowgate schema report` describes it, or `schema probe` that of `probe`
    Json,
}

/// A severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelChoice {
    /// Reminders and opinions too
    Info,
    /// Warnings and errors
    Warning,
    /// Errors only
    Error,
}

/// What makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOnChoice {
    /// Any finding
    Info,
    /// A warning or an error
    Warning,
    /// An error
    Error,
    /// No finding
    Never,
}

/// `flowgate lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Files, directories, globs, or `-` for standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<String>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = FormatChoice::Human)]
    pub format: FormatChoice,
    /// Least severity that is shown
    #[arg(long, value_enum, default_value_t = LevelChoice::Warning)]
    pub level: LevelChoice,
    /// Least severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOnChoice::Warning, value_name = "LEVEL")]
    pub fail_on: FailOnChoice,
    /// Only these rules or families
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub select: Vec<String>,
    /// All but these rules or families
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub ignore: Vec<String>,
    /// Treat the files as all there is: a reference that leads out of them is an error
    #[arg(long)]
    pub closed: bool,
    /// Release of Azure IoT Operations on the cluster (`1.0`, `1.1.13`) or its ARM version; fields that came later are errors
    #[arg(long, value_name = "VERSION")]
    pub aio_version: Option<String>,
    /// Apply safe fixes to the files
    #[arg(long)]
    pub fix: bool,
    /// Apply fixes that change behaviour or take a decision, too
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Print what the fixes would change, and change nothing
    #[arg(long)]
    pub diff: bool,
    /// Name that standard input goes by
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
    /// Print the files that would be read, and stop
    #[arg(long)]
    pub list_files: bool,
    /// Exit with 0 instead of 3 where there is nothing to check
    #[arg(long)]
    pub allow_empty: bool,
    /// Print findings only, no summary; twice: nothing
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub quiet: u8,
    /// Say what was skipped and why
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// A table for the terminal
    Table,
    /// A Markdown table
    Markdown,
    /// JSON
    Json,
}

/// `flowgate rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// How the table is written
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
    /// Only these rules or families; `probe`: the verdicts of `flowgate probe`, which are not listed otherwise
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub select: Vec<String>,
}

/// `flowgate explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A rule, or a field with as much of its path as tells it apart
    #[arg(value_name = "RULE|FIELD")]
    pub topic: String,
}

/// `flowgate schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// DataflowEndpoint, Dataflow, DataflowProfile or DataflowGraph; `cases`: files for `run --cases`; `run`, `probe`,
    /// `report`: what `run`, `probe` and `lint` write with `--format json`
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// Of a kind: `v1`, `v1beta1`, or an ARM version such as `2024-11-01`; without it, `v1`
    #[arg(long, value_name = "VERSION")]
    pub api_version: Option<String>,
    /// Release of Azure IoT Operations on the cluster; fields that came later are left out
    #[arg(long, value_name = "VERSION")]
    pub aio_version: Option<String>,
}

/// `flowgate completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `flowgate man`.
#[derive(Debug, Args)]
pub struct ManArgs {}
