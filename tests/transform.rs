//! Transformations of whole dataflows, from YAML to payload: the vectors of the documentation's semantics and bad input.

#![cfg(feature = "translate")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

use flowgate::diag::FileId;
use flowgate::message::{Header, Message, Publish, Record};
use flowgate::model::{Dataflow, Resource};
use flowgate::settings::Flow;
use flowgate::translate::transform::{
    Datasets, LastValues, Metadata, MetadataWrite, PlanError, Transform, Transformed,
};
use flowgate::translate::{Action, Choices, DropReason, Dropped, Property, Step, Trace};
use flowgate::yaml::Stream;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// A dataflow whose transformation has the members `block`, indented by eight.
fn manifest(block: &str) -> String {
    let block: String = block.lines().map(|line| format!("        {line}\n")).collect();
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata: {{name: a}}
spec:
  operations:
    - operationType: Source
      sourceSettings: {{endpointRef: default, dataSources: ['t/#']}}
    - operationType: BuiltInTransformation
      builtInTransformationSettings:
{block}    - operationType: Destination
      destinationSettings: {{endpointRef: other, dataDestination: out}}
"
    )
}

fn flow(text: &str) -> Flow {
    let document = Stream::new(text, FileId(0)).next().unwrap().document.unwrap();
    let resource = Resource::all(FileId(0), text, &document).into_iter().next().unwrap();
    Flow::of(&Dataflow::new(resource)).unwrap()
}

/// A dataflow under test.
#[derive(Default)]
struct Case {
    text: String,
    choices: Choices,
    datasets: Datasets,
    schema: Option<Json>,
}

impl Case {
    fn new(block: &str) -> Self {
        Self { text: manifest(block), ..Self::default() }
    }

    fn map(rules: &[(&[&str], &str, &str)]) -> Self {
        let rules: String = rules
            .iter()
            .map(|(inputs, output, expression)| {
                let expression = if expression.is_empty() { Json::Null } else { json!(expression) };
                format!("  - {}\n", json!({"inputs": inputs, "output": output, "expression": expression}))
            })
            .collect();
        Self::new(&format!("map:\n{rules}"))
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.choices.set(name, value).unwrap();
        self
    }

    fn dataset(mut self, key: &str, records: &str) -> Self {
        self.datasets.insert(key, records).unwrap();
        self
    }

    fn schema(mut self, schema: Json) -> Self {
        self.schema = Some(schema);
        self
    }

    fn plan(&self) -> Result<Transform, Vec<PlanError>> {
        let transform =
            Transform::compile(flow(&self.text).transform.as_ref().unwrap(), &self.choices, &self.datasets)?;
        match &self.schema {
            None => Ok(transform),
            Some(schema) => transform.with_schema(schema).map_err(|error| vec![error]),
        }
    }

    fn apply(&self, message: &Message) -> Result<Transformed, Dropped> {
        let plain = self.plan().unwrap().apply(message, &mut LastValues::default(), &mut Trace::off());
        let traced = self.plan().unwrap().apply(message, &mut LastValues::default(), &mut Trace::recording());
        assert_eq!(plain, traced, "a trace changes nothing");
        plain
    }

    fn payload(&self, payload: &Json) -> Json {
        let out = self.apply(&mqtt(payload)).unwrap().payload.unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    fn dropped(&self, payload: &Json) -> (DropReason, String) {
        let dropped = self.apply(&mqtt(payload)).unwrap_err();
        let cause = dropped.cause.expect("every drop has its line");
        (dropped.reason, format!("{}: {}", self.part(&cause), dropped.why))
    }

    /// The text that a cause names.
    fn part(&self, cause: &flowgate::translate::Cause) -> String {
        let whole = &self.text[cause.place.span.range()];
        match &cause.part {
            // Inputs and expressions stand in double quotes without escapes here.
            Some(part) => whole.trim_start_matches(['"', '\'']).get(part.clone()).unwrap().to_owned(),
            None => whole.to_owned(),
        }
    }

    fn steps(&self, payload: &Json) -> Vec<Step> {
        let mut trace = Trace::recording();
        self.plan().unwrap().apply(&mqtt(payload), &mut LastValues::default(), &mut trace).unwrap();
        trace.steps().to_vec()
    }

    /// The first error of the plan with the text that it names.
    fn refused(&self) -> (String, String) {
        let errors = self.plan().expect_err(&self.text);
        (self.part(&errors[0].cause), errors[0].message.clone())
    }
}

fn mqtt(payload: &Json) -> Message {
    raw(payload.to_string().into_bytes())
}

fn raw(payload: Vec<u8>) -> Message {
    Message::Mqtt(Publish {
        topic: "t/1".to_owned(),
        payload,
        content_type: Some("application/json".to_owned()),
        user_properties: vec![("k".to_owned(), "v1".to_owned()), ("k".to_owned(), "v2".to_owned())],
        ..Publish::default()
    })
}

fn close(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            a.is_f64() == b.is_f64() && (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-9
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((ka, a), (kb, b))| ka == kb && close(a, b))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b)),
        _ => a == b,
    }
}

#[test]
fn map_vectors_hold() {
    type Rules<'a> = &'a [(&'a [&'a str], &'a str, &'a str)];
    let sensors =
        json!({"Sensors": {"Temperature": 72.5, "Pressure": 14.7}, "Metadata": {"LineId": "Line-3", "Shift": "A"}});
    let pairs = json!({"Temperature": {"Max": 85.3, "Min": 62.1}, "Pressure": {"Max": 15.2, "Min": 14.1}});
    let colours = json!({"Saturation": {"Max": 0.42, "Min": 0.67}, "Brightness": {"Max": 0.78, "Min": 0.93}, "Opacity": {"Max": 0.88, "Min": 0.91}});
    let cases: [(&str, Json, Rules<'_>, Json); 12] = [
        (
            "M1",
            json!({"Name": "Grace Owens", "BirthDate": "19840202", "Position": "Analyst"}),
            &[(&["Name"], "Employee.Name", ""), (&["BirthDate"], "Employee.DateOfBirth", "")],
            json!({"Employee": {"Name": "Grace Owens", "DateOfBirth": "19840202"}}),
        ),
        (
            "M2",
            json!({"Position": "Analyst", "Office": "Kent, WA"}),
            &[(&["Position", "Office"], "Employment.Position", "$1 + \", \" + $2")],
            json!({"Employment": {"Position": "Analyst, Kent, WA"}}),
        ),
        (
            "M3",
            json!({"temperature": 25}),
            &[(&["temperature"], "temperature_f", "cToF($1)")],
            json!({"temperature_f": 77.0}),
        ),
        ("M4", json!({"temperature": 26}), &[(&["temperature"], "f", "$1 * 9/5 + 32")], json!({"f": 78})),
        (
            "M5",
            json!({"raw_pressure": 2047.5}),
            &[(&["raw_pressure"], "p", "scale($1, 0, 4095, 0, 100)")],
            json!({"p": 50.0}),
        ),
        (
            "M6",
            sensors,
            &[(&["Sensors.*"], "*", ""), (&["Metadata.*"], "*", "")],
            json!({"Temperature": 72.5, "Pressure": 14.7, "LineId": "Line-3", "Shift": "A"}),
        ),
        (
            "M7",
            pairs,
            &[(&["*.Max", "*.Min"], "Averaged.*", "($1 + $2) / 2")],
            json!({"Averaged": {"Temperature": 73.7, "Pressure": 14.65}}),
        ),
        (
            "M8",
            colours,
            &[(&["*.Max", "*.Min"], "ColorProperties.*", "($1 + $2) / 2")],
            json!({"ColorProperties": {"Saturation": 0.545, "Brightness": 0.855, "Opacity": 0.895}}),
        ),
        (
            "M9",
            json!({"Measurements": [2.34, 12.3, 32.4]}),
            &[(&["Measurements"], "Measurement", "min($1)")],
            json!({"Measurement": 2.34}),
        ),
        ("M11", json!({"a": 1, "password": "x"}), &[(&["*"], "*", ""), (&["password"], "", "")], json!({"a": 1})),
        ("M13", json!({"Tag.10": {"Value": 5}}), &[(&["\"Tag.10\".Value"], "v", "")], json!({"v": 5})),
        (
            "identity",
            json!({"b": {"x": [1, {"y": null}]}, "a": {}, "c": "é"}),
            &[(&["*"], "*", "")],
            json!({"b": {"x": [1, {"y": null}]}, "a": {}, "c": "é"}),
        ),
    ];
    for (name, input, rules, output) in cases {
        let result = Case::map(rules).payload(&input);
        assert!(close(&result, &output), "{name}: {result}");
    }
}

#[test]
fn m10_a_data_set_fills_in() {
    let block = "datasets:
  - key: position
    inputs: [$source.Position, $context.Position]
    expression: $1 == $2
map:
  - {inputs: ['*'], output: '*'}
  - inputs: [BaseSalary, $context(position).BaseSalary]
    output: BaseSalary
    expression: if($1 == (), $2, $1)
";
    let case = Case::new(block)
        .dataset("position", "{\"Position\":\"Clerk\",\"BaseSalary\":50000}\n\n{\"Position\":\"Analyst\",\"BaseSalary\":70000}\n{\"Position\":\"Analyst\",\"BaseSalary\":1}\n");
    assert_eq!(case.payload(&json!({"Position": "Analyst"})), json!({"Position": "Analyst", "BaseSalary": 70000}));
    assert_eq!(
        case.payload(&json!({"Position": "Analyst", "BaseSalary": 5})),
        json!({"Position": "Analyst", "BaseSalary": 5})
    );
    // No record: the fields are empty.
    assert_eq!(case.payload(&json!({"Position": "Chief"})), json!({"Position": "Chief", "BaseSalary": null}));
    let case = case.set("empty-result", "omit");
    assert_eq!(case.payload(&json!({"Position": "Chief"})), json!({"Position": "Chief"}));
    let case = case.set("unmatched-dataset", "skip");
    assert_eq!(
        case.payload(&json!({"Position": "Chief", "BaseSalary": 5})),
        json!({"Position": "Chief", "BaseSalary": 5})
    );
}

#[test]
fn data_sets_have_aliases_and_see_those_before() {
    let block = "datasets:
  - key: device.registry as reg
    inputs: [id, $context(reg).id]
    expression: $1 == $2
  - key: sites
    inputs: [$context(reg).site, $context.name]
    expression: $1 == $2
map:
  - {inputs: [$context(sites).city], output: city}
  - {inputs: [$context(device.registry).site], output: site}
  - {inputs: [$context(reg).*], output: reg.*}
";
    let case = Case::new(block)
        .dataset("device.registry", "{\"id\":1,\"site\":\"n\"}\n{\"id\":2,\"site\":\"s\"}")
        .dataset("sites", "{\"name\":\"s\",\"city\":\"Graz\"}");
    let out = json!({"city": "Graz", "site": "s", "reg": {"id": 2, "site": "s"}});
    assert_eq!(case.payload(&json!({"id": 2})), out);
    // Copying an empty context field skips the rule.
    assert_eq!(case.payload(&json!({"id": 3})), json!({}));
    let (part, message) = Case::new(block).dataset("sites", "").refused();
    assert_eq!(part, "device.registry as reg");
    assert!(message.contains("no records are given for the data set `device.registry`"), "{message}");
}

#[test]
fn m12_metadata_is_read_and_written() {
    let rules: &[(&[&str], &str, &str)] = &[
        (&["*"], "*", ""),
        (&["$metadata.topic"], "origin_topic", ""),
        (&["priority"], "$metadata.user_property.priority", ""),
        (&["$metadata.user_property.k"], "k", ""),
        (&["$metadata.user_property.k"], "", ""),
        (&[], "$metadata.system_property.content_type", "()"),
        (&[], "$metadata.user_property.n", "1.5"),
    ];
    let out = Case::map(rules).apply(&mqtt(&json!({"priority": "high"}))).unwrap();
    let payload: Json = serde_json::from_slice(out.payload.as_ref().unwrap()).unwrap();
    assert_eq!(payload, json!({"priority": "high", "origin_topic": "t/1", "k": "v1"}));
    let written: Vec<(Metadata, Option<&str>)> =
        out.metadata.iter().map(|write: &MetadataWrite| (write.target.clone(), write.value.as_deref())).collect();
    let user = |name: &str| Metadata::UserProperty(name.to_owned());
    assert_eq!(
        written,
        [(user("priority"), Some("high")), (user("k"), None), (Metadata::ContentType, None), (user("n"), Some("1.5"))]
    );
    // By the letter of the coverage rule the field is moved.
    let moved = Case::map(rules).set("overlap", "move").payload(&json!({"priority": "high"}));
    assert_eq!(moved, json!({"origin_topic": "t/1", "k": "v1"}));
    let list = Case::map(&[(&["a"], "$metadata.user_property.a", "")]);
    assert_eq!(list.dropped(&json!({"a": [1]})).0, DropReason::TransformError);
}

#[test]
fn kafka_headers_are_metadata() {
    let case = Case::map(&[
        (&["$metadata.header.h ? $last"], "h", "if($1 == (), \"none\", $1)"),
        (&["$metadata.topic"], "topic", ""),
        (&["$metadata.user_property.k"], "k", "typeof($1)"),
        (&["$metadata.topic"], "$metadata.header.from", ""),
    ]);
    let record = |header: &[u8]| {
        Message::Kafka(Record {
            topic: "in".to_owned(),
            value: Some(b"{}".to_vec()),
            headers: vec![Header { key: b"h".to_vec(), value: Some(header.to_vec()) }],
            ..Record::default()
        })
    };
    let out = case.apply(&record(b"x")).unwrap();
    assert_eq!(out.payload.as_deref(), Some(br#"{"h":"x","topic":"in","k":"empty"}"#.as_slice()));
    assert_eq!(out.metadata[0].target, Metadata::Header("from".to_owned()));
    let out = case.apply(&record(b"\xff")).unwrap();
    assert_eq!(out.payload.as_deref(), Some(br#"{"h":"none","topic":"in","k":"empty"}"#.as_slice()));
    let tombstone = Message::Kafka(Record { topic: "in".to_owned(), ..Record::default() });
    assert_eq!(case.apply(&tombstone).unwrap_err().reason, DropReason::TransformError);
}

#[test]
fn m14_the_last_value_stands_in() {
    let case = Case::map(&[(&["w ? $last"], "w", "")]);
    let transform = case.plan().unwrap();
    let mut last = LastValues::default();
    let mut apply = |payload: Json| transform.apply(&mqtt(&payload), &mut last, &mut Trace::off());
    assert_eq!(apply(json!({})).unwrap_err().reason, DropReason::TransformError);
    for payload in [json!({"w": 1}), json!({}), json!({"w": null})] {
        assert_eq!(apply(payload).unwrap().payload.as_deref(), Some(br#"{"w":1}"#.as_slice()));
    }
    assert_eq!(apply(json!({"w": 2})).unwrap().payload.as_deref(), Some(br#"{"w":2}"#.as_slice()));
}

#[test]
fn m15_objects_cannot_enter_expressions() {
    let (reason, why) = Case::map(&[(&["x", "x"], "y", "$1 + 1")]).dropped(&json!({"x": {"y": 1}}));
    assert_eq!(reason, DropReason::TransformError);
    assert!(why.contains("an object, which an expression cannot take"), "{why}");
    assert_eq!(Case::map(&[(&["x"], "y", "len($1)")]).dropped(&json!({"x": [[1]]})).0, DropReason::TransformError);
}

#[test]
fn filter_vectors_hold() {
    let filter = |rules: &[(&[&str], &str)]| {
        let rules: String = rules
            .iter()
            .map(|(inputs, text)| format!("  - {}\n", json!({"inputs": inputs, "expression": text})))
            .collect();
        Case::new(&format!("filter:\n{rules}"))
    };
    let reason = |case: &Case, payload: &Json| {
        case.apply(&mqtt(payload)).map(|out| out.payload).map_err(|dropped| dropped.reason)
    };
    let one = filter(&[(&["temperature"], "$1 > 100")]);
    assert_eq!(reason(&one, &json!({"temperature": 100})), Ok(None));
    assert_eq!(reason(&one, &json!({"temperature": 150})), Err(DropReason::Filter));
    let two = filter(&[(&["temperature"], "$1 > 100"), (&["humidity"], "$1 > 95")]);
    for (temperature, humidity, result) in
        [(150, 60, Err(DropReason::Filter)), (80, 98, Err(DropReason::Filter)), (80, 60, Ok(None))]
    {
        assert_eq!(reason(&two, &json!({"temperature": temperature, "humidity": humidity})), result);
    }
    let both = filter(&[(&["t", "h"], "$1 > 30 && $2 < 60")]);
    for (t, h, result) in [(31, 59, Err(DropReason::Filter)), (31, 60, Ok(None)), (30, 59, Ok(None))] {
        assert_eq!(reason(&both, &json!({"t": t, "h": h})), result);
    }
    let (_, why) = one.dropped(&json!({"temperature": 150}));
    assert!(why.ends_with("filter `$1 > 100` is true with `$1` = `temperature` = 150"), "{why}");
    // Missing, wrong type, not boolean.
    for payload in [json!({}), json!({"temperature": "x"}), json!({"temperature": {}})] {
        assert_eq!(reason(&one, &payload), Err(DropReason::TransformError), "{payload}");
    }
    assert_eq!(reason(&filter(&[(&["a"], "$1 + 1")]), &json!({"a": 1})), Err(DropReason::TransformError));
    let empty = filter(&[(&["a"], "$1 == ()")]);
    assert_eq!(reason(&empty, &json!({})), Err(DropReason::TransformError));
    assert_eq!(reason(&empty.set("missing-filter-input", "empty"), &json!({})), Err(DropReason::Filter));
    // The reading of 2024: true keeps.
    let legacy = two.set("filter-semantics", "keep");
    for (temperature, humidity, result) in
        [(150, 98, Ok(None)), (150, 60, Err(DropReason::Filter)), (80, 60, Err(DropReason::Filter))]
    {
        assert_eq!(reason(&legacy, &json!({"temperature": temperature, "humidity": humidity})), result);
    }
}

#[test]
fn a_filter_comes_before_the_map_whatever_the_order() {
    let case = Case::new("map:\n  - {inputs: [a], output: b}\nfilter:\n  - {inputs: [a], expression: $1 > 1}\n");
    assert_eq!(case.dropped(&json!({"a": 2})).0, DropReason::Filter);
    assert_eq!(case.payload(&json!({"a": 1})), json!({"b": 1}));
}

#[test]
fn overlaps_are_both_unless_moved_or_removed() {
    let rules: &[(&[&str], &str, &str)] = &[(&["*"], "*", ""), (&["a.t"], "a.f", "cToF($1)"), (&["b"], "b", "$1 + 1")];
    let input = json!({"a": {"t": 25, "u": 1}, "b": 1});
    assert_eq!(Case::map(rules).payload(&input), json!({"a": {"t": 25, "u": 1, "f": 77.0}, "b": 2}));
    assert_eq!(Case::map(rules).set("overlap", "move").payload(&input), json!({"a": {"u": 1, "f": 77.0}, "b": 2}));
    // A narrower wildcard removes below it; a parent does not remove its leaves.
    let removed = Case::map(&[(&["*"], "Data.*", ""), (&["a.*"], "", "")]).payload(&input);
    assert_eq!(removed, json!({"Data": {"b": 1}}));
    let parent = Case::map(&[(&["*"], "*", ""), (&["a"], "", "")]).payload(&input);
    assert_eq!(parent, input);
    // Equal coverage: both apply. An earlier narrow rule is not overridden by a later wide one.
    let twice = Case::map(&[(&["b"], "c", ""), (&["b"], "", ""), (&["*"], "*", "")]).payload(&input);
    assert_eq!(twice, json!({"c": 1, "a": {"t": 25, "u": 1}, "b": 1}));
    // The opacity sample of the mapping page: other outputs, so both stay.
    let pairs: &[(&[&str], &str, &str)] =
        &[(&["*.Max", "*.Min"], "C.*", "($1 + $2) / 2"), (&["O.Max", "O.Min"], "C.OAdjusted", "($1 + $2 + 1.0) / 2")];
    let input = json!({"O": {"Max": 3.0, "Min": 1.0}, "B": {"Max": 1.0, "Min": 1.0}, "lonely": {"Max": 1.0}});
    assert_eq!(Case::map(pairs).payload(&input), json!({"C": {"O": 2.0, "B": 1.0, "OAdjusted": 2.5}}));
    assert_eq!(Case::map(pairs).set("overlap", "move").payload(&input), json!({"C": {"B": 1.0, "OAdjusted": 2.5}}));
}

#[test]
fn missing_fields_are_errors_unless_chosen_or_in_expressions() {
    let case = Case::map(&[(&["a.b"], "x", "")]);
    let (reason, why) = case.dropped(&json!({"a": {}}));
    assert_eq!(reason, DropReason::TransformError);
    assert!(why.starts_with("a.b: the message has no `a.b`"), "{why}");
    assert_eq!(case.set("missing-map-input", "skip").payload(&json!({})), json!({}));
    assert_eq!(Case::map(&[(&["a"], "x", "typeof($1)")]).payload(&json!({})), json!({"x": "empty"}));
    assert_eq!(Case::map(&[(&["a", "b"], "x", "")]).payload(&json!({"a": 1})), json!({"x": 1}));
    let (_, message) = Case::map(&[(&["a", "b"], "x", "")]).set("inputs-without-expression", "refuse").refused();
    assert!(message.contains("needs an expression"), "{message}");
}

#[test]
fn failures_name_the_part_of_the_expression() {
    for (expression, part, said) in [
        ("1 + ($1 + $2) * 2", "$1 + $2", "an integer and text"),
        ("math::sqrt(0 - $1)", "math::sqrt(0 - $1)", "`NaN`, which JSON cannot hold"),
        ("1.0 / ($1 - $1)", "1.0 / ($1 - $1)", "`inf`, which JSON cannot hold"),
        ("($1, 0.0 / 0)", "($1, 0.0 / 0)", "`NaN`"),
    ] {
        let (reason, why) = Case::map(&[(&["a", "b"], "x", expression)]).dropped(&json!({"a": 1, "b": "t"}));
        assert_eq!(reason, DropReason::TransformError);
        assert!(why.trim_start_matches('"').starts_with(part) && why.contains(said), "{why}");
    }
}

#[test]
fn plans_that_cannot_run_are_refused_in_place() {
    for (inputs, output, expression, part, said) in [
        (&["a"][..], "x", "$1 + $2", "$2", "there is one"),
        (&["a"], "x", "$1 = 2", "=", "assigns"),
        (&["a"], "x", "abs($1)", "abs", "math::abs"),
        (&["a ?? 0"], "x", "", "?? 0", "graphs"),
        (&["$context(d).x"], "x", "", "$context(d).x", "there are none"),
        (&["$context.x"], "x", "", "$context.x", "$context(key)"),
        (&["*"], "x", "", "\"x\"", "output needs one"),
        (&["a"], "*", "", "\"*\"", "inputs have none"),
        (&["*", "a"], "*", "$1 + $2", "a", "all inputs"),
        (&["*"], "$metadata.user_property.x", "", "\"$metadata.user_property.x\"", "no place"),
        (&["a"], "", "$1", "\"$1\"", "no meaning"),
        (&["a"], "x ? $last", "", "x", "for inputs"),
        (&["* ? $last"], "*", "", "*", "`*`"),
        (&["a"], "$context(d).x", "", "$context(d).x", "cannot be written"),
        (&["a"], "$source.x", "", "$source.x", "without"),
        (&["@a"], "x", "", "@", "portal"),
    ] {
        let (found, message) = Case::map(&[(inputs, output, expression)]).refused();
        assert_eq!(found, part, "{message}");
        assert!(message.contains(said), "{message}");
    }
    let (_, message) = Case::new("serializationFormat: Parquet\nmap: [{inputs: [a], output: a}]").refused();
    assert!(message.contains("`Json` can be run"), "{message}");
    for (block, said) in [
        ("filter: [{inputs: ['*'], expression: $1}]", "take no `*`"),
        ("filter: [{inputs: [a]}]", "needs an expression"),
        ("map: [{inputs: [], output: a}]", "needs an input"),
    ] {
        let (_, message) = Case::new(block).refused();
        assert!(message.contains(said), "{message}");
    }
    // All errors are told at once.
    let errors = Case::map(&[(&["a"], "x", "$2"), (&["a"], "y", "$3")]).plan().unwrap_err();
    assert_eq!(errors.len(), 2);
}

#[test]
fn outputs_that_do_not_fit_each_other_are_errors() {
    let case = Case::map(&[(&["a"], "x", ""), (&["a"], "x.y", "")]);
    let (reason, why) = case.dropped(&json!({"a": 1}));
    assert_eq!(reason, DropReason::TransformError);
    assert!(why.contains("`x` is no object"), "{why}");
    assert_eq!(case.payload(&json!({"a": {"z": 1}})), json!({"x": {"z": 1, "y": {"z": 1}}}));
}

#[test]
fn results_are_converted_to_their_schema_and_held_against_it() {
    let schema =
        json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}});
    let case = Case::map(&[(&["*"], "*", "")]).schema(schema.clone());
    assert_eq!(case.payload(&json!({"a": "7", "b": true})), json!({"a": 7, "b": "true"}));
    let (reason, why) = case.dropped(&json!({"a": "x"}));
    assert_eq!(reason, DropReason::Schema);
    assert!(why.contains("`/a` does not match its schema"), "{why}");
    assert_eq!(case.dropped(&json!({})).0, DropReason::Schema);
    let unmapped = Case::new("schemaRef: aio-sr://n/s:1").schema(schema);
    assert_eq!(unmapped.apply(&mqtt(&json!({"a": 1}))).unwrap().payload, None);
    let (reason, why) = unmapped.dropped(&json!({"a": "7"}));
    assert_eq!(reason, DropReason::Schema);
    assert!(why.starts_with("aio-sr://n/s:1: "), "{why}");
}

#[test]
fn numbers_keep_their_kind_and_64_bits() {
    let case = Case::map(&[(&["*"], "*", "")]);
    let text = r#"{"i":9223372036854775807,"u":18446744073709551615,"n":-9223372036854775808,"f":1.0,"e":0.1}"#;
    let out = case.apply(&raw(text.as_bytes().to_vec())).unwrap().payload.unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), text);
    let kind = Case::map(&[(&["a"], "x", "typeof($1)")]);
    for (number, expected) in [("1", "int"), ("1.0", "float"), ("1e3", "float"), ("18446744073709551615", "float")] {
        let out = kind.apply(&raw(format!("{{\"a\":{number}}}").into_bytes())).unwrap().payload.unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), format!("{{\"x\":\"{expected}\"}}"));
    }
}

#[test]
fn bad_payloads_are_drops() {
    let case = Case::map(&[(&["*"], "*", ""), (&["a"], "x", "$1 + 1")]);
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000)).into_bytes();
    for payload in [
        b"".to_vec(),
        b"hello".to_vec(),
        b"{\"a\":\"\xff\"}".to_vec(),
        b"{\"a\":1".to_vec(),
        b"{\"a\":1} x".to_vec(),
        b"{\"a\":NaN}".to_vec(),
        b"{\"a\":1e400}".to_vec(),
        b"[1]".to_vec(),
        b"1".to_vec(),
        b"null".to_vec(),
        deep("[", "]"),
        deep("{\"a\":", "}"),
    ] {
        let dropped = case.apply(&raw(payload.clone())).unwrap_err();
        assert_eq!(
            dropped.reason,
            DropReason::TransformError,
            "{}",
            String::from_utf8_lossy(&payload[..payload.len().min(40)])
        );
        assert!(dropped.cause.is_some());
    }
    // Without a map, any JSON will do.
    let filter = Case::new("filter: [{inputs: [$metadata.topic], expression: $1 == \"x\"}]");
    assert_eq!(filter.apply(&raw(b"[1]".to_vec())).unwrap().payload, None);
}

#[test]
fn large_payloads_are_outcomes() {
    let text = json!({"a": "x".repeat(10 << 20), "l": (0..100_000).collect::<Vec<_>>()});
    let case = Case::map(&[(&["*"], "*", ""), (&["a"], "n", "len($1)"), (&["l"], "m", "max($1)")]);
    let out = case.payload(&text);
    assert_eq!((&out["n"], &out["m"]), (&json!(10 << 20), &json!(99_999)));
    let wide: serde_json::Map<String, Json> = (0..200_000).map(|key| (key.to_string(), json!(key))).collect();
    assert_eq!(
        case.set("missing-map-input", "skip").apply(&mqtt(&Json::Object(wide))).unwrap_err().reason,
        DropReason::TransformError
    );
}

#[test]
fn every_field_has_its_step() {
    let case = Case::map(&[
        (&["*"], "*", ""),
        (&["t"], "f", "cToF($1)"),
        (&["secret"], "", ""),
        (&["a.b"], "renamed", ""),
        (&["$metadata.topic"], "topic", ""),
    ]);
    let steps = case.steps(&json!({"t": 25, "a": {"b": 1}, "secret": "s"}));
    let told: Vec<_> = steps
        .iter()
        .map(|step| {
            let name = |side: &Option<(Property, Vec<u8>)>| side.as_ref().map(|(property, _)| property.to_string());
            (name(&step.input), name(&step.output), step.action, step.rule.id, step.choice.map(|choice| choice.name))
        })
        .collect();
    let field = |name: &str| Some(format!("payload field `{name}`"));
    assert_eq!(
        told,
        [
            (field("t"), field("t"), Action::Kept, "map-wildcard", None),
            (field("a.b"), field("a.b"), Action::Kept, "map-wildcard", None),
            (field("t"), field("f"), Action::Changed, "map-expression", Some("overlap")),
            (field("a.b"), field("renamed"), Action::Kept, "map-copy", Some("overlap")),
            (None, field("topic"), Action::Made, "metadata-input", None),
            (field("secret"), None, Action::Removed, "map-remove", None),
        ]
    );
    assert_eq!(steps[2].output.as_ref().unwrap().1, b"77.0");
    let cause = steps[2].cause.as_ref().unwrap();
    assert!(case.part(cause).contains("cToF($1)"));
    let only = Case::map(&[(&["t"], "t", "")]).steps(&json!({"t": 1, "u": {"v": 2}}));
    assert_eq!(only[1].rule.id, "map-only-mapped");
    assert_eq!(only[1].input.as_ref().unwrap().0, Property::Field("u.v".to_owned()));
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-1e6..1e6).prop_map(Json::from),
        "[a-c. é\"*$]{0,4}".prop_map(Json::from),
    ];
    let inner = leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec(("[a-c. é\"*$]{0,3}", inner), 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::vec(("[a-c. é\"*$]{0,3}", inner), 0..5)
        .prop_map(|members| Json::Object(members.into_iter().collect()))
}

fn leaves(json: &Json, count: &mut usize) {
    match json.as_object().filter(|object| !object.is_empty()) {
        Some(object) => object.values().for_each(|value| leaves(value, count)),
        None => *count += 1,
    }
}

proptest! {
    #[test]
    fn passing_all_through_is_identity(payload in any_json()) {
        let case = Case::map(&[(&["*"], "*", "")]);
        let out = case.apply(&mqtt(&payload)).unwrap().payload.unwrap();
        prop_assert_eq!(String::from_utf8(out).unwrap(), payload.to_string());
        let mut count = 0;
        leaves(&payload, &mut count);
        let steps = case.steps(&payload);
        prop_assert_eq!(steps.len(), if payload == json!({}) { 0 } else { count });
        prop_assert!(steps.iter().all(|step| step.action == Action::Kept && step.input == step.output));
    }

    #[test]
    fn moving_everything_down_and_up_is_identity(payload in any_json()) {
        let down = Case::map(&[(&["*"], "Data.*", "")]).payload(&payload);
        prop_assume!(payload != json!({}));
        prop_assert_eq!(Case::map(&[(&["Data.*"], "*", "")]).payload(&down).to_string(), payload.to_string());
    }

    #[test]
    fn any_bytes_are_an_outcome(payload in prop::collection::vec(any::<u8>(), 0..60)) {
        let case = Case::map(&[(&["*"], "*", ""), (&["a"], "", "")]);
        let _ = case.apply(&raw(payload)).map_err(|dropped| assert_eq!(dropped.reason, DropReason::TransformError));
    }
}
