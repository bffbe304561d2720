//! Encodes what a client sends, and refuses what no packet can hold.
//!
//! Decoding is for `packet`. What a particular server takes is for `limits`.

use super::connack::ConnAck;
use super::frame::MAX_REMAINING;
use super::reason::Reason;
use crate::message::{Publish, QoS};
use crate::redact::Secret;
use bytes::{BufMut, Bytes, BytesMut};
use rumqttc::v5::mqttbytes::{QoS as WireQoS, v5 as codec};

/// The most bytes that a string or Binary Data of a packet may have (MQTT 5, 1.5.4 and 1.5.6).
pub const MAX_STRING: usize = 65_535;

/// A packet that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// A string or binary field beyond two bytes of length.
    #[error("{field} has {size} bytes, and an MQTT packet takes {MAX_STRING} at most")]
    TooLong {
        /// Which.
        field: &'static str,
        /// Its size, in bytes.
        size: usize,
    },
    /// U+0000 may be in no string (MQTT 5, 1.5.4).
    #[error("{0} holds U+0000, which no string of an MQTT packet may")]
    Null(&'static str),
    /// A topic that cannot be published to.
    #[error("the topic `{topic}` {why}")]
    Topic {
        /// The topic.
        topic: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A filter that cannot be subscribed to.
    #[error("the topic filter `{filter}` {why}")]
    Filter {
        /// The filter.
        filter: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// More than four bytes of length can say.
    #[error("the packet has more than {MAX_REMAINING} bytes, the most that MQTT can say")]
    TooLarge,
}

/// What CONNECT says, without the login.
#[derive(Debug, Clone)]
pub struct ConnectFields<'a> {
    /// Client Identifier; empty lets the server assign one.
    pub client_id: &'a str,
    /// Clean Start.
    pub clean_start: bool,
    /// Keep Alive, in seconds; 0 is none.
    pub keep_alive: u16,
    /// Session Expiry Interval, in seconds; 0 ends the session with the connection.
    pub session_expiry: u32,
    /// Receive Maximum of this side.
    pub receive_maximum: u16,
    /// Maximum Packet Size of this side, in bytes.
    pub maximum_packet_size: u32,
}

/// The login of a CONNECT.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Credentials {
    /// None: anonymous, or whoever the client certificate says.
    #[default]
    None,
    /// User name, and a password if there is one. No dataflow can send these; for trying a broker out, and for the
    /// authentication name of Event Grid.
    Password {
        /// User Name.
        user: String,
        /// Password.
        password: Option<Secret<String>>,
    },
    /// Enhanced authentication in one step: `K8S-SAT`, `OAUTH2-JWT`.
    Enhanced {
        /// Authentication Method.
        method: String,
        /// Authentication Data: the token.
        data: Secret<Vec<u8>>,
    },
}

impl Credentials {
    /// Method and data of an enhanced authentication.
    pub(super) fn step(&self) -> Option<(&str, &Secret<Vec<u8>>)> {
        match self {
            Self::Enhanced { method, data } => Some((method, data)),
            _ => None,
        }
    }

    /// Whether `connack` repeats the authentication method, as it has to (MQTT 5, 4.12); `true` where none was used.
    pub fn repeated_by(&self, connack: &ConnAck) -> bool {
        self.step().is_none_or(|(method, _)| connack.authentication_method.as_deref() == Some(method))
    }
}

/// Appends a CONNECT. Topic aliases are never offered: an alias would have to be resolved, and a dataflow sees none.
///
/// # Errors
/// If a field is longer than a packet can hold.
pub fn connect(fields: &ConnectFields<'_>, credentials: &Credentials, out: &mut BytesMut) -> Result<(), Unsendable> {
    text("the client id", fields.client_id)?;
    let mut properties = codec::ConnectProperties::new();
    properties.session_expiry_interval = (fields.session_expiry > 0).then_some(fields.session_expiry);
    properties.receive_maximum = Some(fields.receive_maximum.max(1));
    properties.max_packet_size = Some(fields.maximum_packet_size.max(1));
    let mut login = None;
    match credentials {
        Credentials::None => {}
        Credentials::Password { user, password } => {
            let password = password.as_ref().map(|password| password.expose().as_str()).unwrap_or_default();
            text("the user name", user)?;
            bytes("the password", password.as_bytes())?;
            login = Some(codec::Login::new(user.as_str(), password));
        }
        Credentials::Enhanced { method, data } => {
            text("the authentication method", method)?;
            bytes("the authentication data", data.expose())?;
            properties.authentication_method = Some(method.clone());
            properties.authentication_data = Some(Bytes::copy_from_slice(data.expose()));
        }
    }
    let connect = codec::Connect {
        keep_alive: fields.keep_alive,
        client_id: fields.client_id.to_owned(),
        clean_start: fields.clean_start,
        properties: Some(properties),
    };
    // rumqttc patches the flags at a fixed offset, so it has to write into an empty buffer.
    let mut packet = BytesMut::new();
    connect.write(&None, &login, &mut packet).map_err(|_| Unsendable::TooLarge)?;
    out.extend_from_slice(&packet);
    Ok(())
}

/// Appends a PUBLISH with packet id `id` (0 for QoS 0).
///
/// # Errors
/// If a field is longer than a packet can hold, or the topic is none to publish to.
pub fn publish(publish: Publish, id: u16, out: &mut BytesMut) -> Result<(), Unsendable> {
    check_publish(&publish)?;
    let wire = codec::Publish {
        dup: false,
        qos: wire_qos(publish.qos),
        retain: publish.retain,
        topic: Bytes::from(publish.topic),
        pkid: id,
        payload: Bytes::from(publish.payload),
        properties: Some(codec::PublishProperties {
            payload_format_indicator: publish.payload_format.map(|format| format as u8),
            message_expiry_interval: publish.message_expiry,
            topic_alias: None,
            response_topic: publish.response_topic,
            correlation_data: publish.correlation_data.map(Bytes::from),
            user_properties: publish.user_properties,
            subscription_identifiers: Vec::new(),
            content_type: publish.content_type,
        }),
    };
    let start = out.len();
    if wire.write(out).is_err() {
        out.truncate(start);
        return Err(Unsendable::TooLarge);
    }
    Ok(())
}

fn check_publish(publish: &Publish) -> Result<(), Unsendable> {
    let wrong = |why| Unsendable::Topic { topic: publish.topic.clone(), why };
    if publish.topic.is_empty() {
        return Err(wrong("is empty"));
    }
    if publish.topic.contains(['+', '#']) {
        return Err(wrong("holds a wildcard, which only filters may"));
    }
    text("the topic", &publish.topic)?;
    publish.content_type.as_deref().map_or(Ok(()), |value| text("the Content Type", value))?;
    publish.response_topic.as_deref().map_or(Ok(()), |value| text("the Response Topic", value))?;
    publish.correlation_data.as_deref().map_or(Ok(()), |value| bytes("the Correlation Data", value))?;
    for (key, value) in &publish.user_properties {
        text("the name of a user property", key)?;
        text("the value of a user property", value)?;
    }
    Ok(())
}

/// One filter of a SUBSCRIBE, with its options (MQTT 5, 3.8.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Topic filter, a `$share/` one included.
    pub filter: String,
    /// The highest QoS to deliver with.
    pub qos: QoS,
    /// No Local: nothing that this client published.
    pub no_local: bool,
    /// Retain As Published: RETAIN as the publisher set it, instead of as a mark of a stored message.
    pub retain_as_published: bool,
    /// When stored messages are sent.
    pub retain_handling: RetainHandling,
}

impl Subscription {
    /// A subscription as a dataflow's source makes one: RETAIN kept as published, or it could not be passed on.
    pub fn new(filter: impl Into<String>, qos: QoS) -> Self {
        Self {
            filter: filter.into(),
            qos,
            no_local: false,
            retain_as_published: true,
            retain_handling: RetainHandling::default(),
        }
    }
}

/// When a server sends the retained messages of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RetainHandling {
    /// At every SUBSCRIBE.
    #[default]
    Always,
    /// Only if the subscription is new.
    IfNew,
    /// Never.
    Never,
}

/// Appends a SUBSCRIBE.
///
/// # Errors
/// If there is no filter, or one that no server may take.
pub fn subscribe(subscriptions: &[Subscription], id: u16, out: &mut BytesMut) -> Result<(), Unsendable> {
    let mut filters = Vec::with_capacity(subscriptions.len());
    for subscription in subscriptions {
        check_filter(&subscription.filter)?;
        filters.push(codec::Filter {
            path: subscription.filter.clone(),
            qos: wire_qos(subscription.qos),
            nolocal: subscription.no_local,
            preserve_retain: subscription.retain_as_published,
            retain_forward_rule: match subscription.retain_handling {
                RetainHandling::Always => codec::RetainForwardRule::OnEverySubscribe,
                RetainHandling::IfNew => codec::RetainForwardRule::OnNewSubscribe,
                RetainHandling::Never => codec::RetainForwardRule::Never,
            },
        });
    }
    if filters.is_empty() {
        return Err(Unsendable::Filter { filter: String::new(), why: "is missing" });
    }
    let packet = codec::Subscribe { pkid: id, filters, properties: None };
    packet.write(out).map(drop).map_err(|_| Unsendable::TooLarge)
}

/// Appends an UNSUBSCRIBE.
///
/// # Errors
/// If a filter is none.
pub fn unsubscribe(filters: &[String], id: u16, out: &mut BytesMut) -> Result<(), Unsendable> {
    for filter in filters {
        check_filter(filter)?;
    }
    let packet = codec::Unsubscribe { pkid: id, filters: filters.to_vec(), properties: None };
    packet.write(out).map(drop).map_err(|_| Unsendable::TooLarge)
}

fn check_filter(filter: &str) -> Result<(), Unsendable> {
    let wrong = |why| Unsendable::Filter { filter: filter.to_owned(), why };
    text("the topic filter", filter)?;
    if filter.is_empty() {
        return Err(wrong("is empty"));
    }
    let levels: Vec<&str> = filter.split('/').collect();
    for (index, level) in levels.iter().enumerate() {
        if level.len() > 1 && level.contains(['+', '#']) {
            return Err(wrong("has a wildcard that does not fill its level"));
        }
        if *level == "#" && index + 1 < levels.len() {
            return Err(wrong("has a `#` before its last level"));
        }
    }
    Ok(())
}

/// An acknowledgement, in the two bytes of body that a success may have (MQTT 5, 3.4.2.1).
pub fn ack(reason: Reason, id: u16, out: &mut BytesMut) {
    // PUBREL has a fixed flag (MQTT 5, 3.6.1).
    let flags = if reason.packet == super::PacketKind::PubRel { 0b0010 } else { 0 };
    out.put_u8((reason.packet as u8) << 4 | flags);
    if reason.code == Reason::SUCCESS {
        out.put_u8(2);
        out.put_u16(id);
    } else {
        out.put_u8(3);
        out.put_u16(id);
        out.put_u8(reason.code);
    }
}

/// Appends a PINGREQ.
pub fn ping(out: &mut BytesMut) {
    out.put_slice(&[0xC0, 0]);
}

/// Appends a normal DISCONNECT; with `end_session` the server is to forget the session at once, whatever was agreed on
/// (Session Expiry Interval 0; MQTT 5, 3.14.2.2.2).
pub fn disconnect(end_session: bool, out: &mut BytesMut) {
    disconnect_with(Reason::SUCCESS, end_session, out);
}

/// Appends a DISCONNECT with reason code `code`; `end_session` as for [`disconnect`].
pub fn disconnect_with(code: u8, end_session: bool, out: &mut BytesMut) {
    match (code, end_session) {
        (Reason::SUCCESS, false) => out.put_slice(&[0xE0, 0]),
        (_, false) => out.put_slice(&[0xE0, 1, code]),
        (_, true) => out.put_slice(&[0xE0, 7, code, 5, 0x11, 0, 0, 0, 0]),
    }
}

/// Appends the AUTH that starts a re-authentication (MQTT 5, 4.12.1).
///
/// # Errors
/// If method or data are longer than a packet can hold.
pub fn re_authenticate(method: &str, data: &Secret<Vec<u8>>, out: &mut BytesMut) -> Result<(), Unsendable> {
    auth(Reason::RE_AUTHENTICATE, method, data, out)
}

/// Appends the AUTH that answers a challenge (MQTT 5, 4.12).
///
/// # Errors
/// If method or data are longer than a packet can hold.
pub fn continue_authentication(method: &str, data: &Secret<Vec<u8>>, out: &mut BytesMut) -> Result<(), Unsendable> {
    auth(Reason::CONTINUE_AUTHENTICATION, method, data, out)
}

fn auth(code: u8, method: &str, data: &Secret<Vec<u8>>, out: &mut BytesMut) -> Result<(), Unsendable> {
    text("the authentication method", method)?;
    bytes("the authentication data", data.expose())?;
    let properties = 3 + method.len() + 3 + data.expose().len();
    let mut section = BytesMut::new();
    length(properties, &mut section);
    section.put_u8(0x15);
    field(method.as_bytes(), &mut section);
    section.put_u8(0x16);
    field(data.expose(), &mut section);
    out.put_u8(0xF0);
    length(1 + section.len(), out);
    out.put_u8(code);
    out.extend_from_slice(&section);
    Ok(())
}

fn field(bytes: &[u8], out: &mut BytesMut) {
    out.put_u16(u16::try_from(bytes.len()).unwrap_or(u16::MAX));
    out.put_slice(bytes);
}

fn length(mut value: usize, out: &mut BytesMut) {
    loop {
        let low = (value & 0x7F) as u8;
        value >>= 7;
        if value == 0 {
            return out.put_u8(low);
        }
        out.put_u8(low | 0x80);
    }
}

fn text(field: &'static str, value: &str) -> Result<(), Unsendable> {
    bytes(field, value.as_bytes())?;
    if value.contains('\0') { Err(Unsendable::Null(field)) } else { Ok(()) }
}

const fn bytes(field: &'static str, value: &[u8]) -> Result<(), Unsendable> {
    if value.len() > MAX_STRING { Err(Unsendable::TooLong { field, size: value.len() }) } else { Ok(()) }
}

const fn wire_qos(qos: QoS) -> WireQoS {
    match qos {
        QoS::AtMostOnce => WireQoS::AtMostOnce,
        QoS::AtLeastOnce => WireQoS::AtLeastOnce,
        QoS::ExactlyOnce => WireQoS::ExactlyOnce,
    }
}
