use super::*;
use proptest::prelude::*;

fn filter_error(text: &str) -> (String, &str) {
    let error = Filter::parse(text).unwrap_err();
    (error.message, &text[error.range])
}

#[test]
fn filters_match_as_mqtt_5_says() {
    // MQTT 5, 4.7.1.2 and 4.7.1.3, with their examples.
    for (filter, topic, matches) in [
        ("sport/tennis/player1/#", "sport/tennis/player1", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true),
        ("sport/#", "sport", true),
        ("#", "a/b", true),
        ("#", "/", true),
        ("#", "$SYS/uptime", false),
        ("+/monitor/Clients", "$SYS/monitor/Clients", false),
        ("$SYS/#", "$SYS/uptime", true),
        ("$SYS/monitor/+", "$SYS/monitor/Clients", true),
        ("sport/tennis/+", "sport/tennis/player1", true),
        ("sport/tennis/+", "sport/tennis/player1/ranking", false),
        ("sport/+", "sport", false),
        ("sport/+", "sport/", true),
        ("/finance", "/finance", true),
        ("+", "/finance", false),
        ("+/+", "/finance", true),
        ("/+", "/finance", true),
        ("$share/group/a/+", "a/b", true),
        ("$share/group/#", "$SYS/x", false),
        ("$share/group/a/b", "$share/group/a/b", false),
        ("a/b", "a/B", false),
        ("a", "", false),
    ] {
        assert_eq!(Filter::parse(filter).unwrap().matches(topic), matches, "{filter} {topic}");
    }
}

#[test]
fn filters_are_validated_with_ranges() {
    for (text, part) in [
        ("sport/tennis#", "tennis#"),
        ("sport/tennis/#/ranking", "#"),
        ("sport+", "sport+"),
        ("a/b\0", "\0"),
        ("$share/g", "g"),
        ("$share//a", ""),
        ("$share/g/", ""),
        ("$share/g+/a", "g+"),
        ("$share/g/a/#/b", "#"),
        ("", ""),
    ] {
        assert_eq!(filter_error(text).1, part, "{text}");
    }
    assert!(Filter::parse(&"a".repeat(MAX_BYTES)).is_ok());
    assert!(Filter::parse(&"a".repeat(MAX_BYTES + 1)).is_err());
    let shared = Filter::parse("$share/g/a/+").unwrap();
    assert_eq!((shared.group(), shared.filter(), shared.has_wildcard()), (Some("g"), "a/+", true));
    // Only `$share` is a shared subscription; `$shared` is an ordinary topic.
    assert_eq!(Filter::parse("$shared/g/a").unwrap().group(), None);
}

#[test]
fn templates_expand_as_the_destination_page_says() {
    for (source, template, topic) in [
        ("factory/1/data", "processed/factory/${inputTopic.2}", "processed/factory/1"),
        (
            "thermostats/device1/sensor/temperature",
            "processed/device/${inputTopic.2}/temperature",
            "processed/device/device1/temperature",
        ),
        ("a/b/c", "out/${inputTopic}", "out/a/b/c"),
        ("/a/b/", "${inputTopic.1}", "a"),
        ("a/b", "factory/$inputTopic.2", "factory/$inputTopic.2"),
        ("a/b", "${inputTopic.2}/${inputTopic.1}", "b/a"),
    ] {
        assert_eq!(Template::parse(template).unwrap().expand(source).as_deref(), Ok(topic), "{template}");
    }
}

#[test]
fn levels_beyond_the_topic_are_unresolved() {
    let unresolved = Template::parse("x/${inputTopic.5}").unwrap().expand("a/b/c").unwrap_err();
    assert_eq!(unresolved.range(), Some(2..17));
    assert_eq!(unresolved.to_string(), "`${inputTopic.5}` asks for level 5, `a/b/c` has 3");
    let slash = Template::parse("${inputTopic.1}").unwrap().expand("/").unwrap_err();
    assert!(matches!(slash, Unresolved::Level { levels: 0, .. }));
    let empty = Template::parse("${inputTopic.2}").unwrap().expand("a//b").unwrap_err();
    assert!(matches!(empty, Unresolved::Name { .. }), "{empty}");
    let long = Template::parse("x/${inputTopic}").unwrap().expand(&"a".repeat(MAX_BYTES)).unwrap_err();
    assert!(matches!(long, Unresolved::Name { .. }));
}

#[test]
fn templates_refuse_what_a_dataflow_does_not_know() {
    for (text, part) in [
        ("a/${outputTopic}", "${outputTopic}"),
        ("a/${inputtopic}", "${inputtopic}"),
        ("a/${inputTopic.0}/b", "${inputTopic.0}"),
        ("a/${inputTopic.+1}", "${inputTopic.+1}"),
        ("a/${inputTopic.}", "${inputTopic.}"),
        ("a/${inputTopic", "${inputTopic"),
        ("a/${inputTopic.99999999999999999999999}", "${inputTopic.99999999999999999999999}"),
        ("a/+/${inputTopic}", "+"),
        ("${inputTopic}/#", "#"),
        ("", ""),
    ] {
        let error = Template::parse(text).unwrap_err();
        assert_eq!(&text[error.range], part, "{text}: {}", error.message);
    }
}

proptest! {
    #[test]
    fn static_templates_are_identity(text in "[^+#\u{0}]{1,60}", source in ".{0,40}") {
        prop_assume!(!text.contains("${"));
        let template = Template::parse(&text).unwrap();
        prop_assert_eq!(template.as_static(), Some(text.as_str()));
        prop_assert_eq!(template.expand(&source), Ok(text));
    }

    #[test]
    fn parts_cover_the_template(text in "([a-z/]|\\$\\{inputTopic(\\.[1-9])?\\}){1,12}") {
        let template = Template::parse(&text).unwrap();
        let mut at = 0;
        for part in template.parts() {
            prop_assert_eq!(part.range.start, at);
            at = part.range.end;
        }
        prop_assert_eq!(at, text.len());
    }

    #[test]
    fn any_text_is_read_or_refused_in_place(text in "(\\PC|[$/{}+#.]|inputTopic|\\$share/){0,24}", topic in "\\PC{0,20}") {
        for error in [Filter::parse(&text).err(), Template::parse(&text).err(), check_name(&text).err()].into_iter().flatten() {
            prop_assert!(text.get(error.range.clone()).is_some(), "{:?}", error);
        }
        if let Ok(template) = Template::parse(&text)
            && let Ok(topic) = template.expand(&topic)
        {
            prop_assert!(check_name(&topic).is_ok());
        }
    }

    #[test]
    fn a_filter_matches_itself_without_wildcards(topic in "[a-c/]{1,12}") {
        prop_assert!(Filter::parse(&topic).unwrap().matches(&topic));
        prop_assert!(Filter::parse("#").unwrap().matches(&topic));
    }
}
