//! Credentials, as far as they can be judged before anybody is dialled.

use super::entry;
use crate::diag::{Entry, pages};

entry!(
    CREDENTIAL_MISSING,
    "credential-missing",
    Warning,
    "a credential is needed that nobody gave",
    [pages::ENDPOINT],
    "secret"
);
entry!(CREDENTIAL_UNUSABLE, "credential-unusable", Error, "a credential cannot be used", [pages::ENDPOINT], "secret");
entry!(
    METHOD_NOT_PROBED,
    "method-not-probed",
    Warning,
    "the authentication method cannot be used from here",
    [pages::ENDPOINT],
    "method"
);
entry!(
    IDENTITY_NOT_PROVABLE,
    "identity-not-provable",
    Info,
    "the login is not that of the cluster",
    [pages::MQTT, pages::KAFKA],
    "method"
);
entry!(
    TOKEN_AUDIENCE,
    "token-audience",
    Error,
    "the token is for another audience",
    [pages::MQTT, pages::KAFKA, pages::EVENT_GRID_TOKENS],
    "audience",
    Documented
);
entry!(TOKEN_EXPIRED, "token-expired", Error, "the token has expired", [pages::MQTT], "method");
entry!(TOKEN_NOT_YET_VALID, "token-not-yet-valid", Error, "the token is not valid yet", [pages::MQTT], "method");
entry!(
    TOKEN_OF_PERSON,
    "token-of-person",
    Warning,
    "Event Grid takes no tokens of people",
    [pages::EVENT_GRID_TOKENS],
    "method",
    Documented
);
entry!(
    EH_CONNECTION_STRING,
    "eh-connection-string",
    Error,
    "the login for Event Hubs is no connection string",
    [pages::KAFKA, pages::EVENT_HUBS],
    "kafka-secret",
    Documented
);
entry!(
    CREDENTIAL_IN_CLEAR,
    "credential-in-clear",
    Info,
    "the credential travels in clear",
    [pages::MQTT, pages::KAFKA],
    "tls"
);

/// All entries of this module, in the order of the tables.
pub static ENTRIES: [&Entry; 10] = [
    &CREDENTIAL_MISSING,
    &CREDENTIAL_UNUSABLE,
    &METHOD_NOT_PROBED,
    &IDENTITY_NOT_PROVABLE,
    &TOKEN_AUDIENCE,
    &TOKEN_EXPIRED,
    &TOKEN_NOT_YET_VALID,
    &TOKEN_OF_PERSON,
    &EH_CONNECTION_STRING,
    &CREDENTIAL_IN_CLEAR,
];
