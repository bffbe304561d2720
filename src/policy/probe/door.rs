//! The wrong door: what answers speaks something else than the endpoint.

use super::entry;
use crate::diag::{Entry, pages};

entry!(
    MQTT_PORT_SPEAKS_HTTP,
    "mqtt-port-speaks-http",
    Error,
    "a web server answers where MQTT is expected",
    [pages::MQTT5],
    "host"
);
entry!(
    MQTT_PORT_SPEAKS_KAFKA,
    "mqtt-port-speaks-kafka",
    Error,
    "Kafka answers where MQTT is expected",
    [pages::MQTT5],
    "host"
);
entry!(
    MQTT_PORT_SPEAKS_OTHER,
    "mqtt-port-speaks-other",
    Error,
    "something else than MQTT answers",
    [pages::MQTT5],
    "host"
);
entry!(
    MQTT_OLD_PROTOCOL,
    "mqtt-old-protocol",
    Error,
    "the broker speaks MQTT 3.1.1 and not MQTT 5",
    [pages::MQTT5],
    "host"
);
entry!(
    KAFKA_PORT_SPEAKS_MQTT,
    "kafka-port-speaks-mqtt",
    Error,
    "an MQTT broker answers where Kafka is expected",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    KAFKA_PORT_SPEAKS_HTTP,
    "kafka-port-speaks-http",
    Error,
    "a web server answers where Kafka is expected",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    KAFKA_PORT_SPEAKS_OTHER,
    "kafka-port-speaks-other",
    Error,
    "something else than Kafka answers",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    KAFKA_OLD_VERSIONS,
    "kafka-old-versions",
    Error,
    "the broker speaks only old versions of the Kafka protocol",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    WEBSOCKET_PATH,
    "websocket-path",
    Error,
    "there is no WebSocket at the path",
    [pages::WEBSOCKET, pages::EVENT_GRID],
    "websocket"
);
entry!(WEBSOCKET_REFUSED, "websocket-refused", Error, "the server opens no WebSocket", [pages::WEBSOCKET], "websocket");
entry!(HTTP_REFUSED, "http-refused", Warning, "the server answers with an HTTP error", [pages::HTTP], "https");
entry!(NOT_HTTP, "not-http", Error, "the server does not speak HTTP", [pages::HTTP], "https");

/// All entries of this module, in the order of the tables.
pub static ENTRIES: [&Entry; 12] = [
    &MQTT_PORT_SPEAKS_HTTP,
    &MQTT_PORT_SPEAKS_KAFKA,
    &MQTT_PORT_SPEAKS_OTHER,
    &MQTT_OLD_PROTOCOL,
    &KAFKA_PORT_SPEAKS_MQTT,
    &KAFKA_PORT_SPEAKS_HTTP,
    &KAFKA_PORT_SPEAKS_OTHER,
    &KAFKA_OLD_VERSIONS,
    &WEBSOCKET_PATH,
    &WEBSOCKET_REFUSED,
    &HTTP_REFUSED,
    &NOT_HTTP,
];
