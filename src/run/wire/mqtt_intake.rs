//! Messages from an MQTT broker, by subscription, acknowledged when the caller says so and in the order they came.

use super::mqtt_link::MqttLink;
use super::{Ack, Arrived, WireError};
use crate::message::Message;
use crate::transport::mqtt::{AckToken, ConnectOptions, Event, Reason, Subscription};
use std::time::{Duration, Instant};

/// What to take from where.
#[derive(Debug, Clone)]
pub struct MqttSource {
    /// The connection.
    pub options: ConnectOptions,
    /// What to subscribe to.
    pub subscriptions: Vec<Subscription>,
    /// User properties that the broker adds of itself, to be taken off.
    pub strip: &'static [&'static str],
    /// Longest wait for SUBACK.
    pub limit: Duration,
}

/// Takes messages by a subscription.
pub struct MqttIntake {
    link: MqttLink<()>,
    source: MqttSource,
    /// What came before SUBACK.
    early: std::collections::VecDeque<Arrived>,
}

impl MqttIntake {
    /// Connects and subscribes.
    ///
    /// # Errors
    /// Where the broker cannot be reached, refuses the login, or grants a subscription not at all or with less QoS.
    pub async fn connect(source: MqttSource) -> Result<Self, WireError> {
        let link = MqttLink::connect(source.options.clone()).await?;
        let mut intake = Self { link, source, early: std::collections::VecDeque::new() };
        intake.subscribe().await?;
        Ok(intake)
    }

    async fn subscribe(&mut self) -> Result<(), WireError> {
        for subscription in &self.source.subscriptions {
            self.link.limits.subscription(subscription).map_err(WireError::lasting)?;
        }
        let (session, out) = self.link.parts();
        session.subscribe(&self.source.subscriptions, (), out).map_err(|error| WireError::lasting(error.why))?;
        let reasons = tokio::time::timeout(self.source.limit, self.suback())
            .await
            .map_err(|_| WireError::passing(format!("no SUBACK within {} ms", self.source.limit.as_millis())))??;
        for (subscription, reason) in self.source.subscriptions.iter().zip(reasons) {
            if reason.is_error() {
                let filter = &subscription.filter;
                return Err(WireError::of_topic(format!(
                    "the broker refuses the subscription to `{filter}`: {reason}"
                )));
            }
        }
        Ok(())
    }

    async fn suback(&mut self) -> Result<Vec<Reason>, WireError> {
        loop {
            match self.link.next()? {
                Some(Event::Filters { ack, .. }) => return Ok(ack.reasons),
                Some(event) => self.early.extend(arrived(event, self.source.strip)),
                None => self.link.wait(true).await?,
            }
        }
    }

    pub(super) async fn wait(&mut self, room: bool) -> Result<(), WireError> {
        if room && !self.early.is_empty() { Ok(()) } else { self.link.wait(room).await }
    }

    pub(super) fn take(&mut self) -> Result<Option<Arrived>, WireError> {
        if let Some(arrived) = self.early.pop_front() {
            return Ok(Some(arrived));
        }
        loop {
            match self.link.next()? {
                None => return Ok(None),
                Some(event) => {
                    if let Some(arrived) = arrived(event, self.source.strip) {
                        return Ok(Some(arrived));
                    }
                }
            }
        }
    }

    pub(super) fn settle(&mut self, token: AckToken) {
        let (session, out) = self.link.parts();
        session.acknowledge(token, out);
    }

    pub(super) fn open(&self) -> usize {
        self.link.session.unacknowledged()
    }

    pub(super) async fn reconnect(&mut self) -> Result<(), WireError> {
        self.early.clear();
        self.link.reconnect().await?;
        if self.link.was_present() { Ok(()) } else { self.subscribe().await }
    }

    pub(super) async fn close(self, keep: bool) {
        self.link.close(keep).await;
    }
}

fn arrived(event: Event<()>, strip: &[&str]) -> Option<Arrived> {
    let Event::Received { delivery, token } = event else { return None };
    let mut publish = delivery.publish;
    if !strip.is_empty() {
        publish.user_properties.retain(|(name, _)| !strip.contains(&name.as_str()));
    }
    let ack = token.map_or(Ack::None, Ack::Mqtt);
    Some(Arrived { message: Message::Mqtt(publish), ack, at: Instant::now() })
}
