//! One request after the other on a connection that is logged in, each with its limit, and its answer in full.
//!
//! For whoever asks a server what it allows and leaves: it needs no task, works over any stream, and keeps the
//! connection's own end in the error. Messages that come in between are dropped unacknowledged: a session that ends with
//! the connection loses nothing by that. Who wants messages takes `client`.

use super::client::{PublishResult, SubscribeResult};
use super::connack::ConnAck;
use super::connection::{Connection, ConnectionError};
use super::encode::{self, Subscription};
use super::fields::Details;
use super::limits::Limits;
use super::packet::FilterAck;
use super::reason::{PacketKind, Reason};
use super::session::{Event, NotSent, PublishError, Session};
use crate::message::{Publish, QoS};
use crate::redact::Secret;
use bytes::BytesMut;
use std::ops::ControlFlow;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

/// A request that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The connection is over, or fell silent.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// Nothing was sent: the server has said that it does not take that, or no packet can hold it.
    #[error("not sent: {0}")]
    NotSent(#[from] NotSent),
}

impl RequestError {
    fn unsendable(error: encode::Unsendable) -> Self {
        Self::NotSent(error.into())
    }
}

/// How a server took a new login on the same connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewal {
    /// AUTH 0x00: the new token counts.
    Renewed,
    /// AUTH 0x18: the broker of Azure IoT Operations cannot tell for now, and it may be tried again later (its
    /// authentication page, "Clients disconnect after credentials expire").
    Later(Box<Details>),
    /// DISCONNECT: the new token is not good. The connection is over.
    Refused {
        /// Its reason code.
        reason: Reason,
        /// Its properties.
        details: Box<Details>,
    },
}

/// An MQTT 5 connection after CONNACK.
#[derive(Debug)]
pub struct Dialogue<S> {
    connection: Connection<S>,
    session: Session<u64>,
    limits: Limits,
    received: u64,
    asked: u64,
}

/// More bytes than this that the other end does not take, and it is given up.
const UNSENT_LIMIT: usize = 1024 * 1024;

/// Publishes whose answers were given up; the server's Receive Maximum counts them still.
const WINDOW: u16 = 100;

/// What a server that breaks the protocol did, in words.
fn broken<T>(what: impl Into<String>) -> Result<T, RequestError> {
    Err(ConnectionError::Protocol(what.into()).into())
}

impl<S: AsyncRead + AsyncWrite + Unpin> Dialogue<S> {
    /// Goes on after `connack`, the answer to a CONNECT with Clean Start.
    pub fn new(mut connection: Connection<S>, connack: &ConnAck) -> Self {
        let limits = Limits::of(connack);
        let mut session = Session::new(WINDOW);
        // A session without history has nothing to send again.
        session.connected(false, limits, connection.output());
        Self { connection, session, limits, received: 0, asked: 0 }
    }

    /// What the server allows.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Messages that came and were dropped.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// The connection below.
    pub const fn connection(&self) -> &Connection<S> {
        &self.connection
    }

    /// Subscribes, and returns the answer to each filter in order.
    ///
    /// # Errors
    /// If the server takes no such filter, or does not answer within `limit`.
    pub async fn subscribe(
        &mut self,
        subscriptions: &[Subscription],
        limit: Duration,
    ) -> Result<Vec<SubscribeResult>, RequestError> {
        for subscription in subscriptions {
            self.limits.subscription(subscription).map_err(NotSent::from)?;
        }
        self.ask(|session, number, out| session.subscribe(subscriptions, number, out))?;
        let ack = self.filters(PacketKind::SubAck, "SUBACK", limit).await?;
        if ack.reasons.len() != subscriptions.len() {
            return broken("SUBACK has another number of reason codes than there were filters");
        }
        let answers = subscriptions.iter().zip(ack.reasons).map(|(subscription, reason)| SubscribeResult {
            filter: subscription.filter.clone(),
            asked: subscription.qos,
            granted: QoS::from_number(reason.code).ok_or(reason),
            reason_string: ack.details.reason_string.clone(),
        });
        Ok(answers.collect())
    }

    /// Unsubscribes, and returns the reason for each filter in order.
    ///
    /// # Errors
    /// If a filter is none, or the server does not answer within `limit`.
    pub async fn unsubscribe(&mut self, filters: &[String], limit: Duration) -> Result<Vec<Reason>, RequestError> {
        self.ask(|session, number, out| session.unsubscribe(filters, number, out))?;
        Ok(self.filters(PacketKind::UnsubAck, "UNSUBACK", limit).await?.reasons)
    }

    /// Publishes, and waits for PUBACK, or for PUBREC and PUBCOMP. QoS 0 has no answer: a server that refuses one says
    /// nothing, or disconnects, which [`Self::ping`] finds out. A QoS that the server does not take is lowered, and the
    /// result says so.
    ///
    /// # Errors
    /// If the server has said that it does not take such a message, or does not answer within `limit`.
    pub async fn publish(&mut self, mut publish: Publish, limit: Duration) -> Result<PublishResult, RequestError> {
        let downgraded_from = self.limits.fit(&mut publish).map_err(NotSent::from)?;
        let qos = publish.qos;
        let result = |reason, reason_string| PublishResult { qos, downgraded_from, reason, reason_string };
        if !self.session.has_room() {
            return Err(ConnectionError::Silent { what: "answer to the messages before", limit }.into());
        }
        let number = self.number();
        let sent = self.session.publish(publish, number, self.connection.output()).map_err(|error| error.why)?;
        if sent.is_some() {
            return match timeout(limit, self.connection.flush()).await {
                Ok(flushed) => Ok(flushed.map(|()| result(None, None))?),
                Err(_) => Err(ConnectionError::Silent { what: "room to send", limit }.into()),
            };
        }
        let what = if qos == QoS::ExactlyOnce { "PUBREC and PUBCOMP" } else { "PUBACK" };
        self.wait(what, limit, |event| match event {
            Event::Published { tag, reason, details } if tag == number => {
                ControlFlow::Break(result(Some(reason), details.and_then(|details| details.reason_string)))
            }
            event => ControlFlow::Continue(event),
        })
        .await
    }

    /// A round trip: whatever the server had to say before is known when it returns.
    ///
    /// # Errors
    /// If the connection is over, or the server does not answer within `limit`.
    pub async fn ping(&mut self, limit: Duration) -> Result<(), RequestError> {
        encode::ping(self.connection.output());
        self.wait("PINGRESP", limit, |event| match event {
            Event::Pong => ControlFlow::Break(()),
            event => ControlFlow::Continue(event),
        })
        .await
    }

    /// Listens for `time`, and asks for nothing.
    ///
    /// # Errors
    /// If the server ends the connection meanwhile: a late TLS alert, another client with the same client id.
    pub async fn listen(&mut self, time: Duration) -> Result<(), RequestError> {
        match self.wait::<()>("", time, ControlFlow::Continue).await {
            Err(RequestError::Connection(ConnectionError::Silent { .. })) => Ok(()),
            other => other,
        }
    }

    /// Logs in anew on the same connection with the token `data` (MQTT 5, 4.12.1). `method` has to be that of CONNECT.
    ///
    /// # Errors
    /// If the connection ends in another way than by DISCONNECT, or the server does not answer within `limit`.
    pub async fn re_authenticate(
        &mut self,
        method: &str,
        data: &Secret<Vec<u8>>,
        limit: Duration,
    ) -> Result<Renewal, RequestError> {
        encode::re_authenticate(method, data, self.connection.output()).map_err(RequestError::unsendable)?;
        let answer = self.wait("AUTH", limit, |event| match event {
            Event::Auth(reason, details) => ControlFlow::Break((reason, details)),
            event => ControlFlow::Continue(event),
        });
        match answer.await {
            Ok((reason, _)) if reason.code == Reason::SUCCESS => Ok(Renewal::Renewed),
            Ok((reason, details)) if reason.code == Reason::CONTINUE_AUTHENTICATION => Ok(Renewal::Later(details)),
            Ok((reason, details)) => Err(ConnectionError::UnaskedAuth { reason, details }.into()),
            Err(RequestError::Connection(ConnectionError::Disconnected { reason, details })) => {
                Ok(Renewal::Refused { reason, details })
            }
            Err(error) => Err(error),
        }
    }

    /// Disconnects; with `end_session` the server forgets the session at once, whatever CONNECT asked for. Waits until the
    /// server has closed its side, too, since then it has heard it; one that does not within `limit` is left alone.
    ///
    /// # Errors
    /// If the connection was over before, or DISCONNECT could not be sent within `limit`.
    pub async fn leave(mut self, end_session: bool, limit: Duration) -> Result<(), ConnectionError> {
        encode::disconnect(end_session, self.connection.output());
        let farewell = async {
            self.connection.flush().await?;
            self.connection.shutdown().await
        };
        match timeout(limit, farewell).await {
            Ok(left) => left?,
            Err(_) => return Err(ConnectionError::Silent { what: "room to send", limit }),
        }
        let _ = timeout(limit, self.connection.closed()).await;
        Ok(())
    }

    /// The number of the next request, so that a late answer to another is not taken for its own.
    const fn number(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    fn ask(
        &mut self,
        request: impl FnOnce(&mut Session<u64>, u64, &mut BytesMut) -> Result<(), PublishError<u64>>,
    ) -> Result<(), RequestError> {
        let number = self.number();
        let mut packet = BytesMut::new();
        request(&mut self.session, number, &mut packet).map_err(|error| error.why)?;
        self.limits.size(packet.len()).map_err(NotSent::from)?;
        self.connection.output().extend_from_slice(&packet);
        Ok(())
    }

    /// The answer to the last request of [`Self::ask`].
    async fn filters(
        &mut self,
        kind: PacketKind,
        what: &'static str,
        limit: Duration,
    ) -> Result<FilterAck, RequestError> {
        let number = self.asked;
        let answer = self.wait(what, limit, |event| match event {
            Event::Filters { tag, ack } if tag == number => ControlFlow::Break(ack),
            event => ControlFlow::Continue(event),
        });
        let ack = answer.await?;
        match ack.reasons.first() {
            Some(reason) if reason.packet == kind => Ok(ack),
            _ => broken(format!("another answer than {what}, or an empty one")),
        }
    }

    /// Reads until `wanted` takes an event, and deals with those that it gives back.
    async fn wait<T>(
        &mut self,
        what: &'static str,
        limit: Duration,
        wanted: impl FnMut(Event<u64>) -> ControlFlow<T, Event<u64>>,
    ) -> Result<T, RequestError> {
        match timeout(limit, self.read_until(wanted)).await {
            Ok(answer) => answer,
            Err(_) => Err(ConnectionError::Silent { what, limit }.into()),
        }
    }

    async fn read_until<T>(
        &mut self,
        mut wanted: impl FnMut(Event<u64>) -> ControlFlow<T, Event<u64>>,
    ) -> Result<T, RequestError> {
        loop {
            while let Some(packet) = self.connection.next()? {
                let event = self.session.handle(packet, self.connection.output()).map_err(ConnectionError::Protocol)?;
                match wanted(event) {
                    ControlFlow::Break(answer) => return Ok(answer),
                    ControlFlow::Continue(event) => self.put_aside(event)?,
                }
            }
            if self.connection.unsent() > UNSENT_LIMIT {
                return broken("it sends, and takes none of the answers");
            }
            self.connection.exchange().await?;
        }
    }

    fn put_aside(&mut self, event: Event<u64>) -> Result<(), RequestError> {
        match event {
            Event::Received { .. } => {
                self.received += 1;
                if self.session.unacknowledged() > usize::from(u16::MAX) {
                    return broken("more unacknowledged messages than there are packet ids");
                }
                Ok(())
            }
            Event::Disconnected(reason, details) => Err(ConnectionError::Disconnected { reason, details }.into()),
            Event::Auth(reason, details) => Err(ConnectionError::UnaskedAuth { reason, details }.into()),
            // An answer to a request that was given up.
            Event::Published { .. } | Event::Filters { .. } | Event::Pong | Event::None => Ok(()),
        }
    }
}
