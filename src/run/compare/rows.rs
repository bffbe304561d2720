//! The table of a message: what came in beside what came out of it, with the step that made it so.

use super::parts::{Part, parts};
use super::{Came, Journey, Judged, Lenience};
use crate::diag::Place;
use crate::report::run::{Judgement, shown};
use crate::run::cases::{Check, Matcher, Seen};
use crate::translate::{Property, Step};

/// Characters of a value in a sentence.
const LONGEST: usize = 120;

/// The rows, while they are judged.
pub(super) struct Table<'s> {
    rows: Vec<Judged>,
    good: Judgement,
    steps: &'s [Step],
}

/// What was found, on its own.
#[derive(Debug, Clone)]
pub(super) struct SeenOwned(Option<Part>);

impl SeenOwned {
    pub(super) fn as_seen(&self) -> Seen<'_> {
        self.0.as_ref().map_or(Seen::Absent, |part| Seen::of(part.value.as_deref()))
    }
}

impl<'s> Table<'s> {
    pub(super) fn new(journey: Journey<'s>, lenience: &Lenience, good: Judgement) -> Self {
        let whole = Judged {
            input: None,
            output: Some(Part { property: Property::Message, value: Some(journey.came.key().into()) }),
            property: Property::Message,
            step: None,
            expected: None,
            expected_at: None,
            judgement: Judgement::NotJudged,
            note: journey.came.why().map(str::to_owned),
        };
        let mut rows = vec![whole];
        let seen = |part: &Part| !lenience.ignores(&part.property);
        let inputs: Vec<Part> = parts(journey.input).into_iter().filter(seen).collect();
        let outputs: Vec<Part> = match journey.came {
            Came::Delivered(message) => parts(message).into_iter().filter(seen).collect(),
            Came::Dropped(_) | Came::Failed(_) => Vec::new(),
        };
        rows.extend(Pairing::new(&inputs, journey.steps).rows(outputs));
        Self { rows, good, steps: journey.steps }
    }

    /// Judges the message as a whole.
    pub(super) fn whole(&mut self, good: bool, expected: String, place: Place) {
        let judgement = if good { self.good } else { Judgement::Differs };
        if let Some(row) = self.rows.first_mut() {
            row.judgement = judgement;
            row.expected = Some(expected);
            row.expected_at = Some(place);
        }
    }

    /// The rows in which `property` came out.
    pub(super) fn outputs(&self, property: &Property) -> Vec<usize> {
        let is = |row: &Judged| row.output.as_ref().is_some_and(|part| part.property == *property);
        self.rows.iter().enumerate().filter(|(_, row)| is(row)).map(|(index, _)| index).collect()
    }

    /// The rows in which user properties, or headers, came out.
    pub(super) fn named(&self) -> Vec<usize> {
        let is = |row: &Judged| row.output.as_ref().is_some_and(Part::is_named);
        self.rows.iter().enumerate().filter(|(_, row)| is(row)).map(|(index, _)| index).collect()
    }

    /// Whether `property` came out in `row`.
    pub(super) fn is(&self, row: usize, property: &Property) -> bool {
        let part = self.rows.get(row).and_then(|row| row.output.as_ref());
        part.is_some_and(|part| part.property == *property)
    }

    /// What came out in `row`.
    pub(super) fn seen(&self, row: usize) -> SeenOwned {
        SeenOwned(self.rows.get(row).and_then(|row| row.output.clone()))
    }

    /// Judges `row` by `check`.
    pub(super) fn set(&mut self, row: usize, good: bool, check: &Check) {
        let wrong = if matches!(check.matcher, Matcher::Absent) { Judgement::Unexpected } else { Judgement::Differs };
        let judgement = if good { self.good } else { wrong };
        if let Some(row) = self.rows.get_mut(row) {
            // A property that two expectations are about is as wrong as the worse of them.
            if row.judgement.fails() {
                return;
            }
            row.judgement = judgement;
            row.expected = Some(check.matcher.describe(&check.property.to_string()));
            row.expected_at = Some(check.place);
        }
    }

    /// Judges `row` as one too many for a list at `place`.
    pub(super) fn unexpected(&mut self, row: usize, place: Place) {
        if let Some(row) = self.rows.get_mut(row) {
            row.judgement = Judgement::Unexpected;
            row.expected = Some("nothing".to_owned());
            row.expected_at = Some(place);
        }
    }

    /// Judges `row` as standing in the wrong place of an order.
    pub(super) fn misplaced(&mut self, row: usize, seen: usize, wanted: usize, check: &Check) {
        self.set(row, false, check);
        self.note(row, format!("it is number {seen} in what came out"));
        if let Some(expected) = self.rows.get_mut(row).and_then(|row| row.expected.as_mut()) {
            expected.push_str(&format!(" as number {wanted}"));
        }
    }

    /// Judges `check` by what is not there.
    pub(super) fn absent(&mut self, check: &Check) {
        let good = check.matcher.admits(Seen::Absent);
        let judgement = if good { self.good } else { Judgement::Missing };
        let expected = Some(check.matcher.describe(&check.property.to_string()));
        // The row of what was removed says why.
        let gone = |row: &&mut Judged| {
            let is = row.input.as_ref().is_some_and(|part| becomes(&part.property, &check.property));
            row.output.is_none() && is && row.judgement == Judgement::NotJudged
        };
        match self.rows.iter_mut().find(gone) {
            Some(row) => {
                row.judgement = judgement;
                row.expected = expected;
                row.expected_at = Some(check.place);
                row.property = check.property.clone();
            }
            None => self.rows.push(Judged {
                input: self.maker(check).and_then(|step| step.input.clone()).map(part),
                output: None,
                property: check.property.clone(),
                step: self.maker(check).cloned(),
                expected,
                expected_at: Some(check.place),
                judgement,
                note: None,
            }),
        }
    }

    /// The step that should have made what `check` is about: with its value, or else the last of its name.
    fn maker(&self, check: &Check) -> Option<&'s Step> {
        let made = |step: &'s Step| step.output.as_ref().filter(|(property, _)| *property == check.property);
        let makes = |step: &&'s Step| made(step).is_some();
        let same = |step: &&'s Step| made(step).is_some_and(|(_, value)| check.matcher.admits(Seen::Bytes(value)));
        self.steps.iter().find(same).or_else(|| self.steps.iter().rfind(makes))
    }

    /// A row for a part of a property, such as a field of the payload.
    pub(super) fn extra(&mut self, check: &Check, seen: Seen<'_>) {
        let step = self.rows.iter().filter_map(|row| row.step.as_ref());
        let mut step =
            step.filter(|step| step.output.as_ref().is_some_and(|(property, _)| *property == check.property));
        let step = step.next_back().cloned();
        let output = match seen {
            Seen::Absent => None,
            Seen::Null => Some(None),
            Seen::Bytes(bytes) => Some(Some(bytes.to_vec())),
        };
        let wrong = match (&check.matcher, seen) {
            (Matcher::Absent, _) => Judgement::Unexpected,
            (_, Seen::Absent) => Judgement::Missing,
            _ => Judgement::Differs,
        };
        self.rows.push(Judged {
            input: None,
            output: output.map(|value| Part { property: check.property.clone(), value }),
            property: check.property.clone(),
            step,
            expected: Some(check.matcher.describe(&check.property.to_string())),
            expected_at: Some(check.place),
            judgement: if check.matcher.admits(seen) { self.good } else { wrong },
            note: None,
        });
    }

    /// Says more about `row`.
    pub(super) fn note(&mut self, row: usize, note: String) {
        if let Some(row) = self.rows.get_mut(row) {
            row.note = Some(note);
        }
    }

    pub(super) fn end(self) -> Vec<Judged> {
        self.rows
    }
}

fn part((property, value): (Property, Vec<u8>)) -> Part {
    Part { property, value: Some(value) }
}

/// Finds for each property that came out the one that it came from.
struct Pairing<'a> {
    inputs: &'a [Part],
    steps: &'a [Step],
    /// Which inputs and steps are told about.
    told: Vec<bool>,
    used: Vec<bool>,
}

impl<'a> Pairing<'a> {
    fn new(inputs: &'a [Part], steps: &'a [Step]) -> Self {
        Self { inputs, steps, told: vec![false; inputs.len()], used: vec![false; steps.len()] }
    }

    fn rows(mut self, outputs: Vec<Part>) -> Vec<Judged> {
        let mut rows = Vec::with_capacity(outputs.len() + self.inputs.len());
        for output in outputs {
            let step = self.step_to(&output);
            let input = match step {
                Some(step) => self.origin(step),
                None => self.take(&output.property, None),
            };
            rows.push(row(input, Some(output), step.and_then(|step| self.steps.get(step))));
        }
        for (index, input) in self.inputs.iter().enumerate() {
            if self.told.get(index).copied().unwrap_or_default() {
                continue;
            }
            if let Some(step) = self.step_from(input) {
                rows.push(row(Some(input.clone()), None, step));
            }
        }
        rows
    }

    /// The step that made `output`: of those with its value the first that is not told yet, or else the last one.
    fn step_to(&mut self, output: &Part) -> Option<usize> {
        let makes = |step: &Step| step.output.as_ref().filter(|(property, _)| *property == output.property).is_some();
        let same = |step: &Step| {
            let value = output.value.as_deref().unwrap_or_default();
            step.output.as_ref().is_some_and(|(_, made)| made == value)
        };
        let mut candidates = self.steps.iter().enumerate().filter(|(index, step)| makes(step) && !self.used[*index]);
        let exact = candidates.clone().find(|(_, step)| same(step));
        let found = exact.or_else(|| candidates.next_back()).map(|(index, _)| index)?;
        if let Some(used) = self.used.get_mut(found) {
            *used = true;
        }
        Some(found)
    }

    /// What came in and became the output of step `at`, through the steps before it.
    fn origin(&mut self, at: usize) -> Option<Part> {
        let mut at = at;
        loop {
            let (property, value) = self.steps.get(at)?.input.as_ref()?;
            if let Some(part) = self.take(property, Some(value)) {
                return Some(part);
            }
            let before = self
                .steps
                .get(..at)?
                .iter()
                .rposition(|step| step.output.as_ref() == Some(&(property.clone(), value.clone())));
            match before {
                Some(before) => at = before,
                // It is no property of the message, such as a field of the payload.
                None => return Some(Part { property: property.clone(), value: Some(value.clone()) }),
            }
        }
    }

    /// The input `property`: the one with this value that is not told yet, or any.
    fn take(&mut self, property: &Property, value: Option<&[u8]>) -> Option<Part> {
        let is = |part: &Part| part.property == *property;
        let same = |part: &Part| value.is_some() && part.value.as_deref() == value;
        let fresh = |index: usize| !self.told.get(index).copied().unwrap_or_default();
        let find = |wanted: &dyn Fn(usize, &Part) -> bool| {
            self.inputs.iter().enumerate().position(|(index, part)| is(part) && wanted(index, part))
        };
        let found = find(&|index, part| same(part) && fresh(index))
            .or_else(|| find(&|index, _| fresh(index)))
            .or_else(|| find(&|_, part| same(part)))
            .or_else(|| find(&|_, _| true))?;
        if let Some(told) = self.told.get_mut(found) {
            *told = true;
        }
        self.inputs.get(found).cloned()
    }

    /// The step that removed `input`; `None` where it went into something else, so that nothing is to be told.
    fn step_from(&self, input: &Part) -> Option<Option<&'a Step>> {
        let takes = |step: &&Step| step.input.as_ref().is_some_and(|(property, _)| *property == input.property);
        let mut taking = self.steps.iter().filter(takes).peekable();
        if taking.peek().is_none() {
            return Some(None);
        }
        let same = |step: &&Step| {
            step.input.as_ref().is_some_and(|(_, value)| Some(value.as_slice()) == input.value.as_deref())
        };
        let removing: Vec<&Step> = taking.filter(|step| step.output.is_none()).collect();
        let step = removing.iter().copied().find(same).or_else(|| removing.last().copied())?;
        Some(Some(step))
    }
}

fn row(input: Option<Part>, output: Option<Part>, step: Option<&Step>) -> Judged {
    let property = output.as_ref().or(input.as_ref()).map_or(Property::Message, |part| part.property.clone());
    let note = step.and_then(|step| step.note.clone());
    Judged {
        input,
        output,
        property,
        step: step.cloned(),
        expected: None,
        expected_at: None,
        judgement: Judgement::NotJudged,
        note,
    }
}

/// Whether `from`, which did not come out, is what `to` would have been: by its own name, or by the one that it gets on the
/// other side (Kafka endpoint page, tables of properties).
fn becomes(from: &Property, to: &Property) -> bool {
    if from == to {
        return true;
    }
    match (from, to) {
        (Property::UserProperty(from), Property::Header(to)) => {
            let plain = to.strip_prefix("ce-").or_else(|| to.strip_prefix("ce_")).unwrap_or(to);
            from == to || from == plain
        }
        (Property::Header(from), Property::UserProperty(to)) => from == to,
        (Property::Key, Property::UserProperty(to)) => to == "Key",
        (Property::Timestamp, Property::UserProperty(to)) => to == "Timestamp",
        (from, Property::Header(to)) => from.to_string() == *to,
        _ => false,
    }
}

/// A value in a sentence.
pub(super) fn said(part: &Part) -> String {
    match part.value.as_deref() {
        None => "null".to_owned(),
        Some([]) => "empty".to_owned(),
        Some(bytes) => format!("`{}`", shown(&part.property.to_string(), Some(bytes), LONGEST).text),
    }
}
