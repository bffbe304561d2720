//! The state of an MQTT 5 session, without a connection: packet ids, the window in flight, acknowledgements both ways.
//!
//! It is Flowgate's own and not rumqttc's `MqttState`, because that one loses a place in its window with every refused
//! QoS 2 publish (bytebeamio/rumqtt#1060), can livelock on a packet id in use (#1014), drops unconfirmed publishes when
//! the server has no session, and acknowledges in whatever order it is asked to. Bytes go to a buffer that the caller
//! sends; time is the caller's too.

use super::encode::{self, Subscription, Unsendable};
use super::fields::Details;
use super::limits::{Limits, Refusal};
use super::packet::{Ack, Delivery, FilterAck, Packet};
use super::reason::{PacketKind, Reason};
use crate::message::{Publish, QoS};
use bytes::BytesMut;
use std::collections::{HashMap, HashSet, VecDeque};

/// Where a message stands that was sent and is not confirmed.
#[derive(Debug)]
enum Stage {
    /// PUBLISH is out; the packet is kept, to be sent again on another connection.
    Published(BytesMut),
    /// PUBREL is out.
    Released(Option<Box<Details>>),
    /// SUBSCRIBE or UNSUBSCRIBE is out; these are not sent again.
    Asked,
}

#[derive(Debug)]
struct InFlight<T> {
    number: u64,
    qos: QoS,
    stage: Stage,
    reason: u8,
    tag: T,
}

/// A received message that waits for its acknowledgement, good for the connection that it came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AckToken {
    connection: u64,
    place: u64,
}

#[derive(Debug)]
struct Pending {
    id: u16,
    qos: QoS,
    ready: bool,
}

/// What a packet from the server amounts to. `T` is what the caller gave along with its request.
#[derive(Debug)]
pub enum Event<T> {
    /// A publish of QoS 1 or 2 is confirmed or refused.
    Published {
        /// What was given to [`Session::publish`].
        tag: T,
        /// Of PUBACK, or of the PUBREC that refused, or of PUBCOMP.
        reason: Reason,
        /// What came with it.
        details: Option<Box<Details>>,
    },
    /// SUBACK or UNSUBACK.
    Filters {
        /// What was given to [`Session::subscribe`] or [`Session::unsubscribe`].
        tag: T,
        /// The answer.
        ack: FilterAck,
    },
    /// A message. Without a token (QoS 0) there is nothing to acknowledge.
    Received {
        /// The message.
        delivery: Delivery,
        /// For [`Session::acknowledge`].
        token: Option<AckToken>,
    },
    /// PINGRESP.
    Pong,
    /// AUTH.
    Auth(Reason, Box<Details>),
    /// DISCONNECT.
    Disconnected(Reason, Box<Details>),
    /// Nothing that the caller has to know.
    None,
}

/// The client's half of an MQTT 5 session. It outlives connections: [`Self::connected`] starts each.
#[derive(Debug)]
pub struct Session<T> {
    limit: u16,
    window: u16,
    limits: Option<Limits>,
    in_flight: HashMap<u16, InFlight<T>>,
    publishes: u16,
    last_id: u16,
    next_number: u64,
    connection: u64,
    pending: VecDeque<Pending>,
    first_place: u64,
    /// Packet ids of QoS 2 messages that were acknowledged by PUBREC and not yet released by the server.
    received: HashSet<u16>,
    /// Packet ids of QoS 2 messages in `pending`.
    waiting: HashSet<u16>,
}

/// All packet ids are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("all 65535 packet ids are in use")]
pub struct NoPacketId;

impl<T> Session<T> {
    /// A session without history, that keeps at most `limit` QoS 1 and 2 publishes in flight (`maxInflightMessages`).
    pub fn new(limit: u16) -> Self {
        Self {
            limit: limit.max(1),
            window: limit.max(1),
            limits: None,
            in_flight: HashMap::new(),
            publishes: 0,
            last_id: 0,
            next_number: 0,
            connection: 0,
            pending: VecDeque::new(),
            first_place: 0,
            received: HashSet::new(),
            waiting: HashSet::new(),
        }
    }

    /// Starts a connection after its CONNACK: takes the server's limits over, and appends what has to be sent
    /// again if the server still has the session, in the order of old, PUBLISH with DUP (MQTT 5, 4.4). Returns the tags
    /// of requests that are lost: SUBSCRIBE and UNSUBSCRIBE always, publishes if the server has no session.
    pub fn connected(&mut self, session_present: bool, limits: Limits, out: &mut BytesMut) -> Vec<T> {
        self.window = self.limit.min(limits.receive_maximum).max(1);
        self.limits = Some(limits);
        self.connection += 1;
        // The server sends again what was not acknowledged.
        self.pending.clear();
        self.waiting.clear();
        if !session_present {
            self.received.clear();
        }
        let mut kept: Vec<(u16, InFlight<T>)> = self.in_flight.drain().collect();
        kept.sort_by_key(|(_, flight)| flight.number);
        self.publishes = 0;
        let mut lost = Vec::new();
        for (id, mut flight) in kept {
            match &mut flight.stage {
                _ if !session_present => {
                    lost.push(flight.tag);
                    continue;
                }
                Stage::Asked => {
                    lost.push(flight.tag);
                    continue;
                }
                Stage::Published(packet) => {
                    if let Some(first) = packet.first_mut() {
                        *first |= 0b1000;
                    }
                    out.extend_from_slice(packet);
                }
                Stage::Released(_) => encode::ack(Reason::new(Reason::SUCCESS, PacketKind::PubRel), id, out),
            }
            self.publishes += 1;
            self.in_flight.insert(id, flight);
        }
        lost
    }

    /// Whether the window has room for another QoS 1 or 2 publish.
    pub const fn has_room(&self) -> bool {
        self.publishes < self.window
    }

    /// QoS 1 and 2 publishes that are not confirmed.
    pub const fn unconfirmed(&self) -> u16 {
        self.publishes
    }

    /// Messages that were received and not acknowledged on this connection.
    pub fn unacknowledged(&self) -> usize {
        self.pending.len()
    }

    /// Appends a PUBLISH. For QoS 0 the tag comes back at once: there will be no event. Above it the caller has to look
    /// at [`Self::has_room`] first, or it breaks the server's Receive Maximum.
    ///
    /// # Errors
    /// If no packet can hold the message, with nothing appended, or if no packet id is left.
    pub fn publish(&mut self, publish: Publish, tag: T, out: &mut BytesMut) -> Result<Option<T>, PublishError<T>> {
        match self.write_publish(publish, out) {
            Err(why) => Err(PublishError { tag, why }),
            Ok(None) => Ok(Some(tag)),
            Ok(Some((id, qos, packet))) => {
                self.publishes += 1;
                self.keep(id, qos, Stage::Published(packet), tag);
                Ok(None)
            }
        }
    }

    /// The packet id, QoS and packet to keep, or `None` for QoS 0.
    fn write_publish(&mut self, publish: Publish, out: &mut BytesMut) -> Result<Option<(u16, QoS, BytesMut)>, NotSent> {
        let qos = publish.qos;
        let id = if qos == QoS::AtMostOnce { 0 } else { self.free_id()? };
        let mut packet = BytesMut::new();
        encode::publish(publish, id, &mut packet)?;
        if let Some(limits) = &self.limits {
            limits.size(packet.len())?;
        }
        out.extend_from_slice(&packet);
        Ok((qos != QoS::AtMostOnce).then_some((id, qos, packet)))
    }

    /// Appends a SUBSCRIBE.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn subscribe(&mut self, filters: &[Subscription], tag: T, out: &mut BytesMut) -> Result<(), PublishError<T>> {
        self.ask(tag, |id| encode::subscribe(filters, id, out))
    }

    /// Appends an UNSUBSCRIBE.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn unsubscribe(&mut self, filters: &[String], tag: T, out: &mut BytesMut) -> Result<(), PublishError<T>> {
        self.ask(tag, |id| encode::unsubscribe(filters, id, out))
    }

    fn ask(&mut self, tag: T, write: impl FnOnce(u16) -> Result<(), Unsendable>) -> Result<(), PublishError<T>> {
        let why = match self.free_id() {
            Err(error) => error.into(),
            Ok(id) => match write(id) {
                Err(error) => error.into(),
                Ok(()) => {
                    self.keep(id, QoS::AtMostOnce, Stage::Asked, tag);
                    return Ok(());
                }
            },
        };
        Err(PublishError { tag, why })
    }

    fn keep(&mut self, id: u16, qos: QoS, stage: Stage, tag: T) {
        let number = self.next_number;
        self.next_number += 1;
        self.in_flight.insert(id, InFlight { number, qos, stage, reason: Reason::SUCCESS, tag });
    }

    fn free_id(&mut self) -> Result<u16, NoPacketId> {
        for _ in 0..=u16::MAX {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if !self.in_flight.contains_key(&self.last_id) {
                return Ok(self.last_id);
            }
        }
        Err(NoPacketId)
    }

    /// Takes a packet from the server, and appends what the protocol answers at once (PUBREL, PUBCOMP).
    ///
    /// # Errors
    /// If the packet may not come at this point; the caller should end the connection.
    pub fn handle(&mut self, packet: Packet, out: &mut BytesMut) -> Result<Event<T>, String> {
        match packet {
            Packet::Publish(delivery) => Ok(self.received(delivery, out)),
            Packet::Ack(ack) => self.acknowledged(ack, out),
            Packet::SubAck(ack) | Packet::UnsubAck(ack) => match self.in_flight.remove(&ack.id) {
                Some(InFlight { stage: Stage::Asked, tag, .. }) => Ok(Event::Filters { tag, ack }),
                _ => Err(format!("SUBACK or UNSUBACK for packet id {}, which asked for nothing", ack.id)),
            },
            Packet::PingResp => Ok(Event::Pong),
            Packet::Disconnect(reason, details) => Ok(Event::Disconnected(reason, details)),
            Packet::Auth(reason, details) => Ok(Event::Auth(reason, details)),
            Packet::ConnAck(_) => Err("a second CONNACK".to_owned()),
        }
    }

    fn received(&mut self, delivery: Delivery, out: &mut BytesMut) -> Event<T> {
        let (id, qos) = (delivery.id, delivery.publish.qos);
        match qos {
            QoS::AtMostOnce => return Event::Received { delivery, token: None },
            QoS::AtLeastOnce => {}
            QoS::ExactlyOnce if self.received.contains(&id) => {
                // It has been taken, and the server did not hear of it.
                encode::ack(Reason::new(Reason::SUCCESS, PacketKind::PubRec), id, out);
                return Event::None;
            }
            QoS::ExactlyOnce if !self.waiting.insert(id) => return Event::None,
            QoS::ExactlyOnce => {}
        }
        let token = AckToken { connection: self.connection, place: self.first_place + self.pending.len() as u64 };
        self.pending.push_back(Pending { id, qos, ready: false });
        Event::Received { delivery, token: Some(token) }
    }

    /// Notes that a message has been dealt with, and appends the acknowledgements of all messages up to the first that
    /// has not: they go out in the order that the messages came in (MQTT-4.6.0-2, MQTT-4.6.0-3). Returns how many were
    /// appended. A token of an earlier connection does nothing, as the server sends that message again.
    pub fn acknowledge(&mut self, token: AckToken, out: &mut BytesMut) -> usize {
        if token.connection != self.connection {
            return 0;
        }
        let index = token.place.checked_sub(self.first_place).and_then(|index| usize::try_from(index).ok());
        let Some(pending) = index.and_then(|index| self.pending.get_mut(index)) else { return 0 };
        pending.ready = true;
        let mut sent = 0;
        while let Some(Pending { id, qos, ready: true }) = self.pending.front() {
            let kind = if *qos == QoS::ExactlyOnce { PacketKind::PubRec } else { PacketKind::PubAck };
            encode::ack(Reason::new(Reason::SUCCESS, kind), *id, out);
            if *qos == QoS::ExactlyOnce {
                self.waiting.remove(id);
                self.received.insert(*id);
            }
            self.pending.pop_front();
            self.first_place += 1;
            sent += 1;
        }
        sent
    }

    fn acknowledged(&mut self, ack: Ack, out: &mut BytesMut) -> Result<Event<T>, String> {
        match ack.reason.packet {
            PacketKind::PubRel => {
                let known = self.received.remove(&ack.id);
                let code = if known { Reason::SUCCESS } else { Reason::PACKET_ID_NOT_FOUND };
                encode::ack(Reason::new(code, PacketKind::PubComp), ack.id, out);
                Ok(Event::None)
            }
            PacketKind::PubRec => self.recorded(ack, out),
            kind => {
                let qos = if kind == PacketKind::PubAck { QoS::AtLeastOnce } else { QoS::ExactlyOnce };
                match self.in_flight.get(&ack.id) {
                    Some(flight) if flight.qos == qos => Ok(self.finish(ack)),
                    // A server that has forgotten may say so; there is nothing left to do.
                    None if kind == PacketKind::PubComp => Ok(Event::None),
                    _ => Err(format!("{kind} for packet id {}, which waits for none", ack.id)),
                }
            }
        }
    }

    fn recorded(&mut self, ack: Ack, out: &mut BytesMut) -> Result<Event<T>, String> {
        let release = |code, out: &mut BytesMut| encode::ack(Reason::new(code, PacketKind::PubRel), ack.id, out);
        match self.in_flight.get_mut(&ack.id) {
            None => {
                release(Reason::PACKET_ID_NOT_FOUND, out);
                Ok(Event::None)
            }
            Some(flight) if flight.qos != QoS::ExactlyOnce => {
                Err(format!("PUBREC for packet id {}, which waits for none", ack.id))
            }
            // A refusal ends the exchange (MQTT 5, 4.3.3), and gives the place in the window back.
            Some(_) if ack.reason.is_error() => Ok(self.finish(ack)),
            Some(flight) => {
                flight.reason = ack.reason.code;
                flight.stage = Stage::Released(ack.details);
                release(Reason::SUCCESS, out);
                Ok(Event::None)
            }
        }
    }

    /// The reason is that of PUBREC where PUBCOMP has none of its own: it is PUBREC that says "no matching subscribers".
    fn finish(&mut self, ack: Ack) -> Event<T> {
        let Some(flight) = self.in_flight.remove(&ack.id) else { return Event::None };
        self.publishes = self.publishes.saturating_sub(1);
        let (reason, details) = match flight.stage {
            Stage::Released(earlier) if !ack.reason.is_error() => {
                (Reason::new(flight.reason, PacketKind::PubRec), ack.details.or(earlier))
            }
            _ => (ack.reason, ack.details),
        };
        Event::Published { tag: flight.tag, reason, details }
    }
}

/// A request that was not made; the tag comes back.
#[derive(Debug)]
pub struct PublishError<T> {
    /// What was given along.
    pub tag: T,
    /// Why.
    pub why: NotSent,
}

/// Why a request was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// No packet can hold it.
    #[error(transparent)]
    Unsendable(#[from] Unsendable),
    /// The server does not take it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No packet id is left.
    #[error(transparent)]
    NoPacketId(#[from] NoPacketId),
}
