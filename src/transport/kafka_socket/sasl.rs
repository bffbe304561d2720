//! SASL logins: which mechanism, then PLAIN, SCRAM or OAUTHBEARER.
//!
//! A connection is never judged here: whether a secret may go over it is for the caller to know before.

use super::api::Api;
use super::code::Code;
use super::connection::{Answer, Connection};
use super::error::{Came, KafkaError, WithoutSasl, bounded};
use super::read::Reader;
use super::scram::{self, Outcome, Scram};
use crate::redact::{MASK, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use kafka_protocol::messages::{SaslAuthenticateRequest, SaslHandshakeRequest};
use kafka_protocol::protocol::StrBytes;
use ring::rand::{SecureRandom, SystemRandom};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// The most mechanisms of a list that are kept.
const MECHANISMS: usize = 32;

/// A login that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Session {
    /// After that time the broker wants another login (KIP-368); `None` if it sets none.
    pub lifetime: Option<Duration>,
}

/// The broker's answer to one step.
struct Step {
    bytes: Vec<u8>,
    session: Session,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Tells the broker which `mechanism` is going to be used, and returns those that it offers.
    ///
    /// # Errors
    /// [`KafkaError::UnsupportedMechanism`] with the broker's list, or [`KafkaError::NoSasl`].
    pub async fn mechanisms(&mut self, mechanism: &str) -> Result<Vec<String>, KafkaError> {
        let no_sasl = |how| KafkaError::NoSasl { how };
        if self.versions.as_ref().is_some_and(|versions| versions.of(Api::SaslHandshake).is_none()) {
            return Err(no_sasl(WithoutSasl::NotListed));
        }
        let request = SaslHandshakeRequest::default().with_mechanism(StrBytes::from_string(mechanism.to_owned()));
        let answer = match self.ask(&request).await {
            Err(KafkaError::Closed { came: Came::Nothing | Came::Answers, .. }) => {
                return Err(no_sasl(WithoutSasl::Closed));
            }
            answer => answer?,
        };
        let (code, mut offered) = answer.read(|reader| Ok((reader.i16()?, reader.list(2, Reader::text)?)))?;
        offered.truncate(MECHANISMS);
        let offered: Vec<String> = offered.into_iter().filter_map(|name| bounded(Some(name))).collect();
        match Code::of(code) {
            None => Ok(offered),
            Some(Code::UNSUPPORTED_SASL_MECHANISM) => {
                Err(KafkaError::UnsupportedMechanism { asked: mechanism.to_owned(), offered })
            }
            Some(code @ (Code::ILLEGAL_SASL_STATE | Code::UNSUPPORTED_VERSION)) => {
                Err(no_sasl(WithoutSasl::Refused(code)))
            }
            Some(code) => Err(KafkaError::Refused { api: Api::SaslHandshake, code, says: None }),
        }
    }

    /// Logs in by PLAIN, after [`Self::mechanisms`] with `PLAIN`.
    ///
    /// # Errors
    /// [`KafkaError::LoginRefused`] with the broker's words.
    pub async fn plain(&mut self, user: &str, password: &Secret<String>) -> Result<Session, KafkaError> {
        if user.contains('\0') || password.expose().contains('\0') {
            return Err(unsendable("PLAIN separates user name and password by U+0000, and one of them holds it"));
        }
        let message = format!("\0{user}\0{}", password.expose());
        Ok(self.step(message.into_bytes(), password.expose()).await?.session)
    }

    /// Logs in by SCRAM, after [`Self::mechanisms`] with its name.
    ///
    /// # Errors
    /// [`KafkaError::LoginRefused`] with the broker's words; [`KafkaError::ServerNotProved`] if it takes a password that
    /// it does not know; [`KafkaError::Scram`] if it does not keep to the rules.
    pub async fn scram(&mut self, kind: Scram, user: &str, password: &Secret<String>) -> Result<Session, KafkaError> {
        let first = scram::first(kind, user, nonce()?);
        let answer = self.step(first.message().into_bytes(), password.expose()).await?;
        let challenge = text(answer.bytes)?;
        let password = Secret::new(password.expose().clone());
        // Up to a million hashes: not on a thread that others wait for.
        let (password, proof) = tokio::task::spawn_blocking(move || {
            let proof = first.answer(&challenge, &password);
            (password, proof)
        })
        .await
        .map_err(|error| KafkaError::Scram(error.to_string()))?;
        let proof = proof.map_err(KafkaError::Scram)?;
        let answer = self.step(proof.message.clone().into_bytes(), password.expose()).await?;
        match proof.check(&text(answer.bytes)?).map_err(KafkaError::Scram)? {
            Outcome::Proved => Ok(answer.session),
            Outcome::NotProved => Err(KafkaError::ServerNotProved),
            Outcome::Refused(error) => Err(KafkaError::LoginRefused {
                code: Code::SASL_AUTHENTICATION_FAILED,
                says: masked(Some(error), password.expose()),
                status: None,
            }),
        }
    }

    /// Logs in by OAUTHBEARER (RFC 7628), after [`Self::mechanisms`] with `OAUTHBEARER`.
    ///
    /// # Errors
    /// [`KafkaError::LoginRefused`] with the broker's words and the status that it gives the token.
    pub async fn bearer(&mut self, token: &Secret<String>) -> Result<Session, KafkaError> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        if token.expose().is_empty() || !token.expose().bytes().all(legal) {
            return Err(unsendable(
                "the token is empty, or holds a character that no bearer token has (RFC 6750, 2.1)",
            ));
        }
        let message = format!("n,,\u{1}auth=Bearer {}\u{1}\u{1}", token.expose());
        let answer = self.step(message.into_bytes(), token.expose()).await?;
        if answer.bytes.is_empty() {
            return Ok(answer.session);
        }
        // The broker has said why it refuses; it says that it refuses once that is acknowledged (RFC 7628, 3.2.3).
        let status = masked(Some(status(&answer.bytes)), token.expose());
        let (code, says) = match self.step(vec![1], token.expose()).await {
            Err(KafkaError::LoginRefused { code, says, .. }) => (code, says),
            Ok(_) | Err(KafkaError::Closed { .. }) => (Code::SASL_AUTHENTICATION_FAILED, None),
            Err(error) => return Err(error),
        };
        Err(KafkaError::LoginRefused { code, says, status })
    }

    /// Sends one message of a mechanism. `secret` is masked in what the broker says.
    async fn step(&mut self, message: Vec<u8>, secret: &str) -> Result<Step, KafkaError> {
        let request = SaslAuthenticateRequest::default().with_auth_bytes(Bytes::from(message));
        judge(&self.ask(&request).await?, secret)
    }
}

fn judge(answer: &Answer, secret: &str) -> Result<Step, KafkaError> {
    let (code, says, bytes, lifetime) = answer.read(|reader| {
        let code = reader.i16()?;
        let says = reader.optional_text()?;
        let bytes = reader.optional_bytes()?.unwrap_or_default().to_vec();
        let lifetime = if answer.version >= 1 { reader.i64()? } else { 0 };
        reader.tags()?;
        Ok((code, says, bytes, lifetime))
    })?;
    if let Some(code) = Code::of(code) {
        return Err(KafkaError::LoginRefused { code, says: masked(says, secret), status: None });
    }
    let lifetime = u64::try_from(lifetime).ok().filter(|lifetime| *lifetime > 0).map(Duration::from_millis);
    Ok(Step { bytes, session: Session { lifetime } })
}

/// A text of the server without `secret`, which a server may repeat.
fn masked(text: Option<String>, secret: &str) -> Option<String> {
    bounded(text.map(|text| if secret.is_empty() { text } else { text.replace(secret, MASK) }))
}

/// The status in the broker's answer to a token (RFC 7628, 3.2.2), or the answer itself if it is none.
fn status(answer: &[u8]) -> String {
    let parsed: Option<serde_json::Value> = serde_json::from_slice(answer).ok();
    let status = parsed.as_ref().and_then(|parsed| parsed.get("status")?.as_str());
    status.map_or_else(|| String::from_utf8_lossy(answer).into_owned(), ToOwned::to_owned)
}

fn text(bytes: Vec<u8>) -> Result<String, KafkaError> {
    String::from_utf8(bytes).map_err(|_| KafkaError::Scram("a message of the server is not UTF-8".to_owned()))
}

fn nonce() -> Result<String, KafkaError> {
    let mut bytes = [0; 24];
    let random = SystemRandom::new().fill(&mut bytes);
    random.map_err(|_| KafkaError::Scram("the system has no random numbers".to_owned()))?;
    Ok(BASE64.encode(bytes))
}

fn unsendable(what: &str) -> KafkaError {
    KafkaError::Unsendable { api: Api::SaslAuthenticate, what: what.to_owned() }
}
