//! The functions of expressions on values.
//!
//! Those that evalexpr 11.3.1 has (`src/function/builtin.rs`) mean the same here, but never panic: its
//! `str::substring` does so within a character, its `math::abs` on the smallest integer. Conversions, `scale` and
//! `round_n` are the product's own (expressions page, 2026-06-23).

use super::JOIN;
use evalexpr::{EvalexprError, EvalexprResult, Value, ValueType};
use std::collections::HashSet;

/// The value of the function `name`.
pub(super) fn call(name: &str, argument: &Value) -> EvalexprResult<Value> {
    if let Some(function) = of_number(name) {
        return Ok(Value::Float(function(argument.as_number()?)));
    }
    if let Some(function) = of_two_numbers(name) {
        let [a, b] = list(argument)?;
        return Ok(Value::Float(function(a.as_number()?, b.as_number()?)));
    }
    match name {
        "math::abs" => absolute(argument),
        "min" => least(argument),
        "max" => greatest(argument),
        "scale" => scale(argument),
        "round_n" => round_to(argument),
        "if" => {
            let [condition, yes, no] = list(argument)?;
            Ok(if condition.as_boolean()? { yes.clone() } else { no.clone() })
        }
        "typeof" => Ok(Value::from(type_of(argument))),
        "len" => length(argument),
        "contains" => contains(argument),
        "contains_any" => contains_any(argument),
        "str::to_lowercase" => Ok(Value::String(text(argument)?.to_lowercase())),
        "str::to_uppercase" => Ok(Value::String(text(argument)?.to_uppercase())),
        "str::trim" => Ok(Value::from(text(argument)?.trim())),
        "str::from" => Ok(Value::String(argument.str_from())),
        "str::substring" => substring(argument),
        JOIN => join(argument),
        _ => Err(EvalexprError::FunctionIdentifierNotFound(name.to_owned())),
    }
}

fn of_number(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "floor" => f64::floor,
        "round" => f64::round,
        "ceil" => f64::ceil,
        "cToF" => |celsius| celsius * 9.0 / 5.0 + 32.0,
        "fToC" => |fahrenheit| (fahrenheit - 32.0) * 5.0 / 9.0,
        "psiToBar" => |psi| psi * 0.068_947_6,
        "barToPsi" => |bar| bar / 0.068_947_6,
        "inToCm" => |inches| inches * 2.54,
        "cmToIn" => |centimetres| centimetres / 2.54,
        "ftToM" => |feet| feet * 0.3048,
        "mToFt" => |metres| metres / 0.3048,
        "lbToKg" => |pounds| pounds * 0.453_592,
        "kgToLb" => |kilograms| kilograms / 0.453_592,
        "galToL" => |gallons| gallons * 3.785_41,
        "lToGal" => |litres| litres / 3.785_41,
        "math::sqrt" => f64::sqrt,
        "math::cbrt" => f64::cbrt,
        "math::ln" => f64::ln,
        "math::log2" => f64::log2,
        "math::log10" => f64::log10,
        "math::exp" => f64::exp,
        "math::exp2" => f64::exp2,
        "math::cos" => f64::cos,
        "math::sin" => f64::sin,
        "math::tan" => f64::tan,
        "math::acos" => f64::acos,
        "math::asin" => f64::asin,
        "math::atan" => f64::atan,
        _ => return None,
    })
}

fn of_two_numbers(name: &str) -> Option<fn(f64, f64) -> f64> {
    Some(match name {
        "math::log" => f64::log,
        "math::pow" => f64::powf,
        "math::atan2" => f64::atan2,
        "math::hypot" => f64::hypot,
        _ => return None,
    })
}

/// The arguments of a function that takes `N`.
fn list<const N: usize>(argument: &Value) -> EvalexprResult<&[Value; N]> {
    let Value::Tuple(values) = argument else {
        return Err(EvalexprError::ExpectedTuple { actual: argument.clone() });
    };
    values
        .as_slice()
        .try_into()
        .map_err(|_| EvalexprError::ExpectedFixedLengthTuple { expected_length: N, actual: argument.clone() })
}

fn tuple(argument: &Value) -> EvalexprResult<&[Value]> {
    match argument {
        Value::Tuple(values) => Ok(values),
        other => Err(EvalexprError::ExpectedTuple { actual: other.clone() }),
    }
}

fn text(argument: &Value) -> EvalexprResult<&str> {
    match argument {
        Value::String(text) => Ok(text),
        other => Err(EvalexprError::ExpectedString { actual: other.clone() }),
    }
}

fn absolute(argument: &Value) -> EvalexprResult<Value> {
    match argument {
        Value::Float(number) => Ok(Value::Float(number.abs())),
        Value::Int(number) => match number.checked_abs() {
            Some(number) => Ok(Value::Int(number)),
            None => Err(EvalexprError::NegationError { argument: argument.clone() }),
        },
        other => Err(EvalexprError::ExpectedNumber { actual: other.clone() }),
    }
}

/// The least integer if it is below every float, as evalexpr decides; without integers that is `i64::MAX`.
fn least(argument: &Value) -> EvalexprResult<Value> {
    let (mut integer, mut float) = (i64::MAX, f64::INFINITY);
    for value in tuple(argument)? {
        match value {
            Value::Float(number) => float = float.min(*number),
            Value::Int(number) => integer = integer.min(*number),
            other => return Err(EvalexprError::ExpectedNumber { actual: other.clone() }),
        }
    }
    Ok(if (integer as f64) < float { Value::Int(integer) } else { Value::Float(float) })
}

fn greatest(argument: &Value) -> EvalexprResult<Value> {
    let (mut integer, mut float) = (i64::MIN, f64::NEG_INFINITY);
    for value in tuple(argument)? {
        match value {
            Value::Float(number) => float = float.max(*number),
            Value::Int(number) => integer = integer.max(*number),
            other => return Err(EvalexprError::ExpectedNumber { actual: other.clone() }),
        }
    }
    Ok(if (integer as f64) > float { Value::Int(integer) } else { Value::Float(float) })
}

/// `scale(v, a, b, c, d)`: `v` of the range `a` to `b`, in the range `c` to `d`.
fn scale(argument: &Value) -> EvalexprResult<Value> {
    let [value, from, to, low, high] = list(argument)?;
    let (value, from, to) = (value.as_number()?, from.as_number()?, to.as_number()?);
    let (low, high) = (low.as_number()?, high.as_number()?);
    if from == to {
        return Err(EvalexprError::CustomMessage(format!("`scale` from {from} to {to} is no range")));
    }
    Ok(Value::Float((value - from) / (to - from) * (high - low) + low))
}

/// `round_n(v, n)`: `v` with at most `n` decimals, 0 to 15, half away from zero.
fn round_to(argument: &Value) -> EvalexprResult<Value> {
    let [value, decimals] = list(argument)?;
    let value = value.as_number()?;
    let decimals = decimals.as_int()?;
    let Some(places) = i32::try_from(decimals).ok().filter(|places| (0..=15).contains(places)) else {
        let message = format!("`round_n` takes 0 to 15 decimals, found {decimals}");
        return Err(EvalexprError::CustomMessage(message));
    };
    let factor = 10f64.powi(places);
    let scaled = value * factor;
    // So large that it has no decimals.
    Ok(Value::Float(if scaled.is_finite() { scaled.round() / factor } else { value }))
}

const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Float(_) => "float",
        Value::Int(_) => "int",
        Value::Boolean(_) => "boolean",
        Value::Tuple(_) => "tuple",
        Value::Empty => "empty",
    }
}

/// Bytes of a text, or members of a list.
fn length(argument: &Value) -> EvalexprResult<Value> {
    let length = match argument {
        Value::String(text) => text.len(),
        Value::Tuple(values) => values.len(),
        other => return Err(type_error(other, &[ValueType::String, ValueType::Tuple])),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

const PRIMITIVES: [ValueType; 4] = [ValueType::String, ValueType::Int, ValueType::Float, ValueType::Boolean];

fn type_error(actual: &Value, expected: &[ValueType]) -> EvalexprError {
    EvalexprError::TypeError { expected: expected.to_vec(), actual: actual.clone() }
}

const fn is_primitive(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Int(_) | Value::Float(_) | Value::Boolean(_))
}

fn contains(argument: &Value) -> EvalexprResult<Value> {
    let [all, value] = list(argument)?;
    let all = tuple(all)?;
    if !is_primitive(value) {
        return Err(type_error(value, &PRIMITIVES));
    }
    Ok(Value::Boolean(all.contains(value)))
}

/// By hash, as two long lists compared member by member would take for ever.
fn contains_any(argument: &Value) -> EvalexprResult<Value> {
    let [all, some] = list(argument)?;
    let (all, some) = (tuple(all)?, tuple(some)?);
    if let Some(other) = some.iter().find(|value| !is_primitive(value)) {
        return Err(type_error(other, &PRIMITIVES));
    }
    let all: HashSet<Key<'_>> = all.iter().filter_map(Key::of).collect();
    Ok(Value::Boolean(some.iter().filter_map(Key::of).any(|key| all.contains(&key))))
}

/// A primitive by which equal values are found: 0.0 equals -0.0, NaN equals nothing.
#[derive(PartialEq, Eq, Hash)]
enum Key<'v> {
    Text(&'v str),
    Int(i64),
    Float(u64),
    Boolean(bool),
}

impl<'v> Key<'v> {
    fn of(value: &'v Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Text(text)),
            Value::Int(number) => Some(Self::Int(*number)),
            Value::Float(number) if number.is_nan() => None,
            Value::Float(number) => Some(Self::Float(if *number == 0.0 { 0 } else { number.to_bits() })),
            Value::Boolean(value) => Some(Self::Boolean(*value)),
            Value::Tuple(_) | Value::Empty => None,
        }
    }
}

/// `str::substring(text, start[, end])`: by bytes, as evalexpr counts.
fn substring(argument: &Value) -> EvalexprResult<Value> {
    let (subject, start, end) = match tuple(argument)? {
        [subject, start] => (text(subject)?, start, None),
        [subject, start, end] => (text(subject)?, start, Some(end)),
        _ => {
            return Err(EvalexprError::ExpectedRangedLengthTuple { expected_length: 2..=3, actual: argument.clone() });
        }
    };
    let offset = |value: &Value| usize::try_from(value.as_int()?).map_err(|_| EvalexprError::OutOfBoundsAccess);
    let start = offset(start)?;
    let end = end.map_or(Ok(subject.len()), offset)?;
    match subject.get(start..end) {
        Some(part) => Ok(Value::from(part)),
        None if start <= end && end <= subject.len() => {
            let message = format!("`str::substring` from byte {start} to {end} would cut a character of `{subject}`");
            Err(EvalexprError::CustomMessage(message))
        }
        None => Err(EvalexprError::OutOfBoundsAccess),
    }
}

/// `+` where it joins text and numbers (expressions page, 2026-06-23); otherwise as evalexpr adds.
fn join(argument: &Value) -> EvalexprResult<Value> {
    let [a, b] = list(argument)?;
    match (a, b) {
        (Value::String(_), Value::String(_) | Value::Int(_) | Value::Float(_))
        | (Value::Int(_) | Value::Float(_), Value::String(_)) => Ok(Value::String(a.str_from() + &b.str_from())),
        (Value::Int(left), Value::Int(right)) => match left.checked_add(*right) {
            Some(sum) => Ok(Value::Int(sum)),
            None => Err(EvalexprError::AdditionError { augend: a.clone(), addend: b.clone() }),
        },
        _ => {
            for value in [a, b] {
                if !matches!(value, Value::String(_) | Value::Int(_) | Value::Float(_)) {
                    return Err(EvalexprError::ExpectedNumberOrString { actual: value.clone() });
                }
            }
            Ok(Value::Float(a.as_number()? + b.as_number()?))
        }
    }
}
