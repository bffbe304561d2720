//! Nothing of a site is touched: groups go on, nothing is written unless it is asked for, nothing secret is shown.

use crate::brokers::kafka::{ALICE, FAR_SASL_TLS, SHARED};
use crate::brokers::pki::PKI;
use crate::brokers::unique;
use crate::probe::Scene;
use crate::scripted::{Broker, peer};
use crate::site::{facts, hub, local};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Everything that Kafka's own tool says about a group.
fn state(consumer: &BaseConsumer, group: &str) -> Vec<(String, String, Vec<String>)> {
    let list = consumer.fetch_group_list(Some(group), Duration::from_secs(10)).unwrap();
    list.groups()
        .iter()
        .map(|group| {
            let members = group.members().iter().map(|member| member.id().to_owned()).collect();
            (group.state().to_owned(), group.protocol().to_owned(), members)
        })
        .collect()
}

fn next(consumer: &BaseConsumer) -> Vec<u8> {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        assert!(Instant::now() < end, "no record");
        if let Some(record) = consumer.poll(Duration::from_millis(100)) {
            return record.unwrap().payload().unwrap().to_vec();
        }
    }
}

#[test]
fn a_group_at_work_goes_on() {
    let (topic, group) = (unique("at-work"), unique("at-work"));
    SHARED.create_topic(&topic, 2);
    let producer: BaseProducer = config().create().unwrap();
    let send = |payload: &str| {
        producer.send(BaseRecord::<(), str>::to(&topic).payload(payload).partition(1)).unwrap();
        producer.flush(Duration::from_secs(10)).unwrap();
    };
    let consumer: BaseConsumer = config()
        .set("group.id", &group)
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .create()
        .unwrap();
    consumer.subscribe(&[&topic]).unwrap();
    send("one");
    assert_eq!(next(&consumer), b"one");
    consumer.commit_consumer_state(CommitMode::Sync).unwrap();
    let before = state(&consumer, &group);
    assert_eq!(before[0].0, "Stable");
    let committed = consumer.committed(Duration::from_secs(10)).unwrap();

    let seen = hub(&local(SHARED.ports.plain), "").group(&group).reads(&topic).passes(&["--write"]);
    assert!(facts(&seen, "permission", "group-state")[0].starts_with("Stable, `"), "{}", seen.run.stdout);
    assert_eq!(facts(&seen, "permission", "group-committed"), [format!("`{topic}`: partition 1 at 1")]);

    assert_eq!(state(&consumer, &group), before);
    assert_eq!(consumer.committed(Duration::from_secs(10)).unwrap(), committed);
    // Nobody took it away, and the generation is still the same: a commit of it is taken.
    send("two");
    assert_eq!(next(&consumer), b"two");
    consumer.commit_consumer_state(CommitMode::Sync).unwrap();
}

#[test]
fn a_group_that_is_not_there_is_not_made() {
    let (topic, group) = (unique("no-group"), unique("no-group"));
    SHARED.create_topic(&topic, 1);
    hub(&local(SHARED.ports.plain), "").group(&group).reads(&topic).passes(&[]);
    let consumer: BaseConsumer = config().create().unwrap();
    let all = consumer.fetch_group_list(None, Duration::from_secs(10)).unwrap();
    assert!(all.groups().iter().all(|known| known.name() != group));
}

#[test]
fn nothing_is_written_unless_it_is_asked_for() {
    let topic = unique("untouched");
    SHARED.create_topic(&topic, 1);
    let hub = hub(&local(SHARED.ports.plain), "").reads(&topic).writes(&topic);
    let consumer: BaseConsumer = config().create().unwrap();
    let end = || consumer.fetch_watermarks(&topic, 0, Duration::from_secs(10)).unwrap();
    let seen = hub.passes(&[]);
    assert_eq!(end(), (0, 0));
    assert!(facts(&seen, "permission", "sent").is_empty());
    hub.passes(&["--write"]);
    assert_eq!(end(), (0, 1));
    // A scripted broker hears every request: none of them is a Produce.
    let broker = Broker::default();
    let heard = broker.heard.clone();
    crate::site::hub(&local(broker.start()), "").writes("t").passes(&[]);
    assert!(heard.lock().unwrap().iter().all(|(api, _)| *api != 0));
}

#[test]
fn no_topic_is_made() {
    let topic = unique("not-made");
    hub(&local(SHARED.ports.plain), "topic").writes(&topic).fails(&["--write"], "permission", "kafka-topic-missing");
    let consumer: BaseConsumer = config().create().unwrap();
    let metadata = consumer.fetch_metadata(None, Duration::from_secs(10)).unwrap();
    assert!(metadata.topics().iter().all(|known| known.name() != topic));
}

#[test]
fn no_credential_goes_to_a_broker_whose_certificate_is_bad() {
    let heard = Heard::default();
    let wire = tap(SHARED.ports.far_sasl_tls, Arc::clone(&heard));
    let hub = |mark| hub(&format!("localhost:{}", SHARED.ports.far_sasl_tls), mark).tls().sasl("Plain", ALICE);
    // The endpoint is as it should be, and the certificate of the advertised listener is for other names.
    let (host, port) = FAR_SASL_TLS;
    let to = format!("{host}:{port}:127.0.0.1:{wire}");
    hub("host").fails(&["--connect-to", &to], "listeners", "kafka-listener-wrong-name");
    assert_eq!(sent_in_tls(&heard), 0);
    // The authority is one that nobody here trusts.
    let pem = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let text = hub("ca").text().replace(&pem(&PKI.authority), &pem(&PKI.stranger));
    let to = format!("localhost:{}:127.0.0.1:{wire}", SHARED.ports.far_sasl_tls);
    let seen = Scene::new(&text).expect(&["--connect-to", &to], "tls", "tls-unknown-ca", 1);
    assert_eq!(seen.outcome("login"), "not-tested");
    assert_eq!(sent_in_tls(&heard), 0);
    // Where everything is good, there is a login to be heard.
    let good = format!("{host}:{port}:localhost:{}", SHARED.ports.far_sasl_tls);
    hub("host").fails(&["--connect-to", &to, "--connect-to", &good], "listeners", "kafka-listener-wrong-name");
    assert!(sent_in_tls(&heard) > 100);
}

/// What clients sent, for each connection.
type Heard = Arc<Mutex<Vec<Vec<u8>>>>;

/// Listens, and passes everything on to `port` and back. What clients send is kept.
fn tap(port: u16, heard: Heard) -> u16 {
    peer(move |near| {
        let index = {
            let mut heard = heard.lock().unwrap();
            heard.push(Vec::new());
            heard.len() - 1
        };
        let far = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let (mut back, mut to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut back, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
        let (mut near, mut far) = (near, far);
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = near.read(&mut bytes) {
            heard.lock().unwrap()[index].extend_from_slice(&bytes[..count]);
            if far.write_all(&bytes[..count]).is_err() {
                return;
            }
        }
        let _ = far.shutdown(Shutdown::Both);
    })
}

/// Bytes of encrypted records but alerts, which have 19 bytes. Connections that only ask what is spoken there have none.
fn sent_in_tls(heard: &Heard) -> usize {
    let of = |bytes: &Vec<u8>| {
        let (mut rest, mut sent) = (bytes.as_slice(), 0);
        while let [kind, 3, _, high, low, ..] = rest {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if *kind == 23 && length > 24 {
                sent += length;
            }
            rest = rest.get(5 + length..).unwrap_or_default();
        }
        sent
    };
    heard.lock().unwrap().iter().map(of).sum()
}

fn config() -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", SHARED.bootstrap());
    config
}
