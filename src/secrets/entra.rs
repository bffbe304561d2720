//! Tokens of Entra for applications: by a federated token (workload identity) or by a secret (service principal).
//!
//! The settings come from the environment, by the names that Azure's own libraries use; the workload identity webhook puts
//! them into a pod.

use super::service::{LARGEST_ANSWER, Service, ServiceCause, ServiceError, encoded, token};
use super::{Place, SecretError, Secrets};
use crate::redact::Secret;
use crate::transport::http::{Request, Url, fetch};
use crate::transport::net::Route;
use crate::transport::tls::TlsOptions;

/// Where Entra is, unless `AZURE_AUTHORITY_HOST` says otherwise.
const AUTHORITY: &str = "https://login.microsoftonline.com";

/// Which application asks, where the environment does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Application {
    /// The client id.
    pub client: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
}

/// What proves to Entra who asks.
enum Credential {
    /// A token of somebody whom the application trusts.
    Assertion(Secret<String>),
    /// Its secret.
    Secret(Secret<String>),
}

/// A token for `resource` by the federated token in `AZURE_FEDERATED_TOKEN_FILE`.
pub(super) async fn workload_identity(
    secrets: &Secrets,
    resource: &str,
    application: &Application,
) -> Result<Secret<Vec<u8>>, SecretError> {
    const LOGIN: &str = "workload identity";
    let path = required(secrets, LOGIN, "AZURE_FEDERATED_TOKEN_FILE", None)?;
    let found = secrets.read(&Place::File(path.into())).await?;
    let assertion = Secret::new(found.text()?.expose().trim().to_owned());
    ask(secrets, LOGIN, resource, application, Credential::Assertion(assertion)).await
}

/// A token for `resource` by the secret in `AZURE_CLIENT_SECRET`.
pub(super) async fn service_principal(secrets: &Secrets, resource: &str) -> Result<Secret<Vec<u8>>, SecretError> {
    const LOGIN: &str = "a service principal";
    let secret = Secret::new(required(secrets, LOGIN, "AZURE_CLIENT_SECRET", None)?);
    ask(secrets, LOGIN, resource, &Application::default(), Credential::Secret(secret)).await
}

fn required(
    secrets: &Secrets,
    login: &'static str,
    name: &'static str,
    otherwise: Option<&String>,
) -> Result<String, SecretError> {
    let value = secrets.variable(name).or_else(|| otherwise.cloned());
    value.ok_or(SecretError::Setting { login, name, problem: "is not set" })
}

/// The token endpoint of `tenant`.
fn endpoint(secrets: &Secrets, login: &'static str, tenant: &str) -> Result<Url, SecretError> {
    let wrong = |name, problem| SecretError::Setting { login, name, problem };
    let authority = secrets.variable("AZURE_AUTHORITY_HOST").unwrap_or_else(|| AUTHORITY.to_owned());
    let authority = if authority.contains("://") { authority } else { format!("https://{authority}") };
    let url: Url = authority.parse().map_err(|_| wrong("AZURE_AUTHORITY_HOST", "is no URL"))?;
    // What is sent there opens doors.
    if !url.secure && !url.is_loopback() {
        return Err(wrong("AZURE_AUTHORITY_HOST", "is not `https`, and credentials are sent there"));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    if tenant.is_empty() || !tenant.bytes().all(is_plain) {
        return Err(wrong("AZURE_TENANT_ID", "is neither the id nor a domain of a tenant"));
    }
    let path = format!("{}/{tenant}/oauth2/v2.0/token", url.path.trim_end_matches('/'));
    Ok(url.with_path(path))
}

/// Asks by the client credentials flow (page "Microsoft identity platform and the OAuth 2.0 client credentials flow").
async fn ask(
    secrets: &Secrets,
    login: &'static str,
    resource: &str,
    application: &Application,
    credential: Credential,
) -> Result<Secret<Vec<u8>>, SecretError> {
    let client = required(secrets, login, "AZURE_CLIENT_ID", application.client.as_ref())?;
    let tenant = required(secrets, login, "AZURE_TENANT_ID", application.tenant.as_ref())?;
    let url = endpoint(secrets, login, &tenant)?;
    let (proof, sent) = match &credential {
        Credential::Assertion(assertion) => (
            format!(
                "client_assertion_type={}&client_assertion={}",
                encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                encoded(assertion.expose())
            ),
            assertion,
        ),
        Credential::Secret(secret) => (format!("client_secret={}", encoded(secret.expose())), secret),
    };
    let form = format!(
        "grant_type=client_credentials&client_id={}&scope={}&{proof}",
        encoded(&client),
        encoded(&format!("{}/.default", resource.trim_end_matches('/')))
    );
    let request = Request::post("application/x-www-form-urlencoded", Secret::new(form.into_bytes()));
    let services = &secrets.services;
    let tls = TlsOptions { trust: services.trust.clone(), ..TlsOptions::default() };
    // In clear nothing may leave this machine, by whatever proxy or detour.
    let direct = Route { step_timeout: services.route.step_timeout, ..Route::default() };
    let route = if url.secure { &services.route } else { &direct };
    let granted = match fetch(&url, route, &tls, &request, LARGEST_ANSWER).await {
        Ok(answer) => token(&answer, &[sent]),
        Err(error) => Err(ServiceCause::Unreachable {
            error,
            hint: "where the way out is a proxy, `--proxy` names it; where it looks into TLS, `--os-roots` trusts it",
        }),
    };
    let service = || Service::Entra(url.target.to_string());
    granted.map_err(|cause| SecretError::Service(Box::new(ServiceError { service: service(), cause })))
}
