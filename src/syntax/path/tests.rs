use super::*;
use proptest::prelude::*;

fn names(text: &str) -> Vec<String> {
    Path::parse(text).unwrap().segments.into_iter().map(|segment| segment.name.unwrap_or("*".to_owned())).collect()
}

#[test]
fn dots_separate_and_quotes_hold_them() {
    for (text, expected) in [
        ("Position", vec!["Position"]),
        ("Sensors.Temperature", vec!["Sensors", "Temperature"]),
        ("$source.a.b", vec!["a", "b"]),
        ("Payload.\"Tag.10\".Value", vec!["Payload", "Tag.10", "Value"]),
        ("\"Tag.10\".Value", vec!["Tag.10", "Value"]),
        ("Payload.He said: \"No. It is done\"", vec!["Payload", "He said: \"No", " It is done\""]),
        ("*.Max", vec!["*", "Max"]),
        ("  a b.c  ", vec!["a b", "c"]),
        ("\"\"", vec![""]),
        ("\"*\"", vec!["*"]),
        ("\"$source\"", vec!["$source"]),
        ("a?b", vec!["a?b"]),
        ("\"a ? $last\"", vec!["a ? $last"]),
        ("Größe.°C", vec!["Größe", "°C"]),
    ] {
        assert_eq!(names(text), expected, "{text}");
    }
    assert_eq!(Path::parse("\"*\"").unwrap().wildcard(), None);
    assert_eq!(Path::parse("a.*.b").unwrap().around(), (vec!["a".to_owned()], vec!["b".to_owned()]));
}

#[test]
fn roots_are_told_apart() {
    let root = |text: &str| Path::parse(text).unwrap().root;
    assert_eq!(root("$context(position).BaseSalary"), Root::Context(Some("position".to_owned())));
    assert_eq!(root("$context.BaseSalary"), Root::Context(None));
    assert_eq!(root("$metadata.topic"), Root::Metadata(Metadata::Topic));
    assert_eq!(root("$metadata.system_property.content_type"), Root::Metadata(Metadata::ContentType));
    assert_eq!(root("$metadata.user_property.prio"), Root::Metadata(Metadata::UserProperty("prio".to_owned())));
    assert_eq!(root("$metadata.user_property.\"a.b\""), Root::Metadata(Metadata::UserProperty("a.b".to_owned())));
    assert_eq!(root("$metadata.header.ce-id"), Root::Metadata(Metadata::Header("ce-id".to_owned())));
}

#[test]
fn last_is_free_in_case_and_blanks() {
    for text in ["w ? $last", "w?$last", "w ?  $LAST ", "\"w\" ? $Last"] {
        let path = Path::parse(text).unwrap();
        assert!(path.last.is_some(), "{text}");
        assert_eq!(path.segments[0].name.as_deref(), Some("w"), "{text}");
    }
    assert_eq!(Path::parse("w").unwrap().last, None);
    let path = Path::parse(" $metadata.user_property.x ? $last").unwrap();
    assert_eq!(path.root, Root::Metadata(Metadata::UserProperty("x".to_owned())));
}

#[test]
fn what_is_no_path_is_refused_in_place() {
    for (text, part) in [
        ("", ""),
        ("  ", ""),
        ("a..b", ""),
        (".a", ""),
        ("a.", ""),
        ("@a", "@"),
        ("w ?? 0", "?? 0"),
        ("w ? $previous", "? $previous"),
        ("w ? last", "? last"),
        ("$nothing.a", "$nothing"),
        ("$metadata.qos", "qos"),
        ("$metadata.user_property.a.b", "a.b"),
        ("$metadata.user_property.*", "*"),
        ("$context(a", "a"),
        ("$context().x", ""),
        ("$context(a)", ""),
        ("a.*.*", "*"),
        ("a*.b", "a*"),
        ("\"a", "\"a"),
        ("\"a\"b.c", "\"a\"b.c"),
        ("\"a\"\u{a0}?b", "\"a\"\u{a0}?b"),
    ] {
        let error = Path::parse(text).unwrap_err();
        assert_eq!(&text[error.range], part, "{text}: {}", error.message);
    }
    assert!(Path::parse(&vec!["a"; MAX_SEGMENTS].join(".")).is_ok());
    assert!(Path::parse(&vec!["a"; MAX_SEGMENTS + 1].join(".")).is_err());
}

proptest! {
    #[test]
    fn what_is_displayed_is_read_back(names in prop::collection::vec("[a-zA-Z0-9.*$@ é?]{0,6}", 1..6)) {
        let text = display(names.iter().map(String::as_str));
        prop_assert_eq!(self::names(&text), names, "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused_in_place(text in "(\\PC|[.\"*$? ]|\\$metadata\\.|\\$context\\(|user_property|\\$last){0,16}") {
        match Path::parse(&text) {
            Ok(path) => {
                prop_assert!(text.get(path.range.clone()).is_some());
                for segment in &path.segments {
                    prop_assert!(text.get(segment.range.clone()).is_some());
                }
            }
            Err(error) => prop_assert!(text.get(error.range.clone()).is_some(), "{:?}", error),
        }
    }
}
