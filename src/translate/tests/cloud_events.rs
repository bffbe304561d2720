//! CloudEvents: `Propagate` and `CreateOrRemap`, to MQTT and to Kafka.

use super::*;

const REQUIRED: [(&str, &str); 4] = [("specversion", "1.0"), ("type", "t"), ("source", "s"), ("id", "1")];
const TIME: &str = "2018-04-05T17:31:00Z";

fn event(more: &[(&str, &str)]) -> Publish {
    with_properties(&[&REQUIRED, more].concat())
}

fn transformed() -> Transformed {
    Transformed { payload: Some(b"{\"b\":2}".to_vec()), metadata: Vec::new() }
}

fn carried(setup: &Setup, message: Publish) -> (Message, Trace) {
    let (result, trace) = setup.carry(message, transformed());
    (result.unwrap(), trace)
}

fn mqtt(message: Message) -> Publish {
    match message {
        Message::Mqtt(publish) => publish,
        Message::Kafka(_) => panic!("a record"),
    }
}

fn kafka(message: Message) -> Record {
    match message {
        Message::Kafka(record) => record,
        Message::Mqtt(_) => panic!("a publish"),
    }
}

#[test]
fn propagate_passes_a_cloud_event() {
    let message = || event(&[("time", TIME), ("k", "v")]);
    let (publish, trace) = Setup::mqtt_to_mqtt().publish(message());
    assert_eq!(publish.user_properties, message().user_properties);
    let id = steps(&trace, &user("id"))[0];
    assert_eq!((id.rule.id, place(id), choice(id)), ("cloud-events-propagate", Some(CLOUD_EVENTS), None));
    for (prefix, expected) in [
        ("ce-", ["ce-specversion", "ce-type", "ce-source", "ce-id", "ce-time", "k"]),
        ("ce_", ["ce_specversion", "ce_type", "ce_source", "ce_id", "ce_time", "k"]),
    ] {
        let (record, trace) = Setup::mqtt_to_kafka().choose("cloud-events-prefix", prefix).record(message());
        let values = ["1.0", "t", "s", "1", TIME, "v"];
        assert_eq!(headers(&record), expected.into_iter().zip(values).collect::<Vec<_>>());
        let id = step(&trace, &user("id"));
        assert_eq!((id.action, choice(id)), (Action::Kept, Some("cloud-events-prefix")));
    }
}

#[test]
fn an_attribute_may_keep_its_own_name_too() {
    let (record, trace) = Setup::mqtt_to_kafka().choose("unprefixed-copy", "keep").record(event(&[]));
    let mut expected = REQUIRED.to_vec();
    expected.extend([("ce-specversion", "1.0"), ("ce-type", "t"), ("ce-source", "s"), ("ce-id", "1")]);
    assert_eq!(headers(&record), expected);
    assert_eq!(step(&trace, &user("id")).output, Some((header("id"), b"1".to_vec())));
    assert_eq!(choice(step(&trace, &user("id"))), Some("unprefixed-copy"));
    assert_eq!(step(&trace, &header("ce-id")).action, Action::Made);
}

#[test]
fn propagate_leaves_what_is_no_cloud_event() {
    let message = || with_properties(&[("type", "t"), ("source", "s"), ("id", "1")]);
    let (publish, trace) = Setup::mqtt_to_mqtt().publish(message());
    assert_eq!(publish.user_properties, message().user_properties);
    let note = steps(&trace, &user("id"))[0].note.clone();
    assert!(note.is_some_and(|note| note.contains("`specversion`")));
    let (record, _) = Setup::mqtt_to_kafka().record(message());
    assert_eq!(headers(&record), [("type", "t"), ("source", "s"), ("id", "1")]);
}

#[test]
fn create_makes_what_is_missing() {
    let expected = |prefix: &str, source: &str, topic: &str| {
        [
            ("specversion", "1.0"),
            ("type", "ms.aio-dataflow.telemetry"),
            ("source", source),
            ("id", "00000000-0000-4000-8000-000000000001"),
            ("subject", topic),
            ("time", TIME),
        ]
        .map(|(name, value)| (format!("{prefix}{name}"), value.to_owned()))
    };
    let (publish, trace) = Setup::mqtt_to_mqtt().creating().publish(published("in"));
    assert_eq!(publish.user_properties, expected("", "aio://hub", "out/topic"));
    let source = step(&trace, &user("source"));
    assert_eq!((source.action, choice(source), place(source)), (Action::Made, Some("source-name"), Some(CLOUD_EVENTS)));
    let (record, trace) = Setup::mqtt_to_kafka().creating().choose("source-name", "dataflow").record(published("in"));
    let owned: Vec<_> = headers(&record).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(owned, expected("ce-", "aio://line-3-flow", "telemetry"));
    assert_eq!(choice(step(&trace, &header("ce-id"))), Some("cloud-events-prefix"));
}

#[test]
fn create_keeps_what_is_there() {
    let (publish, _) = Setup::mqtt_to_mqtt().creating().publish(with_properties(&[("k", "v"), ("id", "7")]));
    assert_eq!(publish.user_property("id"), Some("7"));
    assert_eq!(properties(&publish)[..3], [("k", "v"), ("id", "7"), ("specversion", "1.0")]);
    let (record, _) = Setup::mqtt_to_kafka().creating().record(with_properties(&[("id", "7")]));
    assert_eq!(record.header("ce-id"), Some(&b"7"[..]));
    assert_eq!((record.header("id"), record.header("ce-subject")), (None, Some(&b"telemetry"[..])));
}

#[test]
fn create_passes_a_complete_cloud_event_or_fills_it() {
    let setup = || Setup { source_schema: Some("aio-sr://ns/in:1"), ..Setup::mqtt_to_mqtt().creating() };
    let (publish, trace) = setup().publish(event(&[]));
    assert_eq!(properties(&publish), REQUIRED);
    assert_eq!(step(&trace, &user("id")).rule.id, "cloud-events-pass");
    let (publish, trace) = setup().choose("create-or-remap-optional", "fill").publish(event(&[]));
    let more = [("subject", "out/topic"), ("time", TIME), ("dataschema", "aio-sr://ns/in:1")];
    assert_eq!(properties(&publish), [&REQUIRED[..], &more].concat());
    for name in ["subject", "time", "dataschema"] {
        assert_eq!(choice(step(&trace, &user(name))), Some("create-or-remap-optional"), "{name}");
    }
    let (record, _) = Setup { to: EndpointType::Kafka, topic: "hub", ..setup() }
        .choose("create-or-remap-optional", "fill")
        .record(event(&[("time", "t0")]));
    assert_eq!(record.header("ce-time"), Some(&b"t0"[..]));
    assert_eq!(record.header("ce-subject"), Some(&b"hub"[..]));
}

#[test]
fn the_content_type_of_the_result_is_the_datacontenttype() {
    let message = || Publish { content_type: Some("text/plain".into()), ..event(&[]) };
    let transform = |setup: Setup| Setup { transform: Some(None), ..setup };
    for (answer, field, property) in [
        ("content-type", "application/json", None),
        ("user-property", "text/plain", Some("application/json")),
        ("both", "application/json", Some("application/json")),
    ] {
        let setup = transform(Setup::mqtt_to_mqtt()).choose("datacontenttype-place", answer);
        let (publish, trace) = carried(&setup, message());
        let publish = mqtt(publish);
        assert_eq!(publish.content_type.as_deref(), Some(field), "{answer}");
        assert_eq!(publish.user_property("datacontenttype"), property, "{answer}");
        if field == "application/json" {
            assert_eq!(choice(step(&trace, &Property::ContentType)), Some("datacontenttype-place"));
        }
    }
    let (record, trace) = carried(&transform(Setup::mqtt_to_kafka()), message());
    let record = kafka(record);
    assert_eq!(record.header("ce-datacontenttype"), Some(&b"application/json"[..]));
    assert_eq!(record.header("Content Type"), Some(&b"text/plain"[..]));
    assert_eq!(choice(step(&trace, &Property::ContentType)), Some("content-type-after-transform"));
    // An attribute that came as a user property is never left behind.
    let old = || event(&[("datacontenttype", "text/plain")]);
    let publish = mqtt(carried(&transform(Setup::mqtt_to_mqtt()), old()).0);
    assert_eq!(publish.user_property("datacontenttype"), Some("application/json"));
    assert_eq!(publish.content_type.as_deref(), Some("application/json"));
    let record = kafka(carried(&transform(Setup::mqtt_to_kafka()), old()).0);
    assert_eq!(headers(&record).iter().filter(|(name, _)| name.contains("datacontenttype")).count(), 1);
    assert_eq!(record.header("ce-datacontenttype"), Some(&b"application/json"[..]));
}

#[test]
fn without_a_transformation_the_content_type_is_what_came() {
    let message = || Publish { content_type: Some("text/plain".into()), ..event(&[]) };
    let (record, _) = Setup::mqtt_to_kafka().record(message());
    assert_eq!(record.header("ce-datacontenttype"), Some(&b"text/plain"[..]));
    let (publish, _) = Setup::mqtt_to_mqtt().publish(message());
    assert_eq!(publish.content_type.as_deref(), Some("text/plain"));
    assert_eq!(properties(&publish), REQUIRED);
    let (publish, _) = Setup::mqtt_to_mqtt().choose("datacontenttype-place", "both").publish(message());
    assert_eq!(publish.user_property("datacontenttype"), Some("text/plain"));
}

#[test]
fn a_message_that_is_no_cloud_event_keeps_its_content_type_or_not() {
    let message = || Publish { content_type: Some("text/plain".into()), ..published("in") };
    for (answer, expected) in [("keep", "text/plain"), ("set", "application/json")] {
        for setup in [Setup::mqtt_to_mqtt(), Setup::mqtt_to_kafka()] {
            let setup = Setup { transform: Some(None), ..setup }.choose("content-type-after-transform", answer);
            let (message, trace) = carried(&setup, message());
            let found = match &message {
                Message::Mqtt(publish) => publish.content_type.as_deref().map(str::as_bytes),
                Message::Kafka(record) => record.header("Content Type"),
            };
            assert_eq!(found, Some(expected.as_bytes()), "{answer}");
            assert_eq!(choice(step(&trace, &Property::ContentType)), Some("content-type-after-transform"));
            assert_eq!(place(step(&trace, &Property::Payload)), Some(TRANSFORM));
        }
    }
}

#[test]
fn the_schema_of_the_transformation_is_the_dataschema() {
    let setup =
        |setup| Setup { transform: Some(Some("aio-sr://ns/out:2")), source_schema: Some("aio-sr://ns/in:1"), ..setup };
    let (message, trace) = carried(&setup(Setup::mqtt_to_mqtt()), event(&[("dataschema", "aio-sr://ns/in:1")]));
    assert_eq!(mqtt(message).user_property("dataschema"), Some("aio-sr://ns/out:2"));
    let schema = step(&trace, &user("dataschema"));
    assert_eq!((schema.action, place(schema)), (Action::Changed, Some(SCHEMA)));
    let record = kafka(carried(&setup(Setup::mqtt_to_kafka()), event(&[])).0);
    assert_eq!(record.header("ce-dataschema"), Some(&b"aio-sr://ns/out:2"[..]));
    // The schema of the source says nothing about a new payload, and `Propagate` makes none.
    let created =
        Setup { transform: Some(None), source_schema: Some("aio-sr://ns/in:1"), ..Setup::mqtt_to_mqtt().creating() };
    assert_eq!(mqtt(carried(&created, published("in")).0).user_property("dataschema"), None);
    let unchanged = Setup { transform: None, ..created };
    assert_eq!(unchanged.publish(published("in")).0.user_property("dataschema"), Some("aio-sr://ns/in:1"));
    let propagated = Setup { source_schema: Some("aio-sr://ns/in:1"), ..Setup::mqtt_to_mqtt() };
    assert_eq!(properties(&propagated.publish(event(&[])).0), REQUIRED);
}

#[test]
fn only_the_first_of_a_name_is_the_attribute() {
    let (record, _) = Setup::mqtt_to_kafka().record(event(&[("id", "2")]));
    assert_eq!(record.header("ce-id"), Some(&b"1"[..]));
    assert_eq!(record.header("id"), Some(&b"2"[..]));
}

#[test]
fn headers_of_kafka_are_not_turned_back() {
    let record = || Record {
        topic: "hub".into(),
        value: Some(b"{}".to_vec()),
        headers: vec![Header::text("ce-id", "7"), Header::text("ce_time", "x")],
        ..Record::default()
    };
    let (publish, trace) = Setup::kafka_to_mqtt().publish(record());
    assert_eq!(properties(&publish), [("ce-id", "7"), ("ce_time", "x")]);
    assert!(step(&trace, &header("ce-id")).note.as_deref().is_some_and(|note| note.contains("`id`")));
    let (publish, _) = Setup::kafka_to_mqtt().creating().publish(record());
    assert_eq!(publish.user_property("id"), Some("00000000-0000-4000-8000-000000000001"));
    assert_eq!(publish.user_property("ce-id"), Some("7"));
}

#[test]
fn values_that_cloud_events_would_not_have_are_pointed_out() {
    let message =
        with_properties(&[("specversion", ""), ("type", "t"), ("source", "a b"), ("id", "1"), ("time", "now")]);
    let (publish, trace) = Setup::mqtt_to_mqtt().publish(message.clone());
    assert_eq!(publish.user_properties, message.user_properties);
    for (name, noted) in [("specversion", true), ("type", false), ("source", true), ("id", false), ("time", true)] {
        assert_eq!(step(&trace, &user(name)).note.is_some(), noted, "{name}");
    }
}

#[test]
fn header_actions_come_before_or_after() {
    let setup = || {
        let mut setup = Setup::mqtt_to_kafka();
        setup.headers = vec![(HeaderActionType::AddOrReplace, "id", "new")];
        setup
    };
    let (record, trace) = setup().record(event(&[]));
    assert_eq!((record.header("ce-id"), record.header("id")), (Some(&b"1"[..]), Some(&b"new"[..])));
    assert_eq!(choice(step(&trace, &header("id"))), Some("headers-order"));
    let (record, _) = setup().choose("headers-order", "before-cloud-events").record(event(&[]));
    assert_eq!((record.header("ce-id"), record.header("id")), (Some(&b"new"[..]), None));
}
