//! A client with its event queue, and what is known of its connections: the ground of producer and consumer.

use super::context::Context;
use super::error::{Error, GROUP_DENIED, LOCAL_TIMED_OUT, LOCAL_TRANSPORT, passes};
use super::failure::{self, Cause, Failure, Said, Step};
use super::ffi::{self, Inbox, Native, Queue};
use super::settings::{Sasl, Settings, Token};
use rdkafka::client::Client;
use rdkafka::error::KafkaError;
use rdkafka::types::{RDKafkaErrorCode, RDKafkaRespErr, RDKafkaType};
use rdkafka::{ClientConfig, TopicPartitionList};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long a failure that may pass is given, where all brokers are down: a name may have two addresses, one of them
/// dead.
const GRACE: Duration = Duration::from_millis(900);
/// The longest sleep between two looks at the queue, whatever the wake-up calls say.
const NAP: Duration = Duration::from_millis(50);
/// How many events are read before others get their turn.
const EVENTS: usize = 512;

/// A client and its events.
pub(super) struct Link {
    // The queue before the client: it holds a pointer into it.
    queue: Queue,
    client: Native,
    token: Option<Token>,
    failures: Vec<Failure>,
    /// The last refusal that is not about a connection: code and words.
    refusal: Option<(i32, String)>,
    /// Whether a broker has answered, ever.
    answered: bool,
    has_group: bool,
    /// Since when no broker has been connected.
    down: Option<Instant>,
    /// What has arrived and was not taken yet.
    pub(super) inbox: Inbox,
}

impl Link {
    /// A client by `config`. No connection is made yet.
    pub(super) fn new(settings: &Settings, config: &ClientConfig, kind: RDKafkaType) -> Result<Self, Error> {
        let client = ffi::client(config, kind, Context::new(settings)).map_err(Error::of_creation)?;
        let queue = Queue::new(Arc::clone(&client), kind);
        let token = match &settings.sasl {
            Sasl::OauthBearer(token) => Some(token.clone()),
            _ => None,
        };
        let link = Self {
            queue,
            client,
            token,
            failures: Vec::new(),
            refusal: None,
            answered: false,
            has_group: settings.group.is_some(),
            down: None,
            inbox: Inbox::default(),
        };
        link.hand_over_token()?;
        Ok(link)
    }

    /// The client itself.
    pub(super) const fn client(&self) -> &Native {
        &self.client
    }

    fn hand_over_token(&self) -> Result<(), Error> {
        let Some(Token { token, principal, expires }) = &self.token else { return Ok(()) };
        ffi::set_token(&self.client, token.expose(), principal, *expires)
            .map_err(|reason| Error::Setting { name: "the token".to_owned(), reason })
    }

    /// Reads the events that are there.
    pub(super) fn look(&mut self) {
        self.queue.drain(&mut self.inbox, EVENTS);
        for notice in std::mem::take(&mut self.inbox.notices) {
            match failure::read(&notice, self.client.context()) {
                Said::Failure(failure) => self.failed(failure),
                Said::AllDown if self.down.is_none() => self.down = Some(Instant::now()),
                // Without a group of its own it asks for none, but librdkafka does.
                Said::Refusal(GROUP_DENIED) if !self.has_group => {}
                Said::Refusal(code) => self.refusal = Some((code, notice.text)),
                _ => {}
            }
        }
        if std::mem::take(&mut self.inbox.token_wanted) {
            // librdkafka asks well before the end. A token that has ended is refused by itself or the broker, and told.
            let _ = self.hand_over_token();
        }
    }

    fn failed(&mut self, mut failure: Failure) {
        if self.answered && failure.cause == Cause::Closed {
            failure.cause = Cause::Lost;
        }
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }

    /// Starts to commit; the result goes to the inbox.
    pub(super) fn commit(&self, partitions: &TopicPartitionList) -> Result<(), i32> {
        self.queue.commit(partitions)
    }

    /// Waits for events, not longer than `limit`. Does not read them.
    pub(super) async fn wait(&self, limit: Duration) {
        let _ = tokio::time::timeout(limit.min(NAP), self.client.context().ready.notified()).await;
    }

    /// Forgets failures: something got through.
    pub(super) fn healed(&mut self) {
        self.answered = true;
        if !self.failures.is_empty() || self.down.is_some() {
            self.failures.clear();
            self.down = None;
        }
    }

    /// What is wrong with the connections, as far as it is known: the failure that came furthest.
    pub(super) fn trouble(&self) -> Option<&Failure> {
        let rank = |failure: &Failure| (failure.is_settled(), failure.cause != Cause::Closed, failure.step);
        self.failures.iter().max_by_key(|failure| rank(failure))
    }

    /// Whether no broker is connected.
    pub(super) const fn is_down(&self) -> bool {
        self.down.is_some()
    }

    /// What the cluster refuses to this client as a whole: to read, a group, a producer id.
    pub(super) fn fatal(&self) -> Option<Error> {
        let (code, words) = self.refusal.as_ref()?;
        Some(match Error::of(*code, "the cluster says", "") {
            denied @ (Error::GroupDenied | Error::ProducerDenied) => denied,
            _ => Error::Other { doing: "the cluster says", code: *code, words: words.clone() },
        })
    }

    /// The failure that there is no sense in waiting any longer for.
    fn hopeless(&self) -> Option<Failure> {
        let failure = self.trouble()?;
        let patience = if failure.step >= Step::Protocol && failure.is_lasting() { Duration::ZERO } else { GRACE };
        (failure.is_settled() || self.down.is_some_and(|since| since.elapsed() >= patience)).then(|| failure.clone())
    }

    /// Runs `ask`, which blocks for as long as it is told, beside this task, and reads events meanwhile. Ends early
    /// where there is no hope of an answer.
    pub(super) async fn ask<T: Send + 'static>(
        &mut self,
        doing: &'static str,
        limit: Duration,
        mut ask: impl FnMut(&Client<Context>, Duration) -> Result<T, i32> + Send + 'static,
    ) -> Result<Result<T, i32>, Error> {
        let silent = Error::Silent { doing, limit };
        let end = Instant::now() + limit;
        let client = Arc::clone(&self.client);
        let given_up = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&given_up);
        let (sender, mut receiver) = oneshot::channel();
        // Not a task of the runtime: its end would wait for a call into librdkafka that nobody needs any more.
        let thread = std::thread::Builder::new().name("flowgate-kafka".to_owned()).spawn(move || {
            let _ = sender.send(patiently(end, &stop, |slice| ask(&client, slice)));
        });
        if thread.is_err() {
            return Err(silent);
        }
        let answer = loop {
            let nap = NAP.min(end.saturating_duration_since(Instant::now()) + Duration::from_millis(1));
            let woken = async { tokio::time::timeout(nap, self.client.context().ready.notified()).await };
            tokio::select! {
                answer = &mut receiver => break answer.unwrap_or(Err(LOCAL_TIMED_OUT)),
                _ = woken => {}
            }
            self.look();
            if let Some(Error::GroupDenied) = self.fatal() {
                given_up.store(true, Ordering::Relaxed);
                return Err(Error::GroupDenied);
            }
            if let Some(failure) = self.hopeless() {
                given_up.store(true, Ordering::Relaxed);
                return Err(Error::Connection(Box::new(failure)));
            }
            if Instant::now() > end + NAP {
                break Err(LOCAL_TIMED_OUT);
            }
        };
        given_up.store(true, Ordering::Relaxed);
        self.look();
        match answer {
            Err(LOCAL_TIMED_OUT | LOCAL_TRANSPORT) => {
                Err(self.trouble().map_or(silent, |failure| Error::Connection(Box::new(failure.clone()))))
            }
            Ok(answer) => {
                self.healed();
                Ok(Ok(answer))
            }
            Err(code) => Ok(Err(code)),
        }
    }

    /// The partitions of `topic`, by number; the first answer of a cluster to a client.
    pub(super) async fn partitions(&mut self, topic: &str, limit: Duration) -> Result<Vec<i32>, Error> {
        const DOING: &str = "when asked for the partitions of a topic";
        super::error::check_topic(topic)?;
        let name = topic.to_owned();
        let answer = self
            .ask(DOING, limit, move |client, slice| {
                let metadata = client.fetch_metadata(Some(&name), slice).map_err(code)?;
                let topic = metadata.topics().first().ok_or(super::error::UNKNOWN_TOPIC)?;
                match topic.error() {
                    Some(code) => Err(number(code)),
                    None => Ok(topic.partitions().iter().map(rdkafka::metadata::MetadataPartition::id).collect()),
                }
            })
            .await?;
        let mut partitions: Vec<i32> = answer.map_err(|code| Error::of(code, DOING, topic))?;
        partitions.sort_unstable();
        if partitions.is_empty() {
            return Err(Error::TopicMissing(topic.to_owned()));
        }
        Ok(partitions)
    }

    /// Replaces the token of OAUTHBEARER, for the next time that librdkafka needs one.
    pub(super) fn set_token(&mut self, token: Token) -> Result<(), Error> {
        self.token = Some(token);
        self.hand_over_token()
    }
}

/// Calls `ask` with growing slices of the time until `end`, as long as it times out: so nobody waits long for it once
/// it is no longer wanted.
fn patiently<T>(end: Instant, stop: &AtomicBool, mut ask: impl FnMut(Duration) -> Result<T, i32>) -> Result<T, i32> {
    let mut slice = Duration::from_millis(250);
    let mut last = LOCAL_TIMED_OUT;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || stop.load(Ordering::Relaxed) {
            return Err(last);
        }
        match ask(slice.min(left)) {
            Err(code) if passes(code) => {
                last = code;
                slice *= 2;
                std::thread::sleep(Duration::from_millis(5));
            }
            answer => return answer,
        }
    }
}

/// The number of an error of the wrapper.
fn code(error: KafkaError) -> i32 {
    error.rdkafka_error_code().map_or(LOCAL_TIMED_OUT, |code: RDKafkaErrorCode| code as i32)
}

fn number(code: RDKafkaRespErr) -> i32 {
    code as i32
}

/// Milliseconds for librdkafka, which takes an int.
pub(super) fn milliseconds(limit: Duration) -> i32 {
    i32::try_from(limit.as_millis()).unwrap_or(i32::MAX)
}
