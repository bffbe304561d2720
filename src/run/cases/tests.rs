use super::*;
use crate::diag::FileId;
use crate::message::{Header, Message, PayloadFormat, QoS};
use crate::run::Wire;
use crate::schema::json::to_value;
use crate::translate::Property;
use crate::yaml::Stream;
use serde_json::{Value as Json, json};
use std::path::Path;

const FULL: &str = r#"
# yaml-language-server: $schema=cases.schema.json
cases:
  - name: everything that MQTT has
    dataflow: line-3
    settings: { expiry-rounding: up }
    time: 2026-01-01T00:00:00Z
    waited: 1000s
    datasets: { position: data/position.jsonl }
    message:
      topic: a/b
      payload-json: { a: 1, n: [2.5, null, true] }
      qos: 2
      retain: true
      payload-format: utf8
      expiry: 3600
      content-type: application/json
      response-topic: r/t
      correlation-data: { base64: "/wA=" }
      user-properties:
        - a: "1"
        - b: 2.50
        - a: yes
    expect:
      outcome: { any-of: [delivered, dropped-expired] }
  - name: everything that Kafka has
    message:
      topic: t
      payload: null
      key: { hex: "a1 03 62" }
      timestamp: 1517518800000
      partition: 3
      headers:
        - k: v
        - k: { base64: "/w==" }
        - n: null
    expect:
      topic: out/b
      payload-fields: { a.b: 5, '"x.y".z': { matches: "^s" }, o: { json: { p: 1 } }, l: [1], gone: { absent: true } }
      qos: 1
      retain: false
      expiry: { min: 2599, max: 2600 }
      payload-format: { any-of: [bytes, { absent: true }] }
      user-properties: { a: "1", Key: { matches: "^k" }, no: null }
      headers: [{ a: 1 }, { a: null }]
      cloud-events: { prefix: any, id: "7", time: { present: true }, traceparent: x }
  - name: several
    messages: [{ payload: '{"w":1}' }, { payload: '{}' }]
    expect: [null, { payload-json: { w: 1 } }]
"#;

fn cases(text: &str) -> Vec<Case> {
    read(text, FileId(0)).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// The findings in `text`: line, message and help.
fn faults(text: &str) -> Vec<(usize, String, Option<String>)> {
    let findings = read(text, FileId(0)).expect_err("understood");
    let line = |offset: u32| text[..offset as usize].matches('\n').count() + 1;
    findings.into_iter().map(|finding| (line(finding.place.span.start), finding.message, finding.help)).collect()
}

fn one(member: &str) -> String {
    format!("cases:\n  - name: x\n    message: {{ topic: t }}\n    {member}\n")
}

#[test]
fn a_message_is_read_as_it_is_written() {
    let cases = cases(FULL);
    let Message::Mqtt(publish) = cases[0].sent[0].draft.message(Wire::Mqtt, None, Path::new("")).unwrap() else {
        panic!()
    };
    assert_eq!(publish.topic, "a/b");
    assert_eq!(publish.payload, br#"{"a":1,"n":[2.5,null,true]}"#);
    assert_eq!((publish.qos, publish.retain), (QoS::ExactlyOnce, true));
    assert_eq!(publish.payload_format, Some(PayloadFormat::Utf8));
    assert_eq!(publish.message_expiry, Some(3600));
    assert_eq!(publish.content_type.as_deref(), Some("application/json"));
    assert_eq!(publish.response_topic.as_deref(), Some("r/t"));
    assert_eq!(publish.correlation_data.as_deref(), Some([0xff, 0].as_slice()));
    // Text is what is written, whatever YAML takes it for.
    let expected = [("a", "1"), ("b", "2.50"), ("a", "yes")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(publish.user_properties, expected);
    assert_eq!(cases[0].waited.unwrap().as_secs(), 1000);
    let time = cases[0].time.unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(time.as_secs(), 1_767_225_600);

    let Message::Kafka(record) = cases[1].sent[0].draft.message(Wire::Kafka, None, Path::new("")).unwrap() else {
        panic!()
    };
    assert_eq!(record.value, None);
    assert_eq!(record.key.as_deref(), Some([0xa1, 3, b'b'].as_slice()));
    assert_eq!((record.timestamp, record.partition), (Some(1_517_518_800_000), Some(3)));
    let header = |key: &str, value: Option<&[u8]>| Header { key: key.into(), value: value.map(<[u8]>::to_vec) };
    assert_eq!(record.headers, [header("k", Some(b"v")), header("k", Some(&[0xff])), header("n", None)]);
}

#[test]
fn an_expectation_is_about_the_last_message_or_goes_along_with_each() {
    let cases = cases(FULL);
    assert!(cases[2].sent[0].expect.is_none());
    assert!(cases[2].sent[1].expect.is_some());
    let text = "cases:\n  - name: x\n    messages: [{}, {}]\n    expect: { topic: t }\n";
    let sent = &read(text, FileId(0)).unwrap()[0].sent;
    assert!(sent[0].expect.is_none() && sent[1].expect.is_some());
}

#[test]
fn a_message_has_only_what_its_protocol_has() {
    let cases = cases(FULL);
    let error = cases[0].sent[0].draft.message(Wire::Kafka, None, Path::new("")).unwrap_err();
    assert_eq!(error.to_string(), "a Kafka message has no `qos`, and the source of this dataflow is Kafka");
    let error = cases[2].sent[0].draft.message(Wire::Mqtt, None, Path::new("")).unwrap_err();
    assert!(error.to_string().contains("no `topic`"));
    let message = cases[2].sent[0].draft.message(Wire::Mqtt, Some("x/y"), Path::new("")).unwrap();
    assert_eq!(message.topic(), "x/y");
}

#[test]
fn a_payload_comes_from_a_file_beside_the_case() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.bin"), [0, 0xff]).unwrap();
    let text = one("dataflow: d").replace("{ topic: t }", "{ topic: t, payload-file: p.bin }");
    let draft = &cases(&text)[0].sent[0].draft;
    assert_eq!(draft.message(Wire::Mqtt, None, folder.path()).unwrap().payload(), [0, 0xff]);
    let text = text.replace("p.bin", "gone.bin");
    let error = cases(&text)[0].sent[0].draft.message(Wire::Mqtt, None, folder.path()).unwrap_err();
    assert!(error.to_string().starts_with("`gone.bin` cannot be read: "), "{error}");
    assert_eq!(error.finding().id(), "case-syntax");
}

#[test]
fn waiting_times_take_units_and_fractions() {
    for (written, millis) in
        [("1000s", 1_000_000), ("0.4s", 400), ("400ms", 400), ("10", 10_000), ("1h 30m", 5_400_000)]
    {
        let cases = cases(&one(&format!("waited: {written}")));
        assert_eq!(cases[0].waited.unwrap().as_millis(), millis, "{written}");
    }
    for written in ["-1s", "soon", "1 fortnight", "[1]", "1e400"] {
        let text = one(&format!("waited: {written}"));
        assert_eq!(faults(&text)[0].0, 4, "{written}");
    }
}

/// What is wrong, with the line, a part of the message, and whether the schema can say so too.
const WRONG: [(&str, usize, &str, bool); 32] = [
    ("cases:\n  - name: x\n    mesage: {}\n", 3, "a case has no `mesage`", true),
    ("cases:\n  - name: x\n    message: { qos: 3 }\n", 3, "`qos` is not a whole number from 0 to 2", true),
    ("cases:\n  - message: {}\n", 2, "the case has no `name`", true),
    ("cases:\n  - name: x\n", 2, "the case has no `message`", true),
    ("cases:\n  - name: x\n    message: {}\n    messages: [{}]\n", 4, "either `message` or `messages`", true),
    ("cases:\n  - name: x\n    messages: []\n", 3, "holds no message", true),
    ("cases: []\n", 1, "holds no case", true),
    ("case: []\n", 1, "a file with cases has no `case`", true),
    ("cases: {}\n", 1, "`cases` is an object, expected a list", true),
    ("- 1\n", 1, "a file with cases is a list, expected a mapping", true),
    ("", 1, "holds no case", false),
    ("cases:\n  - name: x\n    message: {}\n  - name: x\n    message: {}\n", 4, "two cases are called `x`", false),
    ("cases:\n  - name: x\n    message: { payload: a, payload-json: 1 }\n", 3, "has a payload already", true),
    ("cases:\n  - name: x\n    message: { payload-base64: '*' }\n", 3, "not Base64", false),
    ("cases:\n  - name: x\n    message: { payload-hex: abc }\n", 3, "not pairs of hexadecimal digits", false),
    ("cases:\n  - name: x\n    message: { payload: { base46: aa } }\n", 3, "has no `base46`", true),
    ("cases:\n  - name: x\n    message: { payload-json: [yes] }\n", 3, "do not agree on what `yes` is", false),
    ("cases:\n  - name: x\n    message: { payload-json: { a: 017 } }\n", 3, "do not agree on what `017` is", false),
    ("cases:\n  - name: x\n    message: { payload-json: .inf }\n", 3, "JSON has no such value", false),
    ("cases:\n  - name: x\n    message: { user-properties: [{ a: 1, b: 2 }] }\n", 3, "is not one `name: value`", true),
    ("cases:\n  - name: x\n    message: { user-properties: { a: [1] } }\n", 3, "user property `a` is a list", true),
    ("cases:\n  - name: x\n    message: { expiry: -1 }\n", 3, "`expiry` is not a whole number", true),
    ("cases:\n  - name: x\n    message: { payload-format: text }\n", 3, "expected `utf8` or `bytes`", true),
    ("cases:\n  - name: x\n    message: {}\n    time: yesterday\n", 4, "RFC 3339", false),
    (
        "cases:\n  - name: x\n    message: {}\n    expect: { topic: { matches: '(' } }\n",
        4,
        "not a regular expression",
        false,
    ),
    (
        "cases:\n  - name: x\n    message: {}\n    expect: { topic: { absent: true, matches: a } }\n",
        4,
        "in more than one way",
        true,
    ),
    ("cases:\n  - name: x\n    message: {}\n    expect: { topic: { any-of: [] } }\n", 4, "names no value", true),
    (
        "cases:\n  - name: x\n    message: {}\n    expect: { outcome: droped-filter }\n",
        4,
        "`droped-filter` is no outcome",
        true,
    ),
    (
        "cases:\n  - name: x\n    message: {}\n    expect: { outcome: dropped-filter, topic: t }\n",
        4,
        "no properties to expect",
        false,
    ),
    (
        "cases:\n  - name: x\n    message: {}\n    expect: { payload: a, payload-json: 1 }\n",
        4,
        "in more than one way",
        true,
    ),
    (
        "cases:\n  - name: x\n    message: {}\n    expect: { cloud-events: { subjekt: a } }\n",
        4,
        "no attribute `subjekt`",
        false,
    ),
    ("cases:\n  - name: x\n    message: {}\n    expect: [{}, {}]\n", 4, "a list of 2, and 1 messages are sent", false),
];

#[test]
fn what_cannot_be_understood_is_said_at_its_line() {
    for (text, line, message, _) in WRONG {
        let faults = faults(text);
        let found = faults.iter().any(|(at, said, _)| *at == line && said.contains(message));
        assert!(found, "{text}\nexpected line {line}: {message}\nfound {faults:#?}");
    }
}

#[test]
fn a_slip_is_named() {
    let help = |text: &str| faults(text)[0].2.clone().unwrap();
    assert_eq!(help("cases:\n  - name: x\n    mesage: {}\n"), "did you mean `message`?");
    assert_eq!(help(&one("expect: { contentType: a }")), "did you mean `content-type`?");
    assert_eq!(help(&one("expect: { user_properties: {} }")), "did you mean `user-properties`?");
    assert_eq!(help(&one("expect: { outcome: droped-filter }")), "did you mean `dropped-filter`?");
    assert!(help(&one("expect: { wrong: 1 }")).starts_with("it has `outcome`, `topic`, "));
}

fn schema() -> Json {
    serde_json::from_str(include_str!("../../../schemas/cases.schema.json")).unwrap()
}

fn as_json(text: &str) -> Json {
    Stream::new(text, FileId(0))
        .find_map(|parsed| parsed.document)
        .map_or(Json::Null, |document| to_value(&document.root))
}

#[test]
fn the_schema_says_the_same() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let errors: Vec<_> = validator.iter_errors(&as_json(FULL)).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    for (text, _, message, told) in WRONG {
        if told {
            assert!(!validator.is_valid(&as_json(text)), "the schema takes: {text} ({message})");
        }
    }
}

#[test]
fn the_schema_has_the_same_keys() {
    let schema = schema();
    for (part, keys) in KEYS {
        let properties = if part == "file" { &schema["properties"] } else { &schema["$defs"][part]["properties"] };
        let described: Vec<&str> = properties.as_object().unwrap().keys().map(String::as_str).collect();
        let (mut described, mut keys) = (described, keys.to_vec());
        described.sort_unstable();
        keys.sort_unstable();
        assert_eq!(described, keys, "{part}");
    }
}

#[test]
fn a_message_in_a_file_has_the_form_of_a_case() {
    let draft = read_draft("topic: a/b\npayload: hello\nuser-properties: { a: 1 }\n", FileId(0)).unwrap();
    let message = draft.message(Wire::Mqtt, None, Path::new("")).unwrap();
    assert_eq!((message.topic(), message.payload()), ("a/b", b"hello".as_slice()));
    assert!(read_draft("topics: a\n", FileId(0)).is_err());
    assert!(read_draft("", FileId(0)).is_err());
    assert!(read_draft("topic: a\n---\ntopic: b\n", FileId(0)).is_err());
}

#[test]
fn values_are_matched_in_every_form() {
    let matcher = |written: &str| {
        let cases = cases(&one(&format!("expect: {{ content-type: {written} }}")));
        cases[0].sent[0].expect.as_ref().unwrap().checks[0].matcher.clone()
    };
    let bytes = |text: &'static str| Seen::Bytes(text.as_bytes());
    for (written, seen, good) in [
        ("a", bytes("a"), true),
        ("a", bytes("b"), false),
        ("a", Seen::Absent, false),
        ("7", bytes("7"), true),
        ("{ matches: '^a+$' }", bytes("aaa"), true),
        ("{ matches: '^a+$' }", bytes("aab"), false),
        ("{ any-of: [a, { matches: b }] }", bytes("xbx"), true),
        ("{ any-of: [a, { absent: true }] }", Seen::Absent, true),
        ("{ any-of: [a, b] }", bytes("c"), false),
        ("{ absent: true }", Seen::Absent, true),
        ("{ absent: true }", bytes(""), false),
        ("{ absent: false }", bytes(""), true),
        ("{ present: true }", Seen::Null, true),
        ("{ present: true }", Seen::Absent, false),
        ("{ present: false }", Seen::Absent, true),
        ("{ hex: ff00 }", Seen::Bytes(&[0xff, 0]), true),
        ("{ base64: /wA= }", Seen::Bytes(&[0xff, 0]), true),
        ("{ min: 9, max: 10 }", bytes("9"), true),
        ("{ min: 9, max: 10 }", bytes("11"), false),
        ("{ min: 9 }", bytes("x"), false),
        ("null", Seen::Absent, true),
        ("null", bytes("a"), false),
    ] {
        assert_eq!(matcher(written).admits(seen), good, "{written} {seen:?}");
    }
}

#[test]
fn json_is_compared_as_json() {
    let same = |a: Json, b: Json| difference(&a, &b).is_none();
    assert!(same(json!({ "a": 77, "b": [1] }), json!({ "b": [1.0], "a": 77.000_000_000_01 })));
    assert!(same(json!(1e300), json!(1.000_000_000_000_1e300)));
    assert!(!same(json!(78), json!(78.8)));
    assert!(!same(json!(i64::MAX), json!(i64::MAX - 1)));
    assert!(!same(json!(1), json!("1")));
    assert!(!same(json!([1]), json!([1, 2])));
    assert!(!same(json!(null), json!({})));
    let found = difference(&json!({ "a": { "b.c": 1 } }), &json!({ "a": { "b.c": 2 } })).unwrap();
    assert_eq!(found.path, "a.\"b.c\"");
    assert_eq!((found.expected.as_deref(), found.seen.as_deref()), (Some("1"), Some("2")));
    let found = difference(&json!({}), &json!({ "x": 1 })).unwrap();
    assert_eq!((found.path.as_str(), found.expected, found.seen.as_deref()), ("x", None, Some("1")));
    let payload = json!({ "Tag.10": { "Value": [5, 6] } });
    assert_eq!(field(&payload, "\"Tag.10\".Value.1"), Some(&json!(6)));
    assert_eq!(field(&payload, "Tag.10"), None);
}

#[test]
fn null_is_nothing_and_a_null_header_is_there() {
    let cases = cases(FULL);
    let expect = cases[1].sent[0].expect.as_ref().unwrap();
    let property = Property::UserProperty("no".to_owned());
    let check = expect.checks.iter().find(|check| check.property == property).unwrap();
    assert!(matches!(check.matcher, Matcher::Absent));
    assert!(matches!(expect.exact[0].items[1].matcher, Matcher::Null));
    assert_eq!(expect.exact[0].items.len(), 2);
}

/// The lines that an example marks as wrong.
fn marked(text: &str) -> Vec<usize> {
    let lines = text.lines().enumerate().filter(|(_, line)| line.trim_end().ends_with("#~"));
    lines.map(|(index, _)| index + 1).collect()
}

#[test]
fn the_examples_are_what_they_say() {
    let bad = include_str!("../../../testdata/rules/case-syntax/bad-1.yaml");
    let lines: Vec<usize> = faults(bad).iter().map(|(line, ..)| *line).collect();
    assert_eq!(lines, marked(bad));
    cases(include_str!("../../../testdata/rules/case-syntax/good-1.yaml"));

    // Without `copyMqttProperties` nothing is copied (Kafka endpoint page).
    let record = Message::Kafka(crate::message::Record { topic: "t".to_owned(), ..crate::message::Record::default() });
    let wrong = |text: &str| {
        let case = &cases(text)[0];
        let input = case.sent[0].draft.message(Wire::Mqtt, None, Path::new("")).unwrap();
        let came = crate::run::compare::Came::Delivered(&record);
        let journey = crate::run::compare::Journey { input: &input, came, steps: &[] };
        let expect = case.sent[0].expect.as_ref().unwrap();
        let judged =
            crate::run::compare::judge(journey, expect, crate::report::run::Judgement::Ok, &Default::default());
        let found = crate::run::compare::findings(&judged, came, crate::run::compare::Blame::Case(&case.name));
        assert!(found.iter().all(|finding| finding.id() == "case-mismatch"));
        let line = |offset: u32| text[..offset as usize].matches('\n').count() + 1;
        found.iter().map(|finding| line(finding.place.span.start)).collect::<Vec<_>>()
    };
    let bad = include_str!("../../../testdata/rules/case-mismatch/bad-1.yaml");
    assert_eq!(wrong(bad), marked(bad));
    assert_eq!(wrong(include_str!("../../../testdata/rules/case-mismatch/good-1.yaml")), [] as [usize; 0]);
}

/// Scalars of every type, keys of every part, nested as they come.
fn tree() -> impl proptest::strategy::Strategy<Value = Json> {
    use proptest::prelude::*;
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,6}".prop_map(Json::from),
        prop::sample::select(vec!["(", "aa", "delivered", "1s", "utf8", "ce-"]).prop_map(Json::from),
    ];
    let keys: Vec<&str> = KEYS.iter().flat_map(|(_, keys)| keys.iter().copied()).chain(["message", "a"]).collect();
    scalar.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((prop::sample::select(keys.clone()), inner), 0..5)
                .prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_is_written_is_read_or_refused(case in tree(), bare in "\\PC{0,40}") {
        let text = json!({ "cases": [{ "name": "x", "message": {} }, case] }).to_string();
        for text in [text, format!("cases:\n  - {bare}\n"), bare] {
            match read(&text, FileId(0)) {
                Ok(cases) => assert!(!cases.is_empty()),
                Err(findings) => {
                    assert!(!findings.is_empty());
                    assert!(findings.iter().all(|finding| finding.place.span.end as usize <= text.len()));
                }
            }
        }
    }

    #[test]
    fn what_the_reader_takes_the_schema_takes(case in tree()) {
        let document = json!({ "cases": [{ "name": "x", "message": {}, "expect": case }] });
        if read(&document.to_string(), FileId(0)).is_ok() {
            let validator = jsonschema::draft202012::new(&schema()).unwrap();
            assert!(validator.is_valid(&as_json(&document.to_string())), "{document}");
        }
    }
}
