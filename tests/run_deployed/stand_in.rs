//! A dataflow that stands in for a deployed one: written by hand from the documentation, without the translation of
//! Flowgate, for two ways (MQTT to MQTT, MQTT to Kafka). It follows each accepted reading, and makes mistakes on demand.

use super::brokers::{kafka, mosquitto, unique};
use flowgate::message::{Header, Publish, QoS, Record};
use flowgate::transport::kafka::{Producer, ProducerSettings, Settings};
use flowgate::transport::mqtt::{Client, ConnectOptions, Subscription};
use flowgate::transport::net::Target;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};
use tokio::sync::oneshot;

const LIMIT: Duration = Duration::from_secs(20);
/// The attributes of a CloudEvent (Kafka endpoint page, tables of CloudEvents properties).
const ATTRIBUTES: [&str; 8] =
    ["specversion", "type", "source", "id", "subject", "time", "datacontenttype", "dataschema"];
const REQUIRED: [&str; 4] = ["specversion", "type", "source", "id"];

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    DropsUserProperties,
    DropsRepeated,
    SwapsRepeated,
    DropsContentType,
    RestampsTime,
    KeepsExpiry,
    OtherPrefix,
    OtherTopic,
    ChangesPayload,
    /// Nothing is left by which the message could be known.
    ChangesPayloadAndDropsUserProperties,
    SendsTwice,
    SendsNothing,
}

/// How it goes about what it does.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    pub fault: Option<Fault>,
    /// How long it holds a message.
    pub hold: Duration,
    /// Prefix of CloudEvents attributes in Kafka.
    pub prefix: &'static str,
    /// Whether attributes stay under their own name in Kafka, too.
    pub keeps_bare: bool,
    /// Whether a message without Payload Format Indicator gets a header that says 0.
    pub indicator_zero: bool,
    /// Whether `CreateOrRemap` fills `subject` and `time` of a complete CloudEvent.
    pub fills: bool,
    /// What a generated `source` names.
    pub target: &'static str,
    /// Whether what makes the message known survives `copyMqttProperties: Disabled`.
    pub bare_headers: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            fault: None,
            hold: Duration::ZERO,
            prefix: "ce-",
            keeps_bare: false,
            indicator_zero: false,
            fills: false,
            target: "there",
            bare_headers: true,
        }
    }
}

impl From<Fault> for Manner {
    fn from(fault: Fault) -> Self {
        // Long enough for no way of counting seconds to explain an expiry that is not reduced.
        let hold = if fault == Fault::KeepsExpiry { Duration::from_secs(4) } else { Duration::ZERO };
        Self { fault: Some(fault), hold, ..Self::default() }
    }
}

/// The way that messages go.
#[derive(Debug, Clone)]
pub struct Way {
    /// Topic filter of the source.
    pub filter: String,
    /// `NAME-out/` before level 2 of the source topic, or a Kafka topic.
    pub destination: String,
    pub to_kafka: bool,
    pub creates: bool,
    pub copies: bool,
}

/// A dataflow at work. It ends with this.
pub struct StandIn {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl StandIn {
    /// Starts it; it has subscribed when this returns.
    pub fn start(way: Way, manner: Manner) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(work(&way, manner, &ready, stopped));
        });
        is_ready.recv_timeout(LIMIT).unwrap();
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

async fn work(way: &Way, manner: Manner, ready: &mpsc::Sender<()>, mut stopped: oneshot::Receiver<()>) {
    let target = Target::new("127.0.0.1", mosquitto::SHARED.port);
    let (client, _) = Client::connect(ConnectOptions::new(target, unique("stand-in"))).await.unwrap();
    let settings = Settings { bootstrap: kafka::SHARED.bootstrap(), ..Settings::default() };
    let mut producer = None;
    if way.to_kafka {
        let topic = &way.destination;
        producer = Some(Producer::connect(&settings, &ProducerSettings::default(), topic, LIMIT).await.unwrap());
    }
    let granted = client.subscribe(vec![Subscription::new(&*way.filter, QoS::AtLeastOnce)]).await.unwrap();
    assert!(granted[0].granted.is_ok(), "{granted:?}");
    ready.send(()).unwrap();
    loop {
        let incoming = tokio::select! {
            incoming = client.recv() => incoming.unwrap(),
            _ = &mut stopped => break,
        };
        tokio::time::sleep(manner.hold).await;
        let times = match manner.fault {
            Some(Fault::SendsNothing) => 0,
            Some(Fault::SendsTwice) => 2,
            _ => 1,
        };
        for _ in 0..times {
            let held = held(&incoming.publish, manner);
            match &mut producer {
                Some(producer) => {
                    producer.deliver(&to_kafka(&held, way, manner), LIMIT).await.unwrap();
                }
                None => {
                    client.publish(to_mqtt(held, way, manner)).await.unwrap();
                }
            }
        }
        client.acknowledge(&incoming);
    }
    client.disconnect(true).await.unwrap();
}

/// The message after it was held, with the mistakes that have nothing to do with the protocol.
fn held(publish: &Publish, manner: Manner) -> Publish {
    let mut publish = publish.clone();
    let is = |fault| manner.fault == Some(fault);
    if !is(Fault::KeepsExpiry) {
        let seconds = u32::try_from(manner.hold.as_secs()).unwrap();
        publish.message_expiry = publish.message_expiry.map(|expiry| expiry - seconds);
    }
    let properties = &mut publish.user_properties;
    if is(Fault::DropsUserProperties) || is(Fault::ChangesPayloadAndDropsUserProperties) {
        properties.clear();
    }
    if is(Fault::DropsRepeated) {
        let all = std::mem::take(properties);
        for (name, value) in all {
            properties.retain(|(known, _)| *known != name);
            properties.push((name, value));
        }
    }
    if is(Fault::SwapsRepeated) {
        let places: Vec<usize> = (0..properties.len()).filter(|index| properties[*index].0 == "note").collect();
        properties.swap(places[0], places[1]);
    }
    if is(Fault::DropsContentType) {
        publish.content_type = None;
    }
    if is(Fault::RestampsTime) {
        for (_, value) in properties.iter_mut().filter(|(name, _)| name == "time") {
            *value = "2026-01-01T00:00:00Z".to_owned();
        }
    }
    if is(Fault::ChangesPayload) || is(Fault::ChangesPayloadAndDropsUserProperties) {
        publish.payload = publish.payload.to_ascii_uppercase();
    }
    publish
}

/// The attributes that the destination endpoint makes: `Propagate` none, `CreateOrRemap` those that are missing.
fn made(publish: &Publish, way: &Way, topic: &str, manner: Manner) -> Vec<(&'static str, String)> {
    let complete = REQUIRED.iter().all(|name| publish.user_property(name).is_some());
    if !way.creates || (complete && !manner.fills) {
        return Vec::new();
    }
    let all = [
        ("specversion", "1.0".to_owned()),
        ("type", "ms.aio-dataflow.telemetry".to_owned()),
        ("source", format!("aio://{}", manner.target)),
        ("id", "0b5f9f52-8a4a-4d5c-9b0e-3f1f6a1d2c3b".to_owned()),
        ("subject", topic.to_owned()),
        ("time", humantime::format_rfc3339_seconds(SystemTime::now()).to_string()),
    ];
    all.into_iter().filter(|(name, _)| publish.user_property(name).is_none()).collect()
}

fn to_mqtt(mut publish: Publish, way: &Way, manner: Manner) -> Publish {
    let level = if manner.fault == Some(Fault::OtherTopic) { 2 } else { 1 };
    let topic = format!("{}{}", way.destination, publish.topic.split('/').nth(level).unwrap());
    let made = made(&publish, way, &topic, manner);
    publish.user_properties.extend(made.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Publish { topic, qos: QoS::AtLeastOnce, ..publish }
}

fn to_kafka(publish: &Publish, way: &Way, manner: Manner) -> Record {
    let topic = match manner.fault {
        Some(Fault::OtherTopic) => format!("{}-other", way.destination),
        _ => way.destination.clone(),
    };
    let prefix = if manner.fault == Some(Fault::OtherPrefix) { "cex-" } else { manner.prefix };
    let made = made(publish, way, &topic, manner);
    let mut attributes: Vec<(String, String)> = Vec::new();
    let is_event =
        REQUIRED.iter().all(|name| publish.user_property(name).is_some() || made.iter().any(|(made, _)| made == name));
    let (mut plain, mut headers) = (Vec::new(), Vec::new());
    for (name, value) in &publish.user_properties {
        let is_attribute = is_event && ATTRIBUTES.contains(&name.as_str());
        if is_attribute {
            attributes.push((name.clone(), value.clone()));
        }
        if !is_attribute || manner.keeps_bare {
            plain.push(Header::text(name.clone(), value.clone()));
        }
    }
    attributes.extend(made.into_iter().map(|(name, value)| (name.to_owned(), value)));
    if let (true, Some(content_type)) = (is_event, &publish.content_type) {
        attributes.push(("datacontenttype".to_owned(), content_type.clone()));
    }
    // No page speaks of an order among headers of different names.
    if way.copies || manner.bare_headers {
        headers.extend(attributes.into_iter().map(|(name, value)| Header::text(format!("{prefix}{name}"), value)));
    }
    if way.copies {
        headers.extend(plain);
        headers.extend(built_in(publish, manner));
    }
    Record { topic, value: Some(publish.payload.clone()), headers, ..Record::default() }
}

/// The headers of what MQTT defines (Kafka endpoint page, table of properties).
fn built_in(publish: &Publish, manner: Manner) -> Vec<Header> {
    let indicator = publish.payload_format.map(|format| (format as u8).to_string());
    let indicator = indicator.or(manner.indicator_zero.then(|| "0".to_owned()));
    let texts = [
        ("Payload Format Indicator", indicator),
        ("Response Topic", publish.response_topic.clone()),
        ("Message Expiry Interval", publish.message_expiry.map(|expiry| expiry.to_string())),
        ("Content Type", publish.content_type.clone()),
    ];
    let mut headers: Vec<Header> =
        texts.into_iter().filter_map(|(name, value)| value.map(|value| Header::text(name, value))).collect();
    let data = publish.correlation_data.clone();
    headers.extend(data.map(|data| Header { key: b"Correlation Data".to_vec(), value: Some(data) }));
    headers
}
