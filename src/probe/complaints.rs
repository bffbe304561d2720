//! What is known to be wrong before anybody is dialled, as faults of the stage where it would matter.

use super::fault::{Fault, Line};
use super::{Means, Subject};
use crate::access::{Complaint, LoginCause, LoginError, Proof, address, checks, trust};
use crate::diag::{Entry, Severity};
use crate::model::{FarEnd, Text};
use crate::policy::probe::{login, tls};
use crate::report::probe::Stage;
use crate::transport::tls::Identity;
use std::time::Duration;

/// What was found before dialling.
#[derive(Debug, Default)]
pub struct Known {
    /// What TLS fails by, whatever the server does.
    pub tls: Vec<Fault>,
    /// What is to be said besides.
    pub remarks: Vec<Fault>,
}

impl Known {
    /// Whether the client certificate is good enough to be shown.
    fn is_identity_good(&self) -> bool {
        !self.tls.iter().any(|fault| fault.line != Line::Ca)
    }

    /// The client certificate of `proof`, if it is to be shown.
    pub fn identity(&self, proof: &Result<Proof, LoginError>) -> Option<Identity> {
        proof.as_ref().ok().filter(|_| self.is_identity_good()).and_then(|proof| proof.identity.clone())
    }
}

/// Judges everything that a probe of `subject` with `proof` would use. A login that is known to be refused becomes an
/// error in `proof`, so that it is never sent.
pub fn judge(subject: &Subject, means: &Means<'_>, proof: &mut Result<Proof, LoginError>) -> Known {
    let mut known = Known::default();
    let soon = Duration::from_secs(u64::from(means.warn_days) * 86_400);
    let complaints = match proof {
        Ok(proof) => {
            let topics = topics(subject);
            checks::before_dialling(&subject.end, means.manifests, means.reach, proof, &topics, means.now, soon)
        }
        Err(_) => checks::trust_bundle(&trust::bundle(&subject.end, means.manifests), means.now, soon),
    };
    let encrypted = address::encrypted(&subject.end);
    for complaint in complaints {
        let (stage, entry) = verdict(&complaint);
        if stage == Stage::Tls && !encrypted {
            continue;
        }
        let severity = complaint.severity();
        match (stage, severity) {
            (Stage::Login, Severity::Error) => *proof = Err(refused(subject, complaint)),
            (_, Severity::Error) => known.tls.push(fault(subject, complaint, stage, entry)),
            _ => known.remarks.push(fault(subject, complaint, stage, entry).severity(severity)),
        }
    }
    match proof {
        Err(error) if matches!(error.cause, LoginCause::Identity(_)) => {
            known.tls.push(super::fault::of_login(Stage::Tls, error));
        }
        Err(LoginError { cause: LoginCause::NoUserName(_), .. })
            if subject.end.summary.far_end == FarEnd::EventHubs =>
        {
            *proof = Err(refused(subject, Complaint::HubsUserName(checks::UserNameFault::Empty)));
        }
        _ => {}
    }
    known
}

/// The topics that dataflows use at `subject`.
fn topics(subject: &Subject) -> Vec<&Text> {
    let read = subject.uses.sources.iter().flat_map(|of| &of.topics);
    let written = subject.uses.destinations.iter().filter_map(|of| of.topic.as_ref());
    read.chain(written).collect()
}

fn refused(subject: &Subject, complaint: Complaint) -> LoginError {
    LoginError::new(complaint.place(&subject.end), LoginCause::Complaint(Box::new(complaint)))
}

fn fault(subject: &Subject, complaint: Complaint, stage: Stage, entry: &'static Entry) -> Fault {
    let is_of_bundle = matches!(
        complaint,
        Complaint::TrustBundleEmpty { .. }
            | Complaint::TrustBundleExpired { .. }
            | Complaint::TrustBundleMissing { .. }
            | Complaint::TrustBundleUnknown { .. }
            | Complaint::TrustExpired { .. }
            | Complaint::TrustEndsSoon { .. }
    );
    let line = if is_of_bundle { Line::Ca } else { Line::At(complaint.place(&subject.end)) };
    let fault = Fault::new(stage, entry, line, complaint.to_string());
    match help(&complaint) {
        Some(help) => fault.help(help),
        None => fault,
    }
}

/// The stage where a complaint matters, and its verdict.
pub fn verdict(complaint: &Complaint) -> (Stage, &'static Entry) {
    match complaint {
        Complaint::ClientExpired { .. } => (Stage::Tls, &tls::CLIENT_CERTIFICATE_EXPIRED),
        Complaint::ClientNotYetValid { .. } | Complaint::NotForClients { .. } | Complaint::ChainBroken { .. } => {
            (Stage::Tls, &tls::CLIENT_CERTIFICATE_UNUSABLE)
        }
        Complaint::ClientEndsSoon { .. } | Complaint::TrustEndsSoon { .. } | Complaint::TrustExpired { .. } => {
            (Stage::Tls, &tls::CERTIFICATE_ENDS_SOON)
        }
        Complaint::TrustBundleEmpty { .. } => (Stage::Tls, &tls::TRUST_BUNDLE_EMPTY),
        Complaint::TrustBundleExpired { .. } => (Stage::Tls, &tls::TRUST_BUNDLE_UNUSABLE),
        Complaint::TrustBundleUnknown { .. } | Complaint::TrustBundleMissing { .. } => {
            (Stage::Tls, &tls::TRUST_BUNDLE_UNKNOWN)
        }
        Complaint::HubsUserName(_) | Complaint::HubsPassword(_) => (Stage::Login, &login::EH_CONNECTION_STRING),
        Complaint::Blank(_) => (Stage::Login, &login::CREDENTIAL_UNUSABLE),
    }
}

const fn help(complaint: &Complaint) -> Option<&'static str> {
    Some(match complaint {
        Complaint::ClientExpired { .. } | Complaint::ClientEndsSoon { .. } => {
            "issue the certificate anew, and put it with its key into the Secret"
        }
        Complaint::ClientNotYetValid { .. } => "compare the clock of this machine with that of the issuer",
        Complaint::NotForClients { .. } => "issue it with the extended key usage `clientAuth`",
        Complaint::ChainBroken { .. } => "put the certificates in order, each followed by that of its issuer",
        Complaint::TrustBundleEmpty { .. } => "put the certificate of the authority into it, in PEM, under any key",
        Complaint::TrustBundleExpired { .. } | Complaint::TrustExpired { .. } | Complaint::TrustEndsSoon { .. } => {
            "put the authority's new certificate beside the old one before the servers change"
        }
        Complaint::TrustBundleUnknown { .. } => "`--ca FILE` gives its certificates, `--ask kubectl` fetches it",
        Complaint::TrustBundleMissing { .. } => "create it in the namespace of the endpoint, or correct the name",
        Complaint::HubsUserName(_) | Complaint::HubsPassword(_) | Complaint::Blank(_) => return None,
    })
}
