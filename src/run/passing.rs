//! The messages of a job through a lane, one after the other, each with its verdict.

use super::bridge::{Passed, Work};
use super::compare::Judged;
use super::job::{Job, predict};
use super::judgement::{Question, passage};
use super::lane::{Known, Lane, Trip};
use super::remarks::{reads, remarks};
use super::wire::Confirmation;
use crate::message::Message;
use crate::report::run::Passage;
use crate::translate::LastValues;

/// What is said of a destination that is not asked to confirm.
const UNCONFIRMED: &str = "sent unconfirmed: the endpoint of the destination asks for no confirmation (`qos: 0`, `kafkaAcks: Zero`), so \
                           nobody would notice a loss";

/// What became of a job: its messages in order.
#[derive(Debug, Default)]
pub struct Done {
    /// For the report.
    pub passages: Vec<Passage>,
    /// What happened.
    pub trips: Vec<Trip>,
    /// How properties were judged.
    pub judged: Vec<Vec<Judged>>,
    /// What holds for all of them.
    pub notes: Vec<String>,
}

/// Sends the messages of `job` through `lane`; without a lane they are translated, and that is all.
pub async fn pass(job: &Job, mut lane: Option<&mut Lane>) -> Done {
    let mut done = Done { notes: remarks(job), ..Done::default() };
    let mut last = LastValues::default();
    let mut world = job.world();
    for (index, sending) in job.sendings.iter().enumerate() {
        let message = &sending.message;
        let mut work = Work { plan: &job.plan, world: world.as_mut(), last: &mut last };
        let trip = match &mut lane {
            // Nobody has to wait for what the dataflow does not read.
            Some(_) if !reads(&job.line, message) => Trip::new(message.clone(), true),
            Some(lane) => lane.pass(message.clone(), None::<&Message>, &mut work).await,
            None => translated(message, &mut work),
        };
        let confirmation = trip.passed.as_ref().and_then(|passed| passed.confirmation.as_ref());
        if matches!(confirmation, Some(Ok(Confirmation::Unasked))) && !done.notes.iter().any(|note| note == UNCONFIRMED)
        {
            done.notes.push(UNCONFIRMED.to_owned());
        }
        let several = job.sendings.len() > 1;
        let name = if several { format!("{} ({})", job.name, index + 1) } else { job.name.clone() };
        let question = Question {
            line: &job.line,
            name: &name,
            case: job.case.as_ref().map(|case| &case.name),
            expected: sending.expected.as_ref(),
            predicted: None,
            choices: &job.choices,
        };
        let (passage, judged) = passage(&trip, question);
        done.passages.push(passage);
        done.judged.push(judged);
        done.trips.push(trip);
    }
    done
}

/// What a translation without brokers comes to: whatever it delivers has come out.
fn translated(message: &Message, work: &mut Work<'_>) -> Trip {
    let (outcome, steps) = predict(work.plan, message, work.world, work.last);
    let came = outcome.delivered().map(|message| (message.clone(), Known::Alone));
    let mut trip = Trip::new(message.clone(), true);
    trip.came = came.into_iter().collect();
    trip.passed = Some(Passed { number: 0, outcome, steps, confirmation: None });
    trip
}
