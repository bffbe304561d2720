//! `--fix`, `--unsafe-fixes` and `--diff`: applies fixes until none is left, checks the result, then writes it.
//!
//! A fix may uncover another (a renamed field whose value is misspelt), so files are linted again after each round. All
//! of it happens in memory; a file is written once, whole, and only if its new text is still YAML.

use super::lint::{Outcome, fixes, lint, tell};
use super::{CommandError, chain};
use crate::cli::LintArgs;
use crate::diag::{FileId, Fix, Safety};
use crate::exit::Exit;
use crate::policy::Policy;
use crate::rules::Options;
use crate::source::{Sources, Text, apply, unified_diff, write_atomically};
use crate::yaml::Stream;
use crate::{Environment, Io};
use std::collections::HashMap;

/// Rounds of fixing before giving up on a file that never settles.
const ROUNDS: usize = 10;

/// The new texts of files, by their number in the original sources.
type Changed = HashMap<FileId, String>;

#[allow(clippy::too_many_arguments, reason = "the whole state of a run, handed on once")]
pub(super) fn run(
    args: &LintArgs,
    original: Sources,
    first: Outcome,
    options: Options,
    policy: &Policy,
    color: bool,
    environment: &Environment,
    io: &mut Io<'_>,
) -> Result<Exit, CommandError> {
    let most = if args.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    let mut changed = Changed::new();
    let mut outcome = first;
    let mut fixed = 0;
    for _ in 0..ROUNDS {
        let applied = apply_all(&original, &outcome, most, &mut changed, io)?;
        if applied == 0 {
            break;
        }
        fixed += applied;
        outcome = lint(&overlay(&original, &changed), options, policy);
    }
    let sources = overlay(&original, &changed);
    if args.diff {
        return show(&original, &sources, &changed, io);
    }
    let to_stdout = write(&original, &changed, io)?;
    if to_stdout {
        // Standard output carries the fixed text; the report goes beside it.
        let mut io = Io { stdin: &mut std::io::empty(), stdout: &mut *io.stderr, stderr: &mut std::io::sink() };
        return tell(args, &sources, &outcome, fixed, color, environment, &mut io);
    }
    tell(args, &sources, &outcome, fixed, color, environment, io)
}

/// Applies one round of fixes; the number of fixes that are in.
fn apply_all(
    original: &Sources,
    outcome: &Outcome,
    most: Safety,
    changed: &mut Changed,
    io: &mut Io<'_>,
) -> Result<usize, CommandError> {
    let mut applied = 0;
    for (file, fixes) in fixes(outcome, most) {
        let before = match changed.get(&file) {
            Some(text) => text.clone(),
            None => match original.read(file) {
                Ok(text) => text.content.clone(),
                Err(error) => {
                    writeln!(io.stderr, "flowgate: {}: {}", original.name(file), chain(&error))?;
                    continue;
                }
            },
        };
        let (text, count) = sound(&before, &fixes);
        if text == before {
            continue;
        }
        applied += count;
        changed.insert(file, text);
    }
    Ok(applied)
}

/// The text with as many of the fixes as leave it sound, and their number. Two fixes that are right by themselves may
/// not be right together, such as a renamed key and an added one; then they are tried one after the other.
fn sound(before: &str, fixes: &[&Fix]) -> (String, usize) {
    let least = broken(before);
    let patched = apply(before, fixes);
    if broken(&patched.text) <= least {
        return if patched.text == before { (patched.text, 0) } else { (patched.text, patched.applied.len()) };
    }
    let mut taken: Vec<&Fix> = Vec::new();
    let mut text = before.to_owned();
    for fix in fixes {
        taken.push(fix);
        let patched = apply(before, &taken);
        if broken(&patched.text) <= least && patched.text != text {
            text = patched.text;
        } else {
            taken.pop();
        }
    }
    let count = taken.len();
    (text, count)
}

/// Documents of `text` that are not valid YAML.
fn broken(text: &str) -> usize {
    Stream::new(text, FileId(0)).map(|parsed| parsed.findings.len() + usize::from(parsed.unrendered)).sum()
}

/// The same files in the same order, changed ones with their new text.
fn overlay(original: &Sources, changed: &Changed) -> Sources {
    original.with_texts(changed)
}

fn show(original: &Sources, fixed: &Sources, changed: &Changed, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    let mut files: Vec<&FileId> = changed.keys().collect();
    files.sort();
    for &file in files {
        if let (Some(before), Some(after)) = (original.excerpt(file), fixed.excerpt(file)) {
            write!(io.stdout, "{}", unified_diff(original.name(file), before.text(), after.text()))?;
        }
    }
    Ok(if changed.is_empty() { Exit::Clean } else { Exit::Findings })
}

/// Writes changed files; true if one of them is standard input, whose new text went to standard output.
fn write(original: &Sources, changed: &Changed, io: &mut Io<'_>) -> Result<bool, CommandError> {
    let mut to_stdout = false;
    for file in original.ids() {
        let new = changed.get(&file);
        match (original.path(file), new, original.read(file)) {
            (Some(path), Some(new), Ok(text)) => write_atomically(path, &text.encode(new))?,
            (None, new, Ok(text)) => {
                let text: &Text = &text;
                io.stdout.write_all(&text.encode(new.unwrap_or(&text.content)))?;
                to_stdout = true;
            }
            _ => {}
        }
    }
    Ok(to_stdout)
}
