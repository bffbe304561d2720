//! `--bless`: what came out of cases becomes what is expected of them.
//!
//! Everything is worked out before the first file is written; where a case could not be run, no file is.

use super::inputs::Inputs;
use super::tell::{self, Told};
use crate::Io;
use crate::cli::{RunArgs, RunFormat};
use crate::commands::CommandError;
use crate::diag::{FileId, Fix, Safety};
use crate::exit::Exit;
use crate::report::Style;
use crate::report::run::{Passage, Verdict};
use crate::run::cases::{self, Blessing, Case, Generated};
use crate::run::compare::Came;
use crate::run::judgement::{came, generated};
use crate::run::passing::Done;
use crate::source::{apply, apply_masked, unified_diff, write_atomically};

/// A file with cases, and what it becomes.
struct Blessed {
    file: FileId,
    cases: usize,
    /// The names of the cases that change.
    changed: Vec<String>,
    /// The new text; `None` where the old one holds.
    text: Option<String>,
    /// The change for people, masked.
    diff: String,
}

/// Writes what came out into the files with cases, and says what was changed. Where a case could not be run, the report
/// says why instead.
///
/// # Errors
/// Where a file cannot be written.
pub fn run(
    args: &RunArgs,
    inputs: &Inputs,
    told: Told<'_>,
    style: &Style,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    let unknown = unknown(inputs, told.done);
    if !unknown.is_empty() {
        let note = format!("no file was written, since it is not known what comes out of {}", list(&unknown));
        return report(args, inputs, told, vec![note], style, io).map(|()| Exit::Findings);
    }
    let blessed = blessed(inputs, told.done)?;
    for one in &blessed {
        write(inputs, one)?;
    }
    let notes = blessed.iter().map(|one| note(inputs, one)).collect();
    if args.format != RunFormat::Human {
        report(args, inputs, told, notes, style, io)?;
    } else if args.quiet < 2 {
        let diffs = blessed.iter().filter(|_| args.quiet == 0).map(|one| one.diff.as_str());
        let text: Vec<String> = diffs.map(str::to_owned).chain(notes.into_iter().map(|note| note + "\n")).collect();
        write!(io.stdout, "{}", text.concat())?;
    }
    Ok(Exit::Clean)
}

/// The report as without `--bless`, with what became of the files.
fn report(
    args: &RunArgs,
    inputs: &Inputs,
    told: Told<'_>,
    mut more: Vec<String>,
    style: &Style,
    io: &mut Io<'_>,
) -> Result<(), CommandError> {
    more.splice(0..0, told.notes.iter().cloned());
    tell::report(args, inputs, Told { notes: &more, ..told }, style, io)
}

/// The names of what did not come to an end that can be written down.
fn unknown(inputs: &Inputs, done: &[Done]) -> Vec<String> {
    let is_known = |done: &Done| {
        let told = |passage: &Passage| passage.verdict != Verdict::Inconclusive;
        done.trips.iter().all(|trip| came(trip).is_some()) && done.passages.iter().all(told)
    };
    let jobs = inputs.jobs.iter().zip(done);
    let mut names: Vec<String> = jobs.filter(|(_, done)| !is_known(done)).map(|(job, _)| job.name.clone()).collect();
    // What came after an interruption was not run at all.
    names.extend(inputs.jobs.iter().skip(done.len()).map(|job| job.name.clone()));
    names
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn blessed(inputs: &Inputs, done: &[Done]) -> Result<Vec<Blessed>, CommandError> {
    let mut all = Vec::new();
    for &file in &inputs.case_files {
        let mine: Vec<(&Case, &Done)> = inputs
            .jobs
            .iter()
            .zip(done)
            .filter_map(|(job, done)| Some((job.case.as_ref()?, done)))
            .filter(|(case, _)| case.place.file == file)
            .collect();
        all.push(one(inputs, file, &mine)?);
    }
    Ok(all)
}

/// What becomes of one file.
fn one(inputs: &Inputs, file: FileId, mine: &[(&Case, &Done)]) -> Result<Blessed, CommandError> {
    let sources = &inputs.manifests.sources;
    let text = super::inputs::text_of(sources, file)?;
    let mut blessed = Blessed { file, cases: mine.len(), changed: Vec::new(), text: None, diff: String::new() };
    let mut fix = Fix { title: String::new(), safety: Safety::Unsafe, edits: Vec::new() };
    for (case, done) in mine {
        let came: Vec<Came<'_>> = done.trips.iter().filter_map(came).collect();
        let edits =
            cases::bless(&text.content, file, &[Blessing { case, came: &came, judged: &done.judged }], &made(done));
        if !edits.is_empty() {
            blessed.changed.push(case.name.value.to_string());
            fix.edits.extend(edits);
        }
    }
    if fix.edits.is_empty() {
        return Ok(blessed);
    }
    let patched = apply(&text.content, &[&fix]);
    let understood = cases::read(&patched.text, file).is_ok();
    if !patched.skipped.is_empty() || !understood {
        let name = sources.name(file);
        return Err(CommandError::Argument(format!("{name}: what came out cannot be written into it as it stands")));
    }
    if let Some(excerpt) = sources.excerpt(file) {
        let after = apply_masked(&excerpt, &[&fix]);
        blessed.diff = unified_diff(sources.name(file), excerpt.text(), &after.text);
    }
    blessed.text = Some(patched.text);
    Ok(blessed)
}

/// The values that are other ones in every run.
fn made(done: &Done) -> Generated {
    let mut all = Generated::default();
    for passed in done.trips.iter().filter_map(|trip| trip.passed.as_ref()) {
        let one = generated(&passed.steps);
        all.ids.extend(one.ids);
        all.times.extend(one.times);
    }
    all
}

fn write(inputs: &Inputs, blessed: &Blessed) -> Result<(), CommandError> {
    let sources = &inputs.manifests.sources;
    if let (Some(new), Some(path)) = (&blessed.text, sources.path(blessed.file)) {
        let text = super::inputs::text_of(sources, blessed.file)?;
        write_atomically(path, &text.encode(new))?;
    }
    Ok(())
}

fn note(inputs: &Inputs, blessed: &Blessed) -> String {
    let name = inputs.manifests.sources.name(blessed.file);
    let Blessed { cases, changed, .. } = blessed;
    match (changed.as_slice(), cases) {
        ([], 1) => format!("{name}: not changed, its case holds"),
        ([], _) => format!("{name}: not changed, all {cases} cases hold"),
        (some, _) => format!("{name}: written, {} of {cases} cases changed: {}", some.len(), list(some)),
    }
}
