//! Collects the stages of a way.

use super::super::fault::Fault;
use super::{Opened, Way};
use crate::diag::Severity;
use crate::report::probe::{Fact, Outcome, Rung, Stage};
use std::time::Duration;
use tokio::task::JoinHandle;

/// The stages of a way, as far as it led.
#[derive(Debug, Default)]
pub struct Stages {
    rungs: Vec<Rung>,
    remarks: Vec<Fault>,
    /// Time and facts of the stage at hand, for the case that it fails.
    at_hand: (Option<Duration>, Vec<Fact>),
    /// Facts of the DNS stage that are still being asked for.
    asked: Option<JoinHandle<Vec<Fact>>>,
}

impl Stages {
    /// A stage that is as it should be, but for what is remarked.
    pub fn pass(&mut self, stage: Stage, took: Duration, summary: impl Into<String>, facts: Vec<Fact>) {
        let is_warned = |fault: &&Fault| fault.stage == stage && fault.gravity() >= Severity::Warning;
        let outcome =
            if self.remarks.iter().any(|fault| is_warned(&fault)) { Outcome::Warned } else { Outcome::Passed };
        self.put(stage, outcome, Some(took), summary.into(), facts);
    }

    /// A stage that this way does not have.
    pub fn none(&mut self, stage: Stage, why: &str) {
        self.put(stage, Outcome::None, None, why.to_owned(), Vec::new());
    }

    /// What is to be said about a stage that is passed.
    pub fn remark(&mut self, fault: Fault) {
        self.remarks.push(fault);
    }

    /// What is known of the stage that is about to fail.
    pub fn leave(&mut self, took: Duration, facts: Vec<Fact>) {
        self.at_hand = (Some(took), facts);
    }

    /// Facts of the DNS stage that may come later. Nobody waits for them.
    pub fn listen(&mut self, asked: Option<JoinHandle<Vec<Fact>>>) {
        self.asked = asked;
    }

    fn put(&mut self, stage: Stage, outcome: Outcome, took: Option<Duration>, summary: String, facts: Vec<Fact>) {
        self.rungs.push(Rung { stage, outcome, took, summary, facts, branches: Vec::new() });
    }

    /// The whole way.
    pub async fn end(mut self, result: Result<Opened, Fault>) -> Way {
        if let Err(fault) = &result {
            let (took, facts) = std::mem::take(&mut self.at_hand);
            let outcome = if fault.inconclusive { Outcome::Inconclusive } else { Outcome::Failed };
            self.put(fault.stage, outcome, took, fault.message.clone(), facts);
        }
        if let Some(asked) = self.asked {
            asked.abort_handle().abort();
            let facts = asked.await.unwrap_or_default();
            if let Some(rung) = self.rungs.iter_mut().find(|rung| rung.stage == Stage::Dns) {
                rung.facts.extend(facts);
            }
        }
        Way { rungs: self.rungs, remarks: self.remarks, result }
    }
}
