//! A Kafka endpoint with its dataflows as manifests.

use crate::brokers::kafka::{ALICE, Kafka, MALLORY, SHARED};
use crate::brokers::pki::PKI;
use crate::probe::{Scene, Seen, config_map, secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// What [`MALLORY`] may do with topics and groups, by what their names begin with.
pub static RIGHTS: LazyLock<&Kafka> = LazyLock::new(|| {
    for (operation, resource, prefix) in [
        ("Read", "--topic", "readable-"),
        ("Write", "--topic", "writable-"),
        ("Describe", "--topic", "known-"),
        ("Read", "--group", "readable-"),
        ("Describe", "--group", "known-"),
    ] {
        SHARED.allow_all(MALLORY.0, operation, resource, prefix);
    }
    &SHARED
});

/// The endpoint `hub`, with `#~` behind the line that `mark` names: `host`, `group`, `method`, `type`, `secret`, `tls`, or
/// any other setting.
#[derive(Clone)]
pub struct Hub {
    pub host: String,
    pub mark: &'static str,
    method: &'static str,
    /// `saslType`.
    kind: &'static str,
    tls: bool,
    group: Option<&'static str>,
    settings: Vec<(&'static str, String)>,
    rest: String,
}

/// `127.0.0.1:PORT`.
pub fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// An endpoint in clear without login.
pub fn hub(host: &str, mark: &'static str) -> Hub {
    Hub {
        host: host.to_owned(),
        mark,
        method: "Anonymous",
        kind: "",
        tls: false,
        group: None,
        settings: Vec::new(),
        rest: String::new(),
    }
}

impl Hub {
    /// Logs in by SASL as `user`.
    pub fn sasl(mut self, kind: &'static str, user: (&str, &str)) -> Self {
        (self.method, self.kind) = ("Sasl", kind);
        self.rest += &format!("---\n{}", secret("hub-login", &[("username", user.0), ("password", user.1)]));
        self
    }

    /// As [`ALICE`], by SCRAM, which says nothing about TLS.
    pub fn alice(self) -> Self {
        self.sasl("ScramSha256", ALICE)
    }

    /// As [`MALLORY`].
    pub fn mallory(self) -> Self {
        self.sasl("ScramSha512", MALLORY)
    }

    /// Logs in by a token.
    pub fn token(mut self) -> Self {
        self.method = "SystemAssignedManagedIdentity";
        self
    }

    /// Logs in by a client certificate.
    pub fn certificate(mut self, certificate: &str, key: &str) -> Self {
        self.method = "X509Certificate";
        self.rest +=
            &format!("---\n{}", secret("hub-login", &[("client_cert.pem", certificate), ("client_key.pem", key)]));
        self
    }

    /// With TLS, trusting the authority of the tests.
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self.rest += &format!("---\n{}", config_map("bundle", &PKI.authority));
        self
    }

    /// With a consumer group.
    pub fn group(mut self, group: &str) -> Self {
        self.group = Some(group.to_owned().leak());
        self
    }

    /// With a setting of `kafkaSettings`; one of `batching` by its path.
    pub fn set(mut self, path: &'static str, value: impl ToString) -> Self {
        self.settings.push((path, value.to_string()));
        self
    }

    /// With a dataflow that reads `topic` there.
    pub fn reads(self, topic: &str) -> Self {
        self.flow(["hub", "elsewhere"], [topic, "out"])
    }

    /// With a dataflow that writes to `topic` there.
    pub fn writes(self, topic: &str) -> Self {
        self.flow(["elsewhere", "hub"], ["in", topic])
    }

    fn flow(mut self, ends: [&str; 2], topics: [&str; 2]) -> Self {
        let sign = |end: usize| if self.mark == "topic" && ends[end] == "hub" { " #~" } else { "" };
        self.rest += &format!(
            "---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata:
  name: line-{}
  namespace: azure-iot-operations
spec:
  operations:
    - operationType: Source
      sourceSettings:
        endpointRef: {}
        dataSources:
          - '{}'{}
    - operationType: Destination
      destinationSettings:
        endpointRef: {}
        dataDestination: '{}'{}
",
            self.rest.len(),
            ends[0],
            topics[0],
            sign(0),
            ends[1],
            topics[1],
            sign(1)
        );
        self
    }

    /// The manifests.
    pub fn text(&self) -> String {
        let sign = |name: &str| if self.mark == name { " #~" } else { "" };
        let mut text = format!(
            "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: hub
  namespace: azure-iot-operations
spec:
  endpointType: Kafka
  kafkaSettings:
    host: '{}'{}
",
            self.host,
            sign("host")
        );
        if let Some(group) = self.group {
            text += &format!("    consumerGroupId: {group}{}\n", sign("group"));
        }
        let (nested, plain): (Vec<_>, Vec<_>) = self.settings.iter().partition(|(path, _)| path.contains('.'));
        for (path, value) in plain {
            text += &format!("    {path}: {value}{}\n", sign(path));
        }
        for (index, (path, value)) in nested.into_iter().enumerate() {
            let (block, name) = path.split_once('.').unwrap();
            if index == 0 {
                text += &format!("    {block}:\n");
            }
            text += &format!("      {name}: {value}{}\n", sign(path));
        }
        text += &format!("    authentication:\n      method: {}{}\n", self.method, sign("method"));
        match self.method {
            "Sasl" => {
                text += &format!("      saslSettings:\n        saslType: {}{}\n", self.kind, sign("type"));
                text += &format!("        secretRef: hub-login{}\n", sign("secret"));
            }
            "X509Certificate" => {
                text += &format!("      x509CertificateSettings:\n        secretRef: hub-login{}\n", sign("secret"));
            }
            "SystemAssignedManagedIdentity" => text += "      systemAssignedManagedIdentitySettings: {}\n",
            _ => text += "      anonymousSettings: {}\n",
        }
        let mode = if self.tls { "Enabled" } else { "Disabled" };
        text += &format!("    tls:\n      mode: {mode}{}\n", sign("tls"));
        if self.tls {
            text += &format!("      trustedCaCertificateConfigMapRef: bundle{}\n", sign("ca"));
        }
        text + &self.rest
    }

    /// In a folder of its own.
    pub fn scene(&self) -> Scene {
        Scene::new(&self.text())
    }

    /// Probes it, and holds the end of the climb to `stage` and `id` at the marked line, with exit code 1.
    pub fn fails(&self, args: &[&str], stage: &str, id: &str) -> Seen {
        let seen = self.scene().expect(args, stage, id, 1);
        assert_eq!(seen.outcome(stage), "failed", "{}", seen.run.stdout);
        assert_eq!(seen.report["endpoints"][0]["verdict"], "failed");
        seen
    }

    /// Probes it, and holds it to have passed every stage that it has.
    pub fn passes(&self, args: &[&str]) -> Seen {
        let seen = self.scene().good(args, &["dns", "tcp", "protocol", "login", "limits", "listeners"]);
        assert!(matches!(seen.outcome("permission").as_str(), "passed" | "not-tested"), "{}", seen.run.stdout);
        seen
    }
}

/// A stage of the first endpoint.
pub fn stage<'s>(seen: &'s Seen, stage: &str) -> &'s Value {
    let stages = seen.report["endpoints"][0]["stages"].as_array().unwrap();
    stages.iter().find(|rung| rung["stage"] == stage).unwrap()
}

/// The summary of a stage.
pub fn summary<'s>(seen: &'s Seen, stage: &str) -> &'s str {
    self::stage(seen, stage)["summary"].as_str().unwrap_or_default()
}

/// The values of a fact.
pub fn facts<'s>(seen: &'s Seen, stage: &str, name: &str) -> Vec<&'s str> {
    let values = self::stage(seen, stage)["facts"][name].as_array();
    values.map(|values| values.iter().map(|value| value.as_str().unwrap()).collect()).unwrap_or_default()
}

/// A file with a token of nobody's signature for `localhost`, for as long as the scene is there.
pub fn token(scene: &mut Scene, claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let claims = format!(r#"{{"aud":"https://localhost","iat":{now},"exp":{},{claims}}}"#, now + 3600);
    let token = format!("{}.{}.", part(r#"{"alg":"none"}"#), part(&claims));
    scene.add("token", &token).display().to_string()
}
