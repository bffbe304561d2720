//! Splits a stream of bytes into control packets by their fixed header (MQTT 5, 2.1).
//!
//! What is in a packet is for `packet`.

use super::reason::PacketKind;

/// The largest remaining length that four bytes can say (MQTT 5, 1.5.5).
pub const MAX_REMAINING: usize = 268_435_455;

/// One whole packet at the start of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Its type.
    pub kind: PacketKind,
    /// The lower half of the first byte.
    pub flags: u8,
    /// Bytes before the variable header, 2 to 5.
    pub header: usize,
    /// Bytes after the fixed header.
    pub remaining: usize,
}

impl Frame {
    /// Bytes of the whole packet.
    pub const fn len(&self) -> usize {
        self.header + self.remaining
    }

    /// Never: a packet has two bytes at least.
    pub const fn is_empty(&self) -> bool {
        false
    }
}

/// Why the start of a buffer is no packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Type 0 is reserved.
    #[error("the first byte 0x{0:02X} starts no MQTT packet")]
    Type(u8),
    /// A packet that cannot be the first that a server sends.
    #[error("it begins like {0}, and not like CONNACK")]
    NotFirst(PacketKind),
    /// The length goes on after its fourth byte.
    #[error("the length of a packet has more than four bytes")]
    Length,
    /// The peer sends more than it was allowed to.
    #[error("{kind} of {size} bytes, but at most {limit} were agreed on")]
    TooLarge {
        /// What it claims to be.
        kind: PacketKind,
        /// Its whole size, in bytes.
        size: usize,
        /// The Maximum Packet Size of this side, in bytes.
        limit: usize,
    },
}

/// The packet at the start of `bytes`, once it is there as a whole; `None` asks for more bytes.
///
/// # Errors
/// If what stands there can never become a packet of at most `limit` bytes. A packet that is too large is refused by its
/// header, before its body has been read.
pub fn first(bytes: &[u8], limit: usize) -> Result<Option<Frame>, FrameError> {
    let Some((first, rest)) = bytes.split_first() else { return Ok(None) };
    let kind = PacketKind::of(*first).ok_or(FrameError::Type(*first))?;
    let Some((remaining, length)) = variable_integer(rest)? else { return Ok(None) };
    let frame = Frame { kind, flags: first & 0x0F, header: 1 + length, remaining };
    if frame.len() > limit {
        return Err(FrameError::TooLarge { kind, size: frame.len(), limit });
    }
    Ok((bytes.len() >= frame.len()).then_some(frame))
}

/// A Variable Byte Integer and how many bytes it takes; `None` if it is cut.
pub(super) fn variable_integer(bytes: &[u8]) -> Result<Option<(usize, usize)>, FrameError> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(Some((value, index + 1)));
        }
    }
    if bytes.len() >= 4 { Err(FrameError::Length) } else { Ok(None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_the_standard() {
        // MQTT 5, table 1-1.
        for (bytes, value) in [
            (&[0x00_u8][..], 0),
            (&[0x7F], 127),
            (&[0x80, 0x01], 128),
            (&[0xFF, 0x7F], 16_383),
            (&[0x80, 0x80, 0x01], 16_384),
            (&[0xFF, 0xFF, 0x7F], 2_097_151),
            (&[0x80, 0x80, 0x80, 0x01], 2_097_152),
            (&[0xFF, 0xFF, 0xFF, 0x7F], MAX_REMAINING),
        ] {
            assert_eq!(variable_integer(bytes), Ok(Some((value, bytes.len()))));
            for cut in 0..bytes.len() {
                assert_eq!(variable_integer(&bytes[..cut]), Ok(None));
            }
        }
        assert_eq!(variable_integer(&[0xFF; 4]), Err(FrameError::Length));
    }

    #[test]
    fn a_packet_that_is_too_large_is_refused_by_its_header() {
        let error = first(&[0x30, 0xFF, 0xFF, 0xFF, 0x7F], 1024).unwrap_err();
        assert_eq!(error, FrameError::TooLarge { kind: PacketKind::Publish, size: MAX_REMAINING + 5, limit: 1024 });
        assert_eq!(first(&[0x30, 0x02, 0, 0], 4).unwrap().unwrap().len(), 4);
        assert!(first(&[0x30, 0x02, 0, 0], 3).is_err());
    }

    #[test]
    fn waits_for_the_whole() {
        for cut in 0..4 {
            assert_eq!(first(&[0xE0, 0x02, 0x00, 0x00][..cut], 100), Ok(None));
        }
        assert_eq!(first(b"\x00", 100), Err(FrameError::Type(0)));
    }
}
