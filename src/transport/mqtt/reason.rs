//! Reason codes of MQTT 5 in words, with the packet that they came in.
//!
//! What a code means for a dataflow is for `probe` and `run`.

use std::fmt;

/// The types of control packets (MQTT 5, 2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names of the standard")]
pub enum PacketKind {
    Connect = 1,
    ConnAck,
    Publish,
    PubAck,
    PubRec,
    PubRel,
    PubComp,
    Subscribe,
    SubAck,
    Unsubscribe,
    UnsubAck,
    PingReq,
    PingResp,
    Disconnect,
    Auth,
}

impl PacketKind {
    /// The type in the upper half of a first byte; 0 is reserved.
    pub const fn of(first: u8) -> Option<Self> {
        Some(match first >> 4 {
            1 => Self::Connect,
            2 => Self::ConnAck,
            3 => Self::Publish,
            4 => Self::PubAck,
            5 => Self::PubRec,
            6 => Self::PubRel,
            7 => Self::PubComp,
            8 => Self::Subscribe,
            9 => Self::SubAck,
            10 => Self::Unsubscribe,
            11 => Self::UnsubAck,
            12 => Self::PingReq,
            13 => Self::PingResp,
            14 => Self::Disconnect,
            15 => Self::Auth,
            _ => return None,
        })
    }

    /// Its name as the standard writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "CONNECT",
            Self::ConnAck => "CONNACK",
            Self::Publish => "PUBLISH",
            Self::PubAck => "PUBACK",
            Self::PubRec => "PUBREC",
            Self::PubRel => "PUBREL",
            Self::PubComp => "PUBCOMP",
            Self::Subscribe => "SUBSCRIBE",
            Self::SubAck => "SUBACK",
            Self::Unsubscribe => "UNSUBSCRIBE",
            Self::UnsubAck => "UNSUBACK",
            Self::PingReq => "PINGREQ",
            Self::PingResp => "PINGRESP",
            Self::Disconnect => "DISCONNECT",
            Self::Auth => "AUTH",
        }
    }
}

impl fmt::Display for PacketKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A reason code, and the packet that it came in: the same number reads differently in a SUBACK and in a DISCONNECT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reason {
    /// The number on the wire.
    pub code: u8,
    /// Where it stood.
    pub packet: PacketKind,
}

impl Reason {
    /// Nothing to complain of; the default of packets that leave their code away.
    pub const SUCCESS: u8 = 0x00;
    /// A publish that nobody was subscribed to: a success.
    pub const NO_MATCHING_SUBSCRIBERS: u8 = 0x10;
    /// AUTH: the server wants another step.
    pub const CONTINUE_AUTHENTICATION: u8 = 0x18;
    /// AUTH: log in anew on the same connection.
    pub const RE_AUTHENTICATE: u8 = 0x19;
    /// An acknowledgement for a packet id that nobody knows.
    pub const PACKET_ID_NOT_FOUND: u8 = 0x92;

    /// `code`, as it stood in `packet`.
    pub const fn new(code: u8, packet: PacketKind) -> Self {
        Self { code, packet }
    }

    /// Whether it says that something failed: 0x80 and above (MQTT 5, 2.4).
    pub const fn is_error(self) -> bool {
        self.code >= 0x80
    }

    /// Its name in the standard (MQTT 5, table 2-6), or `None` for a number that it does not have.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.code {
            0x00 => match self.packet {
                PacketKind::SubAck => "Granted QoS 0",
                PacketKind::Disconnect => "Normal disconnection",
                _ => "Success",
            },
            0x01 => "Granted QoS 1",
            0x02 => "Granted QoS 2",
            0x04 => "Disconnect with Will Message",
            0x10 => "No matching subscribers",
            0x11 => "No subscription existed",
            0x18 => "Continue authentication",
            0x19 => "Re-authenticate",
            0x80 => "Unspecified error",
            0x81 => "Malformed Packet",
            0x82 => "Protocol Error",
            0x83 => "Implementation specific error",
            0x84 => "Unsupported Protocol Version",
            0x85 => "Client Identifier not valid",
            0x86 => "Bad User Name or Password",
            0x87 => "Not authorized",
            0x88 => "Server unavailable",
            0x89 => "Server busy",
            0x8A => "Banned",
            0x8B => "Server shutting down",
            0x8C => "Bad authentication method",
            0x8D => "Keep Alive timeout",
            0x8E => "Session taken over",
            0x8F => "Topic Filter invalid",
            0x90 => "Topic Name invalid",
            0x91 => "Packet Identifier in use",
            0x92 => "Packet Identifier not found",
            0x93 => "Receive Maximum exceeded",
            0x94 => "Topic Alias invalid",
            0x95 => "Packet too large",
            0x96 => "Message rate too high",
            0x97 => "Quota exceeded",
            0x98 => "Administrative action",
            0x99 => "Payload format invalid",
            0x9A => "Retain not supported",
            0x9B => "QoS not supported",
            0x9C => "Use another server",
            0x9D => "Server moved",
            0x9E => "Shared Subscriptions not supported",
            0x9F => "Connection rate exceeded",
            0xA0 => "Maximum connect time",
            0xA1 => "Subscription Identifiers not supported",
            0xA2 => "Wildcard Subscriptions not supported",
            _ => return None,
        })
    }

    /// What it means to the person who has to do something about it; empty where the name says it all.
    pub const fn meaning(self) -> &'static str {
        match (self.code, self.packet) {
            (0x10, _) => "the broker took the message, but nobody was subscribed to its topic",
            (0x18, _) => "the broker wants another step of the authentication",
            (0x19, _) => "the broker wants a new login on the same connection",
            (0x81, _) => "the broker could not parse a packet of ours",
            (0x82, _) => "the broker says that a packet of ours was not allowed at that point",
            (0x84, _) => "the broker does not speak MQTT 5",
            (0x85, _) => "the broker does not take this client id",
            (0x86, _) => "the broker knows the method of the login, but not this user name and password",
            (0x87, PacketKind::ConnAck) => "the broker does not let this identity in",
            (0x87, PacketKind::SubAck) => "this identity may not subscribe to the filter",
            (0x87, PacketKind::PubAck | PacketKind::PubRec) => "this identity may not publish to the topic",
            (0x87, PacketKind::Disconnect) => "this identity may not stay, or may not do what it did",
            (0x87, _) => "this identity may not do that",
            (0x88, _) => "the broker is not ready",
            (0x89, _) => "the broker has no room for now",
            (0x8A, _) => "the broker has banned this client",
            (0x8B, _) => "the broker is being shut down",
            (0x8C, _) => "the broker does not know the authentication method, or does not take it on this listener",
            (0x8D, _) => "the broker heard nothing for one and a half times the keep alive",
            (0x8E, _) => "another client connected with the same client id",
            (0x93, _) => "more unacknowledged messages than the broker's Receive Maximum",
            (0x95, _) => "larger than the broker's Maximum Packet Size",
            (0x97, _) => "a limit of the broker or of the account was reached",
            (0x98, _) => "somebody closed the connection at the broker",
            (0x99, _) => "the payload is not what its Payload Format Indicator says",
            (0x9A, _) => "the broker keeps no retained messages",
            (0x9B, _) => "the QoS is above the broker's Maximum QoS",
            (0x9C | 0x9D, _) => "the broker names another one to use",
            (0x9F, _) => "too many connections in too short a time",
            (0xA0, _) => "the time that this login was good for is over",
            _ => "",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name().unwrap_or("a code that MQTT 5 does not have");
        write!(f, "{} 0x{:02X} `{name}`", self.packet, self.code)?;
        match self.meaning() {
            "" => Ok(()),
            meaning => write!(f, ": {meaning}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_reads_differently_by_packet() {
        assert_eq!(Reason::new(0, PacketKind::SubAck).name(), Some("Granted QoS 0"));
        assert_eq!(Reason::new(0, PacketKind::Disconnect).name(), Some("Normal disconnection"));
        assert_eq!(Reason::new(0, PacketKind::PubAck).name(), Some("Success"));
        assert_ne!(
            Reason::new(0x87, PacketKind::SubAck).to_string(),
            Reason::new(0x87, PacketKind::ConnAck).to_string()
        );
    }

    #[test]
    fn every_code_of_the_standard_has_a_name_and_no_other() {
        // MQTT 5, table 2-6: 0x00-0x02, 0x04, 0x10, 0x11, 0x18, 0x19 and 0x80 to 0xA2 without a gap.
        let known = |code: u8| matches!(code, 0..=2 | 4 | 0x10 | 0x11 | 0x18 | 0x19 | 0x80..=0xA2);
        for code in 0..=255 {
            let reason = Reason::new(code, PacketKind::Disconnect);
            assert_eq!(reason.name().is_some(), known(code), "{code:#x}");
            assert_eq!(reason.is_error(), code & 0x80 != 0);
        }
    }
}
