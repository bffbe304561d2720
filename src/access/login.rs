//! What is proved to an endpoint, and as whom: the authentication of its manifest with credentials from wherever they are,
//! or what a person gives instead.
//!
//! What goes onto a wire of it is for `transport`; no credential is ever part of a text that comes out of here.

use super::address::target;
use super::{Ask, End, Manifests, Reach, checks, wire};
use crate::diag::Place as At;
use crate::message::Wire;
use crate::model::{FarEnd, Scalar, SecretUse, Text};
use crate::redact::Secret;
use crate::secrets::{Application, Origin, Place, SecretError, Token, TokenFacts, TokenProblem, TokenSource};
use crate::transport::tls::{Identity, IdentityError, TrustError};
use std::path::PathBuf;
use std::time::SystemTime;

/// What Event Grid takes tokens for (MQTT endpoint page).
const EVENT_GRID_AUDIENCE: &str = "https://eventgrid.azure.net";
/// What the local broker takes tokens for unless it is told otherwise.
const LOCAL_AUDIENCE: &str = "aio-internal";
/// The key of a Secret for SASL that holds one token (Kafka endpoint page, generic section).
const TOKEN_KEY: &str = "token";

/// The namespace of Azure IoT Operations, for endpoints that name none.
pub(super) const NAMESPACE: &str = "azure-iot-operations";

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

/// Why nobody can log in, and the line of the manifest that asks for it.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct LoginError {
    /// What is wrong.
    pub cause: LoginCause,
    /// The line.
    pub place: At,
}

impl LoginError {
    /// `cause` at `place`.
    pub const fn new(place: At, cause: LoginCause) -> Self {
        Self { cause, place }
    }
}

/// What is wrong with a login before anybody is dialled.
#[derive(Debug, thiserror::Error)]
pub enum LoginCause {
    /// No host.
    #[error("the endpoint names no `host` that could be connected to")]
    NoHost,
    /// A host whose port is none.
    #[error("`{0}` has no port that could be connected to")]
    Port(String),
    /// A method that cannot be used from here.
    #[error("method `{0}` cannot be used from here")]
    Method(String),
    /// A method without its Secret.
    #[error("the method needs a `secretRef`, and none is written")]
    NoSecretRef,
    /// A credential that nobody gave, or that cannot be read.
    #[error(transparent)]
    Secret(SecretError),
    /// A token is needed, and nobody may be asked for one.
    #[error("{0}")]
    NoToken(&'static str),
    /// A token that would be refused.
    #[error("the token from {origin} would be refused: {problem}")]
    Token {
        /// Where it came from.
        origin: Origin,
        /// Its claims.
        facts: Box<TokenFacts>,
        /// What is wrong with it.
        problem: TokenProblem,
    },
    /// A user name that is empty.
    #[error("`username` of Secret `{0}` is empty")]
    NoUserName(String),
    /// A client certificate that cannot be used.
    #[error(transparent)]
    Identity(IdentityError),
    /// A login that is known to be refused.
    #[error(transparent)]
    Complaint(Box<super::Complaint>),
    /// A trust bundle that cannot be used.
    #[error(transparent)]
    Trust(TrustError),
    /// A token that Event Grid refuses, whatever it says otherwise.
    #[error(
        "Event Grid takes tokens of managed identities and service principals only, and that from {origin} is of {}",
        .facts.identity()
    )]
    PersonToken {
        /// Where it came from.
        origin: Origin,
        /// Its claims.
        facts: Box<TokenFacts>,
    },
}

/// What is proved to a broker.
#[derive(Debug, Default, Clone)]
pub struct Proof {
    /// User name and password.
    pub user: Option<(String, Secret<String>)>,
    /// A token.
    pub token: Option<Bearer>,
    /// Client certificate with its key.
    pub identity: Option<Identity>,
    /// The same certificate as PEM texts, which librdkafka wants: the chain, and the key.
    pub pem: Option<(String, Secret<String>)>,
    /// As whom, in words.
    pub words: String,
    /// What a person should know: warnings about tokens, and whom this is not.
    pub notes: Vec<String>,
    /// The SASL mechanism, where the user is to be proved by SCRAM and not by PLAIN.
    pub scram: Option<&'static str>,
}

/// A token on its way to a broker.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// `K8S-SAT` or `OAUTH2-JWT` in MQTT, `OAUTHBEARER` in Kafka.
    pub method: &'static str,
    /// The token.
    pub jwt: Secret<String>,
    /// What it says of itself.
    pub facts: TokenFacts,
}

/// What is proved to `end`: `given`, or what its manifest says.
///
/// # Errors
/// Where a credential cannot be had, does not fit, or is known to be refused (an expired token).
pub async fn prove(end: &End, manifests: &Manifests, reach: &Reach, given: &Given) -> Result<Proof, LoginError> {
    let asking = Asking { end, manifests, reach };
    if given.is_given() { asking.given(given).await } else { asking.by_manifest().await }
}

/// The audience that `end` takes tokens for, if its method has one.
pub fn audience(end: &End) -> Option<String> {
    let setting = |name: &str| setting(end, name).map(str::to_owned);
    match method(end).as_str() {
        "serviceaccounttoken" => {
            Some(setting("serviceAccountTokenSettings.audience").unwrap_or_else(|| LOCAL_AUDIENCE.to_owned()))
        }
        "systemassignedmanagedidentity" | "userassignedmanagedidentity" => {
            let written = setting("systemAssignedManagedIdentitySettings.audience")
                .or_else(|| setting("userAssignedManagedIdentitySettings.scope"));
            let default = || match wire(end) {
                Some(Wire::Kafka) => format!("https://{}", target(end).map(|target| target.host).unwrap_or_default()),
                _ => EVENT_GRID_AUDIENCE.to_owned(),
            };
            Some(written.map_or_else(default, |text| text.trim_end_matches("/.default").to_owned()))
        }
        _ => None,
    }
}

/// `authentication.method` in lower case; empty where it is not written.
pub fn method(end: &End) -> String {
    end.summary.method.as_ref().map_or(String::new(), |method| method.value.to_ascii_lowercase())
}

fn setting<'e>(end: &'e End, name: &str) -> Option<&'e str> {
    end.summary.authentication.iter().find(|(path, _)| *path == name).and_then(|(_, written)| match &written.value {
        Scalar::Text(text) => Some(&**text),
        _ => None,
    })
}

/// Everything that a login is made of.
#[derive(Clone, Copy)]
struct Asking<'a> {
    end: &'a End,
    manifests: &'a Manifests,
    reach: &'a Reach,
}

impl Asking<'_> {
    fn at_method(self) -> At {
        self.end.summary.method.as_ref().map_or(self.end.summary.settings, |method| method.place)
    }

    fn wrong(self, cause: LoginCause) -> LoginError {
        LoginError::new(self.at_method(), cause)
    }

    /// What the manifest's method needs.
    async fn by_manifest(self) -> Result<Proof, LoginError> {
        match method(self.end).as_str() {
            "anonymous" | "" => Ok(Proof { words: "anonymous".to_owned(), ..Proof::default() }),
            "serviceaccounttoken" => self.service_account().await,
            "x509certificate" | "x509credentials" => self.certificate().await,
            "sasl" => self.sasl().await,
            "systemassignedmanagedidentity" | "userassignedmanagedidentity" => self.managed_identity().await,
            _ => {
                let method = self.end.summary.method.as_ref().map_or_else(String::new, |text| text.value.to_string());
                Err(self.wrong(LoginCause::Method(method)))
            }
        }
    }

    async fn service_account(self) -> Result<Proof, LoginError> {
        let audience = audience(self.end).unwrap_or_default();
        let source = match &self.reach.token {
            Some(place) => TokenSource::Place(place.clone()),
            None if self.reach.asks(Ask::Kubectl) => TokenSource::ServiceAccount {
                namespace: self.namespace(),
                account: self.reach.service_account.clone().unwrap_or_else(|| "default".to_owned()),
                audience: audience.clone(),
            },
            None => {
                return Err(self.wrong(LoginCause::NoToken(
                    "a service account token is needed: `--ask kubectl` gets one from the cluster, `--token-file` reads one",
                )));
            }
        };
        self.token("K8S-SAT", &source, &audience).await
    }

    async fn managed_identity(self) -> Result<Proof, LoginError> {
        let kafka = wire(self.end) == Some(Wire::Kafka);
        let audience = audience(self.end).unwrap_or_default();
        let source = match &self.reach.token {
            Some(place) => Some(TokenSource::Place(place.clone())),
            None => self.reach.ask.iter().find_map(|who| self.entra(*who, &audience)),
        };
        let source = source.ok_or_else(|| {
            self.wrong(LoginCause::NoToken(
                "a token is needed in place of the cluster's managed identity: `--ask az` gets one, `--token-file` reads one",
            ))
        })?;
        let mut proof = self.token(if kafka { "OAUTHBEARER" } else { "OAUTH2-JWT" }, &source, &audience).await?;
        let facts = proof.token.as_ref().map(|token| &token.facts);
        let written = self.client_id();
        let is_named = facts.and_then(|facts| facts.application.as_deref()).zip(written);
        proof.notes.push(match is_named {
            Some((is, written)) if is.eq_ignore_ascii_case(written) => {
                format!("tested as the identity that the endpoint names, `{written}`")
            }
            _ => {
                let identity = facts.map(TokenFacts::identity).unwrap_or_default();
                format!("tested as {identity}, not as the cluster's managed identity, which has rights of its own")
            }
        });
        Ok(proof)
    }

    /// Where `who` gets an Entra token for `audience`, if it does that.
    fn entra(self, who: Ask, audience: &str) -> Option<TokenSource> {
        let (resource, client) = (audience.to_owned(), self.client_id().map(str::to_owned));
        match who {
            Ask::Kubectl => None,
            Ask::Az => Some(TokenSource::AzureCli { resource }),
            Ask::WorkloadIdentity => {
                let tenant = setting(self.end, "userAssignedManagedIdentitySettings.tenantId").map(str::to_owned);
                Some(TokenSource::WorkloadIdentity { resource, application: Application { client, tenant } })
            }
            Ask::ServicePrincipal => Some(TokenSource::ServicePrincipal { resource }),
            Ask::ManagedIdentity => Some(TokenSource::ManagedIdentity { resource, client }),
        }
    }

    /// The identity that the manifest names, if it is user-assigned.
    fn client_id(&self) -> Option<&str> {
        let is_user_assigned = method(self.end) == "userassignedmanagedidentity";
        setting(self.end, "userAssignedManagedIdentitySettings.clientId").filter(|_| is_user_assigned)
    }

    async fn token(self, method: &'static str, source: &TokenSource, audience: &str) -> Result<Proof, LoginError> {
        let token = self.reach.secrets.token(source).await.map_err(|error| self.secret_error(error))?;
        let token = self.no_person(token)?;
        if let Some(problem) = token.facts.problems(audience, SystemTime::now()).into_iter().next() {
            let facts = Box::new(token.facts);
            return Err(self.wrong(LoginCause::Token { origin: token.origin, facts, problem }));
        }
        Ok(Proof {
            words: format!("{} (token from {})", token.facts.identity(), token.origin),
            token: Some(Bearer { method, jwt: token.jwt, facts: token.facts }),
            ..Proof::default()
        })
    }

    /// `token`, unless it is one of a person for Event Grid (page "Microsoft Entra JWT authentication and Azure RBAC
    /// authorization to publish or subscribe MQTT messages").
    fn no_person(self, token: Token) -> Result<Token, LoginError> {
        if self.end.summary.far_end != FarEnd::EventGrid || !token.facts.is_person() {
            return Ok(token);
        }
        Err(self.wrong(LoginCause::PersonToken { origin: token.origin, facts: Box::new(token.facts) }))
    }

    async fn sasl(self) -> Result<Proof, LoginError> {
        let reference = self.secret_ref(SecretUse::Sasl)?;
        let scram = match setting(self.end, "saslSettings.saslType").unwrap_or("Plain").to_ascii_lowercase().as_str() {
            "scramsha256" => Some("SCRAM-SHA-256"),
            "scramsha512" => Some("SCRAM-SHA-512"),
            _ => None,
        };
        let (username, password) = match self.find(reference, "username").await {
            Ok(username) => (username, self.find(reference, "password").await?),
            // The generic section of the Kafka page shows a single key.
            Err(error) => match self.find(reference, TOKEN_KEY).await {
                Ok(token) => (Secret::new(checks::CONNECTION_STRING.to_owned()), token),
                Err(_) => return Err(error),
            },
        };
        if username.expose().trim().is_empty() {
            return Err(LoginError::new(reference.place, LoginCause::NoUserName(reference.value.to_string())));
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
            .map_err(|error| LoginError::new(at, LoginCause::Identity(error)))?;
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
            let token = self.reach.secrets.token(&source).await.map_err(|error| self.secret_error(error))?;
            let token = self.no_person(token)?;
            let method = match (wire(self.end), self.end.summary.far_end) {
                (Some(Wire::Kafka), _) => "OAUTHBEARER",
                (_, FarEnd::LocalBroker) => "K8S-SAT",
                _ => "OAUTH2-JWT",
            };
            proof.words = token.facts.identity();
            proof.token = Some(Bearer { method, jwt: token.jwt, facts: token.facts });
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
        let found = self.reach.secrets.read(place).await.map_err(|error| self.secret_error(error))?;
        found.text().map_err(|error| self.secret_error(error))
    }

    fn secret_ref(&self, of: SecretUse) -> Result<&Text, LoginError> {
        let found = self.end.summary.secrets.iter().find(|(kind, _)| *kind == of).map(|(_, text)| text);
        found.ok_or_else(|| self.wrong(LoginCause::NoSecretRef))
    }

    async fn find(self, reference: &Text, key: &str) -> Result<Secret<String>, LoginError> {
        let in_files = self.manifests.secret(&self.end.summary.id, &reference.value, key);
        let found = self.reach.secrets.find(&self.namespace(), &reference.value, key, in_files).await;
        let text = found.and_then(|found| found.text());
        text.map_err(|error| LoginError::new(reference.place, LoginCause::Secret(error)))
    }

    fn secret_error(self, error: SecretError) -> LoginError {
        self.wrong(LoginCause::Secret(error))
    }

    fn namespace(self) -> String {
        self.end.summary.id.namespace.as_deref().unwrap_or(NAMESPACE).to_owned()
    }
}
