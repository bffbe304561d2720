use super::*;
use crate::diag::{Certainty, FileId, Place, Source, Span, pages};
use crate::message::{Header, Publish, QoS, Record};
use crate::run::cases::{Case, read};
use crate::translate::{Action, Cause, DropReason, Rule};

static COPIED: Rule =
    Rule { id: "copied", says: "copied to a header", source: &pages::KAFKA, certainty: Certainty::Documented };
static DISABLED: Rule = Rule {
    id: "copy-disabled",
    says: "`copyMqttProperties` is off, so no property is copied",
    source: &pages::KAFKA,
    certainty: Certainty::Documented,
};
const CAUSE: Place = Place::new(FileId(7), Span { start: 10, end: 20 });
const NOWHERE: Place = Place::new(FileId(9), Span { start: 1, end: 2 });

fn input() -> Message {
    Message::Mqtt(Publish {
        topic: "a/b".to_owned(),
        payload: b"{\"a\":1}".to_vec(),
        qos: QoS::AtLeastOnce,
        content_type: Some("application/json".to_owned()),
        user_properties: vec![
            ("id".to_owned(), "7".to_owned()),
            ("a".to_owned(), "1".to_owned()),
            ("a".to_owned(), "2".to_owned()),
        ],
        ..Publish::default()
    })
}

fn record(headers: &[(&str, &str)]) -> Message {
    Message::Kafka(Record {
        topic: "out".to_owned(),
        value: Some(b"{\"a\":1}".to_vec()),
        headers: headers.iter().map(|(key, value)| Header::text(*key, *value)).collect(),
        ..Record::default()
    })
}

fn copied(from: Property, to: &str, value: &str) -> Step {
    Step {
        input: Some((from, value.into())),
        output: Some((Property::Header(to.to_owned()), value.into())),
        action: Action::Kept,
        rule: &COPIED,
        cause: Some(CAUSE.into()),
        choice: None,
        note: None,
    }
}

fn user(name: &str) -> Property {
    Property::UserProperty(name.to_owned())
}

fn header(name: &str) -> Property {
    Property::Header(name.to_owned())
}

fn case(expect: &str) -> Case {
    let text = format!("cases:\n  - name: x\n    message: {{ topic: a/b }}\n    expect: {expect}\n");
    read(&text, FileId(0)).unwrap_or_else(|findings| panic!("{findings:#?}")).remove(0)
}

/// What is said of each expectation that is not met: the property and the judgement.
fn wrong(expect: &str, came: &Message) -> Vec<(String, Judgement)> {
    judged(expect, came, &Lenience::default())
        .into_iter()
        .filter(|row| row.judgement.fails())
        .map(|row| (row.subject().to_string(), row.judgement))
        .collect()
}

fn judged(expect: &str, came: &Message, lenience: &Lenience) -> Vec<Judged> {
    let case = case(expect);
    let input = input();
    let journey = Journey { input: &input, came: Came::Delivered(came), steps: &[] };
    judge(journey, case.sent[0].expect.as_ref().unwrap(), Judgement::Ok, lenience)
}

fn is(name: &str, judgement: Judgement) -> Vec<(String, Judgement)> {
    vec![(name.to_owned(), judgement)]
}

#[test]
fn every_property_that_came_out_stands_beside_what_it_came_from() {
    let (input, out) =
        (input(), record(&[("Content Type", "application/json"), ("id", "7"), ("a", "1"), ("a", "2"), ("ce-id", "7")]));
    let steps = [
        copied(Property::ContentType, "Content Type", "application/json"),
        copied(user("id"), "id", "7"),
        copied(user("a"), "a", "1"),
        copied(user("a"), "a", "2"),
        copied(user("id"), "ce-id", "7"),
    ];
    let rows = judge(
        Journey { input: &input, came: Came::Delivered(&out), steps: &steps },
        &Expectation::none(NOWHERE),
        Judgement::Ok,
        &Lenience::default(),
    );
    let told = |name: &str| {
        let all: Vec<_> = rows.iter().filter(|row| *row.subject() == header(name)).collect();
        all.iter().map(|row| (row.input.clone().unwrap(), row.step.as_ref().unwrap().rule.id)).collect::<Vec<_>>()
    };
    let part = |property: Property, value: &str| Part { property, value: Some(value.into()) };
    assert_eq!(told("Content Type"), [(part(Property::ContentType, "application/json"), "copied")]);
    assert_eq!(told("ce-id"), [(part(user("id"), "7"), "copied")]);
    assert_eq!(told("a"), [(part(user("a"), "1"), "copied"), (part(user("a"), "2"), "copied")]);
    assert!(rows.iter().all(|row| row.judgement == Judgement::NotJudged));
    // QoS and retain did not come out, and nothing says why.
    let gone: Vec<_> = rows.iter().filter(|row| row.output.is_none()).map(|row| row.subject().clone()).collect();
    assert_eq!(gone, [Property::QoS, Property::Retain]);
}

#[test]
fn a_chain_of_steps_is_followed_to_its_beginning() {
    let (input, out) = (input(), record(&[("second", "7")]));
    let mut last = copied(header("first"), "second", "7");
    last.rule = &DISABLED;
    let steps = [copied(user("id"), "first", "7"), last];
    let rows = judge(
        Journey { input: &input, came: Came::Delivered(&out), steps: &steps },
        &Expectation::none(NOWHERE),
        Judgement::Ok,
        &Lenience::default(),
    );
    let row = rows.iter().find(|row| *row.subject() == header("second")).unwrap();
    assert_eq!(row.input.as_ref().unwrap().property, user("id"));
    assert_eq!(row.step.as_ref().unwrap().rule.id, "copy-disabled");
}

#[test]
fn a_mapping_names_what_counts() {
    let out = record(&[("a", "1"), ("a", "2"), ("b", "3")]);
    assert_eq!(wrong("{ headers: { a: 2 } }", &out), []);
    assert_eq!(wrong("{ headers: { a: 3 } }", &out), is("header `a`", Judgement::Differs));
    assert_eq!(wrong("{ headers: { c: 1 } }", &out), is("header `c`", Judgement::Missing));
    assert_eq!(wrong("{ headers: { b: { absent: true } } }", &out), is("header `b`", Judgement::Unexpected));
    assert_eq!(wrong("{ headers: { c: { absent: true } } }", &out), []);
    // A record has no user properties.
    assert_eq!(wrong("{ user-properties: { a: 1 } }", &out), is("user property `a`", Judgement::Missing));
}

#[test]
fn a_list_is_exact_and_in_order() {
    let out = record(&[("a", "1"), ("a", "2"), ("b", "3")]);
    assert_eq!(wrong("{ headers: [{ a: 1 }, { a: 2 }, { b: 3 }] }", &out), []);
    assert_eq!(wrong("{ headers: [{ a: 1 }, { a: { matches: . } }, { b: 3 }] }", &out), []);
    assert_eq!(wrong("{ headers: [{ a: 1 }, { b: 3 }] }", &out), is("header `a`", Judgement::Unexpected));
    assert_eq!(wrong("{ headers: [{ a: 1 }, { a: 2 }, { b: 4 }] }", &out), is("header `b`", Judgement::Differs));
    assert_eq!(
        wrong("{ headers: [{ a: 1 }, { a: 2 }, { b: 3 }, { b: 3 }] }", &out),
        is("header `b`", Judgement::Missing)
    );
    let swapped = wrong("{ headers: [{ a: 2 }, { a: 1 }, { b: 3 }] }", &out);
    assert_eq!(swapped, is("header `a`", Judgement::Differs));
    assert_eq!(wrong("{ headers: [] }", &record(&[])), []);
    // Not there and `0` mean the same of an indicator.
    let indicator = record(&[("Payload Format Indicator", "0")]);
    assert_eq!(wrong("{ headers: [] }", &indicator), []);
    let indicator = record(&[("Payload Format Indicator", "1")]);
    assert_eq!(wrong("{ headers: [] }", &indicator).len(), 1);
}

#[test]
fn null_and_empty_and_absent_are_three_things() {
    let null =
        Message::Kafka(Record { headers: vec![Header { key: b"n".to_vec(), value: None }], ..Record::default() });
    assert_eq!(wrong("{ headers: { n: null } }", &null), []);
    assert_eq!(wrong("{ headers: { n: '' } }", &null).len(), 1);
    let empty = record(&[("n", "")]);
    assert_eq!(wrong("{ headers: { n: '' } }", &empty), []);
    assert_eq!(wrong("{ headers: { n: null } }", &empty).len(), 1);
    assert_eq!(wrong("{ headers: { n: null } }", &record(&[])), is("header `n`", Judgement::Missing));
    // A tombstone has no payload.
    assert_eq!(wrong("{ payload: { absent: true } }", &null), []);
    assert_eq!(wrong("{ payload: '' }", &null), is("payload", Judgement::Missing));
}

#[test]
fn cloud_events_are_read_from_what_carries_them() {
    for name in ["ce-id", "ce_id"] {
        assert_eq!(wrong("{ cloud-events: { id: 7 } }", &record(&[(name, "7"), ("id", "8")])), [], "{name}");
    }
    // Both spellings: both have to be right.
    let both = record(&[("ce-id", "7"), ("ce_id", "8")]);
    assert_eq!(wrong("{ cloud-events: { id: 7 } }", &both), is("header `ce_id`", Judgement::Differs));
    let plain = record(&[("id", "7")]);
    assert_eq!(wrong("{ cloud-events: { id: { absent: true } } }", &plain), []);
    assert_eq!(wrong("{ cloud-events: { id: 7 } }", &plain), is("header `ce-id`", Judgement::Missing));
    assert_eq!(wrong("{ cloud-events: { prefix: none, id: 7 } }", &plain), []);
    assert_eq!(wrong("{ cloud-events: { prefix: ce_, id: 7 } }", &record(&[("ce-id", "7")])).len(), 1);
    assert_eq!(wrong("{ cloud-events: { datacontenttype: a/b } }", &record(&[("content-type", "a/b")])), []);
    let mqtt = input();
    assert_eq!(wrong("{ cloud-events: { id: 7, datacontenttype: application/json } }", &mqtt), []);
}

#[test]
fn what_the_way_adds_is_left_out() {
    let out = record(&[("a", "1"), ("flowgate-run", "x")]);
    let lenience = Lenience { ignore: vec![header("flowgate-run")], expiry: 0, any_order: false };
    assert!(judged("{ headers: [{ a: 1 }] }", &out, &lenience).iter().all(|row| !row.judgement.fails()));
    assert!(judged("{ headers: [{ a: 1 }] }", &out, &Lenience::default()).iter().any(|row| row.judgement.fails()));
}

#[test]
fn a_broker_may_count_the_expiry_down() {
    let out = |expiry| Message::Mqtt(Publish { message_expiry: Some(expiry), ..Publish::default() });
    let lenience = Lenience { ignore: Vec::new(), expiry: 2, any_order: false };
    for (seen, good) in [(3600, true), (3598, true), (3597, false), (3601, false)] {
        let rows = judged("{ expiry: 3600 }", &out(seen), &lenience);
        assert_eq!(rows.iter().all(|row| !row.judgement.fails()), good, "{seen}");
    }
}

#[test]
fn json_payloads_say_which_field_differs() {
    let out = record(&[]);
    assert_eq!(wrong("{ payload-json: { a: 1.0 } }", &out), []);
    let rows = judged("{ payload-json: { a: 2 } }", &out, &Lenience::default());
    let row = rows.iter().find(|row| row.judgement.fails()).unwrap();
    assert_eq!(row.note.as_deref(), Some("field `a` is `1`, expected `2`"));
    assert_eq!(wrong("{ payload-fields: { a: 1 } }", &out), []);
    assert_eq!(wrong("{ payload-fields: { a: { matches: '^1$' } } }", &out), []);
    assert_eq!(wrong("{ payload-fields: { b: 1 } }", &out), is("payload field `b`", Judgement::Missing));
    assert_eq!(wrong("{ payload-fields: { a: null } }", &out), is("payload field `a`", Judgement::Differs));
    assert_eq!(
        wrong("{ payload-fields: { a: { absent: true } } }", &out),
        is("payload field `a`", Judgement::Unexpected)
    );
}

#[test]
fn another_outcome_is_one_finding() {
    let dropped =
        Dropped { reason: DropReason::Filter, why: "the rule is true".to_owned(), cause: Some(Cause::from(CAUSE)) };
    let (case, input) = (case("{ topic: out, headers: { a: 1 } }"), input());
    let journey = Journey { input: &input, came: Came::Dropped(&dropped), steps: &[] };
    let rows = judge(journey, case.sent[0].expect.as_ref().unwrap(), Judgement::Ok, &Lenience::default());
    let found = findings(&rows, journey.came, Blame::Case(&case.name));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].message, "case `x`: the message is `dropped-filter`, expected `delivered`");
    assert_eq!(found[0].related[0].place, CAUSE);
    let found = findings(&rows[1..], journey.came, Blame::Prediction(NOWHERE));
    assert_eq!((found[0].id(), found[0].place), ("run-dropped", CAUSE));
}

#[test]
fn a_finding_stands_at_the_case_and_shows_the_cause() {
    let (case, input, out) = (case("{ headers: { Content Type: application/json } }"), input(), record(&[]));
    let mut step = copied(Property::ContentType, "Content Type", "application/json");
    (step.output, step.action, step.rule) = (None, Action::Removed, &DISABLED);
    let steps = [step];
    let journey = Journey { input: &input, came: Came::Delivered(&out), steps: &steps };
    let expect = case.sent[0].expect.as_ref().unwrap();
    let found =
        findings(&judge(journey, expect, Judgement::Ok, &Lenience::default()), journey.came, Blame::Case(&case.name));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "case `x`: header `Content Type` is missing, expected `application/json`");
    assert_eq!(found[0].place, expect.checks[0].place);
    // What would have become the header is not in the header's place, so the removal says why.
    assert_eq!(found[0].related.len(), 1);
    assert_eq!(found[0].related[0].place, CAUSE);
    assert_eq!(found[0].source(), Source::to_string(&pages::KAFKA));
}

#[test]
fn a_prediction_is_everything_that_is_there() {
    let outcome = Outcome::Delivered(record(&[("a", "1"), ("b", "2")]));
    let expectation = predicted(&outcome, NOWHERE, &Generated::default());
    let input = input();
    let hold = |came: &Message| {
        let journey = Journey { input: &input, came: Came::Delivered(came), steps: &[] };
        judge(journey, &expectation, Judgement::AsPredicted, &Lenience::default())
    };
    let rows = hold(&record(&[("a", "1"), ("b", "2")]));
    let came_out = rows.iter().filter(|row| row.output.is_some());
    assert!(came_out.clone().count() > 3 && came_out.into_iter().all(|row| row.judgement == Judgement::AsPredicted));
    for wrong in
        [&[("a", "1")][..], &[("b", "2"), ("a", "1")], &[("a", "1"), ("b", "3")], &[("a", "1"), ("b", "2"), ("c", "3")]]
    {
        assert!(hold(&record(wrong)).iter().any(|row| row.judgement.fails()), "{wrong:?}");
    }
    let Message::Kafka(mut keyed) = record(&[("a", "1"), ("b", "2")]) else { panic!() };
    keyed.partition = Some(3);
    keyed.timestamp = Some(5);
    assert!(hold(&Message::Kafka(keyed.clone())).iter().all(|row| !row.judgement.fails()), "the client chooses these");
    keyed.key = Some(b"k".to_vec());
    assert!(hold(&Message::Kafka(keyed)).iter().any(|row| row.judgement == Judgement::Unexpected));
}

#[test]
fn of_two_readings_the_one_that_fits_is_followed() {
    let input = input();
    let hyphen = Outcome::Delivered(record(&[("ce-id", "7")]));
    let underscore = Outcome::Delivered(record(&[("ce_id", "7")]));
    let generated = Generated::default();
    let readings = [&hyphen, &underscore].map(|outcome| Reading { outcome, steps: &[], generated: &generated });
    for (name, index, wrong) in [("ce-id", 0, 0), ("ce_id", 1, 0), ("ceid", 0, 2)] {
        let out = record(&[(name, "7")]);
        let (found, judged) = closest(&input, Came::Delivered(&out), &readings, NOWHERE, &Lenience::default()).unwrap();
        let failing = judged.iter().filter(|row| row.judgement.fails()).count();
        assert_eq!((found, failing), (index, wrong), "{name}");
    }
}

#[test]
fn what_is_made_anew_is_held_to_its_form() {
    let input = input();
    let generated = Generated {
        ids: vec!["b5b3a9f0-1c2d-4e5f-8a9b-0c1d2e3f4a5b".to_owned()],
        times: vec!["2026-01-01T00:00:00Z".to_owned()],
    };
    let outcome = Outcome::Delivered(record(&[("ce-id", &generated.ids[0]), ("ce-time", &generated.times[0])]));
    let expectation = predicted(&outcome, NOWHERE, &generated);
    let wrong = |id: &str, time: &str| {
        let out = record(&[("ce-id", id), ("ce-time", time)]);
        let journey = Journey { input: &input, came: Came::Delivered(&out), steps: &[] };
        let judged = judge(journey, &expectation, Judgement::AsPredicted, &Lenience::default());
        judged.iter().filter(|row| row.judgement.fails()).count()
    };
    assert_eq!(wrong("00000000-0000-4000-8000-000000000000", "2026-11-21T16:30:00.123+01:00"), 0);
    assert_eq!(wrong("7", "2026-11-21T16:30:00Z"), 1);
    assert_eq!(wrong("00000000-0000-4000-8000-000000000000", "yesterday"), 1);
}

#[test]
fn many_properties_take_no_time() {
    let names: Vec<String> = (0..1000).map(|n| format!("n{n}")).collect();
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    let (input, out) = (input(), record(&pairs));
    let steps: Vec<Step> = names.iter().map(|name| copied(user(name), name, "1")).collect();
    let expectation = predicted(&Outcome::Delivered(out.clone()), NOWHERE, &Generated::default());
    let journey = Journey { input: &input, came: Came::Delivered(&out), steps: &steps };
    let start = std::time::Instant::now();
    let judged = judge(journey, &expectation, Judgement::AsPredicted, &Lenience::default());
    assert!(judged.iter().all(|row| !row.judgement.fails()));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
