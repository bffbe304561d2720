//! `flowgate run --bless`, and the JSON of runs that go well, wrong, or not at all.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::{Run, read, run, valid_run};
use flowgate::exit::Exit;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A folder with a manifest and a file with cases.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(attributes: &str, cases: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("flow.yaml"), manifest(attributes)).unwrap();
        std::fs::write(folder.path().join("cases.yaml"), cases).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn cases(&self) -> String {
        read(&self.path("cases.yaml"))
    }

    fn run(&self, more: &[&str]) -> Run {
        let (flow, cases) = (self.path("flow.yaml"), self.path("cases.yaml"));
        let mut args = vec!["run", flow.to_str().unwrap(), "--cases", cases.to_str().unwrap()];
        args.extend(more);
        run(&args, b"")
    }
}

fn manifest(attributes: &str) -> String {
    format!(
        "\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: here, namespace: azure-iot-operations }}
spec:
  endpointType: Mqtt
  mqttSettings:
    host: 127.0.0.1:1
    authentication: {{ method: Anonymous, anonymousSettings: {{}} }}
    tls: {{ mode: Disabled }}
---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: hub, namespace: azure-iot-operations }}
spec:
  endpointType: Kafka
  kafkaSettings:
    host: 127.0.0.1:1
    authentication: {{ method: Anonymous, anonymousSettings: {{}} }}
    tls: {{ mode: Disabled }}
    copyMqttProperties: Enabled
    cloudEventAttributes: {attributes}
---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata: {{ name: carry, namespace: azure-iot-operations }}
spec:
  profileRef: default
  operations:
    - operationType: Source
      sourceSettings: {{ endpointRef: here, dataSources: [in/a] }}
    - operationType: Destination
      destinationSettings: {{ endpointRef: hub, dataDestination: out }}
"
    )
}

const CASES: &str = "\
cases:
  - name: new
    message: { payload: x, user-properties: { note: a } }
  - name: wrong
    message: { payload: x }
    expect:
      payload: y   # the payload
      headers: []
  - name: fine
    message: { payload: x }
    expect: { payload: { matches: ^x } }
";

#[test]
fn what_came_out_is_written_and_holds() {
    let folder = Folder::new("Propagate", CASES);
    let blessed = folder.run(&["--bless"]);
    assert_eq!(blessed.exit, Exit::Clean, "{blessed:?}");
    assert!(blessed.stdout.contains("+      payload: x   # the payload"), "{}", blessed.stdout);
    let said = blessed.stdout.lines().last().unwrap();
    assert!(said.ends_with("cases.yaml: written, 2 of 3 cases changed: `new`, `wrong`"), "{said}");
    let expected = CASES.replace("payload: y ", "payload: x ").replace(
        "{ note: a } }\n",
        "{ note: a } }\n    expect:\n      topic: out\n      payload: x\n      key: null\n      headers:\n        - note: a\n",
    );
    assert_eq!(folder.cases(), expected);

    let held = folder.run(&[]);
    assert_eq!(held.exit, Exit::Clean, "{held:?}");
    let again = folder.run(&["--bless"]);
    assert_eq!((again.exit, folder.cases()), (Exit::Clean, expected));
    assert!(again.stdout.ends_with("cases.yaml: not changed, all 3 cases hold\n"), "{}", again.stdout);
}

#[test]
fn what_is_made_anew_becomes_a_pattern() {
    let folder = Folder::new("CreateOrRemap", "cases:\n  - name: made\n    message: { payload: x }\n");
    assert_eq!(folder.run(&["--bless"]).exit, Exit::Clean);
    let text = folder.cases();
    for name in ["ce-id", "ce-time"] {
        assert!(text.contains(&format!("- {name}: {{ matches: ")), "{text}");
    }
    assert!(text.contains("- ce-source: aio://hub\n"), "{text}");
    assert_eq!(folder.run(&[]).exit, Exit::Clean, "{text}");
}

#[test]
fn nothing_is_written_where_a_case_was_not_run() {
    let folder = Folder::new("Propagate", CASES);
    let flags = ["--bless", "--live", "--yes", "--sender", "anonymous", "--reader", "anonymous", "--timeout", "2"];
    let unreachable = folder.run(&flags);
    assert_eq!((unreachable.exit, folder.cases()), (Exit::Findings, CASES.to_owned()), "{unreachable:?}");

    // The dataflow does not read that topic.
    let cases = format!("{CASES}  - name: elsewhere\n    message: {{ topic: in/b, payload: x }}\n");
    let folder = Folder::new("Propagate", &cases);
    let unheard = folder.run(&["--bless", "--timeout", "2"]);
    assert_eq!((unheard.exit, folder.cases()), (Exit::Findings, cases), "{unheard:?}");
    assert!(unheard.stdout.contains("no file was written"), "{}", unheard.stdout);
    assert!(unheard.stdout.contains("what comes out of `elsewhere`"), "{}", unheard.stdout);
}

/// What a run prints as JSON, which has to be as its schema says.
fn json(run: &Run) -> Value {
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    valid_run(&report);
    report
}

#[test]
fn json_is_valid_whatever_happens() {
    let folder = Folder::new("CreateOrRemap", CASES);
    let report = |more: &[&str], exit: Exit| {
        let run = folder.run(&[more, &["--format", "json"]].concat());
        assert_eq!(run.exit, exit, "{run:?}");
        json(&run)
    };
    let sent = |report: &Value| report["messages"].as_array().unwrap().len();
    let failed = report(&[], Exit::Findings);
    assert_eq!((sent(&failed), &failed["summary"]["failed"]), (3, &1.into()));
    let nothing = report(&["--case", "nobody"], Exit::Nothing);
    assert_eq!((sent(&nothing), &nothing["notes"][0]), (0, &"no case is to be run".into()));
    let flags = ["--live", "--yes", "--sender", "anonymous", "--reader", "anonymous", "--timeout", "2"];
    let unreachable = report(&flags, Exit::Findings);
    assert_eq!((sent(&unreachable), &unreachable["mode"]), (0, &"live".into()));
    assert_eq!(unreachable["diagnostics"][0]["id"], "run-not-delivered");
    let blessed = report(&["--bless"], Exit::Clean);
    assert!(blessed["notes"].to_string().contains("cases.yaml: written"), "{blessed}");
}

#[test]
fn json_of_what_cannot_be_run_is_valid() {
    let bad = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules/run-cannot-run/bad-1.yaml");
    let run = |path: &Path| run(&["run", "--format", "json", path.to_str().unwrap()], b"");
    let cannot = run(&bad);
    assert_eq!(cannot.exit, Exit::Findings, "{cannot:?}");
    assert_eq!(json(&cannot)["diagnostics"][0]["id"], "run-cannot-run");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("other.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n")
        .unwrap();
    let none = run(folder.path());
    assert_eq!((none.exit, json(&none)["messages"].as_array().unwrap().len()), (Exit::Nothing, 0), "{none:?}");
}
