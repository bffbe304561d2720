//! CONNACK: what a server allows, all of it, also where it refuses.
//!
//! Which of it a dataflow needs is for `probe` and `run`; what follows for sending is for `limits`.

use super::fields::Malformed;
use super::frame::Frame;
use super::reason::{PacketKind, Reason};
use crate::message::QoS;
use crate::redact::Secret;
use bytes::BytesMut;
use rumqttc::v5::mqttbytes::{Error, v5 as codec};

/// A CONNACK with its seventeen properties as they were sent (MQTT 5, 3.2.2.3); `None` is a property that was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnAck {
    /// Why, or why not.
    pub reason: Reason,
    /// Whether the server had a session for the client id.
    pub session_present: bool,
    /// Whether it has the two bytes of MQTT 3.1.1 instead of the three or more of MQTT 5: the server does not speak 5.
    pub old_protocol: bool,
    /// Session Expiry Interval, in seconds, where the server does not take the client's.
    pub session_expiry: Option<u32>,
    /// Receive Maximum: QoS 1 and 2 messages in flight to the server; absent is 65535.
    pub receive_maximum: Option<u16>,
    /// Maximum QoS, 0 or 1; absent is 2.
    pub maximum_qos: Option<u8>,
    /// Retain Available; absent is yes.
    pub retain_available: Option<bool>,
    /// Maximum Packet Size, in bytes; absent is unlimited.
    pub maximum_packet_size: Option<u32>,
    /// Assigned Client Identifier, where the client sent an empty one.
    pub assigned_client_id: Option<String>,
    /// Topic Alias Maximum.
    pub topic_alias_maximum: Option<u16>,
    /// Reason String.
    pub reason_string: Option<String>,
    /// User Properties.
    pub user_properties: Vec<(String, String)>,
    /// Wildcard Subscription Available; absent is yes.
    pub wildcard_subscriptions: Option<bool>,
    /// Subscription Identifiers Available; absent is yes.
    pub subscription_identifiers: Option<bool>,
    /// Shared Subscription Available; absent is yes.
    pub shared_subscriptions: Option<bool>,
    /// Server Keep Alive, in seconds, which replaces the client's.
    pub server_keep_alive: Option<u16>,
    /// Response Information.
    pub response_information: Option<String>,
    /// Server Reference.
    pub server_reference: Option<String>,
    /// Authentication Method, which a server has to repeat.
    pub authentication_method: Option<String>,
    /// Authentication Data.
    pub authentication_data: Option<Secret<Vec<u8>>>,
}

impl ConnAck {
    /// The highest QoS that the server takes.
    pub fn qos_limit(&self) -> QoS {
        self.maximum_qos.and_then(QoS::from_number).unwrap_or(QoS::ExactlyOnce)
    }

    pub(super) fn read(frame: Frame, bytes: &mut BytesMut) -> Result<Self, Malformed> {
        let body = bytes.get(frame.header..).unwrap_or_default();
        let &[flags, code, ..] = body else {
            return Err(Malformed::new(PacketKind::ConnAck, "it ends before the reason code"));
        };
        let (session_present, old_protocol) = (flags & 1 != 0, body.len() == 2);
        let properties = if old_protocol { None } else { properties(bytes)? };
        Ok(Self::new(Reason::new(code, PacketKind::ConnAck), session_present, old_protocol, properties))
    }

    fn new(
        reason: Reason,
        session_present: bool,
        old_protocol: bool,
        properties: Option<codec::ConnAckProperties>,
    ) -> Self {
        let properties = properties.unwrap_or_else(none);
        Self {
            reason,
            session_present,
            old_protocol,
            session_expiry: properties.session_expiry_interval,
            receive_maximum: properties.receive_max,
            maximum_qos: properties.max_qos,
            retain_available: properties.retain_available.map(yes),
            maximum_packet_size: properties.max_packet_size,
            assigned_client_id: properties.assigned_client_identifier,
            topic_alias_maximum: properties.topic_alias_max,
            reason_string: properties.reason_string,
            user_properties: properties.user_properties,
            wildcard_subscriptions: properties.wildcard_subscription_available.map(yes),
            subscription_identifiers: properties.subscription_identifiers_available.map(yes),
            shared_subscriptions: properties.shared_subscription_available.map(yes),
            server_keep_alive: properties.server_keep_alive,
            response_information: properties.response_information,
            server_reference: properties.server_reference,
            authentication_method: properties.authentication_method,
            authentication_data: properties.authentication_data.map(|data| Secret::new(data.to_vec())),
        }
    }
}

/// The properties; a reason code that rumqttc does not list costs them, but not the code.
fn properties(bytes: &mut BytesMut) -> Result<Option<codec::ConnAckProperties>, Malformed> {
    match codec::Packet::read(bytes, None) {
        Ok(codec::Packet::ConnAck(ack)) => Ok(ack.properties),
        Ok(_) => Err(Malformed::new(PacketKind::ConnAck, "read as another packet")),
        Err(Error::InvalidConnectReturnCode(_)) => Ok(None),
        Err(error) => Err(Malformed::new(PacketKind::ConnAck, error.to_string())),
    }
}

const fn yes(number: u8) -> bool {
    number != 0
}

const fn none() -> codec::ConnAckProperties {
    codec::ConnAckProperties {
        session_expiry_interval: None,
        receive_max: None,
        max_qos: None,
        retain_available: None,
        max_packet_size: None,
        assigned_client_identifier: None,
        topic_alias_max: None,
        reason_string: None,
        user_properties: Vec::new(),
        wildcard_subscription_available: None,
        subscription_identifiers_available: None,
        shared_subscription_available: None,
        server_keep_alive: None,
        response_information: None,
        server_reference: None,
        authentication_method: None,
        authentication_data: None,
    }
}
