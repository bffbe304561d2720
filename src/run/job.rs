//! What is to be run: a dataflow, compiled, with the messages that go through it and what is expected of each.

use super::Wire;
use super::bridge::{RealWorld, World, milliseconds};
use super::cases::{Case, Expectation};
use super::marker;
use super::sample::{Occasion, samples, topic};
use crate::access::{Line, wire};
use crate::diag::{Diagnostic, Place};
use crate::message::Message;
use crate::policy::run::{CANNOT_RUN, CASE_SYNTAX};
use crate::source::Sources;
use crate::translate::{
    Cause, Choices, Context, Datasets, End, Files, LastValues, Outcome, Plan, PlanError, Step, Trace, translate,
};
use crate::yaml::locate;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A message to send, and what is expected of it.
#[derive(Debug, Clone)]
pub struct Sending {
    /// The message.
    pub message: Message,
    /// What has to come out; `None`: what is predicted.
    pub expected: Option<Expectation>,
}

/// One case, or the one message of a run without cases.
#[derive(Debug)]
pub struct Job {
    /// Name of the case, or of the dataflow.
    pub name: String,
    /// The case, if there is one.
    pub case: Option<Case>,
    /// The dataflow and its endpoints.
    pub line: Line,
    /// The same, compiled.
    pub plan: Plan,
    /// The answers that hold.
    pub choices: Choices,
    /// Data sets.
    pub datasets: Datasets,
    /// The schema of the result.
    pub output_schema: Option<serde_json::Value>,
    /// The messages, in order.
    pub sendings: Vec<Sending>,
}

/// What a job is made with besides manifests.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// Answers to open questions.
    pub choices: &'a Choices,
    /// Data sets.
    pub datasets: &'a Datasets,
    /// The schema of the result.
    pub output_schema: Option<&'a serde_json::Value>,
}

/// Compiles `line`.
///
/// # Errors
/// A finding for each reason why no message can pass it.
pub fn plan(line: &Line, means: Means<'_>, sources: &Sources) -> Result<Plan, Vec<Diagnostic>> {
    let files = Files { datasets: means.datasets, output_schema: means.output_schema };
    let ends = [&line.source, &line.destination].map(|end| End::of(&end.summary));
    Plan::new(&line.flow, &ends[0], &ends[1], means.choices, files)
        .map_err(|errors| errors.into_iter().map(|error| complaint(error, line, sources)).collect())
}

fn complaint(error: PlanError, line: &Line, sources: &Sources) -> Diagnostic {
    Diagnostic::new(&CANNOT_RUN, exact(&error.cause, line, sources), error.message)
}

/// The place of `cause`: of the part of the value that it names, where that can be told.
pub fn exact(cause: &Cause, line: &Line, sources: &Sources) -> Place {
    let Some(part) = cause.part.clone() else { return cause.place };
    let decoded = line.flow.texts().find(|text| text.place == cause.place);
    let (Some(decoded), Ok(text)) = (decoded, sources.read(cause.place.file)) else { return cause.place };
    Place::new(cause.place.file, locate::part(&text.content, cause.place.span, &decoded.value, part))
}

impl Job {
    /// The job of a case.
    ///
    /// # Errors
    /// What of the case cannot be a message of this dataflow, each at its line.
    pub fn of_case(
        case: Case,
        line: Line,
        plan: Plan,
        means: Means<'_>,
        folder: &Path,
    ) -> Result<Self, Vec<Diagnostic>> {
        let wire = wire(&line.source).unwrap_or(Wire::Mqtt);
        let topic = topic(&line.flow, wire);
        let (mut sendings, mut findings) = (Vec::new(), Vec::new());
        for sent in &case.sent {
            match sent.draft.message(wire, Some(&topic), folder) {
                Ok(message) => sendings.push(Sending { message, expected: sent.expect.clone() }),
                Err(error) => findings.push(error.finding()),
            }
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        if let Some(why) = unsendable(&sendings, wire) {
            return Err(vec![Diagnostic::new(&CASE_SYNTAX, case.name.place, why)]);
        }
        let name = case.name.value.to_string();
        Ok(Self { case: Some(case), ..Self::new(name, line, plan, means, sendings) })
    }

    /// A job without a case.
    pub fn new(name: String, line: Line, plan: Plan, means: Means<'_>, sendings: Vec<Sending>) -> Self {
        Self {
            name,
            case: None,
            line,
            plan,
            choices: means.choices.clone(),
            datasets: means.datasets.clone(),
            output_schema: means.output_schema.cloned(),
            sendings,
        }
    }

    /// The same dataflow, compiled with other answers.
    ///
    /// # Errors
    /// Where no message can pass it then.
    pub fn plan_with(&self, choices: &Choices) -> Result<Plan, Vec<PlanError>> {
        let files = Files { datasets: &self.datasets, output_schema: self.output_schema.as_ref() };
        let ends = [&self.line.source, &self.line.destination].map(|end| End::of(&end.summary));
        Plan::new(&self.line.flow, &ends[0], &ends[1], choices, files)
    }

    /// Whether the messages are only translated, and no broker sees them.
    pub fn is_translated_only(&self) -> bool {
        self.case.as_ref().is_some_and(|case| case.translate_only)
    }

    /// The clock of the job.
    pub fn world(&self) -> Box<dyn World> {
        let Some(case) = self.case.as_ref().filter(|case| case.time.is_some() || case.waited.is_some()) else {
            return Box::new(RealWorld);
        };
        Box::new(CaseWorld { received: case.time, waited: case.waited.unwrap_or_default() })
    }

    /// What the documentation says of `message`, as far as nobody else has sent one before.
    pub fn predict(&self, message: &Message, last: &mut LastValues) -> (Outcome, Vec<Step>) {
        predict(&self.plan, message, self.world().as_mut(), last)
    }
}

/// Why messages cannot be sent together, or not at all, if they cannot.
fn unsendable(sendings: &[Sending], wire: Wire) -> Option<String> {
    let mut messages = sendings.iter().map(|sending| &sending.message);
    let first = messages.clone().next()?;
    if let Some(other) = messages.find(|message| wire == Wire::Kafka && message.topic() != first.topic()) {
        let (one, other) = (first.topic(), other.topic());
        return Some(format!(
            "the messages of a case go to one Kafka topic: `{other}` needs another case than `{one}`"
        ));
    }
    let mut messages = sendings.iter().map(|sending| &sending.message);
    messages.any(marker::is_there).then(|| {
        format!("`{}` is what Flowgate knows its own messages by, so no message can come with it", marker::NAME)
    })
}

/// What `plan` makes of `message`, with its steps.
pub fn predict(plan: &Plan, message: &Message, world: &mut dyn World, last: &mut LastValues) -> (Outcome, Vec<Step>) {
    let now = world.now();
    let received_at = now - world.waited();
    let mut ids = || world.id();
    let mut context = Context { received_at, now, ids: &mut ids, last };
    let mut trace = Trace::recording();
    let outcome = translate(plan, message.clone(), &mut context, &mut trace);
    (outcome, trace.steps().to_vec())
}

/// A message for `line`: the first of the samples that `plan` delivers.
pub fn sample(line: &Line, plan: &Plan) -> Message {
    let wire = wire(&line.source).unwrap_or(Wire::Mqtt);
    let mut samples = samples(&line.flow, Occasion { wire, now: SystemTime::now() });
    let delivered = |message: &Message| {
        let (outcome, _) = predict(plan, message, &mut RealWorld, &mut LastValues::default());
        outcome.delivered().is_some()
    };
    let index = samples.iter().position(delivered).unwrap_or(0);
    samples.swap_remove(index)
}

/// The clock of a case: it stands where the case says, or goes on from now.
#[derive(Debug)]
struct CaseWorld {
    received: Option<SystemTime>,
    waited: Duration,
}

impl World for CaseWorld {
    fn now(&mut self) -> i64 {
        match self.received {
            Some(received) => milliseconds(received) + self.waited(),
            None => RealWorld.now(),
        }
    }

    fn waited(&mut self) -> i64 {
        i64::try_from(self.waited.as_millis()).unwrap_or(i64::MAX)
    }

    fn id(&mut self) -> String {
        RealWorld.id()
    }
}
