//! JSON values and the values of expressions.
//!
//! Integers of 64 bits with sign stay integers, other numbers are floats; a tuple is an array of primitives, `()` is
//! null; objects cannot enter (conversions page, 2024-11-11; expressions page, 2026-06-23). Numbers of a payload that
//! need more than 64 bits become the nearest float, in expressions and where they are copied.

use super::expression::Value;
use serde_json::{Map, Value as Json};

/// A payload as JSON. It may not be nested deeper than 128 levels, which is what the reader follows.
pub fn parse(payload: &[u8]) -> Result<Json, String> {
    serde_json::from_slice(payload)
        .map_err(|error| if payload.is_empty() { "it is empty".to_owned() } else { error.to_string() })
}

/// The JSON type in words, with its article.
pub const fn type_name(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

/// As an operand of an expression; what it is where it cannot be one.
pub fn to_operand(json: &Json) -> Result<Value, &'static str> {
    match json {
        Json::Array(items) => items
            .iter()
            .map(primitive)
            .collect::<Option<_>>()
            .map(Value::Tuple)
            .ok_or("an array of more than primitives"),
        other => primitive(other).ok_or("an object"),
    }
}

fn primitive(json: &Json) -> Option<Value> {
    match json {
        Json::Null => Some(Value::Empty),
        Json::Bool(value) => Some(Value::Boolean(*value)),
        Json::Number(number) => Some(match number.as_i64() {
            Some(integer) => Value::Int(integer),
            None => Value::Float(number.as_f64()?),
        }),
        Json::String(text) => Some(Value::String(text.clone())),
        Json::Array(_) | Json::Object(_) => None,
    }
}

/// The result of an expression; why it has no place in JSON.
pub fn of_result(value: Value) -> Result<Json, String> {
    match value {
        Value::Empty => Ok(Json::Null),
        Value::Boolean(value) => Ok(Json::Bool(value)),
        Value::Int(integer) => Ok(Json::from(integer)),
        Value::Float(float) => match serde_json::Number::from_f64(float) {
            Some(number) => Ok(Json::Number(number)),
            None => Err(format!("the result is `{float}`, which JSON cannot hold")),
        },
        Value::String(text) => Ok(Json::String(text)),
        Value::Tuple(values) => values.into_iter().map(of_result).collect::<Result<_, _>>().map(Json::Array),
    }
}

/// The field at `path` below `root`.
pub fn at<'j>(root: &'j Json, path: &[String]) -> Option<&'j Json> {
    path.iter().try_fold(root, |json, name| json.as_object()?.get(name))
}

/// Puts a field at `path`, which has at least one name, and makes the objects around it; a field that is there gives way.
///
/// # Errors
/// How many names lead to a field that is no object, so that nothing can be put into it.
pub fn put(object: &mut Map<String, Json>, path: &[&str], value: Json) -> Result<(), usize> {
    let Some((name, around)) = path.split_last() else { return Ok(()) };
    let mut object = object;
    for (depth, name) in around.iter().enumerate() {
        if !object.contains_key(*name) {
            object.insert((*name).to_owned(), Json::Object(Map::new()));
        }
        match object.get_mut(*name) {
            Some(Json::Object(inner)) => object = inner,
            _ => return Err(depth + 1),
        }
    }
    object.insert((*name).to_owned(), value);
    Ok(())
}

/// The bytes of a value in a trace.
pub fn bytes(json: &Json) -> Vec<u8> {
    serde_json::to_vec(json).unwrap_or_default()
}

/// A value for a message, shortened.
pub fn brief(json: &Json) -> String {
    let text = json.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
