//! Plans: what can be planned, what cannot and why, and which open questions matter.

use super::*;

fn errors(setup: &Setup) -> Vec<(String, Place)> {
    let errors = setup.try_plan().unwrap_err();
    errors.into_iter().map(|error| (error.message, error.cause.place)).collect()
}

/// The one error, which has to say `part` at `place`.
fn only(setup: &Setup, part: &str, place: Place) {
    let errors = errors(setup);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].0.contains(part), "{errors:?}");
    assert_eq!(errors[0].1, place);
}

#[test]
fn sources_that_no_broker_can_be_asked_for_are_refused() {
    use EndpointType::{Kafka, Mqtt};
    for (from, to, source, why) in
        [(Mqtt, Kafka, "a/#/b", "`#`"), (Mqtt, Mqtt, "$share/group", "$share"), (Kafka, Mqtt, "line-3/#", "'/'")]
    {
        only(&Setup { source, ..Setup::new(from, to, "a") }, why, SOURCE);
    }
}

#[test]
fn pairs_that_no_dataflow_joins_are_refused() {
    use EndpointType::{DataLakeStorage, Kafka, LocalStorage, Mqtt, OpenTelemetry};
    only(&Setup::new(Kafka, Kafka, "a"), "from Kafka to Kafka", DESTINATION);
    for storage in [DataLakeStorage, LocalStorage, OpenTelemetry] {
        only(&Setup::new(Mqtt, storage, "a"), storage.as_str(), DESTINATION);
    }
    only(&Setup::new(DataLakeStorage, Mqtt, "a"), "DataLakeStorage", SOURCE);
    for (from, to) in [(Mqtt, Mqtt), (Mqtt, Kafka), (Kafka, Mqtt)] {
        assert!(Setup::new(from, to, "a").try_plan().is_ok());
    }
}

#[test]
fn topics_are_checked_before_any_message() {
    only(&Setup { topic: "", ..Setup::mqtt_to_mqtt() }, "`dataDestination`", DESTINATION);
    only(&Setup { topic: "a/#", ..Setup::mqtt_to_mqtt() }, "`#` is a wildcard", TOPIC);
    only(&Setup { topic: "${inputTopic}", ..Setup::mqtt_to_kafka() }, "only MQTT destinations", TOPIC);
    only(&Setup { topic: "a/b", ..Setup::mqtt_to_kafka() }, "'/'", TOPIC);
}

#[test]
fn a_setting_that_cannot_be_told_is_named_at_its_place() {
    let setup = Setup::mqtt_to_kafka();
    let source = setup.end(setup.from, "default", SOURCE_BLOCK);
    let mut destination = setup.end(setup.to, "hub", DESTINATION_BLOCK);
    let kafka = destination.settings.kafka.as_mut().unwrap();
    (kafka.copy_mqtt_properties, kafka.batching.mode) = (None, None);
    destination.settings.cloud_events = None;
    destination.settings.open = vec![("copyMqttProperties", COPY), ("cloudEventAttributes", CLOUD_EVENTS)];
    let errors = setup.plan_between(&source, &destination).unwrap_err();
    let found: Vec<_> = errors.iter().map(|error| (error.message.as_str(), error.cause.place)).collect();
    let told = |path| {
        format!("`{path}` of endpoint `hub` cannot be told: expected a value that `flowgate explain {path}` lists")
    };
    let expected =
        [("copyMqttProperties", COPY), ("batching.mode", DESTINATION_BLOCK), ("cloudEventAttributes", CLOUD_EVENTS)];
    let expected = expected.map(|(path, place)| (told(path), place));
    assert_eq!(found, expected.iter().map(|(message, place)| (message.as_str(), *place)).collect::<Vec<_>>());
}

#[test]
fn what_a_message_does_not_meet_may_stay_open() {
    let setup = Setup::mqtt_to_kafka();
    let mut source = setup.end(setup.from, "default", SOURCE_BLOCK);
    let mqtt = source.settings.mqtt.as_mut().unwrap();
    (mqtt.retain, mqtt.client_id_prefix) = (None, None);
    let plan = setup.plan_between(&source, &setup.end(setup.to, "hub", DESTINATION_BLOCK)).unwrap();
    assert_eq!(plan.client_ids(), [None, None]);
}

#[test]
fn a_quality_of_service_has_to_be_one() {
    only(&Setup { qos: 3, ..Setup::mqtt_to_mqtt() }, "`3`", QOS);
}

#[test]
fn the_producer_is_set_up_by_the_endpoint() {
    let plan = Setup::mqtt_to_kafka().plan();
    let batches = Batches { latency_ms: 5, max_bytes: 1_000_000, max_messages: 100_000 };
    let expected = KafkaProducer { acks: Acks::All, compression: Compression::None, batches: Some(batches) };
    assert_eq!(plan.kafka(), Some(&expected));
    assert_eq!(Setup::mqtt_to_mqtt().plan().kafka(), None);
    let setup = Setup::mqtt_to_kafka();
    let mut destination = setup.end(setup.to, "hub", DESTINATION_BLOCK);
    destination.settings.kafka.as_mut().unwrap().batching.mode = default(Switch::Disabled);
    let plan = setup.plan_between(&setup.end(setup.from, "default", SOURCE_BLOCK), &destination).unwrap();
    assert_eq!(plan.kafka().unwrap().batches, None);
}

#[test]
fn client_ids_are_prefix_and_dataflow() {
    assert_eq!(Setup::mqtt_to_kafka().plan().client_ids(), [Some("lineline-3-flow"), None]);
    let hyphen = Setup::kafka_to_mqtt().choose("client-id-separator", "hyphen");
    assert_eq!(hyphen.plan().client_ids(), [None, Some("line-line-3-flow")]);
}

#[test]
fn intended_drops_are_acknowledged() {
    let plan = Setup::mqtt_to_mqtt().plan();
    for reason in [DropReason::Filter, DropReason::Expired, DropReason::Schema] {
        assert_eq!(plan.acknowledges(reason), (true, None));
    }
    for (reason, name) in [
        (DropReason::TopicUnresolved, "topic-unresolved-ack"),
        (DropReason::TransformError, "transform-error-ack"),
        (DropReason::Unsendable, "transform-error-ack"),
    ] {
        let (acknowledges, choice) = plan.acknowledges(reason);
        assert_eq!((acknowledges, choice.map(|choice| choice.name)), (true, Some(name)));
        let withholding = Setup::mqtt_to_mqtt().choose(name, "withhold").plan();
        assert!(!withholding.acknowledges(reason).0);
    }
}

#[test]
fn only_questions_that_matter_are_alternatives() {
    let names = |setup: &Setup| -> Vec<&str> { setup.plan().alternatives().iter().map(|choice| choice.name).collect() };
    assert_eq!(names(&Setup::mqtt_to_mqtt()), ["expiry-rounding", "expiry-zero", "datacontenttype-place"]);
    assert_eq!(
        names(&Setup::mqtt_to_kafka().creating()),
        [
            "expiry-rounding",
            "expiry-zero",
            "built-in-name-collision",
            "payload-format-absent",
            "cloud-events-prefix",
            "unprefixed-copy",
            "create-or-remap-optional",
            "source-name",
        ]
    );
    assert_eq!(
        names(&Setup::kafka_to_mqtt()),
        ["unusable-header", "null-header", "datacontenttype-place", "transform-error-ack"]
    );
    let mut setup = Setup { transform: Some(None), topic: "a/${inputTopic.1}", ..Setup::mqtt_to_mqtt() };
    setup.headers = vec![(HeaderActionType::Remove, "a", "")];
    for name in ["mapped-property-exists", "content-type-after-transform", "headers-order", "topic-unresolved-ack"] {
        assert!(names(&setup).contains(&name), "{name}");
    }
    let mut setup = Setup::mqtt_to_kafka();
    setup.copy = written(Switch::Disabled, COPY);
    setup.strategy = PartitionStrategy::Static;
    for name in ["copy-disabled-headers", "static-partition"] {
        assert!(names(&setup).contains(&name), "{name}");
    }
    assert!(!names(&setup).contains(&"unprefixed-copy"));
}
