//! A list that is exact: these user properties or headers, in this order, and no others.

use super::rows::Table;
use crate::run::cases::{Check, Exact, Matcher, Seen};
use crate::translate::Property;

/// A Payload Format Indicator that is not there and one that says `0` mean the same (MQTT 5, 3.3.2.3.2), and no page says
/// which of them becomes a header.
const INDICATOR: &str = "Payload Format Indicator";

/// Judges the user properties, or headers, of `table` by `exact`; with `any_order` only those of one name have an order.
pub(super) fn judge(table: &mut Table<'_>, exact: &Exact, any_order: bool) {
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
    order(table, &rows, &pairs, any_order);
}

/// Says which properties stand in the wrong place: those that are not part of the longest run in the right order.
fn order(table: &mut Table<'_>, rows: &[usize], pairs: &[(usize, &Check)], any_order: bool) {
    let mut highest: Vec<(Option<&Property>, usize)> = Vec::new();
    for (place, (index, item)) in pairs.iter().enumerate() {
        let group = any_order.then_some(&item.property);
        match highest.iter_mut().find(|(known, _)| *known == group) {
            Some((_, highest)) if *index < *highest => {
                let of_group = |other: &&(usize, &Check)| !any_order || other.1.property == item.property;
                let seen = pairs.iter().filter(of_group).filter(|(other, _)| other < index).count() + 1;
                let wanted = pairs.iter().take(place).filter(of_group).count() + 1;
                table.misplaced(rows[*index], seen, wanted, item);
            }
            Some((_, highest)) => *highest = *index,
            None => highest.push((group, *index)),
        }
    }
}

fn of_name(table: &Table<'_>, row: usize, item: &Check) -> bool {
    table.is(row, &item.property)
}

fn is_unset_indicator(table: &Table<'_>, row: usize) -> bool {
    let zero = table.is(row, &Property::Header(INDICATOR.to_owned()));
    zero && Matcher::Is(b"0".to_vec()).admits(table.seen(row).as_seen()) && table.seen(row).as_seen() != Seen::Absent
}
