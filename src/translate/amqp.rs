//! Values that an AMQP producer sent through Event Hubs: AMQP 1.0 primitives, their type in the first byte (AMQP 1.0,
//! 1.6; Event Hubs for Kafka tutorial on protocol interoperability).
//!
//! Only to explain what is seen: what becomes of a header is decided by its being UTF-8.

/// Type and value of `bytes`, if they are one AMQP primitive, and are unlikely to be meant as text.
pub(super) fn describe(bytes: &[u8]) -> Option<String> {
    let (&code, rest) = bytes.split_first()?;
    let text = std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control));
    if text && !rest.is_empty() {
        return None;
    }
    primitive(code, rest)
}

/// The primitive of type `code` whose data is exactly `data`.
fn primitive(code: u8, data: &[u8]) -> Option<String> {
    match code {
        0x40..=0x45 => empty(code).filter(|_| data.is_empty()),
        0xa0 | 0xa1 | 0xa3 => {
            let (&length, data) = data.split_first()?;
            variable(code, usize::from(length), data)
        }
        0xb0 | 0xb1 | 0xb3 => {
            let (length, data) = data.split_first_chunk::<4>()?;
            variable(code, usize::try_from(u32::from_be_bytes(*length)).ok()?, data)
        }
        _ => fixed(code, data),
    }
}

/// A primitive without data.
fn empty(code: u8) -> Option<String> {
    let text = match code {
        0x40 => "null",
        0x41 => "boolean `true`",
        0x42 => "boolean `false`",
        0x43 => "uint `0`",
        0x44 => "ulong `0`",
        _ => return None,
    };
    Some(text.to_owned())
}

/// A primitive with 1, 2, 4, 8 or 16 bytes.
fn fixed(code: u8, data: &[u8]) -> Option<String> {
    let one = || <[u8; 1]>::try_from(data).ok();
    let two = || <[u8; 2]>::try_from(data).ok();
    let four = || <[u8; 4]>::try_from(data).ok();
    let eight = || <[u8; 8]>::try_from(data).ok();
    let named = |name: &str, value: &dyn std::fmt::Display| Some(format!("{name} `{value}`"));
    match code {
        0x50 => named("ubyte", &u8::from_be_bytes(one()?)),
        0x51 => named("byte", &i8::from_be_bytes(one()?)),
        0x52 => named("uint", &u8::from_be_bytes(one()?)),
        0x53 => named("ulong", &u8::from_be_bytes(one()?)),
        0x54 => named("int", &i8::from_be_bytes(one()?)),
        0x55 => named("long", &i8::from_be_bytes(one()?)),
        0x56 => match one()? {
            [0] => named("boolean", &false),
            [1] => named("boolean", &true),
            _ => None,
        },
        0x60 => named("ushort", &u16::from_be_bytes(two()?)),
        0x61 => named("short", &i16::from_be_bytes(two()?)),
        0x70 => named("uint", &u32::from_be_bytes(four()?)),
        0x71 => named("int", &i32::from_be_bytes(four()?)),
        0x72 => named("float", &f32::from_be_bytes(four()?)),
        0x73 => named("char", &char::from_u32(u32::from_be_bytes(four()?))?.escape_debug()),
        0x80 => named("ulong", &u64::from_be_bytes(eight()?)),
        0x81 => named("long", &i64::from_be_bytes(eight()?)),
        0x82 => named("double", &f64::from_be_bytes(eight()?)),
        0x83 => named("timestamp", &i64::from_be_bytes(eight()?)),
        0x74 => four().map(|_| "decimal32".to_owned()),
        0x84 => eight().map(|_| "decimal64".to_owned()),
        0x94 => (data.len() == 16).then(|| "decimal128".to_owned()),
        0x98 => (data.len() == 16).then(|| named("uuid", &uuid(data)))?,
        _ => None,
    }
}

/// A primitive that says how long it is.
fn variable(code: u8, length: usize, data: &[u8]) -> Option<String> {
    if data.len() != length {
        return None;
    }
    let text = || std::str::from_utf8(data).ok().map(str::escape_debug);
    match code {
        0xa0 | 0xb0 => Some(format!("binary of {length} bytes")),
        0xa1 | 0xb1 => Some(format!("string `{}`", text()?)),
        _ => Some(format!("symbol `{}`", text()?)),
    }
}

/// `bytes` as RFC 9562 writes a UUID.
fn uuid(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default());
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn primitives_are_recognised() {
        let long = [&[0xa1, 200][..], &[b'a'; 200]].concat();
        let cases: [(&[u8], &str); 14] = [
            (b"\xa1\x03bar", "string `bar`"),
            (&long, &format!("string `{}`", "a".repeat(200))),
            (&[0x82, 0x40, 0x27, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcd], "double `11.9`"),
            (&[0x54, 5], "int `5`"),
            (b"A", "boolean `true`"),
            (b"B", "boolean `false`"),
            (&[0x56, 1], "boolean `true`"),
            (&[0x55, 0xff], "long `-1`"),
            (&[0x71, 0, 0, 1, 0], "int `256`"),
            (&[0x83, 0x0, 0x0, 0x1, 0x62, 0x96, 0xdc, 0x8b, 0x20], "timestamp `1522949458720`"),
            (b"\xb1\0\0\0\x02hi", "string `hi`"),
            (b"\xa3\x01s", "symbol `s`"),
            (b"\xa0\x02\xff\xff", "binary of 2 bytes"),
            (
                b"\x98\xf8\x1d\x4f\xae\x7d\xec\x11\xd0\xa7\x65\x00\xa0\xc9\x1e\x6b\xf6",
                "uuid `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`",
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(describe(bytes).as_deref(), Some(expected), "{bytes:02x?}");
        }
    }

    #[test]
    fn text_and_what_is_cut_off_is_not() {
        let cases: [&[u8]; 9] =
            [b"", b"bar", b"P1", b"T5", b"qabcd", b"\xa1\x04bar", b"\xa1", b"\xb1\xff\xff\xff\xff", b"\x82\0"];
        for bytes in cases {
            assert_eq!(describe(bytes), None, "{bytes:02x?}");
        }
    }
}
