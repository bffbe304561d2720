//! What the pages say about the transformation, for traces.

use crate::diag::{Certainty, Source, pages};
use crate::translate::Rule;

const fn rule(id: &'static str, says: &'static str, source: &'static Source, certainty: Certainty) -> Rule {
    Rule { id, says, source, certainty }
}

/// A rule without expression.
pub static COPY: Rule =
    rule("map-copy", "a map rule without expression copies its input", &pages::EXPRESSIONS, Certainty::Documented);
/// A rule with `*`.
pub static WILDCARD: Rule = rule(
    "map-wildcard",
    "`*` stands for one or several segments, and copies every field that it fits",
    &pages::EXPRESSIONS,
    Certainty::Documented,
);
/// A rule with an expression.
pub static COMPUTE: Rule =
    rule("map-expression", "the output is the value of the expression", &pages::EXPRESSIONS, Certainty::Documented);
/// A rule with an empty output.
pub static REMOVE: Rule =
    rule("map-remove", "an empty output removes the input", &pages::EXPRESSIONS, Certainty::Documented);
/// What no rule names.
pub static UNMAPPED: Rule = rule(
    "map-only-mapped",
    "the output begins empty, only mapped fields are in it",
    &pages::MAPPING,
    Certainty::Documented,
);
/// A field that comes from a data set.
pub static ENRICHED: Rule = rule(
    "enrich",
    "the first record of the data set for which its expression is true gives the field",
    &pages::ENRICH,
    Certainty::Documented,
);
/// A field that was not there and has a last value.
pub static LAST: Rule = rule(
    "last-value",
    "`? $last` puts the last value that was seen in place of a missing one",
    &pages::EXPRESSIONS,
    Certainty::Documented,
);
/// A field that comes from a property of the message.
pub static METADATA: Rule = rule(
    "metadata-input",
    "`$metadata` reads the topic and properties of a message",
    &pages::EXPRESSIONS,
    Certainty::Documented,
);
