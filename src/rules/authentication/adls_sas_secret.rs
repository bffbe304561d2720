//! A shared access signature that Data Lake Storage would not take.

use super::secrets;
use crate::diag::{Certainty, Entry, Family, FixKind, Severity, pages};
use crate::model::{Bundle, EndpointType, SecretShape, SecretUse};
use crate::rules::Date;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub static RULE: Rule = Rule {
    entry: Entry {
        id: "adls-sas-secret",
        family: Family::Authentication,
        severity: Severity::Error,
        certainty: Certainty::Documented,
        fix: FixKind::None,
        summary: "the Secret of an access token has no usable shared access signature",
        sources: &[pages::ADLS],
        doc: include_str!("adls_sas_secret.md"),
        example: include_str!("../../../testdata/rules/adls-sas-secret/bad-1.yaml"),
    },
    check: Check::Bundle(check),
};

const KEY: &str = "accessToken";

fn check(bundle: &Bundle, sink: &mut Sink<'_>) {
    for mut used in secrets::used(bundle, SecretUse::AccessToken) {
        used.by.retain(|(endpoint, _)| endpoint.kind == Some(EndpointType::DataLakeStorage));
        if used.by.is_empty() {
            continue;
        }
        let name = used.secret.id.name();
        let Some(entry) = used.secret.entry(KEY) else {
            let message = format!("Secret `{name}` lacks `{KEY}`");
            used.tell(sink.place(used.secret.block, message)).label(format!("has {}", used.keys()));
            continue;
        };
        if let Some((fault, help)) = fault(&entry.shape, sink.today()) {
            used.tell(sink.place(entry.place, format!("`{KEY}` of Secret `{name}` {fault}"))).help(help);
        }
    }
}

/// What is wrong with a token of this shape, and what to do.
fn fault(shape: &SecretShape, today: Option<Date>) -> Option<(&'static str, &'static str)> {
    match shape {
        SecretShape::Sas { question_mark: true, .. } => {
            Some(("begins with a `?`", "take the question mark away: it belongs to the URL, not to the token"))
        }
        SecretShape::Sas { expiry: Some(expiry), .. } => {
            let ended = Date::parse(expiry)? < today?;
            ended.then_some(("has expired", "make a new shared access signature, and note when that one expires"))
        }
        SecretShape::ConnectionString { .. }
        | SecretShape::DollarConnectionString
        | SecretShape::SharedAccessSignature => Some((
            "belongs to Event Hubs",
            "write the shared access signature of the storage account or container, without `?`",
        )),
        SecretShape::Sas { .. } | SecretShape::Unknown | SecretShape::Empty | SecretShape::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_with_its_day() {
        let shape = SecretShape::of("sv=2022-11-02&sr=c&se=2026-05-01T08%3A00%3A00Z&sig=abc");
        let ended = |today: Option<&str>| fault(&shape, today.and_then(Date::parse)).is_some();
        assert!(!ended(Some("2026-04-30")));
        assert!(!ended(Some("2026-05-01")), "the hour is not looked at");
        assert!(ended(Some("2026-05-02")));
        assert!(!ended(None), "without a date nothing has ended");
    }
}
