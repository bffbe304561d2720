//! Reads the fields of the packets that rumqttc's codec cannot read: what ends in a reason code and properties.
//!
//! rumqttc 0.25.1 does not know AUTH, takes a DISCONNECT or CONNACK with less than three bytes for an incomplete one, and
//! gives a connection up for a reason code that it does not list in a packet (0x9B in a PUBACK).

use super::frame::variable_integer;
use super::reason::PacketKind;
use crate::redact::Secret;

/// A packet that does not hold what its type has to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed {packet}: {what}")]
pub struct Malformed {
    /// What it claims to be.
    pub packet: PacketKind,
    /// What is wrong with it.
    pub what: String,
}

impl Malformed {
    pub(super) fn new(packet: PacketKind, what: impl Into<String>) -> Self {
        Self { packet, what: what.into() }
    }
}

/// The properties that may stand behind a reason code (MQTT 5, 2.2.2.2), in any packet but CONNACK.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// Reason String: what the server has to say to a person.
    pub reason_string: Option<String>,
    /// Server Reference: where to go instead.
    pub server_reference: Option<String>,
    /// Session Expiry Interval of a DISCONNECT, in seconds.
    pub session_expiry: Option<u32>,
    /// Authentication Method of an AUTH.
    pub authentication_method: Option<String>,
    /// Authentication Data of an AUTH.
    pub authentication_data: Option<Secret<Vec<u8>>>,
    /// User Properties.
    pub user_properties: Vec<(String, String)>,
}

/// Takes fields off the front of a packet's body.
pub(super) struct Fields<'a> {
    packet: PacketKind,
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) const fn new(packet: PacketKind, body: &'a [u8]) -> Self {
        Self { packet, rest: body }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        let (byte, rest) = self.rest.split_first().ok_or_else(|| self.cut())?;
        self.rest = rest;
        Ok(*byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(|| self.cut())?;
        self.rest = rest;
        Ok(u16::from_be_bytes(*bytes))
    }

    fn u32(&mut self) -> Result<u32, Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(|| self.cut())?;
        self.rest = rest;
        Ok(u32::from_be_bytes(*bytes))
    }

    /// Binary Data (MQTT 5, 1.5.6).
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::from(self.u16()?);
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(|| self.cut())?;
        self.rest = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<String, Malformed> {
        let text = std::str::from_utf8(self.bytes()?).map_err(|_| self.wrong("a string is not UTF-8"))?;
        Ok(text.to_owned())
    }

    /// The fields within the property length that stands next; what follows them stays.
    pub(super) fn section(&mut self) -> Result<Self, Malformed> {
        let (length, taken) = variable_integer(self.rest)
            .ok()
            .flatten()
            .ok_or_else(|| self.wrong("the length of the properties is cut"))?;
        let rest = self.rest.get(taken..).unwrap_or_default();
        let (section, rest) =
            rest.split_at_checked(length).ok_or_else(|| self.wrong("the properties end beyond the packet"))?;
        self.rest = rest;
        Ok(Self { packet: self.packet, rest: section })
    }

    /// The properties that stand next, nothing where the packet ends before them.
    pub(super) fn details(&mut self) -> Result<Details, Malformed> {
        let mut details = Details::default();
        if self.is_empty() {
            return Ok(details);
        }
        let mut section = self.section()?;
        while !section.is_empty() {
            match section.byte()? {
                0x11 => details.session_expiry = Some(section.u32()?),
                0x15 => details.authentication_method = Some(section.text()?),
                0x16 => details.authentication_data = Some(section.bytes()?.to_vec().into()),
                0x1C => details.server_reference = Some(section.text()?),
                0x1F => details.reason_string = Some(section.text()?),
                0x26 => details.user_properties.push((section.text()?, section.text()?)),
                other => return Err(self.wrong(format!("property 0x{other:02X} does not belong there"))),
            }
        }
        Ok(details)
    }

    fn cut(&self) -> Malformed {
        self.wrong("it ends in the middle of a field")
    }

    fn wrong(&self, what: impl Into<String>) -> Malformed {
        Malformed::new(self.packet, what)
    }
}
