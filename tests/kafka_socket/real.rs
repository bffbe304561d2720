//! A real Apache Kafka 4.1: every request allowed and refused, every login right and wrong.

use super::admin::{self, DESCRIBE, DESCRIBE_CONFIGS, GROUP, READ, TOPIC, WRITE};
use super::{LIMIT, block};
use crate::brokers::kafka::{ALICE, BEARER, FAR, Kafka, MALLORY, SHARED};
use crate::brokers::pki::{PKI, Pair};
use crate::brokers::{mosquitto, unique, witness};
use flowgate::message::{Header, Record};
use flowgate::redact::Secret;
use flowgate::transport::kafka_socket::{
    Acks, Allowed, Api, Came, Code, Compression, Connection, KafkaError, Scram, Session, WithoutSasl,
};
use flowgate::transport::net::{Route, Target};
use flowgate::transport::tls::{Identity, TlsOptions, Trust};
use flowgate::transport::{Stream, open};
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_rustls::rustls::{self, AlertDescription};

async fn raw(port: u16) -> Connection<TcpStream> {
    Connection::new(TcpStream::connect(("127.0.0.1", port)).await.unwrap(), "tester", LIMIT)
}

/// A connection in clear whose versions are known.
async fn plain(port: u16) -> Connection<TcpStream> {
    let mut connection = raw(port).await;
    connection.versions().await.unwrap();
    connection
}

async fn secure(port: u16, identity: Option<&Pair>) -> Connection<Box<dyn Stream>> {
    let mut trust = Trust::nothing();
    trust.add_pem(PKI.authority.as_bytes()).unwrap();
    let identity =
        identity.map(|pair| Identity::from_pem(pair.certificate.as_bytes(), pair.key.as_bytes(), b"").unwrap());
    let tls = TlsOptions { trust, identity, ..TlsOptions::default() };
    let (stream, _) = open(&Target::new("localhost", port), &Route::default(), Some(&tls), None).await.unwrap();
    Connection::new(stream, "tester", LIMIT)
}

fn secret(text: &str) -> Secret<String> {
    text.to_owned().into()
}

/// A connection that is logged in by PLAIN.
async fn logged_in((user, password): (&str, &str)) -> Connection<TcpStream> {
    let mut connection = plain(SHARED.ports.sasl).await;
    connection.mechanisms("PLAIN").await.unwrap();
    assert_eq!(connection.plain(user, &secret(password)).await.unwrap(), Session { lifetime: None });
    connection
}

fn topic(name: &str, partitions: i32) -> String {
    let topic = unique(name);
    SHARED.create_topic(&topic, partitions);
    topic
}

/// Asks until it is allowed: the broker knows a rule a little later than it takes it.
async fn until_allowed<T>(ask: impl AsyncFn() -> Result<T, KafkaError>) -> T {
    let end = Instant::now() + LIMIT;
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(error) if Instant::now() >= end => panic!("{error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

#[test]
fn a_listener_says_what_it_takes_and_who_is_there() {
    block(async {
        let mut connection = raw(SHARED.ports.plain).await;
        let versions = connection.versions().await.unwrap();
        for api in Api::ALL {
            assert!(versions.take(*api), "{api}");
        }
        let metadata = connection.metadata(&[]).await.unwrap();
        let [broker] = &metadata.brokers[..] else { panic!("{metadata:?}") };
        assert_eq!((broker.id, broker.host.as_str(), broker.port), (1, "127.0.0.1", i32::from(SHARED.ports.plain)));
        assert_eq!(metadata.controller, Some(1));
        assert!(metadata.cluster.is_some_and(|cluster| !cluster.is_empty()));
        assert_eq!(metadata.topics, Some(vec![]));
        // Each listener advertises itself.
        let metadata = plain(SHARED.ports.far).await.metadata(&[]).await.unwrap();
        assert_eq!((metadata.brokers[0].host.as_str(), metadata.brokers[0].port), (FAR.0, i32::from(FAR.1)));
        let versions_v0 = raw(SHARED.ports.sasl).await.versions_v0().await.unwrap();
        assert!(versions_v0.take(Api::SaslHandshake) && versions_v0.take(Api::Metadata));
    });
}

#[test]
fn each_login_right_and_wrong() {
    block(async {
        let (user, password) = ALICE;
        for scram in [None, Some(Scram::Sha256), Some(Scram::Sha512)] {
            let log_in = async |user: &str, password: &str| {
                let mut connection = plain(SHARED.ports.sasl).await;
                let offered = connection.mechanisms(scram.map_or("PLAIN", Scram::name)).await.unwrap();
                assert_eq!(offered.len(), 3, "{offered:?}");
                let session = match scram {
                    None => connection.plain(user, &secret(password)).await,
                    Some(kind) => connection.scram(kind, user, &secret(password)).await,
                };
                session.map(|_| connection)
            };
            let mut connection = log_in(user, password).await.unwrap();
            connection.metadata(&[]).await.unwrap();
            for (user, password) in [(user, "wrong-password"), ("nobody", password), (user, "")] {
                let Err(error) = log_in(user, password).await else { panic!("{user} was let in") };
                let KafkaError::LoginRefused { code, says, status } = &error else { panic!("{error:?}") };
                assert_eq!((*code, status), (Code::SASL_AUTHENTICATION_FAILED, &None));
                assert!(says.as_ref().unwrap().contains("uthentication failed"), "{says:?}");
                assert!(!error.to_string().contains("wrong-password") && !error.to_string().contains(ALICE.1));
            }
        }
    });
}

#[test]
fn logins_over_tls() {
    block(async {
        let (user, password) = ALICE;
        let mut connection = secure(SHARED.ports.sasl_tls, None).await;
        connection.versions().await.unwrap();
        connection.mechanisms("SCRAM-SHA-512").await.unwrap();
        connection.scram(Scram::Sha512, user, &secret(password)).await.unwrap();
        let metadata = connection.metadata(&[]).await.unwrap();
        assert_eq!(metadata.brokers[0].host, "localhost");
        connection.shutdown().await.unwrap();
    });
}

/// A JWT without signature (RFC 7515, A.5), as Kafka's unsecured validator takes it.
fn unsigned(lifetime: i64) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let now = i64::try_from(now).unwrap();
    let claims = format!(r#"{{"sub":"{BEARER}","iat":{},"exp":{}}}"#, now - 7200, now + lifetime);
    format!("{}.{}.", BASE64.encode(r#"{"alg":"none"}"#), BASE64.encode(claims))
}

#[test]
fn tokens_good_and_bad() {
    block(async {
        let log_in = async |token: &str| {
            let mut connection = secure(SHARED.ports.oauth, None).await;
            connection.versions().await.unwrap();
            assert_eq!(connection.mechanisms("OAUTHBEARER").await.unwrap(), ["OAUTHBEARER"]);
            let session = connection.bearer(&secret(token)).await;
            session.map(|session| (connection, session))
        };
        let (mut connection, _) = log_in(&unsigned(3600)).await.unwrap();
        connection.metadata(&[]).await.unwrap();
        for token in [unsigned(-3600), "no.token.".to_owned()] {
            let Err(error) = log_in(&token).await else { panic!("the token was taken") };
            let KafkaError::LoginRefused { code, status, .. } = &error else { panic!("{error:?}") };
            assert_eq!((*code, status.as_deref()), (Code::SASL_AUTHENTICATION_FAILED, Some("invalid_token")));
            assert!(!error.to_string().contains(&token), "{error}");
        }
    });
}

#[test]
fn listeners_without_the_mechanism_or_without_sasl() {
    block(async {
        let error = plain(SHARED.ports.sasl).await.mechanisms("OAUTHBEARER").await.unwrap_err();
        let KafkaError::UnsupportedMechanism { asked, mut offered } = error else { panic!("{error:?}") };
        offered.sort();
        assert_eq!(
            (asked.as_str(), &offered[..]),
            ("OAUTHBEARER", &["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"].map(str::to_owned)[..])
        );
        let error = plain(SHARED.ports.plain).await.mechanisms("PLAIN").await.unwrap_err();
        assert!(matches!(error, KafkaError::NoSasl { how: WithoutSasl::Refused(Code::ILLEGAL_SASL_STATE) }), "{error}");
        assert_eq!(
            error.to_string(),
            "the listener has no SASL: it answers SaslHandshake with ILLEGAL_SASL_STATE (34)"
        );
        // Nobody has logged in where everybody has to.
        let error = plain(SHARED.ports.sasl).await.metadata(&[]).await.unwrap_err();
        assert!(matches!(error, KafkaError::Closed { api: Api::Metadata, came: Came::Answers }), "{error:?}");
    });
}

#[test]
fn doors_that_are_not_for_this() {
    block(async {
        // In clear to a listener with TLS.
        let error = raw(SHARED.ports.tls).await.versions().await.unwrap_err();
        assert!(matches!(error, KafkaError::NotKafka { speaks: Some("TLS"), .. }), "{error:?}");
        // TLS 1.3 tells this side only afterwards what it holds against its certificate.
        for (identity, alert) in [
            (None, AlertDescription::BadCertificate),
            (Some(&PKI.strange_client), AlertDescription::CertificateUnknown),
        ] {
            let error = secure(SHARED.ports.mtls, identity).await.versions().await.unwrap_err();
            assert_eq!(error.tls(), Some(&rustls::Error::AlertReceived(alert)), "{error:?}");
            assert!(error.to_string().contains("the client certificate"), "{error}");
        }
        secure(SHARED.ports.mtls, Some(&PKI.client)).await.versions().await.unwrap();
        // MQTT: a WebSocket listener answers as a web server, the others answer nothing.
        let error = raw(mosquitto::SHARED.websocket).await.versions().await.unwrap_err();
        assert!(matches!(error, KafkaError::NotKafka { speaks: Some("HTTP"), .. }), "{error:?}");
        let error = raw(mosquitto::SHARED.port).await.versions().await.unwrap_err();
        let ended = matches!(
            error,
            KafkaError::Closed { came: Came::Nothing, .. } | KafkaError::Reset { came: Came::Nothing, .. }
        );
        assert!(ended, "{error:?}");
    });
}

#[test]
fn topics_have_partitions_rights_or_an_error() {
    let topic = topic("rights", 2);
    block(async {
        let missing = unique("missing");
        let metadata = logged_in(ALICE).await.metadata(&[&topic, &missing, "no topic"]).await.unwrap();
        let good = metadata.topic(&topic).unwrap();
        assert_eq!(good.error, None);
        assert_eq!(good.allowed, Allowed { read: Some(true), write: Some(true), describe: Some(true) });
        let partitions: Vec<_> = good.partitions.iter().map(|p| (p.index, p.error, p.leader)).collect();
        assert_eq!(partitions, [(0, None, Some(1)), (1, None, Some(1))]);
        assert_eq!((&good.partitions[0].replicas, &good.partitions[0].in_sync), (&vec![1], &vec![1]));
        assert_eq!(metadata.topic(&missing).unwrap().error, Some(Code::UNKNOWN_TOPIC_OR_PARTITION));
        assert_eq!(metadata.topic("no topic").unwrap().error, Some(Code::INVALID_TOPIC_EXCEPTION));
        let metadata = logged_in(MALLORY).await.metadata(&[&topic]).await.unwrap();
        assert_eq!(metadata.topic(&topic).unwrap().error, Some(Code::TOPIC_AUTHORIZATION_FAILED));
        admin::allow(MALLORY.0, READ, TOPIC, &topic);
        let allowed = until_allowed(async || {
            let metadata = logged_in(MALLORY).await.metadata(&[&topic]).await?;
            let topic = metadata.topic(&topic).unwrap();
            match topic.error {
                None => Ok(topic.allowed),
                Some(code) => Err(KafkaError::Refused { api: Api::Metadata, code, says: None }),
            }
        });
        assert_eq!(allowed.await, Allowed { read: Some(true), write: Some(false), describe: Some(true) });
    });
}

#[test]
fn nothing_is_created_by_being_asked_for() {
    let generous = Kafka::start_with("auto.create.topics.enable=true\n");
    block(async {
        let name = unique("not-made");
        let mut connection = plain(generous.ports.plain).await;
        for _ in 0..2 {
            let metadata = connection.metadata(&[&name]).await.unwrap();
            assert_eq!(metadata.topic(&name).unwrap().error, Some(Code::UNKNOWN_TOPIC_OR_PARTITION));
        }
        // A client that does not say that makes it.
        let bootstrap = format!("127.0.0.1:{}", generous.ports.plain);
        let listed = Command::new("kcat").args(["-L", "-b", &bootstrap, "-t", &name]).output().unwrap();
        assert!(listed.status.success());
        until_allowed(async || {
            let metadata = plain(generous.ports.plain).await.metadata(&[&name]).await?;
            let code = metadata.topic(&name).unwrap().error;
            code.map_or(Ok(()), |code| Err(KafkaError::Refused { api: Api::Metadata, code, says: None }))
        })
        .await;
    });
}

#[test]
fn the_end_of_a_partition_can_be_read_or_not() {
    let topic = topic("peek", 1);
    block(async {
        let mut connection = logged_in(ALICE).await;
        let ends = connection.peek(&topic, 0).await.unwrap();
        assert_eq!((ends.first, ends.next), (Some(0), 0));
        let record = Record { topic: topic.clone(), value: Some(vec![b'x'; 5000]), ..Record::default() };
        connection.produce(0, &record, Acks::All, Compression::None).await.unwrap();
        assert_eq!(connection.peek(&topic, 0).await.unwrap().next, 1);
        let error = connection.peek(&topic, 7).await.unwrap_err();
        assert_eq!(error.code(), Some(Code::UNKNOWN_TOPIC_OR_PARTITION));
        let error = logged_in(MALLORY).await.peek(&topic, 0).await.unwrap_err();
        assert_eq!(error.code(), Some(Code::TOPIC_AUTHORIZATION_FAILED));
        // Who may only know of it gets the end, and no record.
        admin::allow(MALLORY.0, DESCRIBE, TOPIC, &topic);
        let error = until_allowed(async || match logged_in(MALLORY).await.peek(&topic, 0).await {
            Err(error @ KafkaError::Refused { api: Api::Fetch, .. }) => Ok(error),
            other => Err(other.unwrap_err()),
        });
        assert_eq!(error.await.code(), Some(Code::TOPIC_AUTHORIZATION_FAILED));
        admin::allow(MALLORY.0, READ, TOPIC, &topic);
        let ends = until_allowed(async || logged_in(MALLORY).await.peek(&topic, 0).await).await;
        assert_eq!((ends.first, ends.next), (Some(0), 1));
    });
}

#[test]
fn limits_of_a_topic() {
    let topic = topic("limits", 1);
    block(async {
        let limits = logged_in(ALICE).await.topic_limits(&topic).await.unwrap();
        assert_eq!((limits.message_bytes, limits.broker_message_bytes), (Some(1_048_588), Some(1_048_588)));
        assert_eq!(
            (limits.compression.as_deref(), limits.timestamp.as_deref()),
            (Some("producer"), Some("CreateTime"))
        );
        admin::set(&topic, "max.message.bytes", "2000");
        admin::set(&topic, "compression.type", "gzip");
        let limits = until_allowed(async || {
            let limits = logged_in(ALICE).await.topic_limits(&topic).await?;
            let set = limits.compression.as_deref() == Some("gzip");
            set.then_some(limits).ok_or(KafkaError::Missing { api: Api::DescribeConfigs, what: "the setting" })
        });
        let limits = limits.await;
        assert_eq!((limits.message_bytes, limits.broker_message_bytes), (Some(2000), Some(1_048_588)));
        let limits = logged_in(MALLORY).await.topic_limits(&topic).await.unwrap();
        assert_eq!((limits.refused, limits.message_bytes), (Some(Code::TOPIC_AUTHORIZATION_FAILED), None));
        admin::allow(MALLORY.0, DESCRIBE_CONFIGS, TOPIC, &topic);
        let limits = until_allowed(async || {
            let limits = logged_in(MALLORY).await.topic_limits(&topic).await?;
            limits.refused.map_or(Ok(limits.message_bytes), |code| {
                Err(KafkaError::Refused { api: Api::DescribeConfigs, code, says: None })
            })
        });
        assert_eq!(limits.await, Some(2000));
        let missing = logged_in(ALICE).await.topic_limits(&unique("none")).await.unwrap();
        assert_eq!(missing.refused, Some(Code::UNKNOWN_TOPIC_OR_PARTITION));
    });
}

/// What is told of a group, by Kafka's own tool's requests: state, members, and offsets.
async fn seen(group: &str, topic: &str) -> String {
    let mut connection = plain(SHARED.ports.plain).await;
    let described = connection.group(group).await.unwrap();
    let committed = connection.committed(group, topic, &[0]).await.unwrap();
    format!("{described:?} {committed:?}")
}

#[test]
fn a_group_is_left_as_it_was() {
    let topic = topic("grouped", 1);
    let group = unique("group");
    let bootstrap = SHARED.bootstrap();
    block(async {
        let mut connection = logged_in(ALICE).await;
        let record = Record { topic: topic.clone(), value: Some(b"x".to_vec()), ..Record::default() };
        connection.produce(0, &record, Acks::All, Compression::None).await.unwrap();
        let coordinator = until_allowed(async || logged_in(ALICE).await.coordinator(&group).await).await;
        assert_eq!((coordinator.id, coordinator.port), (1, i32::from(SHARED.ports.sasl)));
        // A group that nobody has made.
        let nobody = unique("nobody");
        assert!(until_allowed(async || logged_in(ALICE).await.may_read_group(&nobody).await).await);
        assert_eq!(connection.committed(&nobody, &topic, &[0]).await.unwrap()[0].offset, None);
        assert_eq!(connection.group(&nobody).await.unwrap().state, "Dead");
        // One with a member that has read and committed.
        let mut member = witness::start(
            "kcat",
            &[
                "-b",
                &bootstrap,
                "-G",
                &group,
                "-X",
                "auto.offset.reset=earliest",
                "-X",
                "auto.commit.interval.ms=50",
                &topic,
            ],
        );
        until_allowed(async || {
            let committed = logged_in(ALICE).await.committed(&group, &topic, &[0]).await?;
            committed[0].offset.ok_or(KafkaError::Missing { api: Api::OffsetFetch, what: "the offset" })
        })
        .await;
        let before = seen(&group, &topic).await;
        assert!(before.contains("\"Stable\"") && before.contains("Some(1)"), "{before}");
        for _ in 0..20 {
            assert!(connection.may_read_group(&group).await.unwrap());
            let committed = connection.committed(&group, &topic, &[0, 1]).await.unwrap();
            let offsets: Vec<_> = committed.iter().map(|c| (c.partition, c.offset, c.error)).collect();
            assert_eq!(offsets, [(0, Some(1), None), (1, None, None)]);
            connection.peek(&topic, 0).await.unwrap();
        }
        assert_eq!(seen(&group, &topic).await, before);
        let allowed = connection.group(&group).await.unwrap().allowed;
        assert_eq!((allowed.read, allowed.describe), (Some(true), Some(true)));
        member.kill().unwrap();
        member.wait().unwrap();
        assert_eq!(connection.group(&nobody).await.unwrap().state, "Dead", "asking has made it");
    });
}

#[test]
fn a_group_of_others_is_refused() {
    let topic = topic("others", 1);
    let group = unique("others");
    block(async {
        let mut connection = logged_in(MALLORY).await;
        for refused in [
            connection.coordinator(&group).await.map(drop),
            connection.committed(&group, &topic, &[0]).await.map(drop),
            connection.group(&group).await.map(drop),
        ] {
            assert_eq!(refused.unwrap_err().code(), Some(Code::GROUP_AUTHORIZATION_FAILED));
        }
        assert!(!connection.may_read_group(&group).await.unwrap());
        // To know of a group is not to read it.
        admin::allow(MALLORY.0, DESCRIBE, GROUP, &group);
        until_allowed(async || logged_in(MALLORY).await.coordinator(&group).await).await;
        assert!(!connection.may_read_group(&group).await.unwrap());
        admin::allow(MALLORY.0, READ, GROUP, &group);
        until_allowed(async || match logged_in(MALLORY).await.may_read_group(&group).await? {
            true => Ok(()),
            false => Err(KafkaError::Missing { api: Api::Heartbeat, what: "the right" }),
        })
        .await;
        let allowed = connection.group(&group).await.unwrap().allowed;
        assert_eq!((allowed.read, allowed.describe), (Some(true), Some(true)));
    });
}

#[test]
fn records_arrive_in_every_codec() {
    let topic = topic("codecs", 1);
    block(async {
        let mut connection = logged_in(ALICE).await;
        // More than a block of each codec.
        let long = "wert-ü ".repeat(20_000);
        let codecs = [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4];
        let mut expected = String::new();
        for (at, compression) in codecs.into_iter().enumerate() {
            for value in [Some("short"), Some(long.as_str()), None] {
                let record = Record {
                    topic: topic.clone(),
                    key: (at > 0).then(|| format!("k{at}").into_bytes()),
                    value: value.map(|value| value.as_bytes().to_vec()),
                    headers: vec![
                        Header::text("a", "1"),
                        Header::text("a", "2"),
                        Header { key: b"odd\xff".to_vec(), value: None },
                    ],
                    timestamp: Some(1_700_000_000_123),
                    ..Record::default()
                };
                let placed = connection.produce(0, &record, Acks::One, compression).await.unwrap();
                assert_eq!(placed.offset, Some(i64::try_from(expected.lines().count()).unwrap()));
                let key = if at > 0 { format!("2 k{at}") } else { "-1 ".to_owned() };
                let length = value.map_or(-1, |value| i64::try_from(value.len()).unwrap());
                expected +=
                    &format!("{key}|{length} {}|1700000000123|a=1,a=2,odd\u{fffd}=NULL\n", value.unwrap_or_default());
            }
        }
        let seen = witness::kcat(&SHARED.bootstrap(), &topic, 12, "%K %k|%S %s|%T|%h\\n");
        assert!(String::from_utf8_lossy(&seen) == expected, "other records came than went");
        let nothing = Record { topic: topic.clone(), ..Record::default() };
        let placed = connection.produce(0, &nothing, Acks::Zero, Compression::Gzip).await.unwrap();
        assert_eq!(placed.offset, None);
        // The connection goes on, and the record is there.
        assert_eq!(connection.peek(&topic, 0).await.unwrap().next, 13);
    });
}

#[test]
fn the_timestamp_is_that_of_now_unless_it_is_said() {
    let topic = topic("now", 1);
    block(async {
        let mut connection = logged_in(ALICE).await;
        let record = Record { topic: topic.clone(), value: Some(b"x".to_vec()), ..Record::default() };
        connection.produce(0, &record, Acks::All, Compression::Lz4).await.unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        let seen = String::from_utf8(witness::kcat(&SHARED.bootstrap(), &topic, 1, "%T")).unwrap();
        assert!(now.abs_diff(seen.parse().unwrap()) < 60_000, "{seen}");
    });
}

#[test]
fn records_are_refused_with_the_cause() {
    let topic = topic("refused", 1);
    admin::set(&topic, "max.message.bytes", "2000");
    block(async {
        let mut connection = logged_in(ALICE).await;
        let record = |length| Record { topic: topic.clone(), value: Some(vec![b'x'; length]), ..Record::default() };
        let error = until_allowed(async || {
            let produced = logged_in(ALICE).await.produce(0, &record(3000), Acks::All, Compression::None).await;
            produced.err().ok_or(KafkaError::Missing { api: Api::Produce, what: "the limit" })
        });
        assert_eq!(error.await.code(), Some(Code::MESSAGE_TOO_LARGE));
        connection.produce(0, &record(1000), Acks::All, Compression::None).await.unwrap();
        let error = connection.produce(3, &record(1), Acks::All, Compression::None).await.unwrap_err();
        assert_eq!(error.code(), Some(Code::UNKNOWN_TOPIC_OR_PARTITION));
        let mut mallory = logged_in(MALLORY).await;
        let error = mallory.produce(0, &record(1), Acks::All, Compression::None).await.unwrap_err();
        assert_eq!(error.code(), Some(Code::TOPIC_AUTHORIZATION_FAILED));
        admin::allow(MALLORY.0, WRITE, TOPIC, &topic);
        until_allowed(async || logged_in(MALLORY).await.produce(0, &record(1), Acks::All, Compression::Gzip).await)
            .await;
    });
}
