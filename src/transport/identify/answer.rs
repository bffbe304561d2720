//! Which protocol an answer belongs to, by its first bytes, whatever was asked.

use super::Spoken;
use super::greeting::CORRELATION;

/// What this many bytes do not tell, more do not either.
const ENOUGH: usize = 9;

/// What is kept of something unknown.
const KEPT: usize = 64;

/// A name that a server gives itself is cut there.
const LONGEST_NAME: usize = 80;

/// The protocol of an answer that may go on; `None` if more of it is needed.
pub(super) fn begun(heard: &[u8]) -> Option<Spoken> {
    if heard.starts_with(b"HTTP/") {
        return if head_ends(heard) { ended(heard) } else { None };
    }
    known(heard).or_else(|| (heard.len() >= ENOUGH).then(|| other(heard)))
}

/// The protocol of an answer that ended, or of which no more is read; `None` if there was none.
pub(super) fn ended(heard: &[u8]) -> Option<Spoken> {
    if heard.is_empty() {
        return None;
    }
    Some(http(heard).or_else(|| known(heard)).unwrap_or_else(|| other(heard)))
}

fn other(heard: &[u8]) -> Spoken {
    Spoken::Other(heard.iter().take(KEPT).copied().collect())
}

fn known(heard: &[u8]) -> Option<Spoken> {
    match heard {
        // A record of a handshake or an alert (RFC 8446, 5.1).
        [0x15 | 0x16, 3, 0..=4, ..] => Some(Spoken::Tls),
        [b'S', b'S', b'H', b'-', ..] => Some(Spoken::Ssh),
        [b'A', b'M', b'Q', b'P', ..] => Some(Spoken::Amqp),
        // SETTINGS or GOAWAY on stream 0 (RFC 9113, 4.1): short, without flags.
        [0, 0, _, 4 | 7, 0, 0, 0, 0, 0, ..] => Some(Spoken::Http2),
        [0..=1, _, _, _, a, b, c, d, ..] if [*a, *b, *c, *d] == CORRELATION => Some(Spoken::Kafka),
        _ => mqtt(heard),
    }
}

/// CONNACK, or the DISCONNECT that only a server of MQTT 5 sends.
fn mqtt(heard: &[u8]) -> Option<Spoken> {
    match heard {
        // Two bytes of flags and code: without properties it is 3.1.1 (3.2.2 there), which knows the codes 0 to 5.
        [0x20, 2, 0..=1, 0..=5, ..] => Some(Spoken::Mqtt311),
        [0x20, 3..=0x7F, 0..=1, 0 | 0x80..=0xFF, ..] | [0x20, 0x80..=0xFF, 1..=0x7F, 0..=1, 0 | 0x80..=0xFF, ..] => {
            Some(Spoken::Mqtt5)
        }
        [0xE0, 0] | [0xE0, 1..=0x7F, 0 | 0x80..=0xFF, ..] => Some(Spoken::Mqtt5),
        _ => None,
    }
}

fn head_ends(heard: &[u8]) -> bool {
    heard.windows(4).any(|window| window == b"\r\n\r\n") || heard.windows(2).any(|window| window == b"\n\n")
}

fn http(heard: &[u8]) -> Option<Spoken> {
    if !heard.starts_with(b"HTTP/") {
        return None;
    }
    let head = String::from_utf8_lossy(heard);
    let mut lines = head.lines().take_while(|line| !line.is_empty());
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let server = lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("server"));
    let server =
        server.map(|(_, value)| value.trim().chars().take(LONGEST_NAME).flat_map(char::escape_debug).collect());
    Some(Spoken::Http { status, server })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn answers_are_told_apart() {
        for (bytes, spoken) in [
            (&b"\x15\x03\x01\x00\x02\x02\x28"[..], Spoken::Tls),
            (b"\x16\x03\x03", Spoken::Tls),
            (b"\x20\x02\x00\x00", Spoken::Mqtt311),
            (b"\x20\x02\x00\x05", Spoken::Mqtt311),
            (b"\x20\x03\x00\x87\x00", Spoken::Mqtt5),
            (b"\x20\x80\x01\x00\x00", Spoken::Mqtt5),
            (b"\xE0\x01\x82", Spoken::Mqtt5),
            (b"\x00\x00\x01\x2Cflow\x00\x00", Spoken::Kafka),
            (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03", Spoken::Http2),
            (b"AMQP\x00\x00\x09\x01", Spoken::Amqp),
            (b"SSH-2.0-x\r\n", Spoken::Ssh),
            (b"220 mail.example ESMTP\r\n", Spoken::Other(b"220 mail.example ESMTP\r\n".to_vec())),
        ] {
            assert_eq!(begun(bytes), Some(spoken.clone()), "{bytes:?}");
            assert_eq!(ended(bytes), Some(spoken), "{bytes:?}");
        }
    }

    #[test]
    fn a_part_is_waited_for_until_the_end() {
        for bytes in [&b""[..], b"H", b"\x16\x03", b"\x20\x02", b"220 ", b"HTTP/1.1 404 Not Found\r\nServ"] {
            assert_eq!(begun(bytes), None, "{bytes:?}");
        }
        assert_eq!(ended(b""), None);
        assert_eq!(ended(b"220 "), Some(Spoken::Other(b"220 ".to_vec())));
        assert_eq!(ended(b"HTTP/1.1 404 Not"), Some(Spoken::Http { status: 404, server: None }));
    }

    #[test]
    fn what_a_server_calls_itself_is_cut_and_escaped() {
        let long = "x".repeat(500);
        let head = format!("HTTP/1.0 503 x\r\nDate: a\r\nSERVER: a\x1b[2J{long}\r\n\r\n");
        let Some(Spoken::Http { status: 503, server: Some(server) }) = begun(head.as_bytes()) else { panic!() };
        assert!(server.starts_with("a\\u{1b}[2Jxxx") && server.len() < 100, "{server}");
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100), start in "(HTTP/1.1 [0-9]{1,5}\r?\n?|)") {
            let bytes = [start.into_bytes(), bytes].concat();
            let spoken = ended(&bytes);
            prop_assert_eq!(spoken.is_none(), bytes.is_empty());
            begun(&bytes);
        }
    }
}
