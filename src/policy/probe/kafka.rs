//! Kafka: the login, every advertised listener, and what the cluster permits.

use super::entry;
use crate::diag::{Entry, pages};

entry!(
    KAFKA_MECHANISM,
    "kafka-mechanism",
    Error,
    "the broker does not offer the SASL mechanism",
    [pages::KAFKA_PROTOCOL, pages::KAFKA],
    "sasl"
);
entry!(
    KAFKA_BAD_PASSWORD,
    "kafka-bad-password",
    Error,
    "the broker does not take the user name or password",
    [pages::KAFKA_PROTOCOL],
    "kafka-secret"
);
entry!(
    KAFKA_TOKEN_REFUSED,
    "kafka-token-refused",
    Error,
    "the broker does not take the token",
    [pages::OAUTHBEARER, pages::KAFKA],
    "kafka-method"
);
entry!(
    KAFKA_NO_SASL_LISTENER,
    "kafka-no-sasl-listener",
    Error,
    "the listener has no SASL",
    [pages::KAFKA_PROTOCOL],
    "kafka-method"
);
entry!(
    KAFKA_SASL_REQUIRED,
    "kafka-sasl-required",
    Error,
    "the listener demands a login by SASL",
    [pages::KAFKA_PROTOCOL],
    "kafka-method"
);
entry!(
    KAFKA_BROKER_NOT_PROVED,
    "kafka-broker-not-proved",
    Error,
    "the broker could not prove that it knows the password",
    [pages::SCRAM],
    "kafka-secret"
);
entry!(
    KAFKA_LISTENER_REFUSED,
    "kafka-listener-refused",
    Error,
    "an advertised listener takes no connection",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    KAFKA_LISTENER_UNRESOLVABLE,
    "kafka-listener-unresolvable",
    Error,
    "an advertised listener has a name that nobody knows",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    KAFKA_LISTENER_INTERNAL,
    "kafka-listener-internal",
    Error,
    "an advertised listener is known inside its own network only",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    KAFKA_LISTENER_WRONG_NAME,
    "kafka-listener-wrong-name",
    Error,
    "the certificate of an advertised listener is for other names",
    [pages::KAFKA_PROTOCOL, pages::X509],
    "kafka-host"
);
entry!(
    KAFKA_LISTENER_TLS,
    "kafka-listener-tls",
    Error,
    "TLS with an advertised listener fails",
    [pages::KAFKA_PROTOCOL, pages::TLS13],
    "kafka-host"
);
entry!(
    KAFKA_LISTENER_LOGIN,
    "kafka-listener-login",
    Error,
    "an advertised listener does not take the login",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    KAFKA_LISTENER_FAILED,
    "kafka-listener-failed",
    Error,
    "an advertised listener does not answer as Kafka",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    KAFKA_NO_BROKERS,
    "kafka-no-brokers",
    Error,
    "the cluster names no brokers",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    KAFKA_TOPIC_MISSING,
    "kafka-topic-missing",
    Error,
    "the topic does not exist",
    [pages::KAFKA_PROTOCOL],
    "kafka-topic"
);
entry!(
    KAFKA_TOPIC_NOT_AUTHORIZED,
    "kafka-topic-not-authorized",
    Error,
    "the topic may not be used by this login",
    [pages::KAFKA_PROTOCOL, pages::EVENT_HUBS_TROUBLESHOOT],
    "kafka-topic"
);
entry!(
    KAFKA_READ_NOT_AUTHORIZED,
    "kafka-read-not-authorized",
    Error,
    "the topic may not be read by this login",
    [pages::KAFKA_PROTOCOL],
    "kafka-source"
);
entry!(
    KAFKA_GROUP_NOT_AUTHORIZED,
    "kafka-group-not-authorized",
    Error,
    "the consumer group may not be used by this login",
    [pages::KAFKA_PROTOCOL],
    "kafka-group"
);
entry!(
    KAFKA_WRITE_NOT_AUTHORIZED,
    "kafka-write-not-authorized",
    Error,
    "the topic may not be written to by this login",
    [pages::KAFKA_PROTOCOL],
    "kafka-topic"
);
entry!(
    KAFKA_NO_LEADER,
    "kafka-no-leader",
    Error,
    "a partition of the topic has no leader",
    [pages::KAFKA_PROTOCOL],
    "kafka-topic"
);
entry!(
    KAFKA_MESSAGE_TOO_LARGE,
    "kafka-message-too-large",
    Error,
    "messages are larger than the topic takes",
    [pages::KAFKA_PROTOCOL],
    "kafka-topic"
);
entry!(
    KAFKA_BATCH_TOO_LARGE,
    "kafka-batch-too-large",
    Warning,
    "batches may be larger than the topic takes",
    [pages::KAFKA_PROTOCOL, pages::KAFKA],
    "kafka-batch"
);
entry!(
    KAFKA_COMPRESSION,
    "kafka-compression",
    Error,
    "the cluster does not take the compression",
    [pages::KAFKA_PROTOCOL, pages::EVENT_HUBS, pages::EVENT_HUBS_TROUBLESHOOT],
    "kafka-compression"
);
entry!(KAFKA_REFUSED, "kafka-refused", Error, "the cluster refuses a request", [pages::KAFKA_PROTOCOL], "kafka-host");
entry!(
    KAFKA_PROTOCOL_ERROR,
    "kafka-protocol-error",
    Error,
    "the broker breaks the protocol",
    [pages::KAFKA_PROTOCOL],
    "kafka-host"
);
entry!(
    KAFKA_NOT_TESTED,
    "kafka-not-tested",
    Info,
    "a part of what the dataflow does cannot be tested here",
    [pages::FLOWGATE],
    "kafka-topic"
);

/// All entries of this module, in the order of the tables.
pub static ENTRIES: [&Entry; 26] = [
    &KAFKA_MECHANISM,
    &KAFKA_BAD_PASSWORD,
    &KAFKA_TOKEN_REFUSED,
    &KAFKA_NO_SASL_LISTENER,
    &KAFKA_SASL_REQUIRED,
    &KAFKA_BROKER_NOT_PROVED,
    &KAFKA_LISTENER_REFUSED,
    &KAFKA_LISTENER_UNRESOLVABLE,
    &KAFKA_LISTENER_INTERNAL,
    &KAFKA_LISTENER_WRONG_NAME,
    &KAFKA_LISTENER_TLS,
    &KAFKA_LISTENER_LOGIN,
    &KAFKA_LISTENER_FAILED,
    &KAFKA_NO_BROKERS,
    &KAFKA_TOPIC_MISSING,
    &KAFKA_TOPIC_NOT_AUTHORIZED,
    &KAFKA_READ_NOT_AUTHORIZED,
    &KAFKA_GROUP_NOT_AUTHORIZED,
    &KAFKA_WRITE_NOT_AUTHORIZED,
    &KAFKA_NO_LEADER,
    &KAFKA_MESSAGE_TOO_LARGE,
    &KAFKA_BATCH_TOO_LARGE,
    &KAFKA_COMPRESSION,
    &KAFKA_REFUSED,
    &KAFKA_PROTOCOL_ERROR,
    &KAFKA_NOT_TESTED,
];
