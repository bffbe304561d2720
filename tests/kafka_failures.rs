//! `transport::kafka` and everything that keeps it out: logins, certificates, names, rights, each told as what it is.
#![cfg(feature = "run")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[path = "brokers/mod.rs"]
mod brokers;
#[path = "kafka_cases/mod.rs"]
mod kafka_cases;

use brokers::kafka::{ALICE, BEARER, FAR, MALLORY, Ports, SHARED};
use brokers::pki::{PKI, Pair};
use brokers::{free_ports, unique};
use flowgate::redact::Secret;
use flowgate::transport::kafka::{
    Cause, Consumer, Error, Failure, Identity, Login, Producer, ProducerSettings, Roots, Route, Sasl, Security,
    SendError, Settings, Start, Step, Tls, Token,
};
use kafka_cases::{LIMIT, connect, text};
use std::net::TcpListener;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// How soon a cause has to be told: well before the limit, however busy the machine is.
const SOON: Duration = Duration::from_secs(20);

static TOPIC: LazyLock<String> = LazyLock::new(|| {
    let topic = unique("failures");
    SHARED.create_topic(&topic, 1);
    topic
});

fn ports() -> Ports {
    SHARED.ports
}

fn at(port: u16) -> Settings {
    Settings { bootstrap: format!("localhost:{port}"), ..Settings::default() }
}

fn login(user: &str, password: &str) -> Login {
    Login { user: user.to_owned(), password: Secret::new(password.to_owned()) }
}

fn tls(roots: &str, identity: Option<&Pair>) -> Security {
    let identity =
        identity.map(|pair| Identity { chain: pair.certificate.clone(), key: Secret::new(pair.key.clone()) });
    Security::Tls(Tls { roots: Roots::Pem(roots.to_owned()), identity, verify: true })
}

fn trusting() -> Security {
    tls(&PKI.authority, None)
}

/// Produces and reads one record.
async fn works(settings: &Settings) {
    let mut consumer = Consumer::new(settings).unwrap();
    consumer.assign(&TOPIC, &Start::End, LIMIT).await.unwrap();
    let value = unique("value").into_bytes();
    connect(settings, &TOPIC).await.deliver(&text(&TOPIC, &value), LIMIT).await.unwrap();
    while consumer.recv(LIMIT).await.unwrap().unwrap().record.value.as_ref() != Some(&value) {}
}

/// The failure of producer and consumer, which has to be the same, and soon.
async fn fails(settings: &Settings) -> Failure {
    LazyLock::force(&TOPIC);
    let started = Instant::now();
    let producer = Producer::connect(settings, &ProducerSettings::default(), &TOPIC, LIMIT).await;
    let took = started.elapsed();
    let failure = match producer.map(|_| ()) {
        Err(Error::Connection(failure)) => *failure,
        other => panic!("{other:?}"),
    };
    assert!(took < SOON, "{took:?}: {failure}");
    let started = Instant::now();
    let mut consumer = Consumer::new(settings).unwrap();
    let error = consumer.assign(&TOPIC, &Start::End, LIMIT).await.unwrap_err();
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    assert_eq!(error, Error::Connection(Box::new(failure.clone())));
    failure
}

type Mechanism = fn(Login) -> Sasl;

#[tokio::test]
async fn passwords_are_told_from_mechanisms() {
    let (user, password) = ALICE;
    let mechanisms: [(_, Mechanism); 3] =
        [("PLAIN", Sasl::Plain), ("SCRAM-SHA-256", Sasl::ScramSha256), ("SCRAM-SHA-512", Sasl::ScramSha512)];
    for (name, mechanism) in mechanisms {
        for (port, security) in [(ports().sasl, Security::Plain), (ports().sasl_tls, trusting())] {
            let with = |user: &str, password: &str| Settings {
                security: security.clone(),
                sasl: mechanism(login(user, password)),
                ..at(port)
            };
            works(&with(user, password)).await;
            for (user, password) in [(user, "wrong-password"), ("nobody", password)] {
                let failure = fails(&with(user, password)).await;
                let said = failure.to_string();
                assert_eq!(
                    (failure.step, failure.broker),
                    (Step::Login, format!("localhost:{port}")),
                    "{name}: {said}"
                );
                assert!(matches!(failure.cause, Cause::Refusal(_)), "{name}: {said}");
                assert!(said.contains("refused the login: Authentication failed"), "{name}: {said}");
                assert!(!said.contains("wrong-password"), "{said}");
            }
        }
    }
}

#[tokio::test]
async fn tokens() {
    let token = |token: String| Token {
        token: Secret::new(token),
        principal: BEARER.to_owned(),
        expires: milliseconds() + 3_600_000,
    };
    let with = |token: Token| Settings { security: trusting(), sasl: Sasl::OauthBearer(token), ..at(ports().oauth) };
    works(&with(token(unsigned(BEARER, 3600)))).await;
    let failure = fails(&with(token(unsigned(BEARER, -3600)))).await;
    assert_eq!(failure.step, Step::Login, "{failure}");
    assert!(matches!(failure.cause, Cause::Refusal(_)), "{failure:?}");
    // One that librdkafka itself knows to have ended.
    let ended = Token { expires: milliseconds() - 1000, ..token(unsigned(BEARER, -1)) };
    let error = Consumer::new(&with(ended)).map(|_| ()).unwrap_err();
    assert!(matches!(&error, Error::Setting { name, .. } if name == "the token"), "{error}");
    let failure = fails(&Settings { sasl: Sasl::OauthBearer(token("x".to_owned())), ..at(ports().sasl) }).await;
    assert_eq!(failure.cause, Cause::Mechanism("PLAIN, SCRAM-SHA-256, SCRAM-SHA-512".to_owned()), "{failure}");
}

fn milliseconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// A JWT without signature (RFC 7515, A.5), as Kafka's unsecured validator takes it.
fn unsigned(subject: &str, seconds: i64) -> String {
    use base64::Engine;
    let now = milliseconds() / 1000;
    let part = |text: String| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let claims = format!(r#"{{"sub":"{subject}","iat":{},"exp":{}}}"#, now - 7200, now + seconds);
    format!("{}.{}.", part(r#"{"alg":"none"}"#.to_owned()), part(claims))
}

#[tokio::test]
async fn certificates_are_told_apart() {
    let with = |port: u16, security: Security| Settings { security, ..at(port) };
    works(&with(ports().tls, trusting())).await;
    let both = format!("{}{}", PKI.stranger, PKI.authority);
    works(&with(ports().tls, tls(&both, None))).await;
    works(&with(ports().mtls, tls(&PKI.authority, Some(&PKI.client)))).await;
    let unverified = Tls { roots: Roots::Pem(PKI.stranger.clone()), identity: None, verify: false };
    works(&with(ports().tls, Security::Tls(unverified))).await;

    let failure = fails(&with(ports().tls, tls(&PKI.stranger, None))).await;
    assert_eq!((failure.step, failure.cause), (Step::Tls, Cause::UnknownIssuer));
    let other_name = Settings {
        bootstrap: format!("broker.example:{}", ports().tls),
        routes: vec![route("broker.example", ports().tls, ports().tls)],
        ..with(ports().tls, trusting())
    };
    let failure = fails(&other_name).await;
    assert_eq!((failure.step, failure.cause), (Step::Tls, Cause::WrongName));

    let failure = fails(&with(ports().mtls, trusting())).await;
    assert_eq!((failure.step, failure.cause), (Step::Tls, Cause::NoClientCertificate));
    let failure = fails(&with(ports().mtls, tls(&PKI.authority, Some(&PKI.strange_client)))).await;
    assert!(matches!(failure.cause, Cause::ClientCertificate(_)), "{failure:?}");
}

#[tokio::test]
async fn keys_that_are_none_are_told_without_showing_them() {
    let broken = Pair { certificate: PKI.client.certificate.clone(), key: "no key at all".to_owned() };
    let settings = Settings { security: tls(&PKI.authority, Some(&broken)), ..at(ports().mtls) };
    let error = Consumer::new(&settings).map(|_| ()).unwrap_err();
    assert!(matches!(&error, Error::Setting { name, .. } if name == "ssl.key.pem"), "{error}");
    assert!(!format!("{error} {error:?}").contains("no key at all"), "{error:?}");
    assert!(!format!("{settings:?}").contains("no key at all"));
}

#[tokio::test]
async fn listeners_of_another_kind() {
    let failure = fails(&Settings { security: trusting(), ..at(ports().plain) }).await;
    assert_eq!(failure.cause, Cause::NotTls, "{failure}");
    let failure = fails(&at(ports().tls)).await;
    assert_eq!(failure.cause, Cause::Closed, "{failure}");
    let failure = fails(&at(ports().sasl)).await;
    assert_eq!(failure.cause, Cause::Closed, "{failure}");
    let (user, password) = ALICE;
    let failure = fails(&Settings { sasl: Sasl::Plain(login(user, password)), ..at(ports().plain) }).await;
    assert_eq!(failure.cause, Cause::Mechanism(String::new()), "{failure}");
}

fn route(host: &str, port: u16, to_port: u16) -> Route {
    Route { host: host.to_owned(), port, to_host: "127.0.0.1".to_owned(), to_port }
}

#[tokio::test]
async fn addresses() {
    let [nobody] = free_ports();
    let failure = fails(&Settings { bootstrap: format!("127.0.0.1:{nobody}"), ..Settings::default() }).await;
    assert_eq!((failure.step, failure.cause), (Step::Connect, Cause::Refused));
    let failure = fails(&Settings { bootstrap: "broker.invalid:9092".to_owned(), ..Settings::default() }).await;
    assert_eq!((failure.step, failure.cause), (Step::Resolve, Cause::UnknownName));
    // One that works is enough.
    works(&Settings { bootstrap: format!("127.0.0.1:{nobody},127.0.0.1:{}", ports().plain), ..Settings::default() })
        .await;
}

#[tokio::test]
async fn who_says_nothing_is_not_waited_for_longer_than_told() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = Settings { bootstrap: silent.local_addr().unwrap().to_string(), ..Settings::default() };
    let limit = Duration::from_millis(700);
    let started = Instant::now();
    let producer = Producer::connect(&settings, &ProducerSettings::default(), "topic", limit).await;
    assert!(matches!(producer.map(|_| ()), Err(Error::Silent { .. })));
    assert!(started.elapsed() < limit + SOON, "{:?}", started.elapsed());
}

#[tokio::test]
async fn advertised_addresses_can_be_routed_and_are_named() {
    LazyLock::force(&TOPIC);
    let (far, far_port) = FAR;
    let settings = at(ports().far);
    let mut producer = connect(&settings, &TOPIC).await;
    let started = Instant::now();
    let error = producer.deliver(&text(&TOPIC, b"x"), LIMIT).await.unwrap_err();
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    let SendError::Other(Error::Connection(failure)) = error else { panic!("{error}") };
    assert_eq!((failure.node, failure.broker.as_str()), (Some(1), "far.invalid:9092"));
    assert_eq!(failure.cause, Cause::UnknownName);
    assert!(failure.to_string().contains("advertised by the cluster"), "{failure}");
    works(&Settings { routes: vec![route(far, far_port, ports().far)], ..settings }).await;
}

#[tokio::test]
async fn topics_and_rights() {
    let missing = unique("missing");
    let plain = at(ports().plain);
    let expected = Error::TopicMissing(missing.clone());
    let error = Producer::connect(&plain, &ProducerSettings::default(), &missing, LIMIT).await.map(|_| ()).unwrap_err();
    assert_eq!(error, expected);
    let error = Consumer::new(&plain).unwrap().assign(&missing, &Start::End, LIMIT).await.unwrap_err();
    assert_eq!(error, expected);
    let error = Producer::connect(&plain, &ProducerSettings::default(), "a b", LIMIT).await.map(|_| ()).unwrap_err();
    assert_eq!(error, Error::TopicName("a b".to_owned()));

    let (user, password) = MALLORY;
    let mallory = Settings { sasl: Sasl::Plain(login(user, password)), ..at(ports().sasl) };
    let denied = Error::TopicDenied(TOPIC.clone());
    let error = Producer::connect(&mallory, &ProducerSettings::default(), &TOPIC, LIMIT).await.map(|_| ()).unwrap_err();
    assert_eq!(error, denied);
    let error = Consumer::new(&mallory).unwrap().assign(&TOPIC, &Start::End, LIMIT).await.unwrap_err();
    assert_eq!(error, denied);

    // Who may read only: reading needs no right on a group, writing and committing are refused as such.
    SHARED.allow(user, "Read", &TOPIC);
    connect(&plain, &TOPIC).await.deliver(&text(&TOPIC, b"for mallory"), LIMIT).await.unwrap();
    let mut consumer = Consumer::new(&mallory).unwrap();
    consumer.assign(&TOPIC, &Start::Beginning, LIMIT).await.unwrap();
    assert!(consumer.recv(LIMIT).await.unwrap().is_some());
    let mut producer = connect(&mallory, &TOPIC).await;
    let started = Instant::now();
    let error = producer.deliver(&text(&TOPIC, b"x"), LIMIT).await.unwrap_err();
    println!("{:?}: {error}", started.elapsed());
    assert_eq!(error, SendError::Other(denied));
    assert!(started.elapsed() < SOON);
    let how = ProducerSettings { idempotence: true, ..ProducerSettings::default() };
    let mut producer = Producer::connect(&mallory, &how, &TOPIC, LIMIT).await.unwrap();
    let error = producer.deliver(&text(&TOPIC, b"x"), LIMIT).await.unwrap_err();
    assert_eq!(error, SendError::Other(Error::ProducerDenied));
    let grouped = Settings { group: Some(unique("group")), ..mallory };
    let error = Consumer::new(&grouped).unwrap().commit(&TOPIC, &[(0, 1)], LIMIT).await.unwrap_err();
    assert_eq!(error, Error::GroupDenied);
}
