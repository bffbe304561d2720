//! Services that give tokens over HTTP: where they are, what they answer, and why they refuse.
//!
//! What each of them is asked is in `entra` and `metadata`. A refusal is told in the service's words, without what was
//! sent to it.

use crate::redact::{Secret, mask};
use crate::transport::http::{Answer, FetchError, HttpError};
use crate::transport::net::{NetError, Route, Target};
use crate::transport::tls::Trust;
use serde_json::Value;
use std::path::PathBuf;

/// The most bytes of an answer that are read; a token has a few thousand.
pub(super) const LARGEST_ANSWER: usize = 256 * 1024;
/// What is kept of the words of a service.
const LONGEST_WORDS: usize = 300;

/// Where tokens are asked for over HTTP.
#[derive(Debug, Clone)]
pub struct Services {
    /// How Entra is reached. The services of this machine are never asked through a proxy or by way of a detour; they have
    /// the same limit for each step.
    pub route: Route,
    /// Whose certificates Entra may have.
    pub trust: Trust,
    /// The metadata service of an Azure VM (page "Use managed identities on a virtual machine to acquire access token").
    pub imds: Target,
    /// The folder in which the agent of an Arc-enabled server puts its keys (page "Authenticate against Azure resources
    /// with Azure Arc-enabled servers").
    pub arc_keys: PathBuf,
}

impl Default for Services {
    fn default() -> Self {
        Self {
            route: Route::default(),
            trust: Trust::default(),
            imds: Target::new("169.254.169.254", 80),
            arc_keys: arc_keys(),
        }
    }
}

fn arc_keys() -> PathBuf {
    if cfg!(windows) {
        let data = std::env::var_os("ProgramData").map_or_else(|| PathBuf::from(r"C:\ProgramData"), PathBuf::from);
        data.join("AzureConnectedMachineAgent").join("Tokens")
    } else {
        PathBuf::from("/var/opt/azcmagent/tokens")
    }
}

/// Which service is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    /// Entra.
    Entra(String),
    /// The metadata service of an Azure VM.
    Imds(Target),
    /// The agent of an Arc-enabled server.
    Arc(Target),
}

impl std::fmt::Display for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Entra(host) => write!(f, "Entra at `{host}`"),
            Self::Imds(target) => write!(f, "the metadata service of Azure VMs at `{target}`"),
            Self::Arc(target) => write!(f, "the Arc agent at `{target}`"),
        }
    }
}

/// A service that gave no token.
#[derive(Debug, thiserror::Error)]
#[error("{service} {cause}")]
pub struct ServiceError {
    /// Which.
    pub service: Service,
    /// Why.
    pub cause: ServiceCause,
}

/// Why a service gave no token.
#[derive(Debug, thiserror::Error)]
pub enum ServiceCause {
    /// It cannot be reached.
    #[error("cannot be asked: {error}{}", then_what(.hint))]
    Unreachable {
        /// Why.
        error: FetchError,
        /// What to do.
        hint: &'static str,
    },
    /// It refuses.
    #[error("refuses (HTTP {status}): {words}{}", then_what(.hint))]
    Refused {
        /// The status of the answer.
        status: u16,
        /// The error's name and description, without secrets, shortened.
        words: String,
        /// What to do; empty where that is not known.
        hint: &'static str,
    },
    /// It answers something that was not asked for.
    #[error("answered HTTP {status} without {expected}")]
    Answer {
        /// The status of the answer.
        status: u16,
        /// What was expected.
        expected: &'static str,
    },
    /// It names a file that nobody should send it.
    #[error("names a key that is not read: {0}")]
    Key(&'static str),
    /// The file that it names cannot be read.
    #[error("names the key `{}`, which cannot be read: {error}; the agent's keys are for root, administrators and members of \
             its group (`himds` on Linux)", .path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

fn then_what(hint: &str) -> String {
    if hint.is_empty() { String::new() } else { format!("; {hint}") }
}

impl From<NetError> for ServiceCause {
    fn from(error: NetError) -> Self {
        Self::Unreachable { error: FetchError::Open(error.into()), hint: "" }
    }
}

impl From<HttpError> for ServiceCause {
    fn from(error: HttpError) -> Self {
        Self::Unreachable { error: FetchError::Http(error), hint: "" }
    }
}

/// The token in `answer`. What was `sent` as a secret is not repeated, even if the service does.
pub(super) fn token(answer: &Answer, sent: &[&Secret<String>]) -> Result<Secret<Vec<u8>>, ServiceCause> {
    let json = serde_json::from_slice::<Value>(answer.body.expose()).unwrap_or_default();
    if answer.status != 200 {
        return Err(refusal(answer.status, &json, sent));
    }
    match json.get("access_token").and_then(Value::as_str) {
        Some(token) => Ok(Secret::new(token.as_bytes().to_vec())),
        None => Err(ServiceCause::Answer { status: answer.status, expected: "an `access_token`" }),
    }
}

fn refusal(status: u16, json: &Value, sent: &[&Secret<String>]) -> ServiceCause {
    let error = json.get("error").unwrap_or(&Value::Null);
    // The older form of Azure has both in an object.
    let name = error.as_str().or_else(|| error.get("code")?.as_str());
    let description = json.get("error_description").and_then(Value::as_str).or_else(|| error.get("message")?.as_str());
    let text = match (name, description) {
        (Some(name), Some(description)) => format!("`{name}`: {description}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "it does not say why".to_owned(),
    };
    ServiceCause::Refused { status, words: words(&text, sent), hint: advice(status, &text) }
}

/// The words of a service: on one line, without secrets, shortened.
fn words(text: &str, sent: &[&Secret<String>]) -> String {
    let mut text = text.to_owned();
    for secret in sent.iter().map(|secret| secret.expose()).filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.as_str(), crate::redact::MASK);
    }
    let masked = mask(&text);
    let line = masked.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = |char: char| if char.is_control() { char::REPLACEMENT_CHARACTER } else { char };
    let mut words: String = line.chars().take(LONGEST_WORDS).map(plain).collect();
    if line.chars().nth(LONGEST_WORDS).is_some() {
        words.push('…');
    }
    words
}

/// What to do about a refusal, by the codes of Entra (page "Microsoft Entra authentication and authorization error codes")
/// and the words of the metadata service (page "Use managed identities on a virtual machine to acquire access token").
fn advice(status: u16, text: &str) -> &'static str {
    const RESOURCE: &str = "the tenant does not know the resource: the audience or scope of the endpoint is wrong";
    let code = text.split_once("AADSTS").map_or("", |(_, rest)| {
        let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    });
    match code {
        "700016" => return "`AZURE_CLIENT_ID` and `AZURE_TENANT_ID` have to name an application of this tenant",
        "90002" => return "`AZURE_TENANT_ID` has to be the id or a domain of the tenant",
        "7000215" => return "`AZURE_CLIENT_SECRET` has to be the value of the secret, not its id",
        "7000222" => return "`AZURE_CLIENT_SECRET` has expired: make a new one",
        "70021" | "700211" | "700212" | "700213" => {
            return "issuer, subject and audience of the federated credential have to be those of the token in \
                    `AZURE_FEDERATED_TOKEN_FILE`";
        }
        "700024" => {
            return "the token in `AZURE_FEDERATED_TOKEN_FILE` has expired, or the clock of this machine is wrong";
        }
        "500011" | "70011" => return RESOURCE,
        _ => {}
    }
    let known = [
        ("invalid_resource", RESOURCE),
        ("invalid_client", "`AZURE_CLIENT_ID` and its credential have to belong together"),
        ("Identity not found", "no such identity is assigned to this machine"),
        ("Multiple user assigned identities", "write the `clientId` of the identity into the endpoint"),
    ];
    match (known.iter().find(|(words, _)| text.contains(words)), status) {
        (Some((_, advice)), _) => advice,
        (None, 429 | 500..=599) => "it is busy or has an error of its own: try again in a minute",
        (None, _) => "",
    }
}

/// `text` as it stands in a query or a form (RFC 3986, 2.1).
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_without_what_was_sent() {
        let sent = Secret::new("hunter2".to_owned());
        let json = serde_json::json!({"error": "invalid_client",
            "error_description": "AADSTS7000215: Invalid client secret \u{1b}[0m hunter2.\r\nTrace ID: 1"});
        let text = refusal(401, &json, &[&sent]).to_string();
        assert_eq!(
            text,
            "refuses (HTTP 401): `invalid_client`: AADSTS7000215: Invalid client secret \u{FFFD}[0m ***. Trace ID: 1; \
             `AZURE_CLIENT_SECRET` has to be the value of the secret, not its id"
        );
        let long = serde_json::json!({"error": {"code": "x", "message": "y".repeat(1000)}});
        assert!(refusal(400, &long, &[]).to_string().len() < 400);
        assert_eq!(
            refusal(500, &Value::Null, &[]).to_string().split(';').next(),
            Some("refuses (HTTP 500): it does not say why")
        );
    }

    #[test]
    fn codes_are_told_apart() {
        assert!(advice(400, "AADSTS700213: No matching federated identity record").contains("issuer, subject"));
        assert!(advice(400, "AADSTS70021: No matching federated identity record").contains("issuer, subject"));
        assert_eq!(advice(400, "AADSTS7002: something"), "");
        assert!(advice(400, "AADSTS70011: The provided value for scope").contains("scope"));
        assert!(advice(400, "AADSTS700024: Client assertion is not within").contains("expired"));
        assert_eq!(advice(400, "something"), "");
    }

    #[test]
    fn forms_are_encoded() {
        assert_eq!(encoded("a b+c/ü~"), "a%20b%2Bc%2F%C3%BC~");
    }
}
