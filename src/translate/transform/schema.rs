//! The schema of the result: converts what is written to the types that it declares, and holds the result against it.
//!
//! Conversions by the conversions page (2024-11-11). The schema is a JSON Schema from a file; a registry is not asked,
//! nor is any address that the schema refers to.

use super::plan::PlanError;
use crate::diag::Place;
use jsonschema::Validator;
use serde_json::{Number, Value as Json};
use std::sync::Arc;

/// A schema, ready to be held against results.
#[derive(Debug, Clone)]
pub struct Schema {
    text: Json,
    validator: Arc<Validator>,
}

impl Schema {
    /// Compiles a JSON Schema that the manifest names at `place`.
    ///
    /// # Errors
    /// Where it is no JSON Schema, or refers to another one by its address.
    pub fn compile(schema: &Json, place: Place) -> Result<Self, PlanError> {
        let named = schema.get("$schema").and_then(Json::as_str).unwrap_or_default();
        if named.to_ascii_lowercase().starts_with("delta/") {
            return Err(PlanError::new("a Delta schema is for storage; results are held against a JSON Schema", place));
        }
        let validator = jsonschema::options().offline().build(schema).map_err(|error| {
            PlanError::new(format!("the schema of the result is no JSON Schema that can be used: {error}"), place)
        })?;
        Ok(Self { text: schema.clone(), validator: Arc::new(validator) })
    }

    /// Whether the result matches; if not, the first mismatch.
    pub fn check(&self, result: &Json) -> Result<(), String> {
        self.validator.validate(result).map_err(|error| {
            let path = error.instance_path().to_string();
            let at = if path.is_empty() { "the result".to_owned() } else { format!("`{path}`") };
            format!("{at} does not match its schema: {error}")
        })
    }

    /// Converts the value for the field at `path` to the type that is declared for it.
    pub fn convert(&self, path: &[&str], value: &mut Json) {
        let schema = path.iter().try_fold(&self.text, |schema, name| schema.get("properties")?.get(*name));
        if let Some(schema) = schema {
            convert(schema, value);
        }
    }
}

fn convert(schema: &Json, value: &mut Json) {
    match value {
        Json::Object(object) => {
            for (name, value) in object {
                if let Some(schema) = schema.get("properties").and_then(|properties| properties.get(name)) {
                    convert(schema, value);
                }
            }
        }
        Json::Array(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|item| convert(schema, item));
            }
        }
        _ => {
            let declared: Vec<&str> = match schema.get("type") {
                Some(Json::String(word)) => vec![word],
                Some(Json::Array(words)) => words.iter().filter_map(Json::as_str).collect(),
                _ => return,
            };
            if !declared.iter().any(|word| is(value, word))
                && let Some(converted) = declared.iter().find_map(|word| converted(value, word))
            {
                *value = converted;
            }
        }
    }
}

fn is(value: &Json, word: &str) -> bool {
    match value {
        Json::Null => word == "null",
        Json::Bool(_) => word == "boolean",
        Json::String(_) => word == "string",
        Json::Number(number) => word == "number" || word == "integer" && !number.is_f64(),
        Json::Array(_) | Json::Object(_) => true,
    }
}

/// Numbers to integers with loss, numeric text to numbers, truth values to 0 and 1 or to text.
fn converted(value: &Json, word: &str) -> Option<Json> {
    match (value, word) {
        (Json::Number(number), "integer") => integer(number.as_f64()?),
        (Json::String(text), "integer") => match text.trim().parse::<i64>() {
            Ok(number) => Some(Json::from(number)),
            Err(_) => integer(text.trim().parse().ok()?),
        },
        (Json::String(text), "number") => match text.trim().parse::<i64>() {
            Ok(number) => Some(Json::from(number)),
            Err(_) => Number::from_f64(text.trim().parse().ok()?).map(Json::Number),
        },
        (Json::Bool(value), "integer" | "number") => Some(Json::from(i64::from(*value))),
        (Json::Bool(value), "string") => Some(Json::from(value.to_string())),
        _ => None,
    }
}

/// The integer part, if 64 bits hold it.
fn integer(number: f64) -> Option<Json> {
    let whole = number.trunc();
    let fits = whole >= -9_223_372_036_854_775_808.0 && whole < 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked, the fraction is gone")]
    fits.then(|| Json::from(whole as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{FileId, Span};
    use serde_json::json;

    fn place() -> Place {
        Place::new(FileId(0), Span::new(0, 1))
    }

    #[test]
    fn values_become_what_is_declared() {
        let schema = json!({"type": "object", "properties": {
            "i": {"type": "integer"}, "n": {"type": ["number", "null"]}, "s": {"type": "string"},
            "o": {"type": "object", "properties": {"i": {"type": "integer"}}},
            "l": {"type": "array", "items": {"type": "number"}}, "free": {},
        }});
        let schema = Schema::compile(&schema, place()).unwrap();
        for (path, from, to) in [
            ("i", json!(2.9), json!(2)),
            ("i", json!(-2.9), json!(-2)),
            ("i", json!("7"), json!(7)),
            ("i", json!(true), json!(1)),
            ("i", json!(1e300), json!(1e300)),
            ("i", json!("x"), json!("x")),
            ("n", json!("2.5"), json!(2.5)),
            ("n", json!(false), json!(0)),
            ("n", json!(null), json!(null)),
            ("n", json!("NaN"), json!("NaN")),
            ("s", json!(true), json!("true")),
            ("s", json!(5), json!(5)),
            ("o", json!({"i": 1.5, "x": 1.5}), json!({"i": 1, "x": 1.5})),
            ("l", json!(["1", 2.5]), json!([1, 2.5])),
            ("free", json!("1"), json!("1")),
            ("unknown", json!("1"), json!("1")),
        ] {
            let mut value = from.clone();
            schema.convert(&[path], &mut value);
            assert_eq!(value, to, "{path} {from}");
        }
    }

    #[test]
    fn schemas_that_cannot_be_used_are_refused() {
        for schema in
            [json!({"type": "nothing"}), json!({"$ref": "http://example.com/x.json"}), json!({"$schema": "Delta/1.0"})]
        {
            assert!(Schema::compile(&schema, place()).is_err(), "{schema}");
        }
    }
}
