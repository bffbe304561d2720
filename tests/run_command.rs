//! `flowgate run` in the sandbox, as a person calls it: dataflows that are unusual, wrong, or no dataflows at all.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

use flowgate::run::sandbox::{Needs, Sandbox};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// A folder with one manifest, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, manifest: &str) -> Self {
        let path = std::env::temp_dir().join(format!("flowgate-run-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("flow.yaml"), manifest).unwrap();
        Self(path)
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_flowgate"))
            .arg("run")
            .arg(&self.0)
            .args(arguments)
            .env("CI", "true")
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn flow(source: &str, transform: &str, destination: &str) -> String {
    format!(
        "\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata:
  name: line-3
  namespace: azure-iot-operations
spec:
  operations:
    - operationType: Source
      sourceSettings:
        endpointRef: default
        dataSources: {source}
{transform}    - operationType: Destination
      destinationSettings:
        endpointRef: default
        dataDestination: {destination}
"
    )
}

const DROPS_ALL: &str = "    - operationType: BuiltInTransformation
      builtInTransformationSettings:
        filter:
          - inputs: [t]
            expression: $1 > 5 || $1 <= 5
";

const ELSEWHERE: &str = "\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: { name: hub, namespace: plant }
spec:
  endpointType: Kafka
  kafkaSettings:
    host: kafka.example:9092
    kafkaAcks: None
    batching: { latencyMs: 60000 }
    authentication: { method: Anonymous, anonymousSettings: {} }
    tls: { mode: Disabled }
";

#[test]
fn what_is_sent_is_not_taken_for_what_came_out_at_the_same_endpoint() {
    let folder = Folder::new("same", &flow("['thermostats/+/telemetry/#']", "", "'processed/${inputTopic.2}'"));
    let (code, text) = folder.run(&["--topic", "thermostats/7/telemetry/temperature", "--payload", "x"]);
    assert!(text.contains("default (MQTT)  processed/7"), "{text}");
    assert!(!text.contains("reads what it writes"), "{text}");
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn many_messages_do_not_go_where_they_would_never_end_or_never_arrive() {
    let folder = Folder::new("rounds", &flow("[a/#]", "", "a/b"));
    let (code, text) = folder.run(&["--count", "3", "--topic", "a/c"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("it writes to `a/b`, and its source reads `a/#`"), "{text}");
    let folder = Folder::new("nobody", &flow("[a/b]", "", "c"));
    let (code, text) = folder.run(&["--count", "3", "--topic", "x"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("nothing in `dataSources` reads `x`"), "{text}");
}

#[test]
fn parts_that_cannot_do_their_share_are_refused() {
    let folder = Folder::new("parts", &flow("[a/b]", "", "c"));
    for (arguments, why) in [
        (&["--count", "3", "--reader", "none"][..], "counted where they are read"),
        (&["--part", "reader", "--for", "1s"], "needs `--count`"),
    ] {
        let (code, text) = folder.run(arguments);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains(why), "{text}");
    }
}

#[test]
fn a_dataflow_that_feeds_itself_is_told_of() {
    let folder = Folder::new("loop", &flow("['line-3/#']", "", "line-3/out"));
    let (code, text) = folder.run(&[]);
    assert!(text.contains("`line-3/#` of its source takes `line-3/out` at the same broker"), "{text}");
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_dataflow_that_is_switched_off_is_told_of() {
    let manifest = flow("[a]", "", "b").replace("spec:\n", "spec:\n  mode: Disabled\n");
    let (code, text) = Folder::new("off", &manifest).run(&[]);
    assert!(text.contains("`mode` of dataflow `line-3` is `Disabled`"), "{text}");
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn nobody_waits_for_a_message_that_the_dataflow_does_not_read() {
    let started = Instant::now();
    let (code, text) = Folder::new("unread", &flow("['a/+', b]", "", "c")).run(&["--topic", "a/b/c"]);
    assert!(text.contains("gets no message that is sent to `a/b/c`: it reads `a/+`, `b`"), "{text}");
    assert_eq!(code, Some(1), "{text}");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}

#[test]
fn a_sample_that_no_filter_lets_pass_says_how_to_give_another() {
    let folder = Folder::new("none", &flow("[a]", DROPS_ALL, "b"));
    let (code, text) = folder.run(&[]);
    assert!(text.contains("none of the messages that Flowgate makes up gets through"), "{text}");
    assert_eq!(code, Some(0), "{text}");
    let (_, text) = folder.run(&["--payload", "{\"t\":1}"]);
    assert!(!text.contains("makes up"), "{text}");
}

#[test]
fn what_cannot_be_run_is_said_at_its_line() {
    let broken = flow("[a]", "", "b").replace("dataDestination: b", "dataDestination: b\n       x: [");
    let twice = format!("{}---\n{}", flow("[a]", "", "b"), flow("[a]", "", "c"));
    let data_set = "    - operationType: BuiltInTransformation
      builtInTransformationSettings:
        datasets:
          - key: registry
            inputs: ['$source.id', '$context(registry).id']
            expression: $1 == $2
";
    let storage = "\
---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: { name: lake }
spec:
  endpointType: LocalStorage
  localStorageSettings: { persistentVolumeClaimRef: claim }
";
    let storage = format!(
        "{}{storage}",
        flow("[a]", "", "b").replace("Ref: default\n        dataDest", "Ref: lake\n        dataDest")
    );
    let elsewhere = format!(
        "{}---\n{ELSEWHERE}",
        flow("[a]", "", "b").replace("Ref: default\n        dataDest", "Ref: hub\n        dataDest")
    );
    let acks = elsewhere.replace("namespace: plant", "namespace: azure-iot-operations");
    let boolean = "    - operationType: BuiltInTransformation
      builtInTransformationSettings:
        map:
          - inputs: [x]
            output: y
";
    for (name, manifest, expected, not) in [
        ("namespace", elsewhere, "endpoint `hub` is in namespace `plant`", "not among"),
        ("acks", acks, "`flowgate explain kafkaAcks`", "sandbox"),
        ("boolean", flow("[a]", boolean, "b"), "is text in quotes", "missing"),
        ("syntax", broken, "not valid YAML", "no dataflow"),
        ("wildcard", flow("['a/#/b']", "", "b"), "`#`", "sandbox"),
        ("twice", twice, "two dataflows are called `line-3`", "--dataflow"),
        ("records", flow("[a]", data_set, "b"), "`--dataset`", "sandbox"),
        ("storage", storage, "which takes files or rows and no messages", "cloudEventAttributes"),
    ] {
        let (code, text) = Folder::new(name, &manifest).run(&[]);
        assert!(text.contains(expected) && text.contains("flow.yaml:"), "{text}");
        assert!(!text.contains(not), "{text}");
        assert_eq!(code, Some(1), "{text}");
    }
}

#[test]
fn nobody_waits_for_a_batch_that_one_message_cannot_fill() {
    let endpoint = ELSEWHERE.replace("None", "All").replace("plant", "azure-iot-operations");
    let manifest = flow("[a]", "", "b").replace("Ref: default\n        dataDest", "Ref: hub\n        dataDest");
    let started = Instant::now();
    let (code, text) = Folder::new("linger", &format!("{manifest}---\n{endpoint}")).run(&[]);
    assert!(text.contains("hub (Kafka)"), "{text}");
    assert_eq!(code, Some(0), "{text}");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}

#[test]
fn a_graph_is_called_by_its_name() {
    let manifest = "\
apiVersion: connectivity.iotoperations.azure.com/v1beta1
kind: DataflowGraph
metadata: { name: line-3 }
spec: { nodes: [], nodeConnections: [] }
";
    let (code, text) = Folder::new("graph", manifest).run(&[]);
    assert!(text.contains("`DataflowGraph` `line-3`"), "{text}");
    assert_eq!(code, Some(3), "{text}");
}

/// Endpoint `line`, without login, at `port`.
fn endpoint(port: u16) -> String {
    format!(
        "\
---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: line, namespace: azure-iot-operations }}
spec:
  endpointType: Mqtt
  mqttSettings:
    host: 127.0.0.1:{port}
    authentication: {{ method: Anonymous, anonymousSettings: {{}} }}
    tls: {{ mode: Disabled }}
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_reader_overhears_at_the_source_is_not_taken_for_what_came_out() {
    let sandbox = Sandbox::start(&Needs { mqtt: 1, kafka: None }).await.unwrap();
    let port = sandbox.mqtt().next().unwrap().port();
    let run = |name, source: &str, destination: &str, how: &'static str| {
        let manifest = flow(source, "", destination).replace("endpointRef: default", "endpointRef: line");
        let folder = Folder::new(name, &(manifest + &endpoint(port)));
        move || folder.run(&[how, "--yes", "--timeout", "2", "--topic", "a/b/c"])
    };
    let too_deep = "'${inputTopic.1}/${inputTopic.2}/${inputTopic.9}'";
    let dropped = tokio::task::spawn_blocking(run("dropped", "['a/+/c']", too_deep, "--live"));
    let (code, text) = dropped.await.unwrap();
    assert!(text.contains("dropped-topic-unresolved"), "{text}");
    assert_eq!(code, Some(0), "{text}");
    let nobody = tokio::task::spawn_blocking(run("nobody", "['a/+/c']", "a/b/c", "--deployed"));
    let (code, text) = nobody.await.unwrap();
    assert!(text.contains("nothing came out at the destination"), "{text}");
    assert!(text.contains("once deployed, it sends every message round and round"), "{text}");
    assert_eq!(code, Some(1), "{text}");
    sandbox.stop().await;
}

#[test]
fn cases_that_cannot_be_sent_are_said_at_their_line() {
    let line = flow("[a]", "", "b");
    let several = format!("{line}---\n{}", line.replace("name: line-3", "name: line-4"));
    let hub = ELSEWHERE.replace("None", "All").replace("plant", "azure-iot-operations");
    let kafka = flow("[one, two]", "", "b").replace("Ref: default\n        dataSou", "Ref: hub\n        dataSou");
    let kafka = format!("{kafka}---\n{hub}");
    for (name, manifest, case, expected) in [
        ("unknown", line.clone(), "dataflow: line-9, message: {}", "no dataflow `line-9` is among the files"),
        ("unnamed", several, "message: {}", "the files hold 2 dataflows"),
        ("topics", kafka, "messages: [{ topic: one }, { topic: two }]", "`two` needs another case than `one`"),
        ("marker", line, "message: { user-properties: [flowgate-run: mine] }", "no message can come with it"),
    ] {
        let folder = Folder::new(name, &manifest);
        let cases = folder.0.join("cases.yaml");
        std::fs::write(&cases, format!("cases:\n  - {{ name: x, {case} }}\n")).unwrap();
        let (code, text) = folder.run(&["--cases", cases.to_str().unwrap()]);
        assert!(text.contains(expected) && text.contains("cases.yaml:2:"), "{text}");
        assert_eq!(code, Some(1), "{text}");
    }
}

#[test]
fn a_template_of_arm_is_called_one() {
    let manifest = r#"{ "resources": [{ "type": "Microsoft.IoTOperations/instances/dataflowEndpoints" }] }"#;
    let folder = Folder::new("arm", manifest);
    let cases = folder.0.join("cases.yaml");
    std::fs::write(&cases, "cases:\n  - { name: x, message: {} }\n").unwrap();
    for arguments in [&[][..], &["--cases", cases.to_str().unwrap()]] {
        let (code, text) = folder.run(arguments);
        assert!(text.contains("templates of ARM or Bicep are not"), "{text}");
        assert_eq!(code, Some(3), "{text}");
    }
}
