//! What map rules write to the properties.

use super::*;

fn write(target: Metadata, value: Option<&str>) -> MetadataWrite {
    MetadataWrite { target, value: value.map(str::to_owned), cause: MAP_RULE.into() }
}

fn property(name: &str, value: Option<&str>) -> MetadataWrite {
    write(Metadata::UserProperty(name.to_owned()), value)
}

fn carried(setup: &Setup, message: Publish, metadata: Vec<MetadataWrite>) -> (Message, Trace) {
    let (result, trace) = setup.carry(message, Transformed { payload: None, metadata });
    (result.unwrap(), trace)
}

fn publish(message: Message) -> Publish {
    let Message::Mqtt(publish) = message else { panic!("a record") };
    publish
}

fn record(message: Message) -> Record {
    let Message::Kafka(record) = message else { panic!("a publish") };
    record
}

#[test]
fn properties_are_added_changed_and_removed() {
    let message = || with_properties(&[("a", "1"), ("b", "2"), ("a", "3")]);
    let writes =
        || vec![property("a", Some("x")), property("a", Some("y")), property("b", None), property("new", Some("z"))];
    let (message_out, trace) = carried(&Setup::mqtt_to_mqtt(), message(), writes());
    assert_eq!(properties(&publish(message_out)), [("a", "x"), ("a", "y"), ("new", "z")]);
    assert_eq!(step(&trace, &user("new")).action, Action::Made);
    let gone = step(&trace, &user("b"));
    assert_eq!((gone.action, gone.rule.id, place(gone)), (Action::Removed, "metadata", Some(MAP_RULE)));
    let actions: Vec<_> = steps(&trace, &user("a")).iter().map(|step| (step.action, choice(step))).collect();
    let exists = Some("mapped-property-exists");
    assert_eq!(actions, [(Action::Removed, exists), (Action::Changed, exists), (Action::Made, None)]);
    let appends = Setup::mqtt_to_mqtt().choose("mapped-property-exists", "append");
    let (message, _) = carried(&appends, message(), writes());
    assert_eq!(properties(&publish(message)), [("a", "1"), ("a", "3"), ("a", "x"), ("a", "y"), ("new", "z")]);
}

#[test]
fn content_type_is_set_and_removed() {
    let message = || Publish { content_type: Some("text/plain".into()), ..published("in") };
    for (came, written, expected) in [
        (message(), Some("text/csv"), Some("text/csv")),
        (message(), None, None),
        (published("in"), Some("text/csv"), Some("text/csv")),
        (published("in"), None, None),
    ] {
        let writes = || vec![write(Metadata::ContentType, written)];
        let (message, _) = carried(&Setup::mqtt_to_mqtt(), came.clone(), writes());
        assert_eq!(publish(message).content_type.as_deref(), expected);
        let (message, _) = carried(&Setup::mqtt_to_kafka(), came, writes());
        assert_eq!(record(message).header("Content Type"), expected.map(str::as_bytes));
    }
}

#[test]
fn a_content_type_that_a_rule_writes_is_that_of_the_result() {
    let setup = Setup { transform: Some(None), ..Setup::mqtt_to_mqtt().creating() };
    let transformed =
        Transformed { payload: Some(b"{}".to_vec()), metadata: vec![write(Metadata::ContentType, Some("text/csv"))] };
    let (result, trace) = setup.carry(published("in"), transformed);
    assert_eq!(publish(result.unwrap()).content_type.as_deref(), Some("text/csv"));
    assert_eq!(step(&trace, &Property::ContentType).rule.id, "metadata");
}

#[test]
fn the_topic_is_not_changed() {
    let (message, trace) = carried(&Setup::mqtt_to_mqtt(), published("in"), vec![write(Metadata::Topic, Some("x"))]);
    assert_eq!(publish(message).topic, "out/topic");
    assert!(step(&trace, &Property::Topic).note.as_deref().is_some_and(|note| note.contains("graphs")));
}

#[test]
fn metadata_of_the_other_protocol_is_converted_or_ignored() {
    let writes = || vec![property("u", Some("1")), write(Metadata::Header("h".into()), Some("2"))];
    let (message, trace) = carried(&Setup::mqtt_to_kafka(), published("in"), writes());
    assert_eq!(headers(&record(message)), [("u", "1"), ("h", "2")]);
    assert_eq!(choice(step(&trace, &header("u"))), Some("foreign-metadata"));
    assert_eq!(choice(step(&trace, &header("h"))), None);
    let ignoring = Setup::mqtt_to_kafka().choose("foreign-metadata", "ignore");
    assert_eq!(headers(&record(carried(&ignoring, published("in"), writes()).0)), [("h", "2")]);
    let (message, _) = carried(&Setup::mqtt_to_mqtt().choose("foreign-metadata", "ignore"), published("in"), writes());
    assert_eq!(properties(&publish(message)), [("u", "1")]);
}

#[test]
fn what_a_rule_writes_is_no_copy() {
    let mut setup = Setup::mqtt_to_kafka();
    setup.copy = written(Switch::Disabled, COPY);
    let writes = vec![property("a", Some("new")), write(Metadata::ContentType, Some("text/csv"))];
    let (message, trace) = carried(&setup, with_properties(&[("a", "1"), ("b", "2")]), writes);
    assert_eq!(headers(&record(message)), [("a", "new"), ("Content Type", "text/csv")]);
    assert_eq!(step(&trace, &user("a")).action, Action::Changed);
    assert_eq!(step(&trace, &user("b")).rule.id, "copy-disabled");
}

#[test]
fn attributes_that_a_rule_writes_make_a_cloud_event() {
    let message = with_properties(&[("specversion", "1.0"), ("type", "t"), ("source", "s")]);
    let (message, trace) =
        carried(&Setup::mqtt_to_kafka(), message, vec![write(Metadata::Header("id".into()), Some("9"))]);
    assert_eq!(record(message).header("ce-id"), Some(&b"9"[..]));
    let id = step(&trace, &header("ce-id"));
    assert_eq!((id.rule.id, place(id), choice(id)), ("metadata", Some(MAP_RULE), Some("cloud-events-prefix")));
}
