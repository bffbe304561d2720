//! A broker answers, and one of the addresses that it names is of no use.

use crate::brokers::kafka::{ALICE, FAR, FAR_SASL, FAR_TLS, INSIDE, OTHER_PASSWORD, SHARED};
use crate::brokers::{free_ports, mosquitto};
use crate::probe::Seen;
use crate::scripted::{Broker, silent};
use crate::site::{Hub, hub, local, summary};
use serde_json::Value;

/// The argument that leads connections to `from` to `port`.
fn detour(from: (&str, u16), port: u16) -> String {
    format!("{}:{}:127.0.0.1:{port}", from.0, from.1)
}

fn far(mark: &'static str) -> Hub {
    hub(&local(SHARED.ports.far), mark)
}

fn parts(seen: &Seen) -> &Vec<Value> {
    crate::site::stage(seen, "listeners")["parts"].as_array().unwrap()
}

/// The stages of a part, each with its outcome.
fn stages(part: &Value) -> Vec<(&str, &str)> {
    let stages = part["stages"].as_array().unwrap();
    stages.iter().map(|rung| (rung["stage"].as_str().unwrap(), rung["outcome"].as_str().unwrap())).collect()
}

#[test]
fn a_name_that_nobody_knows() {
    let seen = far("host").reads("t").fails(&[], "listeners", "kafka-listener-unresolvable");
    assert_eq!(stages(&parts(&seen)[0]), [("dns", "failed")]);
    assert_eq!(seen.outcome("permission"), "not-tested");
    assert!(seen.run.stdout.contains("--connect-to far.invalid:9092:HOST:PORT"), "{}", seen.run.stdout);
}

#[test]
fn a_detour_leads_past_it() {
    let seen = far("host").passes(&["--connect-to", &detour(FAR, SHARED.ports.far)]);
    assert_eq!(parts(&seen)[0]["name"], "broker 1 at far.invalid:9092");
    assert_eq!(
        stages(&parts(&seen)[0]),
        [("dns", "passed"), ("tcp", "passed"), ("tls", "none"), ("protocol", "passed"), ("login", "passed")]
    );
}

#[test]
fn a_name_of_the_cluster() {
    let inside = hub(&local(SHARED.ports.inside), "host");
    let seen = inside.fails(&[], "listeners", "kafka-listener-internal");
    assert!(summary(&seen, "listeners").contains("cannot be used"), "{}", seen.run.stdout);
    inside.passes(&["--connect-to", &detour(INSIDE, SHARED.ports.inside)]);
}

#[test]
fn a_name_of_the_cluster_for_an_endpoint_inside_it() {
    let host = "kafka.kafka.svc:9092";
    let to = format!("{host}:127.0.0.1:{}", SHARED.ports.inside);
    let scene = hub(host, "host").scene();
    let seen = scene.expect(&["--connect-to", &to], "listeners", "kafka-listener-internal", 1);
    assert_eq!(seen.report["endpoints"][0]["verdict"], "inconclusive");
}

#[test]
fn nobody_listens_there() {
    let [closed] = free_ports();
    far("host").fails(&["--connect-to", &detour(FAR, closed)], "listeners", "kafka-listener-refused");
}

#[test]
fn a_certificate_for_other_names() {
    let tls = hub(&format!("localhost:{}", SHARED.ports.far_tls), "host").tls();
    let to = detour(FAR_TLS, SHARED.ports.far_tls);
    let seen = tls.fails(&["--connect-to", &to], "listeners", "kafka-listener-wrong-name");
    assert_eq!(stages(&parts(&seen)[0]), [("dns", "passed"), ("tcp", "passed"), ("tls", "failed")]);
}

#[test]
fn no_tls() {
    let tls = hub(&format!("localhost:{}", SHARED.ports.far_tls), "host").tls();
    let to = detour(FAR_TLS, SHARED.ports.plain);
    tls.fails(&["--connect-to", &to], "listeners", "kafka-listener-tls");
}

#[test]
fn a_client_certificate_is_demanded() {
    let tls = hub(&format!("localhost:{}", SHARED.ports.far_tls), "host").tls();
    // The name is not looked at before the server has shown its certificate, which is for `localhost`.
    let to = detour(FAR_TLS, SHARED.ports.mtls);
    tls.fails(&["--connect-to", &to], "listeners", "kafka-listener-wrong-name");
}

#[test]
fn another_login() {
    let sasl = hub(&local(SHARED.ports.far_sasl), "host").sasl("Plain", ALICE);
    let to = detour(FAR_SASL, SHARED.ports.other);
    let seen = sasl.fails(&["--connect-to", &to], "listeners", "kafka-listener-login");
    assert!(!seen.run.stdout.contains(OTHER_PASSWORD) && !seen.run.stdout.contains(ALICE.1));
}

#[test]
fn a_login_where_there_was_none() {
    let seen =
        far("host").fails(&["--connect-to", &detour(FAR, SHARED.ports.sasl)], "listeners", "kafka-listener-login");
    assert!(seen.run.stdout.contains("demands a login"), "{}", seen.run.stdout);
}

#[test]
fn something_else_than_kafka() {
    let to = detour(FAR, mosquitto::SHARED.port);
    far("host").fails(&["--connect-to", &to], "listeners", "kafka-listener-failed");
}

#[test]
fn silence() {
    let to = detour(FAR, silent());
    far("host").fails(&["--connect-to", &to, "--timeout", "0.5"], "listeners", "kafka-listener-failed");
}

#[test]
fn one_of_three_is_enough_to_fail() {
    let good = Broker::default().start();
    let [closed] = free_ports();
    let port = Broker::default().and(2, "127.0.0.1", i32::from(good)).and(3, "127.0.0.1", i32::from(closed)).start();
    let seen = hub(&local(port), "host").fails(&[], "listeners", "kafka-listener-refused");
    assert_eq!(summary(&seen, "listeners"), "1 of 3 advertised listeners cannot be used");
    let message = &seen.findings()[0].message;
    assert!(message.starts_with(&format!("broker 3 at 127.0.0.1:{closed} cannot be used")), "{message}");
    assert!(summary(&seen, "listeners").len() < 100 && parts(&seen).len() == 3);
    let own = parts(&seen)[0]["stages"][0]["summary"].as_str().unwrap();
    assert!(own.starts_with("the address of the endpoint"), "{own}");
}

#[test]
fn an_address_that_is_none() {
    let port = Broker::default().and(2, "", 9092).and(3, "kafka", 0).start();
    let seen = hub(&local(port), "host").fails(&[], "listeners", "kafka-listener-failed");
    assert_eq!(summary(&seen, "listeners"), "2 of 3 advertised listeners cannot be used");
}

#[test]
fn brokers_that_share_an_address() {
    let port = Broker::default().start();
    let both = Broker::default().and(2, "127.0.0.1", i32::from(port)).and(3, "127.0.0.1", i32::from(port)).start();
    let seen = hub(&local(both), "host").scene().expect(&[], "listeners", "kafka-listener-failed", 1);
    assert_eq!(seen.outcome("listeners"), "warned");
    assert!(seen.run.stdout.contains("brokers 2 and 3 all advertise"), "{}", seen.run.stdout);
}

#[test]
fn a_million_brokers_are_not_dialled() {
    let mut broker = Broker::default();
    for id in 2..2000 {
        broker = broker.and(id, "127.0.0.1", 0);
    }
    let seen = hub(&local(broker.start()), "host").fails(&[], "listeners", "kafka-listener-failed");
    assert_eq!((parts(&seen).len(), seen.findings().len()), (100, 12));
    assert_eq!(crate::site::facts(&seen, "listeners", "not-tested").len(), 1);
}
