//! Where an endpoint is: host, port, and whether the connection is encrypted.

use super::login::{LoginCause, LoginError};
use super::{End, wire};
use crate::message::Wire;
use crate::model::{EndpointType, FarEnd, Host};
use crate::settings::{Protocol, Switch};
use crate::transport::net::Target;

/// Where the local broker listens unless its endpoint says otherwise (MQTT endpoint page).
const LOCAL_BROKER: &str = "aio-broker:18883";

/// Whether the connection to `end` is encrypted; a template leaves it at the default.
pub fn encrypted(end: &End) -> bool {
    end.settings.tls.is_none_or(|tls| tls.value == Switch::Enabled)
}

/// Whether MQTT goes through a WebSocket.
pub fn websocket(end: &End) -> bool {
    let protocol = end.settings.mqtt.as_ref().and_then(|mqtt| mqtt.protocol);
    protocol.is_some_and(|protocol| protocol.value == Protocol::WebSockets)
}

/// The port of `end` where its host names none.
fn default_port(end: &End) -> u16 {
    match (wire(end), encrypted(end)) {
        (Some(Wire::Kafka), true) => 9093,
        (Some(Wire::Kafka), false) => 9092,
        (Some(Wire::Mqtt), true) if websocket(end) => 443,
        (Some(Wire::Mqtt), false) if websocket(end) => 80,
        (Some(Wire::Mqtt), true) => 8883,
        (Some(Wire::Mqtt), false) => 1883,
        (None, _) if end.summary.kind == Some(EndpointType::OpenTelemetry) => 4317,
        (None, _) => 443,
    }
}

/// Where `end` is.
///
/// # Errors
/// Where no host is written, or it has no port that could be connected to.
pub fn target(end: &End) -> Result<Target, LoginError> {
    let summary = &end.summary;
    let text = match &summary.host {
        Some(host) => &*host.value,
        None if summary.far_end == FarEnd::LocalBroker => LOCAL_BROKER,
        None => return Err(LoginError::new(summary.host_place, LoginCause::NoHost)),
    };
    // Storage and collectors are named by a URL.
    let plain = text.split_once("://").map_or(text, |(_, rest)| rest.split('/').next().unwrap_or(rest));
    let host = Host::parse(plain);
    let port = match host.port {
        None => default_port(end),
        Some(_) => host
            .port_number()
            .filter(|port| *port != 0)
            .ok_or_else(|| LoginError::new(summary.host_place, LoginCause::Port(text.to_owned())))?,
    };
    Ok(Target::new(host.name, port))
}
