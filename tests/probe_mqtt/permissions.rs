//! What a broker permits to the dataflows.

use crate::brokers::mosquitto::{Mosquitto, Setup};
use crate::brokers::scratch;
use crate::scripted::{CONNACK, broker, puback, suback, usual};
use crate::site::{Probed, With, endpoint, flow, local, probe, profile, reader, writer};
use flowgate::report::probe::{Outcome, Stage};

/// A dynamic security plugin that lets everybody do everything but subscribe, and that below `open/` only.
const ROLES: &str = r#"{
  "defaultACLAccess": { "publishClientSend": true, "publishClientReceive": true, "subscribe": false, "unsubscribe": true },
  "groups": [ { "groupname": "everybody", "roles": [ { "rolename": "reader" } ] } ],
  "roles": [ { "rolename": "reader", "acls": [ { "acltype": "subscribePattern", "topic": "open/#", "allow": true } ] } ],
  "anonymousGroup": "everybody"
}"#;

fn anonymous(port: u16, flow: String) -> Probed {
    probe(&[endpoint(&local(port), ""), flow], &With::default())
}

fn writing(port: u16, flow: String) -> Probed {
    probe(&[endpoint(&local(port), ""), flow], &With { write: true, ..With::default() })
}

#[test]
fn a_subscription_that_mosquitto_refuses() {
    let folder = scratch("dynsec");
    std::fs::write(folder.join("roles.json"), ROLES).unwrap();
    let plugin = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"]
        .map(|folder| format!("{folder}/mosquitto_dynamic_security.so"))
        .into_iter()
        .find(|path| std::path::Path::new(path).exists())
        .unwrap();
    let more = format!("plugin {plugin}\nplugin_opt_config_file {}/roles.json\n", folder.display());
    let mosquitto = Mosquitto::start(&Setup { more: more.leak(), ..Setup::default() });
    anonymous(mosquitto.port, reader("open/line")).good();
    let probed = anonymous(mosquitto.port, reader("closed/line"));
    let message = probed.found(Stage::Permission, "mqtt-subscription-refused", "dataSources: ['closed/line']");
    assert!(message.contains("SUBACK 0x87 `Not authorized`"), "{message}");
    assert_eq!(probed.rung(Stage::Permission).summary, "subscription to 1 filter refused");
    assert_eq!(probed.ladder.health, ["DataflowMqttSourceSubscriptionFailed"]);
}

#[test]
fn a_publish_that_mosquitto_refuses() {
    let acl = Some("topic readwrite open/#\n");
    let mosquitto = Mosquitto::start(&Setup { acl, ..Setup::default() });
    writing(mosquitto.port, writer("open/out")).good();
    let probed = writing(mosquitto.port, writer("closed/out"));
    let message = probed.found(Stage::Permission, "mqtt-publish-refused", "dataDestination: 'closed/out'");
    assert!(message.contains("PUBACK 0x87 `Not authorized`"), "{message}");
    assert_eq!(probed.rung(Stage::Permission).outcome, Outcome::Failed);
    // Without being asked it writes nothing, and says so.
    let probed = anonymous(mosquitto.port, writer("closed/out"));
    probed.good();
    assert_eq!(probed.rung(Stage::Permission).outcome, Outcome::NotTested);
    assert_eq!(probed.rung(Stage::Permission).summary, "publish to 1 topic not tested (`--write`)");
}

/// A broker that answers SUBSCRIBE or PUBLISH (by its type) with what `answer` makes of it.
fn at_packet(of: u8, answer: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + Clone + 'static) -> u16 {
    broker(move |kind, packet| {
        Some(match kind {
            kind if kind == of => answer(packet),
            _ => usual(kind, packet).unwrap_or_else(|| CONNACK.to_vec()),
        })
    })
}

#[test]
fn a_lower_qos_than_asked_for() {
    let probed = anonymous(at_packet(8, |packet| suback(packet, 0)), reader("a"));
    let message = probed.warned(Stage::Permission, "mqtt-subscription-downgraded", "mqttSettings:");
    assert!(message.contains("at QoS 0, and `qos` is 1"), "{message}");
}

#[test]
fn every_code_of_suback_has_its_verdict() {
    let topic = "dataSources: ['a/+']";
    for (code, id) in [
        (0x80, "mqtt-subscription-refused"),
        (0x87, "mqtt-subscription-refused"),
        (0x8F, "mqtt-subscription-refused"),
        (0x97, "mqtt-quota"),
        (0x9E, "mqtt-shared-subscriptions-unavailable"),
        (0xA2, "mqtt-wildcards-unavailable"),
    ] {
        let port = at_packet(8, move |packet| suback(packet, code));
        anonymous(port, reader("a/+")).failed(Stage::Permission, id, topic);
    }
}

#[test]
fn sharing_may_be_refused_alone() {
    let port = at_packet(8, |packet| {
        let shared = packet.windows(7).any(|bytes| bytes == b"$share/");
        suback(packet, if shared { 0x9E } else { 1 })
    });
    let parts = [endpoint(&local(port), ""), reader("a"), profile(2)];
    let probed = probe(&parts, &With::default());
    let id = "mqtt-shared-subscriptions-unavailable";
    let message = probed.failed(Stage::Permission, id, "dataSources: ['a']");
    assert!(message.contains("as a shared subscription"), "{message}");
}

#[test]
fn every_code_of_puback_has_its_verdict() {
    for (code, id, at) in [
        (0x80, "mqtt-publish-refused", "dataDestination: 'b'"),
        (0x87, "mqtt-publish-refused", "dataDestination: 'b'"),
        (0x90, "mqtt-publish-refused", "dataDestination: 'b'"),
        (0x95, "mqtt-packet-too-large", "host:"),
        (0x97, "mqtt-quota", "host:"),
    ] {
        let port = at_packet(3, move |packet| puback(packet, code));
        writing(port, writer("b")).failed(Stage::Permission, id, at);
    }
    // Nobody is subscribed: a success.
    writing(at_packet(3, |packet| puback(packet, 0x10)), writer("b")).good();
}

#[test]
fn a_broker_that_ends_the_connection() {
    for (code, id, at) in [
        (0x82, "mqtt-disconnected", "dataSources: ['a']"),
        (0x87, "mqtt-subscription-refused", "dataSources: ['a']"),
        (0x8B, "mqtt-server-unavailable", "host:"),
        (0x8E, "mqtt-session-taken-over", "mqttSettings:"),
        (0x97, "mqtt-quota", "host:"),
        (0x9D, "mqtt-server-moved", "host:"),
        (0xA0, "mqtt-reauthentication", "method:"),
    ] {
        let probed = writing(at_packet(8, move |_| vec![0xE0, 1, code]), flow("a", "b"));
        let message = probed.found(Stage::Permission, id, at);
        assert!(message.contains("at SUBSCRIBE to `a`") && message.contains("DISCONNECT 0x"), "{message}");
        let summary = &probed.rung(Stage::Permission).summary;
        assert_eq!(summary, "publish to 1 topic not tested any more");
    }
    let probed = writing(at_packet(3, |_| vec![0xE0, 1, 0x87]), writer("b"));
    probed.failed(Stage::Permission, "mqtt-publish-refused", "dataDestination: 'b'");
    // A message of a size that the broker has not warned of.
    let probed = writing(at_packet(3, |_| vec![0xE0, 1, 0x95]), writer("b"));
    probed.failed(Stage::Permission, "mqtt-packet-too-large", "host:");
}

#[test]
fn a_broker_that_just_goes() {
    let port = broker(|kind, packet| match kind {
        8 => None,
        _ => Some(usual(kind, packet).unwrap_or_else(|| CONNACK.to_vec())),
    });
    let message =
        anonymous(port, reader("a")).failed(Stage::Permission, "mqtt-disconnected", "dataSources: ['a']").to_owned();
    assert!(message.contains("at SUBSCRIBE to `a`: the broker closed the connection"), "{message}");
}

#[test]
fn a_broker_that_does_not_answer() {
    let port = at_packet(8, |_| Vec::new());
    let limit = std::time::Duration::from_millis(300);
    let probed = probe(&[endpoint(&local(port), ""), reader("a")], &With { limit, ..With::default() });
    let message = probed.failed(Stage::Permission, "peer-silent", "dataSources: ['a']");
    assert!(message.contains("no SUBACK within 300 ms"), "{message}");
}

#[test]
fn a_new_login_that_the_broker_asks_for() {
    let probed = anonymous(at_packet(8, |_| b"\xF0\x0C\x19\x0A\x15\x00\x07K8S-SAT".to_vec()), reader("a"));
    probed.failed(Stage::Permission, "mqtt-reauthentication", "dataSources: ['a']");
}

#[test]
fn a_second_connection_that_is_refused() {
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let port = broker(move |kind, packet| {
        // The library and the command make two connections each.
        let second = kind == 1 && count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) % 2 == 1;
        Some(match second {
            true => b"\x20\x03\x00\x97\x00".to_vec(),
            false => usual(kind, packet).unwrap_or_else(|| CONNACK.to_vec()),
        })
    });
    let message = anonymous(port, reader("a")).failed(Stage::Permission, "mqtt-quota", "host:").to_owned();
    assert!(message.contains("a second one after it was not"), "{message}");
}

#[test]
fn filters_are_asked_for_once() {
    let mosquitto = &crate::brokers::mosquitto::SHARED;
    let two = "        dataSources: ['a', 'a', '$share/g/a', 'b/#']";
    let flow = reader("a").replace("        dataSources: ['a']", two);
    let probed = anonymous(mosquitto.port, flow);
    probed.good();
    assert_eq!(probed.rung(Stage::Permission).summary, "subscription to 2 filters granted");
}
