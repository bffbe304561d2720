//! The functions of expressions: names and how many arguments they take (expressions page, 2026-06-23).

/// How many arguments a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arity {
    /// At least.
    pub least: usize,
    /// At most.
    pub most: usize,
}

/// A function.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arity: Arity,
}

const fn function(name: &'static str, least: usize, most: usize) -> Function {
    Function { name, arity: Arity { least, most } }
}

const ANY: usize = usize::MAX;

/// All functions that a dataflow knows.
pub static FUNCTIONS: [Function; 47] = [
    function("floor", 1, 1),
    function("round", 1, 1),
    function("ceil", 1, 1),
    function("min", 1, ANY),
    function("max", 1, ANY),
    function("len", 1, ANY),
    function("if", 3, 3),
    function("contains", 2, 2),
    function("contains_any", 2, 2),
    function("typeof", 0, ANY),
    function("math::abs", 1, 1),
    function("math::sqrt", 1, 1),
    function("math::cbrt", 1, 1),
    function("math::ln", 1, 1),
    function("math::log2", 1, 1),
    function("math::log10", 1, 1),
    function("math::log", 2, 2),
    function("math::exp", 1, 1),
    function("math::exp2", 1, 1),
    function("math::pow", 2, 2),
    function("math::cos", 1, 1),
    function("math::sin", 1, 1),
    function("math::tan", 1, 1),
    function("math::acos", 1, 1),
    function("math::asin", 1, 1),
    function("math::atan", 1, 1),
    function("math::atan2", 2, 2),
    function("math::hypot", 2, 2),
    function("str::to_lowercase", 1, 1),
    function("str::to_uppercase", 1, 1),
    function("str::trim", 1, 1),
    function("str::from", 0, ANY),
    function("str::substring", 2, 3),
    function("cToF", 1, 1),
    function("fToC", 1, 1),
    function("psiToBar", 1, 1),
    function("barToPsi", 1, 1),
    function("inToCm", 1, 1),
    function("cmToIn", 1, 1),
    function("ftToM", 1, 1),
    function("mToFt", 1, 1),
    function("lbToKg", 1, 1),
    function("kgToLb", 1, 1),
    function("galToL", 1, 1),
    function("lToGal", 1, 1),
    function("scale", 5, 5),
    function("round_n", 2, 2),
];

/// Functions that only data flow graphs know (expressions page, 2026-06-23).
const GRAPH_ONLY: [&str; 2] = ["str::regex_matches", "str::regex_replace"];

pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Why `name` is no function, and what was probably meant.
pub(super) fn reason(name: &str) -> String {
    if GRAPH_ONLY.contains(&name) {
        return format!("`{name}` is for data flow graphs; a dataflow has no regular expressions");
    }
    let last = |name: &'static str| name.rsplit("::").next().unwrap_or(name);
    let bare = name.rsplit("::").next().unwrap_or(name);
    match FUNCTIONS.iter().find(|function| last(function.name).eq_ignore_ascii_case(bare)) {
        Some(meant) => format!("no function is called `{name}`; `{}` is", meant.name),
        None => format!("no function is called `{name}`"),
    }
}
