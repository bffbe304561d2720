//! Whose certificates an endpoint takes: the public roots, the ConfigMap that its manifest names, and what a person adds.

use super::login::{LoginCause, LoginError};
use super::{End, Manifests, Reach};
use crate::transport::tls::{Trust, TrustError};

/// PEM texts of the trust bundle that the manifest names and the files hold (every key of it), and of those that a person
/// gives.
pub fn texts(end: &End, manifests: &Manifests, reach: &Reach) -> Vec<Vec<u8>> {
    let bundle = end.summary.ca_ref.as_ref();
    let named = bundle.and_then(|name| manifests.config_map(&end.summary.id, &name.value));
    let named = named.unwrap_or_default().into_iter().map(<[u8]>::to_vec);
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
