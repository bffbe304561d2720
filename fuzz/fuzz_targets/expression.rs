//! Arbitrary text as an expression, with arbitrary values: nothing panics, and what is refused lies in the text.

#![no_main]

use flowgate::syntax::expression::Expression as Syntax;
use flowgate::syntax::{path::Path, topic};
use flowgate::translate::Choices;
use flowgate::translate::transform::expression::{Expression, Value};
use libfuzzer_sys::fuzz_target;
use std::ops::Range;

fuzz_target!(|bytes: &[u8]| {
    // The first bytes say which values `$1` to `$4` have, the rest is the text.
    let (head, rest) = bytes.split_at(bytes.len().min(5));
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let values: Vec<Value> = head.iter().take(4).map(|byte| value(*byte)).collect();
    let mut choices = Choices::default();
    if head.get(4).is_some_and(|byte| byte % 2 == 1) {
        choices.set("string-plus-number", "join").expect("a setting of the transformation");
    }
    match Syntax::parse(text) {
        Err(error) => within(text, &error.range),
        Ok(syntax) => {
            let mut at = 0;
            for token in syntax.tokens() {
                within(text, &token.range);
                assert!(token.range.start >= at && !token.range.is_empty(), "tokens stand one behind the other");
                at = token.range.end;
            }
        }
    }
    match Expression::compile(text, values.len(), &choices) {
        Err(error) => within(text, &error.range),
        Ok(expression) => {
            if let Err(error) = expression.evaluate(&values) {
                within(text, &error.range);
            }
        }
    }
    others(text);
});

/// Data paths and topics are small languages too.
fn others(text: &str) {
    if let Err(error) = Path::parse(text) {
        within(text, &error.range);
    }
    if let Err(error) = topic::Filter::parse(text) {
        within(text, &error.range);
    }
    match topic::Template::parse(text) {
        Err(error) => within(text, &error.range),
        Ok(template) => {
            let _ = template.expand("/a/b//c/");
        }
    }
}

/// The range lies in the text, on character boundaries.
fn within(text: &str, range: &Range<usize>) {
    assert!(text.get(range.clone()).is_some(), "{range:?} is no part of {text:?}");
}

fn value(byte: u8) -> Value {
    let number = i64::from(byte >> 4);
    match byte & 0xf {
        0 => Value::Empty,
        1 => Value::Boolean(number % 2 == 0),
        2 => Value::Int(number),
        3 => Value::Int(-number),
        4 => Value::Int(i64::MAX),
        5 => Value::Int(i64::MIN),
        6 => Value::Float(number as f64 / 4.0),
        7 => Value::Float(f64::NAN),
        8 => Value::Float(f64::NEG_INFINITY),
        9 => Value::Float(-0.0),
        10 => Value::String(String::new()),
        11 => Value::String("aé\u{1f600}".repeat(usize::from(byte >> 4))),
        12 => Value::String(number.to_string()),
        13 => Value::Tuple(Vec::new()),
        14 => Value::Tuple(vec![Value::Int(number), Value::Float(0.5), Value::Empty]),
        _ => Value::Tuple((0..5).map(|index| value(byte.wrapping_mul(7).wrapping_add(index) & 0xfc)).collect()),
    }
}
