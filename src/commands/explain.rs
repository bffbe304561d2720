//! `flowgate explain`: what is known of a rule, or of a field.

use super::CommandError;
use crate::Io;
use crate::cli::ExplainArgs;
use crate::diag::Entry;
use crate::exit::Exit;
use crate::policy::{catalogue, find};



pub(super) fn run(args: &ExplainArgs, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    if let Some(entry) = find(&args.topic) {
        explain_rule(entry, io)?;
        return Ok(Exit::Clean);
    }
    let fields: Vec<String> = Vec::new();
    if fields.is_empty() {
        return Err(CommandError::Argument(unknown(&args.topic)));
    }
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            writeln!(io.stdout)?;
        }
        write!(io.stdout, "{field}")?;
    }
    Ok(Exit::Clean)
}

fn unknown(topic: &str) -> String {
    let near = catalogue()
        .map(|entry| (strsim::damerau_levenshtein(topic, entry.id), entry.id))
        .filter(|(distance, id)| *distance * 3 <= id.len())
        .min();
    match near {
        Some((_, id)) => format!("`{topic}` is no rule and no field, did you mean `{id}`?"),
        None => format!("`{topic}` is no rule and no field; `flowgate rules` lists the rules"),
    }
}

fn explain_rule(entry: &Entry, io: &mut Io<'_>) -> Result<(), CommandError> {
    writeln!(io.stdout, "{}: {}\n", entry.id, entry.summary)?;
    writeln!(io.stdout, "family     {}", entry.family.as_str())?;
    writeln!(io.stdout, "severity   {}", entry.severity)?;
    writeln!(io.stdout, "certainty  {}", entry.certainty.as_str())?;
    writeln!(io.stdout, "fix        {}", entry.fix.as_str())?;
    for (index, source) in entry.sources.iter().enumerate() {
        writeln!(io.stdout, "{}{source}", if index == 0 { "sources    " } else { "           " })?;
    }
    writeln!(io.stdout, "\n{}", entry.doc.trim_end())?;
    writeln!(io.stdout, "\n## Example\n")?;
    for line in example(entry.example) {
        if line.is_empty() { writeln!(io.stdout)? } else { writeln!(io.stdout, "    {line}")? }
    }
    Ok(())
}

/// The lines of an example: the marks of the tests become arrows.
fn example(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter(|line| !line.starts_with("#~ ")).map(|line| match line.find("#~") {
        Some(mark) => format!("{}# <-- here", &line[..mark]),
        None => line.to_owned(),
    })
}
