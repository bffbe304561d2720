use super::fields::segments;
use super::*;
use crate::diag::FileId;
use crate::message::Message;
use crate::model::{Dataflow, Resource};
use crate::yaml::Stream;
use std::time::{Duration, UNIX_EPOCH};

fn flow(source: &str, destination: &str, transform: &str) -> Flow {
    let text = format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1\nkind: Dataflow\nmetadata: {{ name: line-3 }}\nspec:\n  operations:\n\
         \x20   - operationType: Source\n      sourceSettings: {{ endpointRef: default, dataSources: ['{source}'] }}\n{transform}\
         \x20   - operationType: Destination\n      destinationSettings: {{ endpointRef: hub, dataDestination: '{destination}' }}\n"
    );
    let document = Stream::new(&text, FileId(0)).find_map(|parsed| parsed.document).unwrap_or_else(|| panic!("{text}"));
    Flow::of(&Dataflow::new(Resource::all(FileId(0), &text, &document).remove(0))).unwrap()
}

fn transform(body: &str) -> String {
    format!("    - operationType: BuiltInTransformation\n      builtInTransformationSettings:\n        {body}\n")
}

fn occasion(wire: Wire) -> Occasion {
    Occasion { wire, now: UNIX_EPOCH + Duration::from_millis(1_767_225_600_123) }
}

fn payload_of(body: &str) -> Json {
    let messages = samples(&flow("a", "b", &transform(body)), occasion(Wire::Mqtt));
    serde_json::from_slice(messages[0].payload()).unwrap()
}

/// MQTT 5, 4.7.1.
fn matches(filter: &str, topic: &str) -> bool {
    let (mut filter, mut topic) = (filter.split('/'), topic.split('/'));
    loop {
        match (filter.next(), topic.next()) {
            (Some("#"), _) | (None, None) => return true,
            (Some("+"), Some(_)) => {}
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

#[test]
fn the_topic_is_one_that_the_source_reads() {
    for filter in ["a/b", "+/b", "a/+/c/+", "#", "a/#", "+/#", "/a/+/", "$share/group/a/+/c", "$share/g/#"] {
        let topic = topic(&flow(filter, "out", ""), Wire::Mqtt);
        let plain = filter.strip_prefix("$share/").map_or(filter, |rest| rest.split_once('/').unwrap().1);
        assert!(matches(plain, &topic) && !topic.contains(['+', '#']) && !topic.is_empty(), "{filter}: {topic}");
    }
    assert_eq!(topic(&flow("my.topic", "out", ""), Wire::Kafka), "my.topic");
}

#[test]
fn the_topic_has_the_levels_that_the_destination_asks_for() {
    for (filter, destination, least) in
        [("a/#", "x/${inputTopic.4}", 4), ("#", "${inputTopic.2}/${inputTopic.3}", 3), ("/a/#", "${inputTopic.2}", 2)]
    {
        let topic = topic(&flow(filter, destination, ""), Wire::Mqtt);
        assert!(topic.split('/').filter(|level| !level.is_empty()).count() >= least, "{filter}: {topic}");
    }
}

#[test]
fn paths_are_split_as_the_mapping_page_says() {
    assert_eq!(segments("Payload.\"Tag.10\".Value"), ["Payload", "Tag.10", "Value"]);
    assert_eq!(segments("Payload.He said: \"No. It is done\""), ["Payload", "He said: \"No", " It is done\""]);
    assert_eq!(segments("\"a\""), ["a"]);
    assert_eq!(segments("\"open.b"), ["\"open", "b"]);
    assert_eq!(segments(""), [] as [&str; 0]);
}

#[test]
fn the_payload_has_what_the_transformation_reads() {
    let payload = payload_of(
        "map:\n          - { inputs: ['$source.Sensors.*', '\"Tag.10\".Value', 'w ? $last'], output: o }\n\
         \x20         - { inputs: [name], output: p }\n          - { inputs: ['$metadata.topic', '$context(p).a'], output: z }",
    );
    assert_eq!(
        payload,
        json!({ "Sensors": { "sample": 21.5 }, "Tag.10": { "Value": 21.5 }, "w": 21.5, "name": "sample" })
    );
}

#[test]
fn values_keep_clear_of_the_filters() {
    let filter = |expression: &str| {
        payload_of(&format!("filter:\n          - inputs: [a, b]\n            expression: '{expression}'"))
    };
    assert_eq!(filter("$1 > 20 && $2 < 60"), json!({ "a": 19, "b": 61 }));
    assert_eq!(filter("$1 >= -5"), json!({ "a": -6, "b": 21.5 }));
    assert_eq!(filter("$1 == 7 || $2 != 8"), json!({ "a": 8, "b": 8 }));
    assert_eq!(filter("$1 == \"off\" || $2 != \"on\""), json!({ "a": "not off", "b": "on" }));
    assert_eq!(filter("$1 == true"), json!({ "a": false, "b": 21.5 }));
    // `$10` is not `$1`.
    assert_eq!(filter("$10 == \"x\""), json!({ "a": 21.5, "b": 21.5 }));
}

#[test]
fn types_follow_the_expressions() {
    let map = |expression: &str| {
        payload_of(&format!(
            "map:\n          - inputs: [name, b]\n            output: x\n            expression: '{expression}'"
        ))
    };
    assert_eq!(map("$1 * 2"), json!({ "name": 21.5, "b": 21.5 }));
    assert_eq!(map("str::to_lowercase($2)"), json!({ "name": "sample", "b": "Sample" }));
    assert_eq!(map("$2 + \", \" + $1"), json!({ "name": "sample", "b": "sample" }));
    assert_eq!(map("if($2 == \"x\", 1, 2)"), json!({ "name": "sample", "b": "x" }));
}

#[test]
fn there_are_others_where_the_first_is_dropped() {
    let flow =
        flow("a", "b", &transform("filter:\n          - inputs: [a]\n            expression: 'math::abs($1) > 100'"));
    let messages = samples(&flow, occasion(Wire::Mqtt));
    let values: Vec<Json> = messages.iter().map(|message| serde_json::from_slice(message.payload()).unwrap()).collect();
    assert_eq!(values, [json!({ "a": 21.5 }), json!({ "a": -1000 }), json!({ "a": 1_000_000 })]);
}

#[test]
fn a_sample_has_every_property() {
    let Message::Mqtt(publish) = samples(&flow("a", "b", ""), occasion(Wire::Mqtt)).remove(0) else { panic!() };
    assert!(publish.payload_format.is_some() && publish.message_expiry.is_some() && publish.content_type.is_some());
    assert!(publish.response_topic.is_some());
    assert!(std::str::from_utf8(publish.correlation_data.as_deref().unwrap()).is_err());
    for required in ["specversion", "type", "source", "id"] {
        assert!(publish.user_property(required).is_some_and(|value| !value.is_empty()), "{required}");
    }
    assert_eq!(publish.user_property("time"), Some("2026-01-01T00:00:00.123Z"));
    let notes = publish.user_properties.iter().filter(|(name, _)| name == "flowgate-note").count();
    assert_eq!(notes, 2);

    let Message::Kafka(record) = samples(&flow("t", "b", ""), occasion(Wire::Kafka)).remove(0) else { panic!() };
    assert_eq!(record.timestamp, Some(1_767_225_600_123));
    assert!(record.key.is_some() && record.header("ce_id").is_some() && record.header("content-type").is_some());
    assert!(record.headers.iter().any(|header| std::str::from_utf8(header.value.as_deref().unwrap()).is_err()));
}

#[test]
fn metadata_that_is_read_is_there() {
    let body = "map:\n          - { inputs: ['$metadata.user_property.shift', '$metadata.header.\"x.y\"', '$metadata.topic'], output: o }";
    let flow = flow("t", "b", &transform(body));
    let Message::Mqtt(publish) = samples(&flow, occasion(Wire::Mqtt)).remove(0) else { panic!() };
    assert_eq!(publish.user_property("shift"), Some("sample"));
    let Message::Kafka(record) = samples(&flow, occasion(Wire::Kafka)).remove(0) else { panic!() };
    assert_eq!(record.header("x.y"), Some(b"sample".as_slice()));
}
