//! One request after the other: what mosquitto allows and refuses, and what a scripted server says that it never would.

use super::mosquitto::Mosquitto;
use super::peer::{CONNACK, frame, packet, peer};
use super::{LIMIT, block, options};
use flowgate::message::{Publish, QoS};
use flowgate::transport::mqtt::{
    ConnectOptions, Connection, ConnectionError, Credentials, Dialogue, PacketKind, Reason, Renewal, RequestError,
    RetainHandling, Subscription, log_in,
};
use rumqttc::v5::mqttbytes::v5::Packet;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

async fn dialogue(options: &ConnectOptions) -> Dialogue<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", options.target.port)).await.unwrap();
    let mut connection = Connection::new(stream, options.maximum_packet_size);
    let connack = log_in(&mut connection, options).await.unwrap();
    Dialogue::new(connection, &connack)
}

fn publish(topic: &str, qos: QoS) -> Publish {
    Publish { topic: topic.to_owned(), payload: b"x".to_vec(), qos, ..Publish::default() }
}

fn quiet(filter: &str, qos: QoS) -> Subscription {
    Subscription { retain_handling: RetainHandling::Never, ..Subscription::new(filter, qos) }
}

#[test]
fn what_a_broker_allows_is_told_for_each_request() {
    // Without subscriptions of its own kind an ACL file lets them pass; publishes it refuses by PUBACK and PUBREC.
    let broker = Mosquitto::start(
        "listener PORT 127.0.0.1\nallow_anonymous true\nacl_file DIR/acl\n",
        &[("acl", "topic readwrite open/#\n")],
    );
    block(async {
        let mut dialogue = dialogue(&options(broker.port(0), "d")).await;
        let subscriptions = [quiet("open/+", QoS::ExactlyOnce), quiet("open/a", QoS::AtMostOnce)];
        let answers = dialogue.subscribe(&subscriptions, LIMIT).await.unwrap();
        assert_eq!(
            answers.iter().map(|answer| answer.granted).collect::<Vec<_>>(),
            [Ok(QoS::ExactlyOnce), Ok(QoS::AtMostOnce)]
        );
        for (qos, kind) in [(QoS::AtLeastOnce, PacketKind::PubAck), (QoS::ExactlyOnce, PacketKind::PubRec)] {
            assert!(dialogue.publish(publish("open/a", qos), LIMIT).await.unwrap().is_confirmed());
            let refused = dialogue.publish(publish("closed", qos), LIMIT).await.unwrap().refused().unwrap();
            assert_eq!((refused.code, refused.packet), (0x87, kind));
        }
        assert_eq!(dialogue.publish(publish("open/a", QoS::AtMostOnce), LIMIT).await.unwrap().reason, None);
        dialogue.ping(LIMIT).await.unwrap();
        assert!(dialogue.received() >= 3, "{}", dialogue.received());
        let reasons = dialogue.unsubscribe(&["open/+".to_owned(), "never".to_owned()], LIMIT).await.unwrap();
        assert_eq!(reasons.iter().map(|reason| reason.code).collect::<Vec<_>>(), [0, 0x11]);
        dialogue.listen(Duration::from_millis(50)).await.unwrap();
        dialogue.leave(true, LIMIT).await.unwrap();
    });
}

#[test]
fn a_session_that_connect_asked_for_is_taken_back() {
    let broker = Mosquitto::anonymous();
    block(async {
        for (end_session, present) in [(false, true), (true, false)] {
            let mut options =
                ConnectOptions { session_expiry: 60, ..options(broker.port(0), &format!("s{end_session}")) };
            let mut dialogue = dialogue(&options).await;
            dialogue.subscribe(&[quiet("a", QoS::AtLeastOnce)], LIMIT).await.unwrap();
            dialogue.leave(end_session, LIMIT).await.unwrap();
            options.clean_start = false;
            let stream = TcpStream::connect(("127.0.0.1", options.target.port)).await.unwrap();
            let mut connection = Connection::new(stream, options.maximum_packet_size);
            assert_eq!(log_in(&mut connection, &options).await.unwrap().session_present, present);
        }
    });
}

#[test]
fn limits_of_connack_are_kept_before_anything_is_sent() {
    let broker = Mosquitto::start(
        "listener PORT 127.0.0.1\nallow_anonymous true\nmax_qos 1\nmax_packet_size 1000\nretain_available false\n",
        &[],
    );
    block(async {
        let mut dialogue = dialogue(&options(broker.port(0), "d")).await;
        let retained = Publish { retain: true, ..publish("t", QoS::AtLeastOnce) };
        let large = Publish { payload: vec![0; 2000], ..publish("t", QoS::AtLeastOnce) };
        for (publish, expected) in [(retained, "keeps no retained messages"), (large, "takes 1000 at most")] {
            let error = dialogue.publish(publish, LIMIT).await.unwrap_err();
            assert!(matches!(error, RequestError::NotSent(_)), "{error}");
            assert!(error.to_string().contains(expected), "{error}");
        }
        let many: Vec<_> = (0..200).map(|n| quiet(&format!("filter/{n}"), QoS::AtMostOnce)).collect();
        let error = dialogue.subscribe(&many, LIMIT).await.unwrap_err();
        assert!(error.to_string().contains("takes 1000 at most"), "{error}");
        let lowered = dialogue.publish(publish("t", QoS::ExactlyOnce), LIMIT).await.unwrap();
        assert_eq!((lowered.qos, lowered.downgraded_from), (QoS::AtLeastOnce, Some(QoS::ExactlyOnce)));
    });
}

/// Mosquitto 2.0 just closes where the standard has DISCONNECT 0x8E.
/// Mosquitto 2.0 just closes where the standard has DISCONNECT 0x8E.
#[test]
fn another_client_with_the_same_id_is_noticed() {
    let broker = Mosquitto::anonymous();
    block(async {
        let mut first = dialogue(&options(broker.port(0), "same")).await;
        let _second = dialogue(&options(broker.port(0), "same")).await;
        let Err(RequestError::Connection(error)) = first.listen(LIMIT).await else { panic!("nothing was heard") };
        let taken_over = error.disconnected().is_some_and(|(reason, _)| reason.code == 0x8E);
        assert!(error.is_closed() || taken_over, "{error:?}");
    });
}

/// After CONNECT and CONNACK, answers the next packet with `answer` and closes.
async fn then(answer: &'static [u8]) -> u16 {
    peer(move |mut stream| async move {
        frame(&mut stream).await;
        stream.write_all(CONNACK).await.unwrap();
        frame(&mut stream).await;
        stream.write_all(answer).await.unwrap();
    })
    .await
}

#[test]
fn a_renewal_ends_in_one_of_three_ways() {
    let reason = Reason::new(0x87, PacketKind::Disconnect);
    for (answer, expected) in [
        (&b"\xF0\x00"[..], Renewal::Renewed),
        (b"\xF0\x01\x18", Renewal::Later(Box::default())),
        (b"\xE0\x01\x87", Renewal::Refused { reason, details: Box::default() }),
    ] {
        block(async {
            let data = b"T1".to_vec().into();
            let credentials = Credentials::Enhanced { method: "K8S-SAT".to_owned(), data };
            let options = ConnectOptions { credentials, ..options(then(answer).await, "c") };
            let mut dialogue = dialogue(&options).await;
            let renewal = dialogue.re_authenticate("K8S-SAT", &b"T2".to_vec().into(), LIMIT).await.unwrap();
            assert_eq!(renewal, expected);
        });
    }
}

#[test]
fn the_end_of_a_connection_is_told_as_it_was() {
    for (answer, check) in [
        (&b""[..], (|error| error.is_closed()) as fn(&ConnectionError) -> bool),
        (b"\xE0\x07\x9D\x05\x1C\x00\x02b2", |error| {
            error.disconnected().is_some_and(|(reason, details)| {
                reason.code == 0x9D && details.server_reference.as_deref() == Some("b2")
            })
        }),
        (b"\xF0\x0C\x19\x0A\x15\x00\x07K8S-SAT", |error| {
            matches!(error, ConnectionError::UnaskedAuth { reason, details }
                if reason.code == 0x19 && details.authentication_method.as_deref() == Some("K8S-SAT"))
        }),
        (b"\x90\x04\x00\x01\x00\x87", |error| matches!(error, ConnectionError::Protocol(_))),
        (b"\x90\x01\x00", |error| matches!(error, ConnectionError::Malformed(_))),
        (b"\x00\x01\x00", |error| matches!(error, ConnectionError::Frame(_))),
    ] {
        block(async {
            let mut dialogue = dialogue(&options(then(answer).await, "c")).await;
            let error = dialogue.publish(publish("t", QoS::AtLeastOnce), LIMIT).await.unwrap_err();
            let RequestError::Connection(error) = error else { panic!("{error}") };
            assert!(check(&error), "{error:?}");
        });
    }
}

#[test]
fn a_late_answer_is_not_taken_for_another() {
    block(async {
        let port = peer(|mut stream| async move {
            frame(&mut stream).await;
            stream.write_all(CONNACK).await.unwrap();
            let Packet::Publish(first) = packet(&mut stream).await else { panic!("no PUBLISH") };
            let Packet::Publish(second) = packet(&mut stream).await else { panic!("no PUBLISH") };
            for (id, code) in [(first.pkid, 0x87), (second.pkid, 0x10)] {
                let [high, low] = id.to_be_bytes();
                stream.write_all(&[0x40, 3, high, low, code]).await.unwrap();
            }
            frame(&mut stream).await;
        })
        .await;
        let mut dialogue = dialogue(&options(port, "c")).await;
        let error = dialogue.publish(publish("t", QoS::AtLeastOnce), Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(error.to_string(), "no PUBACK within 50 ms");
        let answer = dialogue.publish(publish("t", QoS::AtLeastOnce), LIMIT).await.unwrap();
        assert_eq!(answer.reason.unwrap().code, Reason::NO_MATCHING_SUBSCRIBERS);
    });
}

/// A server that floods, and reads nothing.
#[test]
fn a_flood_ends() {
    block(async {
        let port = peer(|mut stream| async move {
            frame(&mut stream).await;
            stream.write_all(CONNACK).await.unwrap();
            // PUBREL for packet ids that it never sent: each has an answer.
            let flood = b"\x62\x02\x00\x01".repeat(16 * 1024);
            while stream.write_all(&flood).await.is_ok() {}
        })
        .await;
        let mut dialogue = dialogue(&options(port, "c")).await;
        let error = dialogue.ping(Duration::from_secs(30)).await.unwrap_err();
        assert!(error.to_string().contains("takes none of the answers"), "{error}");
    });
}
