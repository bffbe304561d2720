use super::verdict::*;
use crate::diag::Place;
use crate::diag::{Certainty, FileId, Span, pages};
use crate::message::{Message, Publish};
use crate::report::run::{Answer, Judgement, Passage, Route, Verdict};
use crate::run::cases::Expectation;
use crate::run::compare::{Came, Judged};
use crate::run::compare::{Journey, Lenience, judge, predicted};
use crate::translate::{Action, DropReason, Dropped, Outcome, Rule};
use crate::translate::{Choice, Choices, Property, Step};
use std::time::Duration;

static RULE: Rule = Rule { id: "kept", says: "it stays", source: &pages::MQTT, certainty: Certainty::Inferred };
static CHOICE: Choice =
    Choice { name: "rounding", values: &["down", "up"], about: "how seconds are rounded", why: "", sources: &[] };
const PLACE: Place = Place::new(FileId(0), Span { start: 3, end: 9 });

fn message() -> Message {
    Message::Mqtt(Publish { topic: "a".to_owned(), content_type: Some("text/plain".to_owned()), ..Publish::default() })
}

fn steps() -> Vec<Step> {
    let value = || Some((Property::ContentType, b"text/plain".to_vec()));
    let step = Step {
        input: value(),
        output: value(),
        action: Action::Kept,
        rule: &RULE,
        cause: Some(PLACE.into()),
        choice: Some(&CHOICE),
        note: None,
    };
    vec![step.clone(), step]
}

fn told(came: Came<'_>, judged: &[Judged], steps: &[Step]) -> Passage {
    let route = Route::default();
    let (name, choices) = ("x".to_owned(), &Choices::default());
    let took = Duration::ZERO;
    passage(Known { name, place: None, route, came, judged, steps, choices, findings: Vec::new(), took })
}

#[test]
fn every_row_has_its_rule_and_every_setting_is_told_once() {
    let (message, steps) = (message(), steps());
    let journey = Journey { input: &message, came: Came::Delivered(&message), steps: &steps };
    let expectation = predicted(&Outcome::Delivered(message.clone()), PLACE);
    let judged = judge(journey, &expectation, Judgement::AsPredicted, &Lenience::default());
    let passage = told(journey.came, &judged, &steps);
    assert_eq!(passage.verdict, Verdict::AsPredicted);
    assert_eq!((passage.outcome.as_str(), &passage.why), ("delivered", &None));
    let row = passage.rows.iter().find(|row| row.property == "Content Type").unwrap();
    let why = row.why.as_ref().unwrap();
    assert_eq!((why.rule, why.place, row.judgement), ("kept", Some(PLACE), Judgement::AsPredicted));
    assert_eq!(passage.story.len(), 2);
    assert_eq!(passage.settings, [Answer { name: "rounding", value: "down", about: CHOICE.about, default: true }]);
    assert!(passage.rows.iter().all(|row| row.property != "message"), "the picture says it");
}

#[test]
fn a_verdict_needs_something_that_was_asked() {
    let message = message();
    let journey = Journey { input: &message, came: Came::Delivered(&message), steps: &[] };
    let judged = judge(journey, &Expectation::none(PLACE), Judgement::Ok, &Lenience::default());
    assert_eq!(verdict(&judged, journey.came), Verdict::AsPredicted);

    let expectation = predicted(&Outcome::Delivered(message.clone()), PLACE);
    let judged = judge(journey, &expectation, Judgement::Ok, &Lenience::default());
    assert_eq!(verdict(&judged, journey.came), Verdict::Passed);

    let dropped = Dropped { reason: DropReason::Expired, why: "it is too old".to_owned(), cause: None };
    let journey = Journey { came: Came::Dropped(&dropped), ..journey };
    let judged = judge(journey, &expectation, Judgement::Ok, &Lenience::default());
    let passage = told(journey.came, &judged, &[]);
    assert_eq!((passage.verdict, passage.outcome.as_str()), (Verdict::Failed, "dropped-expired"));
    assert_eq!(passage.why.as_deref(), Some("it is too old"));
    assert!(passage.rows.iter().any(|row| row.property == "message" && row.judgement == Judgement::Differs));

    // Nobody asked, and it did not arrive.
    assert_eq!(verdict(&[], Came::Failed("refused")), Verdict::Failed);
    assert_eq!(verdict(&[], Came::Dropped(&dropped)), Verdict::AsPredicted);
}
