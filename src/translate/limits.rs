//! What the protocols can carry: MQTT strings (MQTT 5, 1.5.4) and names of Kafka topics (Apache Kafka).
//!
//! MQTT topics are for `syntax::topic`, how large a message may be is for the broker.

/// Bytes in the longest MQTT string or binary data (MQTT 5, 1.5.4 and 1.5.6).
pub(super) const MQTT_STRING: usize = 65_535;

/// Characters in the longest name of a Kafka topic.
const KAFKA_TOPIC: usize = 249;

/// Why `bytes` cannot be an MQTT string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotAString {
    /// They are not UTF-8 [MQTT-1.5.4-1].
    NotUtf8,
    /// They hold U+0000 [MQTT-1.5.4-2].
    Nul,
    /// They are more than 65,535, which is as much as the two bytes before them can count.
    TooLong,
}

/// Why `bytes` cannot be an MQTT string, if they cannot.
pub(super) fn not_a_string(bytes: &[u8]) -> Option<NotAString> {
    if bytes.len() > MQTT_STRING {
        Some(NotAString::TooLong)
    } else if std::str::from_utf8(bytes).is_err() {
        Some(NotAString::NotUtf8)
    } else {
        memchr::memchr(0, bytes).map(|_| NotAString::Nul)
    }
}

/// What is wrong with `topic` as the name of a Kafka topic, if anything is.
pub(super) fn kafka_topic(topic: &str) -> Option<String> {
    if topic.contains("${inputTopic") {
        return Some(format!("`{topic}` takes the topic of the source, which only MQTT destinations do"));
    }
    if let Some(char) = topic.chars().find(|char| !(char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-'))) {
        return Some(format!("Kafka topic `{topic}` has {char:?}, expected letters, digits, `.`, `_` and `-`"));
    }
    if topic.is_empty() || topic.len() > KAFKA_TOPIC || matches!(topic, "." | "..") {
        return Some(format!("`{topic}` is no name of a Kafka topic, expected 1 to {KAFKA_TOPIC} characters"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_have_limits() {
        for (bytes, expected) in [
            (&b""[..], None),
            ("\u{e9}\u{1}\u{10ffff}".as_bytes(), None),
            (b"a\0b", Some(NotAString::Nul)),
            (b"\xa1\x03bar", Some(NotAString::NotUtf8)),
            // A surrogate, in what is called CESU-8.
            (b"\xed\xa0\x80", Some(NotAString::NotUtf8)),
        ] {
            assert_eq!(not_a_string(bytes), expected, "{bytes:?}");
        }
        assert_eq!(not_a_string(&[b'a'; 65_535]), None);
        assert_eq!(not_a_string(&[b'a'; 65_536]), Some(NotAString::TooLong));
    }

    #[test]
    fn kafka_topics_have_limits() {
        assert_eq!(kafka_topic("Line_3.telemetry-1"), None);
        for topic in ["", ".", "..", "a/b", "a b", "\u{e9}", "${inputTopic}", &"a".repeat(250)] {
            assert!(kafka_topic(topic).is_some(), "{topic}");
        }
    }
}
