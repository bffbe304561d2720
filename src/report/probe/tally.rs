//! The verdicts of a probe as one line that says no more than was tested.

use super::shown::took;
use super::{Fact, Ladder, Outcome, ProbeReport, Rung, Stage, Verdict};

/// The verdicts in the order of gravity.
const VERDICTS: [Verdict; 5] =
    [Verdict::Failed, Verdict::Inconclusive, Verdict::Warned, Verdict::Passed, Verdict::NotTested];

/// A stage that was not tested, and whether that is true of a part only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Untested {
    stage: Stage,
    in_part: bool,
}

impl Untested {
    fn words(self) -> String {
        if self.in_part { format!("part of {}", self.stage) } else { self.stage.to_string() }
    }
}

/// What was not tested of `ladder`, as the end of a line that tells its verdict: `; not tested: permission`.
pub(super) fn reserve(ladder: &Ladder) -> String {
    let words: Vec<String> = untested(ladder).into_iter().map(Untested::words).collect();
    if words.is_empty() { String::new() } else { format!("; not tested: {}", words.join(", ")) }
}

/// Endpoints with `verdict`.
pub(super) fn count(report: &ProbeReport<'_>, verdict: Verdict) -> usize {
    report.ladders.iter().filter(|ladder| ladder.verdict == verdict).count()
}

/// What was not tested of an endpoint that works as far as it was.
fn untested(ladder: &Ladder) -> Vec<Untested> {
    if !matches!(ladder.verdict, Verdict::Passed | Verdict::Warned) {
        return Vec::new();
    }
    let of = |rung: &Rung| {
        let in_part = rung.outcome != Outcome::NotTested;
        (!in_part || has_gap(rung)).then_some(Untested { stage: rung.stage, in_part })
    };
    ladder.rungs.iter().filter_map(of).collect()
}

/// Whether a part of a stage was not tested.
fn has_gap(rung: &Rung) -> bool {
    let parts = || rung.branches.iter().flat_map(|branch| &branch.rungs);
    rung.facts.iter().any(|fact| fact.name == Fact::NOT_TESTED)
        || parts().any(|rung| rung.outcome == Outcome::NotTested || has_gap(rung))
}

/// The verdicts as one line without a line end, such as
/// `5 endpoints: 1 failed, 4 passed in 41 ms; not tested: permission (2 endpoints)`.
pub fn line(report: &ProbeReport<'_>) -> String {
    let took = took(report.took);
    let mut line = match report.ladders {
        [] => return "no endpoint was probed".to_owned(),
        [one] => format!("1 endpoint: {} in {took}", one.verdict.phrase()),
        several => {
            let parts = VERDICTS.iter().map(|verdict| (count(report, *verdict), verdict.phrase()));
            let parts: Vec<String> = parts.filter(|(n, _)| *n > 0).map(|(n, phrase)| format!("{n} {phrase}")).collect();
            format!("{} endpoints: {} in {took}", several.len(), parts.join(", "))
        }
    };
    let untested = all_untested(report.ladders);
    if !untested.is_empty() {
        line.push_str(&format!("; not tested: {}", untested.join(", ")));
    }
    line
}

/// What was not tested of endpoints that work, each with the number of them where there are several.
fn all_untested(ladders: &[Ladder]) -> Vec<String> {
    let all: Vec<Untested> = ladders.iter().flat_map(untested).collect();
    let mut words = Vec::new();
    for stage in Stage::ALL {
        for in_part in [false, true] {
            let one = Untested { stage, in_part };
            match (all.iter().filter(|of| **of == one).count(), ladders.len()) {
                (0, _) => {}
                (_, 1) => words.push(one.words()),
                (1, _) => words.push(format!("{} (1 endpoint)", one.words())),
                (n, _) => words.push(format!("{} ({n} endpoints)", one.words())),
            }
        }
    }
    words
}
