//! What enrich, filter and map make of a message: the vectors of the pages.

use super::case::{Case, close, mqtt, raw};
use flowgate::message::{Header, Message, Record};
use flowgate::translate::transform::{LastValues, Metadata, MetadataWrite};
use flowgate::translate::{DropReason, Trace};
use serde_json::{Value as Json, json};

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
