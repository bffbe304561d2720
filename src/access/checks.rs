//! What is wrong with certificates and logins, as far as they tell it before anybody is dialled.
//!
//! Pure functions: the moment comes in. What a server makes of it is for `probe`; nothing of a secret is in a complaint.

use super::trust::{self, Bundle};
use super::{End, Manifests, Proof, Reach};
use crate::diag::{Place, Severity};
use crate::model::{FarEnd, Host, SecretShape, SecretUse, Text};
use crate::redact::Secret;
use crate::transport::tls::{Certificate, day};
use std::time::{Duration, SystemTime};

/// The user name by which Event Hubs knows that the password is a connection string (Kafka endpoint page).
pub(super) const CONNECTION_STRING: &str = "$ConnectionString";

/// Something that is wrong, or soon will be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Complaint {
    /// A certificate of the client's chain is no longer good.
    #[error("the client certificate `{subject}` expired on {}", day(*.not_after))]
    ClientExpired {
        /// Whom it is for.
        subject: String,
        /// Its last moment.
        not_after: SystemTime,
    },
    /// A certificate of the client's chain is not good yet.
    #[error("the client certificate `{subject}` is valid from {} only", day(*.not_before))]
    ClientNotYetValid {
        /// Whom it is for.
        subject: String,
        /// Its first moment.
        not_before: SystemTime,
    },
    /// A certificate of the client's chain ends soon.
    #[error("the client certificate `{subject}` ends in {days} days, on {}", day(*.not_after))]
    ClientEndsSoon {
        /// Whom it is for.
        subject: String,
        /// Its last moment.
        not_after: SystemTime,
        /// Whole days until then.
        days: u64,
    },
    /// Its extended key usage names other uses.
    #[error("the client certificate `{subject}` is not for client authentication (extended key usage)")]
    NotForClients {
        /// Whom it is for.
        subject: String,
    },
    /// A certificate is followed by another than that of its issuer.
    #[error("the client certificate `{subject}` is issued by `{issuer}`, and is followed by that of `{next}`")]
    ChainBroken {
        /// Whom it is for.
        subject: String,
        /// Who signed it.
        issuer: String,
        /// Whom the certificate after it is for.
        next: String,
    },
    /// No key of the trust bundle has a certificate.
    #[error("ConfigMap `{name}` has no PEM certificate in {}", its_keys(.keys))]
    TrustBundleEmpty {
        /// The ConfigMap.
        name: String,
        /// Its keys.
        keys: Vec<String>,
    },
    /// All certificates of the trust bundle have expired.
    #[error("all certificates in ConfigMap `{name}` have expired, the last, `{subject}`, on {}", day(*.not_after))]
    TrustBundleExpired {
        /// The ConfigMap.
        name: String,
        /// Whom the last one is for.
        subject: String,
        /// Its last moment.
        not_after: SystemTime,
    },
    /// A certificate of the trust bundle has expired, others have not.
    #[error("the certificate `{subject}` in ConfigMap `{name}` expired on {}", day(*.not_after))]
    TrustExpired {
        /// The ConfigMap.
        name: String,
        /// Whom it is for.
        subject: String,
        /// Its last moment.
        not_after: SystemTime,
    },
    /// A certificate of the trust bundle ends soon.
    #[error("the certificate `{subject}` in ConfigMap `{name}` ends in {days} days, on {}", day(*.not_after))]
    TrustEndsSoon {
        /// The ConfigMap.
        name: String,
        /// Whom it is for.
        subject: String,
        /// Its last moment.
        not_after: SystemTime,
        /// Whole days until then.
        days: u64,
    },
    /// The trust bundle is not among the files, and nobody gave another.
    #[error(
        "ConfigMap `{name}` is not among the files, so what the dataflow trusts is not known: `--ca` gives its certificates"
    )]
    TrustBundleUnknown {
        /// The ConfigMap.
        name: String,
    },
    /// The cluster has no such ConfigMap.
    #[error("the cluster has no ConfigMap `{name}`")]
    TrustBundleMissing {
        /// The ConfigMap.
        name: String,
    },
    /// The user name is not the one that Event Hubs knows.
    #[error("the user name for Event Hubs {0}")]
    HubsUserName(UserNameFault),
    /// The password is not the one that Event Hubs takes.
    #[error("the password for Event Hubs {0}")]
    HubsPassword(PasswordFault),
    /// White space around a value that is no part of it.
    #[error("the {0} begins or ends with white space, often the line break of `echo`")]
    Blank(&'static str),
}

/// What is wrong with a user name for Event Hubs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserNameFault {
    /// Nothing: a shell took `$ConnectionString` for a variable.
    #[error("is empty, and `$ConnectionString` is expected: in single quotes a shell leaves it alone")]
    Empty,
    /// White space around it.
    #[error("is `$ConnectionString` with white space around it, often the line break of `echo`")]
    Blank,
    /// Written in another way.
    #[error("is `$ConnectionString` in another spelling")]
    Spelling,
    /// It is what should be the password.
    #[error("is a connection string, which is the password: `$ConnectionString` is expected")]
    Password,
    /// Something else.
    #[error("is not the literal `$ConnectionString`")]
    Other,
}

/// What is wrong with a password for Event Hubs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Nothing.
    #[error("is empty, and a connection string is expected")]
    Empty,
    /// A tool was to fill it in.
    #[error("is a placeholder that nobody filled in")]
    Placeholder,
    /// A shared access signature.
    #[error("is a shared access signature, which its Kafka side does not take")]
    Signature,
    /// Something else.
    #[error("is not a connection string, which begins with `Endpoint=sb://`")]
    Other,
    /// No key in it.
    #[error("is a connection string without a `SharedAccessKey`")]
    NoKey,
    /// No name of the key in it.
    #[error("is a connection string without a `SharedAccessKeyName`")]
    NoKeyName,
    /// That of another namespace.
    #[error("is the connection string of another namespace than `{expected}`")]
    OtherNamespace {
        /// The namespace of the endpoint.
        expected: String,
    },
    /// That of another event hub.
    #[error("is the connection string of one event hub (`EntityPath`), and `{topic}` is another")]
    OtherHub {
        /// The event hub that a dataflow uses.
        topic: String,
        /// Where it says so.
        place: Place,
    },
}

fn its_keys(keys: &[String]) -> String {
    match keys {
        [] => "it, which has no keys".to_owned(),
        [one] => format!("its key `{one}`"),
        all => format!("its keys `{}`", all.iter().take(10).cloned().collect::<Vec<_>>().join("`, `")),
    }
}

impl Complaint {
    /// How much it matters: an error is refused by any server, a warning works today or cannot be told from here.
    pub const fn severity(&self) -> Severity {
        match self {
            Self::ClientExpired { .. }
            | Self::ClientNotYetValid { .. }
            | Self::NotForClients { .. }
            | Self::TrustBundleEmpty { .. }
            | Self::TrustBundleExpired { .. }
            | Self::TrustBundleMissing { .. }
            | Self::HubsUserName(_) => Severity::Error,
            // An alias has a connection string of its own.
            Self::HubsPassword(PasswordFault::OtherNamespace { .. }) => Severity::Warning,
            Self::HubsPassword(_) => Severity::Error,
            Self::ClientEndsSoon { .. }
            | Self::ChainBroken { .. }
            | Self::TrustEndsSoon { .. }
            | Self::TrustBundleUnknown { .. }
            | Self::Blank(_) => Severity::Warning,
            Self::TrustExpired { .. } => Severity::Info,
        }
    }

    /// The line of the manifest of `end` that it is about.
    pub fn place(&self, end: &End) -> Place {
        let summary = &end.summary;
        let method = summary.method.as_ref().map_or(summary.settings, |method| method.place);
        let secret = |of: SecretUse| {
            summary.secrets.iter().find(|(kind, _)| *kind == of).map_or(method, |(_, reference)| reference.place)
        };
        match self {
            Self::ClientExpired { .. }
            | Self::ClientNotYetValid { .. }
            | Self::ClientEndsSoon { .. }
            | Self::NotForClients { .. }
            | Self::ChainBroken { .. } => secret(SecretUse::X509),
            Self::TrustBundleEmpty { .. }
            | Self::TrustBundleExpired { .. }
            | Self::TrustExpired { .. }
            | Self::TrustEndsSoon { .. }
            | Self::TrustBundleUnknown { .. }
            | Self::TrustBundleMissing { .. } => summary.ca_ref.as_ref().map_or(summary.settings, |name| name.place),
            Self::HubsPassword(PasswordFault::OtherHub { place, .. }) => *place,
            Self::HubsUserName(_) | Self::HubsPassword(_) | Self::Blank(_) => secret(SecretUse::Sasl),
        }
    }
}

/// Everything that can be said of `end` before it is dialled with `proof` at `now`: of the client certificate, the trust
/// bundle and the login. `topics` are those that dataflows use there; what ends within `soon` is told.
pub fn before_dialling(
    end: &End,
    manifests: &Manifests,
    reach: &Reach,
    proof: &Proof,
    topics: &[&Text],
    now: SystemTime,
    soon: Duration,
) -> Vec<Complaint> {
    let chain = proof.identity.as_ref().map_or_else(Vec::new, |identity| identity.chain());
    let mut complaints = client_certificate(&chain, now, soon);
    let bundle = trust::bundle(end, manifests);
    // Whoever gives certificates need not have the ConfigMap as well.
    if !matches!(bundle, Bundle::Unknown { .. }) || reach.trusted.is_empty() {
        complaints.extend(trust_bundle(&bundle, now, soon));
    }
    if let Some((username, password)) = &proof.user {
        complaints.extend(sasl(end, username, password, topics));
    }
    complaints
}

/// What is wrong with the certificates that a client shows, the leaf first.
pub fn client_certificate(chain: &[Certificate], now: SystemTime, soon: Duration) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for certificate in chain {
        let subject = || certificate.subject.clone();
        match dates(certificate, now, soon) {
            Dates::NotYet(not_before) => {
                complaints.push(Complaint::ClientNotYetValid { subject: subject(), not_before });
            }
            Dates::Over(not_after) => complaints.push(Complaint::ClientExpired { subject: subject(), not_after }),
            Dates::Soon(not_after, days) => {
                complaints.push(Complaint::ClientEndsSoon { subject: subject(), not_after, days });
            }
            Dates::Good => {}
        }
    }
    if let Some(leaf) = chain.first().filter(|leaf| leaf.client_auth == Some(false)) {
        complaints.push(Complaint::NotForClients { subject: leaf.subject.clone() });
    }
    for pair in chain.windows(2) {
        if let [below, above] = pair
            && below.issuer != above.subject
        {
            complaints.push(Complaint::ChainBroken {
                subject: below.subject.clone(),
                issuer: below.issuer.clone(),
                next: above.subject.clone(),
            });
        }
    }
    complaints
}

/// What is wrong with the trust bundle of an endpoint.
pub fn trust_bundle(bundle: &Bundle, now: SystemTime, soon: Duration) -> Vec<Complaint> {
    let (name, keys, certificates) = match bundle {
        Bundle::None => return Vec::new(),
        Bundle::Unknown { name } => return vec![Complaint::TrustBundleUnknown { name: name.clone() }],
        Bundle::Missing { name } => return vec![Complaint::TrustBundleMissing { name: name.clone() }],
        // What cannot be read is an error of `trust::of`.
        Bundle::Known { damaged: true, .. } => return Vec::new(),
        Bundle::Known { name, keys, certificates, .. } => (name, keys, certificates),
    };
    let is_over = |certificate: &&Certificate| matches!(dates(certificate, now, soon), Dates::Over(_));
    let last = certificates.iter().max_by_key(|certificate| certificate.not_after);
    match last {
        None => return vec![Complaint::TrustBundleEmpty { name: name.clone(), keys: keys.clone() }],
        Some(last) if certificates.iter().all(|certificate| is_over(&certificate)) => {
            let not_after = last.not_after.unwrap_or(now);
            let subject = last.subject.clone();
            return vec![Complaint::TrustBundleExpired { name: name.clone(), subject, not_after }];
        }
        Some(_) => {}
    }
    // An authority that has a newer certificate beside the old one was renewed.
    let is_renewed = |old: &Certificate| {
        certificates.iter().any(|new| {
            new.subject == old.subject && new.not_after > old.not_after && matches!(dates(new, now, soon), Dates::Good)
        })
    };
    let told = certificates.iter().filter(|certificate| !is_renewed(certificate));
    let complaint = |certificate: &Certificate| {
        let (name, subject) = (name.clone(), certificate.subject.clone());
        match dates(certificate, now, soon) {
            Dates::Over(not_after) => Some(Complaint::TrustExpired { name, subject, not_after }),
            Dates::Soon(not_after, days) => Some(Complaint::TrustEndsSoon { name, subject, not_after, days }),
            Dates::NotYet(_) | Dates::Good => None,
        }
    };
    told.filter_map(complaint).collect()
}

enum Dates {
    NotYet(SystemTime),
    Over(SystemTime),
    Soon(SystemTime, u64),
    Good,
}

/// What is to be said of the dates of `certificate` at `now`.
fn dates(certificate: &Certificate, now: SystemTime, soon: Duration) -> Dates {
    match (certificate.not_before, certificate.not_after) {
        (Some(not_before), _) if now < not_before => Dates::NotYet(not_before),
        (_, Some(not_after)) => match not_after.duration_since(now) {
            Err(_) => Dates::Over(not_after),
            Ok(left) if left <= soon => Dates::Soon(not_after, left.as_secs() / 86_400),
            Ok(_) => Dates::Good,
        },
        _ => Dates::Good,
    }
}

/// What is wrong with the user name and password for `end`, where it is Event Hubs; white space around them anywhere. The
/// facts are those of the rules `eh-sasl-username`, `eh-sasl-password` and `eh-entitypath-mismatch`, which see the files
/// only.
pub fn sasl(end: &End, username: &str, password: &Secret<String>, topics: &[&Text]) -> Vec<Complaint> {
    let is_blank = |text: &str| text.trim().len() != text.len() && !text.trim().is_empty();
    let mut complaints = Vec::new();
    let hubs = end.summary.far_end == FarEnd::EventHubs;
    if hubs {
        complaints.extend(user_name(username).map(Complaint::HubsUserName));
        complaints.extend(self::password(end, password.expose(), topics).into_iter().map(Complaint::HubsPassword));
    } else if is_blank(username) {
        complaints.push(Complaint::Blank("user name"));
    }
    if is_blank(password.expose()) {
        complaints.push(Complaint::Blank("password"));
    }
    complaints
}

fn user_name(name: &str) -> Option<UserNameFault> {
    let trimmed = name.trim();
    let letters: String = trimmed.chars().filter(|char| char.is_alphanumeric()).collect();
    if name == CONNECTION_STRING {
        return None;
    }
    Some(match SecretShape::of(name) {
        SecretShape::Empty => UserNameFault::Empty,
        SecretShape::DollarConnectionString => UserNameFault::Blank,
        SecretShape::ConnectionString { .. } => UserNameFault::Password,
        _ if letters.eq_ignore_ascii_case("ConnectionString") => UserNameFault::Spelling,
        _ => UserNameFault::Other,
    })
}

fn password(end: &End, password: &str, topics: &[&Text]) -> Vec<PasswordFault> {
    let (host, entity_path) = match SecretShape::of(password) {
        SecretShape::Empty => return vec![PasswordFault::Empty],
        SecretShape::Unknown => return vec![PasswordFault::Placeholder],
        SecretShape::ConnectionString { signature: true, .. } | SecretShape::SharedAccessSignature => {
            return vec![PasswordFault::Signature];
        }
        SecretShape::ConnectionString { host, entity_path, .. } => (host, entity_path),
        _ => return vec![PasswordFault::Other],
    };
    let mut faults = Vec::new();
    let has = |name: &str| {
        let mut parts = password.split(';').filter_map(|part| part.split_once('='));
        parts.any(|(is, value)| is.trim().eq_ignore_ascii_case(name) && !value.trim().is_empty())
    };
    if !has("SharedAccessKey") {
        faults.push(PasswordFault::NoKey);
    } else if !has("SharedAccessKeyName") {
        faults.push(PasswordFault::NoKeyName);
    }
    if let Some(written) = &end.summary.host {
        let expected = namespace(&written.value);
        if !expected.eq_ignore_ascii_case(namespace(&host)) {
            faults.push(PasswordFault::OtherNamespace { expected: expected.to_owned() });
        }
    }
    let other = |topic: &&&Text| entity_path.as_ref().is_some_and(|path| !topic.value.eq_ignore_ascii_case(path));
    faults.extend(
        topics
            .iter()
            .filter(other)
            .map(|topic| PasswordFault::OtherHub { topic: topic.value.to_string(), place: topic.place }),
    );
    faults
}

/// The namespace in a host name of Event Hubs, the same for its private endpoints.
fn namespace(host: &str) -> &str {
    Host::parse(host).name.split('.').next().unwrap_or_default()
}
