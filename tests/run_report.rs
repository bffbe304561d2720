//! What people and machines read of a run: pictures of the human formats, the JSON held to its schema, JUnit held to XML.
#![cfg(feature = "translate")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

use flowgate::diag::{Certainty, Diagnostic, FileId, Place, Related, Span, pages};
use flowgate::policy::run::CASE_MISMATCH;
use flowgate::report::Style;
use flowgate::report::run::{
    Answer, Cell, Detail, Event, Judgement, Mode, Passage, Route, Row, RunFormat, RunReport, Stop, Verdict, Why, line,
    write,
};
use flowgate::source::{Sources, Text};
use serde_json::Value;
use std::time::Duration;

const FLOW: &str = "\
kind: DataflowEndpoint
spec:
  kafkaSettings:
    copyMqttProperties: Disabled
";
const CASES: &str = "\
cases:
  - name: the content type comes through
    message: { content-type: application/json }
    expect:
      headers: { Content Type: application/json }
";
const DRAWN: Style = Style { color: false, graphics: true, width: 100 };
const NARRATED: Style = Style { graphics: false, ..DRAWN };

fn sources() -> Sources {
    let mut sources = Sources::default();
    for (name, text) in [("flow.yaml", FLOW), ("cases.yaml", CASES)] {
        sources.add_text(name, Text::decode(text.as_bytes().to_vec()).unwrap());
    }
    sources
}

fn at(file: u32, text: &str, needle: &str) -> Place {
    let start = text.find(needle).unwrap();
    Place::new(FileId(file), Span::new(start, start + needle.len()))
}

fn why(says: &'static str, place: Option<Place>) -> Why {
    Why { rule: "a-rule", says, source: pages::KAFKA, certainty: Certainty::Documented, place }
}

fn cell(name: &str, value: &[u8]) -> Option<Cell> {
    Some(Cell { name: name.to_owned(), value: Some(value.to_vec()) })
}

fn row(input: Option<Cell>, output: Option<Cell>, says: &'static str, judgement: Judgement) -> Row {
    let property = input.as_ref().or(output.as_ref()).unwrap().name.clone();
    Row { property, input, output, expected: None, why: Some(why(says, None)), judgement, note: None }
}

fn route() -> Route {
    Route {
        source: Stop { endpoint: "default".to_owned(), protocol: "MQTT", topic: Some("line-3/telemetry".to_owned()) },
        dataflow: "line-3-to-hub".to_owned(),
        destination: Stop { endpoint: "eventhubs".to_owned(), protocol: "Kafka", topic: Some("telemetry".to_owned()) },
    }
}

fn setting() -> Answer {
    Answer { name: "ce-prefix", value: "ce-", about: "which prefix CloudEvents attributes get in Kafka", default: true }
}

/// A message with everything that one can have, and nothing expected.
fn predicted() -> Passage {
    let ok = Judgement::AsPredicted;
    let json = br#"{"temperature":21.5,"humidity":40,"unit":"C","serial":"A-000-111-222-333"}"#;
    Passage {
        name: "line-3-to-hub".to_owned(),
        place: None,
        route: route(),
        outcome: "delivered".to_owned(),
        why: None,
        verdict: Verdict::AsPredicted,
        rows: vec![
            row(cell("topic", b"line-3/telemetry"), cell("topic", b"telemetry"), "`dataDestination` is the topic", ok),
            row(cell("payload", json), cell("payload", json), "without a transformation the payload stays", ok),
            row(
                cell("Content Type", b"application/json"),
                cell("header `Content Type`", b"application/json"),
                "copied",
                ok,
            ),
            row(
                cell("Correlation Data", &[0x66, 0, 0xff]),
                cell("header `Correlation Data`", &[0x66, 0, 0xff]),
                "copied",
                ok,
            ),
            row(
                cell("user property `id`", b"7"),
                cell("header `ce-id`", b"7"),
                "Propagate keeps it; the tables say `ce-`",
                ok,
            ),
            row(cell("user property `password`", b"hunter22"), cell("header `password`", b"hunter22"), "copied", ok),
            row(None, cell("header `ce-time`", b"2026-01-01T00:00:00Z"), "made", ok),
            row(cell("QoS", b"1"), None, "Kafka has none", Judgement::NotJudged),
        ],
        story: vec![Event {
            input: cell("Content Type", b"application/json"),
            output: cell("header `Content Type`", b"application/json"),
            action: "kept",
            why: why("copied", Some(at(0, FLOW, "Disabled"))),
            setting: Some(setting()),
            note: Some("a note".to_owned()),
        }],
        settings: vec![setting()],
        findings: Vec::new(),
        took: Duration::from_millis(41),
    }
}

/// A case that does not hold.
fn failed() -> Passage {
    let mut finding = Diagnostic::new(
        &CASE_MISMATCH,
        at(1, CASES, "Content Type: application/json").span_of_value(),
        "case `the content type comes through`: header `Content Type` is missing, expected `application/json`",
    );
    finding.label = Some("expected `application/json`".to_owned());
    finding.related =
        vec![Related { place: at(0, FLOW, "Disabled"), message: "this decides it: no property is copied".to_owned() }];
    let mut missing =
        row(cell("Content Type", b"application/json"), None, "`copyMqttProperties` is off", Judgement::Missing);
    missing.expected = Some("`application/json`".to_owned());
    Passage {
        name: "the content type comes through".to_owned(),
        place: Some(at(1, CASES, "the content type comes through")),
        verdict: Verdict::Failed,
        rows: vec![
            row(
                cell("topic", b"line-3/telemetry"),
                cell("topic", b"telemetry"),
                "`dataDestination`",
                Judgement::NotJudged,
            ),
            missing,
        ],
        findings: vec![finding],
        settings: Vec::new(),
        ..predicted()
    }
}

trait SpanOfValue {
    fn span_of_value(self) -> Self;
}

impl SpanOfValue for Place {
    fn span_of_value(mut self) -> Self {
        self.span.start += u32::try_from("Content Type: ".len()).unwrap();
        self
    }
}

fn passed(name: &str, verdict: Verdict) -> Passage {
    Passage { name: name.to_owned(), place: Some(at(1, CASES, "message")), verdict, ..predicted() }
}

fn told(passages: &[Passage], format: RunFormat, detail: Detail, style: Style) -> String {
    let sources = sources();
    let notes = ["TLS, logins and service limits are not proven here (flowgate probe does that)".to_owned()];
    let took = Duration::from_millis(48);
    let report = RunReport { mode: Mode::Sandbox, notes: &notes, passages, findings: &[], sources: &sources, took };
    let mut out = Vec::new();
    write(&report, format, detail, &style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn human(passages: &[Passage], detail: Detail, style: Style) -> String {
    told(passages, RunFormat::Human, detail, style)
}

#[test]
fn a_message_without_expectation_drawn() {
    insta::assert_snapshot!(human(&[predicted()], Detail::default(), DRAWN));
}

#[test]
fn a_message_without_expectation_narrated() {
    insta::assert_snapshot!(human(&[predicted()], Detail { trace: true, brief: false }, NARRATED));
}

#[test]
fn cases_one_of_which_fails_drawn() {
    let passages = [passed("passes", Verdict::Passed), failed(), passed("cannot be told", Verdict::Inconclusive)];
    insta::assert_snapshot!(human(&passages, Detail { trace: false, brief: true }, DRAWN));
}

#[test]
fn cases_one_of_which_fails_narrated() {
    insta::assert_snapshot!(human(
        &[passed("passes", Verdict::Passed), failed()],
        Detail { trace: false, brief: true },
        NARRATED
    ));
}

#[test]
fn lines_fit_the_width() {
    for width in [60, 80, 120] {
        let text = human(&[predicted(), failed()], Detail::default(), Style { width, ..DRAWN });
        for line in text.lines().filter(|line| !line.contains("flowgate explain")) {
            assert!(line.chars().count() <= width, "{width}: {line}\n{text}");
        }
    }
}

#[test]
fn colours_come_only_where_they_are_wanted() {
    let plain = human(&[predicted(), failed()], Detail::default(), DRAWN);
    assert!(!plain.contains('\u{1b}') && !plain.contains('\u{e000}'));
    let coloured = human(&[predicted(), failed()], Detail::default(), Style { color: true, ..DRAWN });
    assert!(coloured.contains("\u{1b}[1;31mmissing\u{1b}[0m"), "{coloured}");
    let mut bare = String::new();
    let mut escape = false;
    for c in coloured.chars() {
        match c {
            '\u{1b}' => escape = true,
            'm' if escape => escape = false,
            _ if escape => {}
            c => bare.push(c),
        }
    }
    assert_eq!(bare, plain);
}

#[test]
fn no_format_tells_a_secret() {
    for format in [RunFormat::Human, RunFormat::Json, RunFormat::Junit] {
        for style in [DRAWN, NARRATED] {
            let mut passage = failed();
            passage.rows = predicted().rows;
            passage.rows.iter_mut().for_each(|row| row.judgement = Judgement::Differs);
            passage
                .story
                .push(Event { input: cell("user property `password`", b"hunter22"), ..passage.story[0].clone() });
            let text = told(&[passage], format, Detail { trace: true, brief: false }, style);
            assert!(!text.contains("hunter22") && text.contains("***"), "{format:?}\n{text}");
        }
    }
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("../schemas/run.schema.json")).unwrap();
    let report: Value = serde_json::from_str(include_str!("../schemas/report.schema.json")).unwrap();
    let base = "https://example.invalid/run.schema.json";
    let registry = jsonschema::Registry::new()
        .add("https://example.invalid/report.schema.json", report)
        .unwrap()
        .prepare()
        .unwrap();
    jsonschema::options().with_base_uri(base).with_registry(&registry).build(&schema).unwrap()
}

#[test]
fn json_is_what_its_schema_says() {
    let passages = [predicted(), failed(), passed("x", Verdict::NotReadBack), passed("y", Verdict::Inconclusive)];
    let text = told(&passages, RunFormat::Json, Detail::default(), DRAWN);
    let report: Value = serde_json::from_str(&text).unwrap();
    let validator = validator();
    let errors: Vec<_> =
        validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let without = |pointer: &str, key: &str| {
        let mut report = report.clone();
        report.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(key).unwrap();
        validator.is_valid(&report)
    };
    assert!(!without("", "mode") && !without("/messages/0", "steps") && !without("/messages/1/diagnostics/0", "id"));
    assert!(!without("/messages/0/properties/0/in", "bytes") && !without("/messages/0/steps/0/rule", "cause"));
    assert_eq!(report["summary"]["not_read_back"], 1);
    assert_eq!(report["messages"][1]["case"]["span"]["start"]["line"], 2);
    let data = &report["messages"][0]["properties"][3]["out"];
    assert_eq!((data["base64"].as_str(), data["text"].as_str(), data["bytes"].as_u64()), (Some("ZgD/"), None, Some(3)));
    assert_eq!(report["messages"][0]["properties"][5]["in"]["masked"], true);
}

#[test]
fn junit_is_xml_and_says_what_failed_where() {
    let mut odd = failed();
    odd.name = "a \u{1b}[31m \"quoted\" <tag> & ]]> \u{0}".to_owned();
    odd.rows[1].expected = Some("`\u{7}<&`".to_owned());
    let passages = [
        passed("passes", Verdict::Passed),
        failed(),
        odd,
        passed("y", Verdict::Inconclusive),
        passed("z", Verdict::NotReadBack),
    ];
    let text = told(&passages, RunFormat::Junit, Detail::default(), DRAWN);
    let xml = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let suite = xml.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    let count = |name| suite.attribute(name).unwrap().parse::<usize>().unwrap();
    assert_eq!((count("tests"), count("failures"), count("errors"), count("skipped")), (5, 2, 1, 1));
    let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
    assert_eq!(cases.len(), 5);
    assert_eq!((cases[1].attribute("file"), cases[1].attribute("line")), (Some("cases.yaml"), Some("2")));
    let failure = cases[1].children().find(|node| node.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("type"), Some("case-mismatch"));
    assert!(failure.attribute("message").unwrap().contains("header `Content Type` is missing"));
    assert!(failure.text().unwrap().contains("flow.yaml:4:25: this decides it"), "{text}");
    assert!(cases[2].attribute("name").unwrap().contains("\"quoted\" <tag> & ]]>"));
    assert!(cases[0].first_element_child().is_none());
}

#[test]
fn the_last_line_counts() {
    let sources = sources();
    let passages = [passed("a", Verdict::Passed), passed("b", Verdict::Passed), failed()];
    let report = |passages| RunReport {
        mode: Mode::Live,
        notes: &[],
        passages,
        findings: &[],
        sources: &sources,
        took: Duration::from_micros(2_540_000),
    };
    assert_eq!(line(&report(&passages)), "2 passed, 1 failed of 3 messages in 2.5 s");
    assert_eq!(line(&report(&passages[2..])), "failed: 1 message in 2.5 s");
    assert_eq!(line(&report(&[])), "no message was sent");
}
