//! What goes wrong is said in words, with the step and the line of the manifest, in time, and with the right exit code.

use crate::brokers::kafka::{ALICE, SHARED as KAFKA};
use crate::brokers::mosquitto::{Mosquitto, SHARED, Setup};
use crate::brokers::{free_ports, unique, witness};
use crate::common::Run;
use crate::site::{ANONYMOUS, Site, findings, flow, kafka, mqtt, report};
use flowgate::exit::Exit;
use std::time::{Duration, Instant};

fn broker(port: u16) -> String {
    mqtt("broker", &format!("127.0.0.1:{port}"), "")
}

fn cloud(port: u16) -> String {
    mqtt("cloud", &format!("127.0.0.1:{port}"), "")
}

fn line(out: &str) -> String {
    flow(["broker", "line/+/telemetry"], ["cloud", out], "")
}

/// Runs `site`, which must fail within `limit`, and holds that one finding has all of `words`, at the line with `at`.
fn fails(site: &Site, more: &[&str], limit: Duration, at: &str, words: &[&str]) -> Run {
    let since = Instant::now();
    let mut args = vec!["--format", "json"];
    args.extend(more);
    let run = site.live(&args);
    assert!(since.elapsed() < limit, "{:?}", since.elapsed());
    assert_eq!(run.exit, Exit::Findings, "{run:?}");
    let findings = findings(&report(&run));
    let line = site.line(at);
    let fits = |(_, found, text): &(String, u64, String)| {
        *found == line as u64 && words.iter().all(|word| text.contains(word))
    };
    assert!(findings.iter().any(fits), "line {line}, {words:?}:\n{findings:#?}\n{}", run.stderr);
    run
}

const SECONDS: fn(u64) -> Duration = Duration::from_secs;

#[test]
fn an_mqtt_broker_that_is_not_there() {
    let [port] = free_ports();
    let host = format!("host: 127.0.0.1:{port}");
    let site = Site::new(&[broker(SHARED.port), cloud(port), line("out")]);
    fails(&site, &[], SECONDS(6), &host, &["the dataflow", "at the destination", "refused", "nothing was sent"]);
    let site = Site::new(&[broker(port), cloud(SHARED.port), line("out")]);
    fails(&site, &[], SECONDS(6), &host, &["at the source", "refused", "nothing was sent"]);
}

#[test]
fn a_kafka_broker_that_is_not_there() {
    let [port] = free_ports();
    let address = format!("127.0.0.1:{port}");
    let to = flow(["broker", "line/+/telemetry"], ["hub", "out"], "");
    let site = Site::new(&[broker(SHARED.port), kafka("hub", &address, ANONYMOUS, ""), to]);
    let host = format!("host: {address}");
    fails(&site, &[], SECONDS(8), &host, &["nobody listens", "nothing was sent"]);
}

#[test]
fn a_broker_that_says_nothing() {
    // Connections are made by the system, and nobody answers on them.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let site = Site::new(&[broker(SHARED.port), cloud(port), line("out")]);
    fails(&site, &["--timeout", "2"], SECONDS(6), &format!("127.0.0.1:{port}"), &["CONNACK", "nothing was sent"]);
    let to = flow(["broker", "line/+/telemetry"], ["hub", "out"], "");
    let address = format!("127.0.0.1:{port}");
    let site = Site::new(&[broker(SHARED.port), kafka("hub", &address, ANONYMOUS, ""), to]);
    fails(&site, &["--timeout", "2"], SECONDS(8), &address, &["nothing was sent"]);
}

#[test]
fn a_name_that_nobody_knows() {
    let site = Site::new(&[broker(SHARED.port), mqtt("cloud", "broker.flowgate.invalid:1883", ""), line("out")]);
    let words = ["broker.flowgate.invalid", "at the destination", "nothing was sent"];
    fails(&site, &[], SECONDS(12), "broker.flowgate.invalid", &words);
    // That of the local broker is known inside the cluster only.
    let site = Site::new(&[mqtt("broker", "aio-broker:18883", ""), cloud(SHARED.port), line("out")]);
    let forward = "kubectl port-forward -n azure-iot-operations service/aio-broker 18883:18883";
    let detour = "--connect-to aio-broker:18883:127.0.0.1:18883";
    fails(&site, &[], SECONDS(12), "aio-broker:18883", &["known inside the cluster only", forward, detour]);
}

#[test]
fn a_wrong_password_at_mosquitto() {
    let users = vec![("plant", "the right one")];
    let mosquitto = Mosquitto::start(&Setup { users, ..Setup::default() });
    let site = Site::new(&[broker(mosquitto.port), cloud(SHARED.port), line("out")]);
    let wrong = site.file("wrong", "a wrong password");
    let sender = ["--sender", "username=plant", "--sender", &format!("password=file:{wrong}")];
    let run =
        fails(&site, &sender, SECONDS(6), "method: Anonymous", &["the dataflow", "at the source", "not authorized"]);
    assert!(!format!("{run:?}").contains("a wrong password"));
}

/// A Kafka endpoint that logs in as `user`.
fn secured(user: &str, password: &str) -> String {
    let sasl = "{ method: Sasl, saslSettings: { saslType: ScramSha256, secretRef: login } }";
    let secret = format!(
        "apiVersion: v1
kind: Secret
metadata: {{ name: login, namespace: azure-iot-operations }}
stringData: {{ username: {user}, password: \"{password}\" }}
---
"
    );
    kafka("hub", &format!("127.0.0.1:{}", KAFKA.ports.sasl), sasl, "") + &secret
}

#[test]
fn a_wrong_password_at_kafka() {
    let to = flow(["broker", "line/+/telemetry"], ["hub", "out"], "");
    let site = Site::new(&[broker(SHARED.port), secured(ALICE.0, "a wrong password"), to]);
    for more in [&[][..], &["--trace"]] {
        let run = fails(&site, more, SECONDS(8), "method: Sasl", &["login", "nothing was sent"]);
        assert!(!format!("{run:?}").contains("a wrong password"));
    }
    let run = site.live(&[]);
    assert_eq!(run.exit, Exit::Findings);
    assert!(run.stdout.contains("nothing was sent"), "{run:?}");
    assert!(!format!("{run:?}").contains("a wrong password"));
}

#[test]
fn a_topic_that_does_not_exist() {
    let topic = unique("missing");
    let hub = || kafka("hub", &KAFKA.bootstrap(), ANONYMOUS, "");
    let to = flow(["broker", "line/+/telemetry"], ["hub", &topic], "");
    let site = Site::new(&[broker(SHARED.port), hub(), to]);
    fails(&site, &[], SECONDS(12), "dataDestination", &[&topic, "nothing was sent"]);
    let site = Site::new(&[hub(), broker(SHARED.port), flow(["hub", &topic], ["broker", "out"], "")]);
    fails(&site, &[], SECONDS(12), "dataSources", &[&topic, "nothing was sent"]);
}

#[test]
fn a_publish_that_is_refused() {
    let acl = Some("topic read #\ntopic write line/#\n");
    let mosquitto = Mosquitto::start(&Setup { acl, ..Setup::default() });
    let site = Site::new(&[broker(mosquitto.port), cloud(mosquitto.port), line("out")]);
    fails(&site, &[], SECONDS(6), "dataDestination", &["not authorized", "refuses the message"]);
    let acl = Some("topic read #\n");
    let mosquitto = Mosquitto::start(&Setup { acl, ..Setup::default() });
    let site = Site::new(&[broker(mosquitto.port), cloud(SHARED.port), line("out")]);
    fails(&site, &[], SECONDS(6), "host: 127.0.0.1", &["the sender", "not authorized", "refuses the message"]);
}

#[test]
fn a_broker_that_dies_in_the_middle() {
    let mut far = Mosquitto::start(&Setup::default());
    let site = Site::new(&[broker(SHARED.port), cloud(far.port), line("out")]);
    let case = |number: usize| {
        format!("- {{ name: case {number}, message: {{ payload: '{number}' }}, expect: {{ outcome: delivered }} }}\n")
    };
    let cases = site.file("cases.yaml", &format!("cases:\n{}", (0..2000).map(case).collect::<String>()));
    let sub = witness::mosquitto_sub(far.port, "out", 5, "%p");
    std::thread::sleep(Duration::from_millis(300));
    std::thread::scope(|scope| {
        let running = scope.spawn(|| site.live(&["--format", "json", "--cases", &cases]));
        witness::finish(sub, SECONDS(25));
        far.end("-KILL");
        let since = Instant::now();
        let run = running.join().unwrap();
        assert!(since.elapsed() < SECONDS(12), "{:?}", since.elapsed());
        assert_eq!(run.exit, Exit::Findings, "{run:?}");
        let report = report(&run);
        // What was done before is told.
        let passed = report["summary"]["passed"].as_u64().unwrap();
        assert!((5..2000).contains(&passed), "{passed}");
        let host = site.line(&format!("host: 127.0.0.1:{}", far.port)) as u64;
        let said = findings(&report);
        assert!(said.iter().any(|(_, line, text)| *line == host && text.contains("not sent")), "{said:?}");
    });
}

const MAP: &str = "    - operationType: BuiltInTransformation
      builtInTransformationSettings:
        map:
          - { inputs: [temperature], output: result, expression: EXPRESSION }
";

fn mapped(expression: &str) -> Site {
    let between = MAP.replace("EXPRESSION", expression);
    let to = flow(["broker", "line/+/telemetry"], ["cloud", "out"], &between);
    Site::new(&[broker(SHARED.port), cloud(SHARED.port), to])
}

#[test]
fn a_payload_that_is_no_json_where_a_transform_reads_it() {
    let site = mapped("$1 * 2");
    let expect = site.file("expect.yaml", "outcome: delivered\n");
    let run = site.live(&["--format", "json", "--payload", "no json", "--expect", &expect]);
    assert_eq!(run.exit, Exit::Findings, "{run:?}");
    let message = &report(&run)["messages"][0];
    assert_eq!(message["outcome"], "dropped-transform-error");
    assert!(message["why"].as_str().unwrap().contains("JSON"), "{message}");
    let expect = site.file("expect.yaml", "outcome: dropped-transform-error\n");
    let run = site.live(&["--format", "json", "--payload", "no json", "--expect", &expect]);
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
}

#[test]
fn an_unknown_variable_in_an_expression() {
    let site = mapped("'$1 + $12 * 3'");
    let run = fails(&site, &[], SECONDS(3), "expression", &["$12"]);
    let found = &report(&run)["diagnostics"][0]["span"];
    let text = site.text.lines().nth(site.line("expression") - 1).unwrap();
    assert_eq!(found["start"]["column"], text.find("$12").unwrap() + 1);
    assert_eq!(found["end"]["column"], text.find("$12").unwrap() + 4);
}

#[test]
fn a_data_set_that_is_not_given() {
    let between = "    - operationType: BuiltInTransformation
      builtInTransformationSettings:
        datasets:
          - { key: machines, inputs: [$source.id, $context.id], expression: $1 == $2 }
        map:
          - { inputs: [temperature], output: temperature }
";
    let to = flow(["broker", "line/+/telemetry"], ["cloud", "out"], between);
    let site = Site::new(&[broker(SHARED.port), cloud(SHARED.port), to]);
    fails(&site, &[], SECONDS(3), "key: machines", &["machines", "--dataset"]);
}

#[test]
fn nobody_may_read_at_the_destination() {
    let topic = unique("unread");
    let site = Site::new(&[broker(SHARED.port), cloud(SHARED.port), line(&topic)]);
    let sub = witness::mosquitto_sub(SHARED.port, &topic, 1, "%p");
    std::thread::sleep(Duration::from_millis(300));
    let run = site.live(&["--format", "json", "--reader", "none", "--payload", "42"]);
    assert_eq!(run.exit, Exit::Clean, "{run:?}");
    assert_eq!(report(&run)["messages"][0]["verdict"], "not-read-back");
    assert_eq!(witness::finish(sub, SECONDS(25)), b"42\n");
    let run = site.live(&["--reader", "none"]);
    assert!(run.stdout.contains("delivered, not read back"), "{run:?}");
}

#[test]
fn no_secret_is_ever_told() {
    let (user, password) = ALICE;
    let topic = unique("secured");
    KAFKA.create_topic(&topic, 1);
    let users = vec![("plant", "p1ant-passw0rd")];
    let mosquitto = Mosquitto::start(&Setup { users, ..Setup::default() });
    let from = [&*format!("127.0.0.1:{}", mosquitto.port)].map(|host| mqtt("broker", host, ""));
    let site = Site::new(&[secured(user, password), from[0].clone(), flow(["hub", &topic], ["broker", "out"], "")]);
    let plant = site.file("plant", "p1ant-passw0rd");
    let reader = ["--reader", "username=plant", "--reader", &format!("password=file:{plant}")];
    let sender = ["--sender", "username=alice", "--sender", &format!("password=file:{plant}")];
    let mut outputs = Vec::new();
    for format in [&["--format", "json"][..], &["--format", "junit"], &["--trace"]] {
        // The dataflow is not let in at mosquitto; with the wrong password the sender is not let in at Kafka.
        for login in [&reader[..], &sender[..], &[&sender[..], &reader].concat()] {
            outputs.push(site.live(&[format, login].concat()));
        }
    }
    // And one that succeeds.
    let site = Site::new(&[broker(SHARED.port), secured(user, password), flow(["broker", "a/b"], ["hub", &topic], "")]);
    for format in [&["--format", "json"][..], &["--trace"], &["--trace", "--format", "json"]] {
        let run = site.live(format);
        assert_eq!(run.exit, Exit::Clean, "{run:?}");
        outputs.push(run);
    }
    for run in outputs {
        let text = format!("{}{}", run.stdout, run.stderr);
        assert!(!text.is_empty());
        for secret in [password, "p1ant-passw0rd"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
