//! A case: its name, its conditions, its messages with what is expected of each.

use super::expect::Expectation;
use super::message::Draft;
use super::reader::Reader;
use crate::diag::{Diagnostic, FileId, Place, Related, Span};
use crate::model::Text;
use crate::policy::run::CASE_SYNTAX;
use crate::translate::Choices;
use crate::yaml::{Node, Stream, Value};
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

/// The keys of a file.
pub(super) const FILE: [&str; 1] = ["cases"];
/// The keys of a case.
pub(super) const CASE: [&str; 10] =
    ["name", "dataflow", "settings", "only", "time", "waited", "datasets", "message", "messages", "expect"];
/// The value of `only` that keeps a case away from brokers.
const TRANSLATE: &str = "translate";

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name, unique in its file.
    pub name: Text,
    /// Where it stands.
    pub place: Place,
    /// `dataflow`: which one, where the files hold several.
    pub dataflow: Option<Text>,
    /// `settings`: answers to questions that no page settles, by name, in order.
    pub settings: Vec<(Text, Text)>,
    /// `only: translate`: no broker could carry the message, or what becomes of it, so it is only translated.
    pub translate_only: bool,
    /// `time`: when the message arrives at the dataflow; `None` is now.
    pub time: Option<SystemTime>,
    /// `waited`: from its arrival until it is sent.
    pub waited: Option<Duration>,
    /// `datasets`: keys with paths of files, from the file with the case.
    pub datasets: Vec<(Text, Text)>,
    /// Its messages, in order; never empty.
    pub sent: Vec<Sent>,
}

/// A message with what is expected of it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The message.
    pub draft: Draft,
    /// What has to come out; `None`: it is not judged.
    pub expect: Option<Expectation>,
}

impl Case {
    /// Puts the answers of the case on top of `choices`.
    ///
    /// # Errors
    /// A finding for each setting that does not exist or does not take that value.
    pub fn choices(&self, choices: &Choices) -> Result<Choices, Vec<Diagnostic>> {
        let mut choices = choices.clone();
        let mut findings = Vec::new();
        for (name, value) in &self.settings {
            if let Err(error) = choices.set(&name.value, &value.value) {
                findings.push(Diagnostic::new(&CASE_SYNTAX, name.place, error.to_string()));
            }
        }
        if findings.is_empty() { Ok(choices) } else { Err(findings) }
    }
}

/// The cases in `text`, which is that of `file`.
///
/// # Errors
/// Everything that cannot be understood, each at its line; a file without a case too.
pub fn read(text: &str, file: FileId) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    let mut cases = Vec::new();
    for parsed in Stream::new(text, file) {
        findings.extend(parsed.findings);
        if parsed.unrendered {
            let message = "the file is a template that was not rendered";
            findings.push(Diagnostic::new(&CASE_SYNTAX, Place::new(file, parsed.span), message));
        }
        if let Some(document) = &parsed.document {
            let mut reader = Reader::new(file, text, &document.root);
            cases.extend(reader.cases(&document.root));
            findings.extend(reader.end());
        }
    }
    findings.extend(same_names(&cases));
    if cases.is_empty() && findings.is_empty() {
        let place = Place::new(file, Span::at(0));
        findings.push(Diagnostic::new(&CASE_SYNTAX, place, "the file holds no case"));
    }
    if findings.is_empty() { Ok(cases) } else { Err(findings) }
}

fn same_names(cases: &[Case]) -> Vec<Diagnostic> {
    let mut first: HashMap<&str, Place> = HashMap::new();
    let mut findings = Vec::new();
    for case in cases {
        if let Some(place) = first.insert(&case.name.value, case.name.place) {
            let message = format!("two cases are called `{}`", case.name.value);
            let mut finding = Diagnostic::new(&CASE_SYNTAX, case.name.place, message);
            finding.related.push(Related { place, message: "the other one".to_owned() });
            findings.push(finding);
        }
    }
    findings
}

impl<'n> Reader<'n> {
    fn cases(&mut self, root: &'n Node<'n>) -> Vec<Case> {
        if root.is_null() {
            return Vec::new();
        }
        let members = self.members(root, "a file with cases", &FILE);
        let Some(list) = members.first() else { return Vec::new() };
        self.items(&list.value, "`cases`").iter().filter_map(|item| self.case(item)).collect()
    }

    fn case(&mut self, node: &'n Node<'n>) -> Option<Case> {
        let before = node.place();
        self.members(node, "a case", &CASE);
        let text = |reader: &mut Self, key: &str| node.get(key).and_then(|node| reader.text(node, &format!("`{key}`")));
        let name = text(self, "name");
        if node.entry("name").is_none() && matches!(node.value, Value::Map(_)) {
            self.fault(node.entries().first().map_or(before, |entry| entry.key_span), "the case has no `name`");
        }
        let dataflow = text(self, "dataflow");
        let settings = node.get("settings").map(|node| self.texts(node, "`settings`")).unwrap_or_default();
        let datasets = node.get("datasets").map(|node| self.texts(node, "`datasets`")).unwrap_or_default();
        let time = node.get("time").and_then(|node| self.time(node));
        let waited = node.get("waited").and_then(|node| self.duration(node, "`waited`"));
        let only = text(self, "only");
        if let Some(only) = only.as_ref().filter(|only| &*only.value != TRANSLATE) {
            self.fault(only.place.span, format!("`only` is `{}`, expected `{TRANSLATE}`", only.value));
        }
        let (place, translate_only) = (self.place(before), only.is_some());
        let sent = self.sent(node);
        Some(Case { name: name?, place, dataflow, settings, translate_only, time, waited, datasets, sent })
            .filter(|case| !case.sent.is_empty())
    }

    /// `message` or `messages`, each with its part of `expect`.
    fn sent(&mut self, node: &'n Node<'n>) -> Vec<Sent> {
        let drafts: Vec<Draft> = match (node.entry("message"), node.entry("messages")) {
            (Some(one), None) => vec![self.draft(&one.value)],
            (None, Some(list)) => {
                let items = self.items(&list.value, "`messages`");
                if items.is_empty() {
                    self.fault(list.key_span, "`messages` holds no message");
                }
                items.iter().map(|item| self.draft(item)).collect()
            }
            (Some(_), Some(list)) => {
                self.fault(list.key_span, "a case has either `message` or `messages`");
                Vec::new()
            }
            (None, None) => {
                if let Some(first) = node.entries().first() {
                    self.fault(first.key_span, "the case has no `message`");
                }
                Vec::new()
            }
        };
        let mut expected = self.expected(node, drafts.len());
        expected.resize_with(drafts.len(), || None);
        drafts.into_iter().zip(expected).map(|(draft, expect)| Sent { draft, expect }).collect()
    }

    /// What is expected of each of `count` messages: a list goes along with them, a mapping is about the last one.
    fn expected(&mut self, node: &'n Node<'n>, count: usize) -> Vec<Option<Expectation>> {
        let Some(entry) = node.entry("expect").filter(|entry| !entry.value.is_null()) else { return Vec::new() };
        let Value::Seq(items) = &entry.value.value else {
            let mut expected: Vec<_> = std::iter::repeat_with(|| None).take(count.saturating_sub(1)).collect();
            expected.push(Some(self.expectation(&entry.value)));
            return expected;
        };
        if count > 0 && items.len() != count {
            let message = format!("`expect` is a list of {}, and {count} messages are sent", items.len());
            self.fault(entry.key_span, message);
        }
        items.iter().map(|item| (!item.is_null()).then(|| self.expectation(item))).collect()
    }

    /// A mapping of texts.
    fn texts(&mut self, node: &'n Node<'n>, what: &str) -> Vec<(Text, Text)> {
        let Value::Map(entries) = &node.value else {
            self.wrong(node, what, "a mapping");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for entry in entries {
            let key = Text { value: self.name(entry).into(), place: self.place(entry.key_span) };
            texts.extend(self.text(&entry.value, &format!("`{}`", entry.key)).map(|text| (key, text)));
        }
        texts
    }
}
