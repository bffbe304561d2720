//! The doors of a run: what `access` says of an endpoint, as options of an MQTT or a Kafka client.
//!
//! Answers with the door and with the identity in words; no credential is ever part of either's text.

use super::ends::Door;
use super::ids;
use crate::access::{End, Given, LoginError, Manifests, Proof, Reach, address, login, trust, wire};
use crate::message::Wire;
use crate::redact::Secret;
use crate::transport::kafka::{self, Roots, Sasl, Security};
use crate::transport::mqtt::{ConnectOptions, Credentials};
use crate::transport::net::Target;
use crate::transport::tls::TlsOptions;
use crate::transport::ws::WebSocketOptions;
use std::time::{Duration, SystemTime};

/// A door, and as whom one goes through it.
#[derive(Debug)]
pub struct Entry {
    /// The door.
    pub door: Door,
    /// As whom, in words.
    pub identity: String,
    /// Where the door leads, for people.
    pub address: String,
    /// What a person should know: warnings about tokens, and whom this is not.
    pub notes: Vec<String>,
}

/// Why nobody can go through a door.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// There is no login.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// librdkafka knows no proxies.
    #[error("Kafka cannot go through `--proxy`; `--connect-to` leads to a forwarded port")]
    Proxy(crate::diag::Place),
    /// librdkafka holds a certificate against the name that it dials.
    #[error("Kafka cannot take another name by `--server-name`; `--connect-to` keeps the name of the manifest")]
    ServerName(crate::diag::Place),
}

impl DoorError {
    /// The line of the manifest that it is about.
    pub const fn place(&self) -> crate::diag::Place {
        match self {
            Self::Login(error) => error.place,
            Self::Proxy(place) | Self::ServerName(place) => *place,
        }
    }
}

/// The way into `end`, by `given` or by what its manifest says.
///
/// # Errors
/// Where a credential cannot be had, does not fit, or is known to be refused (an expired token).
pub async fn enter(end: &End, manifests: &Manifests, reach: &Reach, given: &Given) -> Result<Entry, DoorError> {
    let proof = login::prove(end, manifests, reach, given).await?;
    let (target, tls) = (address::target(end)?, address::encrypted(end));
    let dialled = reach.route.resolve(&target);
    let detour = if *dialled == target { String::new() } else { format!(" by way of {dialled}") };
    let address = format!("{target}{}{detour}", if tls { " (TLS)" } else { "" });
    let (identity, notes) = (proof.words.clone(), proof.notes.clone());
    let frame = Frame { end, manifests, reach };
    let door = match wire(end) {
        Some(Wire::Kafka) => frame.kafka(&target, tls, proof)?,
        _ => frame.mqtt(target, tls, proof)?,
    };
    Ok(Entry { door, identity, address, notes })
}

/// What doors are put into.
#[derive(Clone, Copy)]
struct Frame<'a> {
    end: &'a End,
    manifests: &'a Manifests,
    reach: &'a Reach,
}

impl Frame<'_> {
    fn mqtt(self, target: Target, tls: bool, proof: Proof) -> Result<Door, DoorError> {
        let mut options = ConnectOptions::new(target, ids::run_id());
        options.route = self.reach.route.clone();
        if tls {
            let trust = trust::of(self.end, self.manifests, self.reach)?;
            options.tls = Some(TlsOptions {
                trust,
                identity: proof.identity,
                server_name: self.reach.server_name.clone(),
                ..TlsOptions::default()
            });
        }
        if address::websocket(self.end) {
            options.websocket = Some(WebSocketOptions::default());
        }
        options.credentials = match (proof.token, proof.user) {
            (Some(token), _) => Credentials::Enhanced {
                method: token.method.to_owned(),
                data: Secret::new(token.jwt.expose().clone().into_bytes()),
            },
            (None, Some((username, password))) => Credentials::Password { user: username, password: Some(password) },
            (None, None) => Credentials::None,
        };
        Ok(Door::Mqtt(Box::new(options)))
    }

    fn kafka(self, target: &Target, tls: bool, proof: Proof) -> Result<Door, DoorError> {
        let security = if tls {
            let identity = proof.pem.map(|(chain, key)| kafka::Identity { chain, key });
            Security::Tls(kafka::Tls { roots: self.roots(), identity, verify: true })
        } else {
            Security::Plain
        };
        let login = |(user, password): (String, Secret<String>)| kafka::Login { user, password };
        let sasl = match (proof.token, proof.user, proof.scram) {
            (Some(token), _, _) => Sasl::OauthBearer(bearer(token)),
            (None, Some(user), Some("SCRAM-SHA-256")) => Sasl::ScramSha256(login(user)),
            (None, Some(user), Some(_)) => Sasl::ScramSha512(login(user)),
            (None, Some(user), None) => Sasl::Plain(login(user)),
            (None, None, _) => Sasl::None,
        };
        let route = &self.reach.route;
        if route.proxy.is_some() {
            return Err(DoorError::Proxy(self.end.summary.host_place));
        }
        if self.reach.server_name.is_some() {
            return Err(DoorError::ServerName(self.end.summary.host_place));
        }
        let detour = |detour: &crate::transport::net::ConnectTo| kafka::Route {
            host: detour.from.host.clone(),
            port: detour.from.port,
            to_host: detour.to.host.clone(),
            to_port: detour.to.port,
        };
        Ok(Door::Kafka(Box::new(kafka::Settings {
            bootstrap: target.to_string(),
            security,
            sasl,
            routes: route.connect_to.iter().map(detour).collect(),
            client_id: "flowgate".to_owned(),
            group: None,
        })))
    }

    /// Public roots and trust bundle as PEM, as OpenSSL wants them.
    fn roots(self) -> Roots {
        let trusted = trust::texts(self.end, self.manifests, self.reach);
        if self.reach.os_roots && trusted.is_empty() {
            return Roots::System;
        }
        let mut pem = String::new();
        for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
            pem.push_str(&to_pem(root));
        }
        for text in trusted {
            pem.push_str(&String::from_utf8_lossy(&text));
            pem.push('\n');
        }
        Roots::Pem(pem)
    }
}

fn bearer(token: login::Bearer) -> kafka::Token {
    let hour = SystemTime::now() + Duration::from_secs(3600);
    let expires = super::bridge::milliseconds(token.facts.expires.unwrap_or(hour));
    kafka::Token { principal: token.facts.identity(), token: token.jwt, expires }
}

/// A certificate in DER as PEM (RFC 7468).
fn to_pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}
