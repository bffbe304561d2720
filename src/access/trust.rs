//! Whose certificates an endpoint takes: the public roots, the ConfigMap that its manifest names, and what a person adds.

use super::login::{LoginCause, LoginError};
use super::{End, Manifests, Reach};
use crate::transport::tls::{Certificate, Trust, TrustError};

/// The trust bundle of an endpoint, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bundle {
    /// The manifest names none.
    None,
    /// It is not among the files, and no cluster gave it.
    Unknown {
        /// The ConfigMap.
        name: String,
    },
    /// The cluster was asked and does not have it.
    Missing {
        /// The ConfigMap.
        name: String,
    },
    /// What is in it.
    Known {
        /// The ConfigMap.
        name: String,
        /// Its keys.
        keys: Vec<String>,
        /// The certificates of all keys.
        certificates: Vec<Certificate>,
        /// Whether one cannot be read.
        damaged: bool,
    },
}

/// The trust bundle that the manifest of `end` names.
pub fn bundle(end: &End, manifests: &Manifests) -> Bundle {
    let Some(reference) = &end.summary.ca_ref else { return Bundle::None };
    let name = reference.value.to_string();
    let Some(values) = manifests.config_map(&end.summary.id, &name) else {
        return match manifests.is_missing(&end.summary.id, &name) {
            true => Bundle::Missing { name },
            false => Bundle::Unknown { name },
        };
    };
    let mut trust = Trust::nothing();
    let mut damaged = false;
    for (_, pem) in &values {
        damaged |= !matches!(trust.add_pem(pem), Ok(_) | Err(TrustError::Empty));
    }
    let mut keys: Vec<String> = values.iter().map(|(key, _)| (*key).to_owned()).collect();
    keys.sort();
    Bundle::Known { name, keys, certificates: trust.bundle(), damaged }
}

/// PEM texts of the trust bundle that the manifest names and the files hold (every key of it), and of those that a person
/// gives.
pub fn texts(end: &End, manifests: &Manifests, reach: &Reach) -> Vec<Vec<u8>> {
    let bundle = end.summary.ca_ref.as_ref();
    let named = bundle.and_then(|name| manifests.config_map(&end.summary.id, &name.value));
    let named = named.unwrap_or_default().into_iter().map(|(_, value)| value.to_vec());
    named.chain(reach.trusted.iter().cloned()).collect()
}

/// Everything that is trusted for `end`: the public roots (the operating system's only if it is asked for), the trust
/// bundle, and what a person gives.
///
/// # Errors
/// Where a certificate is damaged. A key of the ConfigMap without any certificate is none of it.
pub fn of(end: &End, manifests: &Manifests, reach: &Reach) -> Result<Trust, LoginError> {
    let mut trust = Trust::default();
    trust.os_roots = reach.os_roots;
    let place = end.summary.ca_ref.as_ref().map_or(end.summary.settings, |name| name.place);
    for pem in texts(end, manifests, reach) {
        match trust.add_pem(&pem) {
            // A ConfigMap may hold other keys than certificates.
            Ok(_) | Err(TrustError::Empty) => {}
            Err(error) => return Err(LoginError::new(place, LoginCause::Trust(error))),
        }
    }
    Ok(trust)
}
