//! The Secrets behind SASL logins at Event Hubs, as far as they are among the files.

use crate::model::{Bundle, EndpointSummary, FarEnd, Host, SecretEntry, SecretUse, Text};

/// One key of the Secret that an Event Hubs endpoint logs in with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Login<'b> {
    /// The endpoint.
    pub endpoint: &'b EndpointSummary,
    /// Its `secretRef`.
    pub reference: &'b Text,
    /// The key with the shape of its value.
    pub entry: &'b SecretEntry,
}

/// The namespace in a host name of Event Hubs, the same for its private endpoints.
pub(super) fn namespace<'h>(host: &Host<'h>) -> &'h str {
    host.name.split('.').next().unwrap_or_default()
}

/// The key `key` of each Secret that an Event Hubs endpoint with the method `Sasl` refers to.
pub(super) fn logins<'b>(bundle: &'b Bundle, key: &'static str) -> impl Iterator<Item = Login<'b>> {
    bundle.endpoints.iter().filter_map(move |endpoint| login(bundle, endpoint, key))
}

/// The key `key` of the Secret that `endpoint` logs in with, if it is Event Hubs and the method is `Sasl`.
pub(super) fn login<'b>(bundle: &'b Bundle, endpoint: &'b EndpointSummary, key: &str) -> Option<Login<'b>> {
    let is_sasl = endpoint.method.as_ref().is_some_and(|method| method.value.eq_ignore_ascii_case("Sasl"));
    if endpoint.far_end != FarEnd::EventHubs || !is_sasl {
        return None;
    }
    let (_, reference) = endpoint.secrets.iter().find(|(kind, _)| *kind == SecretUse::Sasl)?;
    let secret = bundle.secret(&endpoint.id, reference).found()?;
    let entry = secret.entries.iter().find(|entry| &*entry.key == key)?;
    Some(Login { endpoint, reference, entry })
}
