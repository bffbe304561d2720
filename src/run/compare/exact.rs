//! A list that is exact: these user properties or headers, in this order, and no others.

use super::rows::Table;
use crate::run::cases::{Check, Exact, Matcher, Seen};
use crate::translate::Property;

/// A Payload Format Indicator that is not there and one that says `0` mean the same (MQTT 5, 3.3.2.3.2), and no page says
/// which of them becomes a header.
const INDICATOR: &str = "Payload Format Indicator";

/// Judges the user properties, or headers, of `table` by `exact`.
pub(super) fn judge(table: &mut Table, exact: &Exact) {
    let rows = table.named();
    let mut taken = vec![false; rows.len()];
    let mut pairs = Vec::new();
    let mut left = Vec::new();
    for item in &exact.items {
        let fits = |index: &usize| !taken[*index] && of_name(table, rows[*index], item);
        let found = (0..rows.len()).filter(fits).find(|index| item.matcher.admits(table.seen(rows[*index]).as_seen()));
        match found {
            Some(index) => {
                taken[index] = true;
                pairs.push((index, item));
            }
            None => left.push(item),
        }
    }
    for (index, item) in &pairs {
        table.set(rows[*index], true, item);
    }
    // One of the same name has the wrong value; without one it is missing.
    for item in left {
        let found = (0..rows.len()).find(|index| !taken[*index] && of_name(table, rows[*index], item));
        match found {
            Some(index) => {
                taken[index] = true;
                table.set(rows[index], false, item);
            }
            None => table.absent(item),
        }
    }
    for (row, _) in rows.iter().zip(&taken).filter(|(_, taken)| !**taken) {
        if !is_unset_indicator(table, *row) {
            table.unexpected(*row, exact.place);
        }
    }
    order(table, &rows, &pairs);
}

/// Says which properties stand in the wrong place: those that are not part of the longest run in the right order.
fn order(table: &mut Table, rows: &[usize], pairs: &[(usize, &Check)]) {
    let mut highest = None;
    for (place, (index, item)) in pairs.iter().enumerate() {
        if highest.is_some_and(|highest| *index < highest) {
            let note = format!("it is number {} in what came out, expected as number {}", index + 1, place + 1);
            table.misplaced(rows[*index], note, item);
        } else {
            highest = Some(*index);
        }
    }
}

fn of_name(table: &Table, row: usize, item: &Check) -> bool {
    table.outputs(&item.property).contains(&row)
}

fn is_unset_indicator(table: &Table, row: usize) -> bool {
    let zero = table.outputs(&Property::Header(INDICATOR.to_owned())).contains(&row);
    zero && Matcher::Is(b"0".to_vec()).admits(table.seen(row).as_seen()) && table.seen(row).as_seen() != Seen::Absent
}
