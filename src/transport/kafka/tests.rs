use super::config;
use super::context::Context;
use super::error::{Error, check_topic};
use super::failure::{Cause, Failure, Said, Step, read};
use super::ffi::Notice;
use super::*;
use crate::redact::Secret;
use std::time::Duration;

fn notice(code: i32, text: &str) -> Notice {
    Notice { code: (code != 0).then_some(code), text: text.to_owned() }
}

fn failure(code: i32, text: &str, context: &Context) -> Failure {
    match read(&notice(code, text), context) {
        Said::Failure(failure) => failure,
        other => panic!("{text}: {other:?}"),
    }
}

/// The texts of librdkafka 2.12.1, as they were seen.
#[test]
fn causes_are_read_from_what_librdkafka_says() {
    for (code, text, node, step, cause) in [
        (
            -195,
            "127.0.0.1:9092/bootstrap: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms in state CONNECT)",
            None,
            Step::Connect,
            Cause::Refused,
        ),
        (
            -193,
            "sasl_ssl://127.0.0.1:9092/1: Failed to resolve '127.0.0.1:9092': Name or service not known (after 1ms in state CONNECT)",
            Some(1),
            Step::Resolve,
            Cause::UnknownName,
        ),
        (
            0,
            "[thrd:127.0.0.1:9092/bootstrap]: 127.0.0.1:9092/bootstrap: Connection setup timed out in state APIVERSION_QUERY (after 4003ms in state APIVERSION_QUERY)",
            None,
            Step::Connect,
            Cause::Silent,
        ),
        (
            0,
            "[thrd:127.0.0.1:9092/bootstrap]: 127.0.0.1:9092/bootstrap: Disconnected: connection reset by peer (after 1ms in state APIVERSION_QUERY)",
            None,
            Step::Protocol,
            Cause::Closed,
        ),
        (
            -195,
            "ssl://127.0.0.1:9092/bootstrap: SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener? (after 4ms in state SSL_HANDSHAKE)",
            None,
            Step::Tls,
            Cause::NotTls,
        ),
        (
            -195,
            "ssl://127.0.0.1:9092/bootstrap: Receive failed: error:0A00045C:SSL routines::tlsv13 alert certificate required: SSL alert number 116 (after 3ms in state APIVERSION_QUERY)",
            None,
            Step::Tls,
            Cause::NoClientCertificate,
        ),
        (
            -181,
            "ssl://127.0.0.1:9092/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified",
            None,
            Step::Tls,
            Cause::UnknownIssuer,
        ),
        (
            -169,
            "sasl_ssl://127.0.0.1:9092/bootstrap: SASL SCRAM-SHA-512 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN,OAUTHBEARER (after 1ms in state AUTH_HANDSHAKE)",
            None,
            Step::Login,
            Cause::Mechanism("OAUTHBEARER, PLAIN".to_owned()),
        ),
        (
            -169,
            "sasl_ssl://127.0.0.1:9092/bootstrap: SASL authentication error: Authentication failed: Invalid username or password (after 302ms in state AUTH_REQ)",
            None,
            Step::Login,
            Cause::Refusal("Authentication failed: Invalid username or password".to_owned()),
        ),
        (
            -195,
            "sasl_plaintext://127.0.0.1:9092/bootstrap: SaslAuthenticateRequest failed: Local: Broker transport failure: broker might be unavailable (after 1ms in state DOWN)",
            None,
            Step::Login,
            Cause::Closed,
        ),
    ] {
        let expected = Failure { broker: "127.0.0.1:9092".to_owned(), node, step, cause };
        assert_eq!(failure(code, text, &Context::default()), expected, "{text}");
    }
    let said = read(&notice(-187, "1/1 brokers are down"), &Context::default());
    assert_eq!(said, Said::AllDown);
    let said = read(&notice(0, "[thrd:main]: something else: nobody cares"), &Context::default());
    assert_eq!(said, Said::Nothing);
    let denied = "FindCoordinator response error: Broker: Group authorization failed";
    assert_eq!(read(&notice(30, denied), &Context::default()), Said::Refusal(30));
}

/// Codes of OpenSSL's `x509_vfy.h`.
#[test]
fn a_refused_certificate_is_explained_by_openssl() {
    let text = "ssl://broker.example:9093/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed";
    for (code, cause) in [
        (10, Cause::Expired),
        (18, Cause::UnknownIssuer),
        (20, Cause::UnknownIssuer),
        (62, Cause::WrongName),
        (64, Cause::WrongName),
        (23, Cause::Certificate(23)),
    ] {
        let context = Context::default();
        context.certificate_refused("elsewhere.example:9093".to_owned(), 23);
        context.certificate_refused("broker.example:9093".to_owned(), code);
        assert_eq!(failure(-181, text, &context).cause, cause);
    }
}

#[test]
fn odd_texts_do_no_harm() {
    for text in
        ["", ": ", "[thrd:", "[thrd:x]: ", "://: ", "a/b: c", "ssl://ü/1: x in state ", "/: in state é", "alert "]
    {
        for code in [0, -169, -181, -195] {
            let _ = read(&notice(code, text), &Context::default());
        }
    }
}

#[test]
fn routes_are_for_host_and_port() {
    let route = |port, to_port| Route { host: "Broker.Example".to_owned(), port, to_host: "::1".to_owned(), to_port };
    let settings = Settings { routes: vec![route(9093, 1), route(9094, 2)], ..Settings::default() };
    let context = Context::new(&settings);
    assert_eq!(context.route(c"broker.example", c"9094"), Some((c"::1", c"2")));
    assert_eq!(context.route(c"broker.example", c"9095"), None);
    assert_eq!(context.route(c"other.example", c"9093"), None);
    assert_eq!(context.route(c"broker.example", c"kafka"), None);
}

/// Values by librdkafka's `CONFIGURATION.md`.
#[test]
fn settings_become_librdkafkas() {
    let settings = Settings { bootstrap: "a:1,b:2".to_owned(), client_id: "me".to_owned(), ..Settings::default() };
    let how = ProducerSettings { batching: None, acks: Acks::One, idempotence: true, ..ProducerSettings::default() };
    let producer = config::producer(&settings, &how);
    for (key, value) in [
        ("bootstrap.servers", "a:1,b:2"),
        ("client.id", "me"),
        ("security.protocol", "plaintext"),
        ("acks", "1"),
        ("linger.ms", "0"),
        ("batch.num.messages", "1"),
        // It needs all in-sync replicas.
        ("enable.idempotence", "false"),
    ] {
        assert_eq!(producer.get(key), Some(value), "{key}");
    }
    let batching = Batching { linger: Duration::from_secs(65), messages: 5_000_000, bytes: 0 };
    let how = ProducerSettings { batching: Some(batching), idempotence: true, ..ProducerSettings::default() };
    let producer = config::producer(&settings, &how);
    for (key, value) in [
        ("acks", "all"),
        ("linger.ms", "65000"),
        ("batch.num.messages", "1000000"),
        ("batch.size", "1"),
        ("enable.idempotence", "true"),
    ] {
        assert_eq!(producer.get(key), Some(value), "{key}");
    }
}

#[test]
fn what_librdkafka_does_not_take_is_told_without_the_value() {
    let login = Login { user: "user".to_owned(), password: Secret::new("sesame\0open".to_owned()) };
    let settings = Settings { bootstrap: "127.0.0.1:1".to_owned(), sasl: Sasl::Plain(login), ..Settings::default() };
    let error = Consumer::new(&settings).map(|_| ()).unwrap_err();
    assert!(error.to_string().ends_with("one has a zero byte"), "{error}");
    assert!(!format!("{error} {error:?} {settings:?}").contains("sesame"), "{error:?}");
}

#[test]
fn names_of_topics() {
    for name in ["a", "A.b_c-9", &"x".repeat(249)] {
        assert_eq!(check_topic(name), Ok(()), "{name}");
    }
    for name in ["", ".", "..", "a b", "a/b", "ä", "a\0", &"x".repeat(250)] {
        assert_eq!(check_topic(name), Err(Error::TopicName(name.to_owned())), "{name}");
    }
}
