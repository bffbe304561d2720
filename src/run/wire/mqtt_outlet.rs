//! Messages to an MQTT broker, confirmed by PUBACK or PUBCOMP.

use super::mqtt_link::MqttLink;
use super::{Confirmation, Settled, WireError};
use crate::message::Publish;
use crate::transport::mqtt::{ConnectOptions, Event, Reason};
use std::collections::VecDeque;

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
                    Err(WireError::of_topic(format!("the broker refuses the message: {reason}")))
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
