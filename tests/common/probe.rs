//! The probe as a person calls it, and what it says as data: stage, verdict id, line of the manifest, exit code.
//!
//! A manifest of a test has `#~` behind the line that a finding has to name.

use super::common::{Run, run};
use serde_json::Value;
use std::path::PathBuf;

/// A folder with manifests, and how it is probed.
pub struct Scene {
    folder: tempfile::TempDir,
    marked: Vec<(String, usize)>,
}

/// What came of a probe.
pub struct Seen {
    pub run: Run,
    pub report: Value,
}

impl Scene {
    /// Writes `manifest` into a folder of its own.
    pub fn new(manifest: &str) -> Self {
        let mut scene = Self { folder: tempfile::tempdir().unwrap(), marked: Vec::new() };
        scene.add("endpoint.yaml", manifest);
        scene
    }

    /// Adds a file; a manifest is read with the others.
    pub fn add(&mut self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        let marked = text.lines().enumerate().filter(|(_, line)| line.trim_end().ends_with("#~"));
        self.marked.extend(marked.map(|(index, _)| (name.to_owned(), index + 1)));
        path
    }

    /// The path of a file of it.
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Probes it.
    pub fn probe(&self, args: &[&str]) -> Seen {
        let folder = self.folder.path().display().to_string();
        let mut all = vec!["probe", "--format", "json", "--level", "info", folder.as_str()];
        all.extend(args);
        let run = run(&all, b"");
        let report = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
        Seen { run, report }
    }

    /// Probes it, and holds what it says to `stage` and `id` at the marked line, as the end of the climb.
    pub fn expect(&self, args: &[&str], stage: &str, id: &str, exit: u8) -> Seen {
        let seen = self.probe(args);
        let found = seen.findings();
        let told = found.iter().find(|finding| finding.id == id);
        let told = told.unwrap_or_else(|| panic!("no `{id}` among {found:#?}\n{}", seen.run.stdout));
        assert_eq!(told.stage, stage, "{}", seen.run.stdout);
        let at = (told.file.rsplit('/').next().unwrap().to_owned(), told.line);
        assert!(
            self.marked.contains(&at),
            "`{id}` is told at {at:?}, marked are {:?}\n{}",
            self.marked,
            seen.run.stdout
        );
        assert_eq!(seen.run.exit.code(), exit, "{}", seen.run.stdout);
        seen
    }

    /// Probes it, and holds it to be as it should be: no finding above info, exit 0, and `stages` passed.
    pub fn good(&self, args: &[&str], stages: &[&str]) -> Seen {
        let seen = self.probe(args);
        assert_eq!(seen.run.exit.code(), 0, "{}\n{}", seen.run.stdout, seen.run.stderr);
        for stage in stages {
            assert_eq!(seen.outcome(stage), "passed", "{stage}: {}", seen.run.stdout);
        }
        seen
    }
}

/// A finding, as far as tests look at it.
#[derive(Debug, Clone)]
pub struct Finding {
    pub id: String,
    pub stage: String,
    pub severity: String,
    pub message: String,
    pub file: String,
    pub line: usize,
}

impl Seen {
    /// All findings of the first endpoint.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings_of(0)
    }

    /// All findings of the endpoint `index`.
    pub fn findings_of(&self, index: usize) -> Vec<Finding> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let all = self.report["endpoints"][index]["findings"].as_array().unwrap();
        all.iter()
            .map(|finding| Finding {
                id: text(&finding["id"]),
                stage: text(&finding["stage"]),
                severity: text(&finding["severity"]),
                message: text(&finding["message"]),
                file: text(&finding["file"]),
                line: usize::try_from(finding["span"]["start"]["line"].as_u64().unwrap()).unwrap(),
            })
            .collect()
    }

    /// What became of `stage` of the first endpoint.
    pub fn outcome(&self, stage: &str) -> String {
        self.outcome_of(0, stage)
    }

    /// What became of `stage` of the endpoint `index`.
    pub fn outcome_of(&self, index: usize, stage: &str) -> String {
        let stages = self.report["endpoints"][index]["stages"].as_array().unwrap();
        let found = stages.iter().find(|rung| rung["stage"] == stage).unwrap();
        found["outcome"].as_str().unwrap().to_owned()
    }
}

/// An MQTT endpoint `press`; `marks` says which of `host`, `method`, `secret`, `tls`, `ca` is marked.
pub fn mqtt(host: &str, method: &str, tls: Option<&str>, mark: &str) -> String {
    let sign = |name: &str| if name == mark { " #~" } else { "" };
    let mut text = format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1\nkind: DataflowEndpoint\nmetadata:\n  name: press\n  \
         namespace: azure-iot-operations\nspec:\n  endpointType: Mqtt\n  mqttSettings:\n    host: {host}{}\n    \
         authentication:\n      method: {method}{}\n",
        sign("host"),
        sign("method"),
    );
    match method {
        "X509Certificate" => {
            text.push_str(&format!(
                "      x509CertificateSettings:\n        secretRef: press-login{}\n",
                sign("secret")
            ));
        }
        "ServiceAccountToken" => {
            text.push_str(&format!(
                "      serviceAccountTokenSettings:\n        audience: aio-internal{}\n",
                sign("audience")
            ));
        }
        "SystemAssignedManagedIdentity" => {
            text.push_str(&format!(
                "      systemAssignedManagedIdentitySettings:\n        audience: https://eventgrid.azure.net{}\n",
                sign("audience")
            ));
        }
        _ => text.push_str("      anonymousSettings: {}\n"),
    }
    match tls {
        None => text.push_str(&format!("    tls:\n      mode: Disabled{}\n", sign("tls"))),
        Some("") => text.push_str(&format!("    tls:\n      mode: Enabled{}\n", sign("tls"))),
        Some(bundle) => text.push_str(&format!(
            "    tls:\n      mode: Enabled{}\n      trustedCaCertificateConfigMapRef: {bundle}{}\n",
            sign("tls"),
            sign("ca")
        )),
    }
    text
}

/// A ConfigMap with one certificate text.
pub fn config_map(name: &str, pem: &str) -> String {
    let indented: String = pem.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: azure-iot-operations\ndata:\n  ca.crt: |\n{indented}"
    )
}

/// A Secret with `values`.
pub fn secret(name: &str, values: &[(&str, &str)]) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: azure-iot-operations\nstringData:\n"
    );
    for (key, value) in values {
        text.push_str(&format!("  {key}: |-\n"));
        value.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
    }
    text
}
