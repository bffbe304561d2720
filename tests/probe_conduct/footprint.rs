//! What a probe does at an MQTT broker: under a name of its own, beside the dataflow's subscriptions, and gone without a
//! trace.

use crate::mosquitto::Mosquitto;
use crate::program::{Said, probe};
use crate::tap::Tap;
use crate::willing::remaining;
use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

/// The name and the subscriptions of the dataflow; what a probe must not use.
const OF_THE_DATAFLOW: [&str; 4] = ["press-line-3", "$share/press-group/", "flowgate-line", "press-topic-out"];

fn manifest(port: u16) -> String {
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: press, namespace: azure-iot-operations }}
spec:
  endpointType: Mqtt
  mqttSettings:
    host: 127.0.0.1:{port}
    clientIdPrefix: press-line-3
    sessionExpirySeconds: 3600
    authentication: {{ method: Anonymous, anonymousSettings: {{}} }}
    tls: {{ mode: Disabled }}
---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowProfile
metadata: {{ name: default, namespace: azure-iot-operations }}
spec: {{ instanceCount: 3 }}
---
apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata: {{ name: flowgate-line, namespace: azure-iot-operations }}
spec:
  profileRef: default
  operations:
    - operationType: Source
      sourceSettings:
        endpointRef: press
        dataSources: ['press/#', '$share/press-group/oven/+']
    - operationType: Destination
      destinationSettings: {{ endpointRef: press, dataDestination: press-topic-out }}
"
    )
}

/// A packet: its first byte, and what follows the length.
struct Packet {
    first: u8,
    body: Vec<u8>,
}

impl Packet {
    const fn kind(&self) -> u8 {
        self.first >> 4
    }

    fn is_publish(&self) -> bool {
        self.kind() == 3
    }
}

fn packets(mut bytes: &[u8]) -> Vec<Packet> {
    let mut packets = Vec::new();
    while let Some((header, length)) = remaining(bytes) {
        packets.push(Packet { first: bytes[0], body: bytes[header..header + length].to_vec() });
        bytes = &bytes[header + length..];
    }
    assert!(bytes.is_empty(), "{bytes:?}");
    packets
}

/// The client id of a CONNECT of MQTT 5 or 3.1.1 without a will, and the Session Expiry Interval that it asks for.
fn connect(packet: &Packet) -> (String, u32) {
    assert_eq!(packet.kind(), 1);
    let body = &packet.body;
    assert_eq!(body[7] & 0xFE, 2, "a clean start, no will, no login");
    let (properties, rest) = if body[6] == 5 {
        let length = usize::from(body[10]);
        (&body[11..11 + length], &body[11 + length..])
    } else {
        (&body[..0], &body[10..])
    };
    let expiry = if properties.first() == Some(&0x11) {
        u32::from_be_bytes(properties[1..5].try_into().unwrap())
    } else {
        assert!(!properties.contains(&0x11), "{properties:?}");
        0
    };
    let length = usize::from(u16::from_be_bytes(rest[..2].try_into().unwrap()));
    (String::from_utf8(rest[2..2 + length].to_vec()).unwrap(), expiry)
}

/// The MQTT connections of a probe; other protocols' greetings are left out.
fn sessions(tap: &Tap) -> Vec<Vec<Packet>> {
    tap.heard().iter().filter(|heard| heard.first() == Some(&0x10)).map(|heard| packets(heard)).collect()
}

fn probed(folder: &Path, port: u16, more: &[&str]) -> Said {
    std::fs::write(folder.join("manifest.yaml"), manifest(port)).unwrap();
    let arguments = [&["--timeout", "5", "--format", "json"][..], more].concat();
    probe(folder, &arguments.iter().map(ToString::to_string).collect::<Vec<_>>(), &[])
}

/// Everything that a session must not do.
fn assert_modest(session: &[Packet]) -> String {
    let (id, expiry) = connect(&session[0]);
    assert!(id.starts_with("flowgate-probe-"), "{id}");
    assert!(OF_THE_DATAFLOW.iter().all(|name| !id.contains(name)), "{id}");
    let last = session.last().unwrap();
    assert_eq!(last.first, 0xE0, "the session is not ended by DISCONNECT");
    if expiry > 0 {
        // Session Expiry Interval 0 takes the session back.
        assert_eq!(last.body, [0, 5, 0x11, 0, 0, 0, 0], "the session of {expiry} s is not taken back");
    }
    for packet in session {
        let text = String::from_utf8_lossy(&packet.body).into_owned();
        assert!(!text.contains("$share/press-group/"), "the group of the dataflow is joined");
        // A message that came is not acknowledged: nobody takes care of it.
        assert!(!matches!(packet.kind(), 4..=7) || packet.kind() == 6, "an acknowledgement was sent");
    }
    id
}

#[test]
fn a_probe_has_a_name_of_its_own_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let broker = Mosquitto::start("listener PORT 127.0.0.1\nallow_anonymous true\nsys_interval 1\n", &[]);
    let tap = Tap::before(broker.port(0));
    for _ in 0..2 {
        let said = probed(folder.path(), tap.port, &[]);
        let report: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        assert_ne!(report["endpoints"][0]["verdict"], "failed", "{said:?}");
    }
    let sessions = sessions(&tap);
    assert!(sessions.len() >= 4, "the login and the permission, twice");
    let ids: HashSet<String> = sessions.iter().map(|session| assert_modest(session)).collect();
    assert_eq!(ids.len(), sessions.len(), "a name is used twice: {ids:?}");
    assert!(!sessions.iter().flatten().any(Packet::is_publish), "something is written without `--write`");
    let subscribed: Vec<String> = sessions
        .iter()
        .flatten()
        .filter(|packet| packet.kind() == 8)
        .map(|packet| String::from_utf8_lossy(&packet.body).into_owned())
        .collect();
    for filter in ["press/#", "oven/+"] {
        assert!(subscribed.iter().any(|text| text.contains(filter)), "`{filter}` is not tested: {subscribed:?}");
    }
    assert_eq!(kept_sessions(broker.port(0)), "0");
}

#[test]
fn only_what_is_asked_for_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let broker = Mosquitto::anonymous();
    let tap = Tap::before(broker.port(0));
    let said = probed(folder.path(), tap.port, &["--write"]);
    let written: Vec<Vec<u8>> = sessions(&tap)
        .into_iter()
        .flatten()
        .filter(Packet::is_publish)
        .map(|packet| {
            assert_eq!(packet.first & 1, 0, "a retained message stays");
            packet.body
        })
        .collect();
    assert_eq!(written.len(), 1, "{said:?}");
    assert!(written[0].starts_with(b"\x00\x0Fpress-topic-out"), "{written:?}");
    // It says so.
    assert!(said.stdout.contains("press-topic-out"), "{}", said.stdout);
}

/// Sessions that wait for their client at the broker, by its own count.
fn kept_sessions(port: u16) -> String {
    // The first count may be of a moment before.
    let port = port.to_string();
    let arguments =
        ["-V", "5", "-p", &port, "-t", "$SYS/broker/clients/disconnected", "-C", "2", "-W", "20", "-F", "%p"];
    let output = Command::new("mosquitto_sub").args(arguments).output().unwrap();
    let counts = String::from_utf8(output.stdout).unwrap();
    counts
        .lines()
        .last()
        .unwrap_or_else(|| panic!("mosquitto says nothing of its clients: {:?}", output.stderr))
        .to_owned()
}
