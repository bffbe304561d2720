//! An endpoint with its dataflows as manifests, and what a probe of it finds.

use crate::brokers::scratch;
use crate::common;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flowgate::access::{Given, Manifests, Reach};
use flowgate::exit::Exit;
use flowgate::probe::{self, Means};
use flowgate::report::probe::{Ladder, Outcome, Rung, Stage, Verdict};
use flowgate::secrets::{Place, Secrets};
use flowgate::source::{Sources, Text};
use flowgate::transport::net::Route;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// An MQTT endpoint without TLS and login; `more` are further lines of `mqttSettings`.
pub fn endpoint(host: &str, more: &str) -> String {
    endpoint_as(host, "{ method: Anonymous, anonymousSettings: {} }", "{ mode: Disabled }", more)
}

/// An MQTT endpoint.
pub fn endpoint_as(host: &str, authentication: &str, tls: &str, more: &str) -> String {
    let more: String = more.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: broker, namespace: azure-iot-operations }}
spec:
  endpointType: Mqtt
  mqttSettings:
    host: {host}
    authentication: {authentication}
    tls: {tls}
{more}---
"
    )
}

/// `127.0.0.1:PORT`.
pub fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// A dataflow from `topic` to `out`, both at the endpoint.
pub fn flow(topic: &str, out: &str) -> String {
    let source = format!("endpointRef: broker\n        dataSources: ['{topic}']");
    flow_of(&source, &format!("endpointRef: broker\n        dataDestination: '{out}'"))
}

/// A dataflow that reads `topic` at the endpoint, and writes somewhere else.
pub fn reader(topic: &str) -> String {
    let source = format!("endpointRef: broker\n        dataSources: ['{topic}']");
    flow_of(&source, "endpointRef: elsewhere\n        dataDestination: 'out'")
}

/// A dataflow that writes to `out` at the endpoint, and reads somewhere else.
pub fn writer(out: &str) -> String {
    let destination = format!("endpointRef: broker\n        dataDestination: '{out}'");
    flow_of("endpointRef: elsewhere\n        dataSources: ['in']", &destination)
}

fn flow_of(source: &str, destination: &str) -> String {
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata: {{ name: line, namespace: azure-iot-operations }}
spec:
  profileRef: profile
  operations:
    - operationType: Source
      sourceSettings:
        {source}
    - operationType: Destination
      destinationSettings:
        {destination}
---
"
    )
}

/// A profile for the dataflow.
pub fn profile(instances: u8) -> String {
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowProfile
metadata: {{ name: profile, namespace: azure-iot-operations }}
spec:
  instanceCount: {instances}
---
"
    )
}

/// A Secret.
pub fn secret(name: &str, entries: &[(&str, &str)]) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{ name: {name}, namespace: azure-iot-operations }}\nstringData:\n"
    );
    for (key, value) in entries {
        let value: String = value.lines().map(|line| format!("    {line}\n")).collect();
        text += &format!("  {key}: |\n{value}");
    }
    text + "---\n"
}

/// A token that says `audience`, good for an hour.
pub fn token(audience: &str) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let claims = format!(
        r#"{{"iss":"https://issuer.example","sub":"system:serviceaccount:plant:reader","aud":["{audience}"],"iat":{now},"exp":{}}}"#,
        now + 3600
    );
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{SIGNATURE}", part(r#"{"alg":"RS256"}"#), part(&claims))
}

/// The signature of a token: nothing of it may come out again.
pub const SIGNATURE: &str = "c2VudGluZWwtb2YtYS1zaWduYXR1cmU";

/// What a probe is made with besides the manifests.
#[derive(Default, Clone)]
pub struct With {
    /// User name and password.
    pub login: Option<(&'static str, &'static str)>,
    /// A token for the manifest's method.
    pub token: Option<String>,
    /// An authority to trust.
    pub ca: Option<String>,
    pub connect_to: Option<String>,
    pub proxy: Option<String>,
    pub write: bool,
    pub message_size: Option<usize>,
    /// The limit of a step; 10 s where it is zero.
    pub limit: Duration,
}

/// The end of a probe.
pub struct Probed {
    pub ladder: Ladder,
    sources: Sources,
    text: String,
    exit: Exit,
    /// Everything that the command said.
    pub told: String,
}

/// Probes the one endpoint of `parts`, in this process and by the command.
pub fn probe(parts: &[String], with: &With) -> Probed {
    let text = parts.concat();
    let folder = scratch("probe");
    let file = |name: &str, content: &str| {
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let manifest = file("flow.yaml", &text);
    let limit = if with.limit.is_zero() { Duration::from_secs(10) } else { with.limit };
    let mut args: Vec<String> = ["probe", "--endpoint", "broker", "--verbose", "--timeout"].map(String::from).to_vec();
    args.push(limit.as_secs_f64().to_string());
    args.push(manifest.to_str().unwrap().to_owned());
    let mut given = Given::default();
    let add = |args: &mut Vec<String>, flag: &str, value: String| args.extend([flag.to_owned(), value]);
    if let Some((user, password)) = with.login {
        let path = file("password", password);
        add(&mut args, "--username", user.to_owned());
        add(&mut args, "--password", format!("file:{}", path.display()));
        given = Given { username: Some(user.to_owned()), password: Some(Place::File(path)), ..given };
    }
    let token = with.token.as_ref().map(|token| file("token", token));
    let path = |path: &PathBuf| path.to_str().unwrap().to_owned();
    token.iter().for_each(|token| add(&mut args, "--token-file", path(token)));
    with.ca.iter().for_each(|pem| add(&mut args, "--ca", path(&file("ca.pem", pem))));
    with.connect_to.iter().for_each(|text| add(&mut args, "--connect-to", text.clone()));
    with.proxy.iter().for_each(|text| add(&mut args, "--proxy", text.clone()));
    with.message_size.iter().for_each(|size| add(&mut args, "--message-size", size.to_string()));
    if with.write {
        args.push("--write".to_owned());
    }
    let reach = Reach {
        route: Route {
            connect_to: with.connect_to.iter().map(|text| text.parse().unwrap()).collect(),
            proxy: with.proxy.as_ref().map(|text| text.parse().unwrap()),
            step_timeout: limit,
            quick_ack: true,
        },
        trusted: with.ca.iter().map(|pem| pem.clone().into_bytes()).collect(),
        os_roots: false,
        server_name: None,
        secrets: Secrets::default(),
        token: token.map(Place::File),
        ask: Vec::new(),
        service_account: None,
    };
    let (ladder, sources) = climb(&text, &reach, &given, with);
    let run = common::run(&args.iter().map(String::as_str).collect::<Vec<_>>(), b"");
    std::fs::remove_dir_all(folder).unwrap();
    Probed { ladder, sources, text, exit: run.exit, told: run.stdout + &run.stderr }
}

fn climb(text: &str, reach: &Reach, given: &Given, with: &With) -> (Ladder, Sources) {
    let mut sources = Sources::new();
    sources.add_text("flow.yaml", Text::decode(text.as_bytes().to_vec()).unwrap());
    let manifests = Manifests::read(sources, &[], None).unwrap();
    let subjects = probe::subjects(&manifests, &["broker".to_owned()], false).unwrap();
    let means = Means {
        manifests: &manifests,
        reach,
        given,
        alone: true,
        write: with.write,
        message_size: with.message_size,
        warn_days: 30,
        now: SystemTime::now(),
        unused_proxy: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let all = async { tokio::time::timeout(Duration::from_secs(60), probe::all(&subjects, &means, 1, &|_| {})).await };
    let mut ladders = runtime.block_on(all).expect("a probe hangs");
    assert_eq!(ladders.len(), 1);
    (ladders.remove(0), manifests.sources)
}

impl Probed {
    /// The rung of `stage`.
    pub fn rung(&self, stage: Stage) -> &Rung {
        self.ladder.rungs.iter().find(|rung| rung.stage == stage).unwrap()
    }

    /// The value of the fact `name` of `stage`.
    pub fn fact(&self, stage: Stage, name: &str) -> &str {
        let facts = &self.rung(stage).facts;
        let found = facts.iter().find(|fact| fact.name == name);
        &found.unwrap_or_else(|| panic!("no {name} among {facts:#?}")).value
    }

    /// The ids of all findings, reminders too.
    pub fn ids(&self) -> Vec<&'static str> {
        self.ladder.findings.iter().map(|found| found.diagnostic.entry.id).collect()
    }

    /// Holds that `stage` found `id` at the line of the manifest that has `at`, and hands back the message.
    #[track_caller]
    pub fn found(&self, stage: Stage, id: &str, at: &str) -> &str {
        let all: Vec<_> = self.ladder.findings.iter().map(|found| (found.stage, &found.diagnostic)).collect();
        let of_id = all.iter().find(|(_, finding)| finding.entry.id == id);
        let (of, finding) = of_id.unwrap_or_else(|| panic!("no {id} among {all:#?}\n{}", self.told));
        assert_eq!(*of, stage, "{finding:#?}");
        let position = self.sources.excerpt(finding.place.file).unwrap().position(finding.place.span.start as usize);
        let line = self.text.lines().nth(position.line - 1).unwrap_or_default();
        assert!(line.contains(at), "`{line}` instead of `{at}`: {finding:#?}");
        assert!(self.told.contains(id), "the command does not say {id}:\n{}", self.told);
        &finding.message
    }

    /// Holds that the climb ended at `stage` by `id` at the line that has `at`, and that the exit code says so.
    #[track_caller]
    pub fn failed(&self, stage: Stage, id: &str, at: &str) -> &str {
        let message = self.found(stage, id, at);
        assert_eq!(self.rung(stage).outcome, Outcome::Failed, "{:#?}", self.ladder);
        let above = self.ladder.rungs.iter().filter(|rung| rung.stage > stage);
        for rung in above {
            assert!(matches!(rung.outcome, Outcome::NotTested | Outcome::None), "{rung:#?}");
        }
        let below = self.ladder.rungs.iter().filter(|rung| rung.stage < stage);
        for rung in below {
            assert!(!matches!(rung.outcome, Outcome::Failed | Outcome::NotTested), "{rung:#?}");
        }
        assert_eq!(self.ladder.verdict, Verdict::Failed);
        assert_eq!(self.exit, Exit::Findings);
        message
    }

    /// Holds that everything is as it should be.
    #[track_caller]
    pub fn good(&self) {
        assert_eq!(self.ladder.verdict, Verdict::Passed, "{:#?}", self.ladder);
        assert!(self.ladder.findings.is_empty(), "{:#?}", self.ladder.findings);
        assert_eq!(self.exit, Exit::Clean, "{}", self.told);
    }

    /// Holds that there is something to be said, but that it works.
    #[track_caller]
    pub fn warned(&self, stage: Stage, id: &str, at: &str) -> &str {
        let message = self.found(stage, id, at);
        assert_eq!(self.rung(stage).outcome, Outcome::Warned, "{:#?}", self.ladder);
        assert_eq!(self.ladder.verdict, Verdict::Warned);
        assert_eq!(self.exit, Exit::Findings);
        message
    }
}
