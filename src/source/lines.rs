//! Offsets to lines and columns.

/// A line and a column, both from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Bytes between two counts of characters.
const BLOCK: usize = 4096;

/// Where every line of a text starts, and how many characters stand before every block of it.
///
/// A position costs a binary search and at most one block of counting, also in a line of a megabyte.
#[derive(Debug)]
pub(super) struct LineIndex {
    starts: Vec<u32>,
    blocks: Vec<u32>,
    len: usize,
}

impl LineIndex {
    /// Indexes `text`, which is less than 4 GiB.
    pub(super) fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().zip(1_u32..).filter(|(b, _)| *b == b'\n').map(|(_, next)| next));
        let mut blocks = Vec::new();
        if !text.is_ascii() {
            let mut before = 0;
            for block in text.as_bytes().chunks(BLOCK) {
                blocks.push(before);
                before += u32::try_from(characters(block)).unwrap_or(u32::MAX);
            }
            blocks.push(before);
        }
        starts.shrink_to_fit();
        Self { starts, blocks, len: text.len() }
    }

    /// Lines, counting the empty one after a last line break.
    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line (from 0) that `offset` is in.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= offset).saturating_sub(1)
    }

    /// The bytes of line `line` (from 0) with its line break; `None` past the end.
    pub(super) fn range(&self, line: usize) -> Option<std::ops::Range<usize>> {
        let start = *self.starts.get(line)? as usize;
        let end = self.starts.get(line + 1).map_or(self.len, |&next| next as usize);
        Some(start..end)
    }

    /// Characters before `offset`. `text` has the length of the text that was indexed, but bytes of it may be
    /// replaced by one-byte characters: `replaced` holds the offsets of those that continued a character.
    pub(super) fn characters_before(&self, text: &[u8], offset: usize, replaced: &[u32]) -> usize {
        let block = offset / BLOCK;
        let Some(&before) = self.blocks.get(block) else {
            return offset;
        };
        let start = block * BLOCK;
        let within = |offset: usize| replaced.partition_point(|&at| (at as usize) < offset);
        let counted = text.get(start..offset).map_or(0, characters);
        before as usize + counted - (within(offset) - within(start))
    }
}

/// Characters that start in `bytes` of UTF-8.
pub(super) fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count()
}
