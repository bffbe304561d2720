//! Servers that speak something else, break the protocol, or fall silent.

use super::peer::{CONNACK, answering, frame, peer};
use super::{block, options};
use flowgate::message::{Publish, QoS};
use flowgate::transport::Layer;
use flowgate::transport::mqtt::{Client, Subscription};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

#[test]
fn what_is_no_mqtt_is_named() {
    for (answer, expected) in [
        (&b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"[..], "HTTP answers there, not MQTT"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "TLS answers there, not MQTT"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH answers there"),
        (b"220 mail.example ESMTP\r\n", "it begins like PUBLISH, and not like CONNACK"),
        (b"\x00\x00\x00\x1a\x00\x00", "does not speak MQTT"),
        (b"\x10\x02\x00\x00", "only a client sends that"),
        (b"\xD0\x00", "answered CONNECT with PINGRESP"),
    ] {
        block(async {
            let error = Client::connect(options(answering(answer).await, "c")).await.unwrap_err();
            assert_eq!(error.layer(), Layer::Mqtt);
            assert!(error.to_string().contains(expected), "{error}");
        });
    }
}

#[test]
fn silence_takes_the_limit_and_says_what_was_waited_for() {
    block(async {
        let port = peer(|mut stream| async move {
            frame(&mut stream).await;
            tokio::time::sleep(Duration::from_secs(30)).await;
        })
        .await;
        let mut options = options(port, "c");
        options.route.step_timeout = Duration::from_millis(150);
        let start = Instant::now();
        let error = Client::connect(options).await.unwrap_err();
        assert!(error.to_string().contains("no CONNACK within 150 ms"), "{error}");
        assert!((Duration::from_millis(150)..Duration::from_secs(30)).contains(&start.elapsed()));
    });
}

/// A server that takes CONNECT and then answers nothing.
async fn mute() -> u16 {
    peer(|mut stream| async move {
        frame(&mut stream).await;
        stream.write_all(CONNACK).await.unwrap();
        while !frame(&mut stream).await.is_empty() {}
    })
    .await
}

#[test]
fn every_request_has_its_limit() {
    block(async {
        let mut options = options(mute().await, "c");
        options.in_flight = 1;
        options.route.step_timeout = Duration::from_millis(150);
        let (client, _) = Client::connect(options).await.unwrap();
        let error = client.subscribe(vec![Subscription::new("a", QoS::AtLeastOnce)]).await.unwrap_err();
        assert_eq!(error.to_string(), "while subscribing: no answer within 150 ms");
        let publish = Publish { topic: "t".to_owned(), qos: QoS::AtLeastOnce, ..Publish::default() };
        for _ in 0..3 {
            let error = client.publish(publish.clone()).await.unwrap_err();
            assert_eq!(error.to_string(), "while publishing: no answer within 150 ms");
        }
        client.disconnect(true).await.unwrap();
    });
}

#[test]
fn packets_that_may_not_come_end_the_connection_with_a_word() {
    for (bytes, expected) in [
        (&b"\x40\x02\x00\x09"[..], "PUBACK for packet id 9, which waits for none"),
        (b"\x90\x04\x00\x09\x00\x00", "packet id 9, which asked for nothing"),
        (b"\x20\x03\x00\x00\x00", "a second CONNACK"),
        (b"\x40\x02\x00\x00", "malformed PUBACK: packet id 0"),
        (b"\x30\x05\x00\x01a\x09\x00", "malformed PUBLISH: the properties end beyond the packet"),
        (b"\x30\x07\x00\x00\x03\x23\x00\x01x", "topic alias 1, but none was offered"),
        (b"\x30\x06\x00\x01\xFF\x00xy", "malformed PUBLISH: the topic is not UTF-8"),
        (b"\x36\x05\x00\x01a\x00\x01", "malformed PUBLISH"),
        (b"\x30\xFF\xFF\xFF\x7F", "PUBLISH of 268435460 bytes, but at most"),
        (b"\xF0\x00", "AUTH that nobody asked for"),
        // Properties of length 3 that hold 5: rumqttc would take two bytes of them for payload, or the reverse.
        (b"\x30\x0B\x00\x01a\x03\x02\x00\x00\x00\x3Cxy", "do not end where their length says"),
        // Three subscription ids and an indicator: rumqttc would lose the indicator and find it in the payload.
        (b"\x30\x0D\x00\x01a\x08\x0B\x01\x0B\x02\x0B\x03\x01\x01x", "do not end where their length says"),
    ] {
        block(async {
            let port = peer(move |mut stream| async move {
                frame(&mut stream).await;
                stream.write_all(&[CONNACK, bytes].concat()).await.unwrap();
                frame(&mut stream).await;
            })
            .await;
            let (client, _) = Client::connect(options(port, "c")).await.unwrap();
            let error = client.recv().await.unwrap_err();
            assert!(error.to_string().contains(expected), "{error} instead of {expected}");
        });
    }
}

#[test]
fn what_no_packet_can_hold_is_not_sent_and_the_connection_stands() {
    block(async {
        let (client, _) = Client::connect(options(mute().await, "c")).await.unwrap();
        let topic = |topic: &str| Publish { topic: topic.to_owned(), ..Publish::default() };
        let long = "x".repeat(65_536);
        for (publish, expected) in [
            (topic(""), "is empty"),
            (topic("a/+"), "holds a wildcard"),
            (topic("a\0"), "U+0000"),
            (topic(&long), "65536 bytes"),
            (Publish { content_type: Some(long.clone()), ..topic("t") }, "the Content Type has 65536 bytes"),
            (Publish { correlation_data: Some(vec![0; 65_536]), ..topic("t") }, "the Correlation Data has"),
            (Publish { user_properties: vec![("k".to_owned(), long.clone())], ..topic("t") }, "a user property has"),
            (Publish { payload: vec![0; 268_435_456], ..topic("t") }, "the most that MQTT can say"),
        ] {
            let error = client.publish(publish).await.unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
        for filter in ["", "a/#/b", "a+", "a/b#"] {
            let error = client.subscribe(vec![Subscription::new(filter, QoS::AtMostOnce)]).await.unwrap_err();
            assert!(error.to_string().contains("the topic filter"), "{error}");
        }
        // The longest strings that may be.
        let longest = "x".repeat(65_535);
        client.publish(Publish { content_type: Some(longest), ..topic("t") }).await.unwrap();
        client.disconnect(false).await.unwrap();
    });
}

/// An HTTP server where a WebSocket was expected.
#[test]
fn what_is_no_websocket_is_named() {
    use flowgate::transport::ws::WebSocketOptions;
    for (answer, expected) in [
        (
            &b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"[..],
            "no WebSocket at `/mqtt`: the server answered HTTP 404",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "speaks no WebSocket"),
    ] {
        block(async {
            let port = peer(move |mut stream| async move {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(tokio::io::AsyncReadExt::read_u8(&mut stream).await.unwrap());
                }
                assert!(String::from_utf8(request).unwrap().to_lowercase().contains("sec-websocket-protocol: mqtt"));
                stream.write_all(answer).await.unwrap();
            })
            .await;
            let mut options = options(port, "c");
            options.websocket = Some(WebSocketOptions::default());
            let error = Client::connect(options).await.unwrap_err();
            assert_eq!(error.layer(), Layer::WebSocket);
            assert!(error.to_string().contains(expected), "{error}");
        });
    }
}
