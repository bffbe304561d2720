//! Jobs at the brokers that the manifests name: with Flowgate as the dataflow (`--live`), or with the one that is deployed
//! (`--deployed`).
//!
//! Who logs in where is decided before anything is sent ([`enter`]), so that it can be told and agreed to.

use super::bridge::{RealWorld, Work, World};
use super::cases::Generated;
use super::compare::{Came, Reading, closest};
use super::doors::{DoorError, Entry, enter as log_in};
use super::job::{Job, predict};
use super::judgement::{Question, generated, lenience, passage};
use super::lane::{Lane, Patience, Role, Trip, Trouble};
use super::opening::{self, Doors, Purpose, topics};
use super::passing::{Done, pass};
use super::{Wire, ids};
use crate::access::{Given, Manifests, Reach, wire};
use crate::message::{Message, Publish};
use crate::translate::{Choices, LastValues, Outcome, Plan, Step};
use std::future::Future;
use std::time::Duration;

/// How long nothing has to come on site for a drop to be believed.
const QUIET: Duration = Duration::from_secs(1);

/// Who goes through which door on site.
#[derive(Debug)]
pub struct Party {
    /// At the source.
    pub sender: Entry,
    /// At the source and at the destination; `None` leaves it to the dataflow that is deployed.
    pub dataflow: Option<(Entry, Entry)>,
    /// At the destination; `None` where nobody may read.
    pub reader: Option<Entry>,
}

/// The logins that a person gives.
#[derive(Debug, Clone, Default)]
pub struct Logins {
    /// For the sender.
    pub sender: Given,
    /// For the reader.
    pub reader: Given,
}

/// Gets all credentials for `job`, and connects to nobody.
///
/// # Errors
/// With whoever lacks one first.
pub async fn enter(
    job: &Job,
    manifests: &Manifests,
    reach: &Reach,
    logins: &Logins,
    deployed: bool,
) -> Result<Party, (Role, DoorError)> {
    let (source, destination) = (&job.line.source, &job.line.destination);
    let as_is = Given::default();
    let by = |role| move |error| (role, error);
    let sender = log_in(source, manifests, reach, &logins.sender).await.map_err(by(Role::Sender))?;
    let dataflow = if deployed {
        None
    } else {
        let source = log_in(source, manifests, reach, &as_is).await.map_err(by(Role::Dataflow))?;
        let destination = log_in(destination, manifests, reach, &as_is).await.map_err(by(Role::Dataflow))?;
        Some((source, destination))
    };
    let reader = if logins.reader.nobody {
        None
    } else {
        Some(log_in(destination, manifests, reach, &logins.reader).await.map_err(by(Role::Reader))?)
    };
    Ok(Party { sender, dataflow, reader })
}

impl Party {
    /// The doors alone.
    pub fn doors(&self) -> Doors {
        Doors {
            sender: self.sender.door.clone(),
            dataflow: self
                .dataflow
                .as_ref()
                .map(|(source, destination)| (source.door.clone(), destination.door.clone())),
            reader: self.reader.as_ref().map(|reader| reader.door.clone()),
        }
    }
}

/// Runs `job` through `party`; `None` where `stop` came first. Either way everybody says good-bye.
///
/// # Errors
/// With whoever could not connect.
pub async fn run(
    job: &Job,
    party: &Party,
    limit: Duration,
    stop: impl Future<Output = ()>,
) -> Result<Option<Done>, Trouble> {
    if job.is_translated_only() {
        return Ok(Some(pass(job, None).await));
    }
    let messages: Vec<&Message> = job.sendings.iter().map(|sending| &sending.message).collect();
    let topics = topics(messages.iter().copied());
    let exact = outputs(job);
    let wide = wide(job).filter(|_| party.dataflow.is_none()).unwrap_or_else(|| exact.clone());
    let run = ids::run_id();
    let purpose = Purpose {
        line: &job.line,
        plan: &job.plan,
        topics: &topics,
        outputs: &wide,
        run: &run,
        alone: false,
        strip: &[],
        limit,
        patience: Patience { limit, quiet: QUIET.min(limit) },
    };
    tokio::pin!(stop);
    let doors = party.doors();
    let opening = async {
        match opening::open(&doors, purpose).await {
            // Whoever may read what should come out may not be allowed to read more.
            Err(Trouble { role: Role::Reader, error }) if !error.passing && wide != exact => {
                opening::open(&doors, Purpose { outputs: &exact, ..purpose }).await
            }
            opened => opened,
        }
    };
    let mut lane = tokio::select! {
        lane = opening => lane?,
        () = &mut stop => return Ok(None),
    };
    let passing = async {
        if party.dataflow.is_some() { pass(job, Some(&mut lane)).await } else { deployed(job, &mut lane).await }
    };
    let done = tokio::select! {
        done = passing => Some(done),
        () = &mut stop => None,
    };
    lane.close().await;
    Ok(done)
}

/// Where the messages of `job` may come out.
fn outputs(job: &Job) -> Vec<String> {
    let fixed = || job.line.flow.destination.topic.iter().map(|topic| topic.value.to_string()).collect();
    if wire(&job.line.destination) == Some(Wire::Kafka) {
        return fixed();
    }
    let mut last = LastValues::default();
    let delivered: Vec<Message> = job
        .sendings
        .iter()
        .filter_map(|sending| match job.predict(&sending.message, &mut last).0 {
            Outcome::Delivered(message) => Some(message),
            Outcome::Dropped(_) => None,
        })
        .collect();
    let mut outputs = topics(&delivered);
    if outputs.is_empty() {
        // What should be dropped may come out all the same.
        outputs = job.line.flow.destination.topic.iter().map(|topic| widened(&topic.value)).collect();
    }
    outputs
}

/// Where a message may come out in MQTT that another dataflow sends to the wrong topic: whatever its template can become.
/// `None` where there is no template.
fn wide(job: &Job) -> Option<Vec<String>> {
    let topic = job.line.flow.destination.topic.as_ref()?;
    let is_template = wire(&job.line.destination) == Some(Wire::Mqtt) && topic.value.contains("${");
    is_template.then(|| vec![widened(&topic.value)])
}

/// A filter for everything that the template `topic` can become.
fn widened(topic: &str) -> String {
    let levels = topic.split('/').map(|level| if level.contains("${") { "+" } else { level });
    match topic.find("${inputTopic}") {
        Some(start) => {
            let head = topic.get(..start).unwrap_or_default();
            let head = head.rfind('/').map_or("", |slash| head.get(..=slash).unwrap_or_default());
            format!("{head}#")
        }
        None => levels.collect::<Vec<_>>().join("/"),
    }
}

/// One reading of the documentation: the answers, and what follows from them.
struct Hypothesis {
    choices: Choices,
    /// The answers that differ from those of the job.
    answers: Vec<(&'static str, &'static str)>,
    outcome: Outcome,
    steps: Vec<Step>,
    /// The last values after this message.
    last: LastValues,
}

/// What all readings of one message have in common.
#[derive(Clone, Copy)]
struct Occasion<'a> {
    job: &'a Job,
    message: &'a Message,
    /// How long the message was in the dataflow, in milliseconds.
    waited: i64,
    /// The last values before this message.
    last: &'a LastValues,
}

/// The clock of the system, for a message that waited.
struct Waited(i64);

impl World for Waited {
    fn now(&mut self) -> i64 {
        RealWorld.now()
    }

    fn waited(&mut self) -> i64 {
        self.0
    }

    fn id(&mut self) -> String {
        RealWorld.id()
    }
}

impl Occasion<'_> {
    fn reading(self, plan: &Plan, choices: Choices, answers: Vec<(&'static str, &'static str)>) -> Hypothesis {
        let mut last = self.last.clone();
        let (outcome, steps) = predict(plan, self.message, &mut Waited(self.waited), &mut last);
        Hypothesis { choices, answers, outcome, steps, last }
    }

    /// What the answers of the job say.
    fn first(self) -> Hypothesis {
        self.reading(&self.job.plan, self.job.choices.clone(), Vec::new())
    }

    /// The readings that differ from `one` in the answer to a single open question.
    fn neighbours(self, one: &Hypothesis) -> Vec<Hypothesis> {
        let mut all = Vec::new();
        for choice in self.job.plan.alternatives() {
            for value in choice.values.iter().copied().filter(|value| !one.choices.is(choice, value)) {
                let mut choices = one.choices.clone();
                if choices.set(choice.name, value).is_err() {
                    continue;
                }
                let mut answers = one.answers.clone();
                answers.retain(|(name, _)| *name != choice.name);
                if !self.job.choices.is(choice, value) {
                    answers.push((choice.name, value));
                }
                if let Ok(plan) = self.job.plan_with(&choices) {
                    all.push(self.reading(&plan, choices, answers));
                }
            }
        }
        all
    }
}

/// Sends the messages of `job` and holds what the deployed dataflow makes of them against the documentation.
async fn deployed(job: &Job, lane: &mut Lane) -> Done {
    let mut done = Done::default();
    let mut last = LastValues::default();
    for sending in &job.sendings {
        let message = &sending.message;
        let occasion = Occasion { job, message, waited: 0, last: &last };
        let expected = occasion.first();
        let mut world = job.world();
        let mut unused = LastValues::default();
        let mut work = Work { plan: &job.plan, world: world.as_mut(), last: &mut unused };
        let trip = lane.pass(message.clone(), expected.outcome.delivered(), &mut work).await;
        let occasion = Occasion { waited: waited(&trip), ..occasion };
        let best = if trip.came.is_empty() { expected } else { followed(&trip, occasion) };
        let question = Question {
            line: &job.line,
            name: &job.name,
            case: job.case.as_ref().map(|case| &case.name),
            expected: sending.expected.as_ref(),
            predicted: Some((&best.outcome, &best.steps)),
            choices: &best.choices,
        };
        let (mut passage, judged) = passage(&trip, question);
        if let (true, Some(finding)) = (trip.came.is_empty(), passage.findings.last_mut()) {
            finding.notes.extend(drops(occasion, &best));
        }
        for (name, value) in &best.answers {
            let note = format!("the deployed dataflow follows setting `{name}` = `{value}`, which no page settles");
            if !done.notes.contains(&note) {
                done.notes.push(note);
            }
        }
        last = best.last;
        done.passages.push(passage);
        done.judged.push(judged);
        done.trips.push(trip);
    }
    done
}

/// How long the message of `trip` was in the dataflow, in milliseconds: as its Message Expiry Interval shows where that is
/// possible, and otherwise as long as it took to come out.
fn waited(trip: &Trip) -> i64 {
    let (Some((message, _)), Some(took)) = (trip.came.first(), trip.after) else { return 0 };
    let whole = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
    // The broker at the source and the dataflow, then the broker at the destination, take off what they hold it. Each
    // counts whole seconds in its own way, so each may be off by less than one.
    let (seen, counting) = match message {
        Message::Mqtt(publish) => (publish.message_expiry, 3),
        Message::Kafka(record) => {
            let text = record.header("Message Expiry Interval").and_then(|value| std::str::from_utf8(value).ok());
            (text.and_then(|text| text.parse().ok()), 2)
        }
    };
    let Message::Mqtt(Publish { message_expiry: Some(before), .. }) = &trip.input else { return whole };
    let Some(less) = seen.and_then(|seen: u32| before.checked_sub(seen)) else { return whole };
    let seconds = took.as_secs();
    let least = if seconds >= counting { seconds - counting + 1 } else { 0 };
    let possible = least..=seconds + counting;
    if possible.contains(&u64::from(less)) { i64::from(less) * 1000 } else { whole }
}

/// Which other answers would drop the message of which nothing came.
fn drops(occasion: Occasion<'_>, best: &Hypothesis) -> Vec<String> {
    if best.outcome.delivered().is_none() {
        return Vec::new();
    }
    let readings = occasion.neighbours(best);
    let dropped = readings.iter().filter_map(|one| match (&one.outcome, one.answers.last()) {
        (Outcome::Dropped(dropped), Some((name, value))) => {
            Some(format!("with setting `{name}` = `{value}` the dataflow drops it: {}", dropped.why))
        }
        _ => None,
    });
    dropped.collect()
}

/// The reading that what came out follows best: one answer after the other is changed for as long as that explains more.
fn followed(trip: &Trip, occasion: Occasion<'_>) -> Hypothesis {
    let mut best = occasion.first();
    let Some((message, _)) = trip.came.first() else { return best };
    let place = occasion.job.line.flow.destination.place;
    let lenience = lenience(trip, false);
    loop {
        let mut all = occasion.neighbours(&best);
        all.insert(0, best);
        let generated: Vec<Generated> = all.iter().map(|one| generated(&one.steps)).collect();
        let readings: Vec<Reading<'_>> = all
            .iter()
            .zip(&generated)
            .map(|(one, generated)| Reading { outcome: &one.outcome, steps: &one.steps, generated })
            .collect();
        let index =
            closest(&trip.input, Came::Delivered(message), &readings, place, &lenience).map_or(0, |best| best.0);
        best = all.swap_remove(index);
        if index == 0 {
            return best;
        }
    }
}
