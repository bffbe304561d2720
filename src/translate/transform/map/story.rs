//! What became of each field of the payload, for the trace of one message. Nothing of this runs among many messages.

use super::super::choices::{EMPTY_RESULT, OVERLAP, SEVERAL_INPUTS, STRING_PLUS_NUMBER};
use super::super::expression::Value;
use super::super::input::{Input, Scope, Source};
use super::super::{json, rules};
use super::{Capture, Mapping, Output, Pattern, Rule};
use crate::syntax::path::display;
use crate::translate::{Action, Choice, Property, Step, Trace};
use serde_json::{Map, Value as Json};
use std::collections::{HashMap, HashSet};

/// A concrete path.
type Names = Vec<String>;

/// A field that was written.
struct Written {
    /// The fields of the payload that it was made of.
    inputs: Vec<Names>,
    step: Step,
}

/// What is known of a message so far.
pub struct Story<'r, 'm> {
    mapping: &'r Mapping,
    scope: Scope<'m>,
    /// In order; what was written over is gone.
    written: Vec<Option<Written>>,
    /// The positions of the fields among them.
    positions: HashMap<Names, usize>,
    removed: Vec<(Names, Step)>,
    /// Fields that went to a property, and the output that says so.
    to_metadata: Vec<(Names, &'r Rule)>,
}

impl<'r, 'm> Story<'r, 'm> {
    /// The beginning.
    pub fn new(mapping: &'r Mapping, scope: Scope<'m>) -> Self {
        Self {
            mapping,
            scope,
            written: Vec::new(),
            positions: HashMap::new(),
            removed: Vec::new(),
            to_metadata: Vec::new(),
        }
    }

    /// `rule` removed what `input` fits.
    pub fn removed(&mut self, rule: &Rule, input: &Input, pattern: &Pattern) {
        if !matches!(input.source, Source::Message(_)) {
            return;
        }
        let mut fields: Vec<(Names, &Json)> = Vec::new();
        match pattern.behind {
            None => fields
                .extend(json::at(self.scope.payload, &pattern.before).map(|value| (pattern.before.clone(), value))),
            Some(_) => {
                let done: Result<(), std::convert::Infallible> =
                    pattern.each(self.scope.payload, &mut |capture, value| {
                        fields.push((owned(&pattern.fill(capture)), value));
                        Ok(())
                    });
                let Ok(()) = done;
            }
        }
        for (path, value) in fields {
            let step = Step {
                input: Some(field(&path, value)),
                output: None,
                action: Action::Removed,
                rule: &rules::REMOVE,
                cause: Some(rule.place.into()),
                choice: None,
                note: None,
            };
            self.removed.push((path, step));
        }
    }

    /// `rule` wrote a property.
    pub fn to_metadata(&mut self, rule: &'r Rule) {
        for (input, pattern) in &rule.inputs {
            if matches!(input.source, Source::Message(_)) {
                self.to_metadata.push((pattern.before.clone(), rule));
            }
        }
    }

    /// `rule` wrote `value` to `path`.
    pub fn written(
        &mut self,
        index: usize,
        rule: &Rule,
        capture: &Capture<'_>,
        path: &[&str],
        value: &Json,
        operands: &[Value],
    ) {
        let path = owned(path);
        let used = if rule.expression.is_some() { rule.inputs.len() } else { 1 };
        let of_payload = |(input, pattern): &(Input, Pattern)| {
            matches!(input.source, Source::Message(_)).then(|| owned(&pattern.fill(capture)))
        };
        let inputs: Vec<Names> = rule.inputs.iter().take(used).filter_map(of_payload).collect();
        let first = rule.inputs.first().and_then(of_payload);
        let from = first.and_then(|path| json::at(self.scope.payload, &path).map(|value| (path, value)));
        let action = match &from {
            None => Action::Made,
            Some((_, input)) if *input == value => Action::Kept,
            Some(_) => Action::Changed,
        };
        let (choice, note) = self.choice(index, rule, capture, &path, value, operands);
        let step = Step {
            input: from.as_ref().map(|(path, value)| field(path, value)),
            output: Some(field(&path, value)),
            action,
            rule: why(rule, from.is_some()),
            cause: Some(rule.place.into()),
            choice,
            note: note.or_else(|| self.origin(rule)),
        };
        self.positions.insert(path, self.written.len());
        self.written.push(Some(Written { inputs, step }));
    }

    /// What stands at `path` of the output so far will be written over.
    pub fn overwrites(&mut self, out: &Map<String, Json>, path: &[&str]) {
        let Some((first, rest)) = path.split_first() else { return };
        let inner = |json: &'_ Json| json.as_object().is_some_and(|object| !object.is_empty());
        let before = rest.iter().try_fold(out.get(*first), |json, name| Some(json?.as_object()?.get(*name))).flatten();
        let Some(before) = before else { return };
        let path = owned(path);
        if let Some(position) = self.positions.remove(&path) {
            self.forget(position);
        }
        if inner(before) {
            let below: Vec<Names> = self.positions.keys().filter(|known| known.starts_with(&path)).cloned().collect();
            for position in below.iter().filter_map(|known| self.positions.remove(known)).collect::<Vec<_>>() {
                self.forget(position);
            }
        }
    }

    fn forget(&mut self, position: usize) {
        if let Some(written) = self.written.get_mut(position) {
            *written = None;
        }
    }

    /// The open question that decided about the value, if one did.
    fn choice(
        &self,
        index: usize,
        rule: &Rule,
        capture: &Capture<'_>,
        path: &Names,
        value: &Json,
        operands: &[Value],
    ) -> (Option<&'static Choice>, Option<String>) {
        let numbers = operands.iter().any(|value| matches!(value, Value::Int(_) | Value::Float(_)));
        if let Some((expression, _)) = &rule.expression {
            if numbers && value.is_string() && expression.adds() {
                return (Some(&STRING_PLUS_NUMBER), None);
            }
            if value.is_null() {
                return (Some(&EMPTY_RESULT), Some("the expression yields `()`".to_owned()));
            }
        } else if rule.inputs.len() > 1 {
            return (Some(&SEVERAL_INPUTS), Some("without an expression the first input is copied".to_owned()));
        }
        let wider = self.mapping.rules.iter().take(index).find(|wider| self.overlaps(rule, wider, capture, path));
        let Some(wider) = wider else { return (None, None) };
        let note = if wider.narrower.contains(&index) {
            format!("taken from the wider rule with output `{}`", wider.written.value)
        } else {
            format!("the wider rule with output `{}` copies it as well", wider.written.value)
        };
        (Some(&OVERLAP), Some(note))
    }

    /// Whether `wider`, a rule before `rule`, has the same inputs by a `*` that covers more, and another output.
    fn overlaps(&self, rule: &Rule, wider: &Rule, capture: &Capture<'_>, path: &Names) -> bool {
        let Output::Field(pattern) = &wider.output else { return false };
        let Some((_, first)) = rule.inputs.first() else { return false };
        let Some((_, theirs)) = wider.inputs.first().filter(|(input, _)| input.has_wildcard()) else { return false };
        let concrete = first.fill(capture);
        let Some(covered) = theirs.fit(&concrete) else { return false };
        let same = rule.coverage(wider, covered).is_some();
        same && covered.len() > capture.len() && owned(&pattern.fill(covered)) != *path
    }

    /// Where a value comes from that is not the field of that name alone.
    fn origin(&self, rule: &Rule) -> Option<String> {
        let names: Vec<_> = rule.inputs.iter().map(|(input, _)| format!("`{}`", input.text)).collect();
        let plain = matches!(rule.inputs.as_slice(), [(input, _)] if matches!(input.source, Source::Message(_)));
        (!plain && !names.is_empty()).then(|| format!("from {}", names.join(", ")))
    }

    /// Writes the steps down: what was written, what was removed, and what no rule names.
    pub fn tell(mut self, trace: &mut Trace) {
        let written: Vec<Written> = std::mem::take(&mut self.written).into_iter().flatten().collect();
        let used: HashSet<&Names> = written.iter().flat_map(|written| &written.inputs).collect();
        // A field that another rule took on is not gone, and none goes twice.
        let mut gone: HashSet<&Names> = HashSet::new();
        let removed: Vec<&Step> = self
            .removed
            .iter()
            .filter(|(path, _)| !within(path, &used) && gone.insert(path))
            .map(|(_, step)| step)
            .collect();
        let mut leaves = Vec::new();
        leaves_of(self.scope.payload, &mut Vec::new(), &mut leaves);
        let unmapped = leaves.iter().filter(|(path, _)| !within(path, &used) && !within(path, &gone));
        let unmapped: Vec<Step> = unmapped.map(|(path, value)| self.unmapped(path, value)).collect();
        let steps = written.iter().map(|written| &written.step).chain(removed).chain(&unmapped);
        for step in steps {
            trace.note(|| step.clone());
        }
    }

    fn unmapped(&self, path: &Names, value: &Json) -> Step {
        let target = self.to_metadata.iter().find(|(input, _)| path.starts_with(input)).map(|(_, rule)| *rule);
        Step {
            input: Some(field(path, value)),
            output: None,
            action: Action::Removed,
            rule: &rules::UNMAPPED,
            cause: Some(target.map_or(self.mapping.place, |rule| rule.place).into()),
            choice: None,
            note: target.map(|rule| format!("it goes to `{}`", rule.written.value)),
        }
    }
}

/// The rule of the documentation that made a field.
fn why(rule: &Rule, of_payload: bool) -> &'static crate::translate::Rule {
    match rule.inputs.first().map(|(input, _)| input) {
        _ if rule.expression.is_some() => &rules::COMPUTE,
        Some(Input { source: Source::Context(..), .. }) => &rules::ENRICHED,
        Some(Input { source: Source::Metadata(_), .. }) => &rules::METADATA,
        Some(Input { last: Some(_), .. }) if !of_payload => &rules::LAST,
        Some(input) if input.has_wildcard() => &rules::WILDCARD,
        _ => &rules::COPY,
    }
}

/// Whether `path` or what it lies in is one of `known`.
fn within(path: &Names, known: &HashSet<&Names>) -> bool {
    (1..=path.len()).any(|length| path.get(..length).is_some_and(|head| known.contains(&head.to_vec())))
}

fn owned(path: &[&str]) -> Names {
    path.iter().map(|name| (*name).to_owned()).collect()
}

fn field(path: &Names, value: &Json) -> (Property, Vec<u8>) {
    (Property::Field(display(path.iter().map(String::as_str))), json::bytes(value))
}

fn leaves_of<'m>(json: &'m Json, path: &mut Names, leaves: &mut Vec<(Names, &'m Json)>) {
    match json.as_object().filter(|object| !object.is_empty()) {
        None if path.is_empty() => {}
        None => leaves.push((path.clone(), json)),
        Some(object) => {
            for (name, value) in object {
                path.push(name.clone());
                leaves_of(value, path, leaves);
                path.pop();
            }
        }
    }
}
