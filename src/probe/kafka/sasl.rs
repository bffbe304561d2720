//! SASL: who logs in by which mechanism, and what it means when the broker does not take it.

use super::super::fault::{Fault, Line};
use super::{Connection, broken, words};
use crate::access::{End, Proof};
use crate::model::{FarEnd, Scalar, SecretUse};
use crate::policy::probe::{kafka, login};
use crate::redact::Secret;
use crate::report::probe::Stage;
use crate::transport::kafka_socket::{Api, KafkaError, Scram};
use std::time::Duration;

/// What is proved by SASL.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'p> {
    /// A user and a password, which travels as it is.
    Plain(&'p str, &'p Secret<String>),
    /// A user and a password, which does not travel.
    Scram(Scram, &'p str, &'p Secret<String>),
    /// A token.
    Bearer(&'p Secret<String>),
}

/// A login that the broker took.
pub struct Accepted {
    /// The mechanisms that it offers.
    pub offered: Vec<String>,
    /// When it wants another login, if ever.
    pub lifetime: Option<Duration>,
}

impl<'p> Credential<'p> {
    /// What of `proof` is proved by SASL to `end`; a client certificate alone is not.
    pub fn of(proof: &'p Proof, end: &End) -> Option<Self> {
        if let Some(bearer) = &proof.token {
            return Some(Self::Bearer(&bearer.jwt));
        }
        let (user, password) = proof.user.as_ref()?;
        // A user name of the command line is proved as the manifest would prove its own.
        Some(match proof.scram.or_else(|| written(end)) {
            Some("SCRAM-SHA-256") => Self::Scram(Scram::Sha256, user, password),
            Some("SCRAM-SHA-512") => Self::Scram(Scram::Sha512, user, password),
            _ => Self::Plain(user, password),
        })
    }

    /// The name of the mechanism in SASL.
    pub const fn mechanism(&self) -> &'static str {
        match self {
            Self::Plain(..) => "PLAIN",
            Self::Scram(kind, ..) => kind.name(),
            Self::Bearer(_) => "OAUTHBEARER",
        }
    }

    /// Logs in.
    pub async fn log_in(&self, connection: &mut Connection) -> Result<Accepted, KafkaError> {
        let offered = connection.mechanisms(self.mechanism()).await?;
        let session = match self {
            Self::Plain(user, password) => connection.plain(user, password).await?,
            Self::Scram(kind, user, password) => connection.scram(*kind, user, password).await?,
            Self::Bearer(token) => connection.bearer(token).await?,
        };
        Ok(Accepted { offered, lifetime: session.lifetime })
    }

    /// What is to be said where `error` came of the login, or none did, and there was no TLS.
    pub fn in_clear(&self, error: Option<&KafkaError>) -> Option<Fault> {
        if error.is_some_and(|error| !is_sent(error)) {
            return None;
        }
        let what = match self {
            Self::Plain(..) => "`tls.mode` is `Disabled`: the password travels in clear",
            Self::Bearer(_) => "`tls.mode` is `Disabled`: the token travels in clear",
            // The password itself does not travel.
            Self::Scram(..) => return None,
        };
        let fault = Fault::new(Stage::Login, &login::CREDENTIAL_IN_CLEAR, Line::Tls, what);
        Some(fault.help("write `mode: Enabled`, and use a port of the broker that has TLS"))
    }

    /// The fault of a login that ended with `error`.
    pub fn refusal(&self, error: &KafkaError, end: &End) -> Fault {
        let at = |entry, line| Fault::new(Stage::Login, entry, line, error.to_string());
        match error {
            KafkaError::UnsupportedMechanism { offered, .. } => {
                let line = match self {
                    Self::Bearer(_) => Line::Method,
                    Self::Plain(..) | Self::Scram(..) => Line::Authentication("saslSettings.saslType"),
                };
                at(&kafka::KAFKA_MECHANISM, line).help(instead(offered))
            }
            KafkaError::NoSasl { .. } => at(&kafka::KAFKA_NO_SASL_LISTENER, Line::Method)
                .help("use the port of a listener with SASL, or `method: Anonymous` if nobody logs in at this one"),
            KafkaError::ServerNotProved => at(&kafka::KAFKA_BROKER_NOT_PROVED, Line::Secret).help(
                "do not trust this broker: whoever answers there took a login that it could not check, \
                 so look at `host` and at TLS first",
            ),
            KafkaError::LoginRefused { .. } => self.not_taken(error.to_string(), end),
            KafkaError::Closed { api: Api::SaslAuthenticate, .. }
            | KafkaError::Reset { api: Api::SaslAuthenticate, .. } => {
                let fault = self.not_taken(error.to_string(), end);
                fault.note("brokers that do not say why they refuse a login close the connection")
            }
            other => broken::of(Stage::Login, other),
        }
    }

    /// A user, password or token that the broker does not take.
    fn not_taken(&self, message: String, end: &End) -> Fault {
        let is_azure = end.summary.far_end == FarEnd::EventHubs;
        if let Self::Bearer(_) = self {
            let fault = Fault::new(Stage::Login, &kafka::KAFKA_TOKEN_REFUSED, Line::Method, message);
            return fault.help(if is_azure {
                "give the identity the role Azure Event Hubs Data Receiver or Data Sender on the namespace; the audience \
                 has to be `https://NAMESPACE.servicebus.windows.net`"
            } else {
                "compare issuer, audience and claims of the token with what the broker expects \
                 (`sasl.oauthbearer.expected.audience`, `sasl.oauthbearer.expected.issuer`)"
            });
        }
        let secret = end.summary.secrets.iter().find(|(of, _)| *of == SecretUse::Sasl);
        let secret = secret.map_or_else(
            || "user name and password".to_owned(),
            |(_, name)| format!("`username` and `password` of Secret {}", words::quoted(&name.value)),
        );
        let fault = Fault::new(Stage::Login, &kafka::KAFKA_BAD_PASSWORD, Line::Secret, message);
        let fault = if is_azure {
            fault.help(format!(
                "see {secret}: Event Hubs wants `$ConnectionString` and a whole connection string whose key is valid for \
                 this namespace; a line end at the end counts"
            ))
        } else {
            fault.help(format!("see {secret}: a line end at the end of a value counts"))
        };
        match self {
            Self::Scram(kind, ..) => fault.note(format!(
                "a user has a password for each SCRAM mechanism: the broker may know it for another one than {}",
                kind.name()
            )),
            _ => fault.note("Kafka does not tell which of the two is wrong"),
        }
    }
}

/// Whether the credential had been sent when `error` came.
const fn is_sent(error: &KafkaError) -> bool {
    matches!(error, KafkaError::LoginRefused { .. } | KafkaError::ServerNotProved)
}

/// `saslType` as SASL calls it, where it is one of SCRAM.
fn written(end: &End) -> Option<&'static str> {
    let (_, found) = end.summary.authentication.iter().find(|(path, _)| *path == "saslSettings.saslType")?;
    let Scalar::Text(text) = &found.value else { return None };
    [("ScramSha256", "SCRAM-SHA-256"), ("ScramSha512", "SCRAM-SHA-512")]
        .into_iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text))
        .map(|(_, name)| name)
}

/// What to write in place of a mechanism that is not among `offered`.
fn instead(offered: &[String]) -> String {
    let known = [
        ("PLAIN", "`saslType: Plain`"),
        ("SCRAM-SHA-256", "`saslType: ScramSha256`"),
        ("SCRAM-SHA-512", "`saslType: ScramSha512`"),
        ("OAUTHBEARER", "a managed identity as the method (OAUTHBEARER)"),
    ];
    let fitting: Vec<&str> = known
        .into_iter()
        .filter(|(name, _)| offered.iter().any(|offer| offer == name))
        .map(|(_, words)| words)
        .collect();
    if fitting.is_empty() {
        return "no dataflow speaks any of these: enable PLAIN, SCRAM or OAUTHBEARER for the listener".to_owned();
    }
    format!("write {}, or enable the mechanism for the listener (`sasl.enabled.mechanisms`)", fitting.join(" or "))
}
