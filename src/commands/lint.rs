//! `flowgate lint`: reads files, runs the linter over them, and tells.

use super::{CommandError, chain, fix};
use crate::cli::{FailOnChoice, FormatChoice, LevelChoice, LintArgs};
use crate::diag::{Diagnostic, FileId, Fix, Safety, Severity};
use crate::exit::Exit;
use crate::policy::{Judge, Judged, Policy, Selection};
use crate::report::{self, Format, Report, Style, Summary, summary};
use crate::rules::{Counts, Date, Linter, Options};
use crate::source::{DiscoverOptions, Input, Sources, Text, discover};
use crate::{Environment, Io};
use std::time::SystemTime;

/// What `lint` found in a set of files.
pub(super) struct Outcome {
    /// The findings, judged.
    pub judged: Judged,
    /// What was looked at.
    pub counts: Counts,
    /// Files that were read.
    pub files: usize,
    /// Files that could not be, with the reason.
    pub unreadable: Vec<String>,
}

pub(super) fn run(
    args: &LintArgs,
    color: bool,
    environment: &Environment,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    let policy = policy(args)?;
    let release = super::schema::release(args.aio_version.as_deref())?;
    let options = Options { closed: args.closed, release, today: Some(Date::of(SystemTime::now())) };
    let (inputs, problems) = discover(&args.paths, &DiscoverOptions { stdin_filename: args.stdin_filename.clone() });
    for problem in &problems {
        writeln!(io.stderr, "flowgate: {problem}")?;
    }
    if inputs.is_empty() && !problems.is_empty() {
        return Ok(Exit::Trouble);
    }
    let mut sources = Sources::new();
    for input in inputs {
        add(&mut sources, input, io)?;
    }
    if args.list_files {
        for file in sources.ids() {
            writeln!(io.stdout, "{}", sources.name(file))?;
        }
        return Ok(if problems.is_empty() { Exit::Clean } else { Exit::Trouble });
    }
    let outcome = lint(&sources, options, &policy);
    let wants_fixes = args.fix || args.unsafe_fixes || args.diff;
    let end = if wants_fixes {
        fix::run(args, sources, outcome, options, &policy, color, environment, io)?
    } else {
        tell(args, &sources, &outcome, 0, color, environment, io)?
    };
    Ok(if problems.is_empty() { end } else { Exit::Trouble })
}

fn policy(args: &LintArgs) -> Result<Policy, CommandError> {
    let level = match args.level {
        LevelChoice::Info => Severity::Info,
        LevelChoice::Warning => Severity::Warning,
        LevelChoice::Error => Severity::Error,
    };
    let fail_on = match args.fail_on {
        FailOnChoice::Info => Some(Severity::Info),
        FailOnChoice::Warning => Some(Severity::Warning),
        FailOnChoice::Error => Some(Severity::Error),
        FailOnChoice::Never => None,
    };
    Ok(Policy { selection: Selection::new(&args.select, &args.ignore)?, level, fail_on })
}

/// Numbers an input. Standard input is read here, from the stream that the run was given.
pub(super) fn add(sources: &mut Sources, input: Input, io: &mut Io<'_>) -> Result<(), CommandError> {
    let Input::Stdin { name } = input else {
        sources.add(input);
        return Ok(());
    };
    let mut bytes = Vec::new();
    io.stdin.read_to_end(&mut bytes)?;
    let text = Text::decode(bytes).map_err(|error| CommandError::Argument(format!("{name}: {}", chain(&error))))?;
    sources.add_text(name, text);
    Ok(())
}

/// Lints all files of `sources`.
pub(super) fn lint(sources: &Sources, options: Options, policy: &Policy) -> Outcome {
    let mut linter = Linter::new(options);
    let mut judge = Judge::new(policy);
    let (mut files, mut unreadable) = (0, Vec::new());
    for file in sources.ids() {
        let text = match sources.read(file) {
            Ok(text) => text,
            Err(error) => {
                unreadable.push(format!("{}: {}", sources.name(file), chain(&error)));
                continue;
            }
        };
        files += 1;
        linter.file(file, &text.content, sources.is_explicit(file), |checked| {
            for &span in checked.secrets {
                sources.hide(file, span);
            }
            judge.read_comments(file, &text.content, checked.comments);
            judge.take(checked.findings);
        });
    }
    linter.finish(|finding| judge.take([finding]));
    Outcome { judged: judge.end(), counts: linter.counts().clone(), files, unreadable }
}

/// Writes the report and says how the run ends.
pub(super) fn tell(
    args: &LintArgs,
    sources: &Sources,
    outcome: &Outcome,
    fixed: usize,
    color: bool,
    environment: &Environment,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    for problem in &outcome.unreadable {
        writeln!(io.stderr, "flowgate: {problem}")?;
    }
    let summary = summarize(outcome, fixed);
    let format = match args.format {
        FormatChoice::Human => Format::Human,
        FormatChoice::Concise => Format::Concise,
        FormatChoice::Json => Format::Json,
    };
    let style = Style { color, graphics: !environment.no_graphics, width: environment.columns.unwrap_or(100) };
    if args.quiet < 2 {
        let report = Report { diagnostics: &outcome.judged.shown, summary: &summary, sources };
        report::write(&report, format, &style, io.stdout)?;
    }
    // Among the lines of a line format the summary would be one too many; JSON carries the counts.
    if args.quiet == 0 {
        match format {
            Format::Human => writeln!(io.stdout, "{}", summary::line(&summary))?,
            Format::Concise => writeln!(io.stderr, "{}", summary::line(&summary))?,
            Format::Json => {}
        }
    }
    if args.verbose > 0 {
        said_in_detail(outcome, io)?;
    }
    ended(args, outcome, io)
}

fn said_in_detail(outcome: &Outcome, io: &mut Io<'_>) -> Result<(), CommandError> {
    for (kind, count) in &outcome.counts.skipped {
        writeln!(io.stderr, "flowgate: {count} skipped: {kind}")?;
    }
    writeln!(
        io.stderr,
        "flowgate: {} read for references (Secrets, ConfigMaps and what makes them)",
        outcome.counts.supporting
    )?;
    Ok(())
}

fn ended(args: &LintArgs, outcome: &Outcome, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    if !outcome.unreadable.is_empty() {
        return Ok(Exit::Trouble);
    }
    if outcome.judged.failed {
        return Ok(Exit::Findings);
    }
    if outcome.counts.documents == 0 && !args.allow_empty {
        writeln!(io.stderr, "flowgate: nothing to check: no dataflow resource in {} files", outcome.files)?;
        return Ok(Exit::Nothing);
    }
    Ok(Exit::Clean)
}

fn summarize(outcome: &Outcome, fixed: usize) -> Summary {
    let mut summary = Summary {
        hidden_below_level: outcome.judged.below_level,
        suppressed: outcome.judged.suppressed,
        fixed,
        documents: outcome.counts.documents,
        files: outcome.files,
        skipped: outcome.counts.skipped.clone(),
        unreadable: outcome.unreadable.len(),
        ..Summary::default()
    };
    for finding in &outcome.judged.shown {
        summary.count(finding.severity);
        summary.fixable += usize::from(is_safe(finding));
    }
    summary
}

fn is_safe(finding: &Diagnostic) -> bool {
    finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe)
}

/// The files in which findings have a fix that may be applied, with these fixes.
pub(super) fn fixes(outcome: &Outcome, most: Safety) -> Vec<(FileId, Vec<&Fix>)> {
    let mut files: Vec<(FileId, Vec<&Fix>)> = Vec::new();
    for fix in outcome.judged.shown.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.safety <= most) {
        let Some(first) = fix.edits.first() else { continue };
        // A fix changes one file; one that would change two is a person's work.
        if fix.edits.iter().any(|edit| edit.place.file != first.place.file) {
            continue;
        }
        match files.iter_mut().find(|(file, _)| *file == first.place.file) {
            Some((_, fixes)) => fixes.push(fix),
            None => files.push((first.place.file, vec![fix])),
        }
    }
    files
}
