//! Brokers that die, connections that are cut, and sessions that go on.

use super::mosquitto::Mosquitto;
use super::{block, next, nothing_more, options};
use flowgate::message::{Publish, QoS};
use flowgate::transport::mqtt::{Client, ClientError, ConnectOptions, Step, Subscription};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

fn numbered(number: u32, qos: QoS) -> Publish {
    Publish { topic: "n".to_owned(), payload: number.to_string().into_bytes(), qos, ..Publish::default() }
}

fn lasting(port: u16, client_id: &str) -> ConnectOptions {
    ConnectOptions { clean_start: false, session_expiry: 600, ..options(port, client_id) }
}

#[test]
fn a_broker_that_dies_is_an_error_with_its_step() {
    let mut broker = Mosquitto::anonymous();
    block(async {
        let (client, _) = Client::connect(options(broker.port(0), "c")).await.unwrap();
        client.subscribe(vec![Subscription::new("n", QoS::AtLeastOnce)]).await.unwrap();
        broker.kill();
        let start = Instant::now();
        let error = client.recv().await.unwrap_err();
        assert!(matches!(error, ClientError::Lost { step: Step::Receive, .. }), "{error}");
        let error = client.publish(numbered(1, QoS::AtLeastOnce)).await.unwrap_err();
        assert!(matches!(error, ClientError::Lost { step: Step::Publish, .. }), "{error}");
        let error = client.subscribe(vec![Subscription::new("x", QoS::AtMostOnce)]).await.unwrap_err();
        assert!(matches!(error, ClientError::Lost { step: Step::Subscribe, .. }), "{error}");
        assert!(client.disconnect(true).await.is_err());
        assert!(start.elapsed() < Duration::from_secs(30));
    });
}

/// Mosquitto 2.0.11 says nothing when it is stopped or a client id is taken over; a scripted server does in `enhanced`.
#[test]
fn a_connection_that_is_closed_without_a_word_is_told_as_such() {
    let mut broker = Mosquitto::anonymous();
    block(async {
        let (first, _) = Client::connect(options(broker.port(0), "same")).await.unwrap();
        let (second, _) = Client::connect(options(broker.port(0), "same")).await.unwrap();
        let text = first.recv().await.unwrap_err().to_string();
        assert_eq!(text, "while waiting for a message: the broker closed the connection without saying why");
        assert!(second.lost_cause().is_none());
        broker.stop();
        let error = second.recv().await.unwrap_err();
        assert!(matches!(error, ClientError::Lost { step: Step::Receive, .. }), "{error}");
    });
}

/// What was not acknowledged comes again, what was does not, and acknowledgements skip nobody.
#[test]
fn only_the_contiguous_prefix_is_acknowledged() {
    for qos in [QoS::AtLeastOnce, QoS::ExactlyOnce] {
        let broker = Mosquitto::anonymous();
        block(async {
            let (reader, _) = Client::connect(lasting(broker.port(0), "reader")).await.unwrap();
            reader.subscribe(vec![Subscription::new("n", qos)]).await.unwrap();
            let (writer, _) = Client::connect(options(broker.port(0), "writer")).await.unwrap();
            for number in 0..4 {
                writer.publish(numbered(number, qos)).await.unwrap();
            }
            let mut all = Vec::new();
            for _ in 0..4 {
                all.push(next(&reader).await);
            }
            // 0 is done, 1 is not: 2 and 3 have to wait for it.
            for index in [3, 0, 2] {
                reader.acknowledge(&all[index]);
            }
            // An answer to a later packet proves that the acknowledgements have been dealt with.
            reader.subscribe(vec![Subscription::new("other", QoS::AtMostOnce)]).await.unwrap();
            drop(reader.into_session().await.unwrap());
            let (again, accepted) = Client::connect(lasting(broker.port(0), "reader")).await.unwrap();
            assert!(accepted.connack.session_present);
            for number in 1..4_u32 {
                let incoming = next(&again).await;
                assert_eq!(incoming.publish.payload, number.to_string().into_bytes());
                assert!(incoming.duplicate);
                again.acknowledge(&incoming);
                // A token of the connection before means nothing on this one.
                again.acknowledge(&all[0]);
            }
            nothing_more(&again).await;
            again.disconnect(true).await.unwrap();
        });
    }
}

/// A session that is resumed sends again what was not confirmed; the tickets of it are answered then.
#[test]
fn unconfirmed_publishes_are_sent_again_when_the_session_is_resumed() {
    for qos in [QoS::AtLeastOnce, QoS::ExactlyOnce] {
        let config = "listener PORT 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\npersistence true\n\
            persistence_location DIR/\nmax_inflight_messages 20\n";
        let mut broker = Mosquitto::start(config, &[]);
        block(async {
            let (reader, _) = Client::connect(lasting(broker.port(0), "reader")).await.unwrap();
            reader.subscribe(vec![Subscription::new("n", qos)]).await.unwrap();
            drop(reader.into_session().await.unwrap());
            let (mut writer, _) = Client::connect(lasting(broker.port(0), "writer")).await.unwrap();
            let mut tickets = Vec::new();
            for number in 0..20 {
                tickets.push(writer.send(numbered(number, qos)).await.unwrap());
                if number == 10 {
                    // Cut in the middle, and the broker restarted with what it had saved.
                    let saved = writer.into_session().await.unwrap();
                    broker.stop();
                    broker.restart();
                    writer = Client::resume(lasting(broker.port(0), "writer"), saved).await.map_err(|e| e.0).unwrap().0;
                }
            }
            for ticket in &mut tickets {
                match ticket.confirmed().await {
                    Ok(result) => assert!(result.is_confirmed()),
                    // It was still in the queue of the first connection.
                    Err(error) => assert!(matches!(error, ClientError::Lost { .. }), "{error}"),
                }
            }
            let (reader, accepted) = Client::connect(lasting(broker.port(0), "reader")).await.unwrap();
            assert!(accepted.connack.session_present);
            let mut seen = BTreeSet::new();
            while let Ok(incoming) = tokio::time::timeout(Duration::from_millis(500), reader.recv()).await {
                let incoming = incoming.unwrap();
                let number: u32 = String::from_utf8(incoming.publish.payload.clone()).unwrap().parse().unwrap();
                let new = seen.insert(number);
                assert!(new || qos == QoS::AtLeastOnce, "{number} came twice with QoS 2");
                reader.acknowledge(&incoming);
            }
            assert!((11..20).all(|number| seen.contains(&number)), "{seen:?}");
        });
    }
}

#[test]
fn a_silent_broker_is_given_up_by_keep_alive() {
    block(async {
        let port = super::peer::peer(|mut stream| async move {
            super::peer::frame(&mut stream).await;
            tokio::io::AsyncWriteExt::write_all(&mut stream, super::peer::CONNACK).await.unwrap();
            tokio::time::sleep(Duration::from_secs(30)).await;
        })
        .await;
        let mut options = options(port, "c");
        options.keep_alive = 1;
        options.route.step_timeout = Duration::from_millis(300);
        let (client, _) = Client::connect(options).await.unwrap();
        let start = Instant::now();
        let error = client.recv().await.unwrap_err();
        assert!(error.to_string().contains("no PINGRESP within 300 ms"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(30));
    });
}

#[test]
fn pings_keep_a_quiet_connection() {
    let broker = Mosquitto::anonymous();
    block(async {
        let (client, _) =
            Client::connect(ConnectOptions { keep_alive: 1, ..options(broker.port(0), "c") }).await.unwrap();
        tokio::time::sleep(Duration::from_millis(3500)).await;
        assert!(client.lost_cause().is_none(), "{:?}", client.lost_cause());
        client.disconnect(true).await.unwrap();
    });
}
