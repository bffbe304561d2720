//! Open questions about the transformation.

use crate::diag::{Source, pages};
use crate::translate::Choice;

/// All of them, in the order of the pipeline.
pub const ALL: &[&Choice] = &[
    &UNMATCHED_DATASET,
    &FILTER_SEMANTICS,
    &MISSING_FILTER_INPUT,
    &OVERLAP,
    &SEVERAL_INPUTS,
    &MISSING_MAP_INPUT,
    &EMPTY_RESULT,
    &STRING_PLUS_NUMBER,
];

const EXPRESSIONS_AND_EVALEXPR: &[Source] = &[pages::EXPRESSIONS, pages::EVALEXPR];

/// `string-plus-number`.
pub static STRING_PLUS_NUMBER: Choice = Choice {
    name: "string-plus-number",
    values: &["error", "join"],
    about: "whether `+` joins text and a number, or fails",
    why: "evalexpr, whose functions are the product's, fails; the expressions page says that it joins",
    sources: EXPRESSIONS_AND_EVALEXPR,
};

/// `filter-semantics`.
pub static FILTER_SEMANTICS: Choice = Choice {
    name: "filter-semantics",
    values: &["drop", "keep"],
    about: "whether a filter that is true drops the message or keeps it",
    why: "the filter page of 2026 says that it drops; the mapping pages of 2024 said that it keeps",
    sources: &[pages::FILTER, pages::GRAPH_FILTER, pages::MAPPING],
};

/// `missing-filter-input`.
pub static MISSING_FILTER_INPUT: Choice = Choice {
    name: "missing-filter-input",
    values: &["error", "empty"],
    about: "whether a field that a filter reads and a message lacks is an error, or `()`",
    why: "the graphs filter page says error, and drops the message; no page says so of data flows",
    sources: &[pages::GRAPH_FILTER],
};

/// `missing-map-input`.
pub static MISSING_MAP_INPUT: Choice = Choice {
    name: "missing-map-input",
    values: &["error", "skip"],
    about: "whether copying a field that a message lacks is an error, or the rule is skipped",
    why: "the graphs page counts a missing field among the errors; no page says so of data flows",
    sources: &[pages::GRAPHS],
};

/// `unmatched-dataset`.
pub static UNMATCHED_DATASET: Choice = Choice {
    name: "unmatched-dataset",
    values: &["empty", "skip"],
    about: "whether fields of a data set without a matching record are `()` in expressions, or their rules are skipped",
    why: "the enrich page calls the fields empty; skipping is said of data flow graphs",
    sources: &[pages::ENRICH, pages::GRAPH_ENRICH],
};

/// `overlap`.
pub static OVERLAP: Choice = Choice {
    name: "overlap",
    values: &["keep-both", "move"],
    about: "whether a field that a wildcard copies and a later, narrower rule writes elsewhere is in both places",
    why: "by the letter the narrower rule takes the field; the official samples read as if both stay",
    sources: &[pages::EXPRESSIONS, pages::MAPPING],
};

/// `inputs-without-expression`.
pub static SEVERAL_INPUTS: Choice = Choice {
    name: "inputs-without-expression",
    values: &["first", "refuse"],
    about: "whether a map rule with several inputs and no expression copies the first, or cannot be run",
    why: "the newer page, of graphs, says that the first is copied; the mapping page does not allow it",
    sources: &[pages::GRAPH_MAP, pages::MAPPING],
};

/// `empty-result`.
pub static EMPTY_RESULT: Choice = Choice {
    name: "empty-result",
    values: &["null", "omit"],
    about: "whether an expression that yields `()` writes null to a payload field, or nothing",
    why: "`()` stands for null where fields are read; only for metadata a page says that it removes",
    sources: &[pages::EXPRESSIONS],
};
