//! The arguments of `flowgate probe`.

use super::{FailOnChoice, FormatChoice, LevelChoice, ReachArgs};
use clap::{Args, ValueEnum};

/// `flowgate probe`.
#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// Files, directories, globs, or `-` for standard input: endpoints, and the dataflows that use them
    #[arg(value_name = "PATH", required_unless_present_any = ["explain_stage", "from_kubectl"])]
    pub paths: Vec<String>,
    /// Only this endpoint; `default` is the one that every instance has. May be repeated
    #[arg(long = "endpoint", value_name = "NAME")]
    pub endpoints: Vec<String>,
    /// Read endpoints, dataflows and profiles from the cluster, too, in this context of `kubectl`; what it may not read is named
    #[arg(long, value_name = "CONTEXT")]
    pub from_kubectl: Option<String>,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = FormatChoice::Human)]
    pub format: FormatChoice,
    /// Least severity of findings that is shown
    #[arg(long, value_enum, default_value_t = LevelChoice::Warning)]
    pub level: LevelChoice,
    /// Least severity of findings that makes the exit code 1; what cannot be told from here is a warning at least
    #[arg(long, value_enum, default_value_t = FailOnChoice::Warning, value_name = "LEVEL")]
    pub fail_on: FailOnChoice,
    /// Show every fact
    #[arg(short, long)]
    pub verbose: bool,
    /// Print findings only, no ladders; twice: nothing
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub quiet: u8,
    /// Say what a stage does and what it sends, and stop
    #[arg(long, value_enum, value_name = "STAGE")]
    pub explain_stage: Option<StageChoice>,
    #[command(flatten)]
    /// What is tested.
    pub test: TestArgs,
    #[command(flatten)]
    /// How the brokers are reached.
    pub reach: ReachArgs,
    #[command(flatten)]
    /// A login in place of the manifest's.
    pub login: ProbeLoginArgs,
}

/// What is tested.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is tested")]
pub struct TestArgs {
    /// Send a message to each destination topic, to find out whether it is taken; the report says what was sent
    #[arg(long)]
    pub write: bool,
    /// Largest message that the dataflows will carry, held against the limits of the far end
    #[arg(long, value_name = "BYTES")]
    pub message_size: Option<usize>,
    /// Warn of certificates that end within so many days
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub warn_days: u32,
    /// Endpoints that are probed side by side
    #[arg(long, value_name = "NUMBER", default_value_t = 8)]
    pub jobs: usize,
}

/// A login in place of the manifest's, for trying a broker out.
#[derive(Debug, Args)]
#[command(next_help_heading = "Login in place of the manifest's")]
pub struct ProbeLoginArgs {
    /// User name, which no dataflow can send in MQTT; for one endpoint only
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// Where its password is: `file:PATH`, `env:VARIABLE` or `stdin`
    #[arg(long, value_name = "SOURCE", requires = "username")]
    pub password: Option<String>,
    /// PEM file with a client certificate and its chain; among several endpoints for those that log in by one
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub client_cert: Option<String>,
    /// PEM file with the key of it
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<String>,
    /// Log in as nobody; for one endpoint only
    #[arg(long, conflicts_with_all = ["username", "client_cert", "token_file"])]
    pub anonymous: bool,
}

/// A stage of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StageChoice {
    /// The addresses of the host
    Dns,
    /// A connection to each of them
    Tcp,
    /// Chain, names, dates, version, client certificate
    Tls,
    /// Whether what answers speaks the protocol
    Protocol,
    /// Whether the login is taken
    Login,
    /// What the far end allows
    Limits,
    /// Every listener that the brokers of Kafka advertise
    Listeners,
    /// Whether it permits what the dataflows will do
    Permission,
}
