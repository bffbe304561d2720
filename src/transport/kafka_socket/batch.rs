//! One record as a batch (Kafka's message format 2), in each codec of the manifests.
//!
//! The codecs store instead of compressing: a stream of that codec all the same, which a broker has to take or refuse as any
//! other, and nothing is lost on the one short message that is sent with it.

use crate::message::Record;
use bytes::{BufMut, BytesMut};
use kafka_protocol::records::IEEE;

/// How a batch is compressed, by the numbers of Kafka's message format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Compression {
    /// Not at all.
    #[default]
    None = 0,
    /// gzip.
    Gzip = 1,
    /// Snappy, framed as Java's.
    Snappy = 2,
    /// LZ4 frames.
    Lz4 = 3,
}

/// The most bytes of one block of any of the codecs.
const BLOCK: usize = 0xFFFF;

/// A batch that holds `record`, made at `timestamp` in milliseconds since 1970. `None` if it has more than 2 GiB.
pub(super) fn batch(record: &Record, timestamp: i64, compression: Compression) -> Option<BytesMut> {
    let records = compression.store(&of_record(record)?);
    let mut checked = BytesMut::with_capacity(64 + records.len());
    checked.put_u16(compression as u16);
    // The last offset, counted from the first.
    checked.put_i32(0);
    checked.put_i64(timestamp);
    checked.put_i64(timestamp);
    // No producer id, epoch and sequence: not idempotent.
    checked.put_i64(-1);
    checked.put_i16(-1);
    checked.put_i32(-1);
    // One record.
    checked.put_i32(1);
    checked.put_slice(&records);
    let mut batch = BytesMut::with_capacity(32 + checked.len());
    // The broker sets the offset.
    batch.put_i64(0);
    batch.put_i32(i32::try_from(checked.len() + 9).ok()?);
    // The leader's epoch is the broker's, and the format is 2.
    batch.put_i32(-1);
    batch.put_i8(2);
    batch.put_u32(crc32c::crc32c(&checked));
    batch.put_slice(&checked);
    Some(batch)
}

fn of_record(record: &Record) -> Option<BytesMut> {
    let mut body = BytesMut::new();
    // Attributes, and the differences to the batch's timestamp and offset.
    body.put_slice(&[0, 0, 0]);
    put_bytes(&mut body, record.key.as_deref())?;
    put_bytes(&mut body, record.value.as_deref())?;
    put_number(&mut body, i32::try_from(record.headers.len()).ok()?);
    for header in &record.headers {
        put_bytes(&mut body, Some(&header.key))?;
        put_bytes(&mut body, header.value.as_deref())?;
    }
    let mut record = BytesMut::with_capacity(body.len() + 5);
    put_number(&mut record, i32::try_from(body.len()).ok()?);
    record.put_slice(&body);
    Some(record)
}

fn put_bytes(out: &mut BytesMut, bytes: Option<&[u8]>) -> Option<()> {
    match bytes {
        None => put_number(out, -1),
        Some(bytes) => {
            put_number(out, i32::try_from(bytes.len()).ok()?);
            out.put_slice(bytes);
        }
    }
    Some(())
}

/// A number in groups of seven bits, the sign in the lowest bit.
fn put_number(out: &mut BytesMut, number: i32) {
    put_unsigned(out, ((number << 1) ^ (number >> 31)).cast_unsigned());
}

fn put_unsigned(out: &mut BytesMut, mut number: u32) {
    while number > 0x7F {
        out.put_u8((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.put_u8(number as u8);
}

impl Compression {
    /// `bytes` as a stream of the codec.
    fn store(self, bytes: &[u8]) -> BytesMut {
        let mut out = BytesMut::with_capacity(bytes.len() + 64);
        match self {
            Self::None => out.put_slice(bytes),
            Self::Gzip => gzip(bytes, &mut out),
            Self::Snappy => snappy(bytes, &mut out),
            Self::Lz4 => lz4(bytes, &mut out),
        }
        out
    }
}

/// RFC 1952 around stored blocks (RFC 1951, 3.2.4).
fn gzip(bytes: &[u8], out: &mut BytesMut) {
    // Deflate, no flags, no time, an unknown system.
    out.put_slice(&[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]);
    let mut blocks = bytes.chunks(BLOCK).peekable();
    while let Some(block) = blocks.next() {
        out.put_u8(u8::from(blocks.peek().is_none()));
        let length = block.len() as u16;
        out.put_u16_le(length);
        out.put_u16_le(!length);
        out.put_slice(block);
    }
    out.put_u32_le(IEEE.checksum(bytes));
    out.put_u32_le(bytes.len() as u32);
}

/// Blocks of literals (Snappy's format description) in the frame of `SnappyOutputStream`, which is what Java's clients send.
fn snappy(bytes: &[u8], out: &mut BytesMut) {
    out.put_slice(b"\x82SNAPPY\0");
    // Its version, and the oldest that can read it.
    out.put_u32(1);
    out.put_u32(1);
    for block in bytes.chunks(BLOCK) {
        let mut literal = BytesMut::with_capacity(block.len() + 8);
        put_unsigned(&mut literal, block.len() as u32);
        // A literal whose length takes two more bytes.
        literal.put_u8(61 << 2);
        literal.put_u16_le((block.len() - 1) as u16);
        literal.put_slice(block);
        out.put_u32(literal.len() as u32);
        out.put_slice(&literal);
    }
}

/// A frame of uncompressed blocks (LZ4 frame format 1.6).
fn lz4(bytes: &[u8], out: &mut BytesMut) {
    // Magic; version 1 with independent blocks; blocks of 64 KiB; the checksum of these two bytes.
    out.put_slice(&[0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82]);
    for block in bytes.chunks(BLOCK) {
        out.put_u32_le(block.len() as u32 | 1 << 31);
        out.put_slice(block);
    }
    out.put_u32_le(0);
}
