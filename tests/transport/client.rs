//! Messages through mosquitto, in all that MQTT 5 can say of one.

use super::mosquitto::Mosquitto;
use super::{block, next, nothing_more, options};
use flowgate::message::{PayloadFormat, Publish, QoS};
use flowgate::transport::mqtt::{Client, ClientError, Credentials, Reason, Subscription};

fn full(topic: &str, qos: QoS) -> Publish {
    Publish {
        topic: topic.to_owned(),
        payload: (0..=255).collect(),
        qos,
        retain: false,
        payload_format: Some(PayloadFormat::Bytes),
        message_expiry: Some(3600),
        content_type: Some("application/json; charset=utf-8".to_owned()),
        response_topic: Some("antworten/zurück".to_owned()),
        correlation_data: Some(vec![0, 0xFF, 0xC3, 0x28]),
        user_properties: [("a", "1"), ("a", "2"), ("", ""), ("größe", "µm 🌡"), ("a", "1")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .to_vec(),
    }
}

#[test]
fn every_property_comes_back_as_it_was_sent() {
    let broker = Mosquitto::anonymous();
    block(async {
        let (reader, _) = Client::connect(options(broker.port(0), "reader")).await.unwrap();
        let granted = reader.subscribe(vec![Subscription::new("line/+", QoS::ExactlyOnce)]).await.unwrap();
        assert_eq!(granted[0].granted, Ok(QoS::ExactlyOnce));
        let (writer, accepted) = Client::connect(options(broker.port(0), "writer")).await.unwrap();
        assert!(!accepted.connack.session_present);
        for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
            let sent = full("line/3", qos);
            let result = writer.publish(sent.clone()).await.unwrap();
            assert_eq!(result.is_confirmed(), qos != QoS::AtMostOnce);
            let incoming = next(&reader).await;
            assert_eq!(incoming.publish, sent);
            assert_eq!(incoming.token.is_some(), qos != QoS::AtMostOnce);
            reader.acknowledge(&incoming);
        }
        let empty = Publish { topic: "line/3".to_owned(), qos: QoS::AtLeastOnce, ..Publish::default() };
        writer.publish(empty.clone()).await.unwrap();
        assert_eq!(next(&reader).await.publish, empty);
        writer.disconnect(true).await.unwrap();
        reader.disconnect(true).await.unwrap();
    });
}

#[test]
fn mosquitto_sub_sees_what_was_published() {
    let broker = Mosquitto::anonymous();
    let port = broker.port(0).to_string();
    let sub = std::process::Command::new("mosquitto_sub")
        .args(["-p", &port, "-V", "5", "-t", "w", "-q", "1", "-C", "1", "-W", "10", "-F", "%C|%D|%R|%P|%p"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    block(async {
        let (writer, _) = Client::connect(options(broker.port(0), "writer")).await.unwrap();
        let message = Publish {
            topic: "w".to_owned(),
            payload: b"21.5".to_vec(),
            qos: QoS::AtLeastOnce,
            content_type: Some("text/plain".to_owned()),
            correlation_data: Some(b"c-1".to_vec()),
            response_topic: Some("answers".to_owned()),
            user_properties: vec![("id".to_owned(), "7".to_owned()), ("id".to_owned(), "8".to_owned())],
            ..Publish::default()
        };
        // Nobody subscribed yet is a success of its own.
        while writer.publish(message.clone()).await.unwrap().reason.unwrap().code == Reason::NO_MATCHING_SUBSCRIBERS {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    let output = String::from_utf8(sub.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(output, "text/plain|c-1|answers|id:7 id:8|21.5\n");
}

#[test]
fn retain_is_seen_as_it_was_published() {
    let broker = Mosquitto::anonymous();
    block(async {
        let (writer, _) = Client::connect(options(broker.port(0), "writer")).await.unwrap();
        let sent = Publish { retain: true, ..full("kept", QoS::AtLeastOnce) };
        writer.publish(sent.clone()).await.unwrap();
        let (reader, _) = Client::connect(options(broker.port(0), "reader")).await.unwrap();
        let as_published = Subscription::new("kept", QoS::AtLeastOnce);
        reader.subscribe(vec![as_published]).await.unwrap();
        assert!(next(&reader).await.publish.retain);
        writer.publish(sent.clone()).await.unwrap();
        assert!(next(&reader).await.publish.retain, "retain-as-published was asked for");
        let plain = Subscription { retain_as_published: false, ..Subscription::new("kept", QoS::AtLeastOnce) };
        // Another client: mosquitto 2.0 keeps the option of a filter's first subscription.
        let (other, _) = Client::connect(options(broker.port(0), "other")).await.unwrap();
        other.subscribe(vec![plain]).await.unwrap();
        assert!(next(&other).await.publish.retain, "a stored message is always marked");
        writer.publish(sent).await.unwrap();
        assert!(!next(&other).await.publish.retain);
    });
}

#[test]
fn no_local_keeps_own_messages_away() {
    let broker = Mosquitto::anonymous();
    block(async {
        let (client, _) = Client::connect(options(broker.port(0), "both")).await.unwrap();
        let subscription = Subscription { no_local: true, ..Subscription::new("t", QoS::AtLeastOnce) };
        client.subscribe(vec![subscription]).await.unwrap();
        client.publish(full("t", QoS::AtLeastOnce)).await.unwrap();
        nothing_more(&client).await;
        let reasons = client.unsubscribe(vec!["t".to_owned(), "never".to_owned()]).await.unwrap();
        assert_eq!(reasons.iter().map(|reason| reason.code).collect::<Vec<_>>(), [0, 0x11]);
    });
}

const LIMITED: &str = "listener PORT 127.0.0.1\nallow_anonymous true\nmax_qos 1\nmax_packet_size 1000\n\
    retain_available false\nmax_inflight_messages 3\n";

#[test]
fn what_the_server_does_not_take_is_not_sent_and_the_connection_stands() {
    let broker = Mosquitto::start(LIMITED, &[]);
    block(async {
        let (client, accepted) = Client::connect(options(broker.port(0), "writer")).await.unwrap();
        let connack = accepted.connack;
        assert_eq!((connack.maximum_qos, connack.maximum_packet_size), (Some(1), Some(1000)));
        assert_eq!((connack.retain_available, connack.receive_maximum), (Some(false), Some(3)));
        let retained = client.publish(Publish { retain: true, ..full("t", QoS::AtLeastOnce) }).await.unwrap_err();
        assert!(matches!(retained, ClientError::Refusal(_)), "{retained}");
        let large = Publish { payload: vec![0; 1000], ..full("t", QoS::AtLeastOnce) };
        let large = client.publish(large).await.unwrap_err();
        assert!(large.to_string().contains("takes 1000 at most"), "{large}");
        let lowered = client.publish(full("t", QoS::ExactlyOnce)).await.unwrap();
        assert_eq!((lowered.qos, lowered.downgraded_from), (QoS::AtLeastOnce, Some(QoS::ExactlyOnce)));
        assert!(lowered.is_confirmed());
        // More than the server's Receive Maximum at once.
        let mut tickets = Vec::new();
        for _ in 0..50 {
            tickets.push(client.send(full("t", QoS::AtLeastOnce)).await.unwrap());
        }
        for ticket in &mut tickets {
            assert!(ticket.confirmed().await.unwrap().is_confirmed());
        }
    });
}

#[test]
fn refusals_by_acl_come_back_in_words_and_the_window_does_not_leak() {
    let config = "listener PORT 127.0.0.1\nallow_anonymous true\nacl_file DIR/acl\nmax_inflight_messages 3\n";
    let broker = Mosquitto::start(config, &[("acl", "topic readwrite open/#\n")]);
    block(async {
        let (client, _) = Client::connect(options(broker.port(0), "writer")).await.unwrap();
        for qos in [QoS::AtLeastOnce, QoS::ExactlyOnce] {
            // Twenty refusals with a window of three: rumqttc's state would have none left (bytebeamio/rumqtt#1060).
            for _ in 0..20 {
                let refused = client.publish(full("closed/1", qos)).await.unwrap().refused().unwrap();
                assert_eq!(refused.code, 0x87);
                assert!(refused.to_string().contains("this identity may not publish to the topic"), "{refused}");
            }
            assert!(client.publish(full("open/1", qos)).await.unwrap().is_confirmed());
        }
    });
}

#[test]
fn passwords() {
    let config = "listener PORT 127.0.0.1\npassword_file DIR/users\n";
    let broker = Mosquitto::start(config, &[("users", &Mosquitto::password_file(&[("anna", "s3cret-Anna")]))]);
    let login =
        |password: &str| Credentials::Password { user: "anna".to_owned(), password: Some(password.to_owned().into()) };
    block(async {
        let mut good = options(broker.port(0), "c");
        good.credentials = login("s3cret-Anna");
        assert!(!format!("{good:?}").contains("s3cret"), "a password in a debug print");
        Client::connect(good.clone()).await.unwrap();
        let mut bad = good;
        bad.credentials = login("s3cret-Bert");
        let error = Client::connect(bad).await.unwrap_err();
        // Mosquitto says 135 to a wrong password, not 134.
        let text = error.to_string();
        assert!(text.contains("0x87 `Not authorized`") && !text.contains("s3cret"), "{text}");
        let error = Client::connect(options(broker.port(0), "c")).await.unwrap_err();
        assert!(error.to_string().contains("Not authorized"), "{error}");
    });
}

#[test]
fn an_unknown_method_is_named_as_such() {
    let broker = Mosquitto::anonymous();
    block(async {
        let mut options = options(broker.port(0), "c");
        options.credentials = Credentials::Enhanced { method: "K8S-SAT".to_owned(), data: b"token".to_vec().into() };
        let error = Client::connect(options).await.unwrap_err();
        assert!(error.to_string().contains("0x8C `Bad authentication method`"), "{error}");
    });
}

#[test]
fn websocket_and_its_path() {
    use flowgate::transport::Layer;
    use flowgate::transport::ws::WebSocketOptions;
    let broker = Mosquitto::start("listener PORT 127.0.0.1\nprotocol websockets\nallow_anonymous true\n", &[]);
    block(async {
        let mut options = options(broker.port(0), "ws");
        options.websocket = Some(WebSocketOptions::default());
        let (client, _) = Client::connect(options.clone()).await.unwrap();
        client.subscribe(vec![Subscription::new("t", QoS::AtLeastOnce)]).await.unwrap();
        let large = Publish { payload: vec![7; 300_000], ..full("t", QoS::AtLeastOnce) };
        for sent in [full("t", QoS::AtLeastOnce), large] {
            client.publish(sent.clone()).await.unwrap();
            assert_eq!(next(&client).await.publish, sent);
        }
        client.disconnect(true).await.unwrap();
        // MQTT to a WebSocket port, and WebSocket to an MQTT port.
        options.websocket = None;
        options.route.step_timeout = std::time::Duration::from_millis(500);
        assert_eq!(Client::connect(options).await.unwrap_err().layer(), Layer::Mqtt);
    });
    let plain = Mosquitto::anonymous();
    block(async {
        let mut options = options(plain.port(0), "ws");
        options.websocket = Some(WebSocketOptions::default());
        options.route.step_timeout = std::time::Duration::from_millis(500);
        assert_eq!(Client::connect(options).await.unwrap_err().layer(), Layer::WebSocket);
    });
}
