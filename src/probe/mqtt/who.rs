//! Asks what is spoken at the address of an endpoint, on connections of their own and without any credential.

use crate::probe::{Climb, Opening};
use crate::transport::identify::{identify, identify_inside};
use std::time::Duration;

pub use crate::transport::identify::Spoken;

/// What is spoken there, by `limit` at the latest; `None` if nothing was said.
pub async fn who(climb: &Climb<'_>, opening: &Opening, limit: Duration) -> Option<Spoken> {
    let route = &climb.means().reach.route;
    match &opening.tls {
        Some(tls) => identify_inside(&opening.target, route, tls, limit, None).await,
        None => identify(&opening.target, route, &opening.target.host, limit, None).await,
    }
}
