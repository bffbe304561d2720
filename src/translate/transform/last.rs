//! `? $last`: the last value that was seen of a field stands in for a missing one (expressions page, 2026-06-23).

use super::input::{Scope, Source};
use serde_json::Value as Json;

/// The values that a transformation has seen, in memory and for one replica. They belong to one [`super::Transform`];
/// begin with the default.
#[derive(Debug, Clone, Default)]
pub struct LastValues {
    values: Vec<Option<Json>>,
}

impl LastValues {
    /// The last value of a slot.
    pub(super) fn get(&self, slot: usize) -> Option<&Json> {
        self.values.get(slot)?.as_ref()
    }

    /// Keeps what the message has of each field; null counts as missing, as it does in expressions.
    pub(super) fn see(&mut self, fields: &Fields, scope: &Scope<'_>) {
        if self.values.len() < fields.0.len() {
            self.values.resize(fields.0.len(), None);
        }
        for (slot, field) in self.values.iter_mut().zip(&fields.0) {
            if let Some(value) = scope.find(field).filter(|value| !value.is_null()) {
                *slot = Some(value.into_owned());
            }
        }
    }
}

/// The fields that some rule reads with `? $last`; the position is the slot.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<Source>);

impl Fields {
    /// The slot of a field, made if there is none.
    pub fn slot(&mut self, field: &Source) -> usize {
        let found = self.0.iter().position(|known| known == field);
        found.unwrap_or_else(|| {
            self.0.push(field.clone());
            self.0.len() - 1
        })
    }
}
