//! Far ends that speak something else, are old, break the protocol, or fall silent.

use super::block;
use super::peer::{Peer, pair, pair_with, text};
use flowgate::transport::kafka_socket::{Api, Came, Code, Connection, KafkaError, Range, Scram, WithoutSasl};
use kafka_protocol::messages as kafka;
use std::time::{Duration, Instant};
use tokio::io::DuplexStream;

/// What asking for the versions comes to where the far end sends `bytes` and closes.
fn answered_with(bytes: &[u8]) -> KafkaError {
    let (mut connection, mut peer) = pair();
    block(async {
        let theirs = async {
            peer.bytes().await;
            peer.raw(bytes).await;
            drop(peer);
        };
        tokio::join!(connection.versions(), theirs).0.unwrap_err()
    })
}

/// What `near` comes to after the versions where the answer is a frame around `body`, with the right correlation id.
fn answered<T>(
    api: Api,
    version: i16,
    body: &[u8],
    near: impl AsyncFn(&mut Connection<DuplexStream>) -> Result<T, KafkaError>,
) -> Result<T, KafkaError> {
    let (mut connection, mut peer) = pair();
    block(async {
        let theirs = async {
            peer.versions(&[(api.key(), version, version)]).await;
            let id = peer.bytes().await.slice(4..8);
            peer.frame(&[&id, body].concat()).await;
        };
        let ours = async {
            connection.versions().await.unwrap();
            near(&mut connection).await
        };
        tokio::join!(ours, theirs).0
    })
}

#[test]
fn what_is_no_kafka_is_named() {
    for (bytes, speaks, expected) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], Some("HTTP"), "HTTP answers there, not Kafka"),
        (b"\x15\x03\x03\x00\x02\x02\x28", Some("TLS"), "TLS answers there, not Kafka"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Some("SSH"), "SSH answers there"),
        (b"AMQP\x03\x01\x00\x00", Some("AMQP"), "AMQP answers there"),
        (b"\x20\x02\x00\x05", Some("MQTT"), "MQTT answers there"),
        (b"\x20\x03\x00\x84\x00", Some("MQTT"), "MQTT answers there"),
        // Shorter than a length.
        (b"\xE0\x01\x81", Some("MQTT"), "MQTT answers there"),
        (b"220 mail ready\r\n", None, "what answers there does not speak Kafka"),
        (b"\xFF\xFF\xFF\xFF", None, "does not speak Kafka"),
        (b"\x00\x00\x00\x03abc", None, "does not speak Kafka"),
        (b"\x00\x40\x00\x01abc", None, "does not speak Kafka"),
    ] {
        let error = answered_with(bytes);
        let KafkaError::NotKafka { speaks: named, start } = &error else { panic!("{error:?}") };
        assert_eq!((*named, &start[..]), (speaks, &bytes[..bytes.len().min(16)]));
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_closed_connection_says_what_had_come() {
    let error = answered_with(b"");
    assert!(matches!(error, KafkaError::Closed { api: Api::ApiVersions, came: Came::Nothing }), "{error:?}");
    assert_eq!(error.to_string(), "the broker closed the connection without a word when asked for ApiVersions");
    for part in [&b"\0\0"[..], b"\0\0\0\x10\0\0\0\x01\0"] {
        let error = answered_with(part);
        assert!(matches!(error, KafkaError::Closed { came: Came::Part, .. }), "{error:?}");
        assert!(error.to_string().contains("in the middle of its answer to ApiVersions"), "{error}");
    }
    let (mut connection, mut peer) = pair();
    let error = block(async {
        let theirs = async {
            peer.versions(&[(Api::Metadata.key(), 12, 12)]).await;
            peer.bytes().await;
            drop(peer);
        };
        let ours = async {
            connection.versions().await.unwrap();
            connection.metadata(&[]).await.unwrap_err()
        };
        tokio::join!(ours, theirs).0
    });
    assert!(matches!(error, KafkaError::Closed { api: Api::Metadata, came: Came::Answers }), "{error:?}");
}

#[test]
fn a_broker_that_finds_version_3_too_new_is_asked_in_version_0() {
    let (mut connection, mut peer) = pair();
    block(async {
        let theirs = async {
            let (header, request) = peer.request::<kafka::ApiVersionsRequest>().await;
            assert_eq!(header.request_api_version, 3);
            assert_eq!(&*request.client_software_name, "flowgate");
            // As Kafka does it: in version 0, with its own versions.
            let refusal = [&header.correlation_id.to_be_bytes()[..], &[0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 2]].concat();
            peer.frame(&refusal).await;
            let (header, _) = peer.request::<kafka::ApiVersionsRequest>().await;
            assert_eq!(header.request_api_version, 0);
            let key = kafka::api_versions_response::ApiVersion::default().with_api_key(3).with_max_version(5);
            peer.respond(&header, &kafka::ApiVersionsResponse::default().with_api_keys(vec![key])).await;
        };
        let (versions, ()) = tokio::join!(connection.versions(), theirs);
        assert_eq!(versions.unwrap().of(Api::Metadata), Some(Range { min: 0, max: 5 }));
    });
}

#[test]
fn a_broker_that_drops_version_3_can_be_asked_again() {
    assert!(matches!(answered_with(b""), KafkaError::Closed { came: Came::Nothing, .. }));
    let (mut connection, mut peer) = pair();
    block(async {
        let theirs = async {
            let (header, _) = peer.request::<kafka::ApiVersionsRequest>().await;
            assert_eq!(header.request_api_version, 0);
            peer.respond(&header, &kafka::ApiVersionsResponse::default()).await;
        };
        assert_eq!(tokio::join!(connection.versions_v0(), theirs).0.unwrap().listed, []);
    });
}

#[test]
fn a_refusal_of_the_versions_has_its_code() {
    let (mut connection, mut peer) = pair();
    let theirs = peer.answer(|_: &kafka::ApiVersionsRequest| kafka::ApiVersionsResponse::default().with_error_code(42));
    let error = block(async { tokio::join!(connection.versions(), theirs).0 }).unwrap_err();
    assert_eq!(error.to_string(), "the broker refuses ApiVersions: INVALID_REQUEST (42)");
}

#[test]
fn old_versions_are_told_before_anything_is_sent() {
    let (mut connection, mut peer) = pair();
    block(async {
        let listed = [(Api::Metadata.key(), 0, 0), (Api::Produce.key(), 13, 15)];
        let (versions, ()) = tokio::join!(connection.versions(), peer.versions(&listed));
        assert!(!versions.unwrap().take(Api::Metadata));
        let error = connection.metadata(&["t"]).await.unwrap_err();
        assert_eq!(error.to_string(), "the broker takes Metadata in version 0 only, expected 1 to 12");
        let error = connection.peek("t", 0).await.unwrap_err();
        assert_eq!(error.to_string(), "the broker takes no ListOffsets, expected 1 to 6");
        let record = flowgate::message::Record { topic: "t".to_owned(), ..Default::default() };
        let error = connection.produce(0, &record, Default::default(), Default::default()).await.unwrap_err();
        assert_eq!(error.to_string(), "the broker takes Produce in versions 13 to 15, expected 3 to 9");
        let error = connection.mechanisms("PLAIN").await.unwrap_err();
        assert!(matches!(error, KafkaError::NoSasl { how: WithoutSasl::NotListed }), "{error}");
        assert_eq!(error.to_string(), "the listener has no SASL: it takes no SaslHandshake");
    });
}

#[test]
fn a_listener_may_close_at_the_login_instead_of_refusing_it() {
    let (mut connection, mut peer) = pair();
    let error = block(async {
        let theirs = async {
            peer.versions(&[(Api::SaslHandshake.key(), 0, 1)]).await;
            peer.bytes().await;
            drop(peer);
        };
        let ours = async {
            connection.versions().await.unwrap();
            connection.mechanisms("PLAIN").await.unwrap_err()
        };
        tokio::join!(ours, theirs).0
    });
    assert!(matches!(error, KafkaError::NoSasl { how: WithoutSasl::Closed }), "{error}");
}

#[test]
fn silence_takes_the_limit_and_says_how_much_had_come() {
    let limit = Duration::from_millis(150);
    for (sent, expected) in [
        (&b""[..], "no answer to ApiVersions within 150 ms"),
        (b"\0\0\0\x10\0\0\0\x01", "no whole answer to ApiVersions within 150 ms"),
    ] {
        let (mut connection, mut peer) = pair_with(limit);
        block(async {
            let start = Instant::now();
            let (versions, ()) = tokio::join!(connection.versions(), async { peer.raw(sent).await });
            let error = versions.unwrap_err();
            assert_eq!(error.to_string(), expected);
            assert!(matches!(error, KafkaError::Silent { bytes, .. } if bytes == sent.len()));
            assert!((limit..Duration::from_secs(30)).contains(&start.elapsed()));
        });
    }
}

#[test]
fn a_far_end_that_takes_nothing_is_silent_too() {
    let (near, _far) = tokio::io::duplex(8);
    let mut connection = Connection::new(near, "tester", Duration::from_millis(100));
    let error = block(connection.versions()).unwrap_err();
    assert!(matches!(error, KafkaError::Silent { bytes: 0, .. }), "{error}");
}

#[test]
fn an_answer_to_another_request_is_none() {
    let (mut connection, mut peer) = pair();
    let error = block(async {
        let theirs = async {
            peer.bytes().await;
            peer.frame(&[0, 0, 0, 9, 0, 0, 0, 0, 0, 0]).await;
        };
        tokio::join!(connection.versions(), theirs).0.unwrap_err()
    });
    assert_eq!(error.to_string(), "an answer with the correlation id 9 came for ApiVersions, expected 1");
}

#[test]
fn lengths_that_lie_cost_nothing_and_are_named() {
    // Two billion brokers: more than any memory.
    let claims = "the answer to Metadata cannot be read: a list claims more elements than there are bytes for";
    for (version, body) in [
        (4, &[0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1][..]),
        (12, &[0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0, 0, 1]),
    ] {
        let error = answered(Api::Metadata, version, body, async |connection| connection.metadata(&[]).await);
        assert_eq!(error.unwrap_err().to_string(), claims);
    }
    for (body, expected) in [
        (&[][..], "it ends in the middle of a field"),
        (&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x7F, 0xFF, 0, 0, 0, 0], "it ends in the middle of a field"),
        (&[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFE], "a length is negative"),
        (&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0xFF, 0, 0, 0, 1, 0xFF, 0xFF], "a text is not UTF-8"),
        (&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0, 0, 0, 1, 0xFF, 0xFF], "a text is null"),
    ] {
        let error = answered(Api::Metadata, 4, body, async |connection| connection.metadata(&[]).await).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let error = answered(Api::Heartbeat, 4, &[0xFF], async |connection| connection.may_read_group("g").await);
    assert!(matches!(error, Err(KafkaError::Malformed { api: Api::Heartbeat, .. })), "{error:?}");
}

#[test]
fn an_answer_that_leaves_out_what_was_asked_for_is_told() {
    let none = [0; 40];
    let committed =
        answered(Api::OffsetFetch, 3, &none[..10], async |connection| connection.committed("g", "t", &[0]).await);
    assert_eq!(committed.unwrap_err().to_string(), "the answer to OffsetFetch says nothing about the topic");
    let group = answered(Api::DescribeGroups, 4, &none[..8], async |connection| connection.group("g").await);
    assert_eq!(group.unwrap_err().to_string(), "the answer to DescribeGroups says nothing about the group");
    let limits = answered(Api::DescribeConfigs, 2, &none[..8], async |connection| connection.topic_limits("t").await);
    assert!(matches!(limits, Err(KafkaError::Missing { api: Api::DescribeConfigs, .. })), "{limits:?}");
    let ends = answered(Api::ListOffsets, 3, &none[..8], async |connection| connection.peek("t", 0).await);
    assert!(matches!(ends, Err(KafkaError::Missing { api: Api::ListOffsets, .. })), "{ends:?}");
}

#[test]
fn frames_are_no_longer_than_allowed() {
    for (length, expected) in [
        (u32::MAX, "the answer to Metadata has 4294967295 bytes, expected at most 4194304"),
        (0x0040_0001, "the answer to Metadata has 4194305 bytes"),
        (3, "too short for a correlation id"),
    ] {
        let (mut connection, mut peer) = pair();
        let error = block(async {
            let theirs = async {
                peer.versions(&[(Api::Metadata.key(), 12, 12)]).await;
                peer.raw(&u32::to_be_bytes(length)).await;
            };
            let ours = async {
                connection.versions().await.unwrap();
                connection.metadata(&[]).await.unwrap_err()
            };
            tokio::join!(ours, theirs).0
        });
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// A login at a far end that answers each step with the next of `answers`.
async fn steps(peer: &mut Peer, answers: &[&str]) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    for answer in answers {
        let (header, request) = peer.request::<kafka::SaslAuthenticateRequest>().await;
        sent.push(request.auth_bytes.to_vec());
        let nonce = String::from_utf8_lossy(&request.auth_bytes).rsplit("r=").next().unwrap().to_owned();
        let answer = answer.replace("NONCE", &nonce).into_bytes();
        peer.respond(&header, &kafka::SaslAuthenticateResponse::default().with_auth_bytes(answer.into())).await;
    }
    sent
}

#[test]
fn a_server_that_only_pretends_to_know_the_password_is_found_out() {
    for (answers, expected) in [
        (&["r=NONCEx,s=AAAA,i=4096", "v=AAAA"][..], "did not prove that it knows the password"),
        (&["r=NONCEx,s=AAAA,i=4096", ""], "holds no signature"),
        (&["r=NONCEx,s=AAAA,i=4096", "e=other-error\u{7}"], "it says: `other-error\\u{7}`"),
        (&["r=NONCEx,s=AAAA,i=4000000000"], "number of iterations"),
        (&["r=NONCE,s=AAAA,i=4096"], "does not continue this side's"),
        (&["r=mine,s=AAAA,i=4096"], "does not continue this side's"),
        (&[""], "no nonce"),
    ] {
        let (mut connection, mut peer) = pair();
        let password = "pencil".to_owned().into();
        let login = connection.scram(Scram::Sha256, "user", &password);
        let (session, sent) = block(async { tokio::join!(login, steps(&mut peer, answers)) });
        let error = session.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!sent.concat().windows(6).any(|part| part == b"pencil"), "the password was sent");
    }
}

#[test]
fn nonces_are_different_each_time() {
    let nonce = || {
        let (mut connection, mut peer) = pair();
        let password = "p".to_owned().into();
        let login = connection.scram(Scram::Sha512, "user", &password);
        block(async { tokio::join!(login, steps(&mut peer, &[""])).1.concat() })
    };
    let (one, other) = (nonce(), nonce());
    assert!(one.starts_with(b"n,,n=user,r=") && one != other);
}

#[test]
fn a_refused_token_has_the_status_of_the_server() {
    for (first, second, expected) in [
        (
            "{\"status\":\"invalid_token\",\"scope\":\"a\"}",
            Some("no *** here"),
            "SASL_AUTHENTICATION_FAILED (58); it says: `no *** here`; status: `invalid_token`",
        ),
        ("{\"status\":\"secret.token\"}", None, "SASL_AUTHENTICATION_FAILED (58); status: `***`"),
        ("no \u{1} JSON", None, "SASL_AUTHENTICATION_FAILED (58); status: `no \\u{1} JSON`"),
    ] {
        let (mut connection, mut peer) = pair();
        let token = "secret.token".to_owned().into();
        let theirs = async {
            let sent = steps(&mut peer, &[first]).await;
            assert_eq!(sent, [b"n,,\x01auth=Bearer secret.token\x01\x01"]);
            let (header, request) = peer.request::<kafka::SaslAuthenticateRequest>().await;
            assert_eq!(&request.auth_bytes[..], b"\x01");
            let says = second.map(|says| text(&says.replace("***", "secret.token")));
            let answer = kafka::SaslAuthenticateResponse::default().with_error_code(58).with_error_message(says);
            peer.respond(&header, &answer).await;
        };
        let error = block(async { tokio::join!(connection.bearer(&token), theirs).0 }).unwrap_err();
        assert_eq!(error.to_string(), format!("the broker refuses the login: {expected}"));
        assert_eq!(error.code(), Some(Code::SASL_AUTHENTICATION_FAILED));
    }
}

#[test]
fn what_a_login_cannot_hold_is_not_sent() {
    let (mut connection, _peer) = pair();
    block(async {
        for token in ["", "two words", "a\u{1}b", "line\n", "ü"] {
            let error = connection.bearer(&token.to_owned().into()).await.unwrap_err();
            assert!(matches!(error, KafkaError::Unsendable { api: Api::SaslAuthenticate, .. }), "{error}");
        }
        for (user, password) in [("a\0b", "p"), ("u", "a\0b")] {
            let error = connection.plain(user, &password.to_owned().into()).await.unwrap_err();
            assert!(matches!(error, KafkaError::Unsendable { .. }), "{error}");
            assert!(!error.to_string().contains("a\0b"));
        }
    });
}

#[test]
fn texts_of_a_server_are_bounded() {
    let (mut connection, mut peer) = pair();
    let long = text(&"ä".repeat(5_000));
    let theirs = peer.answer(|_: &kafka::SaslAuthenticateRequest| {
        kafka::SaslAuthenticateResponse::default().with_error_code(58).with_error_message(Some(long))
    });
    let password = "p".to_owned().into();
    let error = block(async { tokio::join!(connection.plain("u", &password), theirs).0 }).unwrap_err();
    assert!(error.to_string().chars().count() < 500, "{error}");
}
