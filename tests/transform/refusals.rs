//! What cannot be run, and messages that cannot be transformed: said in place, never a crash.

use super::case::{Case, mqtt, raw};
use flowgate::translate::DropReason;
use serde_json::{Value as Json, json};

#[test]
fn failures_name_the_part_of_the_expression() {
    for (expression, part, said) in [
        ("1 + ($1 + $2) * 2", "$1 + $2", "an integer and text"),
        ("math::sqrt(0 - $1)", "math::sqrt(0 - $1)", "`NaN`, which JSON cannot hold"),
        ("1.0 / ($1 - $1)", "1.0 / ($1 - $1)", "`inf`, which JSON cannot hold"),
        ("($1, 0.0 / 0)", "($1, 0.0 / 0)", "`NaN`"),
    ] {
        let (reason, why) = Case::map(&[(&["a", "b"], "x", expression)]).dropped(&json!({"a": 1, "b": "t"}));
        assert_eq!(reason, DropReason::TransformError);
        assert!(why.trim_start_matches('"').starts_with(part) && why.contains(said), "{why}");
    }
}

#[test]
fn plans_that_cannot_run_are_refused_in_place() {
    for (inputs, output, expression, part, said) in [
        (&["a"][..], "x", "$1 + $2", "$2", "there is one"),
        (&["a"], "x", "$1 = 2", "=", "assigns"),
        (&["a"], "x", "abs($1)", "abs", "math::abs"),
        (&["a ?? 0"], "x", "", "?? 0", "graphs"),
        (&["$context(d).x"], "x", "", "$context(d).x", "there are none"),
        (&["$context.x"], "x", "", "$context.x", "$context(key)"),
        (&["*"], "x", "", "\"x\"", "output needs one"),
        (&["a"], "*", "", "\"*\"", "inputs have none"),
        (&["*", "a"], "*", "$1 + $2", "a", "all inputs"),
        (&["*"], "$metadata.user_property.x", "", "\"$metadata.user_property.x\"", "no place"),
        (&["a"], "", "$1", "\"$1\"", "no meaning"),
        (&["a"], "x ? $last", "", "x", "for inputs"),
        (&["* ? $last"], "*", "", "*", "`*`"),
        (&["a"], "$context(d).x", "", "$context(d).x", "cannot be written"),
        (&["a"], "$source.x", "", "$source.x", "without"),
        (&["@a"], "x", "", "@", "portal"),
    ] {
        let (found, message) = Case::map(&[(inputs, output, expression)]).refused();
        assert_eq!(found, part, "{message}");
        assert!(message.contains(said), "{message}");
    }
    let (_, message) = Case::new("serializationFormat: Parquet\nmap: [{inputs: [a], output: a}]").refused();
    assert!(message.contains("`Json` can be run"), "{message}");
    for (block, said) in [
        ("filter: [{inputs: ['*'], expression: $1}]", "take no `*`"),
        ("filter: [{inputs: [a]}]", "needs an expression"),
        ("map: [{inputs: [], output: a}]", "needs an input"),
    ] {
        let (_, message) = Case::new(block).refused();
        assert!(message.contains(said), "{message}");
    }
    // All errors are told at once.
    let errors = Case::map(&[(&["a"], "x", "$2"), (&["a"], "y", "$3")]).plan().unwrap_err();
    assert_eq!(errors.len(), 2);
}

#[test]
fn outputs_that_do_not_fit_each_other_are_errors() {
    let case = Case::map(&[(&["a"], "x", ""), (&["a"], "x.y", "")]);
    let (reason, why) = case.dropped(&json!({"a": 1}));
    assert_eq!(reason, DropReason::TransformError);
    assert!(why.contains("`x` is no object"), "{why}");
    assert_eq!(case.payload(&json!({"a": {"z": 1}})), json!({"x": {"z": 1, "y": {"z": 1}}}));
}

#[test]
fn bad_payloads_are_drops() {
    let case = Case::map(&[(&["*"], "*", ""), (&["a"], "x", "$1 + 1")]);
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000)).into_bytes();
    for payload in [
        b"".to_vec(),
        b"hello".to_vec(),
        b"{\"a\":\"\xff\"}".to_vec(),
        b"{\"a\":1".to_vec(),
        b"{\"a\":1} x".to_vec(),
        b"{\"a\":NaN}".to_vec(),
        b"{\"a\":1e400}".to_vec(),
        b"[1]".to_vec(),
        b"1".to_vec(),
        b"null".to_vec(),
        deep("[", "]"),
        deep("{\"a\":", "}"),
    ] {
        let dropped = case.apply(&raw(payload.clone())).unwrap_err();
        assert_eq!(
            dropped.reason,
            DropReason::TransformError,
            "{}",
            String::from_utf8_lossy(&payload[..payload.len().min(40)])
        );
        assert!(dropped.cause.is_some());
    }
    // Without a map, any JSON will do.
    let filter = Case::new("filter: [{inputs: [$metadata.topic], expression: $1 == \"x\"}]");
    assert_eq!(filter.apply(&raw(b"[1]".to_vec())).unwrap().payload, None);
}

#[test]
fn large_payloads_are_outcomes() {
    let text = json!({"a": "x".repeat(10 << 20), "l": (0..20_000).collect::<Vec<_>>()});
    let case = Case::map(&[(&["*"], "*", ""), (&["a"], "n", "len($1)"), (&["l"], "m", "max($1)")]);
    let out = case.payload(&text);
    assert_eq!((&out["n"], &out["m"]), (&json!(10 << 20), &json!(19_999)));
    let wide: serde_json::Map<String, Json> = (0..20_000).map(|key| (key.to_string(), json!(key))).collect();
    assert_eq!(
        case.set("missing-map-input", "skip").apply(&mqtt(&Json::Object(wide))).unwrap_err().reason,
        DropReason::TransformError
    );
}
