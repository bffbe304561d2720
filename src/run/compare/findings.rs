//! What is wrong, as findings at the line of the case and the line of the manifest that causes it.

use super::rows::said;
use super::{Came, Judged};
use crate::diag::{Diagnostic, Place, Related, Source};
use crate::model::Text;
use crate::policy::run::{CASE_MISMATCH, DROPPED, NOT_AS_PREDICTED, NOT_DELIVERED};
use crate::report::run::Judgement;
use crate::translate::Property;

/// Who expected it, and which line to show where no other is known.
#[derive(Debug, Clone, Copy)]
pub enum Blame<'a> {
    /// A case of this name.
    Case(&'a Text),
    /// The documentation, of the dataflow whose destination stands here.
    Prediction(Place),
}

/// A finding for each of `judged` that is wrong, in the order of their lines; and for a message that was not
/// delivered although nobody expected that.
pub fn findings(judged: &[Judged], came: Came<'_>, blame: Blame<'_>) -> Vec<Diagnostic> {
    let mut findings: Vec<_> =
        judged.iter().filter(|row| row.judgement.fails()).map(|row| wrong(row, came, blame)).collect();
    if let Blame::Prediction(place) = blame {
        findings.extend(undelivered(came, place));
    }
    findings.sort_by_key(|finding| finding.place);
    findings
}

fn wrong(row: &Judged, came: Came<'_>, blame: Blame<'_>) -> Diagnostic {
    let cause = row.step.as_ref().and_then(|step| step.cause.as_ref()).map(|cause| cause.place);
    let cause = cause.or_else(|| match (came, row.subject()) {
        (Came::Dropped(dropped), Property::Message) => dropped.cause.as_ref().map(|cause| cause.place),
        _ => None,
    });
    let mut finding = match blame {
        Blame::Case(name) => {
            let place = row.expected_at.unwrap_or(name.place);
            Diagnostic::new(&CASE_MISMATCH, place, format!("case `{}`: {}", name.value, sentence(row)))
        }
        Blame::Prediction(place) => {
            let place = cause.unwrap_or(place);
            Diagnostic::new(&NOT_AS_PREDICTED, place, format!("{}, by the documentation", sentence(row)))
        }
    };
    if let Some(expected) = &row.expected {
        finding.label = Some(format!("expected {expected}"));
    }
    if let (Blame::Case(_), Some(place)) = (blame, cause) {
        finding.related.push(Related { place, message: decided(row) });
    }
    explain(row, &mut finding);
    finding
}

/// What is the matter, in one clause.
fn sentence(row: &Judged) -> String {
    let expected = row.expected.as_deref().unwrap_or("something else");
    let subject = row.subject();
    if *subject == Property::Message {
        let outcome = row.output.as_ref().map(said).unwrap_or_default();
        return format!("the message is {outcome}, expected {expected}");
    }
    match (row.judgement, &row.output) {
        (Judgement::Missing, _) | (_, None) => format!("{} is missing, expected {expected}", row.property),
        (Judgement::Unexpected, Some(part)) => format!("{subject} is there with {}, expected {expected}", said(part)),
        (_, Some(part)) if said(part) == expected => format!("{subject} is {expected}, and not as expected"),
        (_, Some(part)) => format!("{subject} is {}, expected {expected}", said(part)),
    }
}

fn decided(row: &Judged) -> String {
    match &row.step {
        Some(step) => format!("this decides it: {}", step.rule.says),
        None => "this decides it".to_owned(),
    }
}

/// The rule behind it, and what else is known.
fn explain(row: &Judged, finding: &mut Diagnostic) {
    finding.notes.extend(row.note.clone());
    match &row.step {
        Some(step) => {
            // The line that is shown says it already.
            let says = if finding.related.is_empty() { format!(": {}", step.rule.says) } else { String::new() };
            finding.notes.push(format!("rule `{}`{says}", step.rule.id));
            finding.source = Some(Source::to_string(step.rule.source));
            if let Some(choice) = step.choice {
                let values = choice.values.join("`, `");
                finding.notes.push(format!("no page settles it: setting `{}` takes `{values}`", choice.name));
            }
        }
        None if row.judgement == Judgement::Missing => {
            finding.notes.push("nothing in this dataflow makes it".to_owned());
        }
        None => {}
    }
}

fn undelivered(came: Came<'_>, place: Place) -> Option<Diagnostic> {
    match came {
        Came::Delivered(_) => None,
        Came::Dropped(dropped) => {
            let at = dropped.cause.as_ref().map_or(place, |cause| cause.place);
            let mut finding = Diagnostic::new(&DROPPED, at, format!("the message is dropped: {}", dropped.why));
            finding.notes.push(format!("outcome `{}`", dropped.reason.as_str()));
            Some(finding)
        }
        Came::Failed(why) => {
            Some(Diagnostic::new(&NOT_DELIVERED, place, format!("the message was not delivered: {why}")))
        }
    }
}
