//! What must hold for every message: the trace accounts for every property once, and the way to Kafka and back changes
//! what the contract says and nothing else.

use super::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The names that have a meaning somewhere, so that they meet often.
const NAMES: [&str; 16] = [
    "a",
    "b",
    "specversion",
    "type",
    "source",
    "id",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "ce-id",
    "ce_type",
    "Content Type",
    "Key",
    "Timestamp",
    "Message Expiry Interval",
];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => "[ -~\u{e0}-\u{ff}\u{1}\u{1f600}]{0,6}"]
}

/// Text that MQTT carries.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("1.0".to_owned()), "[ -~\u{1}-\u{8}\u{e0}-\u{2fff}\u{1f600}]{0,8}"]
}

fn blob() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(Vec::new()), vec(any::<u8>(), 0..12), value().prop_map(String::into_bytes)]
}

fn event() -> impl Strategy<Value = Vec<(String, String)>> {
    let required = ["specversion", "type", "source", "id"].map(|name| (name.to_owned(), "x".to_owned())).to_vec();
    (any::<bool>(), vec((name(), value()), 0..7)).prop_map(move |(complete, mut properties)| {
        if complete {
            properties.extend(required.clone());
        }
        properties
    })
}

prop_compose! {
    fn publish()(
        payload in blob(),
        qos in prop::sample::select(vec![QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce]),
        retain in any::<bool>(),
        payload_format in of(prop::sample::select(vec![PayloadFormat::Bytes, PayloadFormat::Utf8])),
        message_expiry in of(1_u32..100),
        content_type in of(value()),
        response_topic in of("[a-z/\u{e9}]{1,6}"),
        correlation_data in of(blob()),
        user_properties in event(),
    ) -> Publish {
        Publish {
            topic: "in/1/x".to_owned(),
            payload, qos, retain, payload_format, message_expiry, content_type, response_topic, correlation_data,
            user_properties,
        }
    }
}

prop_compose! {
    fn record()(
        partition in of(0..9_i32),
        key in of(blob()),
        value in of(blob()),
        timestamp in of(any::<i64>()),
        headers in vec((prop_oneof![3 => name().prop_map(String::into_bytes), 1 => blob()], of(blob())), 0..8),
    ) -> Record {
        let headers = headers.into_iter().map(|(key, value)| Header { key, value }).collect();
        Record { topic: "hub".to_owned(), partition, key, value, headers, timestamp }
    }
}

fn header_actions() -> impl Strategy<Value = Vec<(HeaderActionType, &'static str, &'static str)>> {
    let action = prop::sample::select(vec![
        HeaderActionType::AddIfNotPresent,
        HeaderActionType::AddOrReplace,
        HeaderActionType::Remove,
    ]);
    vec((action, prop::sample::select(&NAMES[..]), prop::sample::select(vec!["", "new"])), 0..4)
}

fn writes() -> impl Strategy<Value = Vec<MetadataWrite>> {
    let target = prop_oneof![
        Just(Metadata::Topic),
        Just(Metadata::ContentType),
        name().prop_map(Metadata::UserProperty),
        name().prop_map(Metadata::Header),
    ];
    let write =
        (target, of(value())).prop_map(|(target, value)| MetadataWrite { target, value, cause: MAP_RULE.into() });
    vec(write, 0..4)
}

fn setup(ways: Vec<fn() -> Setup>) -> impl Strategy<Value = Setup> {
    let answers: Vec<_> =
        all_choices().map(|choice| (0..choice.values.len()).prop_map(move |at| (choice, at))).collect();
    let strategy = prop::sample::select(vec![
        PartitionStrategy::Default,
        PartitionStrategy::Static,
        PartitionStrategy::Topic,
        PartitionStrategy::Property,
    ]);
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let rest = (header_actions(), switches, strategy, of(of(Just("aio-sr://ns/out:1"))));
    (prop::sample::select(ways), answers, rest).prop_map(|(way, answers, rest)| {
        let (headers, (creates, copies, keeps, has_schema), strategy, transform) = rest;
        let mut setup = way();
        setup.cloud_events = if creates { CloudEvents::CreateOrRemap } else { CloudEvents::Propagate };
        setup.copy = written(if copies { Switch::Enabled } else { Switch::Disabled }, COPY);
        setup.retain = written(if keeps { Retain::Keep } else { Retain::Never }, RETAIN);
        setup.source_schema = has_schema.then_some("aio-sr://ns/in:1");
        setup.headers = headers;
        setup.strategy = strategy;
        setup.key_property = "a";
        setup.transform = transform;
        setup.choices = answers.into_iter().map(|(choice, at)| (choice.name, choice.values[at])).collect();
        setup
    })
}

/// Every property of a message, with its value as a trace shows it.
fn properties_of(message: &Message) -> Vec<(Property, Value)> {
    let mut out =
        vec![(Property::Topic, message.topic().as_bytes().to_vec()), (Property::Payload, message.payload().to_vec())];
    match message {
        Message::Mqtt(publish) => {
            out.push((Property::QoS, publish.qos.number().to_string().into()));
            out.push((Property::Retain, publish.retain.to_string().into()));
            let fields = [
                (Property::PayloadFormat, publish.payload_format.map(|format| (format as u8).to_string().into())),
                (Property::MessageExpiry, publish.message_expiry.map(|seconds| seconds.to_string().into())),
                (Property::ContentType, publish.content_type.clone().map(Into::into)),
                (Property::ResponseTopic, publish.response_topic.clone().map(Into::into)),
                (Property::CorrelationData, publish.correlation_data.clone()),
            ];
            out.extend(fields.into_iter().filter_map(|(property, value)| Some((property, value?))));
            out.extend(publish.user_properties.iter().map(|(name, value)| (user(name), value.clone().into())));
        }
        Message::Kafka(record) => {
            let fields = [
                (Property::Key, record.key.clone()),
                (Property::Partition, record.partition.map(|partition| partition.to_string().into())),
                (Property::Timestamp, record.timestamp.map(|timestamp| timestamp.to_string().into())),
            ];
            out.extend(fields.into_iter().filter_map(|(property, value)| Some((property, value?))));
            out.extend(
                record.headers.iter().map(|found| {
                    (header(&String::from_utf8_lossy(&found.key)), found.value.clone().unwrap_or_default())
                }),
            );
        }
    }
    out.sort();
    out
}

/// Holds the trace to the message that went in and the one that came out.
fn account(input: &Message, output: &Message, trace: &Trace) -> Result<(), TestCaseError> {
    let mut taken: Vec<_> = trace.steps().iter().filter_map(|step| step.input.clone()).collect();
    let mut brought: Vec<_> = trace.steps().iter().filter_map(|step| step.output.clone()).collect();
    taken.sort();
    brought.sort();
    prop_assert_eq!(taken, properties_of(input));
    prop_assert_eq!(brought, properties_of(output));
    for step in trace.steps() {
        let expected = match (&step.input, &step.output) {
            (None, _) => Action::Made,
            (_, None) => Action::Removed,
            (Some((_, before)), Some((_, after))) if before == after => Action::Kept,
            _ => Action::Changed,
        };
        prop_assert_eq!(step.action, expected);
    }
    Ok(())
}

/// Whether MQTT can put `message` on a wire.
fn is_legal(publish: &Publish) -> bool {
    let text = |text: &String| text.len() <= 65_535 && !text.contains('\0');
    publish.user_properties.iter().all(|(name, value)| text(name) && text(value))
        && publish.content_type.iter().all(text)
        && !publish.topic.is_empty()
}

/// What the contract says of `publish` on its way to Kafka and back at time `stamp`, with the defaults.
fn there_and_back(publish: &Publish, waited: u32, stamp: i64) -> Vec<(String, String)> {
    let built_in: Vec<(&str, Option<Vec<u8>>)> = vec![
        ("Payload Format Indicator", publish.payload_format.map(|format| (format as u8).to_string().into())),
        ("Response Topic", publish.response_topic.clone().map(Into::into)),
        ("Message Expiry Interval", publish.message_expiry.map(|seconds| (seconds - waited).to_string().into())),
        ("Correlation Data", publish.correlation_data.clone()),
        ("Content Type", publish.content_type.clone().map(Into::into)),
    ];
    let taken: Vec<&str> = built_in.iter().filter(|(_, value)| value.is_some()).map(|(name, _)| *name).collect();
    let count = |name: &str| publish.user_properties.iter().filter(|(found, _)| found == name).count();
    let is_event = ["specversion", "type", "source", "id"].iter().all(|name| count(name) > 0);
    let attributes = ["specversion", "type", "source", "id", "subject", "time", "datacontenttype", "dataschema"];
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = vec![("Timestamp".to_owned(), stamp.to_string().into_bytes())];
    out.extend(built_in.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?))));
    for (name, value) in &publish.user_properties {
        let earlier = seen.entry(name).or_default();
        *earlier += 1;
        if taken.contains(&name.as_str()) {
            continue;
        }
        let prefix = if is_event && *earlier == 1 && attributes.contains(&name.as_str()) { "ce-" } else { "" };
        out.push((format!("{prefix}{name}"), value.clone().into_bytes()));
    }
    if let (true, 0, Some(content_type)) = (is_event, count("datacontenttype"), &publish.content_type) {
        out.push(("ce-datacontenttype".to_owned(), content_type.clone().into_bytes()));
    }
    // Correlation Data is the only one that need not be text.
    out.into_iter()
        .filter_map(|(name, value)| Some((name, String::from_utf8(value).ok()?)))
        .filter(|(_, value)| !value.contains('\0'))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn the_trace_accounts_for_every_property_of_a_publish(
        setup in setup(vec![Setup::mqtt_to_mqtt, Setup::mqtt_to_kafka]),
        publish in publish(),
        metadata in writes(),
        payload in of(blob()),
    ) {
        let payload = payload.filter(|_| setup.transform.is_some());
        let message = Message::Mqtt(publish);
        let (result, trace) = setup.carry(message.clone(), Transformed { payload, metadata });
        let output = result.unwrap();
        account(&message, &output, &trace)?;
        if let Message::Mqtt(publish) = &output {
            prop_assert!(is_legal(publish));
        }
    }

    #[test]
    fn the_trace_accounts_for_every_property_of_a_record(
        setup in setup(vec![Setup::kafka_to_mqtt]),
        record in record(),
        metadata in writes(),
        payload in of(blob()),
    ) {
        let payload = payload.filter(|_| setup.transform.is_some());
        let message = Message::Kafka(record);
        match setup.carry(message.clone(), Transformed { payload, metadata }) {
            (Ok(output), trace) => {
                account(&message, &output, &trace)?;
                let Message::Mqtt(publish) = &output else { return Err(TestCaseError::fail("a record")) };
                prop_assert!(is_legal(publish));
            }
            (Err(dropped), _) => {
                prop_assert_eq!(dropped.reason, DropReason::Unsendable);
                prop_assert!(setup.choices.contains(&("unusable-header", "drop")));
            }
        }
    }

    #[test]
    fn asking_for_a_trace_changes_nothing(
        setup in setup(vec![Setup::mqtt_to_mqtt, Setup::mqtt_to_kafka]),
        publish in publish(),
    ) {
        let plan = setup.plan();
        let mut off = Trace::off();
        let silent = with_context(0, |context| translate(&plan, publish.clone().into(), context, &mut off));
        prop_assert_eq!(silent, setup.run(publish).0);
    }

    #[test]
    fn there_and_back_changes_what_the_contract_says(publish in publish(), waited in 0_u32..3, stamp in 0_i64..1 << 42) {
        prop_assume!(publish.message_expiry.is_none_or(|interval| interval > waited));
        let mut there = Setup::mqtt_to_kafka();
        there.waited = i64::from(waited) * 1000;
        let record = Record { timestamp: Some(stamp), ..there.record(publish.clone()).0 };
        let (back, _) = Setup::kafka_to_mqtt().publish(record);
        let expected = Publish {
            topic: "out/topic".to_owned(),
            payload: publish.payload.clone(),
            qos: QoS::AtLeastOnce,
            user_properties: there_and_back(&publish, waited, stamp),
            ..Publish::default()
        };
        prop_assert_eq!(back, expected);
    }
}
