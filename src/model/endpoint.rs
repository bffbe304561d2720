//! A `DataflowEndpoint` while its document is in hand: which settings block counts, and what stands at the far end.

use super::host::Host;
use super::resource::Resource;
use super::val::Val;
use crate::schema::Shape;

/// `endpointType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndpointType {
    /// An MQTT 5 broker.
    Mqtt,
    /// Kafka, Event Hubs, Fabric Real-Time Intelligence.
    Kafka,
    /// Azure Data Explorer.
    DataExplorer,
    /// Azure Data Lake Storage Gen2.
    DataLakeStorage,
    /// Microsoft Fabric OneLake.
    FabricOneLake,
    /// A persistent volume in the cluster.
    LocalStorage,
    /// An OpenTelemetry collector, from 2025-07-01-preview on.
    OpenTelemetry,
}

impl EndpointType {
    /// All types, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Mqtt,
        Self::Kafka,
        Self::DataExplorer,
        Self::DataLakeStorage,
        Self::FabricOneLake,
        Self::LocalStorage,
        Self::OpenTelemetry,
    ];

    /// The value of `endpointType`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mqtt => "Mqtt",
            Self::Kafka => "Kafka",
            Self::DataExplorer => "DataExplorer",
            Self::DataLakeStorage => "DataLakeStorage",
            Self::FabricOneLake => "FabricOneLake",
            Self::LocalStorage => "LocalStorage",
            Self::OpenTelemetry => "OpenTelemetry",
        }
    }

    /// The settings block that belongs to it.
    pub const fn settings_key(self) -> &'static str {
        match self {
            Self::Mqtt => "mqttSettings",
            Self::Kafka => "kafkaSettings",
            Self::DataExplorer => "dataExplorerSettings",
            Self::DataLakeStorage => "dataLakeStorageSettings",
            Self::FabricOneLake => "fabricOneLakeSettings",
            Self::LocalStorage => "localStorageSettings",
            Self::OpenTelemetry => "openTelemetrySettings",
        }
    }

    /// The type that `text` names: in any case, and as the settings key that samples of July 2024 wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.strip_suffix("Settings").unwrap_or(text);
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name))
    }

    /// Whether a dataflow may read from it (reference: endpoint page, `az iot ops`).
    pub const fn can_be_source(self) -> bool {
        matches!(self, Self::Mqtt | Self::Kafka)
    }

    /// Whether it stores files or tables, so that a dataflow to it needs a schema.
    pub const fn is_storage(self) -> bool {
        matches!(self, Self::DataExplorer | Self::DataLakeStorage | Self::FabricOneLake | Self::LocalStorage)
    }
}

/// What stands at the far end, as far as type and host tell: the rows of the table of authentication methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FarEnd {
    /// The instance's own MQTT broker: host contains `aio-broker`, or no host.
    LocalBroker,
    /// Azure Event Grid MQTT.
    EventGrid,
    /// Another MQTT broker.
    CustomMqtt,
    /// Azure Event Hubs, and Fabric Real-Time Intelligence, which speaks through it.
    EventHubs,
    /// Another Kafka.
    CustomKafka,
    /// Azure Data Lake Storage Gen2.
    DataLakeStorage,
    /// Azure Data Explorer.
    DataExplorer,
    /// Microsoft Fabric OneLake.
    FabricOneLake,
    /// A persistent volume.
    LocalStorage,
    /// An OpenTelemetry collector.
    OpenTelemetry,
    /// Type or host cannot be told (absent, unknown or a template).
    Unknown,
}

impl FarEnd {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LocalBroker => "the local MQTT broker",
            Self::EventGrid => "Event Grid",
            Self::CustomMqtt => "a custom MQTT broker",
            Self::EventHubs => "Event Hubs",
            Self::CustomKafka => "a custom Kafka broker",
            Self::DataLakeStorage => "Data Lake Storage",
            Self::DataExplorer => "Data Explorer",
            Self::FabricOneLake => "Fabric OneLake",
            Self::LocalStorage => "local storage",
            Self::OpenTelemetry => "OpenTelemetry",
            Self::Unknown => "an unknown endpoint",
        }
    }

    /// By endpoint type and the text of `host` (`None`: absent; a template is the caller's to leave out).
    pub fn recognise(kind: EndpointType, host: Option<&str>) -> Self {
        match kind {
            EndpointType::Mqtt => match host {
                None => Self::LocalBroker,
                Some(host) if Host::parse(host).is_event_grid() => Self::EventGrid,
                Some(host) if Host::parse(host).name.contains("aio-broker") => Self::LocalBroker,
                Some(_) => Self::CustomMqtt,
            },
            EndpointType::Kafka => match host {
                Some(host) if Host::parse(host).is_event_hubs() => Self::EventHubs,
                Some(_) => Self::CustomKafka,
                None => Self::Unknown,
            },
            EndpointType::DataExplorer => Self::DataExplorer,
            EndpointType::DataLakeStorage => Self::DataLakeStorage,
            EndpointType::FabricOneLake => Self::FabricOneLake,
            EndpointType::LocalStorage => Self::LocalStorage,
            EndpointType::OpenTelemetry => Self::OpenTelemetry,
        }
    }
}

/// An endpoint while its document is in hand.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint<'a> {
    /// The resource.
    pub resource: Resource<'a>,
    /// Which of the shapes it has.
    pub shape: Shape,
    /// `spec.endpointType`, if it is a known one in any spelling.
    pub kind: Option<EndpointType>,
    /// The settings block of that type; where the type is not known, the only settings block there is.
    pub settings: Val<'a>,
    /// What stands at the far end.
    pub far_end: FarEnd,
    /// `host` of the settings in its parts, if it is written and no template hides it.
    host_parts: Option<Host<'a>>,
}

impl<'a> Endpoint<'a> {
    /// The endpoint in `resource`.
    pub fn new(resource: Resource<'a>) -> Self {
        let spec = resource.spec();
        let shape = resource.shape();
        let kind = spec.get("endpointType").str().and_then(EndpointType::parse);
        let settings = settings_of(spec, kind);
        // A host beside the settings is dropped, and still tells what is meant.
        let outside = spec.get("host");
        let host =
            Some(settings.get("host")).filter(|host| !host.is_absent() || outside.is_absent()).unwrap_or(outside);
        // Event Grid and Event Hubs show in the host even when its first part is still a placeholder.
        let far_end = match kind {
            Some(kind) if host.is_absent() => FarEnd::recognise(kind, None),
            Some(kind) => match host.raw_str() {
                Some(text) => recognise_template(kind, text, host.is_undecided()),
                None => FarEnd::Unknown,
            },
            None => FarEnd::Unknown,
        };
        let host_parts = settings.get("host").str().map(Host::parse);
        Self { resource, shape, kind, settings, far_end, host_parts }
    }

    /// The block with `method`: inside the settings, or beside them in the first preview's shape.
    pub fn authentication(&self) -> Val<'a> {
        let inside = self.settings.get("authentication");
        let beside = self.resource.spec().get("authentication");
        if !inside.is_present() && beside.is_present() { beside } else { inside }
    }

    /// `authentication.method`.
    pub fn method(&self) -> Val<'a> {
        self.authentication().get("method")
    }

    /// `host` of the settings.
    pub fn host(&self) -> Val<'a> {
        self.settings.get("host")
    }

    /// `host` in its parts, if it is written and no template hides it.
    pub const fn host_parts(&self) -> Option<Host<'a>> {
        self.host_parts
    }

    /// `tls.mode` of the settings.
    pub fn tls_mode(&self) -> Val<'a> {
        self.settings.get("tls").get("mode")
    }
}

fn settings_of<'a>(spec: Val<'a>, kind: Option<EndpointType>) -> Val<'a> {
    match kind {
        Some(EndpointType::DataLakeStorage) if spec.get("datalakeStorageSettings").is_present() => {
            spec.get("datalakeStorageSettings")
        }
        Some(kind) => spec.get(kind.settings_key()),
        None => {
            let present = EndpointType::ALL.into_iter().map(|kind| spec.get(kind.settings_key()));
            let mut present = present.filter(|block| block.is_present());
            match (present.next(), present.next()) {
                (Some(only), None) => only,
                _ => spec.get(EndpointType::Mqtt.settings_key()),
            }
        }
    }
}

fn recognise_template(kind: EndpointType, host: &str, undecided: bool) -> FarEnd {
    match FarEnd::recognise(kind, Some(host)) {
        // A host that is a placeholder as a whole may turn out to be anything.
        FarEnd::CustomMqtt | FarEnd::CustomKafka | FarEnd::LocalBroker if undecided => FarEnd::Unknown,
        known => known,
    }
}
