//! The settings blocks of `authentication`: which belongs to a method, which an endpoint type takes.

use crate::model::{EndpointType, Val};

/// Needs no members: `{}`.
pub(super) const SYSTEM: &str = "systemAssignedManagedIdentitySettings";
pub(super) const USER: &str = "userAssignedManagedIdentitySettings";
pub(super) const SAT: &str = "serviceAccountTokenSettings";
const X509: &str = "x509CertificateSettings";
const SASL: &str = "saslSettings";
const TOKEN: &str = "accessTokenSettings";
/// Needs no members: `{}`.
pub(super) const ANONYMOUS: &str = "anonymousSettings";

/// A method, its block, and what has to stand in the block.
const METHODS: [(&str, &str, &str); 7] = [
    ("SystemAssignedManagedIdentity", SYSTEM, ""),
    ("UserAssignedManagedIdentity", USER, "`clientId` and `tenantId`"),
    ("ServiceAccountToken", SAT, "`audience`"),
    ("X509Certificate", X509, "`secretRef`"),
    ("Sasl", SASL, "`saslType` and `secretRef`"),
    ("AccessToken", TOKEN, "`secretRef`"),
    ("Anonymous", ANONYMOUS, ""),
];

/// Names of former shapes, which the schema check translates: block, other name.
const FORMER: [(&str, &str); 5] = [
    (X509, "x509CredentialsSettings"),
    (X509, "x509Credentials"),
    (TOKEN, "accessTokenSecretRef"),
    (SASL, "tokenSecretName"),
    (SASL, "tokenSecretRef"),
];

/// The block that belongs to `method`, in any case of letters.
pub(super) fn of_method(method: &str) -> Option<&'static str> {
    METHODS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(method)).map(|(_, block, _)| *block)
}

/// The method that `block` belongs to.
pub(super) fn method_of(block: &str) -> &'static str {
    METHODS.iter().find(|(_, name, _)| *name == block).map_or("another method", |(method, ..)| *method)
}

/// What has to stand in `block`; nothing where it may be empty.
pub(super) fn needs(block: &str) -> &'static str {
    METHODS.iter().find(|(_, name, _)| *name == block).map_or("", |(.., members)| *members)
}

/// The blocks that the `v1` definition lists for an endpoint type; others are dropped before it counts them. Those of
/// OpenTelemetry, which came later, are as ARM has them.
pub(super) const fn known(kind: EndpointType) -> &'static [&'static str] {
    match kind {
        EndpointType::Mqtt => &[SYSTEM, USER, X509, SAT, ANONYMOUS],
        EndpointType::Kafka => &[SYSTEM, USER, X509, SASL, ANONYMOUS],
        EndpointType::DataExplorer | EndpointType::DataLakeStorage | EndpointType::FabricOneLake => {
            &[SYSTEM, USER, TOKEN]
        }
        EndpointType::OpenTelemetry => &[SAT, X509, ANONYMOUS],
        EndpointType::LocalStorage => &[],
    }
}

/// The blocks that are written and not null, in the order of the text.
pub(super) fn written<'a>(authentication: Val<'a>, kind: EndpointType) -> Vec<(&'a str, Val<'a>)> {
    let counts = |(name, value): &(&str, Val<'_>)| known(kind).contains(name) && !value.is_absent();
    authentication.members().filter(counts).collect()
}

/// Whether `block` is written under another name, which the schema check reports.
pub(super) fn is_misspelt(authentication: Val<'_>, block: &str) -> bool {
    let former = FORMER.iter().filter(|(name, _)| *name == block);
    let mut former = former.map(|(_, other)| *other);
    former.any(|other| authentication.members().any(|(key, _)| key == other)) || authentication.misspells(block)
}
