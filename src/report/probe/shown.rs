//! What the formats for people have in common: outcomes, times and texts as a person reads them, and which stages share a
//! line.

use super::{Branch, Detail, Fact, Ladder, Outcome, ProbeReport, Rung, Stage};
use crate::diag::Diagnostic;
use crate::report::facts::clean;
use std::time::Duration;

/// `text` on one line, without secrets and without what a terminal would act upon.
pub(super) fn flat(text: &str) -> String {
    clean(text).replace(['\n', '\t'], " ")
}

/// A duration: `0.4 ms`, `6 ms`, `1.2 s`.
pub(super) fn took(took: Duration) -> String {
    match took.as_micros() {
        0..50 => "0 ms".to_owned(),
        // From 950 µs on it would read `0.10 ms`.
        micros @ 50..950 => format!("0.{} ms", (micros + 50) / 100),
        micros @ 950..999_500 => format!("{} ms", (micros + 500) / 1_000),
        micros => format!("{}.{} s", (micros + 50_000) / 1_000_000, (micros + 50_000) / 100_000 % 10),
    }
}

/// Rungs of a ladder that share a line.
pub(super) enum Step<'a> {
    /// A rung with a line of its own.
    Rung(&'a Rung),
    /// Stages in a row that were not tested, with nothing to say why: whatever stopped the climb is below them.
    Untested(Vec<Stage>),
}

/// `rungs` by lines. Stages that the endpoint does not have are told on demand only.
pub(super) fn steps(rungs: &[Rung], detail: Detail) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for rung in rungs.iter().filter(|rung| detail == Detail::Everything || rung.outcome != Outcome::None) {
        let is_silent = rung.outcome == Outcome::NotTested
            && rung.summary.is_empty()
            && rung.facts.is_empty()
            && rung.branches.is_empty();
        match (is_silent, steps.last_mut()) {
            (true, Some(Step::Untested(stages))) => stages.push(rung.stage),
            (true, _) => steps.push(Step::Untested(vec![rung.stage])),
            (false, _) => steps.push(Step::Rung(rung)),
        }
    }
    steps
}

/// The names of `stages`.
pub(super) fn names(stages: &[Stage]) -> String {
    stages.iter().map(|stage| stage.as_str()).collect::<Vec<_>>().join(", ")
}

/// The findings of `ladder` that are shown.
pub(super) fn findings(ladder: &Ladder, report: &ProbeReport<'_>) -> Vec<Diagnostic> {
    let all = ladder.findings.iter().map(|found| &found.diagnostic);
    all.filter(|finding| finding.severity >= report.level).cloned().collect()
}

/// The findings without an endpoint that are shown.
pub(super) fn others(report: &ProbeReport<'_>) -> Vec<Diagnostic> {
    report.findings.iter().filter(|finding| finding.severity >= report.level).cloned().collect()
}

/// What was found at `rung`. Where that is the message of one of the findings `below`, which follow, it is told there in
/// full, and here in short with its id.
pub(super) fn summary(rung: &Rung, below: &[Diagnostic]) -> String {
    match below.iter().find(|finding| !rung.summary.is_empty() && finding.message == rung.summary) {
        Some(finding) => format!("{} ({})", finding.entry.summary, finding.id()),
        None => flat(&rung.summary),
    }
}

/// The facts of `rung` that are shown, those of one name together.
pub(super) fn facts(rung: &Rung, detail: Detail) -> Vec<(&'static str, Vec<String>)> {
    let mut groups: Vec<(&'static str, Vec<String>)> = Vec::new();
    for fact in rung.facts.iter().filter(|fact| detail == Detail::Everything || !fact.detail) {
        let (value, of) = (flat(&fact.value), label(fact));
        match groups.iter_mut().find(|(name, _)| *name == of) {
            Some((_, values)) => values.push(value),
            None => groups.push((of, vec![value])),
        }
    }
    groups
}

/// What people read for the name of `fact`.
fn label(fact: &Fact) -> &'static str {
    if fact.name == Fact::NOT_TESTED { "not tested" } else { fact.name }
}

/// What became of a part of a stage.
pub(super) struct Part<'a> {
    /// The rung that says most: what is wrong, or whatever there is.
    pub(super) rung: Option<&'a Rung>,
    /// What became of the whole.
    pub(super) outcome: Outcome,
    /// How long all of it took, if anything was done.
    pub(super) took: Option<Duration>,
    /// The stages that were not tested, where all others passed.
    pub(super) untested: Vec<Stage>,
}

impl<'a> Part<'a> {
    pub(super) fn of(branch: &'a Branch) -> Self {
        let worst = [Outcome::Failed, Outcome::Inconclusive, Outcome::Warned]
            .into_iter()
            .find_map(|outcome| branch.rungs.iter().find(|rung| rung.outcome == outcome));
        let passed = branch.rungs.iter().any(|rung| rung.outcome == Outcome::Passed);
        let untested = branch.rungs.iter().filter(|rung| rung.outcome == Outcome::NotTested);
        let outcome = match (worst, passed) {
            (Some(rung), _) => rung.outcome,
            (None, true) => Outcome::Passed,
            (None, false) => Outcome::NotTested,
        };
        Self {
            rung: worst.or_else(|| branch.rungs.iter().find(|rung| !passed && !rung.summary.is_empty())),
            outcome,
            took: branch.rungs.iter().filter_map(|rung| rung.took).reduce(|sum, took| sum + took),
            untested: if worst.is_none() && passed { untested.map(|rung| rung.stage).collect() } else { Vec::new() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (micros, text) in [
            (0, "0 ms"),
            (49, "0 ms"),
            (50, "0.1 ms"),
            (440, "0.4 ms"),
            (949, "0.9 ms"),
            (950, "1 ms"),
            (6_499, "6 ms"),
            (999_499, "999 ms"),
            (999_500, "1.0 s"),
            (1_240_000, "1.2 s"),
            (1_960_000, "2.0 s"),
            (10_000_400, "10.0 s"),
        ] {
            assert_eq!(took(Duration::from_micros(micros)), text, "{micros}");
        }
    }

    #[test]
    fn texts_stay_on_their_line() {
        assert_eq!(flat("a\n\tb\u{1b}[31m password: hunter22"), "a  b\u{fffd}[31m password: ***");
    }
}
