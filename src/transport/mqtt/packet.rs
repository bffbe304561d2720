//! Decodes what a server sends: one frame in, one packet out, a PUBLISH as a `message::Publish`.
//!
//! PUBLISH and CONNACK go through rumqttc's codec; packets that end in a reason code do not (`fields` says why), and
//! what only clients send is refused. State is for `session`, what a client sends for `encode`.

use super::connack::ConnAck;
use super::fields::{Details, Fields, Malformed};
use super::frame::Frame;
use super::reason::{PacketKind, Reason};
use crate::message::{PayloadFormat, Publish, QoS};
use bytes::BytesMut;
use rumqttc::v5::mqttbytes::{QoS as WireQoS, v5 as codec};

/// A packet from a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// The answer to CONNECT.
    ConnAck(Box<ConnAck>),
    /// A message.
    Publish(Delivery),
    /// PUBACK, PUBREC, PUBREL or PUBCOMP.
    Ack(Ack),
    /// The answer to SUBSCRIBE: a reason for each filter.
    SubAck(FilterAck),
    /// The answer to UNSUBSCRIBE: a reason for each filter.
    UnsubAck(FilterAck),
    /// The answer to PINGREQ.
    PingResp,
    /// The server ends the connection and says why.
    Disconnect(Reason, Box<Details>),
    /// A step of an enhanced authentication.
    Auth(Reason, Box<Details>),
}

impl Packet {
    /// Its type.
    pub fn kind(&self) -> PacketKind {
        match self {
            Self::ConnAck(_) => PacketKind::ConnAck,
            Self::Publish(_) => PacketKind::Publish,
            Self::Ack(ack) => ack.reason.packet,
            Self::SubAck(_) => PacketKind::SubAck,
            Self::UnsubAck(_) => PacketKind::UnsubAck,
            Self::PingResp => PacketKind::PingResp,
            Self::Disconnect(..) => PacketKind::Disconnect,
            Self::Auth(..) => PacketKind::Auth,
        }
    }
}

/// A PUBLISH with what belongs to this connection only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub publish: Publish,
    /// Packet id; 0 for QoS 0.
    pub id: u16,
    /// Whether the server has sent it before.
    pub duplicate: bool,
}

/// An acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// The packet id that it is for.
    pub id: u16,
    /// Its reason code and type.
    pub reason: Reason,
    /// Its properties, if it has any.
    pub details: Option<Box<Details>>,
}

/// SUBACK or UNSUBACK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterAck {
    /// The packet id that it is for.
    pub id: u16,
    /// A reason for each filter, in the order that they were asked for.
    pub reasons: Vec<Reason>,
    /// Its properties.
    pub details: Details,
}

/// Decodes the frame that `buffer` starts with, and takes it off the buffer whether or not it can be decoded.
///
/// # Errors
/// If the packet does not hold what its type has to, or is none that a server sends.
pub fn take(frame: Frame, buffer: &mut BytesMut) -> Result<Packet, Malformed> {
    let mut bytes = buffer.split_to(frame.len().min(buffer.len()));
    match frame.kind {
        PacketKind::Publish => publish(frame, &mut bytes),
        PacketKind::ConnAck => ConnAck::read(frame, &mut bytes).map(|ack| Packet::ConnAck(Box::new(ack))),
        PacketKind::PingResp => Ok(Packet::PingResp),
        kind => reasoned(kind, bytes.get(frame.header..).unwrap_or_default()),
    }
}

fn reasoned(kind: PacketKind, body: &[u8]) -> Result<Packet, Malformed> {
    let mut fields = Fields::new(kind, body);
    let code = |fields: &mut Fields<'_>| match fields.is_empty() {
        true => Ok(Reason::new(Reason::SUCCESS, kind)),
        false => fields.byte().map(|code| Reason::new(code, kind)),
    };
    Ok(match kind {
        PacketKind::PubAck | PacketKind::PubRec | PacketKind::PubRel | PacketKind::PubComp => {
            let id = packet_id(kind, fields.u16()?)?;
            let reason = code(&mut fields)?;
            let details = if fields.is_empty() { None } else { Some(Box::new(fields.details()?)) };
            Packet::Ack(Ack { id, reason, details })
        }
        PacketKind::SubAck | PacketKind::UnsubAck => {
            let id = packet_id(kind, fields.u16()?)?;
            let details = fields.details()?;
            let reasons = fields.rest().iter().map(|code| Reason::new(*code, kind)).collect();
            let ack = FilterAck { id, reasons, details };
            if kind == PacketKind::SubAck { Packet::SubAck(ack) } else { Packet::UnsubAck(ack) }
        }
        PacketKind::Disconnect => Packet::Disconnect(code(&mut fields)?, Box::new(fields.details()?)),
        PacketKind::Auth => Packet::Auth(code(&mut fields)?, Box::new(fields.details()?)),
        _ => return Err(Malformed::new(kind, "only a client sends that")),
    })
}

fn packet_id(kind: PacketKind, id: u16) -> Result<u16, Malformed> {
    if id == 0 { Err(Malformed::new(kind, "packet id 0")) } else { Ok(id) }
}

fn publish(frame: Frame, bytes: &mut BytesMut) -> Result<Packet, Malformed> {
    let malformed = |what: String| Malformed::new(PacketKind::Publish, what);
    let payload_length = payload_length(frame, bytes)?;
    let packet = codec::Packet::read(bytes, None).map_err(|error| malformed(error.to_string()))?;
    let codec::Packet::Publish(wire) = packet else { return Err(malformed("read as another packet".to_owned())) };
    // rumqttc counts a subscription id one byte too long and does not hold the properties to their length: where it
    // went wrong it took property bytes for payload, or the reverse.
    if wire.payload.len() != payload_length {
        return Err(malformed("the properties do not end where their length says".to_owned()));
    }
    let topic = String::from_utf8(wire.topic.to_vec()).map_err(|_| malformed("the topic is not UTF-8".to_owned()))?;
    let properties = wire.properties.unwrap_or_default();
    if topic.is_empty() {
        let what = match properties.topic_alias {
            Some(alias) => format!("topic alias {alias}, but none was offered"),
            None => "the topic is empty".to_owned(),
        };
        return Err(malformed(what));
    }
    let payload_format = match properties.payload_format_indicator {
        None => None,
        Some(0) => Some(PayloadFormat::Bytes),
        Some(1) => Some(PayloadFormat::Utf8),
        Some(other) => return Err(malformed(format!("Payload Format Indicator {other}, neither 0 nor 1"))),
    };
    Ok(Packet::Publish(Delivery {
        publish: Publish {
            topic,
            payload: wire.payload.to_vec(),
            qos: qos(wire.qos),
            retain: wire.retain,
            payload_format,
            message_expiry: properties.message_expiry_interval,
            content_type: properties.content_type,
            response_topic: properties.response_topic,
            correlation_data: properties.correlation_data.map(|data| data.to_vec()),
            user_properties: properties.user_properties,
        },
        id: wire.pkid,
        duplicate: wire.dup,
    }))
}

/// How many bytes the payload has by the lengths before it.
fn payload_length(frame: Frame, bytes: &BytesMut) -> Result<usize, Malformed> {
    let mut fields = Fields::new(PacketKind::Publish, bytes.get(frame.header..).unwrap_or_default());
    fields.bytes()?;
    if frame.flags & 0b0110 != 0 {
        fields.u16()?;
    }
    fields.section()?;
    Ok(fields.rest().len())
}

const fn qos(wire: WireQoS) -> QoS {
    match wire {
        WireQoS::AtMostOnce => QoS::AtMostOnce,
        WireQoS::AtLeastOnce => QoS::AtLeastOnce,
        WireQoS::ExactlyOnce => QoS::ExactlyOnce,
    }
}
