//! Asks what is spoken at the address of an endpoint, on connections of their own and without any credential.

use crate::probe::{Climb, Opening, way};
use crate::transport::tls::TlsOptions;
use std::time::Duration;

pub use crate::transport::identify::Spoken;

/// What is spoken there, by `limit` at the latest; `None` if nothing was said. For when no other connection is open.
pub async fn who(climb: &Climb<'_>, opening: &Opening, limit: Duration) -> Option<Spoken> {
    way::who(climb.means(), opening, limit, None).await
}

/// The same while a login is on its way: without the client certificate, since a broker that knows clients by it could take
/// the greeting for a second session of one client (Event Grid does).
pub async fn who_meanwhile(climb: &Climb<'_>, opening: &Opening, limit: Duration) -> Option<Spoken> {
    let nobody = opening.tls.clone().map(|tls| TlsOptions { identity: None, ..tls });
    who(climb, &Opening { tls: nobody, ..opening.clone() }, limit).await
}
