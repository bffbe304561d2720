use super::*;

fn parse(text: &str) -> Vec<Parsed<'_>> {
    Stream::new(text, FileId(0)).collect()
}

fn one(text: &str) -> Document<'_> {
    let mut all = parse(text);
    assert_eq!(all.len(), 1, "{text}");
    let parsed = all.remove(0);
    assert!(parsed.findings.is_empty(), "{:?}", parsed.findings);
    parsed.document.unwrap()
}

fn ids(text: &str) -> Vec<(&'static str, &str)> {
    parse(text)
        .iter()
        .flat_map(|parsed| parsed.findings.iter())
        .map(|finding| (finding.id(), &text[finding.place.span.range()]))
        .collect()
}

#[test]
fn every_key_and_value_has_its_bytes() {
    let text = "a: 1\nb:\n  c: \"x y\"  # note\n  d: [p, 'q']\ne: |\n  line\nf:\n";
    let document = one(text);
    let root = &document.root;
    let at = |node: &Node<'_>| &text[node.span.range()];
    assert_eq!(at(root), text.trim_end().trim_end_matches(':'));
    assert_eq!(at(root.get("a").unwrap()), "1");
    assert_eq!(at(root.get("b").unwrap().get("c").unwrap()), "\"x y\"");
    assert_eq!(at(root.get("b").unwrap()), "c: \"x y\"  # note\n  d: [p, 'q']");
    assert_eq!(at(&root.get("b").unwrap().get("d").unwrap().items()[1]), "'q'");
    assert!(at(root.get("e").unwrap()).contains("line"));
    assert_eq!(root.get("e").unwrap().as_str(), Some("line\n"));
    assert!(root.get("f").unwrap().is_null());
    let comments = document.comments(text);
    assert_eq!(comments.len(), 1);
    assert_eq!(&text[comments[0].span.range()], "# note");
    for (path, key) in [("b.d[1]", "'q'"), ("b.c", "\"x y\""), ("f", "f")] {
        let start = text.find(key).unwrap();
        assert_eq!(root.path_of(Span::new(start, start + key.len())).as_deref(), Some(path));
    }
}

#[test]
fn streams_go_on_behind_a_broken_document() {
    let text = "a: 1\n---\nb: [1\nc: }\n---\nd: 2\n---\n# only a comment\n---\ne: 3\n";
    let all = parse(text);
    let roots: Vec<_> =
        all.iter().map(|parsed| parsed.document.as_ref().map(|d| d.root.entries()[0].key.to_string())).collect();
    assert_eq!(roots, [Some("a".to_owned()), None, Some("d".to_owned()), None, Some("e".to_owned())]);
    assert_eq!(all[1].findings.len(), 1);
    assert_eq!(all[1].findings[0].id(), "yaml-syntax");
}

#[test]
fn aliases_and_merges_know_both_places() {
    let text = "base: &b {x: 1, z: 2}\nuse: *b\nmerged:\n  <<: *b\n  z: 3\n";
    let document = one(text);
    let used = document.root.get("use").unwrap();
    assert_eq!(&text[used.place().range()], "*b");
    assert_eq!(&text[used.span.range()], "{x: 1, z: 2}");
    let merged = document.root.get("merged").unwrap();
    let x = merged.entry("x").unwrap();
    assert_eq!(&text[x.key_span.range()], "x");
    assert_eq!(&text[x.merged_at.unwrap().range()], "*b");
    assert_eq!(merged.get("z").unwrap().scalar().unwrap().text, "3");
}

#[test]
fn duplicates_name_the_later_place() {
    assert_eq!(ids("a: 1\nb: 2\n'a': 3\n"), [("duplicate-key", "'a'")]);
    let many: String = (0..40).map(|n| format!("k{n}: 1\n")).collect();
    assert_eq!(ids(&format!("{many}k7: 2\n")), [("duplicate-key", "k7")]);
    assert!(ids("on: 1\ntrue: 2\n").iter().any(|(id, _)| *id == "duplicate-key"), "kubectl reads both keys as `true`");
}

#[test]
fn asterisks_are_named() {
    assert_eq!(ids("dataSources:\n  *\nb: 1\n"), [("yaml-bare-asterisk", "*")]);
    assert_eq!(ids("a:\n  - *\n"), [("yaml-bare-asterisk", "*")]);
    assert_eq!(ids("inputs:\n  - *.x\n"), [("yaml-bare-asterisk", "*.x")]);
    assert_eq!(ids("a: *nowhere\n"), [("yaml-syntax", "*nowhere")]);
}

#[test]
fn limits_are_clean_errors() {
    let deep = format!("a: {}{}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(ids(&deep)[0].0, "yaml-nesting");
    let block: String = (0..5000).map(|level| format!("{}k:\n", " ".repeat(level))).collect();
    assert_eq!(ids(&block)[0].0, "yaml-nesting");
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    assert_eq!(ids(&bomb).iter().map(|(id, _)| *id).collect::<Vec<_>>(), ["yaml-alias-budget"]);
    assert_eq!(ids("a: &x [*x]\n")[0].0, "yaml-syntax");
}

#[test]
fn unrendered_templates_are_no_syntax_errors() {
    for text in ["a: {{ .Values.x }}\n", "a:\n  - {{x}}\n", "a: {{ .b }}: c\n", "{{ .k }}: 1\n"] {
        assert_eq!(ids(text), [], "{text}");
    }
    assert_eq!(ids("a: {{b: c}: d}\n"), [("yaml-syntax", "{b: c}")]);
    let parsed = parse("a: {{ .Values.x }}\n");
    assert!(matches!(parsed[0].document.as_ref().unwrap().root.get("a").unwrap().value, Value::Template));
    assert!(parsed[0].findings.is_empty(), "{:?}", parsed[0].findings);
    let parsed = parse("{{- if .Values.on }}\na: 1\n{{- end }}\n---\nb: 2\n");
    assert!(parsed[0].unrendered && parsed[0].findings.is_empty());
    assert!(parsed[1].document.is_some());
}

#[test]
fn json_is_yaml_here() {
    let document = one("{\"a\": \"\\ud83d\\ude00\\/\", \"b\": [1, true, null],\n\t\"c\": 1e3}");
    assert_eq!(document.root.get("a").unwrap().as_str(), Some("\u{1f600}/"));
}

#[test]
fn ambiguous_scalars_are_noted() {
    let text = "a: yes\nb: 'yes'\nc: 0755\nd: true\n";
    let document = one(text);
    let found: Vec<_> = document.ambiguous.iter().map(|span| &text[span.range()]).collect();
    assert_eq!(found, ["yes", "0755"]);
}
