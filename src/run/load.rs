//! Many messages through a dataflow: sender, dataflow and reader each on a task of their own, or in processes of their own.
//!
//! Numbers in the markers tell what was lost, doubled or reordered. A connection that breaks is made again, and a bridge
//! that resumes takes up the session that an earlier one left.

use super::bridge::{Bridge, Counts, RealWorld, Work};
use super::ends::Session;
use super::job::Job;
use super::lane::{Role, Trouble};
use super::marker::{self, Marker};
use super::opening::{self, Doors, Purpose};
use super::tally::{Figures, Tally};
use super::wire::{Intake, Outlet, WireError};
use crate::message::Message;
use crate::translate::{LastValues, Outcome};
use crate::transport::kafka::Start;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long brokers may be away.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a producer tries to deliver a record.
const DELIVERY: Duration = Duration::from_secs(300);
/// Longest wait for what is under way when a run ends.
const LAST_CALL: Duration = Duration::from_secs(10);
/// Longest wait of a sender for confirmations when a run is stopped.
const GOODBYE: Duration = Duration::from_secs(1);
/// Longest pause between two attempts to connect again.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Which part of a run this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    All,
    /// What sends.
    Sender,
    /// The dataflow.
    Bridge,
    /// What reads.
    Reader,
}

impl Part {
    const fn has(self, other: Self) -> bool {
        matches!((self, other), (Self::All, _) | (Self::Sender, Self::Sender))
            || matches!((self, other), (Self::Bridge, Self::Bridge) | (Self::Reader, Self::Reader))
    }
}

/// How much is sent, and by whom.
#[derive(Debug, Clone)]
pub struct Load {
    /// Messages.
    pub count: Option<u64>,
    /// Messages a second.
    pub rate: Option<f64>,
    /// How long to send.
    pub duration: Option<Duration>,
    /// Which part this process is.
    pub part: Part,
    /// Whether the session of an earlier bridge is taken up, and left behind.
    pub resume: bool,
    /// Whether numbers stand behind payloads, as the dataflow drops properties.
    pub behind: bool,
    /// How long nothing has to come out for the rest to be taken for lost.
    pub limit: Duration,
}

impl Load {
    fn is_over(&self, number: u64, since: Instant) -> bool {
        self.count.is_some_and(|count| number >= count) || self.duration.is_some_and(|time| since.elapsed() >= time)
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Result {
    /// Of sender and reader, as far as they were here.
    pub figures: Figures,
    /// Of the bridge, if it was here.
    pub bridge: Option<Counts>,
    /// From the first message to the last.
    pub took: Duration,
    /// What went wrong.
    pub troubles: Vec<String>,
    /// Whether somebody asked to stop.
    pub interrupted: bool,
}

/// What the tasks share.
struct Shared {
    tally: Mutex<Tally>,
    /// When each message was sent, in microseconds since the start.
    sent_at: Mutex<Vec<u64>>,
    started: Instant,
}

impl Shared {
    fn tally<T>(&self, with: impl FnOnce(&mut Tally) -> T) -> T {
        with(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn sending(&self, number: u64) {
        let mut sent_at = self.sent_at.lock().unwrap_or_else(PoisonError::into_inner);
        sent_at.push(self.micros());
        drop(sent_at);
        self.tally(|tally| tally.sent(number + 1));
    }

    fn latency(&self, number: u64) -> Option<Duration> {
        let sent_at = self.sent_at.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = sent_at.get(usize::try_from(number).ok()?)?;
        Some(Duration::from_micros(self.micros().saturating_sub(*sent)))
    }
}

/// Runs `load` of the first message of `job`, until it is done or `stop` is.
///
/// # Errors
/// With whoever could not connect at the start.
pub async fn run(
    job: &Job,
    doors: &Doors,
    purpose: Purpose<'_>,
    load: &Load,
    stop: impl Future<Output = ()>,
) -> std::result::Result<Result, Trouble> {
    let part = load.part;
    let mut tally = Tally::new().map_err(|error| Trouble { role: Role::Reader, error: WireError::lasting(error) })?;
    let reader = match doors.reader.as_ref().filter(|_| part.has(Part::Reader)) {
        Some(door) => Some(opening::reader(door, purpose).await.map_err(by(Role::Reader))?),
        None => None,
    };
    let bridge = match doors.dataflow.as_ref().filter(|_| part.has(Part::Bridge)) {
        Some((source, destination)) => {
            let session = Session::Kept { resumed: load.resume };
            let intake = opening::intake(source, purpose, session, Start::End).await.map_err(by(Role::Dataflow))?;
            let outlet = opening::outlet(destination, purpose, Session::Kept { resumed: false }, DELIVERY)
                .await
                .map_err(by(Role::Dataflow))?;
            Some(Bridge::new(intake, outlet, purpose.run, window(job), false, PATIENCE))
        }
        None => None,
    };
    let sender = match part.has(Part::Sender) {
        true => Some(opening::sender(&doors.sender, purpose).await.map_err(by(Role::Sender))?),
        false => None,
    };
    if part == Part::Reader {
        tally.sent(load.count.unwrap_or(0));
    }
    let shared = Shared { tally: Mutex::new(tally), sent_at: Mutex::new(Vec::new()), started: Instant::now() };
    Ok(Parties { sender, bridge, reader }.go(job, purpose, load, &shared, stop).await)
}

fn by(role: Role) -> impl Fn(WireError) -> Trouble {
    move |error| Trouble { role, error }
}

/// How the messages of `job` can be numbered so that the numbers come out: in properties, or behind payloads.
///
/// # Errors
/// Where the dataflow drops both.
pub fn numbered_behind(job: &Job) -> std::result::Result<bool, &'static str> {
    let Some(sending) = job.sendings.first() else { return Ok(false) };
    let marker = Marker { run: "probe".to_owned(), number: 7 };
    let mut message = sending.message.clone();
    marker.attach(&mut message);
    let come_out = |message: &Message| match job.predict(message, &mut LastValues::default()).0 {
        Outcome::Delivered(message) => Some(message),
        Outcome::Dropped(_) => None,
    };
    let out = come_out(&message).ok_or("the dataflow drops the message")?;
    if marker::number_in(&out, "probe") == Some(7) {
        return Ok(false);
    }
    marker::append(&mut message, &marker);
    let out = come_out(&message).and_then(|out| marker::number_behind(&out, "probe"));
    match out {
        Some(7) => Ok(true),
        _ => Err(
            "messages cannot be told apart at the destination: the dataflow drops user properties (`copyMqttProperties`) and \
                  makes a new payload",
        ),
    }
}

/// Most messages under way: what the manifest says of the MQTT end, the source's first.
fn window(job: &Job) -> usize {
    let of = |end: &crate::access::End| end.settings.mqtt.as_ref().and_then(|mqtt| mqtt.max_inflight);
    let setting = of(&job.line.source).or(of(&job.line.destination));
    setting.map_or(100, |setting| usize::from(setting.value)).max(1)
}

struct Parties {
    sender: Option<Outlet>,
    bridge: Option<Bridge>,
    reader: Option<Intake>,
}

impl Parties {
    async fn go(
        self,
        job: &Job,
        purpose: Purpose<'_>,
        load: &Load,
        shared: &Shared,
        stop: impl Future<Output = ()>,
    ) -> Result {
        let (halt, halted) = watch::channel(false);
        let halt = Arc::new(halt);
        let (sent, all_sent) = watch::channel(self.sender.is_none());
        let alone = load.part == Part::Bridge;
        let sending = async {
            let result = match self.sender {
                Some(sender) => send(sender, job, purpose.run, load, shared, halted.clone()).await,
                None => Ok(()),
            };
            let _ = sent.send(true);
            result
        };
        let bridging = async {
            match self.bridge {
                Some(bridge) => {
                    let result = carry(bridge, job, load, alone, halted.clone()).await;
                    if alone || result.1.is_err() {
                        let _ = halt.send(true);
                    }
                    (Some(result.0), result.1)
                }
                None => (None, Ok(())),
            }
        };
        let reading = async {
            let result = match self.reader {
                Some(reader) => read(reader, purpose.run, load, shared, all_sent.clone(), halted.clone()).await,
                None => {
                    let mut all_sent = all_sent.clone();
                    let _ = all_sent.wait_for(|all| *all).await;
                    Ok(())
                }
            };
            if !alone {
                let _ = halt.send(true);
            }
            result
        };
        let interrupt = async {
            let mut halted = halted.clone();
            tokio::select! {
                () = stop => { let _ = halt.send(true); true }
                _ = halted.wait_for(|halted| *halted) => false,
            }
        };
        let (sending, (bridge, bridging), reading, interrupted) = tokio::join!(sending, bridging, reading, interrupt);
        let told = [(Role::Sender, sending), (Role::Dataflow, bridging), (Role::Reader, reading)];
        let troubles =
            told.into_iter().filter_map(|(role, result)| Some(format!("{}: {}", role.as_str(), result.err()?)));
        Result {
            figures: shared.tally(|tally| tally.figures()),
            bridge,
            took: shared.started.elapsed(),
            troubles: troubles.collect(),
            interrupted,
        }
    }
}

/// Sends, and waits until all is confirmed.
async fn send(
    mut outlet: Outlet,
    job: &Job,
    run: &str,
    load: &Load,
    shared: &Shared,
    mut halted: watch::Receiver<bool>,
) -> std::result::Result<(), WireError> {
    let Some(sending) = job.sendings.first() else { return Ok(()) };
    let since = Instant::now();
    let mut number = 0;
    let mut over = false;
    let mut last_call = None;
    let mut unconfirmed: Vec<u64> = Vec::new();
    while !over || outlet.open() > 0 || !unconfirmed.is_empty() {
        over |= *halted.borrow() || load.is_over(number, since);
        let due = |number: u64| load.rate.is_none_or(|rate| since.elapsed().as_secs_f64() * rate >= number as f64);
        while outlet.has_room() && (!unconfirmed.is_empty() || !over && due(number)) {
            let next = unconfirmed.last().copied().unwrap_or(number);
            match outlet.send(numbered(&sending.message, run, next, load), usize::try_from(next).unwrap_or(usize::MAX))
            {
                Ok(()) if unconfirmed.pop().is_some() => {}
                Ok(()) => {
                    shared.sending(number);
                    number += 1;
                }
                Err(refused) if refused.error.passing => break,
                Err(refused) => return Err(refused.error),
            }
            over |= load.is_over(number, since);
        }
        let pause = load.rate.map_or(Duration::from_secs(1), |_| Duration::from_millis(1));
        let waited = tokio::select! {
            waited = outlet.wait() => waited,
            () = tokio::time::sleep(pause) => Ok(()),
            _ = halted.changed() => Ok(()),
        };
        if let Err(error) = waited.and_then(|()| confirmed(&mut outlet, &mut unconfirmed)) {
            again(error, halted.clone(), async || outlet.reconnect().await).await?;
        }
        if *halted.borrow() && Instant::now() >= *last_call.get_or_insert_with(|| Instant::now() + GOODBYE) {
            break;
        }
    }
    outlet.close().await;
    Ok(())
}

/// A message of the run: `message` with its number.
fn numbered(message: &Message, run: &str, number: u64, load: &Load) -> Message {
    let mut message = message.clone();
    let marker = Marker { run: run.to_owned(), number };
    if load.behind {
        marker::append(&mut message, &marker);
    }
    marker.attach(&mut message);
    message
}

/// Takes what is settled. What a broker forgot before it confirmed it has to be sent again.
fn confirmed(outlet: &mut Outlet, unconfirmed: &mut Vec<u64>) -> std::result::Result<(), WireError> {
    while let Some(settled) = outlet.take()? {
        match settled.outcome {
            Ok(_) => {}
            Err(error) if error.passing => unconfirmed.push(settled.tag as u64),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Connects again after `error`, if that may help, for as long as brokers may be away.
async fn again(
    mut error: WireError,
    halted: watch::Receiver<bool>,
    mut reconnect: impl AsyncFnMut() -> std::result::Result<(), WireError>,
) -> std::result::Result<(), WireError> {
    let end = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(50);
    while error.passing && Instant::now() < end && !*halted.borrow() {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        match reconnect().await {
            Ok(()) => return Ok(()),
            Err(new) => error = new,
        }
    }
    Err(error)
}

/// Carries messages until it is told to stop, or, alone, until its share is done.
async fn carry(
    mut bridge: Bridge,
    job: &Job,
    load: &Load,
    alone: bool,
    mut halted: watch::Receiver<bool>,
) -> (Counts, std::result::Result<(), WireError>) {
    let mut last = LastValues::default();
    let mut world = RealWorld;
    let since = Instant::now();
    let mut result = Ok(());
    let end = load.duration.filter(|_| alone).map_or(Duration::from_secs(u32::MAX.into()), |time| time);
    let over = tokio::time::sleep(end);
    tokio::pin!(over);
    while !(alone && load.is_over(bridge.counts().done(), since)) {
        let mut work = Work { plan: &job.plan, world: &mut world, last: &mut last };
        tokio::select! {
            turned = bridge.turn(&mut work) => if let Err(error) = turned {
                result = Err(error);
                break;
            },
            _ = halted.wait_for(|halted| *halted) => break,
            () = &mut over => break,
        }
    }
    if result.is_ok() {
        bridge.drain(LAST_CALL).await;
    }
    let counts = bridge.counts();
    bridge.close(load.resume).await;
    (counts, result)
}

/// Reads until all that was sent has come, or nothing comes any more.
async fn read(
    mut intake: Intake,
    run: &str,
    load: &Load,
    shared: &Shared,
    all_sent: watch::Receiver<bool>,
    mut halted: watch::Receiver<bool>,
) -> std::result::Result<(), WireError> {
    let mut quiet_since = Instant::now();
    let mut result = Ok(());
    loop {
        let is_all_sent = *all_sent.borrow();
        let complete = is_all_sent && shared.tally(|tally| tally.is_complete());
        let silent = is_all_sent && quiet_since.elapsed() >= load.limit;
        if complete || silent || *halted.borrow() {
            break;
        }
        let waited = tokio::select! {
            waited = intake.wait(true) => waited,
            () = tokio::time::sleep(Duration::from_millis(20)) => Ok(()),
            _ = halted.changed() => Ok(()),
        };
        match waited.and_then(|()| taken(&mut intake, run, load, shared)) {
            Ok(true) => quiet_since = Instant::now(),
            Ok(false) => {}
            Err(error) => {
                if let Err(error) = again(error, halted.clone(), async || intake.reconnect().await).await {
                    result = Err(error);
                    break;
                }
            }
        }
    }
    intake.close(false).await;
    result
}

/// Counts what is here; whether something was.
fn taken(intake: &mut Intake, run: &str, load: &Load, shared: &Shared) -> std::result::Result<bool, WireError> {
    let mut any = false;
    while let Some(arrived) = intake.take()? {
        any = true;
        let message = &arrived.message;
        let number = if load.behind { marker::number_behind(message, run) } else { marker::number_in(message, run) };
        if let Some(number) = number {
            let latency = shared.latency(number);
            let stream = match message {
                Message::Kafka(record) => record.partition.unwrap_or_default(),
                Message::Mqtt(_) => 0,
            };
            shared.tally(|tally| tally.came(number, stream, latency));
        }
        intake.settle(arrived.ack);
    }
    Ok(any)
}
