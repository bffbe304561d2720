//! The arguments of `flowgate run`.

use super::ReachArgs;
use clap::{Args, ValueEnum};

/// How the result of a run is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// A picture and a table for people; plain lines under NO_COLOR and in CI
    Human,
    /// One JSON object; `flowgate schema run` describes it
    Json,
    /// JUnit XML, a test case for each case
    Junit,
}

/// Which part of a run this process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PartChoice {
    /// Sender, dataflow and reader
    All,
    /// Only what sends at the source
    Sender,
    /// Only the dataflow in between
    Bridge,
    /// Only what reads at the destination
    Reader,
}

/// `flowgate run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Files, directories, globs, or `-` for standard input: the dataflow and its endpoints
    #[arg(value_name = "PATH", required_unless_present = "list_settings")]
    pub paths: Vec<String>,
    /// The dataflow to run, where the files hold several
    #[arg(long, value_name = "NAME")]
    pub dataflow: Option<String>,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = RunFormat::Human)]
    pub format: RunFormat,
    /// Tell every step of the translation, and show values at full length
    #[arg(long)]
    pub trace: bool,
    /// Print the verdict only; twice: nothing
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub quiet: u8,
    #[command(flatten)]
    /// Where it runs.
    pub place: PlaceArgs,
    #[command(flatten)]
    /// What is sent.
    pub message: MessageArgs,
    #[command(flatten)]
    /// What is expected.
    pub expect: ExpectArgs,
    #[command(flatten)]
    /// How messages are translated.
    pub translate: TranslateArgs,
    #[command(flatten)]
    /// How the brokers are reached.
    pub reach: ReachArgs,
    #[command(flatten)]
    /// Who else logs in.
    pub login: LoginArgs,
    #[command(flatten)]
    /// Many messages.
    pub load: LoadArgs,
}

/// Where the dataflow runs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where it runs")]
pub struct PlaceArgs {
    /// Use the brokers that the manifests name, not the sandbox; says first what is sent where, and asks
    #[arg(long)]
    pub live: bool,
    /// Leave the translating to the dataflow that is deployed, and judge it; says first what is sent where, and asks
    #[arg(long, conflicts_with = "live")]
    pub deployed: bool,
    /// Do not ask before something is sent to a broker
    #[arg(short, long)]
    pub yes: bool,
}

/// What is sent at the source; without any of it, a message that suits the dataflow is made.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is sent")]
pub struct MessageArgs {
    /// A message: a `.yaml` file as under `message` of a cases file; any other file, or `-` for standard input, is its
    /// payload
    #[arg(long, value_name = "FILE")]
    pub message: Option<String>,
    /// Topic that it is sent to
    #[arg(long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// Payload as text
    #[arg(long, value_name = "TEXT")]
    pub payload: Option<String>,
    /// MQTT user property; may be repeated
    #[arg(long = "property", value_name = "NAME=VALUE")]
    pub properties: Vec<String>,
    /// MQTT Content Type
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
    /// MQTT Response Topic
    #[arg(long, value_name = "TOPIC")]
    pub response_topic: Option<String>,
    /// MQTT Correlation Data as text
    #[arg(long, value_name = "TEXT")]
    pub correlation_data: Option<String>,
    /// MQTT Message Expiry Interval in seconds
    #[arg(long, value_name = "SECONDS")]
    pub expiry: Option<u32>,
    /// MQTT retain flag
    #[arg(long)]
    pub retain: bool,
    /// Kafka header; may be repeated
    #[arg(long = "kafka-header", value_name = "NAME=VALUE")]
    pub kafka_headers: Vec<String>,
    /// Kafka record key as text
    #[arg(long, value_name = "TEXT")]
    pub key: Option<String>,
}

/// What is expected of what comes out.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is expected")]
pub struct ExpectArgs {
    /// Cases: messages with what is expected of each; `flowgate schema cases` describes the file. May be repeated
    #[arg(long, value_name = "FILE", conflicts_with_all = ["message", "topic", "payload", "properties"])]
    pub cases: Vec<String>,
    /// Only the cases whose name holds this text
    #[arg(long, value_name = "TEXT", requires = "cases")]
    pub case: Option<String>,
    /// Write what came out into the cases file as what is expected
    #[arg(long, requires = "cases", conflicts_with = "deployed")]
    pub bless: bool,
    /// What is expected of the one message: YAML as under `expect` of a cases file
    #[arg(long, value_name = "FILE", conflicts_with = "cases")]
    pub expect: Option<String>,
}

/// How messages are translated.
#[derive(Debug, Args)]
#[command(next_help_heading = "How messages are translated")]
pub struct TranslateArgs {
    /// Answer a question that the documentation leaves open; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub settings: Vec<String>,
    /// List the questions that the documentation leaves open, with their answers, and stop
    #[arg(long)]
    pub list_settings: bool,
    /// A filter that is true keeps the message, as pages of 2024 said; the same as `--set filter-semantics=keep`
    #[arg(long)]
    pub legacy_filter_semantics: bool,
    /// Records of a data set, one JSON object in a line; may be repeated
    #[arg(long = "dataset", value_name = "KEY=FILE")]
    pub datasets: Vec<String>,
    /// JSON Schema that the result has to match, in place of `schemaRef`
    #[arg(long, value_name = "FILE")]
    pub output_schema: Option<String>,
}

/// Who else than the dataflow logs in.
#[derive(Debug, Args)]
#[command(next_help_heading = "Who logs in (--live, --deployed)")]
pub struct LoginArgs {
    /// Login of the sender, who may have other rights than the dataflow: `username=NAME`, `password=file:PATH` or
    /// `=env:VARIABLE`, `token=SOURCE`, `client-cert=FILE`, `client-key=FILE`, `anonymous`. May be repeated
    #[arg(long = "sender", value_name = "KEY=VALUE")]
    pub sender: Vec<String>,
    /// Login of the reader, in the same form; `none`: nobody may read at the destination
    #[arg(long = "reader", value_name = "KEY=VALUE")]
    pub reader: Vec<String>,
}

/// A tool whose login is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AskChoice {
    /// `kubectl get secret`, `kubectl get configmap`, `kubectl create token`, in the current context
    Kubectl,
    /// `az account get-access-token`
    Az,
    /// Entra, with the token in `AZURE_FEDERATED_TOKEN_FILE`
    WorkloadIdentity,
    /// Entra, with the secret in `AZURE_CLIENT_SECRET`
    ServicePrincipal,
    /// The identity of this Azure VM or Arc-enabled server
    ManagedIdentity,
}

/// Many messages.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many messages")]
pub struct LoadArgs {
    /// Send this many messages, and report throughput, latency, what was lost, duplicated and reordered
    #[arg(long, value_name = "NUMBER")]
    pub count: Option<u64>,
    /// Messages a second; without it, as fast as it goes
    #[arg(long, value_name = "NUMBER")]
    pub rate: Option<f64>,
    /// Send for this long: `10s`, `5m`
    #[arg(long = "for", value_name = "DURATION")]
    pub duration: Option<String>,
    /// Bytes of the payload of each message
    #[arg(long, value_name = "BYTES")]
    pub size: Option<usize>,
    /// Be only a part of the run, where the parts need other places or logins; all parts get the same `--run-id`
    #[arg(long, value_enum, default_value_t = PartChoice::All, value_name = "PART")]
    pub part: PartChoice,
    /// Name by which the messages of this run are known
    #[arg(long, value_name = "ID")]
    pub run_id: Option<String>,
    /// Go on after a crash: the session at the source is kept under a stable client id
    #[arg(long, requires = "run_id")]
    pub resume: bool,
}
