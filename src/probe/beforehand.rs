//! What lint knows about an endpoint already: the one mistake that makes dialling pointless, and the others as a note.

use super::Climb;
use super::fault::{Fault, Line};
use crate::diag::{Diagnostic, Severity};
use crate::report::probe::Stage;

/// The name of Event Grid's HTTP door: whatever listens there is not the broker that is meant.
const WRONG_NAME: &str = "eg-http-hostname";

/// Says what lint found; `false` where it decides the matter.
pub fn tell(climb: &mut Climb<'_>) -> bool {
    let document = climb.subject().end.summary.id.document;
    let errors: Vec<&Diagnostic> = climb
        .means()
        .manifests
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .filter(|finding| finding.place.file == document.file && document.span.contains(finding.place.span))
        .collect();
    let (decisive, others): (Vec<_>, Vec<_>) = errors.into_iter().partition(|finding| finding.id() == WRONG_NAME);
    if !others.is_empty() {
        let mut ids: Vec<String> = others.iter().map(|finding| format!("`{}`", finding.id())).collect();
        ids.dedup();
        let errors = if others.len() == 1 { "an error" } else { "errors" };
        climb.note(format!("`flowgate lint` finds {errors} in this endpoint: {}", ids.join(", ")));
    }
    let Some(finding) = decisive.first() else { return true };
    let mut fault = Fault::new(Stage::Dns, finding.entry, Line::At(finding.place), finding.message.clone());
    (fault.label, fault.help) = (finding.label.clone(), finding.help.clone());
    climb.stop(fault, None, Vec::new());
    false
}
