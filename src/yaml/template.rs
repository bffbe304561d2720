//! Placeholders: text that a tool or a person is to replace before the manifest is applied.
//!
//! `${VAR}` of envsubst, azd and Bicep; `<NAME>` of documentation pages; `{{ … }}` of Helm and
//! Jinja; a bare `...` of documentation pages. The dynamic topic variables `${inputTopic}`, `${inputTopic.n}` and
//! `${outputTopic}` belong to the product and are none.

/// The first placeholder in `text`, with its delimiters.
pub fn find(text: &str) -> Option<&str> {
    if text == "..." {
        return Some(text);
    }
    memchr::memchr3(b'$', b'<', b'{', text.as_bytes())?;
    text.char_indices().find_map(|(start, first)| match first {
        '$' => variable(&text[start..]),
        '<' => angle(&text[start..]),
        '{' => braces(&text[start..]),
        _ => None,
    })
}

/// `${NAME}`, but not the product's own `${inputTopic…}` and `${outputTopic…}`.
fn variable(text: &str) -> Option<&str> {
    let body = text.strip_prefix("${")?;
    let end = body.find('}')?;
    let name = &body[..end];
    let starts_like_a_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let own = name.get(..10).is_some_and(|head| head.eq_ignore_ascii_case("inputTopic"))
        || name.get(..11).is_some_and(|head| head.eq_ignore_ascii_case("outputTopic"));
    (starts_like_a_name && !own).then(|| &text[..end + 3])
}

/// `<YOUR-HOST>`, `<your CA certificate config map>`: letters, digits, `-`, `_`, `.`, `/` and single blanks.
fn angle(text: &str) -> Option<&str> {
    let body = text.strip_prefix('<')?;
    let end = body.find('>')?;
    let name = &body[..end];
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | ' ' | '.' | '/');
    let named = name.starts_with(|first: char| first.is_ascii_alphabetic()) && !name.ends_with(' ');
    (named && name.len() <= 64 && name.chars().all(allowed)).then(|| &text[..end + 2])
}

/// `{{ .Values.host }}`.
fn braces(text: &str) -> Option<&str> {
    let body = text.strip_prefix("{{")?;
    let end = body.find("}}")?;
    Some(&text[..end + 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found() {
        for (text, found) in [
            ("${HOST}", "${HOST}"),
            ("x-${site_id}-y", "${site_id}"),
            ("<NAMESPACE>.<REGION>-1.ts.eventgrid.azure.net:8883", "<NAMESPACE>"),
            ("<your CA certificate config map>", "<your CA certificate config map>"),
            ("{{ .Values.host }}:8883", "{{ .Values.host }}"),
            ("...", "..."),
        ] {
            assert_eq!(find(text), Some(found), "{text}");
        }
    }

    #[test]
    fn the_products_own_text_is_none() {
        for text in [
            "${inputTopic}",
            "out/${inputTopic.2}/x",
            "${outputTopic}",
            "$ConnectionString",
            "a < b && c > d",
            "$1 < 5",
            "<",
            "$",
            "{",
            "a...b",
            "$metadata.topic",
            "$1 > 2 || $2 < 3",
            "{\"a\": 1}",
            "x <5> y",
            "",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
