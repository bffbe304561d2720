//! Bytes to text and back: byte order marks, UTF-16, and clear errors for everything else.

use std::io;

/// How a file stores its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-16, little endian, with a byte order mark.
    Utf16Le,
    /// UTF-16, big endian, with a byte order mark.
    Utf16Be,
}

/// Why a text cannot be read. The name of the file is left to the caller.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system refused.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// 4 GiB or more.
    #[error("is too large: `{bytes}` bytes, expected less than 4 GiB")]
    TooLarge {
        /// Size of the file.
        bytes: u64,
    },
    /// A byte that no UTF-8 text has at that place.
    #[error("is not UTF-8: byte `0x{byte:02X}` at line {line}, column {column}")]
    NotUtf8 {
        /// The first bad byte.
        byte: u8,
        /// Its line, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },
    /// UTF-16 by its byte order mark, with half a character.
    #[error("is not valid UTF-16: {what} at byte {offset}")]
    NotUtf16 {
        /// What is wrong.
        what: &'static str,
        /// Offset in the file, byte order mark included.
        offset: usize,
    },
    /// Every other byte is zero, but no byte order mark says so.
    #[error("seems to be UTF-16 without a byte order mark, expected UTF-8")]
    Utf16WithoutMark,
    /// A zero byte or character, which no manifest holds.
    #[error("is binary: zero byte at offset {offset}, expected text")]
    Binary {
        /// Offset in the file, or in the decoded text of UTF-16.
        offset: usize,
    },
    /// No file of this number was added.
    #[error("is not among the files of this run")]
    Unknown,
}

/// A decoded text, and how it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text in UTF-8, without a byte order mark. Line breaks are as in the file.
    pub content: String,
    /// What [`Text::encode`] goes back to.
    pub encoding: Encoding,
}

impl Text {
    /// Decodes `bytes`. UTF-8 without a byte order mark is taken over without a copy.
    ///
    /// # Errors
    /// [`ReadError`], where the bytes are no text.
    pub fn decode(mut bytes: Vec<u8>) -> Result<Self, ReadError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(ReadError::TooLarge { bytes: bytes.len() as u64 });
        }
        match bytes.as_slice() {
            [0xFF, 0xFE, units @ ..] => Self::utf16(units, Encoding::Utf16Le, u16::from_le_bytes),
            [0xFE, 0xFF, units @ ..] => Self::utf16(units, Encoding::Utf16Be, u16::from_be_bytes),
            [0xEF, 0xBB, 0xBF, ..] => {
                bytes.drain(..3);
                Self::utf8(bytes, Encoding::Utf8Bom)
            }
            _ => Self::utf8(bytes, Encoding::Utf8),
        }
    }

    fn utf8(bytes: Vec<u8>, encoding: Encoding) -> Result<Self, ReadError> {
        if let Some(offset) = bytes.iter().position(|&b| b == 0) {
            return Err(zero(&bytes, offset));
        }
        match String::from_utf8(bytes) {
            Ok(content) => Ok(Self { content, encoding }),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let (good, bad) = error.as_bytes().split_at(valid);
                let start = good.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
                Err(ReadError::NotUtf8 {
                    byte: bad.first().copied().unwrap_or_default(),
                    line: good.iter().filter(|&&b| b == b'\n').count() + 1,
                    column: super::lines::characters(&good[start..]) + 1,
                })
            }
        }
    }

    fn utf16(units: &[u8], encoding: Encoding, unit: fn([u8; 2]) -> u16) -> Result<Self, ReadError> {
        let (pairs, rest) = units.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(ReadError::NotUtf16 { what: "half a code unit", offset: units.len() + 1 });
        }
        let mut content = String::with_capacity(pairs.len() + pairs.len() / 8);
        let mut offset = 2;
        for char in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
            let char = char.map_err(|_| ReadError::NotUtf16 { what: "lone surrogate", offset })?;
            offset += 2 * char.len_utf16();
            content.push(char);
        }
        match content.bytes().position(|b| b == 0) {
            Some(offset) => Err(ReadError::Binary { offset }),
            None if u32::try_from(content.len()).is_err() => Err(ReadError::TooLarge { bytes: content.len() as u64 }),
            None => Ok(Self { content, encoding }),
        }
    }

    /// `new` as the file stored its text: the byte order mark and the encoding are kept.
    pub fn encode(&self, new: &str) -> Vec<u8> {
        let units = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
            mark.into_iter().chain(new.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
        };
        match self.encoding {
            Encoding::Utf8 => new.as_bytes().to_vec(),
            Encoding::Utf8Bom => [b"\xEF\xBB\xBF", new.as_bytes()].concat(),
            Encoding::Utf16Le => units([0xFF, 0xFE], u16::to_le_bytes),
            Encoding::Utf16Be => units([0xFE, 0xFF], u16::to_be_bytes),
        }
    }
}

fn zero(bytes: &[u8], offset: usize) -> ReadError {
    let head = &bytes[..bytes.len().min(64)];
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let half = head.len() / 2;
    match (zeros(0), zeros(1)) {
        (0, some) | (some, 0) if half > 0 && some * 2 > half => ReadError::Utf16WithoutMark,
        _ => ReadError::Binary { offset },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn error(bytes: &[u8]) -> String {
        Text::decode(bytes.to_vec()).unwrap_err().to_string()
    }

    #[test]
    fn marks_are_stripped_and_restored() {
        let cases: [(&[u8], Encoding); 4] = [
            (b"a: \xC3\xA9\n", Encoding::Utf8),
            (b"\xEF\xBB\xBFa: \xC3\xA9\n", Encoding::Utf8Bom),
            (b"\xFF\xFEa\0:\0 \0\xE9\0\n\0", Encoding::Utf16Le),
            (b"\xFE\xFF\0a\0:\0 \0\xE9\0\n", Encoding::Utf16Be),
        ];
        for (bytes, encoding) in cases {
            let text = Text::decode(bytes.to_vec()).unwrap();
            assert_eq!((text.content.as_str(), text.encoding), ("a: é\n", encoding));
            assert_eq!(text.encode(&text.content), bytes);
        }
    }

    #[test]
    fn other_bytes_are_located() {
        assert_eq!(error(b"a: 1\n\xC3\xA9b: \xFF"), "is not UTF-8: byte `0xFF` at line 2, column 5");
        assert_eq!(error(b"\xFF\xFEa\0b"), "is not valid UTF-16: half a code unit at byte 4");
        assert_eq!(error(b"\xFF\xFEa\0\x00\xD8a\0"), "is not valid UTF-16: lone surrogate at byte 4");
        assert_eq!(error(b"k\0i\0n\0d\0:\0"), "seems to be UTF-16 without a byte order mark, expected UTF-8");
        assert_eq!(error(b"kind: x\0y"), "is binary: zero byte at offset 7, expected text");
        assert_eq!(error(b"\xFF\xFEa\0\0\0"), "is binary: zero byte at offset 1, expected text");
    }

    #[test]
    fn an_empty_file_is_an_empty_text() {
        assert_eq!(Text::decode(Vec::new()).unwrap().content, "");
        assert_eq!(Text::decode(vec![0xEF, 0xBB, 0xBF]).unwrap().content, "");
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(text) = Text::decode(bytes.clone()) {
                prop_assert_eq!(text.encode(&text.content), bytes);
            }
        }

        #[test]
        fn every_encoding_goes_there_and_back(content in "[^\u{0}]{0,40}") {
            for encoding in [Encoding::Utf8Bom, Encoding::Utf16Le, Encoding::Utf16Be] {
                let text = Text { content: content.clone(), encoding };
                prop_assert_eq!(Text::decode(text.encode(&content)).unwrap(), text);
            }
        }
    }
}
