//! `flowgate run --list-settings`: the questions that the documentation leaves open.

use crate::commands::CommandError;
use crate::exit::Exit;
use crate::translate::{Choices, all_choices};
use crate::{Environment, Io};
use comfy_table::{ContentArrangement, Table, presets};

pub fn list(choices: &Choices, environment: &Environment, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    let mut table = Table::new();
    table.load_style(if environment.no_graphics { presets::NOTHING } else { presets::UTF8_HORIZONTAL_ONLY });
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(environment.columns.unwrap_or(120)).unwrap_or(120));
    table.set_header(["setting", "values", "in force", "question", "why the default"]);
    for choice in all_choices() {
        table.add_row([choice.name, &choice.values.join(", "), choices.get(choice), choice.about, choice.why]);
    }
    writeln!(io.stdout, "{table}")?;
    Ok(Exit::Clean)
}
