//! Edits of the text: what they change, and what they leave as it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use flowgate::diag::{Edit, FileId, Fix, Safety};
use flowgate::source::apply;
use flowgate::yaml::edit::{Editor, quoted};
use flowgate::yaml::{Document, Entry, Node, Stream};

fn document(text: &str) -> Document<'_> {
    let parsed = Stream::new(text, FileId(0)).next().unwrap();
    assert!(parsed.findings.is_empty(), "{text}: {:?}", parsed.findings);
    parsed.document.unwrap()
}

/// The mapping at `path` (dotted, list items by number), and its member of that name.
fn at<'n, 't>(root: &'n Node<'t>, path: &str) -> (&'n Node<'t>, &'n Entry<'t>) {
    let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
    let mut node = root;
    for step in above.split('.').filter(|step| !step.is_empty()) {
        node = node.get(step).unwrap_or_else(|| &node.items()[step.parse::<usize>().unwrap()]);
    }
    (node, node.entry(name).unwrap())
}

/// The text after edits, which has to be YAML; none where there are no edits.
fn edited(text: &str, make: impl FnOnce(Editor<'_>, &Node<'_>) -> Vec<Edit>) -> Option<String> {
    let root = document(text).root;
    let edits = make(Editor::new(text, FileId(0)), &root);
    if edits.is_empty() {
        return None;
    }
    let fix = Fix { title: "edit".to_owned(), safety: Safety::Safe, edits };
    let patched = apply(text, &[&fix]);
    assert_eq!(patched.applied, [0], "{text}: the edits do not fit together");
    document(&patched.text);
    Some(patched.text)
}

fn moved(text: &str, from: &str, to: &str) -> Option<String> {
    edited(text, |editor, root| {
        let (parent, entry) = at(root, from);
        editor.move_entry(parent, entry, at(root, to).1, &entry.key)
    })
}

fn removed(text: &str, path: &str) -> String {
    edited(text, |editor, root| {
        let (parent, entry) = at(root, path);
        vec![editor.remove_entry(parent, entry)]
    })
    .unwrap()
}

fn wrapped(text: &str, path: &str) -> Option<String> {
    edited(text, |editor, root| editor.wrap_in_list(at(root, path).1).into_iter().collect())
}

fn unwrapped(text: &str, path: &str) -> Option<String> {
    edited(text, |editor, root| {
        let entry = at(root, path).1;
        editor.unwrap_list(entry, &entry.value.items()[0]).into_iter().collect()
    })
}

#[test]
fn scalars_and_keys_keep_their_quotes() {
    for (text, after) in [
        ("\"a\": 'x' # note\n", "\"k-1\": 'it''s' # note\n"),
        ("'a': \"x\"\n", "'k-1': \"it's\"\n"),
        ("a: x\n", "k-1: it's\n"),
        ("{a: x}\n", "{k-1: it's}\n"),
        ("a: |-\n  x\n# note\n", "k-1: it's\n# note\n"),
        ("a|b: >2 # x | y\n\n    x\n  y\nz: 1\n", "k-1: it's\nz: 1\n"),
    ] {
        let changed = edited(text, |editor, root| {
            let entry = &root.entries()[0];
            vec![editor.rename_key(entry, "k-1"), editor.replace_scalar(&entry.value, "it's")]
        });
        assert_eq!(changed.as_deref(), Some(after));
    }
}

#[test]
fn text_that_would_be_read_otherwise_is_quoted() {
    for (value, written) in [
        ("Enabled", "Enabled"),
        ("yes", "'yes'"),
        ("0755", "'0755'"),
        ("", "''"),
        ("#", "'#'"),
        ("a: b", "'a: b'"),
        ("a #b", "'a #b'"),
        ("*", "'*'"),
        ("[x]", "'[x]'"),
        ("it's", "it's"),
        ("ends:", "'ends:'"),
        (" x", "' x'"),
    ] {
        assert_eq!(quoted(value, None), written);
        let text = format!("k: {}\n", quoted(value, None));
        assert_eq!(document(&text).root.get("k").unwrap().as_str(), Some(value));
    }
    assert_eq!(quoted("a\"\\", Some('"')), r#""a\"\\""#);
    assert_eq!(quoted("it's", Some('\'')), "'it''s'");
}

#[test]
fn members_go_with_their_lines() {
    assert_eq!(removed("a: 1\nb: 2 # two\nc: 3\n", "b"), "a: 1\nc: 3\n");
    assert_eq!(removed("a: 1\r\nb:\r\n  x: 1\r\nc: 3\r\n", "b"), "a: 1\r\nc: 3\r\n");
    assert_eq!(removed("a: 1\nb: |\n  x\n  y\nc: 3\n", "b"), "a: 1\nc: 3\n");
    assert_eq!(removed("a: 1\nb: >-\n  x\n\n  y\n", "b"), "a: 1\n");
    assert_eq!(removed("a: 1\nb:\nc: 3\n", "b"), "a: 1\nc: 3\n");
    assert_eq!(removed("a: 1\nb: 2", "b"), "a: 1\n");
    assert_eq!(removed("a: {x: 1, w: 2, z: 3}\n", "a.w"), "a: {x: 1, z: 3}\n");
    assert_eq!(removed("a: {x: 1, w: 2}\n", "a.w"), "a: {x: 1}\n");
    assert_eq!(removed("a: {x: 1}\n", "a.x"), "a: {}\n");
    let merged = |text: &str| removed(&format!("m: &m {{z: 1}}\n{text}"), "s.a").replacen("m: &m {z: 1}\n", "", 1);
    assert_eq!(merged("s:\n  <<: *m\n  a: 1\n"), "s:\n  <<: *m\n");
    assert_eq!(merged("s: {a: 1, <<: *m, b: 2}\n"), "s: {<<: *m, b: 2}\n");
    assert_eq!(merged("s: {<<: *m, a: 1}\n"), "s: {<<: *m}\n");
    assert_eq!(removed("- &m {z: 1}\n- a: 1\n  <<: *m\n  b: 2\n", "1.a"), "- &m {z: 1}\n- <<: *m\n  b: 2\n");
    assert_eq!(removed("- a: 1\n  b: 2\n", "0.a"), "- b: 2\n");
    assert_eq!(removed("- a: 1\n  b: 2\n", "0.b"), "- a: 1\n");
    assert_eq!(document(&removed("a:\n  x: 1\nb: 2\n", "a.x")).root.get("a").unwrap().entries().len(), 0);
}

#[test]
fn members_move_with_comments_and_indentation() {
    let text = "s:\n  a: 1 # one\n  t:\n    b: 2\n";
    assert_eq!(moved(text, "s.a", "s.t").unwrap(), "s:\n  t:\n    b: 2\n    a: 1 # one\n");
    let text = "s:\n  a:\n    # why\n    x: 1\n\n    y: 2\n  t:\n      b: 2\n";
    let after = "s:\n  t:\n      b: 2\n      a:\n        # why\n        x: 1\n\n        y: 2\n";
    assert_eq!(moved(text, "s.a", "s.t").unwrap(), after);
    let text = "s:\n  t:\n    b: 2\n    u:\n      a: 1\n      c: |\n        x\n";
    let after = "s:\n  t:\n    b: 2\n    u:\n      a: 1\n    c: |\n      x\n";
    assert_eq!(
        moved(text, "s.t.u.c", "s.t").unwrap(),
        after,
        "the last lines of the block that they move to the end of"
    );
}

#[test]
fn line_breaks_stay_those_of_the_text() {
    let text = "s:\r\n  a:\r\n    x: 1\r\n  t:\r\n    b: 2\r\n";
    assert_eq!(moved(text, "s.a", "s.t").unwrap(), "s:\r\n  t:\r\n    b: 2\r\n    a:\r\n      x: 1\r\n");
    let text = "s:\r\n  t:\r\n    u: {}\r\n    b: 2\r\n";
    assert_eq!(moved(text, "s.t.b", "s.t.u").unwrap(), "s:\r\n  t:\r\n    u:\r\n      b: 2\r\n");
    assert_eq!(wrapped("a: x\r\nb: 2\r\n", "a").unwrap(), "a:\r\n  - x\r\nb: 2\r\n");
}

#[test]
fn members_move_into_what_is_empty_or_in_braces() {
    assert_eq!(moved("s:\n  a: 1\n  t: {}\n", "s.a", "s.t").unwrap(), "s:\n  t:\n    a: 1\n");
    assert_eq!(moved("s:\n  a: 1\n  t:\n", "s.a", "s.t").unwrap(), "s:\n  t:\n    a: 1\n");
    assert_eq!(moved("s:\n  a: {x: 1}\n  t: {b: 2}\n", "s.a", "s.t").unwrap(), "s:\n  t: {b: 2, a: {x: 1}}\n");
    assert_eq!(moved("s: {a: 1, t: {b: 2}}\n", "s.a", "s.t").unwrap(), "s: {t: {b: 2, a: 1}}\n");
}

#[test]
fn what_cannot_move_stays() {
    for (text, from, to) in [
        ("s:\n  a:\n    x: 1\n  t: {b: 2}\n", "s.a", "s.t"),
        ("s:\n  a: |\n    x\n  t: {b: 2}\n", "s.a", "s.t"),
        ("s:\n  a: 1\n  t: text\n", "s.a", "s.t"),
        ("s:\n  a: 1\n  t: {{ .x }}\n", "s.a", "s.t"),
        ("b: &b {x: 1}\ns:\n  a: 1\n  t: *b\n", "s.a", "s.t"),
        ("b: &b {x: 1}\ns:\n  a: 1\n  t:\n    <<: *b\n", "s.a", "s.t"),
        ("b: &b {a: 1}\ns:\n  <<: *b\n  t: {c: 1}\n", "s.a", "s.t"),
        ("b: &b {t: {c: 1}}\ns:\n  a: 1\n  <<: *b\n", "s.a", "s.t"),
    ] {
        assert_eq!(moved(text, from, to), None, "{text}");
    }
}

#[test]
fn lists_of_one_come_and_go() {
    assert_eq!(wrapped("a: x # note\nb: 1\n", "a").unwrap(), "a:\n  - x # note\nb: 1\n");
    assert_eq!(wrapped("- a: 'x'\n", "0.a").unwrap(), "- a:\n    - 'x'\n");
    assert_eq!(wrapped("a:\n  x\nb: 1\n", "a").unwrap(), "a:\n  - x\nb: 1\n");
    assert_eq!(wrapped("a: # note\n  x\n", "a").unwrap(), "a: # note\n  [x]\n");
    assert_eq!(wrapped("k: {a: \"x\"}\n", "k.a").unwrap(), "k: {a: [\"x\"]}\n");
    assert_eq!(wrapped("a: &x y\nb: *x\n", "a").unwrap(), "a:\n  - &x y\nb: *x\n");
    assert_eq!(wrapped("k: {a: &x y, b: *x}\n", "k.a").unwrap(), "k: {a: [&x y], b: *x}\n");
    assert_eq!(wrapped("a: |\n  x\n", "a"), None);
    assert_eq!(unwrapped("a:\n  - x # note\nb: 1\n", "a").unwrap(), "a: x # note\nb: 1\n");
    assert_eq!(unwrapped("a: ['x']\n", "a").unwrap(), "a: 'x'\n");
    assert_eq!(unwrapped("a: &x [y]\nb: *x\n", "a"), None);
    assert_eq!(unwrapped("a: # note\n  - x\n", "a"), None);
}

#[test]
fn the_first_previews_shape_becomes_todays_in_rounds() {
    let old = "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: kiln-broker
spec:
  endpointType: mqttSettings
  host: broker.kiln.example:8883
  authentication:
    method: x509Credentials
    x509CredentialsSettings:
      certificateSecretName: kiln-certificate
  mqttSettings:
    tls:
      mode: Enabled
      trustedCaCertificateConfigMap: kiln-ca
";
    let new = "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: kiln-broker
spec:
  endpointType: Mqtt
  mqttSettings:
    tls:
      mode: Enabled
      trustedCaCertificateConfigMapRef: kiln-ca
    host: broker.kiln.example:8883
    authentication:
      method: X509Certificate
      x509CertificateSettings:
        secretRef: kiln-certificate
";
    assert_eq!(fixed(old, &["--fix"]), new);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(fixed(&crlf(old), &["--fix"]), crlf(new));
    let beta = |text: &str| text.replace("azure.com/v1\n", "azure.com/v1beta1\n");
    assert_eq!(fixed(&beta(old), &["--unsafe-fixes"]), beta(new));
}

#[test]
fn moved_logins_get_their_present_names() {
    let kafka = |login: &str| {
        format!(
            "apiVersion: connectivity.iotoperations.azure.com/v1\nkind: DataflowEndpoint\nmetadata:\n  name: kiln\nspec:\n  endpointType: Kafka\n{login}"
        )
    };
    let old = kafka(
        "  authentication:\n    method: Sasl\n    saslSettings:\n      saslType: Plain\n      tokenSecretName: kiln-login\n  kafkaSettings:\n    host: kafka.kiln.example:9093\n    tls: {}\n",
    );
    let new = kafka(
        "  kafkaSettings:\n    host: kafka.kiln.example:9093\n    tls: {}\n    authentication:\n      method: Sasl\n      saslSettings:\n        saslType: Plain\n        secretRef: kiln-login\n",
    );
    assert_eq!(fixed(&old, &["--fix"]), new);
    let lake = |rest: &str| kafka(rest).replace("Kafka\n", "DataLakeStorage\n");
    let old = lake(
        "  authentication:\n    method: AccessToken\n    accessTokenSecretRef: kiln-token\n  datalakeStorageSettings:\n    host: kiln.blob.core.windows.net\n",
    );
    let new = lake(
        "  dataLakeStorageSettings:\n    host: kiln.blob.core.windows.net\n    authentication:\n      method: AccessToken\n      accessTokenSettings: { secretRef: kiln-token }\n",
    );
    assert_eq!(fixed(&old, &["--fix"]), new);
}

/// The text after fixes of the schema check.
fn fixed(text: &str, args: &[&str]) -> String {
    let mut all = vec!["lint", "-", "--select", "schema"];
    all.extend(args);
    common::run(&all, text.as_bytes()).stdout
}
