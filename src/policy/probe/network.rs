//! Names, addresses and TCP: what stands between this machine and an endpoint.

use super::entry;
use crate::diag::{Entry, pages};

entry!(NAME_UNKNOWN, "name-unknown", Error, "the host has no address", [pages::DNS], "host");
entry!(NAME_NO_ANSWER, "name-no-answer", Error, "the name server does not answer", [pages::DNS], "host");
entry!(
    IN_CLUSTER_NAME,
    "in-cluster-name",
    Warning,
    "the host is known inside the cluster only",
    [pages::MQTT],
    "local-broker"
);
entry!(
    TCP_ADDRESS_DEAD,
    "tcp-address-dead",
    Warning,
    "one of the addresses of the host takes no connection",
    [pages::TCP],
    "host"
);
entry!(TCP_REFUSED, "tcp-refused", Error, "nothing listens at the port", [pages::TCP], "host");
entry!(TCP_NO_ANSWER, "tcp-no-answer", Error, "the host does not answer", [pages::TCP], "host");
entry!(TCP_UNREACHABLE, "tcp-unreachable", Error, "there is no route to the host", [pages::TCP], "host");
entry!(PEER_SILENT, "peer-silent", Error, "the connection is taken, and nothing is said", [pages::TCP], "host");
entry!(PEER_CLOSED, "peer-closed", Error, "the connection is taken, and closed without a word", [pages::TCP], "host");
entry!(PEER_RESET, "peer-reset", Error, "the connection is taken, and reset", [pages::TCP], "host");
entry!(PROXY_FAILED, "proxy-failed", Error, "the proxy gives no connection", [pages::HTTP], "host");
entry!(
    HOST_UNUSABLE,
    "host-unusable",
    Error,
    "the endpoint names no host that could be connected to",
    [pages::ENDPOINT],
    "host"
);

/// All entries of this module, in the order of the tables.
pub static ENTRIES: [&Entry; 12] = [
    &NAME_UNKNOWN,
    &NAME_NO_ANSWER,
    &IN_CLUSTER_NAME,
    &TCP_ADDRESS_DEAD,
    &TCP_REFUSED,
    &TCP_NO_ANSWER,
    &TCP_UNREACHABLE,
    &PEER_SILENT,
    &PEER_CLOSED,
    &PEER_RESET,
    &PROXY_FAILED,
    &HOST_UNUSABLE,
];
