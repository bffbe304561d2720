//! What evalexpr refuses, in words.

use evalexpr::{EvalexprError, Operator, Value, ValueType};

/// Characters of a value that a message shows.
const SHOWN: usize = 40;

/// The error as a message.
pub(super) fn of(error: &EvalexprError) -> String {
    use EvalexprError as E;
    match error {
        E::ExpectedString { actual } => expected("text", actual),
        E::ExpectedInt { actual } => expected("an integer", actual),
        E::ExpectedFloat { actual } | E::ExpectedNumber { actual } => expected("a number", actual),
        E::ExpectedNumberOrString { actual } => expected("a number or text", actual),
        E::ExpectedBoolean { actual } => expected("true or false", actual),
        E::ExpectedTuple { actual } => expected("a list", actual),
        E::ExpectedFixedLengthTuple { expected_length, actual } => {
            expected(&format!("{expected_length} arguments"), actual)
        }
        E::ExpectedRangedLengthTuple { expected_length, actual } => {
            expected(&format!("{} to {} arguments", expected_length.start(), expected_length.end()), actual)
        }
        E::ExpectedEmpty { actual } => expected("nothing", actual),
        E::TypeError { expected: types, actual } => {
            let types: Vec<_> = types.iter().map(|kind| name(*kind)).collect();
            expected(&types.join(" or "), actual)
        }
        E::WrongTypeCombination { operator: Operator::Add, actual } => {
            let types: Vec<_> = actual.iter().map(|kind| name(*kind)).collect();
            format!("`+` does not add {}; `str::from` makes text of a number", types.join(" and "))
        }
        E::AdditionError { augend, addend } => overflow(augend, "+", addend),
        E::SubtractionError { minuend, subtrahend } => overflow(minuend, "-", subtrahend),
        E::MultiplicationError { multiplicand, multiplier } => overflow(multiplicand, "*", multiplier),
        E::NegationError { argument } => format!("the opposite of {argument} is beyond 64 bits"),
        E::DivisionError { dividend, divisor } => division(dividend, "/", divisor),
        E::ModulationError { dividend, divisor } => division(dividend, "%", divisor),
        E::OutOfBoundsAccess => "the part that is asked for is not within the text".to_owned(),
        E::VariableIdentifierNotFound(name) => format!("no input is `{name}`"),
        E::FunctionIdentifierNotFound(name) => format!("no function is called `{name}`"),
        E::CustomMessage(message) => message.clone(),
        other => format!("evalexpr refuses it: {other}"),
    }
}

fn expected(what: &str, actual: &Value) -> String {
    format!("expected {what}, found {}", describe(actual))
}

fn overflow(left: &Value, operator: &str, right: &Value) -> String {
    format!("{left} {operator} {right} is beyond 64 bits")
}

fn division(dividend: &Value, operator: &str, divisor: &Value) -> String {
    match divisor {
        Value::Int(0) => format!("{dividend} {operator} 0 has no value for integers"),
        _ => overflow(dividend, operator, divisor),
    }
}

/// A value with its type, shortened.
pub(in crate::translate::transform) fn describe(value: &Value) -> String {
    match value {
        Value::String(text) => match text.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("text `{}…`", &text[..end]),
            None => format!("text `{text}`"),
        },
        Value::Tuple(values) => format!("a list of {}", values.len()),
        Value::Empty => "nothing, `()`".to_owned(),
        Value::Boolean(_) | Value::Int(_) | Value::Float(_) => format!("`{value}`"),
    }
}

const fn name(kind: ValueType) -> &'static str {
    match kind {
        ValueType::String => "text",
        ValueType::Float => "a float",
        ValueType::Int => "an integer",
        ValueType::Boolean => "true or false",
        ValueType::Tuple => "a list",
        ValueType::Empty => "nothing",
    }
}
