//! Makes a ladder of what the stages find.

use super::fault::Fault;
use super::way::{Opened, Way};
use super::{Means, Subject};
use crate::access::wire;
use crate::diag::{Entry, Place, Severity};
use crate::message::Wire;
use crate::model::EndpointType;
use crate::report::probe::{Branch, Fact, Found, Ladder, Outcome, Rung, Stage, Verdict};
use crate::transport::net::Target;
use std::time::{Duration, Instant};

/// The ladder of one endpoint while it is climbed.
pub struct Climb<'a> {
    subject: &'a Subject,
    means: &'a Means<'a>,
    ladder: Ladder,
    /// Stages of which it was said, before they were there, that it cannot be told from here.
    untold: Vec<Stage>,
    started: Instant,
}

/// A fact that is always shown.
pub fn fact(name: &'static str, value: impl Into<String>) -> Fact {
    Fact { name, value: value.into(), detail: false }
}

/// A fact that people see with `-v` only.
pub fn detail(name: &'static str, value: impl Into<String>) -> Fact {
    Fact { name, value: value.into(), detail: true }
}

impl<'a> Climb<'a> {
    /// At the foot of the ladder of `subject`.
    pub fn new(subject: &'a Subject, means: &'a Means<'a>) -> Self {
        let summary = &subject.end.summary;
        let protocol = match (wire(&subject.end), summary.kind) {
            (Some(wire), _) => wire.as_str(),
            (None, None | Some(EndpointType::LocalStorage)) => "nothing to probe",
            (None, Some(_)) => "HTTPS",
        };
        let ladder = Ladder {
            endpoint: summary.id.name().to_owned(),
            place: summary.id.place,
            protocol,
            address: None,
            detour: None,
            identity: None,
            rungs: Vec::new(),
            verdict: Verdict::Passed,
            findings: Vec::new(),
            health: Vec::new(),
            notes: Vec::new(),
            took: Duration::ZERO,
        };
        Self { subject, means, ladder, untold: Vec::new(), started: Instant::now() }
    }

    /// What is probed.
    pub const fn subject(&self) -> &'a Subject {
        self.subject
    }

    /// What with.
    pub const fn means(&self) -> &'a Means<'a> {
        self.means
    }

    /// Says where the endpoint is.
    pub fn address(&mut self, target: &Target) {
        self.ladder.address = Some(target.to_string());
        let dialled = self.means.reach.route.resolve(target);
        self.ladder.detour = (dialled != target).then(|| dialled.to_string());
    }

    /// Says as whom it is probed.
    pub fn identity(&mut self, words: &str) {
        self.ladder.identity = Some(words.to_owned());
    }

    /// Adds what a person should know besides.
    pub fn note(&mut self, note: impl Into<String>) {
        self.ladder.notes.push(note.into());
    }

    /// A stage that is as it should be.
    pub fn pass(&mut self, stage: Stage, took: Duration, summary: impl Into<String>, facts: Vec<Fact>) {
        self.put(stage, Outcome::Passed, Some(took), summary.into(), facts);
    }

    /// A stage that this endpoint does not have, and why.
    pub fn none(&mut self, stage: Stage, why: impl Into<String>) {
        self.put(stage, Outcome::None, None, why.into(), Vec::new());
    }

    /// A stage that was not tested, and why.
    pub fn skip(&mut self, stage: Stage, why: impl Into<String>) {
        self.put(stage, Outcome::NotTested, None, why.into(), Vec::new());
    }

    /// Gives `stage`, which is there, parts of its own.
    pub fn branches(&mut self, stage: Stage, branches: Vec<Branch>) {
        if let Some(rung) = self.rung(stage) {
            rung.branches = branches;
        }
    }

    /// Whether the climb came to `stage`.
    pub fn reached(&self, stage: Stage) -> bool {
        self.ladder.rungs.iter().any(|rung| rung.stage == stage)
    }

    /// Adds facts to `stage`, which is there.
    pub fn facts(&mut self, stage: Stage, facts: impl IntoIterator<Item = Fact>) {
        if let Some(rung) = self.rung(stage) {
            rung.facts.extend(facts);
        }
    }

    /// Adds what is to be said about a stage that is there already, or will be: it stays climbed, with a worse outcome.
    pub fn fault(&mut self, fault: Fault) {
        let outcome = outcome_of(&fault);
        let message = fault.message.clone();
        let stage = fault.stage;
        if fault.inconclusive {
            self.untold.push(stage);
        }
        if let Some(rung) = self.rung(stage) {
            rung.outcome = worse(rung.outcome, outcome);
            if outcome != Outcome::Passed && rung.outcome == outcome && rung.summary.is_empty() {
                rung.summary = message;
            }
        }
        self.found(fault);
    }

    /// A stage that failed, or where it can be told no further: the end of the climb. Whatever is above is taken back.
    pub fn stop(&mut self, fault: Fault, took: Option<Duration>, facts: Vec<Fact>) {
        let stage = fault.stage;
        let outcome = match outcome_of(&fault) {
            Outcome::Passed | Outcome::Warned => Outcome::Failed,
            outcome => outcome,
        };
        self.ladder.rungs.retain(|rung| rung.stage < stage);
        self.ladder.rungs.push(Rung {
            stage,
            outcome,
            took,
            summary: fault.message.clone(),
            facts,
            branches: Vec::new(),
        });
        self.found(fault);
    }

    /// As [`Self::stop`] for a stage that was taken for passed: its time and facts stay.
    pub fn revoke(&mut self, fault: Fault) {
        let old = self.ladder.rungs.iter().find(|rung| rung.stage == fault.stage).cloned();
        // What was taken for the cause is none.
        let is_cause = |found: &Found| found.stage >= fault.stage && found.diagnostic.severity == Severity::Error;
        self.ladder.findings.retain(|found| !is_cause(found));
        let (took, facts) = old.map_or((None, Vec::new()), |rung| (rung.took, rung.facts));
        self.stop(fault, took, facts);
    }

    /// Takes over a way, and returns the connection at its end.
    pub fn adopt(&mut self, way: Way) -> Option<Opened> {
        for mut rung in way.rungs {
            rung.outcome = self.judged(rung.stage, rung.outcome);
            self.ladder.rungs.push(rung);
        }
        way.remarks.into_iter().for_each(|fault| self.found(fault));
        way.result.map_err(|fault| self.found(fault)).ok()
    }

    /// Whether `fault` was said already, at whatever stage and of whatever part of it.
    pub fn has_said(&self, fault: &Fault) -> bool {
        let mut said = self.ladder.findings.iter().map(|found| &found.diagnostic);
        said.any(|said| said.entry.id == fault.entry.id && said.message.ends_with(&fault.message))
    }

    /// Whether something with the documentation `entry` was said of `place`.
    pub fn has_found(&self, entry: &Entry, place: Place) -> bool {
        let mut found = self.ladder.findings.iter().map(|found| &found.diagnostic);
        found.any(|found| found.entry.id == entry.id && found.place == place)
    }

    fn found(&mut self, fault: Fault) {
        let stage = fault.stage;
        let diagnostic = fault.finding(&self.subject.end.summary);
        self.ladder.findings.push(Found { stage, diagnostic });
    }

    fn rung(&mut self, stage: Stage) -> Option<&mut Rung> {
        self.ladder.rungs.iter_mut().find(|rung| rung.stage == stage)
    }

    fn put(&mut self, stage: Stage, outcome: Outcome, took: Option<Duration>, summary: String, facts: Vec<Fact>) {
        let outcome = self.judged(stage, outcome);
        self.ladder.rungs.push(Rung { stage, outcome, took, summary, facts, branches: Vec::new() });
    }

    /// The outcome of a stage after what was said about it before it was there.
    fn judged(&self, stage: Stage, outcome: Outcome) -> Outcome {
        let said = self.ladder.findings.iter().filter(|found| found.stage == stage);
        match said.map(|found| found.diagnostic.severity).max() {
            // It is known before the stage is reached that it would not go well.
            _ if outcome == Outcome::NotTested => outcome,
            _ if self.untold.contains(&stage) => worse(outcome, Outcome::Inconclusive),
            Some(Severity::Error) => worse(outcome, Outcome::Failed),
            Some(Severity::Warning) => worse(outcome, Outcome::Warned),
            _ => outcome,
        }
    }

    /// The ladder, with the stages that were not reached.
    pub fn finish(mut self) -> Ladder {
        let has_listeners = wire(&self.subject.end) == Some(Wire::Kafka);
        for stage in Stage::ALL {
            if self.rung(stage).is_none() {
                let is_there = stage != Stage::Listeners || has_listeners;
                let outcome = if is_there { Outcome::NotTested } else { Outcome::None };
                self.put(stage, outcome, None, String::new(), Vec::new());
            }
        }
        self.ladder.rungs.sort_by_key(|rung| rung.stage);
        self.ladder.findings.sort_by_key(|found| found.stage);
        let worst = self.ladder.rungs.iter().map(|rung| rung.outcome).fold(Outcome::NotTested, worse);
        self.ladder.verdict = match worst {
            Outcome::Failed => Verdict::Failed,
            Outcome::Inconclusive => Verdict::Inconclusive,
            Outcome::Warned => Verdict::Warned,
            Outcome::Passed => Verdict::Passed,
            Outcome::NotTested | Outcome::None => Verdict::NotTested,
        };
        self.ladder.health = self.health();
        self.ladder.took = self.started.elapsed();
        self.ladder
    }

    /// The product's codes for what would fail in the dataflows that use the endpoint (health status page, 2026-04-29).
    fn health(&self) -> Vec<&'static str> {
        let failed = self.ladder.rungs.iter().find(|rung| rung.outcome == Outcome::Failed).map(|rung| rung.stage);
        let Some(stage) = failed else { return Vec::new() };
        let uses = &self.subject.uses;
        // An endpoint that no dataflow uses may be either.
        let unused = uses.sources.is_empty() && uses.destinations.is_empty();
        let (source, target) = (unused || !uses.sources.is_empty(), unused || !uses.destinations.is_empty());
        let codes = match (wire(&self.subject.end), stage) {
            (Some(Wire::Mqtt), Stage::Permission) => {
                [(source, "DataflowMqttSourceSubscriptionFailed"), (target, "DataflowMqttTargetConnectionFailed")]
            }
            (Some(Wire::Mqtt), _) => {
                [(source, "DataflowMqttSourceConnectionFailed"), (target, "DataflowMqttTargetConnectionFailed")]
            }
            (Some(Wire::Kafka), Stage::Limits | Stage::Permission) => {
                [(source, "DataflowKafkaSourceConnectionFailed"), (target, "DataflowKafkaTargetSendFailed")]
            }
            (Some(Wire::Kafka), _) => {
                [(source, "DataflowKafkaSourceConnectionFailed"), (target, "DataflowKafkaTargetConnectionFailed")]
            }
            (None, _) => return Vec::new(),
        };
        codes.into_iter().filter(|(is, _)| *is).map(|(_, code)| code).collect()
    }
}

const fn outcome_of(fault: &Fault) -> Outcome {
    let gravity = match fault.severity {
        Some(severity) => severity,
        None => fault.entry.severity,
    };
    match (fault.inconclusive, gravity) {
        (true, _) => Outcome::Inconclusive,
        (false, Severity::Error) => Outcome::Failed,
        (false, Severity::Warning) => Outcome::Warned,
        (false, Severity::Info) => Outcome::Passed,
    }
}

fn worse(a: Outcome, b: Outcome) -> Outcome {
    let rank = |outcome| match outcome {
        Outcome::None | Outcome::NotTested => 0,
        Outcome::Passed => 1,
        Outcome::Warned => 2,
        Outcome::Inconclusive => 3,
        Outcome::Failed => 4,
    };
    if rank(b) > rank(a) { b } else { a }
}
