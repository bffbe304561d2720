//! CloudEvents attributes, read from whatever carries them.
//!
//! MQTT carries them as user properties of the bare name, and `datacontenttype` in Content Type (CloudEvents MQTT binding,
//! 3.1). In Kafka the tables of the endpoint page say `ce-`, its prose and the CloudEvents Kafka binding `ce_`.

use super::Came;
use super::rows::Table;
use crate::message::Message;
use crate::run::cases::{Check, CloudEventsCheck, Prefix};
use crate::translate::Property;

/// Judges the attributes of `table` by `check`.
pub(super) fn judge(table: &mut Table<'_>, check: &CloudEventsCheck, came: Came<'_>) {
    let kafka = matches!(came, Came::Delivered(Message::Kafka(_)));
    for (name, matcher, place) in &check.attributes {
        let carriers = carriers(name, check.prefix.value, kafka);
        let mut found = Vec::new();
        for property in &carriers {
            found.extend(table.outputs(property).into_iter().map(|row| (row, property)));
        }
        let of = |property: &Property| Check { property: property.clone(), matcher: matcher.clone(), place: *place };
        for (row, property) in &found {
            let good = matcher.admits(table.seen(*row).as_seen());
            table.set(*row, good, &of(property));
        }
        if let (true, Some(first)) = (found.is_empty(), carriers.first()) {
            table.absent(&of(first));
        }
    }
}

/// What may carry the attribute `name`, the likeliest first.
fn carriers(name: &str, prefix: Prefix, kafka: bool) -> Vec<Property> {
    let named = |prefix: &str| {
        let name = format!("{prefix}{name}");
        if kafka { Property::Header(name) } else { Property::UserProperty(name) }
    };
    let mut carriers = match (prefix, kafka) {
        (Prefix::Any, true) => vec![named("ce-"), named("ce_")],
        (Prefix::Any, false) | (Prefix::Bare, _) => vec![named("")],
        (Prefix::Hyphen, _) => vec![named("ce-")],
        (Prefix::Underscore, _) => vec![named("ce_")],
    };
    if name == "datacontenttype" {
        match (prefix, kafka) {
            (Prefix::Any | Prefix::Bare, false) => carriers.insert(0, Property::ContentType),
            // CloudEvents Kafka binding, 3.2.1.
            (Prefix::Any | Prefix::Underscore, true) => carriers.push(Property::Header("content-type".to_owned())),
            _ => {}
        }
    }
    carriers
}
