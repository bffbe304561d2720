//! Planted secrets: found in every style, and nothing else hidden.

use super::*;
use proptest::prelude::*;

/// `text` with every byte that is hidden as `*`.
fn shown(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for span in ranges(text) {
        bytes[span.range()].fill(b'*');
    }
    String::from_utf8(bytes).unwrap()
}

/// Texts with `S3CR3T` in the place of a secret that has to be hidden.
const PLANTED: &[&str] = &[
    "password: S3CR3T",
    "password: 'S3CR3T'",
    "password: \"a \\\" S3CR3T\"",
    "'password': S3CR3T",
    "password: \"never closed S3CR3T\nhost: x",
    "password: |\n  S3CR3T\n\n  S3CR3T\nhost: x",
    "password: >-\n  S3CR3T",
    "password:\n  S3CR3T",
    "password: # why\n  S3CR3T",
    "password: word\n  S3CR3T",
    "password: \"first\n  S3CR3T\"",
    "password: !!str S3CR3T",
    "password: &anchor S3CR3T",
    "password: &S3CR3T",
    "password: !S3CR3T",
    "password:S3CR3T",
    "- password: |\n    S3CR3T\n  host: x",
    "? password\n: S3CR3T",
    "{host: x, password: S3CR3T}",
    "{\"host\":\"x\",\"clientSecret\":\"S3CR3T\",\"a\":1}",
    "x: '{\\\"apiKey\\\":\\\"S3CR3T\\\"}'",
    "accessToken: S3CR3T",
    "sasl_password = S3CR3T",
    "# password: S3CR3T",
    "spec.api-key: S3CR3T",
    "connectionString: Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=S3CR3T=;EntityPath=p",
    "x: Endpoint=sb://x/;SharedAccessKey=S3CR3T=",
    "x: DefaultEndpointsProtocol=https;AccountName=a;AccountKey=S3CR3T==;EndpointSuffix=b",
    "x: SharedAccessSignature sr=h&sig=S3CR3T&se=1",
    "x: https://a.blob.core.windows.net/c?sv=1&sig=S3CR3T%3D&se=2",
    "x: Authorization: Bearer S3CR3T",
    "x: bearer S3CR3T",
    "x: eyJhbGciOi.S3CR3T.abc",
    "x: amqps://user:S3CR3T@host:5671/v",
    "x: mqtt://user:a/b@S3CR3T@host",
    "x: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tS3CR3T=",
    "tls.key: |\n  -----BEGIN PRIVATE KEY-----\n  S3CR3T\n  S3CR3T=\n  -----END PRIVATE KEY-----\n",
    "x: \"-----BEGIN RSA PRIVATE KEY-----\\nS3CR3T\\n-----END RSA PRIVATE KEY-----\\n\"",
    "-----BEGIN EC PRIVATE KEY-----\nS3CR3T\nS3CR3T\nkind: x",
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nS3CR3T\n",
    "env:\n- name: DB_PASSWORD\n  value: S3CR3T\n- name: HOST\n  value: x",
    "[{\"name\":\"TOKEN\",\"value\":\"S3CR3T\"}]",
];

/// What follows `kind: Secret` and hides `S3CR3T`.
const SECRET_DATA: &[&str] = &[
    "data:\n  a: S3CR3T\n  b: 'S3CR3T' # S3CR3T\n",
    "stringData:\n  a: |\n    S3CR3T\n    x: S3CR3T\n  b: y\n",
    "stringData:\n    a: \"one\n  S3CR3T: S3CR3T\"\n",
    "stringData:\n  a: 'one\n\n    S3CR3T'\n  b: S3CR3T\n",
    "data: {a: S3CR3T, \"b\": \"S3CR3T\", c: [S3CR3T, {d: S3CR3T}]}\n",
    "data: {a: S3CR3T, \"b\": \"S3CR3T\n",
    "data:\n  {a: S3CR3T,\n   b: S3CR3T}\n",
    "data: S3CR3T\n",
    "data: |\n  S3CR3T\n",
    "data: &all\n  a: S3CR3T\n",
    "data: !!map # why\n  a: S3CR3T\n",
    "data:\n- S3CR3T\n",
    "data:\na: S3CR3T\nb: S3CR3T\ntype: Opaque\n",
    "data:\n\ta: S3CR3T\n",
    "data:\n      a: S3CR3T\n   b: S3CR3T\n  S3CR3T\n",
    "data:\n  # a: S3CR3T\n# b: S3CR3T\n  c: S3CR3T\n",
    "data:\n  a:\n    S3CR3T\n  b: [S3CR3T\n  c: S3CR3T\n",
    "data:\n  ? a\n  : S3CR3T\n",
    "? data\n: a: S3CR3T\n  b: S3CR3T\n",
    "data:\r\n  a: S3CR3T\r\n  b: \"S3CR3T\"\r\n",
    "metadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"x\":\"S3CR3T\"}\n",
    "metadata: {annotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"x\":\"S3CR3T\"}'}}\n",
];

#[test]
fn planted_secrets_are_hidden() {
    for text in PLANTED {
        assert!(!shown(text).contains("S3CR3T"), "{}", shown(text));
    }
}

#[test]
fn the_data_of_a_secret_is_hidden_in_every_style() {
    for data in SECRET_DATA {
        for text in [
            format!("kind: Secret\n{data}"),
            format!("# x\napiVersion: v1\nkind: \"Secret\" # y\n{data}---\nhost: x\n"),
            format!("{data}\nkind: Secret"),
        ] {
            assert!(!shown(&text).contains("S3CR3T"), "{}", shown(&text));
        }
        assert!(shown(&format!("kind: ConfigMap\n{data}")).contains("S3CR3T"), "{data}");
    }
}

#[test]
fn a_text_that_breaks_off_gives_no_part_of_a_secret_away() {
    let only_whole = ["eyJ", "user:"];
    let planted = PLANTED.iter().filter(|text| !only_whole.iter().any(|shape| text.contains(shape)));
    let secrets = SECRET_DATA.iter().map(|data| format!("kind: Secret\n{data}"));
    for text in planted.map(|text| (*text).to_owned()).chain(secrets) {
        let text = text.replace("S3CR3T", "ZZZZZZ");
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            let shown = shown(&text[..end]);
            assert!(!shown.contains('Z'), "{shown}");
        }
    }
}

#[test]
fn keys_and_other_documents_stay_readable() {
    let text =
        "kind: Secret\ndata:\n  username: abcdef\n  password: \"x y\"\ntype: Opaque\n---\nkind: X\ndata:\n  a: b\n";
    let masked =
        "kind: Secret\ndata:\n  username: ******\n  password: \"***\"\ntype: Opaque\n---\nkind: X\ndata:\n  a: b\n";
    assert_eq!(shown(text), masked);
    let json = r#"{"apiVersion":"v1","kind":"Secret","data":{"username":"ab","password":"cd"},"type":"Opaque"}"#;
    let masked = r#"{"apiVersion":"v1","kind":"Secret","data":{"username":"**","password":"**"},"type":"Opaque"}"#;
    assert_eq!(shown(json), masked);
}

#[test]
fn indentation_and_line_breaks_stay() {
    assert_eq!(shown("password: |\r\n  ab\r\n\r\n    c\r\nx: y"), "password: |\r\n  **\r\n\r\n    *\r\nx: y");
}

#[test]
fn what_is_no_secret_stays_readable() {
    for text in [
        "secretRef: event-hubs-secret",
        "tokenSecretName: name",
        "passwordSecretRef: {name: x}",
        "method: ServiceAccountToken",
        "serviceAccountTokenSettings:\n  audience: aio-internal",
        "accessTokenSettings:\n  secretRef: x",
        "password: <your-password>",
        "password: \"${PASSWORD}\"",
        "password: {{ .Values.password }}",
        "password: \"\"",
        "automountServiceAccountToken: false",
        "kind: SecretProviderClass\ndata:\n  a: b",
        "kind: Secret\nstringData:\n  username: \"\"\n  password: ${PW}\n",
        "host: https://example.org:8883/a",
        "x: user@example.org",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "x: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t",
        "bearer tokens expire",
        "`saslType` is `Plain`, expected a secret with the key `password`",
        "SharedAccessKeyName=RootManageSharedAccessKey;",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn messages_are_masked_around_their_backticks() {
    assert_eq!(mask("`password: hunter2` is written here"), "`password: ***` is written here");
    assert_eq!(mask("no secret"), "no secret");
    assert!(matches!(mask("no secret"), Cow::Borrowed(_)));
}

#[test]
fn a_secret_value_cannot_be_printed() {
    let secret = Secret::new("hunter2".to_owned());
    assert_eq!(format!("{secret:?} {:#?}", Some(&secret)), "*** Some(\n    ***,\n)");
    assert_eq!(secret.expose(), "hunter2");
}

#[test]
fn hostile_texts_take_linear_time() {
    for (part, end) in [
        ("password: ", ""),
        ("password:\n", ""),
        ("# password:\n", ""),
        ("password: \"", ""),
        ("a://", "@"),
        ("a://b:", ""),
        ("eyJ", ".."),
        ("eyJ.", ""),
        ("-----BEGIN PRIVATE KEY-----\n", ""),
        ("-----BEGIN ", ""),
        ("password:\n\n", ""),
        ("`token:", ""),
        ("kind: Secret\n", ""),
        ("kind: Secret\ndata:\n", ""),
        ("kind: Secret\ndata: {", ""),
        ("kind: Secret\ndata: \"", ""),
        ("kind:Secret data:", ""),
        ("kind: Secret\n---\n", ""),
        ("data:\n ", "kind: Secret"),
        ("bearer ", ""),
        ("name: token\n", ""),
        ("\"", "password: x"),
        ("key   ", ""),
    ] {
        let text = format!("{}{end}", part.repeat(1_000_000 / part.len()));
        let start = std::time::Instant::now();
        ranges(&text);
        assert!(start.elapsed().as_secs() < 5, "`{part}` took {:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn ranges_are_sorted_apart_and_on_characters(
        text in "([ \t\n\r{}\\[\\],:=\"'|>#&!`;@/\\\\-]|password|token|kind: Secret|data|é|𝄞|a|---|eyJ|-----BEGIN PRIVATE KEY-----){0,60}"
    ) {
        let found = ranges(&text);
        for pair in found.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
        }
        for span in found {
            prop_assert!(text.get(span.range()).is_some_and(|hidden| !hidden.is_empty() && !hidden.contains(['\n', '\r'])));
        }
        let _ = mask(&text);
    }

    #[test]
    fn secrets_in_random_places_are_hidden(
        before in "(a: b\n|- c\n|# d\n|\n|e: \\|-\n  f\n|\"\n|\\{\n){0,5}",
        plant in prop::sample::select(PLANTED),
        after in "(\na: b|\n- c|\n  # d|\n){0,5}",
    ) {
        let text = format!("{before}{plant}{after}");
        let masked = shown(&text);
        prop_assert!(!masked.contains("S3CR3T"), "{}", masked);
        prop_assert_eq!(masked.matches('\n').count(), text.matches('\n').count());
    }
}
