//! What to make of a trip: what came out is held against what was expected, and turned into what the report tells.

use super::cases::{Expectation, Generated};
use super::compare::{self, Blame, Came, Journey, Judged, Lenience, findings, judge, predicted};
use super::lane::{Known, Role, Trip, Trouble};
use super::marker;
use super::verdict::{self, Known as Told};
use super::wire::{About, Confirmation};
use crate::access::Line;
use crate::diag::{Diagnostic, Place};
use crate::message::Message;
use crate::model::{EndpointType, Text};
use crate::policy::run::{INCONCLUSIVE, NOT_AS_PREDICTED, NOT_DELIVERED, NOT_READ_BACK};
use crate::report::run::{Judgement, Passage, Route, Stop, Verdict};
use crate::translate::{Action, Choices, Outcome, Property, Step};

/// What is known of a message besides its trip.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The dataflow.
    pub line: &'a Line,
    /// Name of the case, or of the dataflow.
    pub name: &'a str,
    /// The case, if there is one.
    pub case: Option<&'a Text>,
    /// What was expected; `None`: what is predicted.
    pub expected: Option<&'a Expectation>,
    /// What the documentation says, where no bridge has done it: the outcome with its steps.
    pub predicted: Option<(&'a Outcome, &'a [Step])>,
    /// The answers that held.
    pub choices: &'a Choices,
}

/// What became of a trip, and how sure that is.
struct Fate<'t> {
    came: Came<'t>,
    /// The verdict that replaces that of the comparison, with the finding that says why.
    overrides: Option<(Verdict, Diagnostic)>,
    /// What is wrong besides, whatever the comparison says.
    besides: Option<Diagnostic>,
}

/// The passage that the report tells, and how its properties were judged.
pub fn passage(trip: &Trip, question: Question<'_>) -> (Passage, Vec<Judged>) {
    let prediction = prediction(trip, question);
    let why_not = trip.trouble.as_ref().map(|trouble| format!("{}: {}", trouble.role.as_str(), trouble.error));
    let why_refused = refusal(trip);
    let destination = &question.line.flow.destination;
    let place = match (&why_refused, &destination.topic) {
        (Some(_), Some(topic)) => topic.place,
        _ => destination.place,
    };
    let fate = fate(trip, question, prediction.as_ref(), why_not.as_deref(), why_refused.as_deref());
    let steps = steps(trip, question);
    let journey = Journey { input: &trip.input, came: fate.came, steps };
    let lenience = lenience(trip, question.expected.is_some());
    // What the bridge made is what has to come out; what another dataflow makes is only of the same kind.
    let made = if trip.passed.is_some() { Generated::default() } else { generated(steps) };
    let judged = match (question.expected, &prediction) {
        (Some(expected), _) => judge(journey, expected, Judgement::Ok, &lenience),
        (None, Some(prediction)) => {
            judge(journey, &predicted(prediction, place, &made), Judgement::AsPredicted, &lenience)
        }
        (None, None) => judge(journey, &Expectation::none(place), Judgement::NotJudged, &lenience),
    };
    let blame = question.case.map_or(Blame::Prediction(place), Blame::Case);
    let mut all = match (&fate.overrides, question.expected) {
        // What cannot be told is not held against anything.
        (Some(_), _) => Vec::new(),
        (None, _) => findings(&judged, fate.came, blame),
    };
    let besides = fate.besides.as_ref().map(|_| Verdict::Failed);
    let verdict = fate.overrides.as_ref().map(|(verdict, _)| *verdict).or(besides);
    all.extend(fate.besides);
    all.extend(fate.overrides.map(|(_, finding)| finding));
    let mut passage = verdict::passage(Told {
        name: question.name.to_owned(),
        place: question.case.map(|name| name.place),
        route: route(trip, question.line, fate.came),
        came: fate.came,
        judged: &judged,
        steps,
        choices: question.choices,
        findings: all,
        took: trip.took,
    });
    if let Some(verdict) = verdict {
        passage.verdict = verdict;
    }
    (passage, judged)
}

/// The outcome by the documentation, without the marker.
fn prediction(trip: &Trip, question: Question<'_>) -> Option<Outcome> {
    let outcome = trip.passed.as_ref().map(|passed| &passed.outcome);
    let mut outcome = outcome.or(question.predicted.map(|(outcome, _)| outcome))?.clone();
    if let Outcome::Delivered(message) = &mut outcome {
        marker::strip(message);
    }
    Some(outcome)
}

fn steps<'a>(trip: &'a Trip, question: Question<'a>) -> &'a [Step] {
    trip.passed.as_ref().map_or_else(|| question.predicted.map_or(&[][..], |(_, steps)| steps), |passed| &passed.steps)
}

/// Why the destination did not take the message, if it did not.
fn refusal(trip: &Trip) -> Option<String> {
    match &trip.passed.as_ref()?.confirmation {
        Some(Err(error)) => Some(error.to_string()),
        _ => None,
    }
}

fn fate<'t>(
    trip: &'t Trip,
    question: Question<'_>,
    prediction: Option<&'t Outcome>,
    trouble: Option<&'t str>,
    refused: Option<&'t str>,
) -> Fate<'t> {
    let plain = |came| Fate { came, overrides: None, besides: None };
    let unsure = |came, why: String| {
        let finding = Diagnostic::new(&INCONCLUSIVE, question.line.flow.destination.place, why);
        Fate { came, overrides: Some((Verdict::Inconclusive, finding)), besides: None }
    };
    if let [(message, known), rest @ ..] = trip.came.as_slice() {
        if !rest.is_empty() && *known != Known::ByMarker {
            return unsure(
                Came::Delivered(message),
                format!("{} messages came out that may be the one that was sent", trip.came.len()),
            );
        }
        return Fate { besides: repeated(trip, question), ..plain(Came::Delivered(message)) };
    }
    if let Some(why) = refused {
        return plain(Came::Failed(why));
    }
    if let (Some(why), Some(trouble)) = (trouble, &trip.trouble) {
        let finding = Diagnostic::new(&NOT_DELIVERED, place_of(question.line, trouble), why.to_owned());
        return Fate { overrides: Some((Verdict::Failed, finding)), ..plain(Came::Failed(why)) };
    }
    match prediction {
        // What Flowgate itself dropped is none of the messages of others.
        Some(Outcome::Dropped(dropped)) if trip.others == 0 || trip.passed.is_some() => plain(Came::Dropped(dropped)),
        Some(Outcome::Delivered(message)) if !trip.readable => not_read_back(trip, question, message),
        Some(outcome) => {
            let mut fate = unsure(Came::of(outcome), silence(trip));
            if let (Some((_, finding)), true) = (&mut fate.overrides, unsubscribed(trip)) {
                finding.place = question.line.flow.source.topics.first().map_or(finding.place, |topic| topic.place);
            }
            fate
        }
        None => unsure(Came::Failed("the dataflow does not get the message"), unheard(trip, question)),
    }
}

fn not_read_back<'t>(trip: &Trip, question: Question<'_>, message: &'t Message) -> Fate<'t> {
    let place = question.line.flow.destination.place;
    let confirmed = trip.passed.as_ref().and_then(|passed| passed.confirmation.as_ref());
    let text = match confirmed {
        Some(Ok(Confirmation::Unasked)) => "sent, unconfirmed and not read back: the endpoint asks for no confirmation",
        Some(Ok(_)) => "delivered and confirmed, not read back: nobody may read at the destination",
        _ => "sent to the source; nobody may read at the destination, so nothing can be said of what came out",
    };
    let verdict = if confirmed.is_some() { Verdict::NotReadBack } else { Verdict::Inconclusive };
    let entry = if confirmed.is_some() { &NOT_READ_BACK } else { &INCONCLUSIVE };
    let overrides = Some((verdict, Diagnostic::new(entry, place, text)));
    Fate { came: Came::Delivered(message), overrides, besides: None }
}

/// The finding that a message came out more often than it was sent.
fn repeated(trip: &Trip, question: Question<'_>) -> Option<Diagnostic> {
    let times = trip.came.len();
    if times < 2 {
        return None;
    }
    let text = format!("the message came out {times} times, expected once");
    let mut finding = Diagnostic::new(&NOT_AS_PREDICTED, question.line.flow.destination.place, text);
    finding.notes.push(
        "a connection that breaks can bring that about, since delivery is at least once; without one, two dataflows \
         carry the message"
            .to_owned(),
    );
    Some(finding)
}

/// Whether the broker at the source said that nobody takes the message, where no bridge did.
fn unsubscribed(trip: &Trip) -> bool {
    trip.passed.is_none() && trip.sent == Some(Confirmation::Published { subscribed: false })
}

/// Nothing came that can be told to be the message.
fn silence(trip: &Trip) -> String {
    let within = format!("within {:.1} s", trip.took.as_secs_f64());
    let confirmed = match trip.passed.as_ref().and_then(|passed| passed.confirmation.as_ref()) {
        Some(Ok(Confirmation::Unasked)) => "it was sent without asking for a confirmation; ",
        Some(Ok(Confirmation::Published { subscribed: false })) => {
            "the broker confirmed it and said that nobody is subscribed; "
        }
        Some(Ok(_)) => "the destination confirmed it; ",
        None if unsubscribed(trip) => {
            "the broker at the source said that nobody is subscribed, so no deployed dataflow reads this topic; "
        }
        _ => "",
    };
    match trip.others {
        0 => format!("{confirmed}nothing came out at the destination {within}"),
        1 => format!("{confirmed}another message came out at the destination {within}, and not this one"),
        others => format!("{confirmed}{others} other messages came out at the destination {within}, and not this one"),
    }
}

fn unheard(trip: &Trip, question: Question<'_>) -> String {
    let topics: Vec<String> =
        question.line.flow.source.topics.iter().map(|topic| format!("`{}`", topic.value)).collect();
    let topic = trip.input.topic();
    format!("the dataflow gets no message that is sent to `{topic}`: it reads {}", topics.join(", "))
}

/// The place in the manifest that `trouble` is about.
pub fn place_of(line: &Line, trouble: &Trouble) -> Place {
    let Line { flow, source, destination } = line;
    let at_source = at_source(trouble);
    let summary = if at_source { &source.summary } else { &destination.summary };
    match trouble.error.about {
        About::Host => summary.host_place,
        About::Login => summary.method.as_ref().map_or(summary.settings, |method| method.place),
        About::Topic if at_source => flow.source.topics.first().map_or(flow.source.place, |topic| topic.place),
        About::Topic => flow.destination.topic.as_ref().map_or(flow.destination.place, |topic| topic.place),
    }
}

/// Whether `trouble` is with the source, or else with the destination.
pub fn at_source(trouble: &Trouble) -> bool {
    match trouble.role {
        Role::Sender => true,
        Role::Dataflow => trouble.error.message.starts_with("at the source"),
        Role::Reader => false,
    }
}

/// What the way, and not the dataflow, may change; of another dataflow than Flowgate more is left open where nobody has
/// `expected` something.
pub fn lenience(trip: &Trip, expected: bool) -> Lenience {
    let foreign = trip.passed.is_none() && !expected;
    let seconds = u32::try_from(trip.took.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    // How long it was on its way is part of what is predicted of another dataflow.
    Lenience { ignore: Vec::new(), expiry: if foreign { 0 } else { seconds }, any_order: foreign }
}

fn route(trip: &Trip, line: &Line, came: Came<'_>) -> Route {
    let protocol = |kind| if kind == Some(EndpointType::Kafka) { "Kafka" } else { "MQTT" };
    let stop = |end: &crate::access::End, topic: Option<&str>| Stop {
        endpoint: end.name().to_owned(),
        protocol: protocol(end.summary.kind),
        topic: topic.map(str::to_owned),
    };
    let out = match came {
        Came::Delivered(message) => Some(message.topic()),
        _ => None,
    };
    Route {
        source: stop(&line.source, Some(trip.input.topic())),
        dataflow: line.flow.id.name().to_owned(),
        destination: stop(&line.destination, out),
    }
}

/// How the outcome of a trip is told to who wants to write it down.
pub fn came(trip: &Trip) -> Option<Came<'_>> {
    match (trip.came.first(), &trip.passed) {
        (Some((message, _)), _) => Some(Came::Delivered(message)),
        (None, Some(passed)) => match &passed.outcome {
            Outcome::Dropped(dropped) => Some(compare::Came::Dropped(dropped)),
            Outcome::Delivered(_) => None,
        },
        _ => None,
    }
}

/// What a translation made anew: ids and times, which another one makes otherwise.
pub fn generated(steps: &[Step]) -> Generated {
    let mut generated = Generated::default();
    let made: Vec<_> =
        steps.iter().filter(|step| step.action == Action::Made).filter_map(|step| step.output.as_ref()).collect();
    // A copy under another name is made as well, of a value that came in.
    let came_in = |value: &[u8]| {
        let inputs = steps.iter().filter_map(|step| step.input.as_ref());
        inputs.filter(|input| !made.contains(input)).any(|(_, input)| input == value)
    };
    for step in steps.iter().filter(|step| step.action == Action::Made) {
        let Some((Property::UserProperty(name) | Property::Header(name), value)) = &step.output else { continue };
        if came_in(value) {
            continue;
        }
        let value = String::from_utf8_lossy(value).into_owned();
        match name.trim_start_matches("ce").trim_start_matches(['-', '_']) {
            "id" => generated.ids.push(value),
            "time" => generated.times.push(value),
            _ => {}
        }
    }
    generated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::Rule;

    static MADE: Rule = Rule {
        id: "made",
        says: "made",
        source: &crate::diag::pages::KAFKA,
        certainty: crate::diag::Certainty::Documented,
    };

    fn step(input: Option<Property>, output: Property, value: &str) -> Step {
        let action = if input.is_some() { Action::Kept } else { Action::Made };
        let (input, output) = (input.map(|property| (property, value.into())), Some((output, value.into())));
        Step { input, output, action, rule: &MADE, cause: None, choice: None, note: None }
    }

    #[test]
    fn a_copy_of_what_came_in_is_not_made_anew() {
        let (user, header) =
            (|name: &str| Property::UserProperty(name.to_owned()), |name: &str| Property::Header(name.to_owned()));
        let copied = [step(Some(user("id")), header("id"), "7"), step(None, header("ce-id"), "7")];
        assert!(generated(&copied).ids.is_empty());
        // What was made may be handed on.
        let made = [step(None, header("ce-id"), "8"), step(Some(header("ce-id")), header("ce-id"), "8")];
        assert_eq!(generated(&made).ids, ["8"]);
        assert_eq!(generated(&[step(None, user("time"), "t")]).times, ["t"]);
    }
}
