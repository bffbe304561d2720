//! A site: manifests of one dataflow in a folder, and what `flowgate run --live` makes of it.

use crate::brokers::scratch;
use crate::common::{Run, run};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::path::PathBuf;

/// An MQTT endpoint, without TLS and login.
pub fn mqtt(name: &str, host: &str, more: &str) -> String {
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: {name}, namespace: azure-iot-operations }}
spec:
  endpointType: Mqtt
  mqttSettings:
    host: {host}
    authentication: {{ method: Anonymous, anonymousSettings: {{}} }}
    tls: {{ mode: Disabled }}
{more}---
"
    )
}

/// A Kafka endpoint, without TLS.
pub fn kafka(name: &str, host: &str, authentication: &str, more: &str) -> String {
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: {name}, namespace: azure-iot-operations }}
spec:
  endpointType: Kafka
  kafkaSettings:
    host: {host}
    authentication: {authentication}
    tls: {{ mode: Disabled }}
{more}---
"
    )
}

/// The authentication of a Kafka endpoint without a login.
pub const ANONYMOUS: &str = "{ method: Anonymous, anonymousSettings: {} }";

/// A dataflow `line` from a topic of one endpoint to a topic of another, with operations in between.
pub fn flow(source: [&str; 2], destination: [&str; 2], between: &str) -> String {
    let [from, topic] = source;
    let [to, out] = destination;
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata: {{ name: line, namespace: azure-iot-operations }}
spec:
  operations:
    - operationType: Source
      sourceSettings:
        endpointRef: {from}
        dataSources: ['{topic}']
{between}    - operationType: Destination
      destinationSettings:
        endpointRef: {to}
        dataDestination: '{out}'
"
    )
}

/// A folder with a manifest.
pub struct Site {
    /// The text of the manifest.
    pub text: String,
    pub folder: PathBuf,
}

impl Site {
    /// A folder with `parts` as its manifest.
    pub fn new(parts: &[String]) -> Self {
        let folder = scratch("site");
        let text = parts.concat();
        std::fs::write(folder.join("flow.yaml"), &text).unwrap();
        Self { text, folder }
    }

    /// The arguments that run it at the brokers that it names.
    pub fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut args = vec!["run", self.folder.to_str().unwrap(), "--live"];
        args.extend(more);
        if !more.contains(&"--timeout") {
            args.extend(["--timeout", "5"]);
        }
        args
    }

    /// Runs it at the brokers that it names.
    pub fn live(&self, more: &[&str]) -> Run {
        let mut args = self.args(more);
        args.push("--yes");
        run(&args, b"")
    }

    /// The line of the manifest where `text` first stands, from 1.
    pub fn line(&self, text: &str) -> usize {
        self.text[..self.text.find(text).unwrap()].matches('\n').count() + 1
    }

    /// Writes a file beside the manifest, and hands back its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The JSON report of `run`.
pub fn report(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// What the report says of the first message: names and values, as they came out or, with `in`, as they went in.
pub fn claimed(report: &Value, side: &str) -> Vec<(String, Vec<u8>)> {
    let rows = report["messages"][0]["properties"].as_array().unwrap();
    let cells = rows.iter().map(|row| &row[side]).filter(|cell| !cell.is_null());
    cells
        .map(|cell| {
            assert_eq!(cell["masked"], false, "{cell}");
            let value = match (&cell["text"], &cell["base64"]) {
                (Value::String(text), _) => text.clone().into_bytes(),
                (_, Value::String(base64)) => STANDARD.decode(base64).unwrap(),
                _ => panic!("{cell}"),
            };
            (cell["name"].as_str().unwrap().to_owned(), value)
        })
        .collect()
}

/// The one value of `name` among `claims`, as text.
pub fn value<'c>(claims: &'c [(String, Vec<u8>)], name: &str) -> Option<&'c [u8]> {
    claims.iter().find(|(claimed, _)| claimed == name).map(|(_, value)| value.as_slice())
}

/// The pairs among `claims` that are called ``KIND `NAME` ``.
pub fn named(claims: &[(String, Vec<u8>)], kind: &str) -> Vec<(String, Vec<u8>)> {
    let name = |claimed: &str| Some(claimed.strip_prefix(kind)?.strip_prefix(" `")?.strip_suffix('`')?.to_owned());
    claims.iter().filter_map(|(claimed, value)| Some((name(claimed)?, value.clone()))).collect()
}

/// All findings of a report, those of its messages too: message, line, and all of it as text.
pub fn findings(report: &Value) -> Vec<(String, u64, String)> {
    let own = report["diagnostics"].as_array().into_iter().flatten();
    let of_messages = report["messages"].as_array().into_iter().flatten();
    let theirs = of_messages.flat_map(|message| message["diagnostics"].as_array().into_iter().flatten());
    own.chain(theirs)
        .map(|finding| {
            let line = finding["span"]["start"]["line"].as_u64().unwrap();
            (finding["message"].as_str().unwrap().to_owned(), line, finding.to_string())
        })
        .collect()
}
