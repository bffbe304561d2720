//! Tokens of the managed identity of the machine that this runs on: of an Azure VM by its metadata service, of an
//! Arc-enabled server by its agent.
//!
//! Both speak plain HTTP and are reached directly, whatever proxy there is. The agent hands out a token to whoever can read
//! a file that it names; which files may be read for it is decided here, not by what answers.

use super::service::{LARGEST_ANSWER, Service, ServiceCause, ServiceError, encoded, token};
use super::{Origin, SecretError, Secrets};
use crate::redact::Secret;
use crate::transport::http::{Answer, Request, Url, exchange, host_header};
use crate::transport::net::{Route, Target, reach};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The metadata service is a hop away, or not there.
const NEAR: Duration = Duration::from_secs(2);
/// The most bytes that a key of the Arc agent has (the limit of Azure's own libraries).
const LARGEST_KEY: u64 = 4096;

/// A token for `resource` of the managed identity of this machine: the one with the client id `client`, if it is given and
/// this is a VM; an Arc-enabled server has only one.
pub(super) async fn managed_identity(
    secrets: &Secrets,
    resource: &str,
    client: Option<&str>,
) -> Result<(Secret<Vec<u8>>, Origin), SecretError> {
    // App Service has the same variable, for a service of another kind with a header of its own.
    let arc = secrets.variable("IDENTITY_ENDPOINT").filter(|_| secrets.variable("IDENTITY_HEADER").is_none());
    match arc {
        Some(endpoint) => Ok((arc_agent(secrets, &endpoint, resource).await?, Origin::Arc)),
        None => Ok((imds(secrets, resource, client).await?, Origin::Imds)),
    }
}

/// A request to a service of this machine.
async fn get(secrets: &Secrets, target: &Target, path: &str, key: Option<&str>) -> Result<Answer, ServiceCause> {
    let limit = secrets.services.route.step_timeout;
    let route = Route { step_timeout: limit.min(NEAR), ..Route::default() };
    let stream = reach(target, &route).await?.stream;
    let mut request = Request::get().header("Metadata", "true");
    if let Some(key) = key {
        request = request.header("Authorization", format!("Basic {key}"));
    }
    Ok(exchange(stream, &host_header(target, false), path, &request, limit, LARGEST_ANSWER).await?)
}

async fn imds(secrets: &Secrets, resource: &str, client: Option<&str>) -> Result<Secret<Vec<u8>>, SecretError> {
    let target = &secrets.services.imds;
    let mut path = format!("/metadata/identity/oauth2/token?api-version=2018-02-01&resource={}", encoded(resource));
    if let Some(client) = client {
        path.push_str(&format!("&client_id={}", encoded(client)));
    }
    let granted = get(secrets, target, &path, None).await.and_then(|answer| token(&answer, &[]));
    let cause = match granted {
        Ok(token) => return Ok(token),
        Err(ServiceCause::Unreachable { error, .. }) => {
            let hint = "it is there on Azure VMs only; on an Arc-enabled server `IDENTITY_ENDPOINT` has to be set";
            ServiceCause::Unreachable { error, hint }
        }
        Err(cause) => cause,
    };
    Err(SecretError::Service(Box::new(ServiceError { service: Service::Imds(target.clone()), cause })))
}

async fn arc_agent(secrets: &Secrets, endpoint: &str, resource: &str) -> Result<Secret<Vec<u8>>, SecretError> {
    let wrong = |problem| SecretError::Setting {
        login: "the managed identity of an Arc-enabled server",
        name: "IDENTITY_ENDPOINT",
        problem,
    };
    let url: Url = endpoint.parse().map_err(|_| wrong("is no URL"))?;
    // A key that opens this machine's identity is sent there.
    if url.secure || !url.is_loopback() {
        return Err(wrong("is not the agent on this machine: `http://localhost:40342/...` is expected"));
    }
    let granted = converse(secrets, &url, resource).await;
    let service = || Service::Arc(url.target.clone());
    granted.map_err(|cause| SecretError::Service(Box::new(ServiceError { service: service(), cause })))
}

/// The two steps of the agent: it names a file, and gives the token to whoever knows what is in it.
async fn converse(secrets: &Secrets, url: &Url, resource: &str) -> Result<Secret<Vec<u8>>, ServiceCause> {
    let plain = url.path.split('?').next().unwrap_or_default();
    let path = format!("{plain}?api-version=2020-06-01&resource={}", encoded(resource));
    let first = get(secrets, &url.target, &path, None).await?;
    let challenge = first.header("WWW-Authenticate").and_then(realm);
    let named = match (first.status, challenge) {
        (401, Some(named)) => named,
        (200 | 401, _) => {
            let expected = "the name of a key in `WWW-Authenticate`";
            return Err(ServiceCause::Answer { status: first.status, expected });
        }
        _ => return token(&first, &[]),
    };
    let named = allowed(Path::new(named), &secrets.services.arc_keys).map_err(ServiceCause::Key)?;
    let path_of_key = named.clone();
    let key = tokio::task::spawn_blocking(move || key(&path_of_key)).await;
    let key = key.unwrap_or_else(|_| Err(io::Error::other("reading was interrupted")));
    let key = Secret::new(key.map_err(|error| ServiceCause::KeyFile { path: named, error })?);
    let second = get(secrets, &url.target, &path, Some(key.expose())).await?;
    token(&second, &[&key])
}

/// The file that a challenge names.
fn realm(challenge: &str) -> Option<&str> {
    let (scheme, rest) = challenge.split_once(' ')?;
    let (name, value) = rest.trim().split_once('=')?;
    let fits = scheme.eq_ignore_ascii_case("Basic") && name.trim().eq_ignore_ascii_case("realm");
    fits.then(|| value.trim().trim_matches('"')).filter(|value| !value.is_empty())
}

/// `named`, if it is a key in the agent's folder: whatever listens there could otherwise have any file sent to it.
fn allowed(named: &Path, folder: &Path) -> Result<PathBuf, &'static str> {
    let same = |a: &Path, b: &Path| {
        a == b || (cfg!(windows) && a.to_string_lossy().eq_ignore_ascii_case(&b.to_string_lossy()))
    };
    if !named.parent().is_some_and(|parent| same(parent, folder)) {
        return Err("it is not in the folder of the agent's keys");
    }
    if named.extension().is_none_or(|extension| extension != "key") {
        return Err("its name does not end with `.key`");
    }
    Ok(named.to_owned())
}

fn key(path: &Path) -> io::Result<String> {
    // A link could lead out of the folder, a pipe could hang.
    if !std::fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut text = String::new();
    std::fs::File::open(path)?.take(LARGEST_KEY + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST_KEY {
        return Err(io::Error::other("it has more than 4096 bytes"));
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_of_the_agent_are_read() {
        let folder = Path::new("/var/opt/azcmagent/tokens");
        let allowed = |named: &str| allowed(Path::new(named), folder).is_ok();
        assert!(allowed("/var/opt/azcmagent/tokens/a.key"));
        for other in [
            "/etc/shadow",
            "/etc/a.key",
            "/var/opt/azcmagent/tokens/a.txt",
            "/var/opt/azcmagent/tokens/.key",
            "/var/opt/azcmagent/tokens/../a.key",
            "/var/opt/azcmagent/tokens/sub/a.key",
            "var/opt/azcmagent/tokens/a.key",
            "",
        ] {
            assert!(!allowed(other), "{other}");
        }
    }

    #[test]
    fn challenges_are_read() {
        assert_eq!(realm("Basic realm=/a/b.key"), Some("/a/b.key"));
        assert_eq!(realm("basic Realm=\"/a b/c.key\""), Some("/a b/c.key"));
        for none in ["", "Basic", "Basic realm=", "Digest realm=/a", "Basic nonce=/a"] {
            assert_eq!(realm(none), None, "{none}");
        }
    }
}
