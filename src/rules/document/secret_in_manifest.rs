//! A secret in clear.

use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Resource, Val};
use crate::redact;
use crate::rules::{Check, Rule, Sink};
use crate::yaml::{Value, template};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "secret-in-manifest",
        family: Family::Document,
        severity: Severity::Error,
        certainty: Certainty::Inferred,
        fix: FixKind::None,
        summary: "a secret is written in clear in the manifest",
        sources: &[pages::FLOWGATE],
        doc: include_str!("secret_in_manifest.md"),
        example: include_str!("../../../testdata/rules/secret-in-manifest/bad-1.yaml"),
    },
    check: Check::Resource(check),
};

/// Members that hold nothing but a secret, in lower case.
const SECRET_MEMBERS: [&str; 6] =
    ["password", "connectionstring", "sharedaccesskey", "accountkey", "clientsecret", "sastoken"];
/// How `-----BEGIN` begins in base64; that of a certificate is not masked, and so is none.
const KEY_IN_BASE64: &str = "LS0tLS1CRUdJTi";
/// Least characters of a signature; what is shorter is no secret that anything would take.
const SHORTEST_SIGNATURE: usize = 16;

fn check(resource: &Resource<'_>, sink: &mut Sink<'_>) {
    for (_, member) in resource.root().members().filter(|(name, _)| *name != "status") {
        look(member, "", sink);
    }
}

fn look(value: Val<'_>, name: &str, sink: &mut Sink<'_>) {
    let Some(node) = value.node().filter(|node| node.used_at.is_none()) else { return };
    match &node.value {
        Value::Map(_) => {
            let own = |(name, _): &(&str, Val<'_>)| !name.ends_with("last-applied-configuration");
            value.members().filter(own).for_each(|(name, member)| look(member, name, sink));
        }
        Value::Seq(_) => value.items().for_each(|item| look(item, "", sink)),
        Value::Scalar(_) => {
            let Some(text) = node.as_str() else { return };
            if let Some(what) = by_shape(text).or_else(|| by_name(name, text)) {
                sink.at(value, format!("{what} is written in clear"))
                    .label("whoever reads the file can use it")
                    .help("revoke it where it was issued, put a new one into a Secret, and refer to that Secret")
                    .note("it stays in the history of a repository");
            }
        }
        Value::Template => {}
    }
}

fn by_name(name: &str, text: &str) -> Option<&'static str> {
    let telling = SECRET_MEMBERS.iter().any(|member| member.eq_ignore_ascii_case(name));
    (telling && is_real(text)).then_some("a password or key")
}

/// What secret a text holds, by its own shape; nothing that is not masked in all output as well.
fn by_shape(text: &str) -> Option<&'static str> {
    let may_be = text.bytes().any(|byte| matches!(byte, b'=' | b'@'))
        || (text.len() > KEY_IN_BASE64.len() && (text.contains("PRIVATE KEY-----") || text.starts_with(KEY_IN_BASE64)));
    if !may_be || redact::ranges(text).is_empty() {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    if text.contains("PRIVATE KEY-----") || text.starts_with(KEY_IN_BASE64) {
        return template::find(text).is_none().then_some("a private key");
    }
    for (marker, what) in [("sharedaccesskey=", "a shared access key"), ("accountkey=", "an account key")] {
        if values_of(text, &lower, marker).any(is_real) {
            return Some(what);
        }
    }
    if values_of(text, &lower, "sig=").any(|value| value.len() >= SHORTEST_SIGNATURE && is_real(value)) {
        return Some("a shared access signature");
    }
    password_of_url(text).is_some_and(is_real).then_some("a password in a URL")
}

/// What follows each `marker` that begins a word, up to what ends it. `lower` is the text in lower case.
fn values_of<'t>(text: &'t str, lower: &'t str, marker: &'t str) -> impl Iterator<Item = &'t str> {
    lower.match_indices(marker).filter_map(move |(at, _)| {
        let begins = !text.get(..at)?.ends_with(|before: char| before.is_ascii_alphanumeric());
        let value = text.get(at + marker.len()..).filter(|_| begins)?;
        Some(value.split([';', '&', ' ', '"', '\'', '\n']).next().unwrap_or_default())
    })
}

/// What stands between `user:` and `@` in `scheme://user:password@host`.
fn password_of_url(text: &str) -> Option<&str> {
    let authority = text.split_once("://")?.1.split(['/', '?', '#', ' ']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    Some(user.split_once(':')?.1)
}

/// Whether a value is more than a stand-in: `<KEY>`, `${KEY}`, `...`, `xxxx`.
fn is_real(value: &str) -> bool {
    let first = value.chars().next();
    let repeated = value.chars().all(|char| Some(char) == first);
    !value.is_empty() && !repeated && template::find(value).is_none() && !value.starts_with("$(")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_shape() {
        for (text, what) in [
            ("Endpoint=sb://a/;SharedAccessKeyName=s;SharedAccessKey=kX0bW1zQ==", "a shared access key"),
            ("https://a.blob.core.windows.net/c?sv=2024&sig=abcdefghijklmnop%3D", "a shared access signature"),
            ("mqtts://flow:tide-9@broker.example:8883", "a password in a URL"),
            ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----", "a private key"),
        ] {
            assert_eq!(by_shape(text), Some(what), "{text}");
        }
    }

    #[test]
    fn stand_ins_and_plain_text_are_none() {
        for text in [
            "Endpoint=sb://a/;SharedAccessKeyName=s;SharedAccessKey=<KEY>",
            "Endpoint=sb://a/;SharedAccessKey=${KEY}",
            "SharedAccessKey=...",
            "SharedAccessKeyName=sender",
            "mqtts://flow:${PASSWORD}@broker.example:8883",
            "https://plant7lake.blob.core.windows.net",
            "plant/sig=5/x",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        ] {
            assert_eq!(by_shape(text), None, "{text}");
        }
    }
}
