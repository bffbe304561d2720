//! The trace tells of every field, and changes nothing.

use super::case::{Case, mqtt, raw};
use flowgate::translate::{Action, DropReason, Property};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

#[test]
fn every_field_has_its_step() {
    let case = Case::map(&[
        (&["*"], "*", ""),
        (&["t"], "f", "cToF($1)"),
        (&["secret"], "", ""),
        (&["a.b"], "renamed", ""),
        (&["$metadata.topic"], "topic", ""),
    ]);
    let steps = case.steps(&json!({"t": 25, "a": {"b": 1}, "secret": "s"}));
    let told: Vec<_> = steps
        .iter()
        .map(|step| {
            let name = |side: &Option<(Property, Vec<u8>)>| side.as_ref().map(|(property, _)| property.to_string());
            (name(&step.input), name(&step.output), step.action, step.rule.id, step.choice.map(|choice| choice.name))
        })
        .collect();
    let field = |name: &str| Some(format!("payload field `{name}`"));
    assert_eq!(
        told,
        [
            (field("t"), field("t"), Action::Kept, "map-wildcard", None),
            (field("a.b"), field("a.b"), Action::Kept, "map-wildcard", None),
            (field("t"), field("f"), Action::Changed, "map-expression", Some("overlap")),
            (field("a.b"), field("renamed"), Action::Kept, "map-copy", Some("overlap")),
            (None, field("topic"), Action::Made, "metadata-input", None),
            (field("secret"), None, Action::Removed, "map-remove", None),
        ]
    );
    assert_eq!(steps[2].output.as_ref().unwrap().1, b"77.0");
    let cause = steps[2].cause.as_ref().unwrap();
    assert!(case.part(cause).contains("cToF($1)"));
    let only = Case::map(&[(&["t"], "t", "")]).steps(&json!({"t": 1, "u": {"v": 2}}));
    assert_eq!(only[1].rule.id, "map-only-mapped");
    assert_eq!(only[1].input.as_ref().unwrap().0, Property::Field("u.v".to_owned()));
}

#[test]
fn settings_are_named_where_they_decide() {
    let choice = |case: &Case, payload: Json| {
        case.steps(&payload).iter().filter_map(|step| step.choice).map(|choice| choice.name).collect::<Vec<_>>()
    };
    let join = Case::map(&[(&["a"], "x", "$1 + \"C\"")]).set("string-plus-number", "join");
    assert_eq!(choice(&join, json!({"a": 1})), ["string-plus-number"]);
    assert_eq!(choice(&join, json!({"a": "1"})), [] as [&str; 0]);
    assert_eq!(choice(&Case::map(&[(&["a"], "x", "if($1 == 1, (), 2)")]), json!({"a": 1})), ["empty-result"]);
    assert_eq!(choice(&Case::map(&[(&["a", "b"], "x", "")]), json!({"a": 1, "b": 2})), ["inputs-without-expression"]);
    let moved = Case::map(&[(&["*"], "*", ""), (&["a"], "b", "")]).set("overlap", "move");
    assert_eq!(choice(&moved, json!({"a": 1})), ["overlap"]);
    assert_eq!(moved.steps(&json!({"a": 1})).len(), 1);
}

#[test]
fn what_is_written_over_leaves_one_step_for_each_field() {
    let case = Case::map(&[(&["*"], "*", ""), (&["b"], "a", ""), (&["c"], "o", "")]);
    let steps = case.steps(&json!({"a": 1, "b": 2, "c": 3, "o": {"x": 4, "y": 5}}));
    let name = |side: &Option<(Property, Vec<u8>)>| {
        side.as_ref().map(|(property, _)| property.to_string()).unwrap_or_default()
    };
    let mut outputs: Vec<_> = steps.iter().map(|step| name(&step.output)).filter(|name| !name.is_empty()).collect();
    outputs.sort();
    assert_eq!(outputs, ["payload field `a`", "payload field `b`", "payload field `c`", "payload field `o`"]);
    let mut gone: Vec<_> =
        steps.iter().filter(|step| step.action == Action::Removed).map(|step| name(&step.input)).collect();
    gone.sort();
    assert_eq!(gone, ["payload field `a`", "payload field `o.x`", "payload field `o.y`"]);
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-1e6..1e6).prop_map(Json::from),
        "[a-c. é\"*$]{0,4}".prop_map(Json::from),
    ];
    let inner = leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec(("[a-c. é\"*$]{0,3}", inner), 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::vec(("[a-c. é\"*$]{0,3}", inner), 0..5)
        .prop_map(|members| Json::Object(members.into_iter().collect()))
}

fn leaves(json: &Json, count: &mut usize) {
    match json.as_object().filter(|object| !object.is_empty()) {
        Some(object) => object.values().for_each(|value| leaves(value, count)),
        None => *count += 1,
    }
}

proptest! {
    #[test]
    fn passing_all_through_is_identity(payload in any_json()) {
        let case = Case::map(&[(&["*"], "*", "")]);
        let out = case.apply(&mqtt(&payload)).unwrap().payload.unwrap();
        prop_assert_eq!(String::from_utf8(out).unwrap(), payload.to_string());
        let mut count = 0;
        leaves(&payload, &mut count);
        let steps = case.steps(&payload);
        prop_assert_eq!(steps.len(), if payload == json!({}) { 0 } else { count });
        prop_assert!(steps.iter().all(|step| step.action == Action::Kept && step.input == step.output));
    }

    #[test]
    fn moving_everything_down_and_up_is_identity(payload in any_json()) {
        let down = Case::map(&[(&["*"], "Data.*", "")]).payload(&payload);
        prop_assume!(payload != json!({}));
        prop_assert_eq!(Case::map(&[(&["Data.*"], "*", "")]).payload(&down).to_string(), payload.to_string());
    }

    #[test]
    fn any_bytes_are_an_outcome(payload in prop::collection::vec(any::<u8>(), 0..60)) {
        let case = Case::map(&[(&["*"], "*", ""), (&["a"], "", "")]);
        let _ = case.apply(&raw(payload)).map_err(|dropped| assert_eq!(dropped.reason, DropReason::TransformError));
    }
}
