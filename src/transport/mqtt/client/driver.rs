//! The task that owns a client's connection: reads, writes, answers, pings, and says why it ended.

use super::ticket::Answer;
use super::{ClientError, INBOX_LIMIT, Incoming, Saved, weight};
use crate::message::Publish;
use crate::redact::Secret;
use crate::transport::Stream;
use crate::transport::mqtt::connection::{Connection, ConnectionError};
use crate::transport::mqtt::encode::{self, Subscription};
use crate::transport::mqtt::limits::Limits;
use crate::transport::mqtt::packet::{FilterAck, Packet};
use crate::transport::mqtt::reason::Reason;
use crate::transport::mqtt::session::{AckToken, Event, PublishError, Session};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

type Filters = oneshot::Sender<Result<FilterAck, ClientError>>;

/// Who waits for an answer from the server.
#[derive(Debug)]
pub(super) enum Waiter {
    Publish(oneshot::Sender<Answer>),
    Filters(Filters),
}

/// What a client asks of its task.
#[derive(Debug)]
pub(super) enum Control {
    Subscribe(Vec<Subscription>, Filters),
    Unsubscribe(Vec<String>, Filters),
    Acknowledge(AckToken),
    ReAuthenticate(String, Secret<Vec<u8>>, oneshot::Sender<Result<Reason, ClientError>>),
    Disconnect { end_session: bool, done: oneshot::Sender<()> },
    Abandon,
}

/// More unsent bytes than this, and no further publish is taken.
const UNSENT_LIMIT: usize = 1024 * 1024;

#[derive(Debug)]
pub(super) struct Driver {
    pub(super) connection: Connection<Box<dyn Stream>>,
    pub(super) session: Session<Waiter>,
    pub(super) controls: mpsc::UnboundedReceiver<Control>,
    pub(super) publishes: mpsc::Receiver<(Publish, Waiter)>,
    pub(super) inbox: mpsc::UnboundedSender<Incoming>,
    pub(super) waiting: Arc<AtomicUsize>,
    pub(super) keep_alive: Duration,
    pub(super) step_timeout: Duration,
    pub(super) re_authentication: Option<oneshot::Sender<Result<Reason, ClientError>>>,
}

/// What the clock has to watch.
#[derive(Debug)]
struct Clock {
    /// When something was last sent, and how much in all.
    sent: (Instant, u64),
    /// Since when the other end takes nothing of what is queued.
    stalled: Option<Instant>,
    /// When a PINGREQ was sent that has no answer.
    pinged: Option<Instant>,
}

impl Driver {
    pub(super) async fn run(
        mut self,
        session_present: bool,
        limits: Limits,
        lost: watch::Sender<Option<Arc<ConnectionError>>>,
    ) -> Saved {
        drop(self.session.connected(session_present, limits, self.connection.output()));
        let cause = match self.drive().await {
            Ok(()) => ConnectionError::Finished,
            Err(cause) => cause,
        };
        lost.send_replace(Some(Arc::new(cause)));
        Saved { session: self.session, lost }
    }

    /// Until this side ends it (`Ok`) or something else does.
    async fn drive(&mut self) -> Result<(), ConnectionError> {
        let mut clock = Clock { sent: (Instant::now(), self.connection.sent()), stalled: None, pinged: None };
        loop {
            self.take_packets(&mut clock)?;
            self.look(&mut clock);
            let room = self.session.has_room() && self.connection.unsent() < UNSENT_LIMIT;
            let alarm = self.alarm(&clock);
            tokio::select! {
                biased;
                control = self.controls.recv() => match control {
                    Some(control) => if self.control(control).await { return Ok(()) },
                    None => return Ok(()),
                },
                Some((publish, waiter)) = self.publishes.recv(), if room => self.publish(publish, waiter),
                exchanged = self.connection.exchange() => drop(exchanged?),
                () = sleep_until(alarm) => self.ring(&mut clock)?,
            }
        }
    }

    fn look(&self, clock: &mut Clock) {
        let moved = clock.sent.1 != self.connection.sent();
        if moved {
            clock.sent = (Instant::now(), self.connection.sent());
        }
        if self.connection.unsent() == 0 {
            clock.stalled = None;
        } else if moved || clock.stalled.is_none() {
            clock.stalled = Some(Instant::now());
        }
    }

    fn take_packets(&mut self, clock: &mut Clock) -> Result<(), ConnectionError> {
        while let Some(packet) = self.connection.next()? {
            if matches!(packet, Packet::PingResp) {
                clock.pinged = None;
            }
            let event = self.session.handle(packet, self.connection.output()).map_err(ConnectionError::Protocol)?;
            self.event(event)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<Waiter>) -> Result<(), ConnectionError> {
        // Whoever has stopped waiting does not want to know.
        match event {
            Event::Published { tag: Waiter::Publish(waiter), reason, details } => {
                let text = details.and_then(|details| details.reason_string);
                let _ = waiter.send(Ok((Some(reason), text)));
            }
            Event::Filters { tag: Waiter::Filters(waiter), ack } => drop(waiter.send(Ok(ack))),
            Event::Received { delivery, token } => {
                let incoming = Incoming { token, ..delivery.into() };
                let weight = weight(&incoming.publish);
                let bytes = self.waiting.fetch_add(weight, Ordering::Relaxed) + weight;
                if bytes > INBOX_LIMIT {
                    return Err(ConnectionError::Overrun { bytes });
                }
                let _ = self.inbox.send(incoming);
            }
            Event::Auth(reason, details) => {
                let Some(waiter) = self.re_authentication.take() else {
                    return Err(ConnectionError::UnaskedAuth { reason, details });
                };
                let _ = waiter.send(Ok(reason));
            }
            Event::Disconnected(reason, details) => return Err(ConnectionError::Disconnected { reason, details }),
            Event::Published { .. } | Event::Filters { .. } => {
                return Err(ConnectionError::Protocol("an answer of the wrong kind".to_owned()));
            }
            Event::Pong | Event::None => {}
        }
        Ok(())
    }

    fn publish(&mut self, publish: Publish, waiter: Waiter) {
        let (waiter, answer) = match self.session.publish(publish, waiter, self.connection.output()) {
            Ok(None) => return,
            Ok(Some(waiter)) => (waiter, Ok((None, None))),
            Err(PublishError { tag, why }) => (tag, Err(why)),
        };
        if let Waiter::Publish(waiter) = waiter {
            let _ = waiter.send(answer);
        }
    }

    /// Whether it was the last.
    async fn control(&mut self, control: Control) -> bool {
        let out = self.connection.output();
        let failed = match control {
            Control::Subscribe(filters, waiter) => self.session.subscribe(&filters, Waiter::Filters(waiter), out),
            Control::Unsubscribe(filters, waiter) => self.session.unsubscribe(&filters, Waiter::Filters(waiter), out),
            Control::Acknowledge(token) => {
                self.session.acknowledge(token, out);
                Ok(())
            }
            Control::ReAuthenticate(method, data, waiter) => {
                match encode::re_authenticate(&method, &data, out) {
                    Ok(()) => self.re_authentication = Some(waiter),
                    Err(error) => drop(waiter.send(Err(error.into()))),
                }
                Ok(())
            }
            Control::Disconnect { end_session, done } => {
                self.disconnect(end_session, done).await;
                return true;
            }
            Control::Abandon => return true,
        };
        if let Err(PublishError { tag: Waiter::Filters(waiter), why }) = failed {
            let _ = waiter.send(Err(why.into()));
        }
        false
    }

    /// Sends what was asked for before, then DISCONNECT. Whether the other end still hears it makes no difference.
    async fn disconnect(&mut self, end_session: bool, done: oneshot::Sender<()>) {
        while let Ok((publish, waiter)) = self.publishes.try_recv() {
            if !self.session.has_room() {
                break;
            }
            self.publish(publish, waiter);
        }
        encode::disconnect(end_session, self.connection.output());
        let farewell = async {
            self.connection.flush().await?;
            self.connection.shutdown().await
        };
        if matches!(timeout(self.step_timeout, farewell).await, Ok(Ok(()))) {
            let _ = done.send(());
        }
    }

    /// When the clock has to be looked at next.
    fn alarm(&self, clock: &Clock) -> Instant {
        let limit = self.step_timeout;
        let ping = clock.pinged.map_or(clock.sent.0 + self.quiet(), |pinged| pinged + limit);
        clock.stalled.map_or(ping, |stalled| ping.min(stalled + limit))
    }

    /// How long nothing may be sent before a PINGREQ is due; as good as for ever without keep alive.
    fn quiet(&self) -> Duration {
        match self.keep_alive.is_zero() {
            true => Duration::from_secs(u64::from(u32::MAX)),
            // Early enough that the server has heard it when the time is over.
            false => self.keep_alive.mul_f32(0.75),
        }
    }

    fn ring(&mut self, clock: &mut Clock) -> Result<(), ConnectionError> {
        let limit = self.step_timeout;
        if clock.pinged.is_some_and(|pinged| pinged.elapsed() >= limit) {
            return Err(ConnectionError::Silent { what: "PINGRESP", limit });
        }
        if clock.stalled.is_some_and(|stalled| stalled.elapsed() >= limit) {
            return Err(ConnectionError::Silent { what: "room to send", limit });
        }
        if clock.pinged.is_none() && clock.sent.0.elapsed() >= self.quiet() {
            encode::ping(self.connection.output());
            clock.pinged = Some(Instant::now());
        }
        Ok(())
    }
}
