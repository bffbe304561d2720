use super::*;
use proptest::prelude::*;

fn error(text: &str) -> (String, &str) {
    let error = Expression::parse(text).expect_err(text);
    (error.message, &text[error.range])
}

#[test]
fn tokens_have_their_places() {
    let text = " $1 >= 1e-3 && str::trim(\"a \\\" b\") != true";
    let expression = Expression::parse(text).unwrap();
    let parts: Vec<_> = expression.tokens().iter().map(|token| &text[token.range.clone()]).collect();
    assert_eq!(parts, ["$1", ">=", "1e-3", "&&", "str::trim", "(", "\"a \\\" b\"", ")", "!=", "true"]);
    assert_eq!(expression.tokens()[2].kind, TokenKind::Float(0.001));
    assert_eq!(expression.string(&expression.tokens()[6].range).as_deref(), Some("a \" b"));
    assert_eq!(expression.normalised(), "$1 >= 1e-3 && str::trim ( \"a \\\" b\" ) != true");
}

#[test]
fn numbers_are_those_of_evalexpr() {
    let kind = |text: &str| Expression::parse(text).unwrap().tokens()[0].kind;
    for (text, value) in [("0", 0), ("0x1F", 31), ("9223372036854775807", i64::MAX), ("007", 7)] {
        assert_eq!(kind(text), TokenKind::Int(value), "{text}");
    }
    for (text, value) in
        [("1.", 1.0), (".5", 0.5), ("1e3", 1000.0), ("1E+3", 1000.0), ("9223372036854775808", 2f64.powi(63))]
    {
        assert_eq!(kind(text), TokenKind::Float(value), "{text}");
    }
    for text in ["1.2.3", "0xZZ", "1_000", "12px", "1e"] {
        assert_eq!(error(text).1, text);
    }
}

#[test]
fn comments_are_skipped() {
    assert_eq!(Expression::parse("$1 /* of 2 */ + 2 // more").unwrap().normalised(), "$1 + 2");
    assert_eq!(Expression::parse("$1 // one\n + 2").unwrap().normalised(), "$1 + 2");
    assert_eq!(error("$1 /* x").1, "/* x");
    // `/*/` is open; and a comment does not join words.
    assert_eq!(error("1 /*/ 2").1, "/*/ 2");
    assert_eq!(error("1/**/2").1, "2");
}

#[test]
fn what_is_no_expression_is_refused_in_place() {
    for (text, part, said) in [
        ("$3 == 'abc'", "'abc'", "double quotes"),
        ("$1 > 20 and $2 < 3", "and", "`&&`"),
        ("not $1", "not", "`!`"),
        ("$1 or $2", "or", "`||`"),
        ("{1} > 2", "{1}", "`$1`"),
        ("$0 + 1", "$0", "`$1`"),
        ("$x", "$x", "no input"),
        ("$01", "$01", "no input"),
        ("abs($1)", "abs", "`math::abs`"),
        ("ctof($1)", "ctof", "`cToF`"),
        ("shl(1, 2)", "shl", "no function"),
        ("str::regex_matches($1, \"a\")", "str::regex_matches", "graphs"),
        ("temperature > 3", "temperature", "inputs are written"),
        ("nan", "nan", "no value"),
        ("$1 = 2", "=", "`==`"),
        ("$1 += 2", "+=", "assigns"),
        ("$1 &&= true", "&&=", "assigns"),
        ("$1 === 2", "=", "assigns"),
        ("1; 2", ";", "one value"),
        ("$1 & $2", "&", "`&&`"),
        ("$1 | $2", "|", "`||`"),
        ("\"abc", "\"abc", "not closed"),
        ("\"a\\n\"", "\\n", "escape"),
        ("($1 + 2", "(", "not closed"),
        ("$1 + 2)", ")", "closes nothing"),
        ("$1 +", "+", "behind `+`"),
        ("* 2", "*", "before `*`"),
        ("$1 + * 2", "*", "before `*`"),
        ("+ 2", "+", "before `+`"),
        ("1 2", "2", "operator"),
        ("(1)(2)", "(", "operator"),
        ("$1 ! $2", "!", "operator"),
        ("min", "min", "function"),
        ("min + 1", "min", "function"),
        ("min(1 + )", "+", "behind `+`"),
        ("$1 § 2", "§", "no meaning"),
        ("if(true, 1)", "if(true, 1)", "3 arguments, found 2"),
        ("scale($1, 2)", "scale($1, 2)", "5 arguments, found 2"),
        ("cToF($1, $2)", "cToF($1, $2)", "1 argument, found 2"),
        ("cToF()", "cToF()", "1 argument, found 0"),
        ("math::pow(2)", "math::pow(2)", "2 arguments, found 1"),
        ("str::substring($1,1,2,3)", "str::substring($1,1,2,3)", "2 to 3 arguments, found 4"),
        ("", "", "expected an expression"),
    ] {
        let (message, range) = error(text);
        assert_eq!(range, part, "{text}: {message}");
        assert!(message.contains(said), "{text}: {message}");
    }
}

#[test]
fn what_evalexpr_takes_is_taken() {
    for text in
        ["()", "1, 2", "(1,)", "(,)", "math::sqrt 4", "- -1", "!!true", "2 ^ -3", "if($1)", "min($1)", "typeof()"]
    {
        assert!(Expression::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn depth_and_length_have_limits() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Expression::parse(&nested(MAX_NESTING)).is_ok());
    let deep = nested(100_000);
    assert_eq!(Expression::parse(&deep).unwrap_err().range.len(), 1);
    assert!(error(&nested(MAX_NESTING + 1)).0.contains("64"));
    let chain = vec!["1"; 100_000].join("+");
    assert!(error(&chain).0.contains("1000 tokens"));
    assert!(error(&"!".repeat(100_000)).0.contains("1000 tokens"));
}

#[test]
fn inputs_are_counted() {
    let expression = Expression::parse("$1 + $3").unwrap();
    assert_eq!(expression.check_inputs(3), Ok(()));
    let error = expression.check_inputs(2).unwrap_err();
    assert_eq!((error.message.as_str(), error.range), ("no input is `$3`; there are 2, `$1` to `$2`", 5..7));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_in_place(
        text in "(\\PC|[-+*/%^()=!<>&|\"'$;, 0-9e.]|\\$1|and|min|str::trim|true|/\\*|//){0,24}"
    ) {
        match Expression::parse(&text) {
            Ok(expression) => {
                let mut at = 0;
                for token in expression.tokens() {
                    prop_assert!(token.range.start >= at && text.get(token.range.clone()).is_some());
                    at = token.range.end;
                }
                let again = Expression::parse(&expression.normalised()).unwrap();
                let kinds = |expression: &Expression| expression.tokens().iter().map(|token| token.kind).collect::<Vec<_>>();
                prop_assert_eq!(kinds(&again), kinds(&expression));
            }
            Err(error) => prop_assert!(text.get(error.range.clone()).is_some(), "{:?}", error),
        }
    }
}
