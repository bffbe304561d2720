//! Production stays untouched: messages of others, shared subscriptions, consumer groups, and the client of the dataflow
//! that is deployed.

use crate::brokers::mosquitto::{Mosquitto, SHARED, Setup};
use crate::brokers::{kafka::SHARED as KAFKA, unique, witness};
use crate::common::run;
use crate::site::{ANONYMOUS, Site, findings, flow, kafka, mqtt, report};
use flowgate::exit::Exit;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(25);

fn broker(port: u16) -> String {
    mqtt("broker", &format!("127.0.0.1:{port}"), "")
}

/// Another client, which publishes the lines that are written to it.
struct Publisher(Child);

impl Publisher {
    fn start(port: u16, topic: &str) -> Self {
        let mut command = Command::new("mosquitto_pub");
        command.args(["-V", "5", "-q", "1", "-l", "-p", &port.to_string(), "-t", topic]);
        Self(command.stdin(Stdio::piped()).spawn().unwrap())
    }

    fn publish(&mut self, text: &str) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{text}").unwrap();
    }

    /// Publishes `count` messages, evenly within `time`.
    fn publish_all(mut self, count: usize, time: Duration) {
        for number in 0..count {
            self.publish(&format!("other {number}"));
            std::thread::sleep(time / u32::try_from(count).unwrap());
        }
        self.end();
    }

    fn end(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

#[test]
fn without_consent_nothing_is_sent() {
    let mosquitto = Mosquitto::start(&Setup::default());
    let site = Site::new(&[
        broker(mosquitto.port),
        mqtt("cloud", &format!("127.0.0.1:{}", mosquitto.port), ""),
        flow(["broker", "line/+/telemetry"], ["cloud", "out"], ""),
    ]);
    let sub = witness::mosquitto_sub(mosquitto.port, "#", 1, "%t %p");
    std::thread::sleep(Duration::from_millis(300));
    let unasked = run(&site.args(&["--payload", "unasked"]), b"y\n");
    assert_eq!(unasked.exit, Exit::Trouble, "{unasked:?}");
    // It says what it would have sent where, as whom, and that it did not.
    for word in
        ["line/site-1/telemetry", "`out`", &mosquitto.port.to_string(), "anonymous", "nothing was sent", "--yes"]
    {
        assert!(unasked.stderr.contains(word), "{word}: {unasked:?}");
    }
    assert_eq!(unasked.stdout, "");
    // The first message that anybody sees is another one.
    std::thread::sleep(Duration::from_millis(300));
    let mut publisher = Publisher::start(mosquitto.port, "the/end");
    publisher.publish("end");
    publisher.end();
    assert_eq!(witness::finish(sub, LIMIT), b"the/end end\n");
}

#[test]
fn messages_of_others_are_not_forwarded() {
    let (input, out, shared) = (unique("line"), unique("plant"), unique("group"));
    let far = Mosquitto::start(&Setup::default());
    let site = Site::new(&[
        broker(SHARED.port),
        mqtt("cloud", &format!("127.0.0.1:{}", far.port), ""),
        flow(["broker", &format!("$share/{shared}/{input}/+")], ["cloud", &out], ""),
    ]);
    // The dataflow that is deployed: a member of the group gets all messages, as nobody else is in it.
    let deployed = witness::mosquitto_sub(SHARED.port, &format!("$share/{shared}/{input}/+"), 101, "%p");
    let behind = witness::mosquitto_sub(far.port, "#", 2, "%t %p");
    std::thread::sleep(Duration::from_millis(300));
    let publisher = Publisher::start(SHARED.port, &format!("{input}/a"));
    let run = std::thread::scope(|scope| {
        scope.spawn(|| publisher.publish_all(100, Duration::from_secs(3)));
        std::thread::sleep(Duration::from_millis(500));
        let (topic, expect) = (format!("{input}/b"), site.file("expect.yaml", "payload: mine\n"));
        let args = ["--format", "json", "--payload", "mine", "--expect", &expect, "--topic", &topic];
        site.live(&args)
    });
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
    let got = String::from_utf8(witness::finish(deployed, LIMIT)).unwrap();
    let others: Vec<&str> = got.lines().filter(|line| *line != "mine").collect();
    assert_eq!(others, (0..100).map(|number| format!("other {number}")).collect::<Vec<_>>());
    // Behind the dataflow there is its own message and then the one that ends the test.
    let mut publisher = Publisher::start(far.port, "the/end");
    publisher.publish("end");
    publisher.end();
    assert_eq!(String::from_utf8(witness::finish(behind, LIMIT)).unwrap(), format!("{out} mine\nthe/end end\n"));
}

#[test]
fn a_consumer_group_keeps_all_of_its_records() {
    let (topic, out, group) = (unique("records"), unique("plant"), unique("group"));
    KAFKA.create_topic(&topic, 2);
    let hub = kafka("hub", &KAFKA.bootstrap(), ANONYMOUS, &format!("    consumerGroupId: {group}\n"));
    let site = Site::new(&[hub, broker(SHARED.port), flow(["hub", &topic], ["broker", &out], "")]);
    let bootstrap = KAFKA.bootstrap();
    let member = ["-q", "-b", &bootstrap, "-G", &group, "-X", "auto.offset.reset=earliest", "-f", "%s\\n"];
    let deployed = witness::start("kcat", &[&member[..], &["-c", "21", &topic]].concat());
    std::thread::sleep(Duration::from_secs(2));
    let mut kcat = Command::new("kcat");
    kcat.args(["-P", "-b", &bootstrap, "-t", &topic]).stdin(Stdio::piped());
    let mut kcat = kcat.spawn().unwrap();
    let run = std::thread::scope(|scope| {
        let running = scope.spawn(|| site.live(&["--format", "json", "--payload", "mine"]));
        let mut stdin = kcat.stdin.take().unwrap();
        for number in 0..20 {
            writeln!(stdin, "other {number}").unwrap();
            std::thread::sleep(Duration::from_millis(50));
        }
        running.join().unwrap()
    });
    assert!(kcat.wait().unwrap().success());
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
    let got = String::from_utf8(witness::finish(deployed, LIMIT)).unwrap();
    let mut others: Vec<&str> = got.lines().filter(|line| *line != "mine").collect();
    others.sort_by_key(|line| line["other ".len()..].parse::<usize>().unwrap());
    assert_eq!(others, (0..20).map(|number| format!("other {number}")).collect::<Vec<_>>());
}

#[test]
fn the_client_of_the_deployed_dataflow_stays_connected() {
    let mosquitto = Mosquitto::start(&Setup::default());
    let prefix = "    clientIdPrefix: plant-7\n";
    let host = format!("127.0.0.1:{}", mosquitto.port);
    let site = Site::new(&[
        mqtt("broker", &host, prefix),
        mqtt("cloud", &host, prefix),
        flow(["broker", "line/+/telemetry"], ["cloud", "out"], ""),
    ]);
    // By the MQTT endpoint page the client id is the prefix and the name of the dataflow; what stands between is not said.
    let port = mosquitto.port.to_string();
    let ids = ["plant-7-line", "plant-7line", "plant-7", "line"];
    let clients: Vec<Child> = ids
        .iter()
        .map(|id| {
            witness::start(
                "mosquitto_sub",
                &["-d", "-V", "5", "-p", &port, "-i", id, "-t", "the/end", "-C", "1", "-W", "20"],
            )
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    for load in [&[][..], &["--count", "20"]] {
        let run = site.live(load);
        assert_eq!(run.exit, Exit::Clean, "{run:?}");
    }
    let mut publisher = Publisher::start(mosquitto.port, "the/end");
    publisher.publish("end");
    publisher.end();
    for (id, client) in ids.iter().zip(clients) {
        let log = String::from_utf8(witness::finish(client, LIMIT)).unwrap();
        assert_eq!(log.matches("received CONNACK").count(), 1, "{id}: {log}");
        assert!(!log.contains("received DISCONNECT"), "{id}: {log}");
    }
}

#[test]
fn two_messages_that_could_be_meant_are_inconclusive() {
    let topic = unique("bare");
    KAFKA.create_topic(&topic, 1);
    let hub = kafka("hub", &KAFKA.bootstrap(), ANONYMOUS, "    copyMqttProperties: Disabled\n");
    let site = Site::new(&[broker(SHARED.port), hub, flow(["broker", "line/+/telemetry"], ["hub", &topic], "")]);
    let alone = site.live(&["--format", "json", "--payload", "same"]);
    assert_eq!(alone.exit, Exit::Clean, "{alone:?}");
    // Others write the same all the time.
    let mut kcat = Command::new("kcat");
    kcat.args(["-P", "-b", &KAFKA.bootstrap(), "-t", &topic, "-X", "linger.ms=1"]).stdin(Stdio::piped());
    let mut kcat = kcat.spawn().unwrap();
    let mut stdin = kcat.stdin.take().unwrap();
    let run = std::thread::scope(|scope| {
        let running = scope.spawn(|| site.live(&["--format", "json", "--payload", "same"]));
        while !running.is_finished() {
            writeln!(stdin, "same").unwrap();
            std::thread::sleep(Duration::from_millis(20));
        }
        running.join().unwrap()
    });
    drop(stdin);
    assert!(kcat.wait().unwrap().success());
    assert_eq!(run.exit, Exit::Findings, "{run:?}");
    let report = report(&run);
    assert_eq!(report["messages"][0]["verdict"], "inconclusive");
    let said = findings(&report);
    assert!(said.iter().any(|(message, ..)| message.contains("may be the one that was sent")), "{said:?}");
}
