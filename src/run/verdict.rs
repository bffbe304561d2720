//! From what was judged to what is told: the passage of one message, ready for the report.

use crate::diag::Diagnostic;
use crate::diag::Place;
use crate::report::run::{Answer, Cell, Event, Judgement, Passage, Route, Row, Verdict, Why};
use crate::run::compare::{Came, Judged, Part};
use crate::translate::{Choice, Choices, Property, Step, Value};
use std::time::Duration;

/// Everything that is known of one message.
#[derive(Debug)]
pub struct Known<'a> {
    /// Name of the case, or of the dataflow.
    pub name: String,
    /// Where the case stands.
    pub place: Option<Place>,
    /// Which way it went.
    pub route: Route,
    /// What became of it.
    pub came: Came<'a>,
    /// Its properties, judged.
    pub judged: &'a [Judged],
    /// The steps of the translation.
    pub steps: &'a [Step],
    /// The answers that held.
    pub choices: &'a Choices,
    /// What is to be said about it.
    pub findings: Vec<Diagnostic>,
    /// From sending to verdict.
    pub took: Duration,
}

/// The passage of a message. Its verdict follows from the judgements; who could not read it back, or cannot tell, puts
/// another one in its place.
pub fn passage(known: Known<'_>) -> Passage {
    Passage {
        name: known.name,
        place: known.place,
        route: known.route,
        outcome: known.came.key().to_owned(),
        why: known.came.why().map(str::to_owned),
        verdict: verdict(known.judged, known.came),
        rows: known.judged.iter().filter(|row| worth_telling(row)).map(row).collect(),
        story: known.steps.iter().map(|step| event(step, known.choices)).collect(),
        settings: settings(known.steps, known.choices),
        findings: known.findings,
        took: known.took,
    }
}

/// What to make of a message: nothing may be wrong, and something must have been asked.
pub fn verdict(judged: &[Judged], came: Came<'_>) -> Verdict {
    let any = |judgement| judged.iter().any(|row| row.judgement == judgement);
    if judged.iter().any(|row| row.judgement.fails()) {
        Verdict::Failed
    } else if any(Judgement::Ok) {
        Verdict::Passed
    } else if matches!(came, Came::Failed(_)) {
        Verdict::Failed
    } else {
        Verdict::AsPredicted
    }
}

/// The message as a whole stands in the picture unless it was judged wrong; and what neither went in nor came out is worth
/// a row only where somebody expected something of it.
fn worth_telling(row: &Judged) -> bool {
    let nothing = row.input.is_none() && row.output.is_none() && row.judgement == Judgement::AsPredicted;
    (*row.subject() != Property::Message && !nothing) || row.judgement.fails()
}

fn row(judged: &Judged) -> Row {
    let property = judged.input.as_ref().or(judged.output.as_ref()).map_or(&judged.property, |part| &part.property);
    Row {
        property: property.to_string(),
        input: judged.input.as_ref().map(cell),
        output: judged.output.as_ref().map(cell),
        expected: judged.expected.clone(),
        why: judged.step.as_ref().map(why),
        judgement: judged.judgement,
        note: judged.note.clone(),
    }
}

fn cell(part: &Part) -> Cell {
    Cell { name: part.property.to_string(), value: part.value.clone() }
}

fn why(step: &Step) -> Why {
    Why {
        rule: step.rule.id,
        says: step.rule.says,
        source: *step.rule.source,
        certainty: step.rule.certainty,
        place: step.cause.as_ref().map(|cause| cause.place),
    }
}

fn event(step: &Step, choices: &Choices) -> Event {
    let cell = |side: &Option<(Property, Value)>| {
        side.as_ref().map(|(property, value)| Cell { name: property.to_string(), value: Some(value.clone()) })
    };
    Event {
        input: cell(&step.input),
        output: cell(&step.output),
        action: step.action.as_str(),
        why: why(step),
        setting: step.choice.map(|choice| answer(choice, choices)),
        note: step.note.clone(),
    }
}

fn answer(choice: &'static Choice, choices: &Choices) -> Answer {
    let value = choices.get(choice);
    Answer { name: choice.name, value, about: choice.about, default: choice.values.first() == Some(&value) }
}

/// The settings that mattered, each once.
fn settings(steps: &[Step], choices: &Choices) -> Vec<Answer> {
    let mut settings: Vec<Answer> = Vec::new();
    for choice in steps.iter().filter_map(|step| step.choice) {
        if settings.iter().all(|known| known.name != choice.name) {
            settings.push(answer(choice, choices));
        }
    }
    settings
}
