//! What a probe must not do: leave something behind, or take something away.

use crate::brokers::mosquitto::{Mosquitto, Setup};
use crate::brokers::witness::{finish, output, start};
use crate::site::{With, endpoint, flow, local, probe};
use flowgate::message::{Publish, QoS};
use flowgate::report::probe::Stage;
use flowgate::transport::mqtt::{Client, ConnectOptions, Subscription};
use flowgate::transport::net::Target;
use std::time::Duration;

/// Whether the broker has a session for `client`.
fn has_session(port: u16, client: &str) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = ConnectOptions::new(Target::new("127.0.0.1", port), client);
        let (_, accepted) = Client::connect(ConnectOptions { clean_start: false, ..options }).await.unwrap();
        accepted.connack.session_present
    })
}

#[test]
fn no_session_is_left() {
    let mosquitto = Mosquitto::start(&Setup::default());
    let parts = [endpoint(&local(mosquitto.port), "sessionExpirySeconds: 3600"), flow("line/#", "out")];
    let probed = probe(&parts, &With { write: true, ..With::default() });
    probed.good();
    let client = probed.fact(Stage::Login, "client-id").to_owned();
    assert!(client.starts_with("flowgate-probe-"), "{client}");
    assert!(!has_session(mosquitto.port, &client));
    assert!(!has_session(mosquitto.port, &format!("{client}-2")));
}

#[test]
fn nothing_is_retained() {
    let mosquitto = Mosquitto::start(&Setup::default());
    let parts = [endpoint(&local(mosquitto.port), "retain: Keep"), flow("line/#", "out")];
    probe(&parts, &With { write: true, ..With::default() }).good();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = ConnectOptions::new(Target::new("127.0.0.1", mosquitto.port), "reader");
        let (client, _) = Client::connect(options).await.unwrap();
        client.subscribe(vec![Subscription::new("#", QoS::AtLeastOnce)]).await.unwrap();
        // Whatever is kept comes before a message that is sent now.
        let marker = Publish { topic: "marker".to_owned(), qos: QoS::AtLeastOnce, ..Publish::default() };
        client.publish(marker.clone()).await.unwrap();
        assert_eq!(client.recv().await.unwrap().publish, marker);
    });
}

/// A dataflow in a shared subscription gets every message while endpoints with the same filter are probed.
#[test]
fn nothing_is_taken_from_a_shared_subscription() {
    let mosquitto = Mosquitto::start(&Setup::default());
    let port = mosquitto.port.to_string();
    let count = 400;
    let wanted = count.to_string();
    // A session that is there before the first message.
    let join = ["-p", &port, "-V", "5", "-i", "dataflow", "-c", "-x", "600", "-q", "1", "-t", "$share/plant/line/#"];
    output("mosquitto_sub", &[&join[..], &["-E"]].concat(), Duration::from_secs(10));
    let sub = start("mosquitto_sub", &[&join[..], &["-C", &wanted, "-W", "60"]].concat());
    let publisher = {
        let port = port.clone();
        std::thread::spawn(move || {
            let rounds = count / 20;
            for round in 0..rounds {
                for number in 0..20 {
                    let text = (round * 20 + number).to_string();
                    let args = ["-p", &port, "-V", "5", "-q", "1", "-t", "line/3", "-m", &text];
                    output("mosquitto_pub", &args, Duration::from_secs(10));
                }
            }
        })
    };
    let parts = [endpoint(&local(mosquitto.port), ""), flow("$share/plant/line/#", "out")];
    while !publisher.is_finished() {
        probe(&parts, &With::default()).good();
    }
    publisher.join().unwrap();
    let got = String::from_utf8(finish(sub, Duration::from_secs(60))).unwrap();
    let mut numbers: Vec<u32> = got.lines().map(|line| line.parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..count).collect::<Vec<_>>());
}
