//! Storage, Data Explorer, Fabric, OpenTelemetry: as far as TLS, and whether HTTP answers.

use super::way::Opened;
use super::{Climb, Opening};

/// Asks for the root and takes any answer of HTTP for one.
pub async fn climb(_climb: &mut Climb<'_>, _opening: &Opening, _opened: Opened) {}
