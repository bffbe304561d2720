//! The arguments that `run` and `probe` share: how brokers are reached, and where credentials come from.

use super::AskChoice;
use clap::Args;

/// How brokers are reached, and where credentials come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "How brokers are reached")]
pub struct ReachArgs {
    /// Connect to another address than the manifest or the broker names; the name in TLS stays. May be repeated
    #[arg(long, value_name = "HOST:PORT:HOST:PORT")]
    pub connect_to: Vec<String>,
    /// HTTP proxy that takes CONNECT
    #[arg(long, value_name = "HOST:PORT")]
    pub proxy: Option<String>,
    /// Longest wait for one step of a connection; for `run` also for the message to come out
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0)]
    pub timeout: f64,
    /// PEM file with certificates to trust, besides the ConfigMap that the manifest names. May be repeated
    #[arg(long, value_name = "FILE")]
    pub ca: Vec<String>,
    /// Trust what the operating system trusts, too
    #[arg(long)]
    pub os_roots: bool,
    /// Name to ask for and to find in the certificate, instead of that of the host
    #[arg(long, value_name = "NAME")]
    pub server_name: Option<String>,
    /// Value of a key of a Secret: `NAME.KEY=file:PATH`, `=env:VARIABLE` or `=stdin`. May be repeated
    #[arg(long = "secret", value_name = "NAME.KEY=SOURCE")]
    pub secrets: Vec<String>,
    /// Directory with the values of Secrets: `DIR/NAME/KEY`
    #[arg(long = "secrets", value_name = "DIR")]
    pub secrets_dir: Option<String>,
    /// File with the token for a service account or managed identity
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<String>,
    /// Where Secrets, ConfigMaps and tokens come from that are not given otherwise: the login of `kubectl` or `az`, or an
    /// identity of this machine. May be repeated; the first that can give something is asked
    #[arg(long, value_enum, value_name = "TOOL")]
    pub ask: Vec<AskChoice>,
    /// Service account that `--ask kubectl` gets tokens for
    #[arg(long, value_name = "NAME")]
    pub service_account: Option<String>,
}
