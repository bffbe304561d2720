//! The table of properties: in, out, why and verdict, laid out for a width.

use super::shown::shown;
use super::{Cell, Detail, Judgement, Passage, Row, Why};
use crate::diag::{Certainty, Severity};
use crate::report::facts::clean;
use crate::report::paint::Paint;
use crate::report::wrap;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

/// Characters of a value in the table.
const LONGEST: usize = 60;
/// Stands before what is painted, so that the table can be laid out without knowing of colours. It belongs to nobody,
/// and values with it are escaped.
const MARK: char = '\u{e000}';

/// The rules behind the rows of a table, numbered from 1 as they appear.
#[derive(Default)]
struct Rules(Vec<String>);

impl Rules {
    fn number(&mut self, why: &Why) -> usize {
        let rule = reason(why);
        let known = self.0.iter().position(|known| *known == rule);
        known.unwrap_or_else(|| {
            self.0.push(rule);
            self.0.len() - 1
        }) + 1
    }
}

/// The table of `passage` as text without a last line end, with the rules below it; empty where nothing is to be told.
pub(super) fn table(passage: &Passage, detail: Detail, columns: usize, paint: Paint) -> String {
    let mut rules = Rules::default();
    let rows = passage.rows.iter().filter(|row| !detail.brief || row.judgement.fails());
    let rows: Vec<[String; 5]> = rows.map(|row| cells(row, detail, &mut rules)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(columns).unwrap_or(u16::MAX));
    table.set_header(["property", "in", "out", "why", "verdict"]);
    table.add_rows(&rows);
    // A verdict is one thing to the eye.
    let verdict =
        rows.iter().map(|[.., verdict]| verdict.chars().count()).max().unwrap_or_default().max("verdict".len());
    if let Some(column) = table.column_mut(4) {
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(u16::try_from(verdict + 2).unwrap_or(16))));
    }
    let mut text = painted(&table.trim_fmt(), paint);
    for (index, rule) in rules.0.iter().enumerate() {
        let room = columns.saturating_sub(6);
        for (nth, line) in wrap::lines(rule, room, room).iter().enumerate() {
            let mark = if nth == 0 { format!("[{}]", index + 1) } else { String::new() };
            text.push_str(&format!("\n  {}", paint.dim(format_args!("{mark:<4}{line}"))));
        }
    }
    text
}

fn cells(row: &Row, detail: Detail, rules: &mut Rules) -> [String; 5] {
    let longest = if detail.trace { usize::MAX } else { LONGEST };
    let input = row.input.as_ref().map_or_else(|| "-".to_owned(), |cell| value(cell, None, longest));
    let mut output = match (&row.input, &row.output) {
        (_, None) => "-".to_owned(),
        (Some(before), Some(after)) if before.value == after.value => match before.name == after.name {
            true => "the same".to_owned(),
            false => clean(&after.name),
        },
        (before, Some(after)) => value(after, Some(before.as_ref().map_or(&row.property, |cell| &cell.name)), longest),
    };
    if let Some(expected) = row.expected.as_ref().filter(|_| row.judgement.fails()) {
        output.push_str(&format!("\nexpected {}", clean(expected)));
    }
    let mut why = row.why.as_ref().map(|why| format!("[{}]", rules.number(why))).unwrap_or_default();
    if let Some(note) = &row.note {
        why.push_str(if why.is_empty() { "" } else { " " });
        why.push_str(&clean(note));
    }
    [clean(&row.property), input, output, why, format!("{MARK}{}", row.judgement.phrase())]
}

/// The value, after the name of what carries it where that is another than `known`.
fn value(cell: &Cell, known: Option<&str>, longest: usize) -> String {
    let text = shown(&cell.name, cell.value.as_deref(), longest).text;
    match known {
        Some(known) if known != cell.name => format!("{} {text}", clean(&cell.name)),
        _ => text,
    }
}

/// A rule with its page: `copied (Kafka endpoint page, 2025-06-17)`.
pub(super) fn reason(why: &Why) -> String {
    let sure = if why.certainty == Certainty::Inferred { ", inferred" } else { "" };
    format!("{} ({}{sure})", why.says, why.source)
}

/// The text of a table with its verdicts in colour, and without the marks.
fn painted(text: &str, paint: Paint) -> String {
    let lines = text.lines().map(|line| match line.split_once(MARK) {
        Some((before, verdict)) => format!("{before}{}", in_colour(verdict.trim_end(), paint)),
        None => line.trim_end().to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn in_colour(verdict: &str, paint: Paint) -> String {
    let is = |judgement: Judgement| judgement.phrase() == verdict;
    if is(Judgement::Differs) || is(Judgement::Missing) || is(Judgement::Unexpected) {
        paint.severity(Severity::Error, verdict)
    } else if is(Judgement::NotJudged) {
        paint.dim(verdict)
    } else {
        paint.sign('+', verdict)
    }
}
