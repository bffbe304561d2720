//! Text edits for fixes: they change what they have to and keep comments, quotes and layout around it.
//!
//! An [`Editor`] turns a change of the tree (rename this key, move this member) into [`Edit`]s on the text. Text that
//! moves is named by its span, so no edit holds a secret. Applying edits is for `source`.

use super::tree::{Entry, Node, Value};
use crate::diag::{Edit, FileId, Piece, Place, Span};

/// Makes edits on the text of one file.
#[derive(Debug, Clone, Copy)]
pub struct Editor<'t> {
    text: &'t str,
    file: FileId,
}

impl<'t> Editor<'t> {
    /// For `text`, which is that of `file`.
    pub const fn new(text: &'t str, file: FileId) -> Self {
        Self { text, file }
    }

    /// Puts `value` in the place of a scalar, in its quotes if it has some, quoted if it has to be.
    pub fn replace_scalar(&self, node: &Node<'_>, value: &str) -> Edit {
        let quote = self.text[node.span.range()].chars().next().filter(|first| matches!(first, '"' | '\''));
        Edit::replace(Place::new(self.file, self.with_header(node)), quoted(value, quote))
    }

    /// Puts `text`, which is YAML, in the place of a whole node.
    pub fn replace_node(&self, node: &Node<'_>, text: &str) -> Edit {
        Edit::replace(Place::new(self.file, self.with_header(node)), text)
    }

    /// Puts `text` in the place of part of a scalar.
    pub fn replace_part(&self, part: Span, text: &str) -> Edit {
        Edit::replace(Place::new(self.file, part), text)
    }

    /// Gives a key another name, in its quotes if it has some.
    pub fn rename_key(&self, entry: &Entry<'_>, name: &str) -> Edit {
        let quote = self.text[entry.key_span.range()].chars().next().filter(|first| matches!(first, '"' | '\''));
        Edit::replace(Place::new(self.file, entry.key_span), quoted(name, quote))
    }

    /// Takes a member out of its mapping, with its line and the comment behind it.
    pub fn remove_entry(&self, parent: &Node<'_>, entry: &Entry<'_>) -> Edit {
        let own: Vec<&Entry<'_>> = parent.entries().iter().filter(|other| other.merged_at.is_none()).collect();
        let index = own.iter().position(|other| other.key_span == entry.key_span).unwrap_or(0);
        let whole = Span { start: entry.key_span.start, end: self.value_end(entry) };
        // A `<<` is a line of the mapping and no member of it.
        let merges = parent.entries().len() > own.len();
        if own.len() == 1 && !merges {
            // A mapping without members is written `{}`; nothing at all would be null.
            let span = if parent.flow { parent.span } else { whole };
            return Edit::replace(Place::new(self.file, span), "{}");
        }
        let next = own.get(index + 1).map(|next| next.key_span.start);
        let previous = index.checked_sub(1).and_then(|previous| own.get(previous));
        let span = match (parent.flow, next, previous) {
            (true, ..) if merges => self.with_comma(whole),
            (true, Some(next), _) => Span { start: whole.start, end: next },
            (true, None, Some(previous)) => {
                Span { start: previous.key_span.to(previous.value.place()).end, end: whole.end }
            }
            (true, None, None) => whole,
            (false, ..) if self.starts_line(whole.start as usize) => {
                Span::new(self.line_start(whole.start as usize), self.after_line(whole.end as usize))
            }
            // Behind a `- `: what follows takes its place.
            (false, ..) if merges => {
                let line = self.after_line(whole.end as usize);
                let blanks = self.text[line..].len() - self.text[line..].trim_start_matches(' ').len();
                Span { start: whole.start, end: Span::at(line + blanks).start }
            }
            (false, next, _) => Span { start: whole.start, end: next.unwrap_or(whole.end) },
        };
        Edit::delete(Place::new(self.file, span))
    }

    /// `member` in braces with the comma behind it, or else the one before it.
    fn with_comma(&self, member: Span) -> Span {
        let (before, behind) = (&self.text[..member.start as usize], &self.text[member.end as usize..]);
        let start = member.start as usize;
        match behind.trim_start().strip_prefix(',') {
            Some(rest) => Span::new(start, self.text.len() - rest.trim_start().len()),
            None => Span::new(before.trim_end().strip_suffix(',').map_or(start, str::len), member.end as usize),
        }
    }

    /// Adds the lines `member` (first line `key: value`, further lines indented relative to it) to the mapping that is
    /// the value of `owner`; nothing where [`Editor::move_entry`] would do nothing either.
    pub fn insert_into(&self, owner: &Entry<'_>, member: &str) -> Option<Edit> {
        let pieces = |indent| vec![Piece::Text(reindent(member, indent, self.newline()))];
        takes_members(owner).then(|| self.insert(owner, pieces, member))
    }

    /// Moves `entry` from the mapping `from` into the mapping that is the value of `owner`, under the name `name`.
    ///
    /// Gives no edit where one of the two stands in an anchor that other places use, where `owner` is a template, and
    /// where a block would have to stand in braces.
    pub fn move_entry(&self, from: &Node<'_>, entry: &Entry<'_>, owner: &Entry<'_>, name: &str) -> Vec<Edit> {
        let shared = from.used_at.or(entry.merged_at).is_some();
        let in_braces = !owner.value.entries().is_empty() && owner.value.flow
            || !self.starts_line_or_item(owner.key_span.start as usize);
        if shared || !takes_members(owner) || in_braces && self.is_block(entry) {
            return Vec::new();
        }
        let removal = self.remove_entry(from, entry);
        let gone = removal.place.span;
        let source_indent = self.column(entry.key_span.start as usize);
        let rest = Span { start: entry.key_span.end, end: self.moved_end(entry, gone, in_braces) };
        let pieces = |indent: usize| {
            let delta = i32::try_from(indent).unwrap_or(0) - i32::try_from(source_indent).unwrap_or(0);
            vec![Piece::Text(name.to_owned()), Piece::Copy { span: rest, indent: delta }]
        };
        let mut insertion = self.insert(owner, pieces, name);
        let at = insertion.place.span;
        if at.is_empty() && gone.start < at.start && at.start < gone.end {
            // The line that goes is the last one of the block: the new line stands behind it, not in it.
            insertion.place.span = Span { start: gone.end, end: gone.end };
            let broken = self.text[gone.range()].ends_with('\n');
            let lead = insertion.with.first_mut();
            if let (true, Some(Piece::Text(lead))) = (broken, lead) {
                *lead = lead.trim_start_matches(['\r', '\n']).to_owned();
                insertion.with.push(Piece::Text(self.newline().to_owned()));
            }
        }
        vec![removal, insertion]
    }

    /// Where what moves with `entry` ends, of which `gone` is removed: behind its value, or behind the comment on the
    /// line.
    fn moved_end(&self, entry: &Entry<'_>, gone: Span, in_braces: bool) -> u32 {
        let end = self.value_end(entry);
        let line_end = Span::at(self.line_end(end as usize));
        let comment = self.text[end as usize..line_end.start as usize].trim_start().starts_with('#');
        if comment && !in_braces && gone.contains(line_end) { line_end.start } else { end }
    }

    /// The bytes of a scalar; of a block scalar from the `|` or `>` on, which stands in a line before its text.
    fn with_header(&self, node: &Node<'_>) -> Span {
        let start = node.span.start as usize;
        let before = self.text[..start].trim_end();
        let is_block = matches!(&node.value, Value::Scalar(scalar) if !scalar.plain)
            && !self.text[start..].starts_with(['"', '\''])
            && self.text[before.len()..start].contains('\n');
        let line = self.line_start(before.len());
        let header = self.text[line..before.len()].char_indices().find(|(at, char)| {
            let rest = &before[line + at + 1..];
            let rest = rest.trim_start_matches(|char: char| char.is_ascii_digit() || matches!(char, '+' | '-'));
            matches!(char, '|' | '>')
                && (rest.is_empty() || rest.starts_with(' ') && rest.trim_start().starts_with('#'))
        });
        match header.filter(|_| is_block) {
            Some((at, _)) => Span::new(line + at, node.span.end as usize),
            None => node.span,
        }
    }

    /// Makes the single value of `entry` a list of one item; an anchor stays with the value. Nothing for a block scalar.
    pub fn wrap_in_list(&self, entry: &Entry<'_>) -> Option<Edit> {
        if entry.value.used_at.is_none() && self.with_header(&entry.value) != entry.value.span {
            return None;
        }
        let place = entry.value.place();
        let gap = &self.text[self.colon_end(entry) as usize..place.start as usize];
        let blanks = gap.len() - gap.trim_start().len();
        let behind = Span::at(self.colon_end(entry) as usize + blanks).start;
        // A comment between the key and the value stays where it is.
        let start = if gap.trim_start().starts_with('#') { place.start } else { behind };
        let value = Span { start, end: place.end };
        let in_braces = !self.starts_line_or_item(entry.key_span.start as usize);
        if in_braces || start != behind || self.text[value.range()].contains('\n') {
            let with =
                vec![Piece::Text("[".to_owned()), Piece::Copy { span: value, indent: 0 }, Piece::Text("]".to_owned())];
            return Some(Edit { place: Place::new(self.file, value), with });
        }
        let indent = " ".repeat(self.column(entry.key_span.start as usize) + 2);
        let gap = Span { start: self.colon_end(entry), end: start };
        Some(Edit::replace(Place::new(self.file, gap), format!("{}{indent}- ", self.newline())))
    }

    /// Makes a list of one item that item; nothing where an anchor or a comment would be lost.
    pub fn unwrap_list(&self, entry: &Entry<'_>, item: &Node<'_>) -> Option<Edit> {
        let span = Span { start: self.colon_end(entry), end: entry.value.span.end };
        let around = [Span { end: item.place().start, ..span }, Span { start: item.place().end, ..span }];
        if around.iter().any(|part| self.text[part.range()].contains(['&', '!', '#'])) {
            return None;
        }
        let with = vec![Piece::Text(" ".to_owned()), Piece::Copy { span: item.place(), indent: 0 }];
        Some(Edit { place: Place::new(self.file, span), with })
    }

    /// Whether the value of `entry` is written in lines that have no meaning in braces.
    fn is_block(&self, entry: &Entry<'_>) -> bool {
        let span = Span { start: entry.key_span.end, end: self.value_end(entry) };
        let value = &entry.value;
        let collection = matches!(value.value, Value::Map(_) | Value::Seq(_)) && value.used_at.is_none();
        let literal = self.with_header(value) != value.span && value.used_at.is_none();
        collection && !value.flow || literal || self.text[span.range()].contains('#')
    }

    fn insert(&self, owner: &Entry<'_>, pieces: impl Fn(usize) -> Vec<Piece>, member: &str) -> Edit {
        let own: Vec<&Entry<'_>> = owner.value.entries().iter().filter(|entry| entry.merged_at.is_none()).collect();
        match (&owner.value.value, own.last()) {
            (Value::Map(_), Some(last)) if owner.value.flow => {
                let at = last.key_span.to(last.value.place()).end as usize;
                let mut with = vec![Piece::Text(", ".to_owned())];
                with.extend(pieces(0));
                Edit { place: Place::new(self.file, Span::at(at)), with }
            }
            (Value::Map(_), Some(last)) => {
                let indent = self.column(own[0].key_span.start as usize);
                let at = self.line_end(self.value_end(last) as usize);
                self.insert_line(Span::at(at), indent, pieces(indent))
            }
            // `{}` or nothing: the member becomes the first line below the key.
            _ => {
                let indent = self.column(owner.key_span.start as usize) + 2;
                let value = owner.value.place();
                let multi_line_in_flow = member.contains('\n');
                let gap = if value.is_empty() {
                    Span::at(self.line_end(owner.key_span.end as usize))
                } else {
                    Span { start: self.colon_end(owner), end: value.end }
                };
                if !self.starts_line_or_item(owner.key_span.start as usize) && !multi_line_in_flow {
                    let mut with = vec![Piece::Text("{".to_owned())];
                    with.extend(pieces(0));
                    with.push(Piece::Text("}".to_owned()));
                    return Edit { place: Place::new(self.file, value), with };
                }
                self.insert_line(gap, indent, pieces(indent))
            }
        }
    }

    fn insert_line(&self, span: Span, indent: usize, pieces: Vec<Piece>) -> Edit {
        let mut with = vec![Piece::Text(format!("{}{}", self.newline(), " ".repeat(indent)))];
        with.extend(pieces);
        Edit { place: Place::new(self.file, span), with }
    }

    /// The end of the value of `entry`, or of its `:` where there is no value.
    fn value_end(&self, entry: &Entry<'_>) -> u32 {
        entry.value.place().end.max(self.colon_end(entry))
    }

    /// The offset behind the `:` of `entry`.
    fn colon_end(&self, entry: &Entry<'_>) -> u32 {
        let start = entry.key_span.end as usize;
        let end = self.text[start..].find(':').map_or(start, |colon| start + colon + 1);
        Span::at(end).start
    }

    /// Blanks before `offset` on its line, counting `- ` of a list as blanks: the column of a key.
    fn column(&self, offset: usize) -> usize {
        self.text[self.line_start(offset)..offset].chars().count()
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text[..offset].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// The offset of the line break that ends the line of `offset`, or the end of the text.
    fn line_end(&self, offset: usize) -> usize {
        let end = self.text[offset..].find('\n').map_or(self.text.len(), |newline| offset + newline);
        if self.text[..end].ends_with('\r') { end - 1 } else { end }
    }

    /// The start of the line after that of `offset`.
    fn after_line(&self, offset: usize) -> usize {
        self.text[offset..].find('\n').map_or(self.text.len(), |newline| offset + newline + 1)
    }

    fn starts_line(&self, offset: usize) -> bool {
        self.text[self.line_start(offset)..offset].bytes().all(|byte| byte == b' ')
    }

    fn starts_line_or_item(&self, offset: usize) -> bool {
        self.text[self.line_start(offset)..offset].bytes().all(|byte| matches!(byte, b' ' | b'-'))
    }

    fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
}

/// Whether members can be written into the value of `owner`: it is a mapping or nothing, stands here and not in an
/// anchor, and has a member of its own where others come in through a merge.
fn takes_members(owner: &Entry<'_>) -> bool {
    let members = owner.value.entries();
    let own = members.is_empty() || members.iter().any(|member| member.merged_at.is_none());
    let is_mapping = matches!(owner.value.value, Value::Map(_)) || owner.value.is_null();
    is_mapping && own && owner.value.used_at.or(owner.merged_at).is_none()
}

/// `value` as a YAML scalar: in `quote` if given, plain where that means the same string, in single quotes otherwise.
pub fn quoted(value: &str, quote: Option<char>) -> String {
    match quote {
        Some('"') => format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")),
        None if is_plain_safe(value) => value.to_owned(),
        _ => format!("'{}'", value.replace('\'', "''")),
    }
}

/// Whether `value` without quotes is this very value for every YAML reader (numbers and booleans of both versions
/// count as safe where they are what both read).
fn is_plain_safe(value: &str) -> bool {
    let Some(first) = value.chars().next() else {
        return false;
    };
    let starts_plain = first.is_ascii_alphanumeric() || matches!(first, '_' | '/' | '.' | '$' | '+');
    let inner = value.chars().all(|char| char.is_ascii_graphic() || char == ' ')
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.contains(['{', '}', '[', ']', ','])
        && !value.ends_with([' ', ':']);
    starts_plain && inner && !super::scalar::is_ambiguous(value)
}

fn reindent(lines: &str, indent: usize, newline: &str) -> String {
    lines.replace('\n', &format!("{newline}{}", " ".repeat(indent)))
}
