use super::*;
use proptest::prelude::*;
use serde_json::Value as Json;

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(value) => Value::Boolean(*value),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Tuple(items.iter().map(value).collect()),
        Json::Object(object) => match (object.get("int"), object.get("float")) {
            (Some(int), _) => Value::Int(int.as_i64().unwrap()),
            (_, Some(Json::String(word))) => Value::Float(word.parse().unwrap()),
            (_, Some(float)) => Value::Float(float.as_f64().unwrap()),
            _ => panic!("{json}"),
        },
        Json::Number(_) => panic!("numbers say whether they are `int` or `float`: {json}"),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a == b || a.is_nan() && b.is_nan() || (a - b).abs() < 1e-9,
        (Value::Tuple(a), Value::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => a == b,
    }
}

fn evaluate(text: &str, values: &[Value]) -> Result<Value, (String, Range<usize>)> {
    let choices = Choices::default();
    let expression = Expression::compile(text, values.len(), &choices).map_err(|error| (error.message, error.range))?;
    expression.evaluate(values).map_err(|error| (error.message, error.range))
}

#[test]
fn all_vectors_hold() {
    let text = include_str!("../../../../testdata/expressions/vectors.json");
    let file: Json = serde_json::from_str(text).unwrap();
    let values: Vec<Value> = (1..=6).map(|number| value(&file["vars"][format!("${number}")])).collect();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 78);
    for case in cases {
        let text = case["expr"].as_str().unwrap();
        let result = evaluate(text, &values);
        match (case.get("ok"), case.get("error")) {
            (Some(expected), None) => {
                let result = result.unwrap_or_else(|error| panic!("{text}: {error:?}"));
                assert!(same(&result, &value(expected)), "{text}: {result:?}");
            }
            (None, Some(_)) => assert!(result.is_err(), "{text}: {result:?}"),
            _ => panic!("{case}"),
        }
    }
}

#[test]
fn failures_have_their_place() {
    let values = [Value::Int(26), Value::Float(2.5), Value::from("abc"), Value::Empty, Value::from("é")];
    for (text, part, said) in [
        ("1 + ($1 + $3) * 2", "$1 + $3", "an integer and text"),
        ("$1 > 2 && $3 > 5", "$3 > 5", "text `abc`"),
        ("cToF($1) + cToF($3)", "cToF($3)", "expected a number"),
        ("if($4 > 1, 2, 3)", "$4 > 1", "nothing"),
        ("2 * -($3)", "-($3)", "expected a number"),
        ("1 + 7 / ($1 - 26)", "7 / ($1 - 26)", "7 / 0"),
        ("9223372036854775807 + $1", "9223372036854775807 + $1", "beyond 64 bits"),
        ("len(str::substring($5, 1))", "str::substring($5, 1)", "cut a character"),
        ("str::substring($3, 2, 9)", "str::substring($3, 2, 9)", "not within"),
        ("str::substring($3, 0 - 1)", "str::substring($3, 0 - 1)", "not within"),
        ("1 + scale($1, 2, 2, 0, 1)", "scale($1, 2, 2, 0, 1)", "no range"),
        ("round_n($2, 16)", "round_n($2, 16)", "0 to 15"),
        ("$1 && true", "$1 && true", "true or false"),
        ("(1, $3 * 2, 3)", "$3 * 2", "expected a number"),
        ("math::abs(-9223372036854775807 - 1)", "math::abs(-9223372036854775807 - 1)", "beyond 64 bits"),
        ("min()", "min()", ""),
    ] {
        let (message, range) = evaluate(text, &values).expect_err(text);
        assert_eq!(&text[range], part, "{text}: {message}");
        assert!(message.contains(said), "{text}: {message}");
    }
}

#[test]
fn conversions_are_those_of_the_page() {
    for (text, expected) in [
        ("cToF(25)", 77.0),
        ("fToC(212)", 100.0),
        ("psiToBar(100)", 6.89476),
        ("barToPsi(6.89476)", 100.0),
        ("inToCm(2)", 5.08),
        ("cmToIn(5.08)", 2.0),
        ("ftToM(10)", 3.048),
        ("mToFt(3.048)", 10.0),
        ("lbToKg(2)", 0.907184),
        ("kgToLb(0.907184)", 2.0),
        ("galToL(2)", 7.57082),
        ("lToGal(7.57082)", 2.0),
        ("scale(2047.5, 0, 4095, 0, 100)", 50.0),
        ("scale(5, 10, 0, 0, 1)", 0.5),
        ("round_n(3.14159, 2)", 3.14),
        ("round_n(-2.5, 0)", -3.0),
        ("round_n(7, 3)", 7.0),
    ] {
        let result = evaluate(text, &[]).unwrap();
        assert!(same(&result, &Value::Float(expected)), "{text}: {result:?}");
    }
    assert_eq!(evaluate("round_n(1e300 * 1e8, 15)", &[]), Ok(Value::Float(1e308)));
}

#[test]
fn text_and_numbers_join_where_that_is_chosen() {
    let mut choices = Choices::default();
    choices.set("string-plus-number", "join").unwrap();
    let values = [Value::from("abc"), Value::Int(2), Value::Float(2.5), Value::Empty];
    for (text, expected) in [
        ("$1 + $2", Value::from("abc2")),
        ("$2 + $1 + $3", Value::from("2abc2.5")),
        ("$2 + $3", Value::Float(4.5)),
        ("$2 + 3 * ($2 + 1)", Value::Int(11)),
        ("$1 + ($2 + $2)", Value::from("abc4")),
    ] {
        let expression = Expression::compile(text, 4, &choices).unwrap();
        assert_eq!(expression.evaluate(&values), Ok(expected), "{text}");
    }
    for (text, part) in [("1 + ($1 + $4) * 2", "$1 + $4"), ("$1 + true", "$1 + true"), ("$1 + 2 / 0", "2 / 0")] {
        let error = Expression::compile(text, 4, &choices).unwrap().evaluate(&values).unwrap_err();
        assert_eq!(&text[error.range], part, "{text}");
    }
}

#[test]
fn large_inputs_are_refused_or_fast() {
    let list = Value::Tuple((0..300_000).map(Value::Int).collect());
    let other = Value::Tuple((300_000..600_000).map(Value::Int).collect());
    assert_eq!(evaluate("contains_any($1, $2)", &[list, other]), Ok(Value::Boolean(false)));
    let text = Value::String("x".repeat(10 << 20));
    assert_eq!(evaluate("len($1) > 5", std::slice::from_ref(&text)), Ok(Value::Boolean(true)));
    let chain = vec!["$1"; 500].join(" + ");
    assert!(evaluate(&chain, &[text]).unwrap_err().0.contains("too large"));
}

#[test]
fn the_longest_chains_fit_a_small_stack() {
    let sum = vec!["1"; 499].join("+");
    let calls = "math::abs ".repeat(999);
    for (fine, fails) in [
        ("!".repeat(999) + "true", "!".repeat(999) + "1"),
        (format!("{sum}+1"), format!("true+{sum}")),
        (format!("{calls}1"), format!("{calls}true")),
        ("-".repeat(999) + "$1", "-".repeat(999) + "true"),
    ] {
        assert!(evaluate(&fine, &[Value::Int(1)]).is_ok(), "{fine}");
        let (message, range) = evaluate(&fails, &[]).unwrap_err();
        assert!(message.starts_with("expected") && range.len() < 20, "{fails}: {message}");
    }
}

fn operand() -> impl Strategy<Value = Value> {
    let primitive = prop_oneof![
        Just(Value::Empty),
        any::<bool>().prop_map(Value::Boolean),
        (-4i64..4).prop_map(Value::Int),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        prop::sample::select(vec![0.0, -0.0, 1.0, 2.5, f64::NAN]).prop_map(Value::Float),
        "[ aAé]{0,4}".prop_map(Value::String),
    ];
    primitive.clone().boxed().prop_union(prop::collection::vec(primitive, 0..4).prop_map(Value::Tuple).boxed())
}

proptest! {
    /// evalexpr's own functions are the measure of those that replace them, wherever they do not panic.
    #[test]
    fn functions_mean_what_evalexpr_means(name in prop::sample::select(&BUILTIN[..]), arguments in prop::collection::vec(operand(), 0..4)) {
        let argument = match arguments.as_slice() {
            [] => Value::Empty,
            [only] => only.clone(),
            _ => Value::Tuple(arguments.clone()),
        };
        prop_assume!(!(name == "math::abs" && argument == Value::Int(i64::MIN)));
        let splits = matches!(arguments.first(), Some(Value::String(text)) if !text.is_ascii());
        prop_assume!(!(name == "str::substring" && splits));
        let mut context = evalexpr::HashMapContext::new();
        evalexpr::ContextWithMutableVariables::set_value(&mut context, "x".to_owned(), argument.clone()).unwrap();
        let theirs = evalexpr::eval_with_context(&format!("{name} x"), &context);
        let ours = functions::call(name, &argument);
        match (&theirs, &ours) {
            (Ok(theirs), Ok(ours)) => prop_assert!(same(theirs, ours) || theirs == ours, "{} {:?} {:?}", name, theirs, ours),
            (Err(theirs), Err(ours)) => prop_assert_eq!(words::of(theirs), words::of(ours)),
            _ => prop_assert!(false, "{} {:?}: {:?}, {:?}", name, argument, theirs, ours),
        }
    }

    #[test]
    fn nothing_panics_and_failures_lie_in_the_text(
        text in "(\\$[12]|[-+*/%^(),!]|==|>=|&&|\"é\"|[0-9]{1,3}|min|if|str::substring|true| ){1,16}",
        values in prop::collection::vec(operand(), 2),
        join in any::<bool>(),
    ) {
        let mut choices = Choices::default();
        choices.set("string-plus-number", if join { "join" } else { "error" }).unwrap();
        if let Ok(expression) = Expression::compile(&text, 2, &choices)
            && let Err(error) = expression.evaluate(&values)
        {
            prop_assert!(text.get(error.range.clone()).is_some_and(|part| !part.is_empty()), "{:?}", error);
        }
    }
}

const BUILTIN: [&str; 33] = [
    "floor",
    "round",
    "ceil",
    "min",
    "max",
    "len",
    "if",
    "contains",
    "contains_any",
    "typeof",
    "math::abs",
    "math::sqrt",
    "math::cbrt",
    "math::ln",
    "math::log2",
    "math::log10",
    "math::log",
    "math::exp",
    "math::exp2",
    "math::pow",
    "math::cos",
    "math::sin",
    "math::tan",
    "math::acos",
    "math::asin",
    "math::atan",
    "math::atan2",
    "math::hypot",
    "str::to_lowercase",
    "str::to_uppercase",
    "str::trim",
    "str::from",
    "str::substring",
];
