//! From text to spanned documents, one at a time: a broken document does not hide the next one.
//!
//! The events come from `granit-parser`; this module builds the tree, resolves aliases and merges within a budget, and
//! says what is wrong with the YAML itself. What the documents mean is for the modules downstream.

use super::findings;
use super::scalar::{self, Resolved};
use super::template;
use super::tree::{Document, Entry, Node, Scalar, Value};
use crate::diag::{Diagnostic, FileId, Place, Related, Span};
use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, StrInput, StructureStyle, Tag};
use std::borrow::Cow;
use std::collections::HashMap;

/// Collections nested deeper than this are refused.
pub const NESTING_LIMIT: usize = 128;
/// Nodes that aliases and merges of one document may add.
pub const ALIAS_BUDGET: usize = 100_000;

/// What became of one document of a stream.
#[derive(Debug)]
pub struct Parsed<'t> {
    /// The document, unless it is broken or empty.
    pub document: Option<Document<'t>>,
    /// What is wrong with its YAML.
    pub findings: Vec<Diagnostic>,
    /// From its first to its last byte, as far as it could be read.
    pub span: Span,
    /// Whether it is broken because it is a template that was not rendered.
    pub unrendered: bool,
}

/// The documents of a text, in order.
pub struct Stream<'t> {
    parser: Parser<'t, StrInput<'t>>,
    text: &'t str,
    file: FileId,
    done: bool,
    /// Where the document before ended.
    region: usize,
}

impl<'t> Stream<'t> {
    /// The documents of `text`, whose findings are placed in `file`.
    pub fn new(text: &'t str, file: FileId) -> Self {
        let mut options = Options::default();
        options.emit_unresolved_aliases = true;
        options.flow_nesting_limit = NESTING_LIMIT;
        options.block_nesting_limit = NESTING_LIMIT;
        Self { parser: Parser::new_from_str_with_options(text, options), text, file, done: false, region: 0 }
    }

    /// Where a document ends whose end the parser reports at `span`: comments behind the last node belong to it.
    fn region_end(&mut self, span: Span) -> usize {
        match self.parser.peek() {
            Some(Ok((Event::StreamEnd, _))) | None => self.text.len(),
            Some(Ok((_, next))) => offset(self.text, next.start).max(span.end as usize),
            Some(Err(_)) => span.end as usize,
        }
    }

    fn broken(&mut self, error: &ScanError, start: usize) -> Parsed<'t> {
        let end = match self.parser.proceed_next_document() {
            Ok(true) => match self.parser.peek() {
                Some(Ok((_, span))) => offset(self.text, span.start),
                _ => self.text.len(),
            },
            Ok(false) | Err(_) => {
                self.done = true;
                self.text.len()
            }
        };
        let span = Span::new(start.min(end), end);
        self.region = end;
        let body = &self.text[span.range()];
        // Helm and Go templates, and the statements of Jinja.
        if body.contains("{{") || body.contains("{%") {
            return Parsed { document: None, findings: Vec::new(), span, unrendered: true };
        }
        let finding = syntax_finding(error, self.text, self.file);
        Parsed { document: None, findings: vec![finding], span, unrendered: false }
    }
}

impl<'t> Iterator for Stream<'t> {
    type Item = Parsed<'t>;

    fn next(&mut self) -> Option<Parsed<'t>> {
        let mut builder: Option<Builder<'t>> = None;
        let mut start = None;
        while !self.done {
            let (event, span) = match self.parser.next_event() {
                None => break,
                Some(Ok(next)) => next,
                Some(Err(error)) => {
                    let at = offset(self.text, *error.marker());
                    return Some(self.broken(&error, start.unwrap_or(at)));
                }
            };
            let span = to_span(self.text, span);
            match event {
                Event::StreamEnd => self.done = true,
                Event::DocumentStart(..) => {
                    start = Some(span.start as usize);
                    builder = Some(Builder::new(self.text, self.file));
                }
                Event::DocumentEnd => {
                    let region = Span::new(self.region, self.region_end(span));
                    self.region = region.end as usize;
                    if let Some(builder) = builder.take() {
                        return Some(builder.finish(region, start.unwrap_or(0)));
                    }
                }
                event => {
                    if let Some(builder) = &mut builder {
                        builder.event(event, span);
                    }
                }
            }
        }
        None
    }
}

fn offset(text: &str, marker: granit_parser::Marker) -> usize {
    let mut at = marker.byte_offset().unwrap_or(text.len()).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn to_span(text: &str, span: granit_parser::Span) -> Span {
    Span::new(offset(text, span.start), offset(text, span.end))
}

fn syntax_finding(error: &ScanError, text: &str, file: FileId) -> Diagnostic {
    let at = offset(text, *error.marker());
    let place = Place::new(file, point(text, at));
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => Diagnostic::new(
            &findings::NESTING,
            place,
            format!("nested deeper than {NESTING_LIMIT} levels, which no manifest needs"),
        ),
        ErrorKind::MissingAnchorOrAliasName if asterisk_before(text, at).is_some() => {
            let star = asterisk_before(text, at).unwrap_or(at);
            findings::bare_asterisk(Place::new(file, Span::new(star, star + 1)), "*")
        }
        kind => {
            let mut finding = Diagnostic::new(&findings::SYNTAX, place, format!("not valid YAML: {kind}"));
            finding.help = syntax_help(kind, text, at);
            finding
        }
    }
}

/// The `*` at or directly before `at`.
fn asterisk_before(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    [Some(at), at.checked_sub(1)].into_iter().flatten().find(|&place| bytes.get(place) == Some(&b'*'))
}

/// What most often lies behind a syntax error, where it can be told from the line.
fn syntax_help(kind: &ErrorKind, text: &str, at: usize) -> Option<String> {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    if matches!(kind, ErrorKind::TabInBlockIndentation | ErrorKind::TabNotAllowed | ErrorKind::TabInIndentation) {
        return Some("indent with blanks; YAML takes no tabs there".to_owned());
    }
    if matches!(kind, ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent) {
        return Some("a quote that opens further up is not closed".to_owned());
    }
    if line.contains(":{") || line.contains(":[") {
        return Some("put a blank behind the `:`".to_owned());
    }
    matches!(kind, ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidIndentation).then(|| {
        "members of one mapping stand in the same column; a key under a key that already has a value is none".to_owned()
    })
}

/// The character at `at`, or the end of the line before it where there is none.
fn point(text: &str, at: usize) -> Span {
    match text[at..].chars().next() {
        Some(char) if char != '\n' && char != '\r' => Span::new(at, at + char.len_utf8()),
        _ => Span::at(at),
    }
}

enum Kind<'t> {
    Seq(Vec<Node<'t>>),
    Map { entries: Vec<Entry<'t>>, key: Option<Node<'t>> },
}

struct Frame<'t> {
    start: Span,
    flow: bool,
    anchor: usize,
    kind: Kind<'t>,
}

/// Builds one document from its events.
struct Builder<'t> {
    text: &'t str,
    file: FileId,
    stack: Vec<Frame<'t>>,
    root: Option<Node<'t>>,
    anchors: HashMap<usize, Node<'t>>,
    expanded: usize,
    ambiguous: Vec<Span>,
    templates: bool,
    findings: Vec<Diagnostic>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, file: FileId) -> Self {
        Self {
            text,
            file,
            stack: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            expanded: 0,
            ambiguous: Vec::new(),
            templates: false,
            findings: Vec::new(),
        }
    }

    fn finish(self, region: Span, start: usize) -> Parsed<'t> {
        let end = self.root.as_ref().map_or(start, |root| root.span.end as usize);
        // A document of nothing but comments is no document; an explicit `null` neither.
        let root = self.root.filter(|root| !(root.is_null() && root.span.is_empty()));
        let (ambiguous, templates) = (self.ambiguous, self.templates);
        Parsed {
            document: root.map(|root| Document { root, region, ambiguous, templates }),
            findings: self.findings,
            span: Span::new(start.min(end), end),
            unrendered: false,
        }
    }

    fn event(&mut self, event: Event<'t>, span: Span) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(text, style, tag.as_deref(), span);
                self.anchored(anchor, node);
            }
            Event::SequenceStart(style, anchor, _) => self.open(style, anchor, span, Kind::Seq(Vec::new())),
            Event::MappingStart(style, anchor, _) => {
                // Most mappings of manifests have fewer members than this.
                self.open(style, anchor, span, Kind::Map { entries: Vec::with_capacity(8), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => self.unresolved(&name, span),
            _ => {}
        }
    }

    fn scalar(&mut self, text: Cow<'t, str>, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Node<'t> {
        let plain = matches!(style, ScalarStyle::Plain);
        let resolved = match tag.map(|tag| tag.core_suffix()) {
            None if plain => scalar::resolve(&text),
            Some(Some("int" | "float" | "bool" | "null")) => scalar::resolve(&text),
            None | Some(_) => Resolved::Str,
        };
        let span = trim(self.text, span, style);
        if plain && tag.is_none() && scalar::is_ambiguous(&text) {
            self.ambiguous.push(span);
        }
        let template = resolved == Resolved::Str && template::find(&text).is_some();
        Node { span, used_at: None, flow: false, template, value: Value::Scalar(Scalar { text, plain, resolved }) }
    }

    fn open(&mut self, style: StructureStyle, anchor: usize, start: Span, kind: Kind<'t>) {
        let flow = matches!(style, StructureStyle::Flow);
        self.stack.push(Frame { start, flow, anchor, kind });
    }

    fn close(&mut self, end: Span) {
        let Some(frame) = self.stack.pop() else {
            return;
        };
        let (value, last) = match frame.kind {
            Kind::Seq(items) => {
                let last = items.last().map(Node::place);
                (Value::Seq(items), last)
            }
            Kind::Map { mut entries, .. } => {
                let last = entries
                    .iter()
                    .rfind(|entry| entry.merged_at.is_none())
                    .map(|entry| entry.key_span.to(entry.value.place()));
                self.merge(&mut entries);
                self.report_duplicates(&entries);
                (Value::Map(entries), last)
            }
        };
        let end = if frame.flow { end.end } else { last.map_or(frame.start.end, |last| last.end) };
        let span = Span { start: frame.start.start, end: end.max(frame.start.start) };
        let source = &self.text[span.range()];
        let template = frame.flow && source.starts_with("{{") && source.ends_with("}}");
        if template {
            // What it looks like as YAML (a mapping as a key) is of no matter.
            self.findings.retain(|finding| !span.contains(finding.place.span));
        }
        let value = if template { Value::Template } else { value };
        let template = template || has_template_key(&value);
        self.anchored(frame.anchor, Node { span, used_at: None, flow: frame.flow, template, value });
    }

    fn anchored(&mut self, anchor: usize, node: Node<'t>) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        self.attach(node);
    }

    fn attach(&mut self, node: Node<'t>) {
        self.templates |= node.template;
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut frame.kind {
            Kind::Seq(items) => items.push(node),
            Kind::Map { key: slot @ None, .. } => *slot = Some(node),
            Kind::Map { entries, key } => {
                let Some(key) = key.take() else { return };
                let span = key.place();
                match key_text(&key, self.text) {
                    Ok(key) => entries.push(Entry { key, key_span: span, merged_at: None, value: node }),
                    Err(what) => {
                        let place = Place::new(self.file, span);
                        let message = format!("a key has to be text, found {what}");
                        self.findings.push(Diagnostic::new(&findings::SYNTAX, place, message));
                    }
                }
            }
        }
    }

    fn alias(&mut self, id: usize, span: Span) {
        let Some(target) = self.anchors.get(&id) else {
            let message = "alias stands inside the node that it refers to, which would never end";
            self.findings.push(Diagnostic::new(&findings::SYNTAX, Place::new(self.file, span), message));
            self.attach(Node { span, used_at: None, flow: false, template: true, value: Value::Template });
            return;
        };
        let size = target.size();
        let over_before = self.expanded > ALIAS_BUDGET;
        self.expanded = self.expanded.saturating_add(size);
        if self.expanded > ALIAS_BUDGET {
            if !over_before {
                let message = format!("aliases of this document expand to more than {ALIAS_BUDGET} nodes");
                self.findings.push(Diagnostic::new(&findings::ALIAS_BUDGET, Place::new(self.file, span), message));
            }
            self.attach(Node { span, used_at: None, flow: false, template: true, value: Value::Template });
            return;
        }
        let mut node = target.clone();
        node.used_at = Some(span);
        self.attach(node);
    }

    fn unresolved(&mut self, name: &str, span: Span) {
        let place = Place::new(self.file, span);
        let finding = if name.starts_with('.') || name.starts_with('/') || name.starts_with('*') {
            findings::bare_asterisk(place, &format!("*{name}"))
        } else {
            Diagnostic::new(&findings::SYNTAX, place, format!("alias `*{name}` has no anchor `&{name}` before it"))
        };
        self.findings.push(finding);
        // Its value is unknown; the rest of the document is checked all the same.
        self.attach(Node { span, used_at: None, flow: false, template: true, value: Value::Template });
    }

    /// Resolves `<<` as go-yaml does: own members win, then earlier merged mappings.
    fn merge(&mut self, entries: &mut Vec<Entry<'t>>) {
        if !entries.iter().any(|entry| entry.key == "<<") {
            return;
        }
        let (merges, own): (Vec<_>, Vec<_>) = std::mem::take(entries).into_iter().partition(|entry| entry.key == "<<");
        *entries = own;
        for merge in merges {
            let at = merge.value.used_at.unwrap_or(merge.key_span);
            let sources = match merge.value.value {
                Value::Seq(items) => items,
                _ => vec![merge.value],
            };
            for source in sources {
                let at = source.used_at.unwrap_or(at);
                let Value::Map(members) = source.value else {
                    let message = "`<<` takes a mapping or a list of mappings".to_owned();
                    self.findings.push(Diagnostic::new(&findings::SYNTAX, Place::new(self.file, at), message));
                    continue;
                };
                for member in members {
                    if !entries.iter().any(|entry| entry.key == member.key) {
                        entries.push(Entry { merged_at: Some(at), ..member });
                    }
                }
            }
        }
    }

    fn report_duplicates(&mut self, entries: &[Entry<'t>]) {
        if entries.len() < 2 {
            return;
        }
        let mut report = |first: Span, again: Span, key: &str| {
            let message = format!("key `{key}` stands twice in one mapping; the last one counts");
            let mut finding = Diagnostic::new(&findings::DUPLICATE_KEY, Place::new(self.file, again), message);
            finding.related.push(Related { place: Place::new(self.file, first), message: "first here".to_owned() });
            self.findings.push(finding);
        };
        // Most mappings are small: comparing is faster than hashing, and allocates nothing.
        if entries.len() <= 16 {
            for (index, entry) in entries.iter().enumerate() {
                if let Some(first) = entries[..index].iter().find(|other| other.key == entry.key) {
                    report(first.key_span, entry.key_span, &entry.key);
                }
            }
            return;
        }
        let mut seen: HashMap<&str, Span> = HashMap::with_capacity(entries.len());
        for entry in entries {
            match seen.get(entry.key.as_ref()) {
                Some(&first) => report(first, entry.key_span, &entry.key),
                None => {
                    seen.insert(&entry.key, entry.key_span);
                }
            }
        }
    }
}

/// Whether a key of a mapping is a placeholder, so that nobody knows what members there will be.
fn has_template_key(value: &Value<'_>) -> bool {
    match value {
        Value::Map(entries) => entries.iter().any(|entry| template::find(&entry.key).is_some()),
        _ => false,
    }
}

/// The JSON name that kubectl makes of a key, or what the key is instead.
fn key_text<'t>(key: &Node<'t>, text: &'t str) -> Result<Cow<'t, str>, &'static str> {
    match &key.value {
        Value::Scalar(scalar) => Ok(match scalar.resolved {
            Resolved::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Resolved::Int(value) => Cow::Owned(value.to_string()),
            Resolved::UInt(value) => Cow::Owned(value.to_string()),
            Resolved::Null => return Err("null"),
            Resolved::Float(_) | Resolved::Str => scalar.text.clone(),
        }),
        Value::Template => Ok(Cow::Borrowed(&text[key.span.range()])),
        Value::Seq(_) => Err("a list"),
        Value::Map(_) => Err("a mapping"),
    }
}

/// Without the white space that block scalars and plain scalars over several lines carry at their end.
fn trim(text: &str, span: Span, style: ScalarStyle) -> Span {
    match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => span,
        _ => Span::new(span.start as usize, span.start as usize + text[span.range()].trim_end().len()),
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
