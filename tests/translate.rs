//! A message through a dataflow, from manifests: what comes out, and which line of them brings it about.

#![cfg(feature = "translate")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

use flowgate::diag::FileId;
use flowgate::message::{Message, Publish, QoS};
use flowgate::model::{Bundle, Dataflow, Resource, ResourceKind};
use flowgate::schema::Kind;
use flowgate::settings::Flow;
use flowgate::translate::{
    Action, Choices, Context, Datasets, End, Files, LastValues, Outcome, Plan, PlanError, Property, Step, Trace,
    translate,
};
use flowgate::yaml::Stream;

const HUB: &str = "\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: hub
spec:
  endpointType: Kafka
  kafkaSettings:
    host: hub.example:9093
    cloudEventAttributes: CreateOrRemap # events
    copyMqttProperties: Enabled # copy
    partitionStrategy: Property # strategy
    partitionKeyProperty: device
---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata:
  name: line-3-to-hub
spec:
  operations:
    - operationType: Source
      sourceSettings:
        endpointRef: default
        dataSources: [line-3/#]
    - operationType: Destination
      destinationSettings:
        endpointRef: hub
        dataDestination: telemetry # topic
        headers:
          - actionType: AddOrReplace
            key: site
            value: north # header
";

/// The plan for the dataflow in `text`, from the broker `default` to the only endpoint there.
fn plan(text: &str) -> Result<Plan, Vec<PlanError>> {
    let mut bundle = Bundle::default();
    let mut flow = None;
    for parsed in Stream::new(text, FileId(0)) {
        let document = parsed.document.unwrap();
        for resource in Resource::all(FileId(0), text, &document) {
            bundle.add(&resource);
            if resource.kind == ResourceKind::Flow(Kind::Dataflow) {
                flow = Some(Flow::of(&Dataflow::new(resource)).unwrap());
            }
        }
    }
    let flow = flow.unwrap();
    let source = End::default_broker(flow.shape, flow.source.place);
    let datasets = Datasets::default();
    let files = Files { datasets: &datasets, output_schema: None };
    Plan::new(&flow, &source, &End::of(&bundle.endpoints[0]), &Choices::default(), files)
}

/// The line of `text` that brings `step` about.
fn line<'t>(text: &'t str, step: &Step) -> &'t str {
    let at = step.cause.as_ref().unwrap().place.span.start as usize;
    text[..at].rsplit('\n').next().map(|before| &text[at - before.len()..]).unwrap().lines().next().unwrap().trim()
}

fn run(text: &str, message: Publish) -> (Outcome, Trace) {
    let plan = plan(text).unwrap();
    let mut trace = Trace::recording();
    let mut last = LastValues::default();
    let mut ids = || "7b5c8ae5-2f0f-4e0b-9d65-0d5b6f0f6a11".to_owned();
    let mut context = Context { received_at: 0, now: 1_000, ids: &mut ids, last: &mut last };
    (translate(&plan, Message::Mqtt(message), &mut context, &mut trace), trace)
}

fn message() -> Publish {
    Publish {
        topic: "line-3/press".into(),
        payload: b"{}".to_vec(),
        qos: QoS::AtLeastOnce,
        content_type: Some("application/json".into()),
        user_properties: vec![("device".into(), "d-7".into()), ("site".into(), "south".into())],
        ..Publish::default()
    }
}

#[test]
fn every_step_names_the_line_that_brings_it_about() {
    let (outcome, trace) = run(HUB, message());
    let Outcome::Delivered(Message::Kafka(record)) = outcome else { panic!("{outcome:?}") };
    assert_eq!((record.topic.as_str(), record.key.as_deref()), ("telemetry", Some(&b"d-7"[..])));
    let headers: Vec<_> = record
        .headers
        .iter()
        .map(|header| {
            [header.key.as_slice(), header.value.as_deref().unwrap()].map(|b| std::str::from_utf8(b).unwrap())
        })
        .collect();
    let expected = [
        ["Content Type", "application/json"],
        ["device", "d-7"],
        ["site", "north"],
        ["ce-specversion", "1.0"],
        ["ce-type", "ms.aio-dataflow.telemetry"],
        ["ce-source", "aio://hub"],
        ["ce-id", "7b5c8ae5-2f0f-4e0b-9d65-0d5b6f0f6a11"],
        ["ce-subject", "telemetry"],
        ["ce-time", "1970-01-01T00:00:01Z"],
        ["ce-datacontenttype", "application/json"],
    ];
    assert_eq!(headers, expected);
    let out = |name: &str| Property::Header(name.to_owned());
    for (property, action, expected) in [
        (Property::Topic, Action::Changed, "dataDestination: telemetry # topic"),
        (Property::Key, Action::Made, "partitionStrategy: Property # strategy"),
        (out("Content Type"), Action::Kept, "copyMqttProperties: Enabled # copy"),
        (out("device"), Action::Kept, "copyMqttProperties: Enabled # copy"),
        (out("site"), Action::Changed, "- actionType: AddOrReplace"),
        (out("ce-id"), Action::Made, "cloudEventAttributes: CreateOrRemap # events"),
    ] {
        let is = |step: &&Step| step.output.as_ref().is_some_and(|(found, _)| *found == property);
        let step = trace.steps().iter().find(is).unwrap();
        assert_eq!((step.action, line(HUB, step)), (action, expected), "{property}");
    }
}

#[test]
fn where_nothing_is_written_the_settings_block_brings_it_about() {
    let text = HUB.replace("    copyMqttProperties: Enabled # copy\n", "");
    let (_, trace) = run(&text, message());
    let is = |step: &&Step| step.input.as_ref().is_some_and(|(found, _)| *found == Property::ContentType);
    let step = trace.steps().iter().find(is).unwrap();
    // `Disabled` is the default of the custom resources.
    assert_eq!((step.action, step.rule.id), (Action::Removed, "copy-disabled"));
    assert_eq!(line(&text, step), "kafkaSettings:");
}

#[test]
fn a_placeholder_is_complained_of_where_it_stands() {
    let text = HUB.replace("Enabled # copy", "${COPY} # copy").replace("telemetry # topic", "line/3 # topic");
    let errors = plan(&text).unwrap_err();
    let at = |error: &PlanError| &text[error.cause.place.span.range()];
    assert_eq!(errors.iter().map(at).collect::<Vec<_>>(), ["${COPY}", "line/3"]);
    assert!(errors[0].message.contains("`copyMqttProperties`") && errors[1].message.contains("Kafka topic"));
}
