//! What becomes of a publish.

use super::{ClientError, Step};
use crate::message::QoS;
use crate::transport::mqtt::connection::ConnectionError;
use crate::transport::mqtt::reason::Reason;
use crate::transport::mqtt::session::NotSent;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

/// How a publish ended on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishResult {
    /// The QoS that it was sent with.
    pub qos: QoS,
    /// The QoS that was asked for, where the server takes less.
    pub downgraded_from: Option<QoS>,
    /// What the server answered; `None` for QoS 0, which has no answer.
    pub reason: Option<Reason>,
    /// What it has to say to a person.
    pub reason_string: Option<String>,
}

impl PublishResult {
    /// Whether the server took responsibility for it. "No matching subscribers" is a success; QoS 0 is never confirmed.
    pub fn is_confirmed(&self) -> bool {
        self.reason.is_some_and(|reason| !reason.is_error())
    }

    /// Why the server refused it, if it did.
    pub fn refused(&self) -> Option<Reason> {
        self.reason.filter(|reason| reason.is_error())
    }
}

/// An answer on its way to a [`Ticket`].
pub(super) type Answer = Result<(Option<Reason>, Option<String>), NotSent>;

/// A publish on its way. It may outlive the connection: see [`super::Client::resume`].
#[derive(Debug)]
pub struct Ticket {
    answer: oneshot::Receiver<Answer>,
    lost: watch::Receiver<Option<Arc<ConnectionError>>>,
    qos: QoS,
    downgraded_from: Option<QoS>,
    limit: Duration,
}

impl Ticket {
    pub(super) const fn new(
        answer: oneshot::Receiver<Answer>,
        lost: watch::Receiver<Option<Arc<ConnectionError>>>,
        qos: QoS,
        downgraded_from: Option<QoS>,
        limit: Duration,
    ) -> Self {
        Self { answer, lost, qos, downgraded_from, limit }
    }

    /// Waits for the server's answer; QoS 0 has been handed to the connection when this returns. May be asked again
    /// after it failed: the session may have been resumed.
    ///
    /// # Errors
    /// If the connection is over, no answer comes within the step limit, or no packet could be made of it.
    pub async fn confirmed(&mut self) -> Result<PublishResult, ClientError> {
        let step = Step::Publish;
        let wait = async {
            tokio::select! {
                biased;
                answer = &mut self.answer => answer.map_err(|_| None),
                lost = self.lost.wait_for(Option::is_some) => Err(lost.ok().and_then(|lost| lost.clone())),
            }
        };
        match timeout(self.limit, wait).await {
            Err(_) => Err(ClientError::Silent { step, limit: self.limit }),
            Ok(Err(cause)) => {
                let cause = cause.or_else(|| self.lost.borrow().clone());
                Err(ClientError::Lost { step, cause: cause.unwrap_or_else(|| Arc::new(ConnectionError::Finished)) })
            }
            Ok(Ok(Err(error))) => Err(error.into()),
            Ok(Ok(Ok((reason, reason_string)))) => {
                Ok(PublishResult { qos: self.qos, downgraded_from: self.downgraded_from, reason, reason_string })
            }
        }
    }
}
