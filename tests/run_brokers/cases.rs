//! All cases of `testdata/flows`, in the sandbox and over real brokers.

use crate::brokers::mosquitto::{Mosquitto, SHARED, Setup};
use crate::brokers::{kafka, scratch};
use crate::common::{Run, run};
use crate::folder::{Folder, folders};
use flowgate::exit::Exit;
use flowgate::model::{EndpointType, Text};
use flowgate::run::cases::Case;
use flowgate::translate::{Choices, Datasets, Files, Plan};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The broker at the other end of dataflows from MQTT to MQTT.
static FAR: LazyLock<Mosquitto> = LazyLock::new(|| Mosquitto::start(&Setup::default()));

/// Folders whose endpoints have TLS and identities of Azure, which no broker here can check.
const AZURE: [&str; 2] = ["event-grid", "event-hubs"];

/// Cases of `expressions` whose dataflow is refused before it sees a message.
const REFUSED: usize = 5;

/// Whether a broker can carry the messages of `case`: it has no clock of its own (`testdata/flows/README.md`).
fn can_be_carried(case: &Case) -> bool {
    case.time.is_none() && case.waited.is_none()
}

/// Whether the dataflow of `case` is refused before it sees a message. `flowgate run` sends nothing then, so the outcome
/// is for the translation alone to show.
fn is_refused(folder: &Folder, case: &Case) -> bool {
    let flow = folder.flow(case);
    let ends = [&flow.source.endpoint, &flow.destination.endpoint].map(|end| folder.end(end.as_ref()));
    let files = Files { datasets: &Datasets::default(), output_schema: None };
    let refused = case.datasets.is_empty() && Plan::new(flow, &ends[0], &ends[1], &Choices::default(), files).is_err();
    refused && case.sent.iter().all(|sent| sent.expect.as_ref().unwrap().outcome.is_some())
}

fn path(folder: &Folder) -> PathBuf {
    Path::new("testdata/flows").join(folder.name())
}

/// A copy of `folder` with those of its cases that `wanted` takes.
fn copy(folder: &Folder, wanted: impl Fn(&Case) -> bool) -> PathBuf {
    let to = scratch(&folder.name());
    let text = std::fs::read_to_string(path(folder).join("cases.yaml")).unwrap();
    let starts: Vec<usize> = folder
        .cases
        .iter()
        .map(|case| text[..case.name.place.span.start as usize].rfind("\n  - ").unwrap() + 1)
        .collect();
    let mut kept = text[..starts[0]].to_owned();
    for (index, _) in folder.cases.iter().enumerate().filter(|(_, case)| wanted(case)) {
        kept.push_str(&text[starts[index]..starts.get(index + 1).copied().unwrap_or(text.len())]);
    }
    std::fs::write(to.join("cases.yaml"), kept).unwrap();
    std::fs::copy(path(folder).join("flow.yaml"), to.join("flow.yaml")).unwrap();
    if let Ok(data) = std::fs::read_dir(path(folder).join("data")) {
        std::fs::create_dir(to.join("data")).unwrap();
        for entry in data {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), to.join("data").join(entry.file_name())).unwrap();
        }
    }
    to
}

/// The messages in the file with cases, counted by another reader than Flowgate's.
fn messages(path: &Path) -> usize {
    let file: yaml_serde::Value = yaml_serde::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = file["cases"].as_sequence().unwrap();
    cases.iter().map(|case| case["messages"].as_sequence().map_or(1, Vec::len)).sum()
}

/// Runs the cases in `path`, and holds that all of their messages passed.
fn hold(path: &Path, more: &[&str]) {
    let (folder, cases) = (path.to_str().unwrap(), path.join("cases.yaml"));
    let messages = messages(&cases);
    let mut args = vec!["run", folder, "--cases", cases.to_str().unwrap(), "--format", "json"];
    args.extend(more);
    let Run { exit, stdout, stderr } = run(&args, b"");
    let report: serde_json::Value =
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{folder}: {error}: {stdout}{stderr}"));
    let wrong: Vec<String> = report["messages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|message| message["verdict"] != "passed")
        .map(|message| format!("{}: {}: {}", message["name"], message["verdict"], message["diagnostics"]))
        .collect();
    assert!(wrong.is_empty(), "{folder}\n{}", wrong.join("\n"));
    assert_eq!(exit, Exit::Clean, "{folder}: {stdout}{stderr}");
    assert_eq!(report["summary"]["passed"], messages, "{folder}: {}", report["summary"]);
}

#[test]
#[cfg(feature = "sandbox")]
fn all_cases_hold_in_the_sandbox() {
    // Kafka gives every record a partition.
    let impossible = |case: &Case| &*case.name.value == "5 Static takes one partition, setting any, none is named";
    let (mut refused, mut left_out) = (0, 0);
    for folder in folders() {
        let wanted = |case: &Case| !impossible(case) && !is_refused(&folder, case);
        refused += folder.cases.iter().filter(|case| is_refused(&folder, case)).count();
        left_out += folder.cases.iter().filter(|case| impossible(case)).count();
        let kept = copy(&folder, wanted);
        hold(&kept, &[]);
        std::fs::remove_dir_all(kept).unwrap();
    }
    assert_eq!((refused, left_out), (REFUSED, 1));
}

/// What the end that `endpoint` names speaks.
fn is_kafka(folder: &Folder, endpoint: Option<&Text>) -> bool {
    folder.end(endpoint).kind == Some(EndpointType::Kafka)
}

/// Makes Kafka's topics at both ends of the dataflows of `folder`.
fn make_topics(folder: &Folder) {
    let mut topics = BTreeSet::new();
    for flow in folder.flows.values() {
        if is_kafka(folder, flow.source.endpoint.as_ref()) {
            topics.extend(flow.source.topics.iter().map(|topic| topic.value.to_string()));
        }
        if is_kafka(folder, flow.destination.endpoint.as_ref()) {
            topics.extend(flow.destination.topic.iter().map(|topic| topic.value.to_string()));
        }
    }
    for topic in topics {
        kafka::SHARED.create_topic(&topic, 3);
    }
}

/// Sends the cases of `folder` that brokers can carry through real ones, and hands them back.
fn carry(folder: &Folder) -> Vec<&Case> {
    make_topics(folder);
    let wanted = |case: &Case| can_be_carried(case) && !is_refused(folder, case);
    let carried: Vec<&Case> = folder.cases.iter().filter(|case| wanted(case)).collect();
    if carried.is_empty() {
        return carried;
    }
    let kept = copy(folder, wanted);
    let detours = [
        format!("aio-broker:1883:127.0.0.1:{}", SHARED.port),
        format!("broker.example:1883:127.0.0.1:{}", FAR.port),
        format!("kafka.example:9092:{}", kafka::SHARED.bootstrap()),
    ];
    let mut args = vec!["--live", "--yes", "--timeout", "30"];
    args.extend(detours.iter().flat_map(|detour| ["--connect-to", detour]));
    hold(&kept, &args);
    std::fs::remove_dir_all(kept).unwrap();
    carried
}

#[test]
fn all_cases_that_brokers_can_carry_hold_over_real_ones() {
    let folders: Vec<Folder> = folders().into_iter().filter(|folder| !AZURE.contains(&&*folder.name())).collect();
    let carried: Vec<(&Folder, Vec<&Case>)> = std::thread::scope(|scope| {
        let started: Vec<_> = folders.iter().map(|folder| (folder, scope.spawn(|| carry(folder)))).collect();
        started.into_iter().map(|(folder, thread)| (folder, thread.join().unwrap())).collect()
    });
    let mut directions: BTreeMap<(bool, bool), usize> = BTreeMap::new();
    for (folder, cases) in &carried {
        for case in cases {
            let flow = folder.flow(case);
            let ends = [&flow.source.endpoint, &flow.destination.endpoint].map(|end| is_kafka(folder, end.as_ref()));
            *directions.entry((ends[0], ends[1])).or_default() += 1;
        }
    }
    let [plain, to_kafka, from_kafka] =
        [(false, false), (false, true), (true, false)].map(|way| directions.get(&way).copied().unwrap_or_default());
    assert!(plain >= 200 && to_kafka >= 70 && from_kafka >= 30, "{directions:?}");
    let clocked = folders.iter().flat_map(|folder| &folder.cases).filter(|case| !can_be_carried(case)).count();
    let all = folders.iter().map(|folder| folder.cases.len()).sum::<usize>();
    assert_eq!(plain + to_kafka + from_kafka, all - clocked - REFUSED);
}
