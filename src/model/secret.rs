//! The shape of secret values: enough for rules to judge them, nothing that could be printed.

use super::resource::Resource;
use super::val::Val;
use crate::diag::Place;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// One key of a Secret.
#[derive(Debug, Clone)]
pub struct SecretEntry {
    /// The key.
    pub key: Box<str>,
    /// Where its value stands.
    pub place: Place,
    /// What the value looks like.
    pub shape: SecretShape,
}

/// What a secret value looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretShape {
    /// A template fills it in later, or it cannot be decoded.
    Unknown,
    /// Nothing, or only white space.
    Empty,
    /// The literal `$ConnectionString`.
    DollarConnectionString,
    /// An Event Hubs connection string.
    ConnectionString {
        /// The host of `Endpoint=sb://…/`.
        host: Box<str>,
        /// `EntityPath`, where it is limited to one event hub.
        entity_path: Option<Box<str>>,
        /// Whether it carries a `SharedAccessSignature` token instead of a key.
        signature: bool,
    },
    /// A storage SAS token.
    Sas {
        /// Whether it starts with the `?` of a URL.
        question_mark: bool,
        /// `se`: when it ends, as written (RFC 3339, percent-decoded).
        expiry: Option<Box<str>>,
        /// `sr`: `c` for a container, `b` for a blob.
        resource: Option<Box<str>>,
    },
    /// A `SharedAccessSignature sr=…` token of Service Bus or Event Hubs.
    SharedAccessSignature,
    /// Anything else.
    Other,
}

impl SecretShape {
    /// The shape of `value`.
    pub fn of(value: &str) -> Self {
        let trimmed = value.trim();
        if trimmed.is_empty() {
            Self::Empty
        } else if crate::yaml::template::find(trimmed).is_some() || is_filled_in_later(trimmed) {
            Self::Unknown
        } else if trimmed == "$ConnectionString" {
            Self::DollarConnectionString
        } else if let Some(rest) = strip_prefix_ignore_case(trimmed, "Endpoint=sb://") {
            connection_string(rest)
        } else if trimmed.starts_with("SharedAccessSignature ") {
            Self::SharedAccessSignature
        } else {
            sas(trimmed).unwrap_or(Self::Other)
        }
    }
}

/// Whether a tool puts the value in its place: a variable that `envsubst` knows without braces (`$EH_PASSWORD`; `$$` is
/// its escape), text that SOPS encrypted, or a reference of `vals`, 1Password or the Vault plugin of Argo CD.
fn is_filled_in_later(text: &str) -> bool {
    const REFERENCES: [&str; 5] = ["ENC[", "ref+", "op://", "<path:", "vault:"];
    let variable = text.strip_prefix('$').is_some_and(|name| {
        let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        name.starts_with('$') || (!name.is_empty() && name.bytes().all(is_name))
    });
    variable || REFERENCES.iter().any(|start| text.starts_with(start))
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

fn connection_string(rest: &str) -> SecretShape {
    let mut parts = rest.split(';');
    let host = parts.next().unwrap_or_default().trim_end_matches('/');
    let mut entity_path = None;
    let mut signature = false;
    for part in parts {
        match part.split_once('=') {
            Some((key, value)) if key.eq_ignore_ascii_case("EntityPath") => entity_path = Some(value.into()),
            Some((key, _)) => signature |= key.eq_ignore_ascii_case("SharedAccessSignature"),
            None => {}
        }
    }
    SecretShape::ConnectionString { host: host.into(), entity_path, signature }
}

fn sas(text: &str) -> Option<SecretShape> {
    let question_mark = text.starts_with('?');
    let query = text.strip_prefix('?').unwrap_or(text);
    let pairs = || query.split('&').filter_map(|pair| pair.split_once('='));
    pairs().find(|(key, _)| *key == "sig")?;
    let value = |name: &str| pairs().find(|(key, _)| *key == name).map(|(_, value)| value.replace("%3A", ":").into());
    Some(SecretShape::Sas { question_mark, expiry: value("se"), resource: value("sr") })
}

/// The keys of the Secret in `resource`: `data` (base64) and `stringData`.
pub(super) fn secret_entries(resource: &Resource<'_>) -> Vec<SecretEntry> {
    let entry = |key: &str, value: Val<'_>, shape: SecretShape| SecretEntry {
        key: key.into(),
        place: Place::new(resource.file, value.span()),
        shape,
    };
    let plain = resource.root().get("stringData").members().map(|(key, value)| {
        let shape = match value.node() {
            Some(node) if node.is_null() => SecretShape::Empty,
            _ => value.raw_str().map_or(SecretShape::Unknown, SecretShape::of),
        };
        entry(key, value, shape)
    });
    let encoded = resource.root().get("data").members().map(|(key, value)| {
        let shape = match value.node() {
            Some(node) if node.is_null() => SecretShape::Empty,
            _ => value.str().and_then(decode).map_or(SecretShape::Unknown, |text| SecretShape::of(&text)),
        };
        entry(key, value, shape)
    });
    plain.chain(encoded).collect()
}

fn decode(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|char| !char.is_ascii_whitespace()).collect();
    String::from_utf8(STANDARD.decode(compact).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_told_apart() {
        assert_eq!(SecretShape::of(" "), SecretShape::Empty);
        assert_eq!(SecretShape::of("$ConnectionString"), SecretShape::DollarConnectionString);
        for later in
            ["<PASSWORD>", "$EH_USER", "$$ConnectionString", "ENC[AES256_GCM,data:aa==]", "ref+azurekeyvault://v/s"]
        {
            assert_eq!(SecretShape::of(later), SecretShape::Unknown, "{later}");
        }
        assert_eq!(SecretShape::of("$connectionString"), SecretShape::Other);
        assert_eq!(
            SecretShape::of(
                "Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=b=;EntityPath=x"
            ),
            SecretShape::ConnectionString {
                host: "ns.servicebus.windows.net".into(),
                entity_path: Some("x".into()),
                signature: false
            }
        );
        assert_eq!(
            SecretShape::of("?sv=2022-11-02&sr=c&se=2024-01-01T00%3A00%3A00Z&sig=abc"),
            SecretShape::Sas {
                question_mark: true,
                expiry: Some("2024-01-01T00:00:00Z".into()),
                resource: Some("c".into())
            }
        );
        assert_eq!(SecretShape::of("hunter2"), SecretShape::Other);
    }
}
