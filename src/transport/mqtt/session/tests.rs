use super::*;
use crate::message::Publish;
use crate::transport::mqtt::frame;
use crate::transport::mqtt::packet;

const LIMITS: Limits = Limits {
    qos: QoS::ExactlyOnce,
    retain: true,
    packet_size: None,
    receive_maximum: 2,
    wildcards: true,
    shared: true,
};

fn publish(qos: QoS) -> Publish {
    Publish { topic: "t".to_owned(), qos, ..Publish::default() }
}

fn session() -> Session<u8> {
    let mut session = Session::new(10);
    session.connected(false, LIMITS, &mut BytesMut::new());
    session
}

/// First byte and packet id of everything in `out`.
fn sent(out: &mut BytesMut) -> Vec<(u8, u16)> {
    let mut all = Vec::new();
    while let Some(frame) = frame::first(out, 1000).unwrap() {
        let bytes = out.split_to(frame.len());
        // A PUBLISH has its topic `t` before the id.
        let at = if bytes[0] >> 4 == 3 { 5 } else { 2 };
        all.push((bytes[0], u16::from_be_bytes([bytes[at], bytes[at + 1]])));
    }
    all
}

fn take(session: &mut Session<u8>, bytes: &[u8], out: &mut BytesMut) -> Result<Event<u8>, String> {
    let mut bytes = BytesMut::from(bytes);
    let frame = frame::first(&bytes, 1000).unwrap().unwrap();
    session.handle(packet::take(frame, &mut bytes).unwrap(), out)
}

#[test]
fn the_window_is_the_smaller_of_both_and_refusals_give_it_back() {
    let (mut session, mut out) = (session(), BytesMut::new());
    session.publish(publish(QoS::ExactlyOnce), 1, &mut out).unwrap();
    assert!(session.has_room());
    session.publish(publish(QoS::ExactlyOnce), 2, &mut out).unwrap();
    assert!(!session.has_room(), "the server's Receive Maximum is 2");
    let event = take(&mut session, b"\x50\x03\x00\x01\x87", &mut out).unwrap();
    assert!(matches!(event, Event::Published { tag: 1, reason, .. } if reason.is_error()));
    assert!(session.has_room());
}

#[test]
fn qos_2_runs_through_its_four_packets() {
    let (mut session, mut out) = (session(), BytesMut::new());
    session.publish(publish(QoS::ExactlyOnce), 1, &mut out).unwrap();
    assert_eq!(sent(&mut out), [(0x34, 1)]);
    assert!(matches!(take(&mut session, b"\x50\x03\x00\x01\x10", &mut out), Ok(Event::None)));
    assert_eq!(sent(&mut out), [(0x62, 1)]);
    // PUBCOMP says nothing of subscribers, but PUBREC did.
    let event = take(&mut session, b"\x70\x02\x00\x01", &mut out).unwrap();
    assert!(matches!(event, Event::Published { tag: 1, reason, .. } if reason.code == 0x10));
    assert_eq!(session.unconfirmed(), 0);
}

#[test]
fn acknowledgements_that_nobody_waits_for() {
    let (mut session, mut out) = (session(), BytesMut::new());
    session.publish(publish(QoS::AtLeastOnce), 1, &mut out).unwrap();
    out.clear();
    assert!(take(&mut session, b"\x40\x02\x00\x02", &mut out).is_err());
    assert!(take(&mut session, b"\x50\x02\x00\x01", &mut out).is_err(), "PUBREC for QoS 1");
    assert!(take(&mut session, b"\x70\x02\x00\x01", &mut out).is_err(), "PUBCOMP for QoS 1");
    assert!(out.is_empty());
    // After a restart of either side these are no faults (MQTT 5, 4.3.3): 0x92, Packet Identifier not found.
    take(&mut session, b"\x50\x02\x00\x07", &mut out).unwrap();
    take(&mut session, b"\x62\x02\x00\x08", &mut out).unwrap();
    assert_eq!(&out[..], b"\x62\x03\x00\x07\x92\x70\x03\x00\x08\x92");
}

#[test]
fn received_messages_are_acknowledged_in_their_order() {
    let (mut session, mut out) = (session(), BytesMut::new());
    let mut tokens = Vec::new();
    for bytes in [b"\x32\x06\x00\x01t\x00\x05\x00", b"\x34\x06\x00\x01t\x00\x06\x00", b"\x32\x06\x00\x01t\x00\x07\x00"]
    {
        match take(&mut session, bytes, &mut out).unwrap() {
            Event::Received { token, .. } => tokens.push(token.unwrap()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(session.acknowledge(tokens[2], &mut out), 0);
    assert_eq!(session.acknowledge(tokens[1], &mut out), 0);
    assert_eq!(session.acknowledge(tokens[0], &mut out), 3);
    assert_eq!(sent(&mut out), [(0x40, 5), (0x50, 6), (0x40, 7)]);
    assert_eq!(session.acknowledge(tokens[0], &mut out), 0, "once only");
    // The server did not hear PUBREC: it is said again, and the message is not delivered again.
    assert!(matches!(take(&mut session, b"\x3C\x06\x00\x01t\x00\x06\x00", &mut out), Ok(Event::None)));
    take(&mut session, b"\x62\x02\x00\x06", &mut out).unwrap();
    assert_eq!(sent(&mut out), [(0x50, 6), (0x70, 6)]);
    // Released: the id is free for another message.
    let event = take(&mut session, b"\x34\x06\x00\x01t\x00\x06\x00", &mut out).unwrap();
    assert!(matches!(event, Event::Received { .. }));
}

#[test]
fn a_resumed_session_sends_again_in_order_and_marks_it() {
    let (mut session, mut out) = (session(), BytesMut::new());
    session.publish(publish(QoS::ExactlyOnce), 1, &mut out).unwrap();
    session.publish(publish(QoS::AtLeastOnce), 2, &mut out).unwrap();
    session.subscribe(&[Subscription::new("t", QoS::AtMostOnce)], 3, &mut out).unwrap();
    take(&mut session, b"\x50\x02\x00\x01", &mut out).unwrap();
    out.clear();
    assert_eq!(session.connected(true, LIMITS, &mut out), [3], "a SUBSCRIBE is lost with its connection");
    assert_eq!(sent(&mut out), [(0x62, 1), (0x3A, 2)]);
    assert!(!session.has_room());
    assert_eq!(session.connected(false, LIMITS, &mut out), [1, 2], "the server has forgotten");
    assert!(out.is_empty() && session.has_room());
}

#[test]
fn packet_ids_in_use_are_passed_over() {
    let mut session = Session::new(u16::MAX);
    session.connected(false, Limits { receive_maximum: u16::MAX, ..LIMITS }, &mut BytesMut::new());
    let mut out = BytesMut::new();
    for _ in 0..u16::MAX {
        session.publish(publish(QoS::AtLeastOnce), 0_u8, &mut out).unwrap();
    }
    let error = session.publish(publish(QoS::AtLeastOnce), 9, &mut out).unwrap_err();
    assert_eq!((error.tag, error.why), (9, NotSent::NoPacketId(NoPacketId)));
    out.clear();
    take(&mut session, b"\x40\x02\x12\x34", &mut BytesMut::new()).unwrap();
    session.publish(publish(QoS::AtLeastOnce), 0, &mut out).unwrap();
    assert_eq!(sent(&mut out), [(0x32, 0x1234)]);
}
