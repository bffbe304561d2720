//! MQTT: the login, what the broker allows, and what it permits.

use super::entry;
use crate::diag::{Entry, pages};

entry!(
    MQTT_BAD_CREDENTIALS,
    "mqtt-bad-credentials",
    Error,
    "the broker does not take the user name or password",
    [pages::MQTT5],
    "method"
);
entry!(
    MQTT_NOT_AUTHORIZED,
    "mqtt-not-authorized",
    Error,
    "the broker does not let this client in",
    [pages::MQTT5, pages::BROKER_AUTHENTICATION],
    "method"
);
entry!(
    MQTT_AUTH_METHOD,
    "mqtt-auth-method",
    Error,
    "the broker does not know the authentication method",
    [pages::MQTT5, pages::MQTT, pages::BROKER_AUTHENTICATION],
    "method"
);
entry!(
    MQTT_REAUTHENTICATION,
    "mqtt-reauthentication",
    Error,
    "the broker asks for another step of authentication",
    [pages::MQTT5, pages::EVENT_GRID_TOKENS],
    "method"
);
entry!(
    MQTT_CLIENT_ID_REFUSED,
    "mqtt-client-id-refused",
    Error,
    "the broker does not take the client id",
    [pages::MQTT5],
    "client-id"
);
entry!(MQTT_SERVER_BUSY, "mqtt-server-busy", Warning, "the broker is busy", [pages::MQTT5], "host");
entry!(
    MQTT_SERVER_UNAVAILABLE,
    "mqtt-server-unavailable",
    Error,
    "the broker is not available",
    [pages::MQTT5],
    "host"
);
entry!(MQTT_SERVER_MOVED, "mqtt-server-moved", Error, "the broker has moved", [pages::MQTT5], "host");
entry!(MQTT_QUOTA, "mqtt-quota", Error, "a quota of the broker is used up", [pages::MQTT5, pages::EVENT_GRID], "host");
entry!(
    MQTT_SESSION_TAKEN_OVER,
    "mqtt-session-taken-over",
    Warning,
    "another client takes the session over",
    [pages::MQTT5],
    "client-id"
);
entry!(
    MQTT_CONNECT_REFUSED,
    "mqtt-connect-refused",
    Error,
    "the broker refuses the connection",
    [pages::MQTT5],
    "host"
);
entry!(MQTT_DISCONNECTED, "mqtt-disconnected", Error, "the broker ends the connection", [pages::MQTT5], "host");
entry!(MQTT_PROTOCOL_ERROR, "mqtt-protocol-error", Error, "the broker breaks the protocol", [pages::MQTT5], "host");
entry!(
    MQTT_METHOD_NOT_REPEATED,
    "mqtt-method-not-repeated",
    Info,
    "the broker does not repeat the authentication method",
    [pages::MQTT5],
    "method"
);
entry!(
    MQTT_SUBSCRIPTION_REFUSED,
    "mqtt-subscription-refused",
    Error,
    "the broker refuses a subscription of a dataflow",
    [pages::MQTT5, pages::HEALTH],
    "topic"
);
entry!(
    MQTT_SUBSCRIPTION_DOWNGRADED,
    "mqtt-subscription-downgraded",
    Warning,
    "the broker grants a subscription at a lower QoS",
    [pages::MQTT5],
    "qos"
);
entry!(
    MQTT_PUBLISH_REFUSED,
    "mqtt-publish-refused",
    Error,
    "the broker refuses a publish of a dataflow",
    [pages::MQTT5],
    "topic"
);
entry!(
    MQTT_MAXIMUM_QOS,
    "mqtt-maximum-qos",
    Error,
    "the broker takes no messages of the QoS of the endpoint",
    [pages::MQTT5],
    "qos"
);
entry!(
    MQTT_RETAIN_UNAVAILABLE,
    "mqtt-retain-unavailable",
    Error,
    "the broker takes no retained messages",
    [pages::MQTT5, pages::MQTT, pages::EVENT_GRID_RETAIN],
    "retain"
);
entry!(
    MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE,
    "mqtt-shared-subscriptions-unavailable",
    Error,
    "the broker has no shared subscriptions, and the dataflow needs one",
    [pages::MQTT5, pages::FLOW_SOURCE],
    "topic"
);
entry!(
    MQTT_WILDCARDS_UNAVAILABLE,
    "mqtt-wildcards-unavailable",
    Error,
    "the broker has no wildcard subscriptions, and the dataflow needs one",
    [pages::MQTT5],
    "topic"
);
entry!(
    MQTT_PACKET_TOO_LARGE,
    "mqtt-packet-too-large",
    Error,
    "messages are larger than the broker takes",
    [pages::MQTT5],
    "host"
);
entry!(
    MQTT_RECEIVE_MAXIMUM,
    "mqtt-receive-maximum",
    Warning,
    "the broker takes fewer messages in flight than the endpoint wants",
    [pages::MQTT5, pages::MQTT],
    "inflight"
);
entry!(
    MQTT_KEEP_ALIVE,
    "mqtt-keep-alive",
    Warning,
    "the broker sets another keep alive than the endpoint",
    [pages::MQTT5, pages::MQTT],
    "keep-alive"
);
entry!(
    MQTT_SESSION_EXPIRY,
    "mqtt-session-expiry",
    Warning,
    "the broker keeps sessions shorter than the endpoint wants",
    [pages::MQTT5, pages::MQTT],
    "session"
);

/// All entries of this module, in the order of the tables.
pub static ENTRIES: [&Entry; 25] = [
    &MQTT_BAD_CREDENTIALS,
    &MQTT_NOT_AUTHORIZED,
    &MQTT_AUTH_METHOD,
    &MQTT_REAUTHENTICATION,
    &MQTT_CLIENT_ID_REFUSED,
    &MQTT_SERVER_BUSY,
    &MQTT_SERVER_UNAVAILABLE,
    &MQTT_SERVER_MOVED,
    &MQTT_QUOTA,
    &MQTT_SESSION_TAKEN_OVER,
    &MQTT_CONNECT_REFUSED,
    &MQTT_DISCONNECTED,
    &MQTT_PROTOCOL_ERROR,
    &MQTT_METHOD_NOT_REPEATED,
    &MQTT_SUBSCRIPTION_REFUSED,
    &MQTT_SUBSCRIPTION_DOWNGRADED,
    &MQTT_PUBLISH_REFUSED,
    &MQTT_MAXIMUM_QOS,
    &MQTT_RETAIN_UNAVAILABLE,
    &MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE,
    &MQTT_WILDCARDS_UNAVAILABLE,
    &MQTT_PACKET_TOO_LARGE,
    &MQTT_RECEIVE_MAXIMUM,
    &MQTT_KEEP_ALIVE,
    &MQTT_SESSION_EXPIRY,
];
