//! The permission stage: what the dataflows will do, as far as it can be tried without doing it.
//!
//! Topics are judged in `topic`, the consumer group in `group`, writing in `write`. Nothing joins a group and nothing is
//! committed; a record is written only where that is asked for.

mod group;
mod topic;
mod write;

use super::super::climb::Climb;
use super::super::fault::{Fault, Line};
use super::listeners::Reached;
use super::{Connection, broken, words};
use crate::model::Text;
use crate::policy::probe::kafka;
use crate::report::probe::{Fact, Stage};
use crate::transport::kafka_socket::{Code, KafkaError, Topic};
use std::time::Instant;

/// What was found out so far.
#[derive(Default)]
struct Tested {
    /// What may be done, or was not tested, in words.
    said: Vec<String>,
    /// What is wrong.
    faults: Vec<Fault>,
    facts: Vec<Fact>,
}

/// A topic, and the dataflows that use it.
struct Use<'a> {
    topic: &'a Text,
    dataflows: Vec<&'a str>,
}

/// Tries what the dataflows will do, and says it on the ladder.
pub async fn climb(climb: &mut Climb<'_>, mut cluster: Reached) {
    let subject = climb.subject();
    let (sources, destinations) = (&subject.uses.sources, &subject.uses.destinations);
    if sources.is_empty() && destinations.is_empty() {
        return climb.skip(Stage::Permission, "no dataflow of the files uses it");
    }
    let started = Instant::now();
    let mut tested = Tested::default();
    let read = sources.iter().flat_map(|source| source.topics.iter().map(|topic| (topic, &*source.dataflow)));
    let read = uses(read);
    let mut readable = Vec::new();
    for used in &read {
        if topic::read(&mut tested, &mut cluster, used).await {
            readable.push(used);
        }
    }
    if !readable.is_empty() {
        tested.said.push(format!("read {}", topics(&readable)));
    }
    if !sources.is_empty() {
        group::test(&mut tested, &mut cluster, climb, &read).await;
    }
    let written = destinations.iter().filter_map(|to| Some((to.topic.as_ref()?, &*to.dataflow)));
    let written = uses(written);
    write::test(&mut tested, &mut cluster, climb, &written).await;
    tested.undecided(climb);
    let Tested { said, faults, facts } = tested;
    let wrong: Vec<String> =
        faults.iter().filter(|fault| !is_remark(fault)).map(|fault| fault.message.clone()).collect();
    let summary = if wrong.is_empty() { said } else { wrong };
    faults.into_iter().for_each(|fault| climb.fault(fault));
    climb.pass(Stage::Permission, started.elapsed(), summary.join("; "), facts);
}

fn is_remark(fault: &Fault) -> bool {
    fault.gravity() == crate::diag::Severity::Info
}

/// A few topics by their names, many by their number.
fn topics(uses: &[&Use<'_>]) -> String {
    match uses {
        [a] => words::quoted(&a.topic.value),
        [a, b] => format!("{} and {}", words::quoted(&a.topic.value), words::quoted(&b.topic.value)),
        more => words::count(more.len(), "topic"),
    }
}

/// Each topic once, with all the dataflows that use it.
fn uses<'a>(uses: impl Iterator<Item = (&'a Text, &'a str)>) -> Vec<Use<'a>> {
    let mut found: Vec<Use<'a>> = Vec::new();
    for (topic, dataflow) in uses {
        match found.iter_mut().find(|known| known.topic.value == topic.value) {
            Some(known) => known.dataflows.push(dataflow),
            None => found.push(Use { topic, dataflows: vec![dataflow] }),
        }
    }
    found
}

impl Tested {
    /// Says of which dataflows the topic cannot be told.
    fn undecided(&mut self, climb: &Climb<'_>) {
        let uses = &climb.subject().uses;
        let sources = uses.sources.iter().filter(|source| source.topics.is_empty()).map(|source| &source.dataflow);
        let destinations = uses.destinations.iter().filter(|to| to.topic.is_none()).map(|to| &to.dataflow);
        for dataflow in sources.chain(destinations) {
            let what = format!("dataflow {}: a template decides its topic", words::quoted(dataflow));
            self.said.push(format!("not tested: {what}"));
            self.open(what);
        }
    }

    /// As [`Self::open`], with a finding of its own.
    fn remark(&mut self, used: &Use<'_>, what: String) {
        let message = format!("not tested: {what}");
        self.faults.push(Fault::new(Stage::Permission, &kafka::KAFKA_NOT_TESTED, Line::At(used.topic.place), message));
        self.open(what);
    }

    /// Notes what was not tested, so that the stage does not count as tested as a whole; the summary says it to people.
    fn open(&mut self, what: String) {
        self.facts.push(Fact { detail: true, ..Fact::not_tested(what) });
    }

    fn fault(&mut self, used: &Use<'_>, fault: Fault) {
        if is_remark(&fault) {
            self.said.push(format!("{} not tested", words::quoted(&used.topic.value)));
            self.open(fault.message.clone());
        }
        let fault = match used.dataflows.as_slice() {
            [_] | [] => fault,
            many => fault.note(format!("dataflows that use it: {}", words::list(many))),
        };
        self.faults.push(fault);
    }

    /// A request that a broker did not answer as it should have.
    fn broken(&mut self, line: Line, error: &KafkaError) {
        let mut fault = broken::of(Stage::Permission, error);
        if error.code().is_some() {
            fault.line = line;
        }
        self.faults.push(fault);
    }
}

impl Reached {
    /// A connection to any broker, and to which.
    fn any(&mut self) -> Option<(i32, &mut Connection)> {
        self.brokers.iter_mut().next().map(|(id, connection)| (*id, connection))
    }

    /// The first partition of `topic` whose leader can be asked, the leader, and the connection to it.
    fn leader(&mut self, topic: &Topic) -> Option<(i32, i32, &mut Connection)> {
        let led = topic.partitions.iter().filter_map(|partition| {
            let leader = partition.leader.filter(|leader| self.brokers.contains_key(leader))?;
            Some((partition.index, leader))
        });
        let led = led.min();
        let (partition, leader) = led?;
        self.brokers.get_mut(&leader).map(|connection| (partition, leader, connection))
    }

    /// Puts a connection away that is of no use after `error`.
    fn judge(&mut self, broker: i32, error: &KafkaError) {
        if !broken::is_refusal(error) {
            self.brokers.remove(&broker);
        }
    }
}

/// Whether `error` says that this login may not do it.
fn is_denied(error: &KafkaError) -> bool {
    matches!(error.code(), Some(Code::TOPIC_AUTHORIZATION_FAILED | Code::CLUSTER_AUTHORIZATION_FAILED))
}
