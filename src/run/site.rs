//! Jobs at the brokers that the manifests name: with Flowgate as the dataflow (`--live`), or with the one that is deployed
//! (`--deployed`).
//!
//! Who logs in where is decided before anything is sent ([`enter`]), so that it can be told and agreed to.

use super::bridge::{RealWorld, Work};
use super::cases::Generated;
use super::compare::{Came, Reading, closest};
use super::job::{Job, predict};
use super::judgement::{Question, generated, lenience, passage};
use super::lane::{Lane, Patience, Role, Trip, Trouble};
use super::login::{Entry, Given, LoginError, Reach, enter as log_in};
use super::manifests::Manifests;
use super::opening::{self, Doors, Purpose, topics};
use super::passing::{Done, pass};
use super::{Wire, ends, ids};
use crate::message::Message;
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
) -> Result<Party, (Role, LoginError)> {
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
    let outputs = outputs(job);
    let run = ids::run_id();
    let purpose = Purpose {
        line: &job.line,
        plan: &job.plan,
        topics: &topics,
        outputs: &outputs,
        run: &run,
        alone: false,
        strip: &[],
        limit,
        patience: Patience { limit, quiet: QUIET.min(limit) },
    };
    tokio::pin!(stop);
    let doors = party.doors();
    let mut lane = tokio::select! {
        lane = opening::open(&doors, purpose) => lane?,
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
    if ends::wire(&job.line.destination) == Some(Wire::Kafka) {
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
}

impl Hypothesis {
    fn of(choices: Choices, answers: Vec<(&'static str, &'static str)>, plan: &Plan, message: &Message) -> Self {
        let (outcome, steps) = predict(plan, message, &mut RealWorld, &mut LastValues::default());
        Self { choices, answers, outcome, steps }
    }

    /// The readings that differ from this one in the answer to a single open question.
    fn neighbours(&self, job: &Job, message: &Message) -> Vec<Self> {
        let mut all = Vec::new();
        for choice in job.plan.alternatives() {
            for value in choice.values.iter().copied().filter(|value| !self.choices.is(choice, value)) {
                let mut choices = self.choices.clone();
                if choices.set(choice.name, value).is_err() {
                    continue;
                }
                let mut answers = self.answers.clone();
                answers.retain(|(name, _)| *name != choice.name);
                if !job.choices.is(choice, value) {
                    answers.push((choice.name, value));
                }
                if let Ok(plan) = job.plan_with(&choices) {
                    all.push(Self::of(choices, answers, &plan, message));
                }
            }
        }
        all
    }
}

/// Sends the messages of `job` and holds what the deployed dataflow makes of them against the documentation.
async fn deployed(job: &Job, lane: &mut Lane) -> Done {
    let mut done = Done::default();
    for sending in &job.sendings {
        let message = &sending.message;
        let mut best = Hypothesis::of(job.choices.clone(), Vec::new(), &job.plan, message);
        let mut last = LastValues::default();
        let mut world = job.world();
        let mut work = Work { plan: &job.plan, world: world.as_mut(), last: &mut last };
        let trip = lane.pass(message.clone(), best.outcome.delivered(), &mut work).await;
        best = followed(&trip, best, job);
        let question = Question {
            line: &job.line,
            name: &job.name,
            case: job.case.as_ref().map(|case| &case.name),
            expected: sending.expected.as_ref(),
            predicted: Some((&best.outcome, &best.steps)),
            choices: &best.choices,
        };
        let (passage, judged) = passage(&trip, question);
        for (name, value) in &best.answers {
            let note = format!("the deployed dataflow follows setting `{name}` = `{value}`, which no page settles");
            if !done.notes.contains(&note) {
                done.notes.push(note);
            }
        }
        done.passages.push(passage);
        done.judged.push(judged);
        done.trips.push(trip);
    }
    done
}

/// The reading that what came out follows best: from `start` on, one answer after the other is changed for as long as
/// that explains more.
fn followed(trip: &Trip, start: Hypothesis, job: &Job) -> Hypothesis {
    let Some((message, _)) = trip.came.first() else { return start };
    let place = job.line.flow.destination.place;
    let lenience = lenience(trip);
    let mut best = start;
    loop {
        let mut all = vec![best];
        let neighbours = all[0].neighbours(job, &trip.input);
        all.extend(neighbours);
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
