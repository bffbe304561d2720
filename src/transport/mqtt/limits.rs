//! What a server allows by its CONNACK, held against what is about to be sent.
//!
//! A server may cut the connection of a client that does not look (MQTT 5, 3.2.2.3), and mosquitto does.

use super::connack::ConnAck;
use super::encode::Subscription;
use crate::message::{Publish, QoS};

/// The limits of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Maximum QoS.
    pub qos: QoS,
    /// Retain Available.
    pub retain: bool,
    /// Maximum Packet Size, in bytes.
    pub packet_size: Option<u32>,
    /// Receive Maximum: QoS 1 and 2 publishes in flight.
    pub receive_maximum: u16,
    /// Wildcard Subscription Available.
    pub wildcards: bool,
    /// Shared Subscription Available.
    pub shared: bool,
}

/// Something that the server has said it does not take, so it was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Retained messages.
    #[error("the broker keeps no retained messages (CONNACK: Retain Available 0), and would cut the connection")]
    Retain,
    /// The packet is too large.
    #[error("the packet has {size} bytes, and the broker takes {limit} at most (CONNACK: Maximum Packet Size)")]
    PacketSize {
        /// Its size, in bytes.
        size: usize,
        /// The server's limit, in bytes.
        limit: u32,
    },
    /// A filter with a wildcard.
    #[error("the broker takes no wildcards in `{0}` (CONNACK: Wildcard Subscription Available 0)")]
    Wildcard(String),
    /// A shared subscription.
    #[error("the broker takes no shared subscriptions, as `{0}` (CONNACK: Shared Subscription Available 0)")]
    Shared(String),
}

impl Limits {
    /// What `connack` says, with the standard's values for what it does not.
    pub fn of(connack: &ConnAck) -> Self {
        Self {
            qos: connack.qos_limit(),
            retain: connack.retain_available.unwrap_or(true),
            packet_size: connack.maximum_packet_size,
            receive_maximum: connack.receive_maximum.unwrap_or(u16::MAX).max(1),
            wildcards: connack.wildcard_subscriptions.unwrap_or(true),
            shared: connack.shared_subscriptions.unwrap_or(true),
        }
    }

    /// Lowers the QoS of `publish` to what the server takes, and returns what it was if that changed it.
    ///
    /// # Errors
    /// If it is retained and the server keeps none.
    pub fn fit(&self, publish: &mut Publish) -> Result<Option<QoS>, Refusal> {
        if publish.retain && !self.retain {
            return Err(Refusal::Retain);
        }
        if publish.qos <= self.qos {
            return Ok(None);
        }
        Ok(Some(std::mem::replace(&mut publish.qos, self.qos)))
    }

    /// Whether a packet of `size` bytes may be sent.
    ///
    /// # Errors
    /// If it is too large.
    pub fn size(&self, size: usize) -> Result<(), Refusal> {
        match self.packet_size {
            Some(limit) if size > limit as usize => Err(Refusal::PacketSize { size, limit }),
            _ => Ok(()),
        }
    }

    /// Whether `subscription` may be asked for.
    ///
    /// # Errors
    /// If the server has said that it takes none of its kind.
    pub fn subscription(&self, subscription: &Subscription) -> Result<(), Refusal> {
        let filter = &subscription.filter;
        if !self.shared && filter.starts_with("$share/") {
            return Err(Refusal::Shared(filter.clone()));
        }
        if !self.wildcards && filter.contains(['+', '#']) {
            return Err(Refusal::Wildcard(filter.clone()));
        }
        Ok(())
    }
}
