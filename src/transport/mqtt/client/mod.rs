//! A client for whoever wants a message sent or received: requests that wait for their answers, with limits.
//!
//! The connection is driven by a task (`driver`). It does not reconnect by itself: what a lost connection means is the
//! caller's to say, and [`Saved`] carries the session over to the next one.

mod driver;
mod ticket;

pub use ticket::{PublishResult, Ticket};

use super::connection::ConnectionError;
use super::encode::{Subscription, Unsendable};
use super::handshake::{Accepted, ConnectOptions, HandshakeError, handshake};
use super::limits::{Limits, Refusal};
use super::packet::Delivery;
use super::reason::Reason;
use super::session::{AckToken, NotSent, Session};
use crate::message::{Publish, QoS};
use crate::redact::Secret;
use driver::{Control, Driver, Waiter};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// What was being done when something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Step {
    Subscribe,
    Unsubscribe,
    Publish,
    Receive,
    ReAuthenticate,
    Disconnect,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subscribe => "subscribing",
            Self::Unsubscribe => "unsubscribing",
            Self::Publish => "publishing",
            Self::Receive => "waiting for a message",
            Self::ReAuthenticate => "re-authenticating",
            Self::Disconnect => "disconnecting",
        })
    }
}

/// A request that came to nothing. Only [`Self::Lost`] says that the connection is over.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientError {
    /// The connection is over. What was not confirmed may have arrived or not.
    #[error("while {step}: {cause}")]
    Lost {
        /// What was being done.
        step: Step,
        /// Why it is over.
        cause: Arc<ConnectionError>,
    },
    /// No answer in time; the connection stands.
    #[error("while {step}: no answer within {} ms", .limit.as_millis())]
    Silent {
        /// What was being done.
        step: Step,
        /// How long was waited.
        limit: Duration,
    },
    /// The server has said that it does not take that; nothing was sent.
    #[error("not sent: {0}")]
    Refusal(#[from] Refusal),
    /// No packet can hold it; nothing was sent.
    #[error("not sent: {0}")]
    NotSent(NotSent),
    /// The server refused a re-authentication, or one makes no sense here.
    #[error("the login was not renewed: {0}")]
    ReAuthenticate(String),
}

impl From<NotSent> for ClientError {
    fn from(error: NotSent) -> Self {
        match error {
            NotSent::Refused(refusal) => Self::Refusal(refusal),
            other => Self::NotSent(other),
        }
    }
}

impl From<Unsendable> for ClientError {
    fn from(error: Unsendable) -> Self {
        Self::NotSent(error.into())
    }
}

/// A message from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The message.
    pub publish: Publish,
    /// Whether the server has sent it before.
    pub duplicate: bool,
    /// For [`Client::acknowledge`]; `None` for QoS 0.
    pub token: Option<AckToken>,
}

/// The answer to one filter of a SUBSCRIBE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribeResult {
    /// The filter.
    pub filter: String,
    /// What was asked for.
    pub asked: QoS,
    /// What the server granted, or why it did not.
    pub granted: Result<QoS, Reason>,
    /// What the server has to say to a person.
    pub reason_string: Option<String>,
}

/// A session that outlived its connection, for [`Client::resume`]. Dropping it gives unconfirmed messages up.
#[derive(Debug)]
pub struct Saved {
    session: Session<Waiter>,
    lost: watch::Sender<Option<Arc<ConnectionError>>>,
}

impl Saved {
    /// QoS 1 and 2 publishes that were not confirmed. They are sent again when the session is resumed.
    pub const fn unconfirmed(&self) -> u16 {
        self.session.unconfirmed()
    }
}

/// Messages that wait to be taken by [`Client::recv`], in bytes; above it the connection is given up.
const INBOX_LIMIT: usize = 256 * 1024 * 1024;

/// A connected MQTT 5 client. Dropping it cuts the connection.
#[derive(Debug)]
pub struct Client {
    control: mpsc::UnboundedSender<Control>,
    publishes: mpsc::Sender<(Publish, Waiter)>,
    inbox: Mutex<mpsc::UnboundedReceiver<Incoming>>,
    waiting: Arc<AtomicUsize>,
    lost: watch::Receiver<Option<Arc<ConnectionError>>>,
    limits: Limits,
    step_timeout: Duration,
    method: Option<String>,
    task: Option<JoinHandle<Saved>>,
}

/// What a queued message takes, in bytes, roughly.
fn weight(publish: &Publish) -> usize {
    let properties: usize = publish.user_properties.iter().map(|(key, value)| key.len() + value.len() + 48).sum();
    256 + publish.topic.len() + publish.payload.len() + properties
}

impl Client {
    /// Connects and logs in.
    ///
    /// # Errors
    /// With the layer that failed and its cause.
    pub async fn connect(options: ConnectOptions) -> Result<(Self, Accepted), HandshakeError> {
        let session = Session::new(options.in_flight);
        let saved = Saved { session, lost: watch::Sender::new(None) };
        Self::resume(options, saved).await.map_err(|(error, _)| error)
    }

    /// Connects with the session of an earlier connection. If the server still has it too, what was not confirmed is
    /// sent again, and the [`Ticket`]s of it wait on; if not, they fail.
    ///
    /// # Errors
    /// As [`Self::connect`]; the session comes back.
    pub async fn resume(options: ConnectOptions, saved: Saved) -> Result<(Self, Accepted), (HandshakeError, Saved)> {
        let handshake = match handshake(&options).await {
            Ok(handshake) => handshake,
            Err(error) => return Err((error, saved)),
        };
        let accepted = handshake.accepted;
        let limits = Limits::of(&accepted.connack);
        let Saved { session, lost } = saved;
        lost.send_replace(None);
        let (control, controls) = mpsc::unbounded_channel();
        let (publishes, to_publish) = mpsc::channel(64);
        let (inbox, incoming) = mpsc::unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let lost_receiver = lost.subscribe();
        let driver = Driver {
            connection: handshake.connection,
            session,
            controls,
            publishes: to_publish,
            inbox,
            waiting: Arc::clone(&waiting),
            keep_alive: accepted.keep_alive,
            step_timeout: options.route.step_timeout,
            re_authentication: None,
        };
        let task = tokio::spawn(driver.run(accepted.connack.session_present, limits, lost));
        let method = match options.credentials {
            super::Credentials::Enhanced { method, .. } => Some(method),
            _ => None,
        };
        let client = Self {
            control,
            publishes,
            inbox: Mutex::new(incoming),
            waiting,
            lost: lost_receiver,
            limits,
            step_timeout: options.route.step_timeout,
            method,
            task: Some(task),
        };
        Ok((client, accepted))
    }

    /// What the server allows.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Subscribes, and returns the answer to each filter in order.
    ///
    /// # Errors
    /// If the server takes no such filter, or does not answer.
    pub async fn subscribe(&self, subscriptions: Vec<Subscription>) -> Result<Vec<SubscribeResult>, ClientError> {
        for subscription in &subscriptions {
            self.limits.subscription(subscription)?;
        }
        let (waiter, answer) = oneshot::channel();
        self.tell(Control::Subscribe(subscriptions.clone(), waiter));
        let ack = self.wait(Step::Subscribe, answer).await??;
        let mut reasons = ack.reasons.into_iter();
        let mut results = Vec::with_capacity(subscriptions.len());
        for subscription in subscriptions {
            let Some(reason) = reasons.next() else {
                return Err(self.broken(Step::Subscribe, "SUBACK has fewer reason codes than there were filters"));
            };
            results.push(SubscribeResult {
                filter: subscription.filter,
                asked: subscription.qos,
                granted: QoS::from_number(reason.code).ok_or(reason),
                reason_string: ack.details.reason_string.clone(),
            });
        }
        Ok(results)
    }

    /// Unsubscribes, and returns the reason for each filter in order.
    ///
    /// # Errors
    /// If a filter is none, or the server does not answer.
    pub async fn unsubscribe(&self, filters: Vec<String>) -> Result<Vec<Reason>, ClientError> {
        let (waiter, answer) = oneshot::channel();
        self.tell(Control::Unsubscribe(filters, waiter));
        Ok(self.wait(Step::Unsubscribe, answer).await??.reasons)
    }

    /// Publishes, and waits for the confirmation.
    ///
    /// # Errors
    /// As [`Self::send`] and [`Ticket::confirmed`].
    pub async fn publish(&self, publish: Publish) -> Result<PublishResult, ClientError> {
        self.send(publish).await?.confirmed().await
    }

    /// Hands `publish` over to be sent as soon as the window has room. A QoS that the server does not take is lowered,
    /// and the result says so.
    ///
    /// # Errors
    /// If the server has said that it does not take such a message, or the window stays full for the step limit.
    pub async fn send(&self, mut publish: Publish) -> Result<Ticket, ClientError> {
        let downgraded_from = self.limits.fit(&mut publish)?;
        let qos = publish.qos;
        let (waiter, answer) = oneshot::channel();
        let sent = timeout(self.step_timeout, self.publishes.send((publish, Waiter::Publish(waiter)))).await;
        match sent {
            Err(_) => Err(ClientError::Silent { step: Step::Publish, limit: self.step_timeout }),
            Ok(Err(_)) => Err(self.lost(Step::Publish)),
            Ok(Ok(())) => Ok(Ticket::new(answer, self.lost.clone(), qos, downgraded_from, self.step_timeout)),
        }
    }

    /// The next message; waits as long as it takes, so a caller sets the limit. Can be given up.
    ///
    /// # Errors
    /// If the connection is over and every message that came has been taken.
    pub async fn recv(&self) -> Result<Incoming, ClientError> {
        match self.inbox.lock().await.recv().await {
            Some(incoming) => {
                self.waiting.fetch_sub(weight(&incoming.publish), Ordering::Relaxed);
                Ok(incoming)
            }
            None => Err(self.lost(Step::Receive)),
        }
    }

    /// Acknowledges a message. The acknowledgement goes out when all that came before it are acknowledged, too.
    pub fn acknowledge(&self, incoming: &Incoming) {
        if let Some(token) = incoming.token {
            self.tell(Control::Acknowledge(token));
        }
    }

    /// Logs in anew on the same connection with a fresh token (MQTT 5, 4.12.1), before the old one expires.
    ///
    /// # Errors
    /// If the login was not an enhanced authentication, or the server does not take the token.
    pub async fn re_authenticate(&self, data: Secret<Vec<u8>>) -> Result<(), ClientError> {
        let Some(method) = self.method.clone() else {
            return Err(ClientError::ReAuthenticate("this connection uses no enhanced authentication".to_owned()));
        };
        let (waiter, answer) = oneshot::channel();
        self.tell(Control::ReAuthenticate(method, data, waiter));
        let reason = self.wait(Step::ReAuthenticate, answer).await??;
        match reason.code {
            Reason::SUCCESS => Ok(()),
            _ => Err(ClientError::ReAuthenticate(reason.to_string())),
        }
    }

    /// Why the connection is over, once it is.
    pub fn lost_cause(&self) -> Option<Arc<ConnectionError>> {
        self.lost.borrow().clone()
    }

    /// Disconnects; with `end_session` the server forgets the session at once.
    ///
    /// # Errors
    /// If the connection was over before, or DISCONNECT could not be sent in time.
    pub async fn disconnect(mut self, end_session: bool) -> Result<(), ClientError> {
        let (waiter, answer) = oneshot::channel();
        self.tell(Control::Disconnect { end_session, done: waiter });
        let sent = self.wait(Step::Disconnect, answer).await;
        if let Some(task) = self.task.take() {
            task.abort();
        }
        sent
    }

    /// Cuts the connection, if it is not over, and keeps the session.
    pub async fn into_session(mut self) -> Option<Saved> {
        self.tell(Control::Abandon);
        match self.task.take() {
            Some(task) => timeout(self.step_timeout, task).await.ok()?.ok(),
            None => None,
        }
    }

    fn tell(&self, control: Control) {
        // A task that is gone has left its cause in `lost`, where each waiter finds it.
        let _ = self.control.send(control);
    }

    async fn wait<R>(&self, step: Step, answer: oneshot::Receiver<R>) -> Result<R, ClientError> {
        match timeout(self.step_timeout, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(self.lost(step)),
            Err(_) => Err(ClientError::Silent { step, limit: self.step_timeout }),
        }
    }

    fn lost(&self, step: Step) -> ClientError {
        let cause = self.lost.borrow().clone().unwrap_or_else(|| Arc::new(ConnectionError::Finished));
        ClientError::Lost { step, cause }
    }

    fn broken(&self, step: Step, what: &str) -> ClientError {
        ClientError::Lost { step, cause: Arc::new(ConnectionError::Protocol(what.to_owned())) }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl From<Delivery> for Incoming {
    fn from(delivery: Delivery) -> Self {
        Self { publish: delivery.publish, duplicate: delivery.duplicate, token: None }
    }
}
