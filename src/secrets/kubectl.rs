//! What `kubectl` is asked: single Secrets and ConfigMaps, tokens of service accounts, all resources of a kind.

use super::LARGEST;
use super::child::{ChildError, Output, Tools, run};
use crate::redact::Secret;
use base64::Engine;
use std::collections::HashMap;

/// The most bytes of a list of resources that are read.
const LARGEST_LIST: u64 = 32 * 1024 * 1024;

/// The keys of a Secret or ConfigMap with their values.
pub(super) type Keys = HashMap<String, Secret<Vec<u8>>>;

#[derive(serde::Deserialize)]
struct Resource {
    #[serde(default)]
    data: Option<HashMap<String, String>>,
    #[serde(default, rename = "binaryData")]
    binary_data: Option<HashMap<String, String>>,
}

impl Tools {
    async fn kubectl(&self, args: &[&str], largest: u64) -> Result<Output, ChildError> {
        let mut all = Vec::new();
        if let Some(context) = &self.context {
            all.extend(["--context", context.as_str()]);
        }
        all.extend(args);
        run(self, "kubectl", &all, largest).await
    }

    async fn resource(
        &self,
        name: &str,
        namespace: &str,
        expected: &'static str,
    ) -> Result<(Resource, Wrong), ChildError> {
        let output = self.kubectl(&["get", name, "--namespace", namespace, "--output", "json"], LARGEST * 2).await?;
        let wrong = Wrong { command: output.command, expected };
        match serde_json::from_slice(output.stdout.expose()) {
            Ok(resource) => Ok((resource, wrong)),
            Err(_) => Err(wrong.into()),
        }
    }

    /// The keys of the Secret `name`: `kubectl get secret`.
    pub(super) async fn secret(&self, namespace: &str, name: &str) -> Result<Keys, ChildError> {
        let (resource, wrong) = self.resource(&format!("secret/{name}"), namespace, "a Secret in JSON").await?;
        decoded(resource.data.unwrap_or_default(), &wrong)
    }

    /// The keys of the ConfigMap `name`: `kubectl get configmap`.
    ///
    /// # Errors
    /// If `kubectl` cannot be run, fails, or answers with something else.
    pub async fn config_map(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<HashMap<String, Secret<Vec<u8>>>, ChildError> {
        let (resource, wrong) = self.resource(&format!("configmap/{name}"), namespace, "a ConfigMap in JSON").await?;
        let mut keys = decoded(resource.binary_data.unwrap_or_default(), &wrong)?;
        let plain = resource.data.unwrap_or_default().into_iter();
        keys.extend(plain.map(|(key, value)| (key, Secret::new(value.into_bytes()))));
        Ok(keys)
    }

    /// All resources of `kind` in all namespaces, as YAML: `kubectl get --all-namespaces`.
    ///
    /// # Errors
    /// If `kubectl` cannot be run or fails, or there is more than 32 MiB.
    pub async fn all(&self, kind: &str) -> Result<String, ChildError> {
        let output = self.kubectl(&["get", kind, "--all-namespaces", "--output", "yaml"], LARGEST_LIST).await?;
        String::from_utf8(output.stdout.expose().clone())
            .map_err(|_| ChildError::Answer { command: output.command, expected: "YAML in UTF-8" })
    }

    /// A token for a service account: `kubectl create token`, good for ten minutes, the least that the API server gives.
    pub(super) async fn service_account_token(
        &self,
        namespace: &str,
        account: &str,
        audience: &str,
    ) -> Result<Secret<Vec<u8>>, ChildError> {
        let args = ["create", "token", account, "--namespace", namespace, "--audience", audience, "--duration", "10m"];
        Ok(self.kubectl(&args, LARGEST).await?.stdout)
    }
}

struct Wrong {
    command: String,
    expected: &'static str,
}

impl From<Wrong> for ChildError {
    fn from(wrong: Wrong) -> Self {
        Self::Answer { command: wrong.command, expected: wrong.expected }
    }
}

fn decoded(values: HashMap<String, String>, wrong: &Wrong) -> Result<Keys, ChildError> {
    let decode = |(key, value): (String, String)| {
        let bytes = base64::engine::general_purpose::STANDARD.decode(value);
        let wrong = |_| ChildError::Answer { command: wrong.command.clone(), expected: wrong.expected };
        bytes.map(|bytes| (key, Secret::new(bytes))).map_err(wrong)
    };
    values.into_iter().map(decode).collect()
}
