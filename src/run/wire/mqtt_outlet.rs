//! Messages to an MQTT broker, confirmed by PUBACK or PUBCOMP.

use super::mqtt_link::MqttLink;
use super::{Confirmation, Settled, WireError};
use crate::message::Publish;
use crate::transport::mqtt::{ConnectOptions, Event, Reason, encode};
use std::collections::VecDeque;

/// What the fixed parts of a PUBLISH may add to its strings and its payload: header, lengths, property identifiers.
const OVERHEAD: usize = 64;

/// Hands messages to a broker.
pub struct MqttOutlet {
    link: MqttLink<usize>,
    settled: VecDeque<Settled>,
}

impl MqttOutlet {
    /// Connects.
    ///
    /// # Errors
    /// Where the broker cannot be reached or refuses the login.
    pub async fn connect(options: ConnectOptions) -> Result<Self, WireError> {
        Ok(Self { link: MqttLink::connect(options).await?, settled: VecDeque::new() })
    }

    pub(super) fn has_room(&self) -> bool {
        self.link.session.has_room()
    }

    pub(super) fn send(&mut self, mut publish: Publish, tag: usize) -> Result<(), WireError> {
        self.link.limits.fit(&mut publish).map_err(WireError::lasting)?;
        self.fits(&publish)?;
        let (session, out) = self.link.parts();
        match session.publish(publish, tag, out) {
            Ok(None) => Ok(()),
            Ok(Some(tag)) => {
                self.settled.push_back(Settled { tag, outcome: Ok(Confirmation::Unasked) });
                Ok(())
            }
            Err(error) => Err(WireError::lasting(error.why)),
        }
    }

    /// Whether the broker takes a packet of this size; it is only measured where it may be too large.
    fn fits(&self, publish: &Publish) -> Result<(), WireError> {
        let Some(limit) = self.link.limits.packet_size else { return Ok(()) };
        let strings: usize =
            publish.user_properties.iter().map(|(name, value)| name.len() + value.len() + 5).sum::<usize>()
                + publish.content_type.as_ref().map_or(0, String::len)
                + publish.response_topic.as_ref().map_or(0, String::len)
                + publish.correlation_data.as_ref().map_or(0, Vec::len);
        if publish.topic.len() + publish.payload.len() + strings + OVERHEAD <= limit as usize {
            return Ok(());
        }
        let mut packet = bytes::BytesMut::new();
        encode::publish(publish.clone(), 1, &mut packet).map_err(WireError::lasting)?;
        self.link.limits.size(packet.len()).map_err(WireError::lasting)
    }

    pub(super) async fn wait(&mut self) -> Result<(), WireError> {
        if !self.settled.is_empty() && self.link.parts().1.is_empty() {
            return Ok(());
        }
        self.link.wait(true).await
    }

    pub(super) fn take(&mut self) -> Result<Option<Settled>, WireError> {
        while let Some(event) = self.link.next()? {
            if let Event::Published { tag, reason, .. } = event {
                let outcome = if reason.is_error() {
                    Err(WireError::lasting(format!("the broker refuses the message: {reason}")))
                } else {
                    let subscribed = reason.code != Reason::NO_MATCHING_SUBSCRIBERS;
                    Ok(Confirmation::Published { subscribed })
                };
                self.settled.push_back(Settled { tag, outcome });
            }
        }
        Ok(self.settled.pop_front())
    }

    pub(super) fn open(&self) -> usize {
        usize::from(self.link.session.unconfirmed()) + self.settled.len()
    }

    pub(super) async fn reconnect(&mut self) -> Result<(), WireError> {
        let lost = self.link.reconnect().await?;
        let forgotten = || WireError::passing("the broker forgot the session, so the message may be lost");
        self.settled.extend(lost.into_iter().map(|tag| Settled { tag, outcome: Err(forgotten()) }));
        Ok(())
    }

    pub(super) async fn close(self) {
        self.link.close(false).await;
    }
}
