use super::*;
use crate::diag::{FileId, Fix, Safety};
use crate::message::{Header, Message, Publish, QoS, Record};
use crate::report::run::Judgement;
use crate::run::compare::{Came, Journey, Lenience, judge};
use crate::source::apply;
use crate::translate::{DropReason, Dropped};
use proptest::prelude::*;

fn generated() -> Generated {
    Generated {
        ids: vec!["b5b3a9f0-1c2d-4e5f-8a9b-0c1d2e3f4a5b".to_owned()],
        times: vec!["2026-01-01T00:00:00Z".to_owned()],
    }
}

/// The text after blessing each case with what came, for all of its messages the same.
fn blessed(text: &str, came: Came<'_>) -> String {
    let cases = read(text, FileId(0)).unwrap_or_else(|findings| panic!("{text}\n{findings:#?}"));
    let mut edits = Vec::new();
    for case in &cases {
        let all = vec![came; case.sent.len()];
        let judged: Vec<_> = case.sent.iter().map(|sent| judged(sent, came)).collect();
        edits.extend(bless(text, FileId(0), &[Blessing { case, came: &all, judged: &judged }], &generated()));
    }
    if edits.is_empty() {
        return text.to_owned();
    }
    let fix = Fix { title: String::new(), safety: Safety::Safe, edits };
    let patched = apply(text, &[&fix]);
    assert_eq!(patched.skipped, [] as [usize; 0], "{text}\n{fix:#?}");
    patched.text
}

fn judged(sent: &Sent, came: Came<'_>) -> Vec<crate::run::compare::Judged> {
    let input = Message::Mqtt(Publish::default());
    let expect = sent.expect.clone();
    let journey = Journey { input: &input, came, steps: &[] };
    expect.map(|expect| judge(journey, &expect, Judgement::Ok, &Lenience::default())).unwrap_or_default()
}

fn holds(text: &str, came: Came<'_>) {
    let cases = read(text, FileId(0)).unwrap_or_else(|findings| panic!("{text}\n{findings:#?}"));
    for case in &cases {
        let last = case.sent.last().unwrap();
        assert!(last.expect.is_some(), "{text}");
        let wrong: Vec<_> = judged(last, came).into_iter().filter(|row| row.judgement.fails()).collect();
        assert!(wrong.is_empty(), "{text}\n{wrong:#?}");
    }
}

fn publish() -> Message {
    let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
    Message::Mqtt(Publish {
        topic: "out/b".to_owned(),
        payload: br#"{"a":1,"b":{"c":[true,null,"x"]}}"#.to_vec(),
        qos: QoS::AtLeastOnce,
        content_type: Some("text/plain".to_owned()),
        user_properties: vec![
            pair("a", "1"),
            pair("n", "null"),
            pair("a", "two: lines\nhere"),
            pair("id", "b5b3a9f0-1c2d-4e5f-8a9b-0c1d2e3f4a5b"),
            pair("time", "2026-01-01T00:00:00Z"),
        ],
        ..Publish::default()
    })
}

#[test]
fn a_case_without_expectation_gets_one() {
    let text = "cases:\n  - name: x # why\n    message: { topic: a/b }   # sent\n\n# end\n";
    let message = publish();
    let new = blessed(text, Came::Delivered(&message));
    insta::assert_snapshot!(new, @r#"
    cases:
      - name: x # why
        message: { topic: a/b }   # sent
        expect:
          topic: out/b
          payload-json: { a: 1, b: { c: [true, null, x] } }
          qos: 1
          retain: false
          content-type: text/plain
          user-properties:
            - a: 1
            - 'n': 'null'
            - a: "two: lines\nhere"
            - id: { matches: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }
            - time: { matches: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$' }

    # end
    "#);
    holds(&new, Came::Delivered(&message));
    assert_eq!(blessed(&new, Came::Delivered(&message)), new, "a second time changes nothing");
}

#[test]
fn only_what_does_not_hold_is_replaced() {
    let text = "\
cases:
  - name: x
    message: { topic: a/b }
    expect:
      # where it goes
      topic: { matches: ^out }   # stays
      content-type: application/json   # changes
      payload-json:
        a: 2
      user-properties:
        - a: 1   # gone with the list
        - b: 2
";
    let message = publish();
    let new = blessed(text, Came::Delivered(&message));
    insta::assert_snapshot!(new, @r#"
    cases:
      - name: x
        message: { topic: a/b }
        expect:
          # where it goes
          topic: { matches: ^out }   # stays
          content-type: text/plain   # changes
          payload-json:
            a: 1
            b: { c: [true, null, x] }
          user-properties:
            - a: 1
            - 'n': 'null'
            - a: "two: lines\nhere"
            - id: { matches: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }
            - time: { matches: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$' }
    "#);
    holds(&new, Came::Delivered(&message));
}

#[test]
fn every_layout_takes_a_blessing() {
    let dropped = Dropped { reason: DropReason::Filter, why: String::new(), cause: None };
    let message = publish();
    let layouts = [
        "cases: [{ name: x, message: { topic: t } }]\n",
        "cases: [{ name: x, message: { topic: t }, expect: { qos: 0, retain: { matches: x }, key: k } }]",
        "cases:\r\n- name: x\r\n  message:\r\n    topic: t\r\n",
        "cases:\n- name: x\n  message: {}\n  expect:\n    user-properties:\n    - a: 2\n    topic: t\n",
        "cases:\n- name: x\n  messages:\n  - {}\n  expect:\n  - user-properties:\n    -   a: 2\n    -   b: 3\n",
        "cases:\n- name: x\n  message: {}\n  expect:\n    payload-json:\n    - a: 2\n",
        "cases:\n- name: x\n  message: {}\n  expect:\n    payload-json:\n      - a: 2\n    topic:\n      any-of:\n      - b\n",
        "cases:\n- message: { topic: t }\n  name: x",
        "cases:\n  - name: x\n    message: {}\n    expect:\n",
        "cases:\n  - name: x\n    expect: ~ # later\n    message: {}\n",
        "cases:\n  - name: x\n    messages: [{}, {}]\n",
        "cases:\n  - name: x\n    message: {}\n    expect: { outcome: dropped-expired }\n",
        "cases:\n  - name: x\n    message: {}\n    expect:\n      outcome: dropped-filter\n      # a comment\n",
        "cases:\n  - name: x\n    message: {}\n    expect:\n      payload: |\n        text\n        more\n      topic: >-\n        folded\n",
        "cases:\n  - name: x\n    message: {}\n    expect: { payload-base64: aaaa, payload-fields: { a: 2, z: 1, b: { absent: true } } }\n",
        "cases:\n  - name: x\n    message: {}\n    expect:\n      user-properties: { a: 2, z: 1, n: { absent: true } }\n      cloud-events: { id: 9, type: t }\n",
    ];
    for text in layouts {
        for came in [Came::Delivered(&message), Came::Dropped(&dropped), Came::Failed("refused")] {
            let new = blessed(text, came);
            holds(&new, came);
            assert_eq!(blessed(&new, came), new, "{text}");
        }
    }
}

#[test]
fn a_payload_that_is_no_json_any_more_gets_another_key() {
    let text = "cases:\n  - name: x\n    message: {}\n    expect:\n      payload-json: { a: 1 }\n";
    for payload in [b"plain".to_vec(), vec![0xff, 0], b"two\nlines\x1b".to_vec(), Vec::new(), b"null".to_vec()] {
        let message = Message::Mqtt(Publish { payload, ..Publish::default() });
        let new = blessed(text, Came::Delivered(&message));
        holds(&new, Came::Delivered(&message));
    }
    let tombstone = Message::Kafka(Record::default());
    holds(&blessed(text, Came::Delivered(&tombstone)), Came::Delivered(&tombstone));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_came_out_is_what_is_expected_then(
        topic in "\\PC{0,12}",
        payload in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..20)),
        key in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..6)),
        headers in proptest::collection::vec((".{1,8}", proptest::option::of(prop_oneof![
            ".{0,12}".prop_map(String::into_bytes),
            "[-~: #'\"\\\\\n\t{}y0-9.]{0,8}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..8),
        ])), 0..5),
        before in prop_oneof![
            Just(""),
            Just("    expect: { headers: [], topic: nowhere, key: k }\n"),
            Just("    expect:\n      payload-json: { a: 1 }\n      headers:\n        - a: 1\n      key: { absent: true }\n"),
        ],
    ) {
        let headers = headers.into_iter().map(|(key, value)| Header { key: key.into_bytes(), value }).collect();
        let message = Message::Kafka(Record { topic, value: payload, key, headers, ..Record::default() });
        let text = format!("cases:\n  - name: x\n    message: {{ topic: t }}\n{before}");
        let new = blessed(&text, Came::Delivered(&message));
        holds(&new, Came::Delivered(&message));
    }
}
