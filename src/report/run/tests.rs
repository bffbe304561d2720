use super::shown::is_hidden;
use super::*;

fn text(name: &str, value: &[u8]) -> String {
    shown(name, Some(value), 20).text
}

#[test]
fn text_is_shown_as_it_is_and_bytes_in_hexadecimal() {
    assert_eq!(text("a", b"hello"), "hello");
    assert_eq!(text("a", "Größe".as_bytes()), "Größe");
    assert_eq!(text("a", b""), "(empty)");
    assert_eq!(text("a", &[0xa1, 3, b'b']), "0xa10362 (3 bytes)");
    assert_eq!(text("a", &[0xff; 40]), format!("0x{}… (40 bytes)", "ff".repeat(16)));
    assert_eq!(text("a", &[b'x'; 21]), format!("{}… (21 bytes)", "x".repeat(20)));
    assert_eq!(shown("a", None, 20).text, "null");
    assert_eq!(shown("a", Some(&[0xff; 40]), usize::MAX).text, format!("0x{} (40 bytes)", "ff".repeat(40)));
}

#[test]
fn nothing_steers_the_terminal() {
    assert_eq!(text("a", b"a\x1b[31m\nb"), "a\\u{1b}[31m\\nb");
    assert_eq!(text("a", "a\u{202e}b".as_bytes()), "a\\u{202e}b");
    assert_eq!(text("a", "a\u{200b}\u{e000}x".as_bytes()), "a\\u{200b}\\u{e000}x"[..17].to_owned() + "x");
    assert_eq!(text("a", "a\u{202e}b\u{200b}\u{e000}".as_bytes()), "a\\u{202e}b\\u{200b}… (11 bytes)");
    let every = (0..=u32::from(char::MAX)).filter_map(char::from_u32);
    let bad = every.filter(|c| c.is_control() && !is_hidden(*c)).count();
    assert_eq!(bad, 0);
}

#[test]
fn secrets_are_masked_by_their_name_and_by_themselves() {
    for name in ["password", "user property `password`", "header `password`"] {
        let shown = shown(name, Some(b"hunter22"), 60);
        assert_eq!((shown.text.as_str(), shown.masked), ("***", true), "{name}");
        assert_eq!(super::shown(name, Some(&[0xff, 0xfe]), 60).text, "***");
    }
    let payload = br#"{"a":1,"password":"hunter22"}"#;
    let shown = shown("payload", Some(payload), 60);
    assert!(shown.masked && !shown.text.contains("hunter22") && shown.text.contains("\"a\":1"), "{}", shown.text);
}

#[test]
fn durations_read_well() {
    assert_eq!(duration(Duration::from_micros(840)), "840 µs");
    assert_eq!(duration(Duration::from_micros(41_900)), "41 ms");
    assert_eq!(duration(Duration::from_millis(2_540)), "2.5 s");
}
