//! `flowgate rules`: the table of rules; that of the verdicts of `probe`, which would drown them, where it is asked for.

use super::CommandError;
use crate::cli::{RulesArgs, TableFormat};
use crate::diag::{Entry, Family, Source};
use crate::exit::Exit;
use crate::policy::{Selection, catalogue};
use crate::{Environment, Io};
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

/// A rule in JSON.
#[derive(Serialize)]
struct JsonRule {
    id: &'static str,
    family: &'static str,
    severity: &'static str,
    certainty: &'static str,
    fix: &'static str,
    summary: &'static str,
    sources: Vec<JsonSource>,
    documentation: &'static str,
}

/// A source in JSON.
#[derive(Serialize)]
struct JsonSource {
    title: &'static str,
    date: &'static str,
}

const COLUMNS: [&str; 5] = ["rule", "family", "severity", "fix", "what it finds"];

pub(super) fn run(args: &RulesArgs, environment: &Environment, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    let selection = Selection::new(&args.select, &[])?;
    let entries: Vec<&Entry> = catalogue()
        .filter(|entry| selection.admits(entry) && (entry.family != Family::Probe || !args.select.is_empty()))
        .collect();
    match args.format {
        TableFormat::Table => writeln!(io.stdout, "{}", table(&entries, environment.columns).trim_fmt())?,
        TableFormat::Markdown => write!(io.stdout, "{}", markdown(&entries))?,
        TableFormat::Json => {
            serde_json::to_writer_pretty(
                &mut *io.stdout,
                &entries.iter().map(|entry| json(entry)).collect::<Vec<_>>(),
            )?;
            writeln!(io.stdout)?;
        }
    }
    Ok(Exit::Clean)
}

fn cells(entry: &Entry) -> [&'static str; 5] {
    [entry.id, entry.family.as_str(), entry.severity.as_str(), entry.fix.as_str(), entry.summary]
}

fn table(entries: &[&Entry], columns: Option<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(columns) = columns.and_then(|columns| u16::try_from(columns).ok()) {
        table.set_width(columns);
    }
    table.set_header(COLUMNS);
    table.add_rows(entries.iter().map(|entry| cells(entry)));
    table
}

/// The table as it stands in the README.
fn markdown(entries: &[&Entry]) -> String {
    let mut text = format!("| {} |\n|{}\n", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len()));
    for entry in entries {
        let [id, rest @ ..] = cells(entry);
        text.push_str(&format!("| `{id}` | {} |\n", rest.join(" | ")));
    }
    text
}

fn json(entry: &Entry) -> JsonRule {
    let source = |source: &Source| JsonSource { title: source.title, date: source.date };
    JsonRule {
        id: entry.id,
        family: entry.family.as_str(),
        severity: entry.severity.as_str(),
        certainty: entry.certainty.as_str(),
        fix: entry.fix.as_str(),
        summary: entry.summary,
        sources: entry.sources.iter().map(source).collect(),
        documentation: entry.doc,
    }
}
