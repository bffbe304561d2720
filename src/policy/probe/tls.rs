//! TLS: whether the two ends speak it, and whose certificates are good.

use super::entry;
use crate::diag::{Entry, pages};

entry!(
    TLS_ON_PLAIN_PORT,
    "tls-on-plain-port",
    Error,
    "the manifest wants TLS, and the port speaks in clear",
    [pages::TLS13],
    "tls"
);
entry!(
    PLAIN_ON_TLS_PORT,
    "plain-on-tls-port",
    Error,
    "the manifest says no TLS, and the port speaks TLS",
    [pages::TLS13],
    "tls"
);
entry!(
    TLS_UNKNOWN_CA,
    "tls-unknown-ca",
    Error,
    "the certificate is issued by an authority that is not trusted",
    [pages::X509, pages::MQTT],
    "ca"
);
entry!(
    TLS_SELF_SIGNED,
    "tls-self-signed",
    Error,
    "the certificate is self-signed and not trusted",
    [pages::X509, pages::MQTT],
    "ca"
);
entry!(
    TLS_INTERMEDIATE_MISSING,
    "tls-intermediate-missing",
    Error,
    "the server does not send the intermediate certificate",
    [pages::TLS13, pages::X509],
    "ca"
);
entry!(TLS_WRONG_NAME, "tls-wrong-name", Error, "the certificate is for other names", [pages::X509], "host");
entry!(TLS_EXPIRED, "tls-expired", Error, "a certificate of the server has expired", [pages::X509], "host");
entry!(
    TLS_NOT_YET_VALID,
    "tls-not-yet-valid",
    Error,
    "a certificate of the server is not valid yet",
    [pages::X509],
    "host"
);
entry!(
    TLS_CERTIFICATE_REFUSED,
    "tls-certificate-refused",
    Error,
    "the certificate of the server cannot be accepted",
    [pages::X509],
    "host"
);
entry!(
    TLS_OLD_VERSION,
    "tls-old-version",
    Error,
    "the server speaks no TLS version that is in use",
    [pages::TLS13],
    "host"
);
entry!(
    TLS_NO_COMMON_PARAMETERS,
    "tls-no-common-parameters",
    Error,
    "the two ends have no TLS parameters in common",
    [pages::TLS13],
    "host"
);
entry!(TLS_FAILED, "tls-failed", Error, "the TLS handshake fails", [pages::TLS13], "host");
entry!(TLS_INTERCEPTION, "tls-interception", Warning, "somebody on the way opens TLS", [pages::X509], "ca");
entry!(
    TLS_BUNDLED_LEAF,
    "tls-bundled-leaf",
    Info,
    "the certificate is trusted because it is in the bundle itself",
    [pages::X509],
    "ca"
);
entry!(
    CLIENT_CERTIFICATE_REQUIRED,
    "client-certificate-required",
    Error,
    "the server demands a client certificate, and none is configured",
    [pages::TLS13, pages::MQTT],
    "method"
);
entry!(
    CLIENT_CERTIFICATE_UNKNOWN_CA,
    "client-certificate-unknown-ca",
    Error,
    "the server does not trust the authority of the client certificate",
    [pages::TLS13],
    "secret"
);
entry!(
    CLIENT_CERTIFICATE_EXPIRED,
    "client-certificate-expired",
    Error,
    "the client certificate has expired",
    [pages::X509],
    "secret"
);
entry!(
    CLIENT_CERTIFICATE_REFUSED,
    "client-certificate-refused",
    Error,
    "the server does not take the client certificate",
    [pages::TLS13],
    "secret"
);
entry!(
    CLIENT_KEY_MISMATCH,
    "client-key-mismatch",
    Error,
    "the client key belongs to another certificate",
    [pages::X509],
    "secret"
);
entry!(
    CLIENT_CERTIFICATE_UNUSABLE,
    "client-certificate-unusable",
    Error,
    "the client certificate cannot be used",
    [pages::X509, pages::MQTT],
    "secret"
);
entry!(
    CLIENT_CERTIFICATE_UNUSED,
    "client-certificate-unused",
    Info,
    "the server does not ask for the client certificate",
    [pages::TLS13],
    "method"
);
entry!(TRUST_BUNDLE_EMPTY, "trust-bundle-empty", Error, "the trust bundle has no certificate", [pages::MQTT], "ca");
entry!(
    TRUST_BUNDLE_UNUSABLE,
    "trust-bundle-unusable",
    Error,
    "a certificate of the trust bundle cannot be read",
    [pages::MQTT],
    "ca"
);
entry!(
    TRUST_BUNDLE_UNKNOWN,
    "trust-bundle-unknown",
    Warning,
    "the trust bundle of the manifest is not at hand",
    [pages::MQTT],
    "ca"
);
entry!(CERTIFICATE_ENDS_SOON, "certificate-ends-soon", Warning, "a certificate ends soon", [pages::X509], "ca");

/// All entries of this module, in the order of the tables.
pub static ENTRIES: [&Entry; 25] = [
    &TLS_ON_PLAIN_PORT,
    &PLAIN_ON_TLS_PORT,
    &TLS_UNKNOWN_CA,
    &TLS_SELF_SIGNED,
    &TLS_INTERMEDIATE_MISSING,
    &TLS_WRONG_NAME,
    &TLS_EXPIRED,
    &TLS_NOT_YET_VALID,
    &TLS_CERTIFICATE_REFUSED,
    &TLS_OLD_VERSION,
    &TLS_NO_COMMON_PARAMETERS,
    &TLS_FAILED,
    &TLS_INTERCEPTION,
    &TLS_BUNDLED_LEAF,
    &CLIENT_CERTIFICATE_REQUIRED,
    &CLIENT_CERTIFICATE_UNKNOWN_CA,
    &CLIENT_CERTIFICATE_EXPIRED,
    &CLIENT_CERTIFICATE_REFUSED,
    &CLIENT_KEY_MISMATCH,
    &CLIENT_CERTIFICATE_UNUSABLE,
    &CLIENT_CERTIFICATE_UNUSED,
    &TRUST_BUNDLE_EMPTY,
    &TRUST_BUNDLE_UNUSABLE,
    &TRUST_BUNDLE_UNKNOWN,
    &CERTIFICATE_ENDS_SOON,
];
