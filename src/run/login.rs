//! Who logs in at an end, and by what: the authentication of the manifest with credentials from wherever they are, or what
//! the person gives for the sender and the reader, who may have other rights than the dataflow.
//!
//! Answers with the door and with the identity in words; no credential is ever part of either's text.

use super::ends::{self, Door};
use super::manifests::{End, Manifests};
use super::{Wire, ids};
use crate::diag::Place as At;
use crate::model::{FarEnd, Host, Scalar, SecretUse, Text};
use crate::redact::Secret;
use crate::secrets::{Place, SecretError, Secrets, TokenSource};
use crate::settings::{Protocol, Switch};
use crate::transport::kafka::{self, Roots, Sasl, Security};
use crate::transport::mqtt::{ConnectOptions, Credentials};
use crate::transport::net::{Route, Target};
use crate::transport::tls::{Identity, IdentityError, TlsOptions, Trust, TrustError};
use crate::transport::ws::WebSocketOptions;
use std::path::PathBuf;
use std::time::SystemTime;

/// What Event Grid takes tokens for (MQTT endpoint page).
const EVENT_GRID_AUDIENCE: &str = "https://eventgrid.azure.net";
/// What the local broker takes tokens for unless it is told otherwise.
const LOCAL_AUDIENCE: &str = "aio-internal";
/// The key of a Secret for SASL that holds one token (Kafka endpoint page, generic section).
const TOKEN_KEY: &str = "token";

/// How brokers are reached and where credentials come from.
#[derive(Debug)]
pub struct Reach {
    /// Detours, proxy, limit of a step.
    pub route: Route,
    /// PEM texts to trust besides what the manifest names.
    pub trusted: Vec<Vec<u8>>,
    /// Whether the operating system's roots are trusted too.
    pub os_roots: bool,
    /// Sources of Secrets.
    pub secrets: Secrets,
    /// Where tokens come from, if it is said.
    pub token: Option<Place>,
    /// Whether `kubectl` and `az` may be asked for tokens.
    pub ask_kubectl: bool,
    /// Whether `az` may be asked for tokens.
    pub ask_az: bool,
}

/// A login that a person gives in place of the manifest's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// Nobody logs in, and nobody is there: only for a reader.
    pub nobody: bool,
    /// Log in as nobody.
    pub anonymous: bool,
    /// User name.
    pub username: Option<String>,
    /// Where the password stands.
    pub password: Option<Place>,
    /// Where a token stands.
    pub token: Option<Place>,
    /// PEM file with the client certificate and its chain.
    pub client_cert: Option<PathBuf>,
    /// PEM file with its key.
    pub client_key: Option<PathBuf>,
}

impl Given {
    /// Whether anything is given.
    pub fn is_given(&self) -> bool {
        *self != Self::default()
    }
}

/// Why nobody can log in.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct LoginError {
    /// What is wrong.
    pub message: String,
    /// The line of the manifest that asks for it.
    pub place: At,
}

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

/// What is proved to a broker.
#[derive(Debug, Default)]
struct Proof {
    user: Option<(String, Secret<String>)>,
    token: Option<(&'static str, Secret<String>)>,
    identity: Option<Identity>,
    /// The same certificate as PEM texts, which librdkafka wants.
    pem: Option<(String, Secret<String>)>,
    words: String,
    notes: Vec<String>,
    scram: Option<&'static str>,
}

/// The way into `end`, by `given` or by what its manifest says.
///
/// # Errors
/// Where a credential cannot be had, does not fit, or is known to be refused (an expired token).
pub async fn enter(end: &End, manifests: &Manifests, reach: &Reach, given: &Given) -> Result<Entry, LoginError> {
    let asking = Asking { end, manifests, reach };
    let proof = if given.is_given() { asking.given(given).await? } else { asking.by_manifest().await? };
    let (target, tls) = (asking.target()?, asking.encrypted());
    let dialled = reach.route.resolve(&target);
    let detour = if *dialled == target { String::new() } else { format!(" by way of {dialled}") };
    let address = format!("{target}{}{detour}", if tls { " (TLS)" } else { "" });
    let Proof { words, notes, .. } = &proof;
    let (identity, notes) = (words.clone(), notes.clone());
    let door = match ends::wire(end) {
        Some(Wire::Kafka) => asking.kafka(target, tls, proof)?,
        _ => asking.mqtt(target, tls, proof)?,
    };
    Ok(Entry { door, identity, address, notes })
}

/// Everything that a login is made of.
#[derive(Clone, Copy)]
struct Asking<'a> {
    end: &'a End,
    manifests: &'a Manifests,
    reach: &'a Reach,
}

impl Asking<'_> {
    fn error(self, place: At, message: impl ToString) -> LoginError {
        LoginError { message: message.to_string(), place }
    }

    fn at_method(self) -> At {
        self.end.summary.method.as_ref().map_or(self.end.summary.settings, |method| method.place)
    }

    fn encrypted(self) -> bool {
        self.end.settings.tls.is_none_or(|tls| tls.value == Switch::Enabled)
    }

    fn target(self) -> Result<Target, LoginError> {
        let summary = &self.end.summary;
        let text = match &summary.host {
            Some(host) => &*host.value,
            None if summary.far_end == FarEnd::LocalBroker => "aio-broker:18883",
            None => {
                return Err(self.error(summary.host_place, "the endpoint names no `host` that could be connected to"));
            }
        };
        let host = Host::parse(text);
        let tls = self.encrypted();
        let default = match (ends::wire(self.end), tls) {
            (Some(Wire::Kafka), true) => 9093,
            (Some(Wire::Kafka), false) => 9092,
            (_, true) => 8883,
            (_, false) => 1883,
        };
        let port = match host.port {
            None => default,
            Some(_) => host.port_number().filter(|port| *port != 0).ok_or_else(|| {
                self.error(summary.host_place, format!("`{text}` has no port that could be connected to"))
            })?,
        };
        Ok(Target::new(host.name, port))
    }

    fn setting(&self, name: &str) -> Option<&str> {
        self.end.summary.authentication.iter().find(|(path, _)| *path == name).and_then(|(_, written)| {
            match &written.value {
                Scalar::Text(text) => Some(&**text),
                _ => None,
            }
        })
    }

    /// What the manifest's method needs.
    async fn by_manifest(self) -> Result<Proof, LoginError> {
        let method = self.end.summary.method.as_ref().map_or("", |method| &method.value);
        match method.to_ascii_lowercase().as_str() {
            "anonymous" | "" => Ok(Proof { words: "anonymous".to_owned(), ..Proof::default() }),
            "serviceaccounttoken" => self.service_account().await,
            "x509certificate" | "x509credentials" => self.certificate().await,
            "sasl" => self.sasl().await,
            "systemassignedmanagedidentity" | "userassignedmanagedidentity" => self.managed_identity().await,
            _ => Err(self.error(self.at_method(), format!("method `{method}` cannot be used from here"))),
        }
    }

    async fn service_account(self) -> Result<Proof, LoginError> {
        let audience = self.setting("serviceAccountTokenSettings.audience").unwrap_or(LOCAL_AUDIENCE).to_owned();
        let source = match (&self.reach.token, self.reach.ask_kubectl) {
            (Some(place), _) => TokenSource::Place(place.clone()),
            (None, true) => TokenSource::ServiceAccount {
                namespace: self.namespace(),
                account: "default".to_owned(),
                audience: audience.clone(),
            },
            (None, false) => {
                let message = "a service account token is needed: `--ask kubectl` gets one from the cluster, `--token-file` reads one";
                return Err(self.error(self.at_method(), message));
            }
        };
        self.token("K8S-SAT", &source, &audience).await
    }

    async fn managed_identity(self) -> Result<Proof, LoginError> {
        let kafka = ends::wire(self.end) == Some(Wire::Kafka);
        let target = self.target()?;
        let default = if kafka { format!("https://{}", target.host) } else { EVENT_GRID_AUDIENCE.to_owned() };
        let audience = self
            .setting("systemAssignedManagedIdentitySettings.audience")
            .or(self.setting("userAssignedManagedIdentitySettings.scope"))
            .map_or(default, |text| text.trim_end_matches("/.default").to_owned());
        let source = match (&self.reach.token, self.reach.ask_az) {
            (Some(place), _) => TokenSource::Place(place.clone()),
            (None, true) => TokenSource::AzureCli { resource: audience.clone() },
            (None, false) => {
                let message = "a token is needed in place of the cluster's managed identity: `--ask az` gets one, `--token-file` reads one";
                return Err(self.error(self.at_method(), message));
            }
        };
        let mut proof = self.token(if kafka { "OAUTHBEARER" } else { "OAUTH2-JWT" }, &source, &audience).await?;
        proof.notes.push("this is not the managed identity of the cluster, which has rights of its own".to_owned());
        Ok(proof)
    }

    async fn token(self, method: &'static str, source: &TokenSource, audience: &str) -> Result<Proof, LoginError> {
        let token = self.reach.secrets.token(source).await.map_err(|error| self.secret_error(&error))?;
        let problems = token.facts.problems(audience, SystemTime::now());
        if let Some(problem) = problems.first() {
            return Err(
                self.error(self.at_method(), format!("the token from {} would be refused: {problem}", token.origin))
            );
        }
        Ok(Proof {
            words: format!("{} (token from {})", token.facts.identity(), token.origin),
            token: Some((method, token.jwt)),
            ..Proof::default()
        })
    }

    async fn sasl(self) -> Result<Proof, LoginError> {
        let reference = self.secret_ref(SecretUse::Sasl)?;
        let scram = match self.setting("saslSettings.saslType").unwrap_or("Plain").to_ascii_lowercase().as_str() {
            "scramsha256" => Some("SCRAM-SHA-256"),
            "scramsha512" => Some("SCRAM-SHA-512"),
            _ => None,
        };
        let (username, password) = match self.find(reference, "username").await {
            Ok(username) => (username, self.find(reference, "password").await?),
            // The generic section of the Kafka page shows a single key.
            Err(error) => match self.find(reference, TOKEN_KEY).await {
                Ok(token) => (Secret::new("$ConnectionString".to_owned()), token),
                Err(_) => return Err(error),
            },
        };
        if username.expose().trim().is_empty() {
            return Err(self.error(reference.place, format!("`username` of Secret `{}` is empty", reference.value)));
        }
        let words = format!("SASL user of Secret `{}`", reference.value);
        Ok(Proof { user: Some((username.expose().clone(), password)), scram, words, ..Proof::default() })
    }

    async fn certificate(self) -> Result<Proof, LoginError> {
        let reference = self.secret_ref(SecretUse::X509)?;
        let certificate = self.find(reference, "client_cert.pem").await?;
        let key = self.find(reference, "client_key.pem").await?;
        let intermediates = self.find(reference, "client_intermediate_certs.pem").await.ok();
        let between = intermediates.as_ref().map_or("", |pem| pem.expose());
        self.identity(certificate.expose(), &key, between, reference.place)
    }

    fn identity(self, certificate: &str, key: &Secret<String>, between: &str, at: At) -> Result<Proof, LoginError> {
        let identity = Identity::from_pem(certificate.as_bytes(), key.expose().as_bytes(), between.as_bytes())
            .map_err(|error: IdentityError| self.error(at, error))?;
        let subject = identity.chain().first().map_or_else(String::new, |leaf| leaf.subject.clone());
        Ok(Proof {
            words: format!("client certificate `{subject}`"),
            identity: Some(identity),
            pem: Some((format!("{certificate}\n{between}"), key.clone())),
            ..Proof::default()
        })
    }

    /// What a person gives.
    async fn given(self, given: &Given) -> Result<Proof, LoginError> {
        let mut proof = Proof { words: "anonymous".to_owned(), ..Proof::default() };
        if let (Some(cert), Some(key)) = (&given.client_cert, &given.client_key) {
            let read = async |path: &PathBuf| self.read(&Place::File(path.clone())).await;
            proof = self.identity(read(cert).await?.expose(), &read(key).await?, "", self.at_method())?;
        }
        if let Some(place) = &given.token {
            let source = TokenSource::Place(place.clone());
            let token = self.reach.secrets.token(&source).await.map_err(|error| self.secret_error(&error))?;
            let method = match (ends::wire(self.end), self.end.summary.far_end) {
                (Some(Wire::Kafka), _) => "OAUTHBEARER",
                (_, FarEnd::LocalBroker) => "K8S-SAT",
                _ => "OAUTH2-JWT",
            };
            proof.words = token.facts.identity();
            proof.token = Some((method, token.jwt));
        }
        if let Some(username) = &given.username {
            let password = match &given.password {
                Some(place) => self.read(place).await?,
                None => Secret::new(String::new()),
            };
            proof.words = format!("user `{username}`");
            proof.user = Some((username.clone(), password));
        }
        Ok(proof)
    }

    async fn read(self, place: &Place) -> Result<Secret<String>, LoginError> {
        let found = self.reach.secrets.read(place).await.map_err(|error| self.secret_error(&error))?;
        found.text().map_err(|error| self.secret_error(&error))
    }

    fn secret_ref(&self, of: SecretUse) -> Result<&Text, LoginError> {
        let found = self.end.summary.secrets.iter().find(|(kind, _)| *kind == of).map(|(_, text)| text);
        found.ok_or_else(|| self.error(self.at_method(), "the method needs a `secretRef`, and none is written"))
    }

    async fn find(self, reference: &Text, key: &str) -> Result<Secret<String>, LoginError> {
        let id = &self.end.summary.id;
        if let Some(value) = self.manifests.secret(id, &reference.value, key) {
            let text = String::from_utf8(value.expose().clone());
            return text.map(Secret::new).map_err(|_| self.error(reference.place, format!("`{key}` is not UTF-8")));
        }
        let found = self.reach.secrets.find(&reference.value, key).await;
        let text = found.and_then(|found| found.text());
        text.map_err(|error| self.error(reference.place, error))
    }

    fn secret_error(self, error: &SecretError) -> LoginError {
        self.error(self.at_method(), error)
    }

    fn namespace(self) -> String {
        self.end.summary.id.namespace.as_deref().unwrap_or("azure-iot-operations").to_owned()
    }

    /// PEM texts of the trust bundle that the manifest names and the files hold, and of those that a person gives.
    fn trusted(self) -> Vec<Vec<u8>> {
        let bundle = self.end.summary.ca_ref.as_ref();
        let named = bundle.and_then(|name| self.manifests.config_map(&self.end.summary.id, &name.value));
        let named = named.unwrap_or_default().into_iter().map(<[u8]>::to_vec);
        named.chain(self.reach.trusted.iter().cloned()).collect()
    }

    fn mqtt(self, target: Target, tls: bool, proof: Proof) -> Result<Door, LoginError> {
        let mut options = ConnectOptions::new(target, ids::run_id());
        options.route = self.reach.route.clone();
        if tls {
            let mut trust = Trust::default();
            trust.os_roots = self.reach.os_roots;
            for pem in self.trusted() {
                match trust.add_pem(&pem) {
                    // A ConfigMap may hold other keys than certificates.
                    Ok(_) | Err(TrustError::Empty) => {}
                    Err(error) => return Err(self.error(self.end.summary.settings, error)),
                }
            }
            options.tls = Some(TlsOptions { trust, identity: proof.identity, server_name: None });
        }
        let protocol = self.end.settings.mqtt.as_ref().and_then(|mqtt| mqtt.protocol);
        if protocol.is_some_and(|protocol| protocol.value == Protocol::WebSockets) {
            options.websocket = Some(WebSocketOptions::default());
        }
        options.credentials = match (proof.token, proof.user) {
            (Some((method, token)), _) => Credentials::Enhanced {
                method: method.to_owned(),
                data: Secret::new(token.expose().clone().into_bytes()),
            },
            (None, Some((username, password))) => Credentials::Password { user: username, password: Some(password) },
            (None, None) => Credentials::None,
        };
        Ok(Door::Mqtt(Box::new(options)))
    }

    fn kafka(self, target: Target, tls: bool, proof: Proof) -> Result<Door, LoginError> {
        let security = if tls {
            let identity = proof.pem.map(|(chain, key)| kafka::Identity { chain, key });
            Security::Tls(kafka::Tls { roots: self.roots(), identity, verify: true })
        } else {
            Security::Plain
        };
        let login = |(user, password): (String, Secret<String>)| kafka::Login { user, password };
        let sasl = match (proof.token, proof.user, proof.scram) {
            (Some((_, token)), _, _) => Sasl::OauthBearer(self.bearer(token)?),
            (None, Some(user), Some("SCRAM-SHA-256")) => Sasl::ScramSha256(login(user)),
            (None, Some(user), Some(_)) => Sasl::ScramSha512(login(user)),
            (None, Some(user), None) => Sasl::Plain(login(user)),
            (None, None, _) => Sasl::None,
        };
        let route = &self.reach.route;
        if route.proxy.is_some() {
            return Err(self.error(
                self.end.summary.host_place,
                "Kafka cannot go through `--proxy`; `--connect-to` leads to a forwarded port",
            ));
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

    fn bearer(self, token: Secret<String>) -> Result<kafka::Token, LoginError> {
        let facts =
            crate::secrets::TokenFacts::read(token.expose()).map_err(|error| self.error(self.at_method(), error))?;
        let hour = SystemTime::now() + std::time::Duration::from_secs(3600);
        let expires = super::bridge::milliseconds(facts.expires.unwrap_or(hour));
        Ok(kafka::Token { token, principal: facts.identity(), expires })
    }

    /// Public roots and trust bundle as PEM, as OpenSSL wants them.
    fn roots(self) -> Roots {
        if self.reach.os_roots && self.trusted().is_empty() {
            return Roots::System;
        }
        let mut pem = String::new();
        for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
            pem.push_str(&to_pem(root));
        }
        for text in self.trusted() {
            pem.push_str(&String::from_utf8_lossy(&text));
            pem.push('\n');
        }
        Roots::Pem(pem)
    }
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
