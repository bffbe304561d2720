//! MQTT to Kafka: the table of the Kafka endpoint page, expiry, `copyMqttProperties`, keys, `headers`.

use super::*;

fn full() -> Publish {
    Publish {
        topic: "in/1".into(),
        payload: b"{\"a\":1}".to_vec(),
        qos: QoS::AtLeastOnce,
        retain: true,
        payload_format: Some(PayloadFormat::Utf8),
        message_expiry: Some(3600),
        content_type: Some("application/json".into()),
        response_topic: Some("reply/1".into()),
        correlation_data: Some(vec![0xff, 0, 1]),
        user_properties: vec![("k".into(), "v".into()), ("\u{e9}".into(), String::new()), ("k".into(), "w".into())],
    }
}

#[test]
fn every_property_has_its_header() {
    let (record, trace) = Setup::mqtt_to_kafka().record(full());
    assert_eq!((record.topic.as_str(), record.partition, &record.key), ("telemetry", None, &None));
    assert_eq!(record.value.as_deref(), Some(&b"{\"a\":1}"[..]));
    assert_eq!(record.timestamp, None);
    let expected = [
        ("Payload Format Indicator", &b"1"[..]),
        ("Response Topic", b"reply/1"),
        ("Message Expiry Interval", b"3600"),
        ("Correlation Data", &[0xff, 0, 1]),
        ("Content Type", b"application/json"),
        ("k", b"v"),
        ("\u{e9}", b""),
        ("k", b"w"),
    ];
    let found: Vec<(&str, &[u8])> = record
        .headers
        .iter()
        .map(|header| (std::str::from_utf8(&header.key).unwrap(), header.value.as_deref().unwrap()))
        .collect();
    assert_eq!(found, expected);
    for gone in [Property::QoS, Property::Retain] {
        assert_eq!(step(&trace, &gone).action, Action::Removed);
    }
    let content_type = step(&trace, &Property::ContentType);
    assert_eq!((content_type.action, place(content_type)), (Action::Kept, Some(COPY)));
    assert_eq!(content_type.output, Some((header("Content Type"), b"application/json".to_vec())));
    assert_eq!(place(step(&trace, &Property::Topic)), Some(TOPIC));
}

#[test]
fn what_is_absent_has_no_header() {
    assert_eq!(Setup::mqtt_to_kafka().record(published("in")).0.headers, []);
    let zero = Setup::mqtt_to_kafka().choose("payload-format-absent", "zero");
    let (record, trace) = zero.record(published("in"));
    assert_eq!(headers(&record), [("Payload Format Indicator", "0")]);
    assert_eq!(choice(step(&trace, &header("Payload Format Indicator"))), Some("payload-format-absent"));
}

#[test]
fn disabled_copies_nothing() {
    let mut setup = Setup::mqtt_to_kafka();
    setup.copy = default(Switch::Disabled);
    let (record, trace) = setup.record(full());
    assert_eq!(record.headers, []);
    let step = steps(&trace, &user("k"))[0];
    assert_eq!((step.action, step.rule.id, place(step)), (Action::Removed, "copy-disabled", Some(DESTINATION_BLOCK)));
    assert!(step.note.as_deref().is_some_and(|note| note.contains("CRD") && note.contains("`Disabled`")), "{step:?}");
}

#[test]
fn disabled_leaves_what_is_no_copy_or_nothing() {
    let event = || with_properties(&[("specversion", "1.0"), ("type", "t"), ("source", "s"), ("id", "1"), ("k", "v")]);
    let mut setup = Setup::mqtt_to_kafka();
    setup.copy = written(Switch::Disabled, COPY);
    setup.headers = vec![(HeaderActionType::AddIfNotPresent, "k", "new")];
    let (record, trace) = setup.record(event());
    assert_eq!(
        headers(&record),
        [("ce-specversion", "1.0"), ("ce-type", "t"), ("ce-source", "s"), ("ce-id", "1"), ("k", "new")]
    );
    let made = steps(&trace, &header("k"))[0];
    assert_eq!((made.action, choice(made)), (Action::Made, Some("copy-disabled-headers")));
    let (record, trace) = setup.choose("copy-disabled-headers", "remove").record(event());
    assert_eq!(record.headers, []);
    assert_eq!(choice(step(&trace, &user("id"))), Some("copy-disabled-headers"));
}

#[test]
fn expiry_is_counted_down() {
    for (interval, waited, choices, expected) in [
        (Some(3600), 1_000_000, None, Some("2600")),
        (Some(3600), 4_000_000, None, None),
        (Some(10), 10_000, None, None),
        (Some(10), 400, None, Some("10")),
        (Some(10), 400, Some(("expiry-rounding", "waited-up")), Some("9")),
        (Some(10), 9_600, None, Some("1")),
        (Some(10), 9_600, Some(("expiry-rounding", "waited-up")), None),
        (Some(0), 0, None, None),
        (Some(0), 5_000, Some(("expiry-zero", "keep")), Some("0")),
        (Some(u32::MAX), -5_000, None, Some("4294967295")),
        (Some(5), i64::MAX / 2, None, None),
    ] {
        let mut setup = Setup::mqtt_to_kafka();
        setup.waited = waited;
        setup.choices.extend(choices);
        let message = Publish { message_expiry: interval, ..published("in") };
        let case = format!("{interval:?} {waited} {choices:?}");
        match (setup.run(message), expected) {
            ((Outcome::Delivered(Message::Kafka(record)), trace), Some(expected)) => {
                assert_eq!(headers(&record), [("Message Expiry Interval", expected)], "{case}");
                let choice = choice(step(&trace, &Property::MessageExpiry));
                assert_eq!(choice.is_some(), waited % 1000 != 0 || interval == Some(0), "{case}");
            }
            ((Outcome::Dropped(dropped), trace), None) => {
                assert_eq!(dropped.reason, DropReason::Expired, "{case}");
                assert_eq!(step(&trace, &Property::Message).rule.id, "message-expired");
                assert_eq!(trace.steps().len(), 1);
            }
            (other, _) => panic!("{case}: {other:?}"),
        }
    }
    let mut setup = Setup::mqtt_to_kafka();
    setup.waited = i64::MAX - RECEIVED;
    assert_eq!(setup.record(published("in")).0.headers, []);
}

#[test]
fn expiry_drops_also_where_it_is_not_copied() {
    let mut setup = Setup::mqtt_to_kafka();
    setup.copy = written(Switch::Disabled, COPY);
    setup.waited = 4_000;
    let message = Publish { message_expiry: Some(4), ..published("in") };
    assert_eq!(setup.dropped(message).0.reason, DropReason::Expired);
}

#[test]
fn of_two_properties_of_one_name_one_is_sent() {
    let message = || Publish {
        content_type: Some("text/plain".into()),
        user_properties: vec![("Content Type".into(), "mine".into()), ("a".into(), "b".into())],
        ..published("in")
    };
    for (answer, expected) in [
        ("built-in", &[("Content Type", "text/plain"), ("a", "b")][..]),
        ("user-property", &[("Content Type", "mine"), ("a", "b")]),
        ("both", &[("Content Type", "text/plain"), ("Content Type", "mine"), ("a", "b")]),
    ] {
        let (record, trace) = Setup::mqtt_to_kafka().choose("built-in-name-collision", answer).record(message());
        assert_eq!(headers(&record), expected, "{answer}");
        for property in [Property::ContentType, user("Content Type")] {
            assert_eq!(choice(step(&trace, &property)), Some("built-in-name-collision"), "{answer}");
        }
    }
    // Without the built-in one there is nothing to decide.
    let (record, trace) = Setup::mqtt_to_kafka().record(with_properties(&[("Content Type", "mine")]));
    assert_eq!(headers(&record), [("Content Type", "mine")]);
    assert_eq!(choice(step(&trace, &user("Content Type"))), None);
}

#[test]
fn keys_follow_the_strategy() {
    let message = || Publish { topic: "plant/3/temp".into(), ..with_properties(&[("device", "d1"), ("device", "d2")]) };
    for (strategy, property, choices, expected) in [
        (PartitionStrategy::Default, "", None, (None, None)),
        (PartitionStrategy::Static, "", None, (None, Some(0))),
        (PartitionStrategy::Static, "", Some(("static-partition", "any")), (None, None)),
        (PartitionStrategy::Topic, "", None, (Some("plant/3/temp"), None)),
        (PartitionStrategy::Property, "device", None, (Some("d1"), None)),
        (PartitionStrategy::Property, "other", None, (None, None)),
        (PartitionStrategy::Property, "other", Some(("partition-key-missing", "empty-key")), (Some(""), None)),
    ] {
        let mut setup = Setup::mqtt_to_kafka();
        setup.strategy = strategy;
        setup.key_property = property;
        setup.choices.extend(choices);
        let (record, trace) = setup.record(message());
        let key = record.key.as_deref().map(|key| std::str::from_utf8(key).unwrap());
        assert_eq!((key, record.partition), expected, "{strategy:?} {property} {choices:?}");
        let assigned: Vec<_> = [Property::Key, Property::Partition].iter().flat_map(|p| steps(&trace, p)).collect();
        assert_eq!(assigned.len(), usize::from(expected != (None, None)));
        assert!(assigned.iter().all(|step| step.action == Action::Made && place(step) == Some(STRATEGY)));
    }
}

#[test]
fn header_actions_are_applied_in_order() {
    use HeaderActionType::{AddIfNotPresent, AddOrReplace, Remove};
    let message = || Publish {
        content_type: Some("text/plain".into()),
        ..with_properties(&[("a", "1"), ("a", "2"), ("b", "2"), ("a", "3"), ("c", "4")])
    };
    let mut setup = Setup::mqtt_to_kafka();
    setup.headers = vec![
        (AddIfNotPresent, "a", "no"),
        (AddIfNotPresent, "new", "yes"),
        (AddIfNotPresent, "new", "again"),
        (AddOrReplace, "a", "9"),
        (Remove, "b", ""),
        (Remove, "absent", ""),
        (AddOrReplace, "b", "back"),
        (AddOrReplace, "Content Type", "text/csv"),
    ];
    let (record, trace) = setup.record(message());
    let expected = [("Content Type", "text/csv"), ("a", "9"), ("c", "4"), ("new", "yes"), ("b", "back")];
    assert_eq!(headers(&record), expected);
    let replaced = steps(&trace, &user("a"));
    let actions: Vec<_> = replaced.iter().map(|step| (step.action, place(step))).collect();
    let expected = [Action::Removed, Action::Removed, Action::Changed].map(|action| (action, Some(line(33))));
    assert_eq!(actions, expected);
    assert_eq!(place(step(&trace, &user("b"))), Some(line(34)));
    assert_eq!(place(step(&trace, &header("b"))), Some(line(36)));
    let content_type = step(&trace, &Property::ContentType);
    assert_eq!((content_type.action, content_type.rule.id), (Action::Changed, "headers"));
}

#[test]
fn nothing_is_noted_where_nobody_asks() {
    let plan = Setup::mqtt_to_kafka().plan();
    let mut trace = Trace::off();
    let outcome = with_context(0, |context| translate(&plan, full().into(), context, &mut trace));
    assert_eq!(trace.steps(), []);
    assert_eq!(outcome, Setup::mqtt_to_kafka().run(full()).0);
}
