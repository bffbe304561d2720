//! The dataflow in between: takes messages from the source, translates them, hands them to the destination, and
//! acknowledges at the source only what the destination has confirmed, in the order of receipt.
//!
//! It forwards the messages of its own run and nobody else's. Where connections come from is for `ends`, what is made of
//! the results for `scenario` and `load`.

use super::marker;
use super::wire::{Ack, Arrived, Confirmation, Intake, Outlet, Refused, Settled, WireError};
use crate::message::Message;
use crate::translate::{Context, LastValues, Outcome, Plan, Step, Trace, translate};
use std::collections::HashSet;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Longest time between two attempts to connect again.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Time before the first attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// A clock and a source of ids, as the translation needs them.
pub trait World {
    /// Milliseconds since 1970.
    fn now(&mut self) -> i64;
    /// How long a message is taken to have waited in the dataflow, in milliseconds.
    fn waited(&mut self) -> i64 {
        0
    }
    /// A new UUID.
    fn id(&mut self) -> String;
}

/// The clock of the system, and random ids.
#[derive(Debug, Default)]
pub struct RealWorld;

impl World for RealWorld {
    fn now(&mut self) -> i64 {
        milliseconds(SystemTime::now())
    }

    fn id(&mut self) -> String {
        uuid::Uuid::new_v4().to_string()
    }
}

/// `time` in milliseconds since 1970.
pub fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// How messages are handled.
pub struct Work<'a> {
    /// The dataflow.
    pub plan: &'a Plan,
    /// Clock and ids.
    pub world: &'a mut dyn World,
    /// The last values of fields.
    pub last: &'a mut LastValues,
}

/// A message that passed, and what became of it.
#[derive(Debug)]
pub struct Passed {
    /// Its number in the run.
    pub number: u64,
    /// What the translation made of it.
    pub outcome: Outcome,
    /// How.
    pub steps: Vec<Step>,
    /// How the destination confirmed it, once it has; a dropped message has nothing to be confirmed.
    pub confirmation: Option<Result<Confirmation, WireError>>,
}

/// What became of many messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages of the run that were taken from the source, repeated ones included.
    pub taken: u64,
    /// Messages that the destination has confirmed.
    pub confirmed: u64,
    /// Messages that went out without asking for a confirmation.
    pub unconfirmed: u64,
    /// Messages that the translation dropped.
    pub dropped: u64,
    /// Messages of others, which went nowhere.
    pub foreign: u64,
    /// Connections that were made anew.
    pub reconnects: u64,
}

impl Counts {
    /// Messages that are done with.
    pub const fn done(&self) -> u64 {
        self.confirmed + self.unconfirmed + self.dropped
    }
}

/// A message that is with the destination.
#[derive(Debug, Clone, Copy)]
struct Slot {
    ack: Ack,
    number: u64,
}

/// The dataflow in between.
pub struct Bridge {
    intake: Intake,
    outlet: Outlet,
    run: String,
    slots: Vec<Option<Slot>>,
    free: Vec<usize>,
    /// Most messages that are with the destination at a time.
    window: usize,
    /// A message that found no room.
    held: Option<(Message, usize)>,
    /// Kept for whoever wants to know of each message; `None` under load.
    passed: Option<Vec<Passed>>,
    seen: HashSet<u64>,
    counts: Counts,
    /// How long connections may be gone; zero ends the run with the first.
    patience: Duration,
}

impl Bridge {
    /// A bridge for the messages of `run`, with at most `window` under way. `record` keeps what became of each, and lets
    /// each pass once.
    pub fn new(intake: Intake, outlet: Outlet, run: &str, window: usize, record: bool, patience: Duration) -> Self {
        Self {
            intake,
            outlet,
            run: run.to_owned(),
            slots: Vec::new(),
            free: Vec::new(),
            window: window.max(1),
            held: None,
            passed: record.then(Vec::new),
            seen: HashSet::new(),
            counts: Counts::default(),
            patience,
        }
    }

    /// What became of messages so far.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// What became of message `number`, if it is done with: confirmed, refused or dropped.
    pub fn passed(&mut self, number: u64) -> Option<Passed> {
        let passed = self.passed.as_mut()?;
        let done = |one: &Passed| matches!(one.outcome, Outcome::Dropped(_)) || one.confirmation.is_some();
        let index = passed.iter().position(|one| one.number == number && done(one))?;
        Some(passed.swap_remove(index))
    }

    /// Messages that are under way: with the destination, or not acknowledged at the source.
    pub fn under_way(&self) -> usize {
        self.slots.len() - self.free.len() + usize::from(self.held.is_some())
    }

    /// One turn: waits for something to happen, then does all there is to do. Can be dropped while it waits.
    ///
    /// # Errors
    /// Where a connection is over and stays so, or the destination refuses a message.
    pub async fn turn(&mut self, work: &mut Work<'_>) -> Result<(), WireError> {
        let room = self.has_room();
        let waited = tokio::select! {
            waited = self.intake.wait(room) => waited.map_err(|error| (true, error)),
            waited = self.outlet.wait() => waited.map_err(|error| (false, error)),
        };
        let done = match waited {
            Ok(()) => self.advance(work),
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => Ok(()),
            Err((at_source, error)) => self.mend(at_source, error).await,
        }
    }

    /// Does what can be done without waiting. The error says whether it is the source's.
    fn advance(&mut self, work: &mut Work<'_>) -> Result<(), (bool, WireError)> {
        self.settle()?;
        if let Some((message, tag)) = self.held.take() {
            self.send(message, tag)?;
        }
        while self.has_room() {
            match self.intake.take().map_err(|error| (true, error))? {
                Some(arrived) => self.forward(arrived, work)?,
                None => break,
            }
        }
        self.settle()
    }

    fn has_room(&self) -> bool {
        self.held.is_none() && self.slots.len() - self.free.len() < self.window && self.outlet.has_room()
    }

    fn settle(&mut self) -> Result<(), (bool, WireError)> {
        while let Some(Settled { tag, outcome }) = self.outlet.take().map_err(|error| (false, error))? {
            let Some(slot) = self.slots.get_mut(tag).and_then(Option::take) else { continue };
            self.free.push(tag);
            match &outcome {
                Ok(Confirmation::Unasked) => self.counts.unconfirmed += 1,
                Ok(_) => self.counts.confirmed += 1,
                // It stays unacknowledged, so that the source sends it again to whoever comes next.
                Err(error) if self.passed.is_none() => return Err((false, WireError::lasting(&error.message))),
                Err(_) => {}
            }
            if outcome.is_ok() {
                self.intake.settle(slot.ack);
            }
            let passed = self.passed.as_mut().and_then(|passed| {
                passed.iter_mut().find(|one| one.number == slot.number && one.confirmation.is_none())
            });
            if let Some(passed) = passed {
                passed.confirmation = Some(outcome);
            }
        }
        Ok(())
    }

    fn forward(&mut self, arrived: Arrived, work: &mut Work<'_>) -> Result<(), (bool, WireError)> {
        let Arrived { message, ack, at } = arrived;
        let Some(number) = marker::number_in(&message, &self.run) else {
            // Acknowledging it on a session of our own takes it away from nobody.
            self.counts.foreign += 1;
            self.intake.settle(ack);
            return Ok(());
        };
        self.counts.taken += 1;
        let once = self.passed.is_some();
        if once && !self.seen.insert(number) {
            self.intake.settle(ack);
            return Ok(());
        }
        let now = work.world.now();
        let waited = work.world.waited() + i64::try_from(at.elapsed().as_millis()).unwrap_or(0);
        let mut trace = if once { Trace::recording() } else { Trace::off() };
        let world = &mut *work.world;
        let mut ids = || world.id();
        let mut context = Context { received_at: now - waited, now, ids: &mut ids, last: work.last };
        let outcome = translate(work.plan, message, &mut context, &mut trace);
        if let Some(passed) = &mut self.passed {
            let steps = trace.steps().iter().filter(|step| !marker::is_about(step)).cloned().collect();
            passed.push(Passed { number, outcome: outcome.clone(), steps, confirmation: None });
        }
        match outcome {
            Outcome::Dropped(_) => {
                self.counts.dropped += 1;
                self.intake.settle(ack);
                Ok(())
            }
            Outcome::Delivered(message) => {
                let tag = self.slot(Slot { ack, number });
                self.send(message, tag)
            }
        }
    }

    fn slot(&mut self, slot: Slot) -> usize {
        match self.free.pop() {
            Some(tag) => {
                self.slots[tag] = Some(slot);
                tag
            }
            None => {
                self.slots.push(Some(slot));
                self.slots.len() - 1
            }
        }
    }

    fn send(&mut self, message: Message, tag: usize) -> Result<(), (bool, WireError)> {
        let Err(Refused { error, message }) = self.outlet.send(message, tag) else { return Ok(()) };
        if let Some(message) = message {
            self.held = Some((*message, tag));
            return Ok(());
        }
        let Some(slot) = self.slots.get_mut(tag).and_then(Option::take) else { return Err((false, error)) };
        self.free.push(tag);
        let passed = self.passed.as_mut().and_then(|all| all.iter_mut().find(|one| one.number == slot.number));
        match passed {
            Some(passed) => {
                passed.confirmation = Some(Err(error));
                Ok(())
            }
            None => Err((false, error)),
        }
    }

    /// Connects again, for as long as the patience lasts.
    async fn mend(&mut self, at_source: bool, error: WireError) -> Result<(), WireError> {
        let end = Instant::now() + self.patience;
        let mut pause = FIRST_PAUSE;
        let mut error = error;
        while error.passing && Instant::now() < end {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let again = if at_source { self.intake.reconnect().await } else { self.outlet.reconnect().await };
            match again {
                Ok(()) => {
                    self.counts.reconnects += 1;
                    return Ok(());
                }
                Err(new) => error = new,
            }
        }
        let side = if at_source { "source" } else { "destination" };
        Err(WireError { message: format!("at the {side}: {}", error.message), ..error })
    }

    /// Waits until nothing is under way any more, for `limit` at most, and takes nothing new.
    pub async fn drain(&mut self, limit: Duration) {
        let end = tokio::time::Instant::now() + limit;
        while self.under_way() > 0 {
            let waited = tokio::time::timeout_at(end, self.outlet.wait()).await;
            if !matches!(waited, Ok(Ok(()))) || self.settle().is_err() {
                return;
            }
        }
    }

    /// Ends both connections. `keep` leaves the session at the source for a later run.
    pub async fn close(self, keep: bool) {
        tokio::join!(self.intake.close(keep), self.outlet.close());
    }
}
