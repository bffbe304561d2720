//! The effective settings of an endpoint.

use super::value::{Acks, CloudEvents, Compression, FromScalar, PartitionStrategy, Protocol, Retain, Switch};
use super::{Origin, Setting};
use crate::diag::{Place, Source, pages};
use crate::model::{EndpointSummary, EndpointType, Scalar, Written};
use crate::schema::Shape;

/// The effective settings of an endpoint; `None` where a template decides, or what is written is no value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// `tls.mode` of MQTT and Kafka.
    pub tls: Option<Setting<Switch>>,
    /// `cloudEventAttributes` of MQTT and Kafka.
    pub cloud_events: Option<Setting<CloudEvents>>,
    /// What an MQTT endpoint has besides.
    pub mqtt: Option<Mqtt>,
    /// What a Kafka endpoint has besides.
    pub kafka: Option<Kafka>,
    /// The settings that cannot be told: their dotted path in the settings block, and where that shows.
    pub open: Vec<(&'static str, Place)>,
}

/// The effective settings of an MQTT endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mqtt {
    /// `qos`: of subscriptions and of publishes.
    pub qos: Option<Setting<u8>>,
    /// `retain`.
    pub retain: Option<Setting<Retain>>,
    /// `protocol`.
    pub protocol: Option<Setting<Protocol>>,
    /// `keepAliveSeconds`.
    pub keep_alive: Option<Setting<u16>>,
    /// `sessionExpirySeconds`.
    pub session_expiry: Option<Setting<u32>>,
    /// `maxInflightMessages`.
    pub max_inflight: Option<Setting<u16>>,
    /// `clientIdPrefix`; empty where it is not written.
    pub client_id_prefix: Option<Setting<Box<str>>>,
}

/// The effective settings of a Kafka endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kafka {
    /// `kafkaAcks`.
    pub acks: Option<Setting<Acks>>,
    /// `compression`.
    pub compression: Option<Setting<Compression>>,
    /// `copyMqttProperties`.
    pub copy_mqtt_properties: Option<Setting<Switch>>,
    /// `partitionStrategy`.
    pub partition_strategy: Option<Setting<PartitionStrategy>>,
    /// `partitionKeyProperty`, which pages show and no schema has; empty where it is not written.
    pub partition_key_property: Option<Setting<Box<str>>>,
    /// `batching`.
    pub batching: Batching,
}

/// The effective `batching` of a Kafka endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batching {
    /// `mode`.
    pub mode: Option<Setting<Switch>>,
    /// `latencyMs`.
    pub latency_ms: Option<Setting<u16>>,
    /// `maxBytes`.
    pub max_bytes: Option<Setting<u32>>,
    /// `maxMessages`.
    pub max_messages: Option<Setting<u32>>,
}

impl Endpoint {
    /// The effective settings of `endpoint`, by its version.
    pub fn of(endpoint: &EndpointSummary) -> Self {
        let read = Reader {
            written: &endpoint.written,
            shape: endpoint.shape,
            undecided: endpoint.undecided,
            place: endpoint.settings,
            open: Vec::new(),
        };
        read.endpoint(endpoint.kind)
    }

    /// The effective settings of the endpoint `default`, which every instance has, where no manifest of it is at hand:
    /// nothing is written in it.
    pub fn of_default_broker(shape: Shape, place: Place) -> Self {
        Reader { written: &[], shape, undecided: false, place, open: Vec::new() }.endpoint(Some(EndpointType::Mqtt))
    }
}

/// Which schema the defaults of a shape are read from. Of the second preview's custom resources none could be read: its
/// defaults are those of ARM at that time.
const fn schema_of(shape: Shape) -> &'static Source {
    match shape {
        Shape::V1Beta1Auth => &pages::CRD_V1BETA1,
        Shape::V1Beta1 => &pages::ARM,
        Shape::V1 => &pages::CRD_V1,
    }
}

/// Reads settings of one endpoint.
struct Reader<'e> {
    written: &'e [(&'static str, Written<Scalar>)],
    shape: Shape,
    undecided: bool,
    place: Place,
    open: Vec<(&'static str, Place)>,
}

impl Reader<'_> {
    fn endpoint(mut self, kind: Option<EndpointType>) -> Endpoint {
        let (mqtt, kafka) = match kind {
            Some(EndpointType::Mqtt) => (Some(self.mqtt()), None),
            Some(EndpointType::Kafka) => (None, Some(self.kafka())),
            _ => return Endpoint::default(),
        };
        let tls = self.tls();
        let cloud_events = self.setting("cloudEventAttributes", CloudEvents::Propagate);
        Endpoint { tls, cloud_events, mqtt, kafka, open: self.open }
    }

    fn mqtt(&mut self) -> Mqtt {
        let session_expiry = if self.shape == Shape::V1 { 600 } else { 3600 };
        Mqtt {
            qos: self.setting("qos", 1),
            retain: self.setting("retain", Retain::Keep),
            protocol: self.setting("protocol", Protocol::Mqtt),
            keep_alive: self.setting("keepAliveSeconds", 60),
            session_expiry: self.setting("sessionExpirySeconds", session_expiry),
            max_inflight: self.setting("maxInflightMessages", 100),
            client_id_prefix: self.setting("clientIdPrefix", Box::default()),
        }
    }

    fn kafka(&mut self) -> Kafka {
        // The pages and ARM say `Enabled` from 2024-08-15-preview on; the custom resources say `Disabled`.
        let copy = if self.shape == Shape::V1Beta1 { Switch::Enabled } else { Switch::Disabled };
        Kafka {
            acks: self.setting("kafkaAcks", Acks::All),
            compression: self.setting("compression", Compression::None),
            copy_mqtt_properties: self.setting("copyMqttProperties", copy),
            partition_strategy: self.setting("partitionStrategy", PartitionStrategy::Default),
            partition_key_property: self.setting("partitionKeyProperty", Box::default()),
            batching: Batching {
                mode: self.setting("batching.mode", Switch::Enabled),
                latency_ms: self.setting("batching.latencyMs", 5),
                max_bytes: self.setting("batching.maxBytes", 1_000_000),
                max_messages: self.setting("batching.maxMessages", 100_000),
            },
        }
    }

    fn tls(&mut self) -> Option<Setting<Switch>> {
        // ARM and v1 switch TLS on by default; the first preview's custom resources do not.
        let default = if self.shape == Shape::V1Beta1Auth { Switch::Disabled } else { Switch::Enabled };
        self.setting("tls.mode", default)
    }

    fn setting<T: FromScalar>(&mut self, path: &'static str, default: T) -> Option<Setting<T>> {
        let (value, place) = match self.written.iter().find(|(written, _)| *written == path) {
            Some((_, written)) => {
                let value = T::from_scalar(&written.value);
                (value.map(|value| Setting { value, origin: Origin::Written(written.place) }), written.place)
            }
            None if self.undecided => (None, self.place),
            None => return Some(Setting { value: default, origin: Origin::Default(schema_of(self.shape)) }),
        };
        if value.is_none() {
            self.open.push((path, place));
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::FileId;
    use crate::model::Bundle;
    use crate::model::Resource;
    use crate::yaml::Stream;

    fn settings(version: &str, beside: &str, block: &str) -> Endpoint {
        let text = format!(
            "apiVersion: connectivity.iotoperations.azure.com/{version}\nkind: DataflowEndpoint\nmetadata: {{name: a}}\nspec:\n{beside}{block}"
        );
        let mut bundle = Bundle::default();
        for parsed in Stream::new(&text, FileId(0)) {
            let document = parsed.document.unwrap();
            for resource in Resource::all(FileId(0), &text, &document) {
                bundle.add(&resource);
            }
        }
        Endpoint::of(&bundle.endpoints[0])
    }

    const MQTT: &str = "  endpointType: Mqtt\n  mqttSettings:\n    host: broker.example:8883\n";
    const KAFKA: &str = "  endpointType: Kafka\n  kafkaSettings:\n    host: broker.example:9092\n";
    const FIRST_PREVIEW: &str = "  authentication: {method: Anonymous}\n";

    #[test]
    fn defaults_follow_the_version() {
        for (version, beside, expiry, tls, copy, schema) in [
            ("v1", "", 600, Switch::Enabled, Switch::Disabled, &pages::CRD_V1),
            ("v1beta1", "", 3600, Switch::Enabled, Switch::Enabled, &pages::ARM),
            ("v1beta1", FIRST_PREVIEW, 3600, Switch::Disabled, Switch::Disabled, &pages::CRD_V1BETA1),
        ] {
            let mqtt = settings(version, beside, MQTT);
            let origin = Origin::Default(schema);
            assert_eq!(mqtt.mqtt.unwrap().session_expiry, Some(Setting { value: expiry, origin }), "{version}{beside}");
            assert_eq!(mqtt.tls, Some(Setting { value: tls, origin }));
            let kafka = settings(version, beside, KAFKA).kafka.unwrap();
            assert_eq!(kafka.copy_mqtt_properties, Some(Setting { value: copy, origin }));
        }
    }

    #[test]
    fn what_is_written_counts_and_keeps_its_place() {
        let block = format!("{MQTT}    retain: never\n    qos: 0\n    tls: {{mode: Disabled}}\n");
        let settings = settings("v1", "", &block);
        let mqtt = settings.mqtt.unwrap();
        let retain = mqtt.retain.unwrap();
        assert_eq!(retain.value, Retain::Never);
        assert!(retain.place().is_some_and(|place| place.span.len() == "never".len()));
        assert_eq!(mqtt.qos.map(|qos| qos.value), Some(0));
        assert_eq!(settings.tls.map(|tls| tls.value), Some(Switch::Disabled));
        assert_eq!(mqtt.keep_alive.unwrap().place(), None);
    }

    #[test]
    fn what_a_template_or_a_mistake_decides_is_not_told() {
        let block = format!("{MQTT}    retain: ${{RETAIN}}\n    qos: high\n    tls: ${{TLS}}\n");
        let settings = settings("v1", "", &block);
        let mqtt = settings.mqtt.unwrap();
        assert_eq!((mqtt.retain, mqtt.qos, settings.tls), (None, None, None));
        let open: Vec<_> = settings.open.iter().map(|(path, place)| (*path, place.span.len())).collect();
        assert_eq!(open, [("qos", "high".len()), ("retain", "${RETAIN}".len()), ("tls.mode", "tls".len())]);
        assert_eq!(mqtt.protocol.map(|protocol| protocol.value), Some(Protocol::Mqtt));
    }

    #[test]
    fn the_default_broker_has_what_an_empty_manifest_has() {
        let place = Place::new(FileId(7), crate::diag::Span::at(3));
        let broker = Endpoint::of_default_broker(Shape::V1, place);
        assert_eq!(broker, settings("v1", "", MQTT));
    }

    #[test]
    fn null_is_not_written() {
        let settings = settings("v1", "", &format!("{KAFKA}    compression: null\n    batching:\n"));
        let kafka = settings.kafka.unwrap();
        assert_eq!(kafka.compression.map(|compression| compression.value), Some(Compression::None));
        assert_eq!(kafka.batching.mode.map(|mode| mode.value), Some(Switch::Enabled));
    }

    #[test]
    fn a_template_among_the_members_leaves_those_that_are_not_written_open() {
        let settings = settings("v1", "", &format!("{MQTT}    ${{MORE}}: 1\n    retain: Keep\n"));
        let mqtt = settings.mqtt.unwrap();
        assert_eq!((mqtt.qos, settings.tls), (None, None));
        assert_eq!(mqtt.retain.map(|retain| retain.value), Some(Retain::Keep));
    }
}
