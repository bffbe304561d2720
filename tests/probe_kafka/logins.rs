//! The login is not taken, or cannot be tried.

use crate::brokers::kafka::{ALICE, OTHER_PASSWORD, SHARED};
use crate::probe::Scene;
use crate::scripted::Broker;
use crate::site::{Hub, facts, hub, local, summary, token};

fn wrong(hub: Hub, kind: &'static str) -> Hub {
    hub.sasl(kind, (ALICE.0, "not her secret"))
}

fn sasl_tls(mark: &'static str) -> Hub {
    hub(&format!("localhost:{}", SHARED.ports.sasl_tls), mark).tls()
}

#[test]
fn a_wrong_password() {
    for kind in ["Plain", "ScramSha256", "ScramSha512"] {
        let seen = wrong(sasl_tls("secret"), kind).fails(&[], "login", "kafka-bad-password");
        assert!(summary(&seen, "login").contains("Authentication failed"), "{kind}: {}", seen.run.stdout);
        // The broker holds the answer back, and that is not this side's time.
        assert_eq!(facts(&seen, "login", "server-delay").len(), 1, "{kind}: {}", seen.run.stdout);
        assert!(!seen.run.stdout.contains("not her secret") && !seen.run.stderr.contains("not her secret"));
    }
}

#[test]
fn a_user_that_nobody_knows() {
    sasl_tls("secret").sasl("ScramSha256", ("nobody", "x")).fails(&[], "login", "kafka-bad-password");
}

#[test]
fn a_mechanism_that_is_not_offered() {
    let other = local(SHARED.ports.other);
    let seen = hub(&other, "type").sasl("ScramSha512", ALICE).fails(&[], "login", "kafka-mechanism");
    assert_eq!(facts(&seen, "login", "sasl-mechanisms"), ["`PLAIN`"]);
    assert!(seen.run.stdout.contains("write `saslType: Plain`"), "{}", seen.run.stdout);
    // Nothing was sent that could be told of.
    assert!(seen.findings().iter().all(|finding| finding.id != "credential-in-clear"));
}

#[test]
fn a_mechanism_for_tokens_that_is_not_offered() {
    let hub = hub(&format!("localhost:{}", SHARED.ports.sasl_tls), "method").tls().token();
    let mut scene = hub.scene();
    let token = token(&mut scene, r#""sub":"bearer""#);
    scene.expect(&["--token-file", &token], "login", "kafka-mechanism", 1);
}

#[test]
fn a_listener_without_sasl() {
    let plain = local(SHARED.ports.plain);
    hub(&plain, "method").sasl("Plain", ALICE).fails(&[], "login", "kafka-no-sasl-listener");
}

#[test]
fn a_listener_that_demands_sasl() {
    let seen = hub(&local(SHARED.ports.sasl), "method").fails(&[], "login", "kafka-sasl-required");
    let offered = facts(&seen, "login", "sasl-mechanisms")[0];
    for mechanism in ["`PLAIN`", "`SCRAM-SHA-256`", "`SCRAM-SHA-512`"] {
        assert!(offered.contains(mechanism), "{offered}");
    }
}

#[test]
fn a_token_that_the_broker_does_not_take() {
    let hub = hub(&format!("localhost:{}", SHARED.ports.oauth), "method").tls().token();
    let mut scene = hub.scene();
    // Kafka wants to know whom it stands for.
    let token = token(&mut scene, r#""jti":"x""#);
    let seen = scene.expect(&["--token-file", &token], "login", "kafka-token-refused", 1);
    assert!(summary(&seen, "login").contains("invalid_token"), "{}", seen.run.stdout);
}

#[test]
fn a_broker_that_does_not_know_the_password() {
    let port = Broker::default().start();
    hub(&local(port), "secret").alice().fails(&[], "login", "kafka-broker-not-proved");
}

#[test]
fn a_credential_that_nobody_has() {
    // The Secret is among no files.
    let text = hub(&format!("localhost:{}", SHARED.ports.sasl_tls), "secret").tls().alice().text();
    let text = text.replace("name: hub-login", "name: another-login");
    let seen = Scene::new(&text).expect(&[], "login", "credential-missing", 1);
    assert_eq!(seen.outcome("protocol"), "passed");
    assert_eq!(seen.report["endpoints"][0]["verdict"], "inconclusive");
    // What the listener offers is known all the same.
    assert_eq!(facts(&seen, "login", "sasl-mechanisms").len(), 1);
}

#[test]
fn a_password_in_clear_is_told() {
    let sasl = local(SHARED.ports.sasl);
    let scene = hub(&sasl, "tls").sasl("Plain", ALICE).scene();
    let seen = scene.expect(&[], "login", "credential-in-clear", 0);
    assert_eq!(seen.outcome("login"), "passed");
    assert!(seen.report["endpoints"][0]["notes"].to_string().contains("in clear"), "people are told, too");
    assert_eq!(seen.outcome("listeners"), "passed");
    // With SCRAM it does not travel.
    hub(&sasl, "tls").alice().passes(&[]);
}

#[test]
fn a_broker_that_wants_another_login_now_and_then() {
    let hub = hub(&local(SHARED.ports.other), "tls").sasl("Plain", (ALICE.0, OTHER_PASSWORD));
    let seen = hub.scene().expect(&[], "login", "credential-in-clear", 0);
    assert_eq!(facts(&seen, "login", "session-lifetime"), ["3600 s, then the broker wants another login"]);
}

#[test]
fn a_connection_string_that_is_none_is_not_sent() {
    let host = "plant7.servicebus.windows.net:9093";
    let to = format!("{host}:127.0.0.1:{}", SHARED.ports.sasl_tls);
    let args = ["--connect-to", &to, "--server-name", "localhost"];
    let string = "Endpoint=sb://plant7.servicebus.windows.net/;SharedAccessKeyName=x;SharedAccessKey=aGVsbG8gdGhlcmU=";
    let hub = hub(host, "secret").tls().sasl("Plain", ("$connectionstring", string));
    let seen = hub.fails(&args, "login", "eh-connection-string");
    assert_eq!(seen.outcome("protocol"), "passed");
    assert!(!seen.run.stdout.contains("aGVsbG8gdGhlcmU"));
}

#[test]
fn a_login_of_the_command_line() {
    let mut scene = sasl_tls("secret").scene();
    let password = scene.add("password", ALICE.1).display().to_string();
    let seen = scene
        .good(&["--username", ALICE.0, "--password", &format!("file:{password}")], &["login", "limits", "listeners"]);
    assert_eq!(summary(&seen, "login"), "SASL PLAIN");
}
