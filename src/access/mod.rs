//! From manifests to a way in: which endpoint, at which address, trusted by what, logged into as whom.
//!
//! [`Manifests`] reads files, Secrets and ConfigMaps, [`cluster`] fetches them; [`address`] says where an endpoint is,
//! [`trust`] whose certificates it takes, [`login`] what is proved to it, [`checks`] what is wrong with that already. No
//! broker is dialled here: connections are made by `run` and `probe`, with what comes out of this.

pub mod address;
pub mod checks;
pub mod cluster;
pub mod login;
mod manifests;
pub mod trust;

pub use checks::Complaint;
pub use cluster::Cluster;
pub use login::{Given, LoginCause, LoginError, Proof};
pub use manifests::{End, Line, ManifestError, Manifests};

use crate::message::Wire;
use crate::model::EndpointType;
use crate::secrets::{Place, Secrets};
use crate::transport::net::Route;

/// How brokers are reached and where credentials come from.
#[derive(Debug)]
pub struct Reach {
    /// Detours, proxy, limit of a step.
    pub route: Route,
    /// PEM texts to trust besides what the manifest names.
    pub trusted: Vec<Vec<u8>>,
    /// Whether the operating system's roots are trusted too.
    pub os_roots: bool,
    /// Name to ask for and to find in the certificate, instead of that of `host`.
    pub server_name: Option<String>,
    /// Sources of Secrets.
    pub secrets: Secrets,
    /// Where tokens come from, if it is said.
    pub token: Option<Place>,
    /// Who may be asked for what is not given otherwise; the first that can give it is.
    pub ask: Vec<Ask>,
    /// The service account whose token is asked for, where not `default`.
    pub service_account: Option<String>,
}

impl Reach {
    /// Whether `who` may be asked.
    pub fn asks(&self, who: Ask) -> bool {
        self.ask.contains(&who)
    }
}

/// Whose login is used for Secrets and tokens that are not given otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    /// `kubectl`: Secrets, ConfigMaps, tokens of service accounts.
    Kubectl,
    /// The Azure CLI: Entra tokens.
    Az,
    /// Entra, for the federated token of this pod: Entra tokens.
    WorkloadIdentity,
    /// Entra, for the secret of an application: Entra tokens.
    ServicePrincipal,
    /// The managed identity of this Azure VM or Arc-enabled server: Entra tokens.
    ManagedIdentity,
}

/// What `end` speaks, if Flowgate can talk to it.
pub fn wire(end: &End) -> Option<Wire> {
    match end.summary.kind? {
        EndpointType::Mqtt => Some(Wire::Mqtt),
        EndpointType::Kafka => Some(Wire::Kafka),
        _ => None,
    }
}
