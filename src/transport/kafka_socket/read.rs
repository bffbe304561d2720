//! Reads what an answer is made of, and nothing beyond its end: numbers, texts, lists, tagged fields.
//!
//! A server decides what is in these bytes. A list never gets more memory than its bytes can account for, and no length is
//! believed before it is compared with what is there.

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) &'static str);

const CUT: Malformed = Malformed("it ends in the middle of a field");

/// The part of an answer that has not been read yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    flexible: bool,
}

macro_rules! numbers {
    ($($name:ident: $bytes:literal;)*) => {
        $(pub(super) fn $name(&mut self) -> Result<$name, Malformed> {
            let (head, rest) = self.rest.split_first_chunk::<$bytes>().ok_or(CUT)?;
            self.rest = rest;
            Ok($name::from_be_bytes(*head))
        })*
    };
}

impl<'a> Reader<'a> {
    /// Reads `bytes`; `flexible` versions (KIP-482) have short lengths and tagged fields.
    pub(super) const fn new(bytes: &'a [u8], flexible: bool) -> Self {
        Self { rest: bytes, flexible }
    }

    /// Bytes that have not been read.
    pub(super) const fn left(&self) -> usize {
        self.rest.len()
    }

    numbers! { u8: 1; i8: 1; i16: 2; i32: 4; i64: 8; }

    pub(super) fn bool(&mut self) -> Result<bool, Malformed> {
        Ok(self.u8()? != 0)
    }

    /// A number in groups of seven bits, the lowest first.
    fn unsigned(&mut self) -> Result<usize, Malformed> {
        let mut value: u32 = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.u8()?;
            let bits = u32::from(byte & 0x7F);
            if shift == 28 && bits > 0xF {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value as usize);
            }
        }
        Err(Malformed("a length has more than 32 bits"))
    }

    pub(super) fn skip(&mut self, bytes: usize) -> Result<&'a [u8], Malformed> {
        let (head, rest) = self.rest.split_at_checked(bytes).ok_or(CUT)?;
        self.rest = rest;
        Ok(head)
    }

    /// A length: of a flexible version, or as `classic` reads it. `None` is null.
    fn length(&mut self, classic: impl Fn(&mut Self) -> Result<i32, Malformed>) -> Result<Option<usize>, Malformed> {
        if self.flexible {
            return Ok(self.unsigned()?.checked_sub(1));
        }
        match classic(self)? {
            -1 => Ok(None),
            length => usize::try_from(length).map(Some).map_err(|_| Malformed("a length is negative")),
        }
    }

    /// A text that may be null.
    pub(super) fn optional_text(&mut self) -> Result<Option<String>, Malformed> {
        let Some(length) = self.length(|reader| reader.i16().map(i32::from))? else { return Ok(None) };
        let text = std::str::from_utf8(self.skip(length)?).map_err(|_| Malformed("a text is not UTF-8"))?;
        Ok(Some(text.to_owned()))
    }

    /// A text.
    pub(super) fn text(&mut self) -> Result<String, Malformed> {
        self.optional_text()?.ok_or(Malformed("a text is null that must not be"))
    }

    /// Bytes that may be null.
    pub(super) fn optional_bytes(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        let length = self.length(Self::i32)?;
        length.map(|length| self.skip(length)).transpose()
    }

    /// A list, each element of which has at least `least` bytes. Null is empty.
    pub(super) fn list<T>(
        &mut self,
        least: usize,
        element: impl Fn(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let count = self.length(Self::i32)?.unwrap_or(0);
        if count > self.left() / least.max(1) {
            return Err(Malformed("a list claims more elements than there are bytes for"));
        }
        (0..count).map(|_| element(self)).collect()
    }

    /// Passes over tagged fields, which versions that are not flexible do not have.
    pub(super) fn tags(&mut self) -> Result<(), Malformed> {
        if !self.flexible {
            return Ok(());
        }
        // Each takes two bytes at least, so that the bytes end the loop.
        for _ in 0..self.unsigned()? {
            self.unsigned()?;
            let length = self.unsigned()?;
            self.skip(length)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Malformed, Reader};
    use proptest::prelude::*;

    #[test]
    fn lists_are_no_longer_than_their_bytes() {
        let claims = Malformed("a list claims more elements than there are bytes for");
        for (flexible, bytes) in [
            (false, &[0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4][..]),
            (false, &[0, 0, 0, 3, 1, 2, 3, 4, 5]),
            (true, &[0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 2]),
        ] {
            assert_eq!(Reader::new(bytes, flexible).list(2, Reader::i16), Err(claims), "{bytes:?}");
        }
        assert_eq!(Reader::new(&[0, 0, 0, 2, 0, 1, 0, 2], false).list(2, Reader::i16), Ok(vec![1, 2]));
        assert_eq!(Reader::new(&[3, 0, 1, 0, 2], true).list(2, Reader::i16), Ok(vec![1, 2]));
        assert_eq!(Reader::new(&[0xFF; 4], false).list(2, Reader::i16), Ok(vec![]));
        assert!(Reader::new(&[0xFF, 0xFF, 0xFF, 0xFE], false).list(2, Reader::i16).is_err());
    }

    #[test]
    fn lengths_of_more_than_32_bits_are_refused() {
        assert_eq!(Reader::new(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F], true).unsigned(), Ok(u32::MAX as usize));
        for bytes in [&[0xFF, 0xFF, 0xFF, 0xFF, 0x1F][..], &[0x80, 0x80, 0x80, 0x80, 0x80, 0x00]] {
            assert_eq!(Reader::new(bytes, true).unsigned(), Err(Malformed("a length has more than 32 bits")));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_read_beyond_the_end(bytes in proptest::collection::vec(any::<u8>(), 0..200), flexible: bool) {
            let mut reader = Reader::new(&bytes, flexible);
            let mut before = reader.left();
            for step in 0..40 {
                let read = match step % 6 {
                    0 => reader.optional_text().map(drop),
                    1 => reader.tags(),
                    2 => reader.list(1, Reader::optional_text).map(drop),
                    3 => reader.optional_bytes().map(drop),
                    4 => reader.i64().map(drop),
                    _ => reader.bool().map(drop),
                };
                prop_assert!(reader.left() <= before);
                before = reader.left();
                if read.is_err() { break }
            }
        }
    }
}
