//! `headers` of the destination: `AddIfNotPresent`, `AddOrReplace`, `Remove`, in the order in which they stand.
//!
//! For MQTT they act on user properties.

use super::choices::table;
use super::draft::{By, Draft};
use super::plan::HeaderStep;
use super::{cloud_events, rulebook};
use crate::settings::HeaderActionType;

/// Applies `steps` to `draft`.
pub(super) fn apply(steps: &[HeaderStep], draft: &mut Draft<'_>) {
    for step in steps {
        let by = || {
            let attribute = cloud_events::is_attribute(cloud_events::without_prefix(&step.key).unwrap_or(&step.key));
            By::line(&rulebook::HEADERS, &step.cause).choice(attribute, &table::HEADERS_ORDER)
        };
        match step.action {
            HeaderActionType::AddIfNotPresent => match draft.entries.iter_mut().find(|entry| entry.name == step.key) {
                Some(entry) => entry.remark(|| "`AddIfNotPresent` leaves it as it is".to_owned()),
                None => {
                    draft.make(step.key.as_str(), step.value.as_str(), by);
                }
            },
            HeaderActionType::AddOrReplace => {
                draft.replace(&step.key, step.value.clone(), |entry| entry.name == step.key, by);
            }
            HeaderActionType::Remove => draft.remove(|entry| entry.name == step.key, by),
        }
    }
}
