//! What people and machines read of findings: pictures of the human formats, data of the JSON format, held to its schema.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

use flowgate::diag::{
    Certainty, Diagnostic, Edit, Effect, Entry, Family, FileId, Fix, FixKind, Piece, Place, Related, Safety, Severity,
    Source, Span,
};
use flowgate::report::{self, Format, Report, Style, Summary};
use flowgate::source::{Input, Sources, Text};
use proptest::prelude::ProptestConfig;
use serde_json::{Value, json};
use std::path::PathBuf;

#[path = "report/schema.rs"]
mod schema;

static COMPRESSION: Entry = Entry {
    id: "eh-compression",
    family: Family::EventHubs,
    severity: Severity::Error,
    certainty: Certainty::Documented,
    fix: FixKind::Safe,
    summary: "Event Hubs does not take this compression",
    sources: &[
        Source { title: "Kafka endpoint page", date: "2025-06-17" },
        Source { title: "MQTT Version 5.0", date: "" },
    ],
    doc: "",
    example: "",
};
static OPINION: Entry = Entry {
    id: "some-opinion",
    family: Family::Policy,
    severity: Severity::Info,
    certainty: Certainty::Inferred,
    fix: FixKind::None,
    summary: "an opinion",
    sources: &[Source { title: "Flowgate", date: "" }],
    doc: "",
    example: "",
};

const ENDPOINT: &str = "\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: hub
spec:
  endpointType: Kafka
  kafkaSettings:
    host: plant7.servicebus.windows.net:9093
    authentication:
      method: Sasl
      saslSettings:
        saslType: Plain
        secretRef: cs-secret
    tls: { mode: Enabled }
    compression: Snappy
    kafkaAcks: None
";
const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: cs-secret
stringData:
  username: \"\"
";

/// The files of one test.
struct Files {
    sources: Sources,
}

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut sources = Sources::default();
        for (name, text) in files {
            let text = Text::decode(text.as_bytes().to_vec()).unwrap();
            sources.add_text(*name, text);
        }
        Self { sources }
    }

    fn write(&self, diagnostics: &[Diagnostic], format: Format, style: Style) -> String {
        let summary = Summary { errors: diagnostics.len(), documents: 1, files: 1, ..Summary::default() };
        let report = Report { diagnostics, summary: &summary, sources: &self.sources };
        let mut out = Vec::new();
        report::write(&report, format, &style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn human(&self, diagnostics: &[Diagnostic]) -> String {
        self.write(diagnostics, Format::Human, DRAWN)
    }

    fn json(&self, diagnostics: &[Diagnostic]) -> Value {
        let text = self.write(diagnostics, Format::Json, DRAWN);
        assert!(text.ends_with("}\n"), "one line with its end");
        serde_json::from_str(&text).unwrap()
    }
}

const DRAWN: Style = Style { color: false, graphics: true, width: 80 };
const NARRATED: Style = Style { graphics: false, ..DRAWN };

/// The first place of `needle` in `text`.
fn at(file: u32, text: &str, needle: &str) -> Place {
    let start = text.find(needle).unwrap();
    Place::new(FileId(file), Span::new(start, start + needle.len()))
}

/// A finding with everything that one can have.
fn full() -> Diagnostic {
    let place = at(0, ENDPOINT, "Snappy");
    let mut finding = Diagnostic::new(
        &COMPRESSION,
        place,
        "`compression` is `Snappy`, but Event Hubs takes `Gzip` only, and only in the Premium and Dedicated tiers",
    );
    finding.label = Some("expected `None`, or `Gzip` (Premium and Dedicated only)".to_owned());
    finding.field = "spec.kafkaSettings.compression".to_owned();
    finding.effect = Some(Effect::Accepted);
    finding.related = vec![
        Related { place: at(0, ENDPOINT, "secretRef: cs-secret"), message: "logs in with this".to_owned() },
        Related { place: at(1, SECRET, "\"\""), message: "which is empty".to_owned() },
    ];
    finding.notes = vec![
        "the service answers a produce request with `UNSUPPORTED_COMPRESSION_TYPE` and the message is lost".to_owned(),
    ];
    finding.help = Some("write `None`; compression costs more than it saves for small messages".to_owned());
    finding.fix =
        Some(Fix { title: "write `None`".to_owned(), safety: Safety::Safe, edits: vec![Edit::replace(place, "None")] });
    finding
}

fn project() -> Files {
    Files::new(&[("eventhubs.yaml", ENDPOINT), ("secret.yaml", SECRET)])
}

#[test]
fn human_draws_everything() {
    insta::assert_snapshot!(project().human(&[full()]));
}

#[test]
fn narrated_says_everything() {
    insta::assert_snapshot!(project().write(&[full()], Format::Human, NARRATED));
}

#[test]
fn json_has_everything() {
    let mut report = project().json(&[full()]);
    assert_eq!(report["tool"]["version"].take(), env!("CARGO_PKG_VERSION"));
    insta::assert_json_snapshot!(report);
}

#[test]
fn concise_is_one_line() {
    let mut unsafe_fix = full();
    unsafe_fix.message = "two\nlines".to_owned();
    unsafe_fix.fix.as_mut().unwrap().safety = Safety::Unsafe;
    let opinion = Diagnostic::new(&OPINION, at(1, SECRET, "kind"), "an opinion");
    let text = project().write(&[full(), unsafe_fix, opinion], Format::Concise, DRAWN);
    insta::assert_snapshot!(text);
}

#[test]
fn colours_are_there_only_when_asked_for() {
    let files = project();
    let opinion = Diagnostic::new(&OPINION, at(1, SECRET, "kind"), "an opinion");
    let findings = [full(), opinion];
    for format in [Format::Human, Format::Concise] {
        for graphics in [true, false] {
            let plain = files.write(&findings, format, Style { graphics, ..DRAWN });
            assert!(!plain.contains('\u{1b}'), "{plain}");
            let colour = files.write(&findings, format, Style { color: true, graphics, ..DRAWN });
            assert!(colour.contains("\u{1b}[1;31merror[eh-compression]\u{1b}[0m"), "{colour}");
            assert!(colour.contains("\u{1b}[1;36minfo[some-opinion]\u{1b}[0m"), "{colour}");
            assert_eq!(without_colours(&colour), plain);
        }
    }
    assert!(!files.write(&findings, Format::Json, Style { color: true, ..DRAWN }).contains('\u{1b}'));
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}

fn simple(place: Place, label: &str) -> Diagnostic {
    let mut finding = Diagnostic::new(&COMPRESSION, place, "something is wrong here");
    finding.label = Some(label.to_owned());
    finding
}

#[test]
fn fixes_are_small_diffs() {
    let files = project();
    let mut insert = simple(at(0, ENDPOINT, "kafkaAcks: None"), "expected batching beside it");
    let end = at(0, ENDPOINT, "Enabled }").span.end as usize;
    insert.fix = Some(Fix {
        title: "add `batching`".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![Edit::replace(Place::new(FileId(0), Span::at(end)), "\n    batching:\n      mode: Disabled")],
    });
    let line = at(0, ENDPOINT, "    compression: Snappy\n");
    let block = at(0, ENDPOINT, "saslSettings:\n        saslType: Plain\n        secretRef: cs-secret");
    let mut rearranged = simple(line, "expected in another place");
    rearranged.fix = Some(Fix {
        title: "move the settings".to_owned(),
        safety: Safety::Safe,
        edits: vec![
            Edit::delete(line),
            Edit {
                place: block,
                with: vec![Piece::Text("plain:\n        ".to_owned()), Piece::Copy { span: block.span, indent: 2 }],
            },
            Edit::replace(at(1, SECRET, "\"\""), "'$ConnectionString'"),
        ],
    });
    insta::assert_snapshot!("fixes_drawn", files.human(&[insert.clone(), rearranged.clone()]));
    insta::assert_snapshot!("fixes_narrated", files.write(&[insert, rearranged.clone()], Format::Human, NARRATED));
    let edits = &files.json(&[rearranged])["diagnostics"][0]["fix"]["edits"];
    assert_eq!(
        edits[1]["text"],
        "plain:\n        saslSettings:\n          saslType: Plain\n          secretRef: cs-secret"
    );
    assert_eq!(edits[2]["file"], "secret.yaml");
}

#[test]
fn spans_of_every_shape_are_drawn() {
    let text = "name: 端点é端 # 注释 value\nlist:\n\t- tab\there\n\t- two\nempty:\nlast: 1\n";
    let crlf = "first: 1\r\nsecond:\r\n  third: 3\r\n  fourth: 4\r\nfifth: 5\r\n";
    let files = Files::new(&[("wide.yaml", text), ("crlf.yaml", crlf), ("none.yaml", "")]);
    let empty_at = |file, offset| Place::new(FileId(file), Span::at(offset));
    let findings = [
        simple(at(0, text, "value"), "after wide characters"),
        simple(at(0, text, "here"), "after a tab"),
        simple(empty_at(0, text.find("empty:").unwrap() + 6), "empty, at the end of a line"),
        simple(empty_at(0, text.len()), "empty, at the end of the file"),
        simple(at(0, text, "list:\n\t- tab\there\n\t- two\n"), "several lines"),
        simple(at(1, crlf, "third"), "after CRLF"),
        simple(at(1, crlf, "second:\r\n  third: 3\r\n  fourth: 4"), "several lines with CRLF"),
        simple(empty_at(2, 0), "an empty file"),
        simple(Place::new(FileId(0), Span::new(5000, 6000)), "beyond the end"),
    ];
    insta::assert_snapshot!("shapes_drawn", files.human(&findings));
    insta::assert_snapshot!("shapes_narrated", files.write(&findings, Format::Human, NARRATED));
}

#[test]
fn long_lines_and_long_ranges_stay_small() {
    let line =
        format!("data: \"{}NEEDLE{}\"\nafter: {}\n", "端a".repeat(100_000), "z".repeat(1_000_000), "y".repeat(10_000));
    let lines: String = (0..2000).map(|n| format!("  - item {n}\n")).collect();
    let files = Files::new(&[("line.yaml", &line), ("lines.yaml", &lines)]);
    let all = Place::new(FileId(1), Span::new(0, lines.len()));
    let mut whole = simple(Place::new(FileId(0), Span::new(0, line.len())), "the whole file");
    whole.fix = Some(Fix { title: "delete it".to_owned(), safety: Safety::Safe, edits: vec![Edit::delete(all)] });
    let findings = [simple(at(0, &line, "NEEDLE"), "in the middle of a long line"), whole, simple(all, "many lines")];
    let drawn = files.human(&findings);
    let narrated = files.write(&findings, Format::Human, NARRATED);
    for text in [&drawn, &narrated] {
        assert!(text.len() < 8_000, "{} bytes", text.len());
    }
    assert_eq!(files.json(&findings)["diagnostics"][0]["span"]["start"]["column"], 200_008);
    insta::assert_snapshot!("long_drawn", drawn);
    insta::assert_snapshot!("long_narrated", narrated);
}

#[test]
fn related_places_far_away_and_many_are_told() {
    let text: String = (1..=60).map(|n| format!("key{n}: value{n}\n")).collect();
    let files = Files::new(&[("many.yaml", &text)]);
    let mut finding = simple(at(0, &text, "key40"), "written again");
    let others = ["key38", "key2:", "key3:", "key20", "key60", "key50", "key51"];
    finding.related =
        others.map(|key| Related { place: at(0, &text, key), message: format!("`{key}` is here") }).to_vec();
    finding.related.push(Related { place: finding.place, message: "the same place".to_owned() });
    insta::assert_snapshot!(files.human(&[finding]));
}

#[test]
fn without_the_text_the_message_is_still_told() {
    let mut files = Files::new(&[]);
    let path = PathBuf::from("gone.yaml");
    files.sources.add(Input::File { path, explicit: true });
    let place = Place::new(FileId(0), Span::new(7, 9));
    let mut finding = simple(place, "expected something else");
    finding.related = vec![Related { place: Place::new(FileId(0), Span::at(3)), message: "and this".to_owned() }];
    finding.fix =
        Some(Fix { title: "put it right".to_owned(), safety: Safety::Safe, edits: vec![Edit::delete(place)] });
    let findings = [finding];
    insta::assert_snapshot!("gone_drawn", files.human(&findings));
    insta::assert_snapshot!("gone_narrated", files.write(&findings, Format::Human, NARRATED));
    insta::assert_snapshot!("gone_concise", files.write(&findings, Format::Concise, DRAWN));
    let report = files.json(&findings);
    assert_eq!(report["diagnostics"][0]["span"]["start"], json!({"offset": 7, "line": null, "column": null}));
    assert_eq!(report["diagnostics"][0]["fix"]["edits"][0]["text"], Value::Null);
    schema::valid(&report);
}

#[test]
fn nothing_steers_the_terminal() {
    let text = "name: \"a\u{1b}[31mred\u{202e}\u{7}\"\n";
    let files = Files::new(&[("hostile.yaml", text)]);
    let mut finding = simple(at(0, text, "red"), "label\u{1b}[2J");
    finding.message = "message\u{1b}]0;title\u{7}".to_owned();
    finding.notes = vec!["note\r\u{202e}".to_owned()];
    finding.fix = Some(Fix {
        title: "fix\u{1b}".to_owned(),
        safety: Safety::Safe,
        edits: vec![Edit::replace(at(0, text, "red"), "\u{1b}[32mgreen")],
    });
    for (format, style) in
        [(Format::Human, DRAWN), (Format::Human, NARRATED), (Format::Concise, DRAWN), (Format::Json, DRAWN)]
    {
        let out = files.write(&[finding.clone()], format, style);
        let steers = |c: char| c.is_control() && c != '\n' || format != Format::Json && c == '\u{202e}';
        assert!(!out.contains(steers), "{format:?}: {out:?}");
        assert!(out.contains("message"), "{out}");
    }
}

#[test]
fn messages_are_masked_in_every_format() {
    const SENTINEL: &str = "c2VudGluZWwtdmFsdWU";
    let files = project();
    let leak = || format!("Endpoint=sb://x;SharedAccessKey={SENTINEL}=");
    let place = at(0, ENDPOINT, "Snappy");
    let mut finding = simple(place, &leak());
    finding.message = leak();
    finding.notes = vec![leak()];
    finding.help = Some(leak());
    finding.source = Some(leak());
    finding.related = vec![Related { place: at(1, SECRET, "\"\""), message: leak() }];
    finding.fix = Some(Fix { title: leak(), safety: Safety::Safe, edits: vec![Edit::replace(place, leak())] });
    for (format, style) in
        [(Format::Human, DRAWN), (Format::Human, NARRATED), (Format::Concise, DRAWN), (Format::Json, DRAWN)]
    {
        let out = files.write(&[finding.clone()], format, style);
        assert!(out.contains("Endpoint=sb://x"), "{format:?}: {out}");
        assert!(!out.contains(SENTINEL), "{format:?}: {out}");
    }
}

#[test]
fn secrets_of_the_file_are_masked_where_they_move() {
    const SENTINEL: &str = "c2VudGluZWwtdmFsdWU";
    let text = format!("kind: Secret\ndata:\n  password: {SENTINEL}\n  username: user\n");
    let files = Files::new(&[("secret.yaml", &text)]);
    let place = at(0, &text, &format!("  password: {SENTINEL}\n"));
    let mut finding = simple(place, "expected under `stringData`");
    let copy = Piece::Copy { span: place.span, indent: 2 };
    let end = Place::new(FileId(0), Span::at(text.len()));
    finding.fix = Some(Fix {
        title: "move it".to_owned(),
        safety: Safety::Safe,
        edits: vec![
            Edit { place, with: vec![Piece::Text(format!("  password: {SENTINEL}\n"))] },
            Edit { place: end, with: vec![Piece::Text("stringData:\n".to_owned()), copy] },
        ],
    });
    let report = files.json(&[finding.clone()]);
    for edit in report["diagnostics"][0]["fix"]["edits"].as_array().unwrap() {
        assert_eq!(edit["masked"], true);
    }
    for (format, style) in [(Format::Human, DRAWN), (Format::Human, NARRATED), (Format::Json, DRAWN)] {
        let out = files.write(&[finding.clone()], format, style);
        assert!(out.contains("password: *****"), "{format:?}: {out}");
        assert!(!out.contains(SENTINEL), "{format:?}: {out}");
    }
}

#[test]
fn lines_keep_to_the_width() {
    let files = project();
    for width in [60, 80, 120] {
        let out = files.write(&[full()], Format::Human, Style { width, ..DRAWN });
        for line in out.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_and_any_range_can_be_told(
        text in "([a-z:]|[ \\t\\n\\r]|\\PC|\u{1b}|\u{301}|端){0,200}",
        ranges in proptest::collection::vec((0..300usize, 0..60usize), 1..5),
        width in 0..100usize,
    ) {
        let files = Files::new(&[("any.yaml", &text)]);
        let places: Vec<_> = ranges
            .iter()
            .map(|(start, length)| Place::new(FileId(0), Span::new(*start, start + length)))
            .collect();
        let mut finding = simple(places[0], "a label");
        finding.related = places[1..]
            .iter()
            .map(|place| Related { place: *place, message: "related".to_owned() })
            .collect();
        let copy = Piece::Copy { span: places[0].span, indent: 3 };
        finding.fix = Some(Fix {
            title: "anything".to_owned(),
            safety: Safety::Unsafe,
            edits: places.iter().map(|place| Edit { place: *place, with: vec![copy.clone()] }).collect(),
        });
        let findings = [finding];
        for style in [Style { width, ..DRAWN }, Style { width, ..NARRATED }] {
            let out = files.write(&findings, Format::Human, style);
            proptest::prop_assert!(out.contains("something is") && out.contains("label"), "{}", out);
            proptest::prop_assert!(out.contains("any.yaml:"), "{}", out);
            proptest::prop_assert!(!out.contains(|c: char| c.is_control() && c != '\n'), "{:?}", out);
        }
        schema::valid(&files.json(&findings));
    }
}
