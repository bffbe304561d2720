//! Nothing of a site is touched: groups go on, nothing is written unless it is asked for, nothing secret is shown.

use crate::brokers::kafka::{ALICE, SHARED};
use crate::brokers::unique;
use crate::scripted::Broker;
use crate::site::{facts, hub, local};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
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
    // The server shows a certificate that nobody here trusts: what it hears after the handshake is nothing.
    let host = format!("localhost:{}", SHARED.ports.sasl_tls);
    let text = hub(&host, "ca").tls().sasl("Plain", ALICE).text();
    let strange = crate::brokers::pki::PKI.stranger.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let own = crate::brokers::pki::PKI.authority.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let scene = crate::probe::Scene::new(&text.replace(&own, &strange));
    let seen = scene.expect(&[], "tls", "tls-unknown-ca", 1);
    assert_eq!(seen.outcome("login"), "not-tested");
}

fn config() -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", SHARED.bootstrap());
    config
}
