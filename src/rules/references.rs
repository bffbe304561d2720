//! What rules of several families say about a name that leads to nothing.

use super::Sink;
use crate::diag::Severity;
use crate::model::Text;
use crate::schema::nearest;

/// Reports that `reference`, the name of a `what`, leads to none of the `names` among the files. With `--closed` that
/// is an error, unless a name among them is a template (`open`) and may turn out to be this one.
pub(super) fn unresolved<'n>(
    sink: &mut Sink<'_>,
    what: &str,
    reference: &Text,
    names: impl Iterator<Item = &'n str>,
    open: bool,
) {
    let certain = sink.closed() && !open;
    let severity = if certain { Severity::Error } else { Severity::Info };
    let message = format!("no {what} `{}` among the files", reference.value);
    let finding = sink.written(reference, message).severity(severity);
    match nearest(&reference.value, names) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None if certain => finding.help(format!("add the {what} to the files, or correct the name")),
        None => finding.note("it may live in the cluster; with `--closed` the files are all there is"),
    };
}
