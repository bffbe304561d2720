//! What a probe does at a real Apache Kafka: no group joined, nothing committed or written, no credential to an advertised
//! listener that is not to be trusted, and no secret told.

use crate::brokers::kafka::{ALICE, BEARER, MALLORY, SHARED};
use crate::brokers::pki::PKI;
use crate::brokers::unique;
use crate::outputs::{Scene, assert_silent};
use crate::pki::Authority;
use crate::program::{Said, probe};
use crate::recorder::{Recorder, Version};
use crate::sentinel::Sentinel;
use crate::tap::Tap;
use crate::willing::Speaks;
use std::collections::BTreeSet;
use std::path::Path;

/// Requests that change nothing: Fetch, ListOffsets, Metadata, OffsetFetch, FindCoordinator, Heartbeat (of a member that
/// does not exist), DescribeGroups, SaslHandshake, ApiVersions, DescribeAcls, DescribeConfigs, SaslAuthenticate,
/// DescribeCluster.
const HARMLESS: [i16; 13] = [1, 2, 3, 9, 10, 12, 15, 17, 18, 29, 32, 36, 60];
const PRODUCE: i16 = 0;
const METADATA: i16 = 3;
const FETCH: i16 = 1;

fn endpoint(host: &str, authentication: &str, tls: &str) -> String {
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: press, namespace: azure-iot-operations }}
spec:
  endpointType: Kafka
  kafkaSettings:
    host: {host}
    consumerGroupId: press-group
    authentication: {authentication}
    tls: {tls}
---
"
    )
}

const ANONYMOUS: &str = "{ method: Anonymous, anonymousSettings: {} }";

fn flow(topic: &str) -> String {
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata: {{ name: press-line, namespace: azure-iot-operations }}
spec:
  operations:
    - operationType: Source
      sourceSettings: {{ endpointRef: press, dataSources: [{topic}] }}
    - operationType: Destination
      destinationSettings: {{ endpointRef: press, dataDestination: {topic} }}
---
"
    )
}

fn secret(user: &str, password: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{ name: login, namespace: azure-iot-operations }}\n\
         stringData: {{ username: {user}, password: \"{password}\" }}\n"
    )
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// A request: its key and everything that follows the length.
struct Request {
    key: i16,
    bytes: Vec<u8>,
}

/// The requests of Kafka; a slow answer lets the probe ask by other protocols' greetings who is there.
fn requests(tap: &Tap) -> Vec<Request> {
    let mut requests = Vec::new();
    for heard in tap.heard().into_iter().filter(|heard| heard.first() == Some(&0)) {
        let mut rest = heard.as_slice();
        while rest.len() >= 4 {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            let bytes = rest[4..4 + length].to_vec();
            requests.push(Request { key: i16::from_be_bytes(bytes[..2].try_into().unwrap()), bytes });
            rest = &rest[4 + length..];
        }
    }
    requests
}

/// Probes the shared Kafka, and says what it was asked.
fn watched(folder: &Path, topic: &str, more: &[&str]) -> (Said, Vec<Request>) {
    let port = SHARED.ports.plain;
    let tap = Tap::before(port);
    let manifest = endpoint(&format!("127.0.0.1:{port}"), ANONYMOUS, "{ mode: Disabled }") + &flow(topic);
    std::fs::write(folder.join("manifest.yaml"), manifest).unwrap();
    let detour = format!("127.0.0.1:{port}:127.0.0.1:{}", tap.port);
    let arguments = [&["--timeout", "10", "--format", "json", "--connect-to", &detour], more].concat();
    let said = probe(folder, &strings(&arguments), &[]);
    (said, requests(&tap))
}

#[test]
fn a_probe_joins_no_group_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let topic = unique("conduct");
    SHARED.create_topic(&topic, 1);
    let (said, requests) = watched(folder.path(), &topic, &[]);
    let report: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_ne!(report["endpoints"][0]["verdict"], "failed", "{said:?}");
    let keys: BTreeSet<i16> = requests.iter().map(|request| request.key).collect();
    assert!(keys.iter().all(|key| HARMLESS.contains(key)), "{keys:?}");
    assert!(keys.contains(&METADATA) && keys.contains(&FETCH), "reading is not tested: {keys:?}");
    for request in requests.iter().filter(|request| request.key == METADATA) {
        assert!(!makes_topics(request), "Metadata would make topics: {:?}", request.bytes);
    }
}

/// `allow_auto_topic_creation`, which stands behind the topics, before one or two other switches and the tags
/// (`MetadataRequest.json`).
fn makes_topics(request: &Request) -> bool {
    let version = i16::from_be_bytes(request.bytes[2..4].try_into().unwrap());
    let behind = match version {
        0..=3 => panic!("version {version} makes topics always"),
        4..=7 => 1,
        8 => 3,
        9..=10 => 4,
        _ => 3,
    };
    request.bytes[request.bytes.len() - behind] != 0
}

#[test]
fn a_topic_that_is_missing_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let topic = unique("nobody-made");
    for more in [&[][..], &["--write"]] {
        let (said, requests) = watched(folder.path(), &topic, more);
        assert!(said.stdout.contains("kafka-topic-missing"), "{said:?}");
        let metadata: Vec<&Request> = requests.iter().filter(|request| request.key == METADATA).collect();
        assert!(!metadata.is_empty() && !metadata.into_iter().any(makes_topics));
        // CreateTopics.
        assert!(!requests.iter().any(|request| request.key == 19));
    }
}

#[test]
fn one_record_is_written_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let topic = unique("written");
    SHARED.create_topic(&topic, 1);
    let (said, requests) = watched(folder.path(), &topic, &["--write"]);
    let writes = requests.iter().filter(|request| request.key == PRODUCE).count();
    assert_eq!(writes, 1, "{said:?}");
    let others = requests.iter().filter(|request| request.key != PRODUCE);
    let keys: BTreeSet<i16> = others.map(|request| request.key).collect();
    assert!(keys.iter().all(|key| HARMLESS.contains(key)), "{keys:?}");
}

/// The bootstrap listener is good, and what it advertises leads to somebody else.
#[test]
fn no_credential_reaches_an_advertised_listener_that_is_not_to_be_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("stranger");
    let (user, password) = ALICE;
    let port = SHARED.ports.sasl_tls;
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, &PKI.authority).unwrap();
    for kind in ["Plain", "ScramSha256", "ScramSha512"] {
        let other = Recorder::secure(Speaks::Kafka, &authority.server(&["localhost"]), Version::Tls13);
        let login = format!("{{ method: Sasl, saslSettings: {{ saslType: {kind}, secretRef: login }} }}");
        let manifest = endpoint(&format!("127.0.0.1:{port}"), &login, "{ mode: Enabled }") + &secret(user, password);
        std::fs::write(folder.path().join("manifest.yaml"), manifest).unwrap();
        let detour = format!("localhost:{port}:127.0.0.1:{}", other.port);
        let arguments = ["--timeout", "10", "--ca", ca.to_str().unwrap(), "--connect-to", &detour];
        let said = probe(folder.path(), &strings(&arguments), &[]);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.stdout.contains("kafka-listener-tls"), "{kind}: {}", said.stdout);
        let records = other.records();
        assert!(!records.is_empty(), "{kind}: nobody came: {}", said.stdout);
        let sentinel = Sentinel::new("password", password.as_bytes());
        for record in records {
            assert!(record.inside.is_empty() && !record.handshake, "{kind}: {record:?}");
            assert!(!sentinel.is_in(&record.wire), "{kind}");
        }
    }
}

#[test]
fn nothing_is_told_of_a_login_at_a_real_broker() {
    let folder = tempfile::tempdir().unwrap();
    let ports = SHARED.ports;
    let (user, password) = ALICE;
    let (other, other_password) = MALLORY;
    let wrong = "sentinel of a wrong password";
    let topic = unique("silent");
    SHARED.create_topic(&topic, 1);
    let mut scenes = Vec::new();
    for kind in ["Plain", "ScramSha256", "ScramSha512"] {
        for (user, password) in [(user, password), (user, wrong), (other, other_password)] {
            let login = format!("{{ method: Sasl, saslSettings: {{ saslType: {kind}, secretRef: login }} }}");
            let host = format!("localhost:{}", ports.sasl);
            scenes.push(Scene {
                name: format!("{kind} as {user}"),
                manifest: endpoint(&host, &login, "{ mode: Disabled }") + &flow(&topic) + &secret(user, password),
                arguments: Vec::new(),
                environment: Vec::new(),
                sentinels: vec![Sentinel::new("password", password.as_bytes())],
            });
        }
    }
    let jwt = crate::sentinel::token("https://plant.example", BEARER);
    let (token, ca) = (folder.path().join("token"), folder.path().join("ca.pem"));
    std::fs::write(&token, &jwt).unwrap();
    std::fs::write(&ca, &PKI.authority).unwrap();
    let method = "{ method: SystemAssignedManagedIdentity, systemAssignedManagedIdentitySettings: { audience: 'https://plant.example' } }";
    scenes.push(Scene {
        name: "OAUTHBEARER, signed by nobody".to_owned(),
        manifest: endpoint(&format!("localhost:{}", ports.oauth), method, "{ mode: Enabled }"),
        arguments: strings(&["--token-file", token.to_str().unwrap(), "--ca", ca.to_str().unwrap()]),
        environment: Vec::new(),
        sentinels: vec![Sentinel::of_token("token", &jwt)],
    });
    assert_silent(folder.path(), &scenes);
}
