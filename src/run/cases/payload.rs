//! JSON payloads: where two differ, and the field at a path.

use crate::run::sample::segments;
use serde_json::Value as Json;

/// How far two numbers may be apart.
const TOLERANCE: f64 = 1e-9;

/// The first place where two payloads differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The path of the field: segments with dots between them, empty for the whole payload.
    pub path: String,
    /// What was expected there; `None`: nothing.
    pub expected: Option<String>,
    /// What is there; `None`: nothing.
    pub seen: Option<String>,
}

/// Where `seen` differs from `expected`: numbers are equal within 1e-9, whether whole or not; members are in any order.
pub fn difference(expected: &Json, seen: &Json) -> Option<Difference> {
    differ(expected, seen, &mut String::new())
}

fn differ(expected: &Json, seen: &Json, path: &mut String) -> Option<Difference> {
    let here = |path: &str| {
        let (expected, seen) = (Some(expected.to_string()), Some(seen.to_string()));
        Some(Difference { path: path.to_owned(), expected, seen })
    };
    match (expected, seen) {
        (Json::Object(a), Json::Object(b)) => {
            let ours = a.iter().find_map(|(key, value)| {
                within(path, key, |path| match b.get(key) {
                    Some(other) => differ(value, other, path),
                    None => Some(Difference { path: path.clone(), expected: Some(value.to_string()), seen: None }),
                })
            });
            ours.or_else(|| {
                let (key, value) = b.iter().find(|(key, _)| !a.contains_key(*key))?;
                within(path, key, |path| {
                    Some(Difference { path: path.clone(), expected: None, seen: Some(value.to_string()) })
                })
            })
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(index, (a, b))| within(path, &index.to_string(), |path| differ(a, b, path)))
        }
        (Json::Number(a), Json::Number(b)) => {
            let whole = a.as_i64().zip(b.as_i64()).map(|(a, b)| a == b);
            let whole = whole.or_else(|| a.as_u64().zip(b.as_u64()).map(|(a, b)| a == b));
            let near = || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| close(a, b));
            if whole.unwrap_or_else(near) { None } else { here(path) }
        }
        _ if expected == seen => None,
        _ => here(path),
    }
}

/// Absolute below one, relative above, as a large number has fewer digits behind its point.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0)
}

fn within<T>(path: &mut String, segment: &str, then: impl FnOnce(&mut String) -> T) -> T {
    let before = path.len();
    if !path.is_empty() {
        path.push('.');
    }
    if segment.contains('.') {
        path.push_str(&format!("\"{segment}\""))
    } else {
        path.push_str(segment)
    }
    let result = then(path);
    path.truncate(before);
    result
}

/// The field at a data path such as `Sensors."Tag.10".Value`; a number is the index in a list.
pub fn field<'j>(payload: &'j Json, path: &str) -> Option<&'j Json> {
    segments(path).iter().try_fold(payload, |value, segment| match value {
        Json::Array(items) => items.get(segment.parse::<usize>().ok()?),
        _ => value.get(segment),
    })
}
