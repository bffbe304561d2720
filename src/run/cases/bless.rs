//! `--bless`: writes what came out into the file, and touches nothing else of it.
//!
//! A case without `expect` gets one with everything that came out. In one that is there, only what does not hold is
//! replaced, so patterns, order and comments stay. Values that a run makes anew each time become patterns.

use super::case::Case;
use crate::diag::{Edit, FileId, Place, Span};
use crate::message::{Message, PayloadFormat};
use crate::run::compare::{Came, Judged};
use crate::translate::Property;
use crate::yaml::edit::{Editor, quoted};
use crate::yaml::scalar::{Resolved, resolve};
use crate::yaml::{Entry, Node, Stream, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

/// A UUID (RFC 9562, 4).
const UUID: &str = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
/// A time of RFC 3339.
const TIME: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$";

/// Values that are other ones in every run.
#[derive(Debug, Clone, Default)]
pub struct Generated {
    /// Identifiers that were made.
    pub ids: Vec<String>,
    /// Times of the clock, as they stand in messages.
    pub times: Vec<String>,
}

/// What came out of a case.
#[derive(Debug, Clone, Copy)]
pub struct Blessing<'a> {
    /// The case.
    pub case: &'a Case,
    /// What became of each of its messages, in order.
    pub came: &'a [Came<'a>],
    /// How each was judged by its expectation; empty for a message without one.
    pub judged: &'a [Vec<Judged>],
}

/// The edits on `text`, that of `file`, after which all `blessings` hold. None where they hold already.
pub fn bless(text: &str, file: FileId, blessings: &[Blessing<'_>], generated: &Generated) -> Vec<Edit> {
    let mut edits = Vec::new();
    for parsed in Stream::new(text, file) {
        let Some(document) = &parsed.document else { continue };
        let writer = Writer { text, file, root: &document.root, generated };
        for blessing in blessings {
            if let Some(case) = node_at(&document.root, blessing.case.place.span) {
                writer.case(case, blessing, &mut edits);
            }
        }
    }
    edits
}

struct Writer<'w> {
    text: &'w str,
    file: FileId,
    root: &'w Node<'w>,
    generated: &'w Generated,
}

impl Writer<'_> {
    fn case(&self, node: &Node<'_>, blessing: &Blessing<'_>, edits: &mut Vec<Edit>) {
        match node.entry("expect") {
            Some(entry) if !entry.value.is_null() => {
                for (index, sent) in blessing.case.sent.iter().enumerate() {
                    let found = sent.expect.as_ref().zip(blessing.came.get(index)).zip(blessing.judged.get(index));
                    if let Some(((expect, came), judged)) = found {
                        self.update(expect.place.span, *came, judged, blessing, index, edits);
                    }
                }
            }
            entry => edits.extend(self.fresh(node, entry, blessing.came)),
        }
    }

    /// Replaces what does not hold.
    fn update(
        &self,
        whole: Span,
        came: Came<'_>,
        judged: &[Judged],
        blessing: &Blessing<'_>,
        index: usize,
        edits: &mut Vec<Edit>,
    ) {
        let wrong: Vec<&Judged> = judged.iter().filter(|row| row.judgement.fails()).collect();
        let exact = blessing.case.sent.get(index).and_then(|sent| sent.expect.as_ref()).map(|expect| &expect.exact);
        // Another outcome leaves nothing of what was expected.
        if wrong.iter().any(|row| *row.subject() == Property::Message) {
            return edits.extend(node_at(self.root, whole).map(|node| self.replace(node, &self.expectation(came))));
        }
        let mut done: Vec<Span> = Vec::new();
        for row in wrong {
            let Some(Place { span, .. }) = row.expected_at else { continue };
            let list = exact.into_iter().flatten().find(|list| list.place.span.contains(span));
            let span = list.map_or(span, |list| list.place.span);
            if done.contains(&span) {
                continue;
            }
            done.push(span);
            match (list, came) {
                (Some(_), Came::Delivered(message)) => {
                    let entry = entry_of(self.root, span);
                    edits.extend(entry.map(|entry| self.replace(&entry.value, &self.named(message))));
                }
                _ => self.single(span, row, edits),
            }
        }
    }

    fn single(&self, span: Span, row: &Judged, edits: &mut Vec<Edit>) {
        let Some(entry) = entry_of(self.root, span) else { return };
        let bytes = row.output.as_ref().map(|part| part.value.as_deref());
        let json = bytes.flatten().and_then(|bytes| serde_json::from_slice::<Json>(bytes).ok());
        let value = match (row.subject(), bytes) {
            (_, None) => json!({ "absent": true }),
            (property, Some(bytes)) => self.value(property, bytes),
        };
        let value = match (row.subject(), json) {
            (Property::Field(_), Some(json @ Json::Object(_))) => json!({ "json": json }),
            (Property::Field(_), Some(json)) => json,
            (Property::Payload, Some(json)) if entry.key == "payload-json" => json,
            // In the form that it had, it cannot be written any more.
            (Property::Payload, _) if entry.key != "payload" => {
                edits.push(Editor::new(self.text, self.file).rename_key(entry, "payload"));
                value
            }
            _ => value,
        };
        edits.push(self.replace(&entry.value, &value));
    }

    /// Puts `value` in the place of `node`: in lines where it has lines, in one line otherwise.
    fn replace(&self, node: &Node<'_>, value: &Json) -> Edit {
        if !is_block(node) {
            return Editor::new(self.text, self.file).replace_node(node, &flow(value));
        }
        let span = self.with_dash(node);
        let column = self.column(span.start as usize);
        let text = match value {
            // Only a list may stand in the column of its key.
            Json::Array(_) if !matches!(node.value, Value::Map(_)) => block(value, column, self.newline()),
            Json::Object(_) if matches!(node.value, Value::Map(_)) => block(value, column, self.newline()),
            _ => format!("  {}", flow(value)),
        };
        Edit::replace(Place::new(self.file, span), text)
    }

    /// The bytes of a block; a list that is not indented below its key is reported without its first dash.
    fn with_dash(&self, node: &Node<'_>) -> Span {
        let before = self.text.get(..node.span.start as usize).unwrap_or_default().trim_end_matches(' ');
        let is_list = matches!(node.value, Value::Seq(_)) && !self.text[node.span.range()].starts_with("- ");
        match before.strip_suffix('-') {
            Some(rest) if is_list => Span::new(rest.len(), node.span.end as usize),
            _ => node.span,
        }
    }

    /// A whole `expect` for a case without one.
    fn fresh(&self, node: &Node<'_>, entry: Option<&Entry<'_>>, came: &[Came<'_>]) -> Option<Edit> {
        let expected = match came {
            [one] => self.expectation(*one),
            several => several.iter().map(|came| self.expectation(*came)).collect(),
        };
        let at = |offset: usize, text: String| Edit::replace(Place::new(self.file, Span::at(offset)), text);
        if let Some(entry) = entry {
            let place = entry.value.place();
            let text = format!(" {}", flow(&expected));
            let end = entry.key_span.end as usize;
            let colon = self.text.get(end..)?.find(':')? + end + 1;
            let span = if place.is_empty() { Span::at(colon) } else { Span { start: Span::at(colon).start, ..place } };
            return Some(Edit::replace(Place::new(self.file, span), text));
        }
        let own: Vec<_> = node.entries().iter().filter(|entry| entry.merged_at.is_none()).collect();
        let (first, last) = (own.first()?, own.last()?);
        let end = last.value.place().end.max(last.key_span.end) as usize;
        if node.flow {
            return Some(at(end, format!(", expect: {}", flow(&expected))));
        }
        let column = self.column(first.key_span.start as usize);
        let line = self.line_end(end);
        let newline = self.newline();
        let body = block(&expected, column + 2, newline);
        let blanks = " ".repeat(column);
        Some(at(line, format!("{newline}{blanks}expect:{newline}{blanks}  {body}")))
    }

    fn expectation(&self, came: Came<'_>) -> Json {
        let Came::Delivered(message) = came else { return json!({ "outcome": came.key() }) };
        let mut members = Map::new();
        let mut set = |key: &str, value: Json| members.insert(key.to_owned(), value);
        let text = |property: Property, text: &str| self.value(&property, Some(text.as_bytes()));
        set("topic", text(Property::Topic, message.topic()));
        match serde_json::from_slice::<Json>(message.payload()) {
            Ok(json @ (Json::Object(_) | Json::Array(_))) => set("payload-json", json),
            _ => set("payload", self.payload(message)),
        };
        match message {
            Message::Mqtt(publish) => {
                set("qos", publish.qos.number().into());
                set("retain", publish.retain.into());
                if let Some(format) = publish.payload_format {
                    set("payload-format", if format == PayloadFormat::Utf8 { "utf8" } else { "bytes" }.into());
                }
                publish.message_expiry.map(|expiry| set("expiry", expiry.into()));
                publish.content_type.as_ref().map(|it| set("content-type", text(Property::ContentType, it)));
                publish.response_topic.as_ref().map(|it| set("response-topic", text(Property::ResponseTopic, it)));
                let data = publish.correlation_data.as_deref();
                data.map(|it| set("correlation-data", self.value(&Property::CorrelationData, Some(it))));
                set("user-properties", self.named(message));
            }
            Message::Kafka(record) => {
                set("key", self.value(&Property::Key, record.key.as_deref()));
                set("headers", self.named(message));
            }
        }
        Json::Object(members)
    }

    fn payload(&self, message: &Message) -> Json {
        match message {
            Message::Kafka(record) => self.value(&Property::Payload, record.value.as_deref()),
            Message::Mqtt(publish) => self.value(&Property::Payload, Some(&publish.payload)),
        }
    }

    /// The user properties or headers of `message` as a list.
    fn named(&self, message: &Message) -> Json {
        let parts = crate::run::compare::parts(message).into_iter();
        let item = |name: &str, value: Json| Json::Object(Map::from_iter([(name.to_owned(), value)]));
        parts
            .filter_map(|part| match &part.property {
                Property::UserProperty(name) | Property::Header(name) => {
                    Some(item(name, self.value(&part.property, part.value.as_deref())))
                }
                _ => None,
            })
            .collect()
    }

    /// A value as a case writes it.
    fn value(&self, property: &Property, value: Option<&[u8]>) -> Json {
        let Some(bytes) = value else { return Json::Null };
        let Ok(text) = std::str::from_utf8(bytes) else { return json!({ "base64": STANDARD.encode(bytes) }) };
        if self.generated.ids.iter().any(|id| id == text) {
            return json!({ "matches": UUID });
        }
        if self.generated.times.iter().any(|time| time == text) {
            return json!({ "matches": TIME });
        }
        match property {
            Property::PayloadFormat => if text == "1" { "utf8" } else { "bytes" }.into(),
            _ => text.into(),
        }
    }

    fn column(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().chars().count()
    }

    fn line_end(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        let end = rest.find('\n').map_or(self.text.len(), |newline| offset + newline);
        if self.text.get(..end).is_some_and(|text| text.ends_with('\r')) { end - 1 } else { end }
    }

    fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
}

/// Whether `c` cannot stand in a YAML text as it is, or would end a line of it. All such characters are below U+10000.
const fn is_awkward(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn is_block(node: &Node<'_>) -> bool {
    matches!(node.value, Value::Map(_) | Value::Seq(_)) && !node.flow
}

/// `value` in one line.
fn flow(value: &Json) -> String {
    match value {
        Json::Object(members) if members.is_empty() => "{}".to_owned(),
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Json::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// `value` in lines, all but the first after `column` blanks. Members and items that are no list stay in one line each.
fn block(value: &Json, column: usize, newline: &str) -> String {
    let gap = format!("{newline}{}", " ".repeat(column));
    match value {
        Json::Object(members) if !members.is_empty() => {
            let member = |(key, value): (&String, &Json)| match value {
                Json::Array(items) if !items.is_empty() && key != "payload-json" => {
                    format!("{}:{gap}  {}", scalar(key), block(value, column + 2, newline))
                }
                _ => format!("{}: {}", scalar(key), flow(value)),
            };
            members.iter().map(member).collect::<Vec<_>>().join(&gap)
        }
        Json::Array(items) if !items.is_empty() => {
            let item = |item: &Json| format!("- {}", block(item, column + 2, newline));
            items.iter().map(item).collect::<Vec<_>>().join(&gap)
        }
        other => flow(other),
    }
}

/// Text as a scalar that means this text: quoted where it would be null, escaped where it cannot stand as it is.
fn scalar(text: &str) -> String {
    if text.chars().any(is_awkward) {
        return escaped(text);
    }
    let null = resolve(text) == Resolved::Null;
    quoted(text, null.then_some('\''))
}

/// `text` in double quotes, with what is no printable character of YAML escaped (YAML 1.2.2, 5.1 and 5.7).
fn escaped(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ if is_awkward(c) => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The node that stands at `span`: of a list and its only item the item.
fn node_at<'a, 't>(node: &'a Node<'t>, span: Span) -> Option<&'a Node<'t>> {
    let mut below = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    below.find_map(|child| node_at(child, span)).or_else(|| (node.place() == span).then_some(node))
}

/// The member whose value stands at `span`.
fn entry_of<'a, 't>(node: &'a Node<'t>, span: Span) -> Option<&'a Entry<'t>> {
    let here = node.entries().iter().find(|entry| entry.value.place() == span);
    here.or_else(|| {
        let mut below = node.entries().iter().map(|entry| &entry.value).chain(node.items());
        below.find_map(|child| entry_of(child, span))
    })
}
