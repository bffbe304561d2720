//! `flowgate explain`: what is known of a rule, or of a field.

use super::CommandError;
use crate::Io;
use crate::cli::ExplainArgs;
use crate::diag::Entry;
use crate::exit::Exit;
use crate::policy::{catalogue, find};
use crate::schema::{self, DialectFacts, FieldDoc};

pub(super) fn run(args: &ExplainArgs, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    if let Some(entry) = find(&args.topic) {
        explain_rule(entry, io)?;
        return Ok(Exit::Clean);
    }
    let fields = schema::find(&args.topic)?;
    if fields.is_empty() {
        return Err(CommandError::Argument(unknown(&args.topic)));
    }
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            writeln!(io.stdout)?;
        }
        explain_field(field, io)?;
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

fn explain_field(field: &FieldDoc, io: &mut Io<'_>) -> Result<(), CommandError> {
    writeln!(io.stdout, "{} of {}: {}", field.path, field.kind, field.description)?;
    for dialect in &field.dialects {
        writeln!(io.stdout, "\n{}", dialect.versions)?;
        for (name, value) in facts(dialect) {
            writeln!(io.stdout, "  {name:<9} {value}")?;
        }
    }
    if !field.former_names.is_empty() {
        writeln!(io.stdout, "\nother names that people write")?;
    }
    for name in &field.former_names {
        writeln!(io.stdout, "  `{}`: {} ({}; reported as {})", name.name, name.note, name.source, name.rule)?;
    }
    if !field.wrong_values.is_empty() {
        writeln!(io.stdout, "\nvalues that people write and no version takes")?;
    }
    for value in &field.wrong_values {
        let meant = value.meant.as_ref().map(|meant| format!("`{meant}`: ")).unwrap_or_default();
        writeln!(io.stdout, "  `{}`: {meant}{}", value.value, value.note)?;
    }
    if let Some(source) = &field.source {
        writeln!(io.stdout, "\nsource: {source}")?;
    }
    Ok(())
}

/// What one dialect says of a field, by name.
fn facts(dialect: &DialectFacts) -> Vec<(&'static str, String)> {
    let limits = &dialect.limits;
    let bounds = match (limits.minimum, limits.maximum) {
        (None, None) => None,
        (least, most) => Some(format!("{} to {}", or_open(least), or_open(most))),
    };
    let length = match (limits.min_length, limits.max_length) {
        (None, None) => None,
        (least, most) => Some(format!("{} to {} characters", or_open(least), or_open(most))),
    };
    let values = (!dialect.values.is_empty()).then(|| dialect.values.join(", "));
    [
        ("type", Some(dialect.types.join(" or "))),
        ("required", dialect.required.then(|| "yes".to_owned())),
        ("default", dialect.default.as_ref().map(ToString::to_string)),
        ("values", values),
        ("bounds", bounds),
        ("length", length),
        ("pattern", limits.pattern.clone()),
        ("written", dialect.read_only.then(|| "by the service only".to_owned())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

fn or_open(bound: Option<impl ToString>) -> String {
    bound.map_or_else(|| "any".to_owned(), |bound| bound.to_string())
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
