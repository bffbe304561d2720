//! Jobs in the sandbox: those of one dataflow one after the other through one pair of brokers, dataflows side by side.

use super::home;
use super::job::Job;
use super::lane::{Patience, Trouble};
use super::opening::{self, Purpose, topics};
use super::passing::{Done, pass};
use super::sandbox::{ADDED_USER_PROPERTIES, SandboxError};
use super::{Wire, ids};
use crate::access::wire;
use std::time::Duration;

/// How long nothing has to come in the sandbox for a drop to be believed: a message takes a few milliseconds there.
const QUIET: Duration = Duration::from_millis(30);

/// Why jobs could not be run in the sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxedError {
    /// A broker did not start.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// A connection to it was not made.
    #[error("{} cannot connect to the sandbox: {}", .0.role.as_str(), .0.error)]
    Opening(Trouble),
}

/// Runs `jobs`, and hands back what became of each, in order. `told` is called after each.
///
/// # Errors
/// Where the sandbox does not start.
pub async fn run(jobs: &[Job], limit: Duration, told: &(dyn Fn() + Sync)) -> Result<Vec<Done>, SandboxedError> {
    let groups = groups(jobs);
    let lanes =
        groups.iter().map(|group| lane(group.iter().filter_map(|index| jobs.get(*index)).collect(), limit, told));
    let results = futures_util::future::join_all(lanes).await;
    let mut all: Vec<Done> = jobs.iter().map(|_| Done::default()).collect();
    for (job, done) in jobs.iter().zip(&mut all).filter(|(job, _)| job.is_translated_only()) {
        *done = pass(job, None).await;
        told();
    }
    for (group, result) in groups.iter().zip(results) {
        for (index, done) in group.iter().zip(result?) {
            if let Some(place) = all.get_mut(*index) {
                *place = done;
            }
        }
    }
    Ok(all)
}

/// The jobs that can share brokers: those of one dataflow, and in Kafka of one source topic.
fn groups(jobs: &[Job]) -> Vec<Vec<usize>> {
    let mut groups: Vec<((&str, &str), Vec<usize>)> = Vec::new();
    for (index, job) in jobs.iter().enumerate().filter(|(_, job)| !job.is_translated_only()) {
        let kafka = wire(&job.line.source) == Some(Wire::Kafka);
        let topic = job.sendings.first().filter(|_| kafka).map_or("", |sending| sending.message.topic());
        let key = (job.line.flow.id.name(), topic);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(index),
            None => groups.push((key, vec![index])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

async fn lane(jobs: Vec<&Job>, limit: Duration, told: &(dyn Fn() + Sync)) -> Result<Vec<Done>, SandboxedError> {
    let Some(first) = jobs.first() else { return Ok(Vec::new()) };
    let messages = jobs.iter().flat_map(|job| job.sendings.iter().map(|sending| &sending.message));
    let topics = topics(messages);
    let (sandbox, doors) = home::open(&first.line, &topics).await?;
    let outputs = match wire(&first.line.destination) {
        // Nobody else writes there, so whatever comes is what the dataflow made of it.
        Some(Wire::Mqtt) | None => vec!["#".to_owned()],
        Some(Wire::Kafka) => first.line.flow.destination.topic.iter().map(|topic| topic.value.to_string()).collect(),
    };
    let run = ids::run_id();
    let purpose = Purpose {
        line: &first.line,
        plan: &first.plan,
        topics: &topics,
        outputs: &outputs,
        run: &run,
        alone: true,
        strip: &ADDED_USER_PROPERTIES,
        limit,
        patience: Patience { limit, quiet: QUIET },
    };
    let mut lane = match opening::open(&doors, purpose).await {
        Ok(lane) => lane,
        Err(trouble) => {
            sandbox.stop().await;
            return Err(SandboxedError::Opening(trouble));
        }
    };
    let mut all = Vec::with_capacity(jobs.len());
    for job in jobs {
        all.push(pass(job, Some(&mut lane)).await);
        told();
    }
    // The verdicts are known; nobody has to wait for good-byes longer than the sandbox takes to stop.
    lane.close().await;
    sandbox.stop().await;
    Ok(all)
}
