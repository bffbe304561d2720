//! The Secrets that endpoints log in with, each with the endpoints that use it.

use crate::diag::Place;
use crate::model::{Bundle, EndpointSummary, SecretSummary, SecretUse, Text};
use crate::rules::sink::Finding;

/// A Secret of the bundle and who uses it.
pub(super) struct Used<'b> {
    pub secret: &'b SecretSummary,
    pub by: Vec<(&'b EndpointSummary, &'b Text)>,
}

/// References to Secrets that count: those in the block of the method that is written, or of any if none is.
pub(super) fn references(endpoint: &EndpointSummary) -> impl Iterator<Item = (SecretUse, &Text)> {
    endpoint
        .secrets
        .iter()
        .filter(|(kind, _)| {
            let block = match kind {
                SecretUse::Sasl => "saslSettings",
                SecretUse::X509 => "x509CertificateSettings",
                SecretUse::AccessToken => "accessTokenSettings",
            };
            endpoint.method.as_ref().is_none_or(|method| super::blocks::of_method(&method.value) == Some(block))
        })
        .map(|(kind, reference)| (*kind, reference))
}

/// The Secrets that are used for `wanted` and whose keys are known.
pub(super) fn used(bundle: &Bundle, wanted: SecretUse) -> Vec<Used<'_>> {
    let mut all: Vec<Used<'_>> = Vec::new();
    for endpoint in &bundle.endpoints {
        for (_, reference) in references(endpoint).filter(|(kind, _)| *kind == wanted) {
            let Some(secret) = bundle.secret(&endpoint.id, reference).found().filter(|secret| !secret.undecided) else {
                continue;
            };
            match all.iter_mut().find(|used| used.secret.id.place == secret.id.place) {
                Some(used) => used.by.push((endpoint, reference)),
                None => all.push(Used { secret, by: vec![(endpoint, reference)] }),
            }
        }
    }
    all
}

impl Used<'_> {
    /// Those of `keys` that the Secret lacks, in backticks.
    pub fn missing(&self, keys: &[&str]) -> Vec<String> {
        keys.iter().filter(|key| self.secret.entry(key).is_none()).map(|key| format!("`{key}`")).collect()
    }

    /// The keys that the Secret has, for a note.
    pub fn keys(&self) -> String {
        let mut keys: Vec<String> = self.secret.entries.iter().map(|entry| format!("`{}`", entry.key)).collect();
        keys.dedup();
        keys.join(", ")
    }

    /// Adds the places that refer to the Secret to a finding.
    pub fn tell<'f>(&self, mut finding: Finding<'f>) -> Finding<'f> {
        let places: Vec<(&EndpointSummary, Place)> =
            self.by.iter().map(|(endpoint, reference)| (*endpoint, reference.place)).collect();
        for (endpoint, place) in places {
            finding = finding.related_place(place, format!("endpoint `{}` uses it", endpoint.id.name()));
        }
        finding
    }
}
