//! The pages, schemas and programs that rules and schemas cite, each with the date of the text that was read.

use super::Source;

const fn source(title: &'static str, date: &'static str) -> Source {
    Source { title, date }
}

/// Azure IoT Operations: Configure MQTT data flow endpoints.
pub const MQTT: Source = source("MQTT endpoint page", "2026-09-04");
/// Azure IoT Operations: Configure Azure Event Hubs and Kafka data flow endpoints.
pub const KAFKA: Source = source("Kafka endpoint page", "2025-06-17");
/// Azure IoT Operations: Configure data flow endpoints.
pub const ENDPOINT: Source = source("data flow endpoint page", "2026-09-03");
/// Azure IoT Operations: Configure data flow profile.
pub const PROFILE: Source = source("data flow profile page", "2026-07-22");
/// Azure IoT Operations: Create a data flow.
pub const CREATE: Source = source("create data flow page", "2026-09-03");
/// Azure IoT Operations: Configure a data flow source.
pub const FLOW_SOURCE: Source = source("data flow source page", "2026-03-25");
/// Azure IoT Operations: Configure a data flow destination.
pub const FLOW_DESTINATION: Source = source("data flow destination page", "2026-03-19");
/// Azure IoT Operations: Configure MQTT data flow disk persistence.
pub const DISK: Source = source("disk persistence page", "2026-05-08");
/// Azure IoT Operations: Configure OpenTelemetry data flow endpoints.
pub const OPEN_TELEMETRY: Source = source("OpenTelemetry endpoint page", "2026-02-24");
/// Azure IoT Operations: Configure Azure Data Lake Storage Gen2 endpoints.
pub const ADLS: Source = source("Data Lake Storage endpoint page", "2024-09-17");
/// Azure IoT Operations: Configure local storage endpoints.
pub const LOCAL_STORAGE: Source = source("local storage endpoint page", "2024-09-10");
/// Azure IoT Operations: Configure Fabric Real-Time Intelligence endpoints.
pub const FABRIC_RTI: Source = source("Fabric Real-Time Intelligence page", "2024-10-30");
/// Azure IoT Operations: Map data by using data flows.
pub const MAPPING: Source = source("data flow mapping page", "2024-09-24");
/// Azure IoT Operations: Expressions in data flow graphs, the reference for data flows too.
pub const EXPRESSIONS: Source = source("data flow expressions page", "2026-06-23");
/// Azure IoT Operations: Convert data by using data flows.
pub const CONVERSIONS: Source = source("data flow conversions page", "2024-11-11");
/// Azure IoT Operations: Filter data in a data flow.
pub const FILTER: Source = source("data flow filter page", "2026-03-19");
/// Azure IoT Operations: Enrich data by using data flows.
pub const ENRICH: Source = source("data flow enrich page", "2024-11-13");
/// Azure IoT Operations: data flow graphs, overview.
pub const GRAPHS: Source = source("data flow graphs page", "2026-06-19");
/// Azure IoT Operations: Filter and route data in data flow graphs.
pub const GRAPH_FILTER: Source = source("data flow graphs filter page", "2026-04-16");
/// Azure IoT Operations: Map data in data flow graphs.
pub const GRAPH_MAP: Source = source("data flow graphs map page", "2026-03-19");
/// Azure IoT Operations: Enrich data in data flow graphs.
pub const GRAPH_ENRICH: Source = source("data flow graphs enrich page", "2026-04-02");
/// The expression language that the product's function list is that of.
pub const EVALEXPR: Source = source("evalexpr", "11.3.1");
/// Azure Event Grid: MQTT features supported by the broker.
pub const EVENT_GRID: Source = source("Event Grid MQTT support page", "2023-11-15");
/// Azure Event Grid: MQTT retain.
pub const EVENT_GRID_RETAIN: Source = source("Event Grid MQTT retain page", "2025-07-30");
/// Azure Event Grid: Microsoft Entra JWT authentication for MQTT clients.
pub const EVENT_GRID_TOKENS: Source = source("Event Grid Microsoft Entra token page", "2023-11-15");
/// Azure Event Hubs: Apache Kafka on Event Hubs.
pub const EVENT_HUBS: Source = source("Event Hubs for Apache Kafka page", "2026-02-05");
/// Azure Event Hubs: Apache Kafka troubleshooting guide.
pub const EVENT_HUBS_TROUBLESHOOT: Source = source("Event Hubs Kafka troubleshooting page", "2020-06-23");
/// Azure Event Hubs: quotas and limits.
pub const EVENT_HUBS_LIMITS: Source = source("Event Hubs limits page", "2020-09-10");
/// Azure IoT Operations: known issues.
pub const KNOWN_ISSUES: Source = source("known issues page", "2025-05-22");
/// Azure IoT Operations: health status reason codes.
pub const HEALTH: Source = source("health status reason codes page", "2026-04-29");
/// Azure IoT Operations: Configure MQTT broker authentication.
pub const BROKER_AUTHENTICATION: Source = source("MQTT broker authentication page", "2025-04-10");
/// Azure IoT Operations: troubleshooting.
pub const TROUBLESHOOT: Source = source("troubleshooting page", "2025-05-07");
/// Azure IoT Operations: the first preview's endpoint page, whose shapes are still copied.
pub const PREVIEW_2024_08: Source = source("data flow endpoint page of the first preview", "2024-08-03");
/// Azure IoT Operations: the MQTT page of the previews, whose shapes are still copied.
pub const PREVIEW_2024_10: Source = source("endpoint pages of the previews", "2024-10-02");
/// The custom resource definitions of a cluster with `v1`.
pub const CRD_V1: Source = source("CRD connectivity.iotoperations.azure.com/v1", "early v1");
/// The custom resource definition of a cluster with the first `v1beta1`.
pub const CRD_V1BETA1: Source = source("CRD connectivity.iotoperations.azure.com/v1beta1", "2024-07-16");
/// The ARM types of Microsoft.IoTOperations.
pub const ARM: Source = source("ARM types Microsoft.IoTOperations", "2024-07-01-preview to 2026-11-01-preview");
/// The `az iot ops` extension of the Azure CLI.
pub const CLI: Source = source("az iot ops extension", "2025-07-02");
/// Microsoft's edge-ai blueprints.
pub const EDGE_AI: Source = source("microsoft/edge-ai blueprints", "2026-08-19");
/// Azure IoT Operations SDKs.
pub const SDK: Source = source("Azure IoT Operations SDKs", "2026-08-20");
/// The OASIS standard MQTT Version 5.0.
pub const MQTT5: Source = source("MQTT Version 5.0, OASIS Standard", "2019-03-07");
/// CloudEvents: the Kafka and MQTT protocol bindings.
pub const CLOUD_EVENTS: Source = source("CloudEvents protocol bindings", "2026-07-23");
/// The OASIS standard AMQP Version 1.0.
pub const AMQP: Source = source("AMQP Version 1.0, OASIS Standard", "2012-10-29");
/// Azure Event Hubs for Kafka: exchanging events between protocols.
pub const EVENT_HUBS_INTEROP: Source = source("Event Hubs for Kafka tutorial, protocol interoperability", "");
/// Apache Kafka itself.
pub const APACHE_KAFKA: Source = source("Apache Kafka", "4.1");
/// Kubernetes documentation: object names and identifiers.
pub const KUBERNETES_NAMES: Source = source("Kubernetes documentation, object names", "v1.34");
/// Kubernetes documentation: API concepts, field validation.
pub const KUBERNETES_VALIDATION: Source = source("Kubernetes documentation, field validation", "v1.34");
/// YAML 1.1 and the YAML library of kubectl.
pub const KUBECTL_YAML: Source = source("sigs.k8s.io/yaml, the YAML library of kubectl", "v1.4");
/// The YAML 1.2 specification.
pub const YAML12: Source = source("YAML 1.2.2", "2021-10-01");
/// The Transport Layer Security protocol.
pub const TLS13: Source = source("RFC 8446, TLS 1.3", "2018-08");
/// X.509 certificates and their validation.
pub const X509: Source = source("RFC 5280, X.509 certificates", "2008-05");
/// The Domain Name System.
pub const DNS: Source = source("RFC 1035, domain names", "1987-11");
/// The Transmission Control Protocol.
pub const TCP: Source = source("RFC 9293, TCP", "2022-08");
/// HTTP.
pub const HTTP: Source = source("RFC 9110, HTTP", "2022-06");
/// The WebSocket protocol.
pub const WEBSOCKET: Source = source("RFC 6455, WebSocket", "2011-12");
/// SCRAM.
pub const SCRAM: Source = source("RFC 5802, SCRAM", "2010-07");
/// OAUTHBEARER.
pub const OAUTHBEARER: Source = source("RFC 7628, OAUTHBEARER", "2015-08");
/// The protocol of Apache Kafka.
pub const KAFKA_PROTOCOL: Source = source("Apache Kafka protocol", "4.1");
/// Flowgate itself.
pub const FLOWGATE: Source = source("Flowgate", "");
