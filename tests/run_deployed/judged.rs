//! One run of `flowgate run --deployed`, and what it says.

use super::brokers::{kafka, mosquitto, scratch, unique};
use super::common::run;
use super::stand_in::{Manner, StandIn, Way};
use serde_json::Value;
use std::path::Path;

/// A message with all that MQTT 5 has, and a complete CloudEvent.
pub const EVENT: &str = "\
payload-json: { temperature: 21.5 }
payload-format: utf8
content-type: application/json
response-topic: replies/here
correlation-data: { hex: 00ff41 }
expiry: 3600
user-properties:
  - specversion: '1.0'
  - type: com.example.sample
  - source: /line-3
  - id: '7'
  - time: 2018-04-05T17:31:00Z
  - note: first
  - note: second
";

/// What is run.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    pub to_kafka: bool,
    /// `cloudEventAttributes` of the destination.
    pub attributes: &'static str,
    /// `copyMqttProperties` of a Kafka destination.
    pub copy: &'static str,
    /// The message, but for its topic.
    pub message: &'static str,
}

/// What it says.
#[derive(Debug)]
pub struct Judged {
    pub exit: u8,
    pub verdict: String,
    pub findings: Vec<Found>,
    pub notes: Vec<String>,
    pub report: Value,
}

/// A finding, with the line of the manifest that it stands at.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    pub id: String,
    pub line: String,
    pub message: String,
    pub notes: Vec<String>,
}

/// Runs it, with a stand-in that works in this `manner`, or with none.
pub fn judge(setup: Setup, manner: Option<Manner>, timeout: &str) -> Judged {
    let name = unique("deployed");
    let folder = scratch(&name);
    let destination = if setup.to_kafka { name.clone() } else { format!("{name}-out/") };
    let way = Way {
        filter: format!("{name}/+/telemetry"),
        destination: destination.clone(),
        to_kafka: setup.to_kafka,
        creates: setup.attributes == "CreateOrRemap",
        copies: setup.copy == "Enabled",
    };
    if setup.to_kafka {
        kafka::SHARED.create_topic(&name, 1);
        kafka::SHARED.create_topic(&format!("{name}-other"), 1);
    }
    let stand_in = manner.map(|manner| StandIn::start(way, manner));
    let manifest = manifest(setup, &name);
    std::fs::write(folder.join("flow.yaml"), &manifest).unwrap();
    std::fs::write(folder.join("message.yaml"), format!("topic: {name}/line-3/telemetry\n{}", setup.message)).unwrap();
    let path = |file: &str| folder.join(file).display().to_string();
    let (flow, message) = (path("flow.yaml"), path("message.yaml"));
    let args = ["run", &flow, "--deployed", "--yes", "--format", "json", "--message", &message, "--timeout", timeout];
    let run = run(&args, b"");
    drop(stand_in);
    std::fs::remove_dir_all(&folder).unwrap();
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    valid(&report);
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let found = |finding: &Value| {
        let line = usize::try_from(finding["span"]["start"]["line"].as_u64().unwrap()).unwrap();
        Found {
            id: finding["id"].as_str().unwrap().to_owned(),
            line: manifest.lines().nth(line - 1).unwrap().trim().to_owned(),
            message: finding["message"].as_str().unwrap().to_owned(),
            notes: texts(&finding["notes"]),
        }
    };
    let sent = &report["messages"][0];
    Judged {
        exit: run.exit.code(),
        verdict: sent["verdict"].as_str().unwrap().to_owned(),
        findings: sent["diagnostics"].as_array().unwrap().iter().map(found).collect(),
        notes: texts(&report["notes"]),
        report,
    }
}

/// Holds a report against its schema.
pub fn valid(report: &Value) {
    let schema = |name: &str| -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let findings = jsonschema::Resource::from_contents(schema("report.schema.json"));
    let base = "https://example.invalid/run.schema.json";
    let registry = jsonschema::Registry::new()
        .add("https://example.invalid/report.schema.json", findings)
        .unwrap()
        .prepare()
        .unwrap();
    let validator =
        jsonschema::options().with_base_uri(base).with_registry(&registry).build(&schema("run.schema.json")).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn manifest(setup: Setup, name: &str) -> String {
    let Setup { attributes, copy, .. } = setup;
    let mqtt = mosquitto::SHARED.port;
    let there = if setup.to_kafka {
        let port = kafka::SHARED.ports.plain;
        format!(
            "  endpointType: Kafka
  kafkaSettings:
    host: 127.0.0.1:{port}
    authentication: {{ method: Anonymous, anonymousSettings: {{}} }}
    tls: {{ mode: Disabled }}
    copyMqttProperties: {copy}
    cloudEventAttributes: {attributes}
"
        )
    } else {
        format!(
            "  endpointType: Mqtt
  mqttSettings:
    host: 127.0.0.1:{mqtt}
    authentication: {{ method: Anonymous, anonymousSettings: {{}} }}
    tls: {{ mode: Disabled }}
    cloudEventAttributes: {attributes}
"
        )
    };
    let topic = if setup.to_kafka { name.to_owned() } else { format!("{name}-out/${{inputTopic.2}}") };
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: here, namespace: azure-iot-operations }}
spec:
  endpointType: Mqtt
  mqttSettings:
    host: 127.0.0.1:{mqtt}
    authentication: {{ method: Anonymous, anonymousSettings: {{}} }}
    tls: {{ mode: Disabled }}
---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: there, namespace: azure-iot-operations }}
spec:
{there}---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata: {{ name: carry, namespace: azure-iot-operations }}
spec:
  operations:
    - operationType: Source
      sourceSettings:
        endpointRef: here
        dataSources:
          - {name}/+/telemetry
    - operationType: Destination
      destinationSettings:
        endpointRef: there
        dataDestination: {topic}
"
    )
}
