//! What mosquitto does not do, by a scripted server: enhanced authentication, short packets, MQTT 3.1.1.

use super::peer::{CONNACK, answering, frame, packet, peer};
use super::{block, options};
use flowgate::message::{Publish, QoS};
use flowgate::transport::mqtt::{Client, ConnectOptions, Credentials, HandshakeError, PacketKind, Reason};
use rumqttc::v5::mqttbytes::v5::Packet;
use tokio::io::AsyncWriteExt;

fn sat(port: u16) -> ConnectOptions {
    let data = b"eyJ.token-in-question.sig".to_vec().into();
    ConnectOptions { credentials: Credentials::Enhanced { method: "K8S-SAT".to_owned(), data }, ..options(port, "c") }
}

#[test]
fn a_token_goes_into_connect_and_can_be_renewed() {
    block(async {
        let port = peer(|mut stream| async move {
            let Packet::Connect(connect, None, None) = packet(&mut stream).await else { panic!("no CONNECT") };
            let properties = connect.properties.unwrap();
            assert_eq!(properties.authentication_method.as_deref(), Some("K8S-SAT"));
            assert_eq!(properties.authentication_data.as_deref(), Some(&b"eyJ.token-in-question.sig"[..]));
            // CONNACK that repeats the method (property 0x15).
            stream.write_all(b"\x20\x0D\x00\x00\x0A\x15\x00\x07K8S-SAT").await.unwrap();
            // AUTH, reason 0x19, method and data (MQTT 5, 3.15).
            let auth = frame(&mut stream).await;
            assert_eq!(auth, b"\xF0\x11\x19\x0F\x15\x00\x07K8S-SAT\x16\x00\x02T2");
            stream.write_all(b"\xF0\x0C\x00\x0A\x15\x00\x07K8S-SAT").await.unwrap();
            let auth = frame(&mut stream).await;
            assert_eq!(auth[0], 0xF0);
            stream.write_all(b"\xE0\x01\x87").await.unwrap();
            frame(&mut stream).await;
        })
        .await;
        let (client, accepted) = Client::connect(sat(port)).await.unwrap();
        assert!(accepted.method_repeated);
        client.re_authenticate(b"T2".to_vec().into()).await.unwrap();
        let error = client.re_authenticate(b"T3".to_vec().into()).await.unwrap_err();
        assert!(error.to_string().contains("DISCONNECT 0x87"), "{error}");
    });
}

#[test]
fn a_method_that_is_not_repeated_is_noted() {
    block(async {
        let (_, accepted) = Client::connect(sat(answering(CONNACK).await)).await.unwrap();
        assert!(!accepted.method_repeated);
    });
}

/// AUTH 0x18 with the method `K8S-SAT`.
const CHALLENGE: &[u8] = b"\xF0\x0C\x18\x0A\x15\x00\x07K8S-SAT";

#[test]
fn a_server_that_asks_for_the_token_by_auth_gets_it_once() {
    block(async {
        let port = peer(|mut stream| async move {
            frame(&mut stream).await;
            stream.write_all(CHALLENGE).await.unwrap();
            let answer = frame(&mut stream).await;
            assert_eq!(answer, b"\xF0\x28\x18\x26\x15\x00\x07K8S-SAT\x16\x00\x19eyJ.token-in-question.sig");
            stream.write_all(b"\x20\x0D\x00\x00\x0A\x15\x00\x07K8S-SAT").await.unwrap();
            frame(&mut stream).await;
        })
        .await;
        let (_, accepted) = Client::connect(sat(port)).await.unwrap();
        assert!(accepted.method_repeated);
    });
}

#[test]
fn a_second_challenge_is_no_method_of_a_dataflow() {
    block(async {
        let port = peer(|mut stream| async move {
            for _ in 0..2 {
                frame(&mut stream).await;
                stream.write_all(CHALLENGE).await.unwrap();
            }
            assert_eq!(frame(&mut stream).await, b"", "the token was sent again");
        })
        .await;
        let error = Client::connect(sat(port)).await.unwrap_err();
        let HandshakeError::Challenge { method, reason, .. } = &error else { panic!("{error}") };
        assert_eq!((method.as_str(), reason.code), ("K8S-SAT", Reason::CONTINUE_AUTHENTICATION));
    });
}

#[test]
fn no_token_goes_to_a_method_that_it_is_not_for() {
    for (options, bytes, expected) in [
        (
            sat as fn(u16) -> ConnectOptions,
            &b"\xF0\x08\x18\x06\x15\x00\x03ABC"[..],
            "another step of the authentication `ABC`",
        ),
        (sat, b"\xF0\x01\x18", "an authentication that nobody began"),
        (|port| options(port, "c"), CHALLENGE, "another step of the authentication `K8S-SAT`"),
        (sat, b"\xF0\x0C\x19\x0A\x15\x00\x07K8S-SAT", "answered CONNECT with AUTH 0x19"),
        (sat, b"\xF0\x09\x18\x07\x15\x00\x04\x1B[1m", r"`\u{1b}[1m`"),
    ] {
        block(async {
            let port = peer(move |mut stream| async move {
                frame(&mut stream).await;
                stream.write_all(bytes).await.unwrap();
                assert_eq!(frame(&mut stream).await, b"", "something was sent");
            })
            .await;
            let error = Client::connect(options(port)).await.unwrap_err();
            assert!(matches!(error, HandshakeError::Challenge { .. }), "{error}");
            assert!(error.to_string().contains(expected), "{error}");
        });
    }
}

#[test]
fn a_refusal_keeps_what_the_server_said() {
    block(async {
        // 0x87 with Reason String "aud is wrong" and Server Reference "b2".
        let answer = b"\x20\x17\x00\x87\x14\x1F\x00\x0Caud is wrong\x1C\x00\x02b2";
        let error = Client::connect(sat(answering(answer).await)).await.unwrap_err();
        let HandshakeError::Refused(connack) = &error else { panic!("{error}") };
        assert_eq!(connack.reason_string.as_deref(), Some("aud is wrong"));
        let text = error.to_string();
        assert!(text.contains("`aud is wrong`") && text.contains("use instead: `b2`"), "{text}");
        assert!(!text.contains("token-in-question"));
    });
}

#[test]
fn a_code_that_rumqttc_does_not_know_is_still_told() {
    block(async {
        let error = Client::connect(options(answering(b"\x20\x03\x00\xA1\x00").await, "c")).await.unwrap_err();
        assert!(error.to_string().contains("CONNACK 0xA1"), "{error}");
    });
}

#[test]
fn a_server_of_mqtt_3_1_1_is_recognised() {
    block(async {
        let error = Client::connect(options(answering(b"\x20\x02\x00\x01").await, "c")).await.unwrap_err();
        assert!(matches!(error, HandshakeError::OldProtocol { code: 1 }), "{error}");
    });
}

#[test]
fn short_disconnects_keep_their_reason() {
    for (bytes, expected) in [
        (&b"\x20\x03\x00\x00\x00\xE0\x01\x94"[..], "DISCONNECT 0x94 `Topic Alias invalid`"),
        (b"\x20\x03\x00\x00\x00\xE0\x00", "DISCONNECT 0x00 `Normal disconnection`"),
        (b"\x20\x03\x00\x00\x00\xE0\x07\x9D\x05\x1C\x00\x02b2", "use instead: `b2`"),
    ] {
        block(async {
            let (client, _) = Client::connect(options(answering(bytes).await, "c")).await.unwrap();
            let error = client.recv().await.unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        });
    }
}

#[test]
fn a_reason_that_rumqttc_cannot_read_reaches_its_publish() {
    block(async {
        let port = peer(|mut stream| async move {
            frame(&mut stream).await;
            stream.write_all(CONNACK).await.unwrap();
            let Packet::Publish(publish) = packet(&mut stream).await else { panic!("no PUBLISH") };
            let [high, low] = publish.pkid.to_be_bytes();
            stream.write_all(&[0x40, 3, high, low, 0x9B]).await.unwrap();
            frame(&mut stream).await;
        })
        .await;
        let (client, _) = Client::connect(options(port, "c")).await.unwrap();
        let publish = Publish { topic: "t".to_owned(), qos: QoS::AtLeastOnce, ..Publish::default() };
        let refused = client.publish(publish).await.unwrap().refused().unwrap();
        assert_eq!((refused.code, refused.packet), (0x9B, PacketKind::PubAck));
    });
}

#[test]
fn the_keep_alive_of_the_server_counts() {
    block(async {
        let (_, accepted) =
            Client::connect(options(answering(b"\x20\x06\x00\x00\x03\x13\x00\x07").await, "c")).await.unwrap();
        assert_eq!(accepted.keep_alive.as_secs(), 7);
    });
}
