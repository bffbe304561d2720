//! What the values of CloudEvents attributes have to be (Azure IoT Operations SDKs, ADR 10).

use fluent_uri::{Uri, UriRef};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What is wrong with `value` as the attribute `name`, if anything is.
pub(super) fn problem(name: &str, value: &[u8]) -> Option<String> {
    let expected = |what: &str| Some(format!("CloudEvents expects {what} in `{name}`"));
    let Ok(text) = std::str::from_utf8(value) else { return expected("UTF-8") };
    match name {
        "specversion" | "type" | "id" if text.is_empty() => expected("some text"),
        "source" if text.is_empty() || UriRef::parse(text).is_err() => expected("a URI-reference"),
        "dataschema" if Uri::parse(text).is_err() => expected("a URI"),
        "time" if OffsetDateTime::parse(text, &Rfc3339).is_err() => expected("a time of RFC 3339"),
        "datacontenttype" if !is_media_type(text) => expected("a media type"),
        _ => None,
    }
}

/// `^([-a-z]+)/([-a-z0-9.]+)(\+([-a-z0-9.]+))?(;.*)?$`, by which the SDKs judge.
fn is_media_type(text: &str) -> bool {
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    let (subtype, suffix) =
        subtype.split_once('+').map_or((subtype, None), |(subtype, suffix)| (subtype, Some(suffix)));
    let word = |text: &str, more: fn(char) -> bool| {
        !text.is_empty() && text.chars().all(|char| char == '-' || char.is_ascii_lowercase() || more(char))
    };
    let with_digits = |text: &str| word(text, |char| char == '.' || char.is_ascii_digit());
    word(kind, |_| false) && with_digits(subtype) && suffix.is_none_or(with_digits) && !parameters.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn values_are_judged_as_the_sdks_do() {
        for (name, good) in [
            ("specversion", "1.0"),
            ("source", "aio://mycluster/myoven"),
            ("source", "/relative#x"),
            ("dataschema", "sr://fabrikam-schemas/123123123234234234234234#1.0.0"),
            ("dataschema", "aio-sr://ns/name:1"),
            ("time", "2018-04-05T17:31:00Z"),
            ("time", "2018-04-05T17:31:00.123+02:00"),
            ("datacontenttype", "application/json"),
            ("datacontenttype", "application/cloudevents+json; charset=utf-8"),
            ("subject", ""),
        ] {
            assert_eq!(problem(name, good.as_bytes()), None, "{name} {good}");
        }
        for (name, bad) in [
            ("specversion", ""),
            ("type", ""),
            ("id", ""),
            ("source", ""),
            ("source", "a b"),
            ("dataschema", "relative"),
            ("time", "yesterday"),
            ("time", "2018-04-05 17:31"),
            ("datacontenttype", "json"),
            ("datacontenttype", "Application/JSON"),
            ("datacontenttype", "application/a+"),
        ] {
            assert!(problem(name, bad.as_bytes()).is_some(), "{name} {bad}");
        }
        assert!(problem("subject", b"\xff").is_some());
    }
}
