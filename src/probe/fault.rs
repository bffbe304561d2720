//! What a stage found to be wrong, and which line of the manifest has to change.
//!
//! A [`Fault`] is made without the texts of the manifests; [`Line`] says which line is meant, and is looked up when the
//! finding is made of it.

use crate::access::{LoginCause, LoginError};
use crate::diag::{Diagnostic, Entry, Place, Severity};
use crate::model::{EndpointSummary, SecretUse};
use crate::policy::probe::{login, network, tls};
use crate::report::probe::Stage;
use crate::secrets::TokenProblem;
use crate::transport::tls::IdentityError;

/// A line of the manifest of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Its name.
    Name,
    /// `host`.
    Host,
    /// `tls.mode`.
    Tls,
    /// `tls.trustedCaCertificateConfigMapRef`.
    Ca,
    /// `authentication.method`.
    Method,
    /// The `secretRef` of its method.
    Secret,
    /// A member of the settings of its method, by its dotted path below `authentication`.
    Authentication(&'static str),
    /// A member of its settings, by its dotted path.
    Setting(&'static str),
    /// `consumerGroupId`.
    Group,
    /// Any place, of a dataflow or a profile for instance.
    At(Place),
}

impl Line {
    /// Where it stands in the manifest of `endpoint`, or where it would.
    pub fn place(self, endpoint: &EndpointSummary) -> Place {
        let method = endpoint.method.as_ref().map_or(endpoint.settings, |method| method.place);
        match self {
            Self::Name => endpoint.id.place,
            Self::Host => endpoint.host_place,
            Self::Tls => written(&endpoint.written, "tls.mode").unwrap_or(endpoint.settings),
            Self::Ca => {
                let mode = || written(&endpoint.written, "tls.mode").unwrap_or(endpoint.settings);
                endpoint.ca_ref.as_ref().map_or_else(mode, |name| name.place)
            }
            Self::Method => method,
            Self::Secret => {
                let used = |(of, _): &&(SecretUse, _)| *of != SecretUse::AccessToken;
                endpoint.secrets.iter().find(used).map_or(method, |(_, text)| text.place)
            }
            Self::Authentication(path) => written(&endpoint.authentication, path).unwrap_or(method),
            Self::Setting(path) => written(&endpoint.written, path).unwrap_or(endpoint.settings),
            Self::Group => endpoint.consumer_group.as_ref().map_or(endpoint.settings, |group| group.place),
            Self::At(place) => place,
        }
    }
}

fn written(settings: &crate::model::WrittenSettings, path: &str) -> Option<Place> {
    settings.iter().find(|(name, _)| *name == path).map(|(_, written)| written.place)
}

/// What a stage found to be wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The stage that it belongs to.
    pub stage: Stage,
    /// The documentation of its id.
    pub entry: &'static Entry,
    /// The line that has to change.
    pub line: Line,
    /// What is wrong: lower case, no final dot, values in backticks, nothing secret.
    pub message: String,
    /// A few words under the underlined range.
    pub label: Option<String>,
    /// Facts that help to understand.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// How much it matters, where that is not what its entry says.
    pub severity: Option<Severity>,
    /// Whether it says that nothing can be told from here, rather than that something is wrong.
    pub inconclusive: bool,
}

impl Fault {
    /// A fault of `entry`.
    pub fn new(stage: Stage, entry: &'static Entry, line: Line, message: impl Into<String>) -> Self {
        Self {
            stage,
            entry,
            line,
            message: message.into(),
            label: None,
            notes: Vec::new(),
            help: None,
            severity: None,
            inconclusive: false,
        }
    }

    /// With words under the underlined range.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With a fact that helps to understand.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With another severity than its entry has.
    #[must_use]
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// As something that cannot be told from here.
    #[must_use]
    pub const fn inconclusive(mut self) -> Self {
        self.inconclusive = true;
        self
    }

    /// How much it matters.
    pub fn gravity(&self) -> Severity {
        self.severity.unwrap_or(self.entry.severity)
    }

    /// The finding about `endpoint` that it makes.
    pub fn finding(self, endpoint: &EndpointSummary) -> Diagnostic {
        let mut finding = Diagnostic::new(self.entry, self.line.place(endpoint), self.message);
        finding.severity = self.severity.unwrap_or(self.entry.severity);
        finding.label = self.label;
        finding.notes = self.notes;
        finding.help = self.help;
        finding
    }
}

/// The fault of `error`, which was found before anybody was dialled and matters at `stage`.
pub fn of_login(stage: Stage, error: &LoginError) -> Fault {
    let entry = match &error.cause {
        LoginCause::NoHost | LoginCause::Port(_) => &network::HOST_UNUSABLE,
        LoginCause::Method(_) => &login::METHOD_NOT_PROBED,
        LoginCause::NoToken(_) => &login::CREDENTIAL_MISSING,
        LoginCause::Secret(error) if error.is_not_given() => &login::CREDENTIAL_MISSING,
        LoginCause::NoSecretRef | LoginCause::Secret(_) | LoginCause::NoUserName(_) => &login::CREDENTIAL_UNUSABLE,
        LoginCause::PersonToken { .. } => &login::TOKEN_OF_PERSON,
        LoginCause::Token { problem: TokenProblem::Audience { .. }, .. } => &login::TOKEN_AUDIENCE,
        LoginCause::Token { problem: TokenProblem::Expired { .. }, .. } => &login::TOKEN_EXPIRED,
        LoginCause::Token { problem: TokenProblem::NotYet { .. }, .. } => &login::TOKEN_NOT_YET_VALID,
        LoginCause::Identity(IdentityError::Mismatch { .. }) => &tls::CLIENT_KEY_MISMATCH,
        LoginCause::Identity(_) => &tls::CLIENT_CERTIFICATE_UNUSABLE,
        LoginCause::Complaint(complaint) => super::complaints::verdict(complaint).1,
        LoginCause::Trust(_) => &tls::TRUST_BUNDLE_UNUSABLE,
    };
    let fault = Fault::new(stage, entry, Line::At(error.place), error.to_string());
    if entry.severity == Severity::Error { fault } else { fault.inconclusive() }
}
