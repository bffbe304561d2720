//! That the documented vectors are there, all expressions, and an answer to every open question.

use super::folder::{Folder, folders};
use flowgate::model::{EndpointType, Text};
use flowgate::run::cases::{Case, Content, Matcher};
use flowgate::translate::{Property, all_choices};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// The numbered vectors, which begin the names of their cases; of each there is at least one.
const VECTORS: &[&str] = &[
    "3.2 payload format indicator",
    "3.2 response topic",
    "3.2 message expiry interval",
    "3.2 correlation data",
    "3.2 content type",
    "3.2 user property",
    "3.2 user property named like a built-in",
    "3.2 topic, QoS and retain make no header",
    "3.2 what is absent makes no header",
    "3.2 copyMqttProperties Disabled copies none of them",
    "3.4 key, timestamp and header",
    "3.4 null key",
    "3.4 key that is not UTF-8",
    "3.4 timestamp in milliseconds",
    "3.4 built-in header names come back as user properties",
    "3.4 header value that is not UTF-8",
    "3.4 header of 65,535 bytes passes",
    "3.4 header of 65,536 bytes is removed",
    "3.4 header with U+0000",
    "3.4 payload is unchanged",
    "3.4 headers called Key and Timestamp",
    "3.4 amqp string \"bar\"",
    "3.4 amqp string of 200 letters",
    "3.4 amqp double 11.9",
    "3.4 amqp int 5",
    "3.4 amqp boolean true",
    "3.4 amqp, plain text",
    "3.4 amqp, properties that Event Hubs makes plain text of",
    "6.2.1 false",
    "6.2.1 true",
    "6.2.2 the first",
    "6.2.2 the second",
    "6.2.2 neither",
    "6.2.3 both",
    "6.2.3 only the first",
    "6.2.3 only the second",
    "6.2.4 a missing field is an error",
    "6.2.4 the last value",
    "6.2.5 setting keep",
    "7.1 ",
    "7.2 ",
    "7.3 ",
    "7.4 ",
    "7.5 ",
    "7.6 ",
];
/// Those that are there for MQTT and for Kafka destinations.
const BOTH_WAYS: &[&str] = &[
    "3.3.1 ", "3.3.2 ", "3.3.3 ", "3.3.4 ", "3.3.5 ", "3.3.6 ", "4.1 ", "4.2 ", "4.3 ", "4.4 ", "4.5 ", "4.6 ", "4.7 ",
];
/// Questions whose answers do not show in what comes out of the translation.
const NOT_IN_THE_MESSAGE: &[&str] = &["client-id-separator", "topic-unresolved-ack", "transform-error-ack"];
/// An answer with which no message can be sent.
const NOTHING_RUNS: &[(&str, &str)] = &[("inputs-without-expression", "refuse")];

fn has(names: &BTreeSet<String>, start: &str) -> bool {
    names.range(start.to_owned()..).next().is_some_and(|name| name.starts_with(start))
}

#[test]
fn every_vector_has_a_case() {
    let folders = folders();
    let all = folders.iter().flat_map(|folder| folder.cases.iter().map(move |case| (folder, case)));
    let names: BTreeSet<String> = all.clone().map(|(_, case)| case.name.value.to_string()).collect();
    let maps = (1..=15).map(|number| format!("M{number} "));
    let missing: Vec<_> =
        VECTORS.iter().map(|&start| start.to_owned()).chain(maps).filter(|start| !has(&names, start)).collect();
    assert_eq!(missing, [""; 0], "these have no case");
    for start in BOTH_WAYS {
        let to =
            |kind| all.clone().any(|(folder, case)| case.name.value.starts_with(start) && leads_to(folder, case, kind));
        assert!(to(EndpointType::Mqtt), "{start}: none to MQTT");
        assert!(to(EndpointType::Kafka), "{start}: none to Kafka");
    }
}

fn leads_to(folder: &Folder, case: &Case, kind: EndpointType) -> bool {
    folder.end(folder.flow(case).destination.endpoint.as_ref()).kind == Some(kind)
}

#[test]
fn the_expressions_are_those_of_the_vectors() {
    let vectors: Json = serde_json::from_slice(&std::fs::read("testdata/expressions/vectors.json").unwrap()).unwrap();
    let folder = folders().into_iter().find(|folder| folder.name() == "expressions").unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 78);
    assert_eq!(folder.cases.len(), cases.len());
    let inputs = ["a", "b", "c", "d", "e", "f"].into_iter().zip(1..);
    let inputs: Map<_, _> = inputs
        .map(|(name, number)| (name.to_owned(), plain(&vectors["vars"][format!("${number}")]).unwrap()))
        .collect();
    for (index, (vector, case)) in cases.iter().zip(&folder.cases).enumerate() {
        let expression = vector["expr"].as_str().unwrap();
        assert_eq!(&*case.name.value, format!("expr {}: {expression}", index + 1));
        let rules = &folder.flow(case).transform.as_ref().unwrap().maps;
        assert_eq!(rules[0].expression.as_ref().map(|text| &*text.value), Some(expression));
        assert_eq!(&*rules[0].output.value, "result");
        let sent = &case.sent[0];
        let Some(Content::Bytes(payload)) = sent.draft.payload.as_ref().map(|payload| &payload.value) else { panic!() };
        assert_eq!(serde_json::from_slice::<Json>(payload).unwrap(), Json::Object(inputs.clone()));
        let expect = sent.expect.as_ref().unwrap();
        let result = vector.get("ok").and_then(plain);
        let outcome = if result.is_some() { "delivered" } else { "dropped-transform-error" };
        assert_eq!(expect.outcome.as_ref().unwrap().value, [outcome], "{expression}");
        let Some(result) = result else { continue };
        let [check] = expect.checks.as_slice() else { panic!("{expression}") };
        let Matcher::Json(expected) = &check.matcher else { panic!("{expression}") };
        assert_eq!(check.property, Property::Payload);
        assert_eq!(*expected, serde_json::json!({ "result": result, "type": type_of(&vector["ok"]) }), "{expression}");
    }
}

/// A value of the vectors as JSON; `None` where JSON has no such value.
fn plain(value: &Json) -> Option<Json> {
    match value {
        Json::Object(number) => number.values().next().filter(|number| number.is_number()).cloned(),
        Json::Array(items) => items.iter().map(plain).collect(),
        other => Some(other.clone()),
    }
}

fn type_of(value: &Json) -> &str {
    match value {
        Json::Object(number) => number.keys().next().unwrap(),
        Json::Array(_) => "tuple",
        Json::Bool(_) => "boolean",
        _ => "string",
    }
}

/// Each answer has a case that says so, and that would not hold with another answer.
#[test]
fn every_answer_to_an_open_question_has_a_case() {
    let folders = folders();
    let mut missing = Vec::new();
    for choice in all_choices().filter(|choice| !NOT_IN_THE_MESSAGE.contains(&choice.name)) {
        for value in choice.values.iter().filter(|value| !NOTHING_RUNS.contains(&(choice.name, value))) {
            let decided = folders.iter().flat_map(|folder| folder.cases.iter().map(move |case| (folder, case))).any(
                |(folder, case)| {
                    let says = |(name, answer): &(Text, Text)| *name.value == *choice.name && *answer.value == **value;
                    case.settings.iter().any(says)
                        && choice.values.iter().any(|other| other != value && differs(folder, case, choice.name, other))
                },
            );
            if !decided {
                missing.push(format!("{} = {value}", choice.name));
            }
        }
    }
    assert_eq!(missing, [""; 0], "these decide no case");
}

/// Whether `case` does not hold where the answer to `name` is `other`.
fn differs(folder: &Folder, case: &Case, name: &str, other: &str) -> bool {
    let mut settings = case.settings.clone();
    for (of, answer) in settings.iter_mut().filter(|(of, _)| *of.value == *name) {
        *answer = Text { value: other.into(), place: of.place };
    }
    !folder.try_case(case, &settings).is_empty()
}
