//! Tokens, and where to get them.

use super::{Application, Origin, Place, SecretError, Secrets, TokenFacts, child, entra, metadata};
use crate::redact::Secret;
use std::path::PathBuf;

/// Where a token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// A service account's token, made by the cluster on demand.
    ServiceAccount {
        /// Namespace of the account.
        namespace: String,
        /// Its name.
        account: String,
        /// Whom the token is for.
        audience: String,
    },
    /// An Entra token of whoever is logged in to the Azure CLI.
    AzureCli {
        /// The resource to ask for.
        resource: String,
    },
    /// An Entra token for a federated token: `AZURE_FEDERATED_TOKEN_FILE`, as in a pod with a workload identity.
    WorkloadIdentity {
        /// The resource to ask for.
        resource: String,
        /// Which application asks, where `AZURE_CLIENT_ID` and `AZURE_TENANT_ID` are not set.
        application: Application,
    },
    /// An Entra token of an application: `AZURE_CLIENT_ID`, `AZURE_TENANT_ID`, `AZURE_CLIENT_SECRET`.
    ServicePrincipal {
        /// The resource to ask for.
        resource: String,
    },
    /// An Entra token of the managed identity of this machine: an Azure VM or, where `IDENTITY_ENDPOINT` is set, an
    /// Arc-enabled server.
    ManagedIdentity {
        /// The resource to ask for.
        resource: String,
        /// The client id of the identity, of those that are assigned to a VM.
        client: Option<String>,
    },
    /// `--token-file`, read anew at every connection.
    File(PathBuf),
    /// A variable, or standard input.
    Place(Place),
}

/// A token that can be used, and what it says of itself.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token, without white space around it.
    pub jwt: Secret<String>,
    /// Its claims.
    pub facts: TokenFacts,
    /// Where it came from.
    pub origin: Origin,
}

impl Secrets {
    /// Gets a token. Whether it is for the right audience and still good is for [`TokenFacts::problems`] to say, before
    /// anybody is dialled.
    ///
    /// # Errors
    /// If there is none, or it is no JWT.
    pub async fn token(&self, source: &TokenSource) -> Result<Token, SecretError> {
        let (bytes, origin) = match source {
            TokenSource::ServiceAccount { namespace, account, audience } => {
                (self.tools.service_account_token(namespace, account, audience).await?, Origin::Kubectl)
            }
            TokenSource::AzureCli { resource } => (child::entra_token(&self.tools, resource).await?, Origin::AzureCli),
            TokenSource::WorkloadIdentity { resource, application } => {
                (entra::workload_identity(self, resource, application).await?, Origin::WorkloadIdentity)
            }
            TokenSource::ServicePrincipal { resource } => {
                (entra::service_principal(self, resource).await?, Origin::ServicePrincipal)
            }
            TokenSource::ManagedIdentity { resource, client } => {
                metadata::managed_identity(self, resource, client.as_deref()).await?
            }
            TokenSource::File(path) => {
                let found = self.read(&Place::File(path.clone())).await?;
                (found.value, found.origin)
            }
            TokenSource::Place(place) => {
                let found = self.read(place).await?;
                (found.value, found.origin)
            }
        };
        let Ok(text) = std::str::from_utf8(bytes.expose()) else { return Err(SecretError::NotText(origin)) };
        let jwt = text.trim().to_owned();
        match TokenFacts::read(&jwt) {
            Ok(facts) => Ok(Token { jwt: Secret::new(jwt), facts, origin }),
            Err(cause) => Err(SecretError::NotAToken { origin, cause }),
        }
    }
}
