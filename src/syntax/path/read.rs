//! Reads a data path from its text.

use super::{MAX_SEGMENTS, Metadata, Path, Root, Segment, SyntaxError};
use std::ops::Range;

pub(super) fn path(text: &str) -> Result<Path, SyntaxError> {
    let (body, last) = suffix(text)?;
    let word = &text[body.clone()];
    if word.is_empty() {
        return Err(SyntaxError::new("expected a path", body));
    }
    if word.starts_with('@') {
        let at = body.start..body.start + 1;
        return Err(SyntaxError::new("`@` in front is how the portal shows a path; manifests write it without", at));
    }
    let (root, fields) = root(text, body.clone())?;
    if matches!(root, Root::Metadata(_)) {
        return Ok(Path { root, segments: Vec::new(), last, range: body });
    }
    let segments = segments(text, fields)?;
    check_wildcards(text, &segments)?;
    Ok(Path { root, segments, last, range: body })
}

/// Takes `? $last` off the end (case and blanks are free); what is left has no white space around it.
fn suffix(text: &str) -> Result<(Range<usize>, Option<Range<usize>>), SyntaxError> {
    let trimmed = |range: Range<usize>| {
        let part = &text[range.clone()];
        let start = range.start + (part.len() - part.trim_start().len());
        start..start + part.trim().len()
    };
    let whole = trimmed(0..text.len());
    if let Some(at) = unquoted(text, whole.clone(), "??") {
        let message = "`?? default` is for data flow graphs; a dataflow knows `? $last`";
        return Err(SyntaxError::new(message, at..whole.end));
    }
    let Some(at) = unquoted(text, whole.clone(), "?") else {
        return Ok((whole, None));
    };
    let word = text[at + 1..whole.end].trim();
    if word.eq_ignore_ascii_case("$last") {
        return Ok((trimmed(whole.start..at), Some(at..whole.end)));
    }
    if word.starts_with('$') || word.eq_ignore_ascii_case("last") {
        return Err(SyntaxError::new(format!("expected `? $last`, found `? {word}`"), at..whole.end));
    }
    Ok((whole, None))
}

/// Where `what` stands last in the range outside of quoted segments.
fn unquoted(text: &str, range: Range<usize>, what: &str) -> Option<usize> {
    let mut found = None;
    let mut at = range.start;
    while at < range.end {
        let rest = &text[at..range.end];
        let opens = at == range.start || text[..at].ends_with('.');
        if opens && rest.starts_with('"') {
            at += closing(rest, |behind| behind.trim_start().starts_with('?')).unwrap_or(1);
        } else if rest.starts_with(what) {
            found = Some(at);
            at += what.len();
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// The length of the quoted segment that `rest` begins with, quotes included: it ends with a quote before `.`, the end,
/// or what `ends` accepts.
fn closing(rest: &str, ends: impl Fn(&str) -> bool) -> Option<usize> {
    rest.char_indices().skip(1).find_map(|(at, char)| {
        let behind = rest.get(at + char.len_utf8()..)?;
        (char == '"' && (behind.is_empty() || behind.starts_with('.') || ends(behind))).then_some(at + 1)
    })
}

/// The root that the text names, and where the fields begin.
fn root(text: &str, body: Range<usize>) -> Result<(Root, Range<usize>), SyntaxError> {
    let word = &text[body.clone()];
    let behind = |prefix: &str| body.start + prefix.len()..body.end;
    if word.starts_with("$source.") {
        return Ok((Root::Message, behind("$source.")));
    }
    if word.starts_with("$context.") {
        return Ok((Root::Context(None), behind("$context.")));
    }
    if word.starts_with("$context(") {
        return context(text, behind("$context("));
    }
    if word.starts_with("$metadata.") {
        let rest = behind("$metadata.");
        return Ok((Root::Metadata(metadata(text, rest.clone())?), rest));
    }
    if word.starts_with('$') {
        let name = word.split('.').next().unwrap_or(word);
        let message =
            format!("`{name}` is no root, expected `$source.`, `$context(key).` or `$metadata.`; quote a field name");
        return Err(SyntaxError::new(message, body.start..body.start + name.len()));
    }
    Ok((Root::Message, body))
}

/// `$context(` stands before `rest`.
fn context(text: &str, rest: Range<usize>) -> Result<(Root, Range<usize>), SyntaxError> {
    let word = &text[rest.clone()];
    let Some(close) = word.find(')') else {
        return Err(SyntaxError::new("`$context(` is not closed by `)`", rest));
    };
    let key = word[..close].trim();
    if key.is_empty() {
        return Err(SyntaxError::new("expected the key of a data set in `$context()`", rest.start..rest.start + close));
    }
    if !word[close + 1..].starts_with('.') {
        let at = rest.start + close + 1;
        return Err(SyntaxError::new("expected `.` and a field behind `$context(key)`", at..rest.end));
    }
    Ok((Root::Context(Some(key.to_owned())), rest.start + close + 2..rest.end))
}

fn metadata(text: &str, rest: Range<usize>) -> Result<Metadata, SyntaxError> {
    let word = &text[rest.clone()];
    let key = |prefix: &str| {
        let range = rest.start + prefix.len()..rest.end;
        let all = segments(text, range.clone())?;
        match all.as_slice() {
            [Segment { name: Some(name), .. }] => Ok(name.clone()),
            [_] => Err(SyntaxError::new("metadata takes no `*`; name the property", range)),
            _ => Err(SyntaxError::new("a name with dots has to stand in double quotes", range)),
        }
    };
    match word {
        "topic" => Ok(Metadata::Topic),
        "system_property.content_type" => Ok(Metadata::ContentType),
        _ if word.starts_with("user_property.") => key("user_property.").map(Metadata::UserProperty),
        _ if word.starts_with("header.") => key("header.").map(Metadata::Header),
        _ => {
            let message = format!(
                "metadata has no `{word}`, expected `topic`, `user_property.NAME`, `system_property.content_type` or `header.KEY`"
            );
            Err(SyntaxError::new(message, rest))
        }
    }
}

fn segments(text: &str, fields: Range<usize>) -> Result<Vec<Segment>, SyntaxError> {
    let mut all = Vec::new();
    let mut at = fields.start;
    loop {
        let rest = &text[at..fields.end];
        let segment = if rest.starts_with('"') {
            let Some(length) = closing(rest, |_| false) else {
                return Err(SyntaxError::new(
                    "a quoted segment has to end with `\"` before `.` or the end",
                    at..fields.end,
                ));
            };
            Segment { name: Some(rest[1..length - 1].to_owned()), range: at..at + length }
        } else {
            let length = rest.find('.').unwrap_or(rest.len());
            if length == 0 {
                return Err(SyntaxError::new("a segment of a path is empty; `\"\"` is a field without a name", at..at));
            }
            let name = &rest[..length];
            Segment { name: (name != "*").then(|| name.to_owned()), range: at..at + length }
        };
        at = segment.range.end;
        all.push(segment);
        if all.len() > MAX_SEGMENTS {
            return Err(SyntaxError::new(format!("a path of more than {MAX_SEGMENTS} segments"), fields));
        }
        if at >= fields.end {
            return Ok(all);
        }
        at += 1;
    }
}

/// One `*` at most, as a whole segment.
fn check_wildcards(text: &str, segments: &[Segment]) -> Result<(), SyntaxError> {
    let part = segments.iter().find(|segment| {
        let written = &text[segment.range.clone()];
        segment.name.is_some() && !written.starts_with('"') && written.contains('*')
    });
    if let Some(part) = part {
        let message = format!("`*` has to be a whole segment, found `{}`", &text[part.range.clone()]);
        return Err(SyntaxError::new(message, part.range.clone()));
    }
    match segments.iter().filter(|segment| segment.name.is_none()).nth(1) {
        Some(second) => Err(SyntaxError::new("a path has at most one `*`", second.range.clone())),
        None => Ok(()),
    }
}
