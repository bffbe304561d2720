//! MQTT to MQTT: topic, quality of service, retain, copies.

use super::*;

#[test]
fn topics_follow_the_template() {
    for (source, template, expected) in [
        ("factory/1/data", "processed/factory/${inputTopic.2}", Some("processed/factory/1")),
        (
            "thermostats/device1/sensor/temperature",
            "processed/device/${inputTopic.2}/temperature",
            Some("processed/device/device1/temperature"),
        ),
        ("a/b/c", "out/${inputTopic}", Some("out/a/b/c")),
        ("a/b/c", "x/${inputTopic.5}", None),
        ("/a/b/", "${inputTopic.1}", Some("a")),
        ("a/b", "factory/$inputTopic.2", Some("factory/$inputTopic.2")),
    ] {
        let setup = Setup::new(EndpointType::Mqtt, EndpointType::Mqtt, template);
        match (setup.run(published(source)), expected) {
            ((Outcome::Delivered(message), trace), Some(expected)) => {
                assert_eq!(message.topic(), expected, "{source} {template}");
                assert_eq!(place(step(&trace, &Property::Topic)), Some(TOPIC));
            }
            ((Outcome::Dropped(dropped), trace), None) => {
                assert_eq!(dropped.reason, DropReason::TopicUnresolved);
                // `${inputTopic.5}` behind `x/`.
                assert_eq!(dropped.cause, Some(Cause { place: TOPIC, part: Some(2..17) }));
                assert_eq!(step(&trace, &Property::Message).rule.id, "topic-unresolved");
            }
            (other, _) => panic!("{source} {template}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_topic_to_publish_to_is_not_sent() {
    let long = format!("a/{}", "x".repeat(65_530));
    for source in ["", "a\0b", "a/+", &long] {
        let setup = Setup::new(EndpointType::Mqtt, EndpointType::Mqtt, "${inputTopic}${inputTopic}");
        let (dropped, _) = setup.dropped(published(source));
        assert_eq!(dropped.reason, DropReason::Unsendable, "{}", dropped.why);
        assert_eq!(dropped.cause, Some(TOPIC.into()));
    }
}

#[test]
fn retain_stays_or_is_cleared() {
    for (setting, came, goes, action) in [
        (Retain::Keep, true, true, Action::Kept),
        (Retain::Keep, false, false, Action::Kept),
        (Retain::Never, true, false, Action::Changed),
        (Retain::Never, false, false, Action::Kept),
    ] {
        let mut setup = Setup::mqtt_to_mqtt();
        setup.retain = written(setting, RETAIN);
        let (publish, trace) = setup.publish(Publish { retain: came, ..published("in") });
        assert_eq!(publish.retain, goes, "{setting:?} {came}");
        let step = step_of_retain(&trace);
        assert_eq!((step.action, place(step)), (action, Some(RETAIN)));
    }
}

fn step_of_retain(trace: &Trace) -> &Step {
    step(trace, &Property::Retain)
}

#[test]
fn a_default_is_said_to_be_one() {
    let mut setup = Setup::mqtt_to_mqtt();
    setup.retain = default(Retain::Keep);
    let (_, trace) = setup.publish(published("in"));
    let retain = step_of_retain(&trace);
    assert_eq!(place(retain), Some(DESTINATION_BLOCK));
    assert!(retain.note.as_deref().is_some_and(|note| note.contains("`retain`")));
}

#[test]
fn the_endpoint_says_the_quality_of_service() {
    for (came, setting, goes) in [
        (QoS::ExactlyOnce, 0, QoS::AtMostOnce),
        (QoS::AtMostOnce, 1, QoS::AtLeastOnce),
        (QoS::AtLeastOnce, 1, QoS::AtLeastOnce),
    ] {
        let mut setup = Setup::mqtt_to_mqtt();
        setup.qos = setting;
        let (publish, trace) = setup.publish(Publish { qos: came, ..published("in") });
        assert_eq!(publish.qos, goes);
        assert_eq!(place(step(&trace, &Property::QoS)), Some(QOS));
    }
}

#[test]
fn the_rest_is_copied() {
    let message = Publish {
        payload: vec![0xff, 0],
        payload_format: Some(PayloadFormat::Bytes),
        message_expiry: Some(60),
        content_type: Some("text/plain".into()),
        response_topic: Some("reply".into()),
        correlation_data: Some(vec![0xff]),
        ..with_properties(&[("b", "1"), ("a", ""), ("b", "\u{1f600}")])
    };
    let mut setup = Setup::mqtt_to_mqtt();
    setup.waited = 20_000;
    let (publish, trace) = setup.publish(message.clone());
    let expected = Publish { topic: "out/topic".into(), message_expiry: Some(40), ..message };
    assert_eq!(publish, expected);
    assert_eq!(step(&trace, &Property::MessageExpiry).action, Action::Changed);
    assert_eq!(step(&trace, &Property::Payload).rule.id, "payload");
}

#[test]
fn what_mqtt_cannot_carry_is_left_out() {
    let message = Publish {
        content_type: Some("a\0".into()),
        response_topic: Some("reply/#".into()),
        correlation_data: Some(vec![0; 65_536]),
        user_properties: vec![
            ("a".into(), "b\0".into()),
            ("long".into(), "x".repeat(65_536)),
            ("most".into(), "x".repeat(65_535)),
        ],
        ..published("in")
    };
    let (publish, trace) = Setup::mqtt_to_mqtt().publish(message);
    assert_eq!((publish.content_type, publish.response_topic, publish.correlation_data), (None, None, None));
    assert_eq!(publish.user_properties.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["most"]);
    assert_eq!(step(&trace, &Property::ResponseTopic).rule.id, "response-topic");
    for property in [Property::ContentType, Property::CorrelationData, user("a"), user("long")] {
        assert_eq!(step(&trace, &property).rule.id, "mqtt-string");
    }
}

#[test]
fn header_actions_reach_user_properties() {
    let mut setup = Setup::mqtt_to_mqtt();
    setup.headers = vec![(HeaderActionType::AddOrReplace, "a", "2"), (HeaderActionType::Remove, "b", "")];
    let (publish, _) = setup.publish(with_properties(&[("a", "1"), ("b", "1")]));
    assert_eq!(properties(&publish), [("a", "2")]);
}
