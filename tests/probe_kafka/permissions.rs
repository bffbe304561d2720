//! What the dataflows will do is not possible, or not allowed.

use crate::brokers::kafka::SHARED;
use crate::brokers::unique;
use crate::scripted::Broker;
use crate::site::{Hub, RIGHTS, facts, hub, local, summary};

fn plain(mark: &'static str) -> Hub {
    hub(&local(SHARED.ports.plain), mark)
}

/// As somebody with the [`RIGHTS`].
fn mallory(mark: &'static str) -> Hub {
    hub(&local(RIGHTS.ports.sasl), mark).mallory()
}

/// A new topic.
fn topic(prefix: &str) -> String {
    let topic = unique(prefix);
    SHARED.create_topic(&topic, 1);
    topic
}

#[test]
fn topics_that_are_not_there() {
    plain("topic").reads(&unique("missing")).fails(&[], "permission", "kafka-topic-missing");
    let missing = unique("missing");
    let seen = plain("topic").writes(&missing).fails(&["--write"], "permission", "kafka-topic-missing");
    assert_eq!(summary(&seen, "permission"), format!("topic `{missing}` does not exist"));
}

#[test]
fn a_topic_that_no_topic_can_be_called() {
    for name in ["a/b", "site.${inputTopic}"] {
        let seen = plain("topic").writes(name).fails(&["--write"], "permission", "kafka-refused");
        assert_eq!(summary(&seen, "permission"), format!("no topic of Kafka can be called `{name}`"));
    }
}

#[test]
fn topics_that_may_not_be_used() {
    let topic = topic("secret");
    mallory("topic").reads(&topic).fails(&[], "permission", "kafka-topic-not-authorized");
    mallory("topic").writes(&topic).fails(&[], "permission", "kafka-topic-not-authorized");
}

#[test]
fn topics_that_may_be_known_only() {
    let topic = topic("known-");
    mallory("topic").reads(&topic).fails(&[], "permission", "kafka-read-not-authorized");
    for args in [&[][..], &["--write"]] {
        mallory("topic").writes(&topic).fails(args, "permission", "kafka-write-not-authorized");
    }
}

#[test]
fn a_topic_that_may_be_read() {
    let topic = topic("readable-");
    let seen = mallory("").reads(&topic).group(&unique("readable-")).passes(&[]);
    assert!(summary(&seen, "permission").starts_with(&format!("read `{topic}`; group `readable-")));
    mallory("topic").writes(&topic).fails(&[], "permission", "kafka-write-not-authorized");
}

#[test]
fn a_topic_that_may_be_written_to() {
    let topic = topic("writable-");
    let seen = mallory("").writes(&topic).passes(&["--write"]);
    assert_eq!(summary(&seen, "permission"), format!("wrote to `{topic}`"));
    let seen = mallory("").writes(&topic).passes(&[]);
    assert_eq!(
        summary(&seen, "permission"),
        format!("write to `{topic}` allowed by the broker's word, not tried (`--write`)")
    );
}

#[test]
fn groups_that_may_not_be_used() {
    let topic = topic("readable-");
    for group in ["secret", "known-"] {
        let group = unique(group);
        let seen = mallory("group").group(&group).reads(&topic).fails(&[], "permission", "kafka-group-not-authorized");
        assert!(summary(&seen, "permission").contains(&group));
    }
}

#[test]
fn one_of_two_topics_is_told_by_its_own_line() {
    let good = topic("good");
    let text = plain("topic").reads("missing-one").text()
        + &plain("")
            .reads(&good)
            .text()
            .split("---\n")
            .nth(1)
            .map(|flow| format!("---\n{}", flow.replace("name: line-0", "name: line-1")))
            .unwrap();
    let scene = crate::probe::Scene::new(&text);
    let seen = scene.expect(&[], "permission", "kafka-topic-missing", 1);
    assert_eq!(seen.findings().iter().filter(|finding| finding.severity == "error").count(), 1);
}

#[test]
fn a_partition_without_leader() {
    let port = Broker::default().leader(-1).start();
    let seen = hub(&local(port), "topic").writes("t").fails(&["--write"], "permission", "kafka-no-leader");
    assert_eq!(summary(&seen, "permission"), "partition 0 of topic `t` has no leader, of 1 partition");
    // One that is led by nobody who is named.
    let port = Broker::default().leader(9).start();
    hub(&local(port), "topic").reads("t").fails(&[], "permission", "kafka-no-leader");
}

#[test]
fn compression_that_is_not_taken() {
    for code in [76, 43, 2] {
        let port = Broker::default().produce(code).start();
        let hub = hub(&local(port), "compression").set("compression", "Snappy").writes("t");
        hub.fails(&["--write"], "permission", "kafka-compression");
    }
}

#[test]
fn records_that_are_not_taken() {
    for (code, mark, id) in [
        (10, "topic", "kafka-message-too-large"),
        (29, "topic", "kafka-write-not-authorized"),
        (6, "topic", "kafka-no-leader"),
        (19, "kafkaAcks", "kafka-refused"),
        (87, "topic", "kafka-refused"),
        (-1, "topic", "kafka-refused"),
    ] {
        let port = Broker::default().produce(code).start();
        let hub = hub(&local(port), mark).set("kafkaAcks", "All").writes("t");
        hub.fails(&["--write"], "permission", id);
    }
}

#[test]
fn a_record_that_is_too_large_by_the_brokers_word() {
    let port = Broker::default().produce(10).start();
    let seen = hub(&local(port), "topic").writes("t").fails(
        &["--write", "--message-size", "5000"],
        "permission",
        "kafka-message-too-large",
    );
    assert!(facts(&seen, "permission", "refused")[0].starts_with("a record of 5000 bytes"), "{}", seen.run.stdout);
}

#[test]
fn a_broker_that_could_only_be_asked_by_making_the_topic() {
    // Kafka 0.11: Metadata before version 4 makes what it is asked for.
    let old = Broker::default().versions(&[(0, 3, 3), (3, 1, 3), (18, 0, 1)]);
    let scene = hub(&local(old.start()), "topic").writes("t").scene();
    let seen = scene.expect(&["--write"], "permission", "kafka-not-tested", 0);
    assert_eq!(summary(&seen, "permission"), "`t` not tested");
    assert_eq!(facts(&seen, "permission", "not-tested").len(), 1);
}

#[test]
fn what_is_not_told_is_not_tested() {
    // The broker is too old to say what is allowed.
    let port = Broker::default().start();
    let seen = hub(&local(port), "").writes("t").passes(&[]);
    assert_eq!(summary(&seen, "permission"), "write to `t` not tested (`--write`)");
    let seen = hub(&local(port), "").passes(&[]);
    assert_eq!(seen.outcome("permission"), "not-tested");
    assert_eq!(summary(&seen, "permission"), "no dataflow of the files uses it");
}
