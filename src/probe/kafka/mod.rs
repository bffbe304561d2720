//! Kafka: protocol, login, limits, every advertised listener and permissions, on a connection that is open.

use super::way::Opened;
use super::{Climb, Opening};
use crate::access::{LoginError, Proof};

/// Climbs from the protocol to the permissions.
pub async fn climb(_climb: &mut Climb<'_>, _opening: &Opening, _opened: Opened, _proof: Result<Proof, LoginError>) {}
