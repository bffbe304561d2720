//! The settings blocks of `authentication`: which belongs to a method, which an endpoint type takes.

use crate::model::{Endpoint, EndpointType, Val};
use crate::schema::Shape;

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
const fn known(kind: EndpointType) -> &'static [&'static str] {
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

/// The blocks that the first `v1beta1` lists, for all endpoint types.
const PREVIEW: &[&str] = &[SYSTEM, USER, "x509CredentialsSettings", SASL, SAT, "accessTokenSecretRef"];

/// An `authentication`, wherever it stands in an endpoint.
#[derive(Clone, Copy)]
pub(super) struct Authentication<'a> {
    /// The mapping.
    pub value: Val<'a>,
    /// The type whose settings hold it; `None` in the first `v1beta1`, where it stands beside the settings.
    pub kind: Option<EndpointType>,
    shape: Shape,
}

impl<'a> Authentication<'a> {
    /// Every `authentication` of an endpoint that the API server looks at and no template decides about: whether its
    /// block belongs to `endpointType` does not matter to the definition.
    pub fn all(endpoint: &Endpoint<'a>) -> Vec<Self> {
        let (spec, shape) = (endpoint.resource.spec(), endpoint.shape);
        let at = |kind, value: Val<'a>| Self { value, kind, shape };
        let mut all = if shape == Shape::V1Beta1Auth {
            vec![at(None, spec.get("authentication"))]
        } else {
            let inside = |kind: EndpointType| at(Some(kind), spec.get(kind.settings_key()).get("authentication"));
            let mut all: Vec<Self> = EndpointType::ALL.into_iter().map(inside).collect();
            if shape == Shape::V1Beta1 {
                let block = spec.get("datalakeStorageSettings").get("authentication");
                all.push(at(Some(EndpointType::DataLakeStorage), block));
            }
            all
        };
        all.retain(|authentication| authentication.value.is_map() && !authentication.value.is_undecided());
        all
    }

    /// Whether the definition takes exactly one block. That of OpenTelemetry came later and could not be read.
    pub fn takes_exactly_one(&self) -> bool {
        match self.shape {
            Shape::V1 => self.kind != Some(EndpointType::OpenTelemetry),
            Shape::V1Beta1 => false,
            Shape::V1Beta1Auth => true,
        }
    }

    /// The blocks that count; the API server drops others.
    fn known(&self) -> &'static [&'static str] {
        self.kind.map_or(PREVIEW, known)
    }

    /// The block of the method that is written, if it is one of those that count.
    pub fn own(&self) -> Option<&'static str> {
        self.value.get("method").str().and_then(of_method).filter(|own| self.known().contains(own))
    }

    /// The blocks that are written and not null, in the order of the text.
    pub fn written(&self) -> Vec<(&'a str, Val<'a>)> {
        let counts = |(name, value): &(&str, Val<'_>)| self.known().contains(name) && !value.is_absent();
        self.value.members().filter(counts).collect()
    }
}

/// Whether `block` is written under another name, which the schema check reports.
pub(super) fn is_misspelt(authentication: Val<'_>, block: &str) -> bool {
    let former = FORMER.iter().filter(|(name, _)| *name == block);
    let mut former = former.map(|(_, other)| *other);
    former.any(|other| authentication.members().any(|(key, _)| key == other)) || authentication.misspells(block)
}
