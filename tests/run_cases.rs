//! From a file with cases to what a person reads: read, sent, judged, told. The translation is played by hand, from the
//! tables of the Kafka endpoint page.
#![cfg(feature = "translate")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use flowgate::diag::{Certainty, FileId, Place, Span, pages};
use flowgate::message::{Header, Message, Record};
use flowgate::report::Style;
use flowgate::report::run::{Detail, Judgement, Mode, Route, RunFormat, RunReport, Stop, Verdict, write};
use flowgate::run::Wire;
use flowgate::run::cases::{Case, read};
use flowgate::run::compare::{Blame, Came, Journey, Lenience, findings, judge};
use flowgate::run::verdict::{Known, passage};
use flowgate::source::{Sources, Text};
use flowgate::translate::{Action, Choices, Property, Rule, Step};
use std::path::Path;
use std::time::Duration;

static COPY_OFF: Rule = Rule {
    id: "copy-mqtt-properties-disabled",
    says: "no MQTT property becomes a header while `copyMqttProperties` is `Disabled`",
    source: &pages::KAFKA,
    certainty: Certainty::Documented,
};
static CE_PREFIX: Rule = Rule {
    id: "ce-propagate-kafka",
    says: "attributes of a CloudEvent are kept; the tables write `ce-`",
    source: &pages::KAFKA,
    certainty: Certainty::Documented,
};
static PAYLOAD: Rule = Rule {
    id: "payload-unchanged",
    says: "without a transformation the payload stays",
    source: &pages::CREATE,
    certainty: Certainty::Inferred,
};

const ENDPOINT: &str = "\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: hub
spec:
  endpointType: Kafka
  kafkaSettings:
    host: kafka.plant-7.example:9093
    copyMqttProperties: Disabled
    cloudEventAttributes: Propagate
";
const CASES: &str = "\
cases:
  - name: the event keeps its attributes
    message:
      topic: line-3/telemetry
      payload-json: { temperature: 21.5 }
      user-properties: { specversion: '1.0', type: t, source: /line-3, id: 7 }
    expect:
      payload-json: { temperature: 21.5 }
      cloud-events: { id: 7, type: t }
  - name: the content type comes through
    message:
      topic: line-3/telemetry
      payload-json: { temperature: 21.5 }
      content-type: application/json
      user-properties: { specversion: '1.0', type: t, source: /line-3, id: 7 }
    expect:
      # Not while the endpoint copies nothing.
      headers: { Content Type: application/json }
      cloud-events: { id: 8 }
";

fn place(text: &str, needle: &str) -> Place {
    let start = text.find(needle).unwrap();
    Place::new(FileId(0), Span::new(start, start + needle.len()))
}

fn step(from: Property, to: Option<Property>, value: &[u8], rule: &'static Rule, cause: &str) -> Step {
    Step {
        input: Some((from, value.to_vec())),
        action: if to.is_some() { Action::Kept } else { Action::Removed },
        output: to.map(|to| (to, value.to_vec())),
        rule,
        cause: Some(place(ENDPOINT, cause).into()),
        choice: None,
        note: None,
    }
}

/// What the endpoint above makes of a message.
fn translated(input: &Message) -> (Message, Vec<Step>) {
    let Message::Mqtt(publish) = input else { panic!() };
    let mut steps = vec![step(Property::Payload, Some(Property::Payload), &publish.payload, &PAYLOAD, "hub")];
    let mut headers = Vec::new();
    if let Some(content_type) = &publish.content_type {
        steps.push(step(Property::ContentType, None, content_type.as_bytes(), &COPY_OFF, "Disabled"));
    }
    for (name, value) in &publish.user_properties {
        headers.push(Header::text(format!("ce-{name}"), value.clone()));
        let to = Property::Header(format!("ce-{name}"));
        steps.push(step(Property::UserProperty(name.clone()), Some(to), value.as_bytes(), &CE_PREFIX, "Propagate"));
    }
    let value = Some(publish.payload.clone());
    (Message::Kafka(Record { topic: "telemetry".to_owned(), value, headers, ..Record::default() }), steps)
}

fn route() -> Route {
    let stop = |endpoint: &str, protocol, topic: &str| {
        let (endpoint, topic) = (endpoint.to_owned(), Some(topic.to_owned()));
        Stop { endpoint, protocol, topic }
    };
    let dataflow = "line-3-to-hub".to_owned();
    Route {
        source: stop("default", "MQTT", "line-3/telemetry"),
        dataflow,
        destination: stop("hub", "Kafka", "telemetry"),
    }
}

fn run(case: &Case) -> flowgate::report::run::Passage {
    let sent = &case.sent[0];
    let input = sent.draft.message(Wire::Mqtt, None, Path::new("")).unwrap();
    let (out, steps) = translated(&input);
    let journey = Journey { input: &input, came: Came::Delivered(&out), steps: &steps };
    let judged = judge(journey, sent.expect.as_ref().unwrap(), Judgement::Ok, &Lenience::default());
    passage(Known {
        name: case.name.value.to_string(),
        place: Some(case.name.place),
        route: route(),
        came: journey.came,
        judged: &judged,
        steps: &steps,
        choices: &Choices::default(),
        findings: findings(&judged, journey.came, Blame::Case(&case.name)),
        took: Duration::from_millis(12),
    })
}

#[test]
fn a_mismatch_is_shown_at_the_case_and_at_the_manifest() {
    let mut sources = Sources::default();
    for (name, text) in [("hub.yaml", ENDPOINT), ("cases.yaml", CASES)] {
        sources.add_text(name, Text::decode(text.as_bytes().to_vec()).unwrap());
    }
    let cases = read(CASES, FileId(1)).unwrap();
    let passages: Vec<_> = cases.iter().map(run).collect();
    assert_eq!(passages.iter().map(|passage| passage.verdict).collect::<Vec<_>>(), [Verdict::Passed, Verdict::Failed]);
    let took = Duration::from_millis(31);
    let report =
        RunReport { mode: Mode::Sandbox, notes: &[], passages: &passages, findings: &[], sources: &sources, took };
    let style = Style { color: false, graphics: true, width: 110 };
    let mut out = Vec::new();
    write(&report, RunFormat::Human, Detail::default(), &style, &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn lint_leaves_a_file_with_cases_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cases.yaml"), CASES).unwrap();
    std::fs::write(folder.path().join("hub.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n").unwrap();
    let run = common::run(&["lint", "--format", "json", "--allow-empty", &folder.path().to_string_lossy()], b"");
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["diagnostics"], serde_json::json!([]), "{}", run.stdout);
}
