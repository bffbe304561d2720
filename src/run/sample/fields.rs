//! The fields that a transformation reads, with values of the type that its expressions ask for.
//!
//! A scan, not a reading: it looks at what stands beside `$1`, and is content with a guess.

use crate::settings::Transform;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The name that a wildcard stands for.
const ANY: &str = "sample";

/// How values are chosen, as nobody knows which of them a filter lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// On the quiet side of every comparison.
    Quiet,
    /// Ordinary values.
    Middle,
    /// Low values.
    Low,
    /// High values.
    High,
}

impl Guess {
    pub(super) const ALL: [Self; 4] = [Self::Quiet, Self::Middle, Self::Low, Self::High];

    fn number(self) -> Json {
        match self {
            Self::Quiet | Self::Middle => json!(21.5),
            Self::Low => json!(-1000),
            Self::High => json!(1_000_000),
        }
    }
}

/// The segments of a data path: `.` separates, a segment in double quotes may hold dots, quotes within a segment are
/// ordinary (data flow mapping page).
pub fn segments(path: &str) -> Vec<String> {
    let mut segments = Vec::new();
    let mut rest = path.trim();
    while !rest.is_empty() {
        let quoted = rest.strip_prefix('"').and_then(|inner| {
            let end =
                inner.match_indices('"').find(|(at, _)| matches!(inner.as_bytes().get(at + 1), None | Some(b'.')))?;
            Some((inner.get(..end.0)?, inner.get(end.0 + 1..)?))
        });
        let (segment, after) = quoted.unwrap_or_else(|| rest.split_at(rest.find('.').unwrap_or(rest.len())));
        segments.push(segment.to_owned());
        rest = after.strip_prefix('.').unwrap_or_default();
    }
    segments
}

/// Every input of the transformation, without `? $last` and what else follows the path.
pub(super) fn inputs(transform: &Transform) -> impl Iterator<Item = &str> {
    let datasets = transform.datasets.iter().flat_map(|dataset| &dataset.inputs);
    let filters = transform.filters.iter().flat_map(|filter| &filter.inputs);
    let maps = transform.maps.iter().flat_map(|map| &map.inputs);
    datasets.chain(filters).chain(maps).map(|input| path_of(&input.value))
}

fn path_of(input: &str) -> &str {
    input.split_once(" ?").map_or(input, |(path, _)| path).trim()
}

/// The fields of the payload that `transform` reads, by path, with a value for each.
pub(super) fn fields(transform: &Transform, guess: Guess) -> BTreeMap<Vec<String>, Json> {
    let mut found = BTreeMap::new();
    let filters = transform.filters.iter().map(|rule| (&rule.inputs, &rule.expression, true));
    let datasets = transform.datasets.iter().map(|rule| (&rule.inputs, &rule.expression, false));
    let maps = transform.maps.iter().map(|rule| (&rule.inputs, &rule.expression, false));
    // Filters come first: they decide whether the message goes through at all.
    for (inputs, expression, drops) in filters.chain(datasets).chain(maps) {
        for (index, input) in inputs.iter().enumerate() {
            let Some(path) = field_path(path_of(&input.value)) else { continue };
            let expression = expression.as_ref().map(|expression| expression.value.as_ref());
            let name = input.value.as_ref();
            let value = expression.and_then(|expression| used_as(expression, index + 1, drops, guess));
            let guessed = value.is_some();
            let value = value.unwrap_or_else(|| by_name(name, guess));
            let known = found.entry(path).or_insert_with(|| (value.clone(), guessed));
            if guessed && !known.1 {
                *known = (value, true);
            }
        }
    }
    let mut fields: BTreeMap<Vec<String>, Json> = found.into_iter().map(|(path, (value, _))| (path, value)).collect();
    // A path that another one goes through is an object.
    let paths: Vec<Vec<String>> = fields.keys().cloned().collect();
    fields.retain(|path, _| !paths.iter().any(|other| other.len() > path.len() && other.starts_with(path)));
    fields
}

/// The path below the payload; `None` for metadata, context, and what is no field.
fn field_path(input: &str) -> Option<Vec<String>> {
    let mut path = segments(input);
    if path.first().is_some_and(|first| first == "$source") {
        path.remove(0);
    }
    let outside = path.first().is_none_or(|first| first.is_empty() || first.starts_with('$'));
    path.iter_mut().filter(|segment| *segment == "*").for_each(|segment| ANY.clone_into(segment));
    (!outside).then_some(path)
}

/// A value for `$number`, by what the expression does with it; where the rule `drops`, one for which it is false.
fn used_as(expression: &str, number: usize, drops: bool, guess: Guess) -> Option<Json> {
    let variable = format!("${number}");
    let uses = expression
        .match_indices(&variable)
        .filter(|(at, _)| !expression.as_bytes().get(at + variable.len()).is_some_and(u8::is_ascii_digit));
    let mut value = None;
    for (at, _) in uses {
        let behind = expression.get(at + variable.len()..).unwrap_or_default().trim_start();
        let before = expression.get(..at).unwrap_or_default().trim_end();
        if let Some(compared) = comparison(behind, drops, guess) {
            return Some(compared);
        }
        value = value.or_else(|| arithmetic(before, behind, guess));
    }
    value
}

/// What `$1 OP LITERAL` asks for.
fn comparison(behind: &str, drops: bool, guess: Guess) -> Option<Json> {
    const OPERATORS: [&str; 6] = ["==", "!=", ">=", "<=", ">", "<"];
    let operator = OPERATORS.into_iter().find(|operator| behind.starts_with(operator))?;
    let literal = behind.get(operator.len()..)?.trim_start();
    if let Some(text) = literal.strip_prefix('"') {
        let text = text.split('"').next().unwrap_or_default();
        let equal = (operator == "==") != drops;
        return Some(if equal { json!(text) } else { json!(format!("not {text}")) });
    }
    if literal.starts_with("true") || literal.starts_with("false") {
        let equal = (operator == "==") != drops;
        return Some(json!(literal.starts_with("true") == equal));
    }
    let end = literal.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-'))).unwrap_or(literal.len());
    let Ok(bound) = literal.get(..end)?.parse::<f64>() else { return Some(guess.number()) };
    if guess != Guess::Quiet {
        return Some(guess.number());
    }
    let holds = match operator {
        ">" | ">=" => bound + 1.0,
        "<" | "<=" | "!=" => bound - 1.0,
        _ => bound,
    };
    let fails = match operator {
        ">" | ">=" => bound - 1.0,
        "<" | "<=" | "==" => bound + 1.0,
        _ => bound,
    };
    Some(number(if drops { fails } else { holds }))
}

/// A number without a fraction that is not there.
fn number(value: f64) -> Json {
    #[allow(clippy::cast_possible_truncation, reason = "it is whole and small")]
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

fn arithmetic(before: &str, behind: &str, guess: Guess) -> Option<Json> {
    const TEXT: [&str; 6] =
        ["str::to_lowercase(", "str::to_uppercase(", "str::trim(", "str::substring(", "str::from(", "len("];
    if TEXT.iter().any(|function| before.ends_with(function)) {
        return Some(json!("Sample"));
    }
    let joins = behind.starts_with("+ \"") || before.ends_with("\" +");
    if joins {
        return Some(json!("sample"));
    }
    let by = |c: Option<char>| c.is_some_and(|c| matches!(c, '*' | '/' | '-' | '%' | '^' | '+'));
    let called = before.ends_with(['(', ',']) && before.contains('(');
    (by(behind.chars().next()) || by(before.chars().last()) || called).then(|| guess.number())
}

/// A value by what the field is called, where nothing else tells.
fn by_name(name: &str, guess: Guess) -> Json {
    const TEXTS: [&str; 8] = ["name", "id", "unit", "status", "position", "type", "text", "tag"];
    let lower = name.to_ascii_lowercase();
    if TEXTS.iter().any(|text| lower.ends_with(text)) { json!("sample") } else { guess.number() }
}
