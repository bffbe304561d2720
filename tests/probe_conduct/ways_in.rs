//! Every way in: what its manifest says, what a person gives besides, and what of it must not leave.

use crate::pki::Authority;
use crate::sentinel::{Sentinel, token};
use crate::willing::Speaks;
use std::path::Path;

/// A way in, with its files in a folder.
pub struct WayIn {
    pub name: &'static str,
    /// The protocol, with TLS.
    pub kafka: bool,
    /// The value of `authentication`.
    authentication: String,
    /// Further members of the settings.
    more: &'static str,
    /// Further resources in the file.
    secrets: String,
    /// What a person gives.
    pub arguments: Vec<String>,
    /// What must not leave.
    pub sentinels: Vec<Sentinel>,
}

/// The name of a user, which is a part of a credential.
pub const USER: &str = "sentinel-user-anna";
/// A password.
pub const PASSWORD: &str = "sentinel+of/a~password";
/// Whom tokens are for.
pub const AUDIENCE: &str = "https://plant.example";

fn way(name: &'static str, kafka: bool, authentication: impl Into<String>) -> WayIn {
    WayIn {
        name,
        kafka,
        authentication: authentication.into(),
        more: "",
        secrets: String::new(),
        arguments: Vec::new(),
        sentinels: Vec::new(),
    }
}

fn flag(name: &str, value: impl std::fmt::Display) -> [String; 2] {
    [name.to_owned(), value.to_string()]
}

/// All of them. Their files are in `folder`.
pub fn all(folder: &Path) -> Vec<WayIn> {
    let mut ways = users(folder);
    ways.extend(tokens(folder));
    ways.extend(certificates(folder));
    ways
}

fn users(folder: &Path) -> Vec<WayIn> {
    let password = folder.join("password");
    std::fs::write(&password, PASSWORD).unwrap();
    let sentinels = vec![Sentinel::new("user name", USER.as_bytes()), Sentinel::new("password", PASSWORD.as_bytes())];
    let given = |name, more| WayIn {
        more,
        arguments: [flag("--username", USER), flag("--password", format!("file:{}", password.display()))].concat(),
        sentinels: sentinels.clone(),
        ..way(name, false, "{ method: Anonymous, anonymousSettings: {} }")
    };
    let sasl = |name, mechanism: &str| WayIn {
        secrets: format!(
            "---\napiVersion: v1\nkind: Secret\nmetadata: {{ name: login, namespace: azure-iot-operations }}\n\
             stringData: {{ username: {USER}, password: \"{PASSWORD}\" }}\n"
        ),
        sentinels: sentinels.clone(),
        ..way(name, true, format!("{{ method: Sasl, saslSettings: {{ saslType: {mechanism}, secretRef: login }} }}"))
    };
    vec![
        given("user and password", ""),
        given("user and password by WebSocket", "    protocol: WebSockets\n"),
        sasl("SASL PLAIN", "Plain"),
        sasl("SCRAM-SHA-256", "ScramSha256"),
        sasl("SCRAM-SHA-512", "ScramSha512"),
    ]
}

fn tokens(folder: &Path) -> Vec<WayIn> {
    let jwt = token(AUDIENCE, "system:serviceaccount:azure-iot-operations:default");
    let file = folder.join("token");
    std::fs::write(&file, &jwt).unwrap();
    let bearer = |name, kafka, authentication: String| WayIn {
        arguments: flag("--token-file", file.display()).into(),
        sentinels: vec![Sentinel::of_token("token", &jwt)],
        ..way(name, kafka, authentication)
    };
    let system = format!(
        "{{ method: SystemAssignedManagedIdentity, systemAssignedManagedIdentitySettings: {{ audience: {AUDIENCE} }} }}"
    );
    let user = format!(
        "{{ method: UserAssignedManagedIdentity, userAssignedManagedIdentitySettings: {{ clientId: c, tenantId: t, scope: {AUDIENCE}/.default }} }}"
    );
    let account = format!("{{ method: ServiceAccountToken, serviceAccountTokenSettings: {{ audience: {AUDIENCE} }} }}");
    vec![
        bearer("K8S-SAT", false, account),
        bearer("OAUTH2-JWT", false, system.clone()),
        bearer("OAUTH2-JWT of a user-assigned identity", false, user),
        bearer("OAUTHBEARER", true, system),
    ]
}

fn certificates(folder: &Path) -> Vec<WayIn> {
    let client = Authority::new("client CA").client("line-3");
    let secret = folder.join("secrets/certificate");
    std::fs::create_dir_all(&secret).unwrap();
    std::fs::write(secret.join("client_cert.pem"), &client.certificate).unwrap();
    std::fs::write(secret.join("client_key.pem"), &client.key).unwrap();
    let x509 = |name, kafka| WayIn {
        arguments: flag("--secrets", folder.join("secrets").display()).into(),
        sentinels: vec![Sentinel::of_key("client key", &client.key)],
        ..way(name, kafka, "{ method: X509Certificate, x509CertificateSettings: { secretRef: certificate } }")
    };
    vec![x509("X.509 in MQTT", false), x509("X.509 in Kafka", true)]
}

impl WayIn {
    /// What its broker speaks.
    pub fn speaks(&self) -> Speaks {
        if self.kafka { Speaks::Kafka } else { Speaks::Mqtt }
    }

    /// Whether a certificate is what it shows.
    pub fn is_certificate(&self) -> bool {
        self.name.starts_with("X.509")
    }

    /// Its manifest for a host, with TLS and a trust bundle of `ca`.
    pub fn manifest(&self, host: &str, ca: &str) -> String {
        let (kind, settings) = if self.kafka { ("Kafka", "kafkaSettings") } else { ("Mqtt", "mqttSettings") };
        let ca: String = ca.lines().map(|line| format!("    {line}\n")).collect();
        let Self { authentication, more, secrets, .. } = self;
        format!(
            "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: {{ name: press, namespace: azure-iot-operations }}
spec:
  endpointType: {kind}
  {settings}:
    host: {host}
    authentication: {authentication}
    tls: {{ mode: Enabled, trustedCaCertificateConfigMapRef: plant-ca }}
{more}---
apiVersion: v1
kind: ConfigMap
metadata: {{ name: plant-ca, namespace: azure-iot-operations }}
data:
  ca.crt: |
{ca}{secrets}"
        )
    }
}
