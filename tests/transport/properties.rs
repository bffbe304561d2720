//! Frames cut anywhere decode the same, garbage never panics, and what is encoded is what an independent codec reads.

use super::block;
use bytes::BytesMut;
use flowgate::message::{PayloadFormat, Publish, QoS};
use flowgate::transport::mqtt::{Connection, Packet, encode, frame, packet};
use proptest::prelude::*;
use rumqttc::v5::mqttbytes::v5 as codec;
use tokio::io::AsyncWriteExt;

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>().prop_filter("MQTT", |char| *char != '\0'), 0..12)
        .prop_map(|chars| chars.into_iter().collect())
}

prop_compose! {
    fn publish()(
        topic in "[a-zäß/ ]{1,20}",
        payload in proptest::collection::vec(any::<u8>(), 0..300),
        (qos, retain) in (0..3_u8, any::<bool>()),
        payload_format in proptest::option::of(prop_oneof![Just(PayloadFormat::Bytes), Just(PayloadFormat::Utf8)]),
        message_expiry in proptest::option::of(any::<u32>()),
        content_type in proptest::option::of(text()),
        response_topic in proptest::option::of(text()),
        correlation_data in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40)),
        user_properties in proptest::collection::vec((text(), text()), 0..6),
    ) -> Publish {
        Publish {
            topic, payload, qos: QoS::from_number(qos).unwrap(), retain, payload_format, message_expiry,
            content_type, response_topic, correlation_data, user_properties,
        }
    }
}

const LIMIT: usize = 1024 * 1024;

/// All packets at the start of `bytes`.
fn decode(mut bytes: BytesMut) -> Vec<Packet> {
    let mut packets = Vec::new();
    while let Ok(Some(frame)) = frame::first(&bytes, LIMIT) {
        let before = bytes.len();
        let packet = packet::take(frame, &mut bytes);
        assert_eq!(bytes.len(), before - frame.len());
        match packet {
            Ok(packet) => packets.push(packet),
            Err(_) => break,
        }
    }
    packets
}

/// A valid frame of each kind that a server sends.
fn samples() -> Vec<u8> {
    let mut out = BytesMut::new();
    let connack = codec::ConnAck {
        session_present: true,
        code: codec::ConnectReturnCode::NotAuthorized,
        properties: Some(codec::ConnAckProperties {
            session_expiry_interval: Some(1),
            receive_max: Some(2),
            max_qos: Some(1),
            retain_available: Some(0),
            max_packet_size: Some(3),
            assigned_client_identifier: Some("id".to_owned()),
            topic_alias_max: Some(4),
            reason_string: Some("why".to_owned()),
            user_properties: vec![("a".to_owned(), "b".to_owned())],
            wildcard_subscription_available: Some(1),
            subscription_identifiers_available: Some(0),
            shared_subscription_available: Some(1),
            server_keep_alive: Some(5),
            response_information: Some("ri".to_owned()),
            server_reference: Some("sr".to_owned()),
            authentication_method: Some("m".to_owned()),
            authentication_data: Some(bytes::Bytes::from_static(b"d")),
        }),
    };
    connack.write(&mut out).unwrap();
    out.extend_from_slice(b"\x90\x0B\x00\x01\x04\x1F\x00\x01x\x00\x01\x02\x87");
    out.extend_from_slice(b"\xB0\x05\x00\x01\x00\x00\x11");
    out.extend_from_slice(b"\x40\x02\x00\x01\x50\x03\x00\x01\x10\x62\x04\x00\x01\x92\x00\x70\x02\x00\x01\xD0\x00");
    out.extend_from_slice(b"\xE0\x00\xE0\x01\x8E\xF0\x06\x18\x04\x15\x00\x01m");
    out.to_vec()
}

#[test]
fn the_samples_are_all_read() {
    let packets = decode(BytesMut::from(&samples()[..]));
    assert_eq!(packets.len(), 11, "{packets:#?}");
    let Packet::ConnAck(connack) = &packets[0] else { panic!("{packets:?}") };
    assert_eq!((connack.reason.code, connack.session_present, connack.receive_maximum), (0x87, true, Some(2)));
    assert_eq!((connack.server_keep_alive, connack.shared_subscriptions), (Some(5), Some(true)));
    assert_eq!(connack.server_reference.as_deref(), Some("sr"));
}

proptest! {
    #[test]
    fn what_is_encoded_is_what_an_independent_codec_reads(publish in publish(), id in 1..=u16::MAX) {
        let qos = publish.qos;
        let mut bytes = BytesMut::new();
        encode::publish(publish.clone(), if qos == QoS::AtMostOnce { 0 } else { id }, &mut bytes).unwrap();
        let Ok(codec::Packet::Publish(read)) = codec::Packet::read(&mut bytes.clone(), None) else { panic!("no PUBLISH") };
        prop_assert_eq!(&read.topic[..], publish.topic.as_bytes());
        prop_assert_eq!(&read.payload[..], &publish.payload[..]);
        let packets = decode(bytes);
        prop_assert_eq!(packets.len(), 1);
        let Packet::Publish(delivery) = &packets[0] else { panic!("{packets:?}") };
        prop_assert_eq!(&delivery.publish, &publish);
        prop_assert_eq!(delivery.id, if qos == QoS::AtMostOnce { 0 } else { id });
    }

    #[test]
    fn frames_cut_anywhere_decode_the_same(
        publishes in proptest::collection::vec(publish(), 1..6),
        cuts in proptest::collection::vec(1..200_usize, 1..40),
    ) {
        let mut bytes = BytesMut::from(&samples()[..]);
        for publish in publishes {
            encode::publish(publish, 7, &mut bytes).unwrap();
        }
        let whole = decode(bytes.clone());
        let pieces = block(async {
            let (mut writer, reader) = tokio::io::duplex(64 * 1024);
            let mut connection = Connection::new(reader, LIMIT as u32);
            let mut packets = Vec::new();
            for cut in cuts.iter().cycle() {
                if bytes.is_empty() {
                    break;
                }
                let piece = bytes.split_to(bytes.len().min(*cut));
                writer.write_all(&piece).await.unwrap();
                connection.read().await.unwrap();
                while let Some(packet) = connection.next().unwrap() {
                    packets.push(packet);
                }
            }
            packets
        });
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        decode(BytesMut::from(&bytes[..]));
    }

    #[test]
    fn damaged_packets_never_panic(
        publish in publish(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = BytesMut::from(&samples()[..]);
        encode::publish(publish, 7, &mut bytes).unwrap();
        for (index, value) in damage {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        decode(bytes.clone());
        // Each packet by itself, too, since the first that is wrong ends a stream.
        for start in 0..bytes.len() {
            decode(BytesMut::from(&bytes[start..]));
        }
    }
}
